import { Alert, App, Button, Form, Input, Modal, Select, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { Instant } from '../layout/day';
import { Empty } from '../layout/empty';
import { ShownOnce } from '../layout/shown-once';
import { Table } from '../layout/table';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { now } from '../session/clock';
import { useSession } from '../session/session';

type Token = Schemas['ApiTokensDto']['items'][number];
type NewToken = Schemas['NewApiTokenDto'];
const DAYS = [30, 90, 180, 365];

/** One’s own API tokens (接口令牌), by which programs act for one. */
export function ApiTokens() {
  const { t } = useTranslation(['account', 'console']);
  const { me } = useSession();
  const { message, modal } = App.useApp();
  const [isMaking, setMaking] = useState(false);
  const tokens = api.useQuery('get', '/api/v1/api-tokens');
  const end = api.useMutation('delete', '/api/v1/api-tokens/{id}', {
    onSuccess: () => {
      void message.success(t('tokens.endedNow'));
      void tokens.refetch();
    },
    onError: useTellProblem(),
  });
  const ask = ({ id, name }: Token): void =>
    void modal.confirm({
      title: t('tokens.endAsk', { name }),
      content: t('tokens.endMeans'),
      okText: t('tokens.end'),
      okButtonProps: { danger: true },
      onOk: () => end.mutateAsync({ params: { path: { id } } }).catch(() => undefined),
    });
  return (
    <section className="panel">
      <h2>{t('tokens.title')}</h2>
      <p>{t('tokens.about')}</p>
      <p>
        {me.onBehalfOf ? t('tokens.delegated') : <Button onClick={() => setMaking(true)}>{t('tokens.make')}</Button>}
      </p>
      {tokens.error && <ProblemView problem={tokens.error} retry={() => void tokens.refetch()} />}
      <Table<Token>
        rowKey="id"
        size="small"
        pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
        scroll={{ x: 720 }}
        loading={tokens.isPending}
        locale={{ emptyText: tokens.isPending ? <></> : <Empty says={t('tokens.none')} /> }}
        dataSource={tokens.data?.items}
        columns={[
          {
            title: t('tokens.name'),
            key: 'name',
            render: (_, { name, purpose }) => (
              <>
                {name}
                <br />
                <small>{purpose}</small>
              </>
            ),
          },
          { title: t('tokens.until'), dataIndex: 'expiresAt', render: (at: string) => <Instant at={at} /> },
          {
            title: t('tokens.used'),
            dataIndex: 'lastUsedAt',
            render: (at: string | null) => (at === null ? t('tokens.never') : <Instant at={at} />),
          },
          {
            title: t('tokens.state'),
            key: 'state',
            render: (_, token) => {
              const state = stateOf(token);
              return <Tag color={state === 'valid' ? 'green' : undefined}>{t(`tokens.${state}`)}</Tag>;
            },
          },
          {
            key: 'end',
            render: (_, token) =>
              stateOf(token) === 'valid' && (
                <Button size="small" onClick={() => ask(token)}>
                  {t('tokens.end')}
                </Button>
              ),
          },
        ]}
      />
      {isMaking && (
        <MakeToken
          close={() => {
            setMaking(false);
            void tokens.refetch();
          }}
          scopes={tokens.data?.scopes ?? []}
        />
      )}
    </section>
  );
}

const stateOf = ({ endedAt, expiresAt }: Token): 'ended' | 'expired' | 'valid' => {
  if (endedAt !== null) return 'ended';
  return Date.parse(expiresAt) <= now().getTime() ? 'expired' : 'valid';
};

function MakeToken({ close, scopes }: { close: () => void; scopes: Schemas['ApiTokensDto']['scopes'] }) {
  const { t, i18n } = useTranslation('account');
  const [form] = Form.useForm<NewToken>();
  const make = api.useMutation('post', '/api/v1/api-tokens');
  const made = make.data;
  const needed = [{ required: true, message: t('contact.needed') }];
  return (
    <Modal
      open
      title={t('tokens.make')}
      okText={t(made ? 'tokens.kept' : 'tokens.create')}
      footer={(buttons, { OkBtn }) => (made ? <OkBtn /> : buttons)}
      // What is shown once is not lost by a click beside it.
      mask={{ closable: false }}
      confirmLoading={make.isPending}
      onOk={() => (made ? close() : form.submit())}
      onCancel={close}
    >
      {made ? (
        <>
          <Alert type="warning" showIcon className="account-problem" title={t('tokens.shown')} />
          <ShownOnce secret={made.token} />
        </>
      ) : (
        <Form<NewToken>
          form={form}
          name="new-token"
          layout="vertical"
          initialValues={{ days: DAYS[1] }}
          onFinish={(body) => make.mutate({ body })}
        >
          {make.error && (
            <div className="account-problem">
              <ProblemView problem={make.error} />
            </div>
          )}
          <Form.Item name="name" label={t('tokens.name')} extra={t('tokens.nameHelp')} rules={needed}>
            <Input maxLength={100} autoComplete="off" />
          </Form.Item>
          <Form.Item name="purpose" label={t('tokens.purpose')} rules={needed}>
            <Input maxLength={200} autoComplete="off" />
          </Form.Item>
          <Form.Item name="scopes" label={t('tokens.scopes')} extra={t('tokens.scopesHelp')} rules={needed}>
            <Select
              mode="multiple"
              showSearch={{ optionFilterProp: 'label' }}
              options={scopes.map(({ scope, zh, en }) => ({ value: scope, label: i18n.language === 'en' ? en : zh }))}
            />
          </Form.Item>
          <Form.Item name="days" label={t('tokens.days')} rules={needed}>
            <Select options={DAYS.map((value) => ({ value, label: t('tokens.dayCount', { count: value }) }))} />
          </Form.Item>
        </Form>
      )}
    </Modal>
  );
}
