import { App, Button, DatePicker, Form, Input, Modal, Select, Tag } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { Table } from '../layout/table';
import { api, type Schemas } from '../api/client';
import { usePages } from '../api/use-pages';
import { useUnits } from '../directory/units';
import { Day } from '../layout/day';
import { Empty } from '../layout/empty';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { useSession } from '../session/session';
import { usePersons } from './persons';
import { usePostName } from './post-name';

type Change = Schemas['PostChangesDto']['items'][number];
type NewChange = Schemas['NewPostChangeDto'];
const KINDS = [
  'office',
  'officer',
  'leader',
  'auditor',
  'admin',
  'security',
  'head',
  'deputy',
  'contact',
  'handler',
] as const;
const OF_UNITS: readonly string[] = ['head', 'deputy', 'contact', 'handler'];

/** Posts are given and taken by two (授权): one proposes, the security administrator decides. */
export function PostChanges() {
  const { t } = useTranslation(['admin', 'console']);
  const { me, may } = useSession();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const postName = usePostName();
  const tell = useTellProblem();
  const [isProposing, setProposing] = useState(false);
  const changes = usePages('/api/v1/post-changes', { limit: 50 });
  const decide = api.useMutation('post', '/api/v1/post-changes/decisions', {
    onSuccess: async () => {
      void message.success(t('done'));
      await queries.invalidateQueries({ queryKey: ['get', '/api/v1/post-changes'] });
    },
    onError: tell,
  });
  const act = (id: string, event: 'confirm' | 'refuse' | 'withdraw') => (
    <Button size="small" key={event} onClick={() => decide.mutate({ body: { event, ids: [id] } })}>
      {t(`changes.${event}`)}
    </Button>
  );
  return (
    <>
      <p>{t('changes.about')}</p>
      {may('post.propose') && (
        <div className="people-acts">
          <Button type="primary" onClick={() => setProposing(true)}>
            {t('changes.propose')}
          </Button>
        </div>
      )}
      {changes.error && <ProblemView problem={changes.error} retry={() => void changes.refetch()} />}
      <Table<Change>
        rowKey="id"
        size="small"
        pagination={false}
        scroll={{ x: 820 }}
        loading={changes.isPending}
        locale={{ emptyText: changes.isPending ? <></> : <Empty says={t('changes.none')} /> }}
        dataSource={changes.items}
        columns={[
          { title: t('changes.kind'), dataIndex: 'kind', render: (kind: Change['kind']) => t(`changes.${kind}`) },
          { title: t('people.name'), key: 'who', render: (_, one) => `${one.displayName}（${one.username}）` },
          {
            title: t('changes.post'),
            key: 'post',
            render: (_, one) => postName({ kind: one.postKind, title: one.postTitle, unitCode: one.unitCode }),
          },
          { title: t('changes.from'), dataIndex: 'fromOn', render: (on: string) => <Day date={on} /> },
          { title: t('changes.reason'), dataIndex: 'reason' },
          {
            title: t('people.state'),
            dataIndex: 'state',
            render: (state: Change['state']) => (
              <Tag color={state === 'proposed' ? 'orange' : state === 'confirmed' ? 'green' : undefined}>
                {t(`changes.state.${state}`)}
              </Tag>
            ),
          },
          {
            key: 'acts',
            render: (_, one) => {
              if (one.state !== 'proposed') return null;
              return (
                <div className="people-acts">
                  {may('post.decide') && [act(one.id, 'confirm'), act(one.id, 'refuse')]}
                  {one.proposedBy === me.personId && may('post.propose') && act(one.id, 'withdraw')}
                </div>
              );
            },
          },
        ]}
      />
      {changes.hasNextPage && (
        <Button block loading={changes.isFetchingNextPage} onClick={() => void changes.fetchNextPage()}>
          {t('console:act.more')}
        </Button>
      )}
      <Propose isOpen={isProposing} close={() => setProposing(false)} />
    </>
  );
}

interface Fields {
  kind: NewChange['kind'];
  username: string;
  post: (typeof KINDS)[number];
  unitCode?: string;
  title?: string;
  fromOn?: Dayjs;
  toOn?: Dayjs;
  reason: string;
}

function Propose({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  const { t } = useTranslation(['admin', 'terms']);
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Fields>();
  const persons = usePersons();
  const units = useUnits();
  const post = Form.useWatch('post', form);
  const propose = api.useMutation('post', '/api/v1/post-changes', {
    onSuccess: async () => {
      void message.success(t('changes.proposed'));
      form.resetFields();
      close();
      await queries.invalidateQueries({ queryKey: ['get', '/api/v1/post-changes'] });
    },
    onError: useTellProblem(),
  });
  const needed = [{ required: true, message: t('needed') }];
  return (
    <Modal
      open={isOpen}
      title={t('changes.propose')}
      okText={t('changes.propose')}
      okButtonProps={{ loading: propose.isPending }}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={{ kind: 'grant' }}
        onFinish={(fields) =>
          propose.mutate({
            body: {
              kind: fields.kind,
              username: fields.username,
              reason: fields.reason,
              post: {
                kind: fields.post,
                unitCode: OF_UNITS.includes(fields.post) ? (fields.unitCode ?? null) : null,
                title: fields.title?.trim() || null,
              },
              ...(fields.fromOn ? { fromOn: fields.fromOn.format('YYYY-MM-DD') } : {}),
              ...(fields.kind === 'grant' && fields.toOn ? { toOn: fields.toOn.format('YYYY-MM-DD') } : {}),
            },
          })
        }
      >
        <Form.Item name="kind" label={t('changes.kind')} rules={needed}>
          <Select options={(['grant', 'take'] as const).map((value) => ({ value, label: t(`changes.${value}`) }))} />
        </Form.Item>
        <Form.Item name="username" label={t('changes.who')} rules={needed}>
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            options={persons.data
              ?.filter(({ isActive }) => isActive)
              .map(({ username, displayName }) => ({ value: username, label: `${displayName}（${username}）` }))}
          />
        </Form.Item>
        <Form.Item name="post" label={t('changes.post')} rules={needed}>
          <Select options={KINDS.map((value) => ({ value, label: t(`terms:post.${value}`) }))} />
        </Form.Item>
        {OF_UNITS.includes(post) && (
          <Form.Item name="unitCode" label={t('changes.unit')} rules={needed}>
            <Select
              showSearch={{ optionFilterProp: 'label' }}
              options={units.data
                ?.filter(({ isActive }) => isActive)
                .map(({ code, name }) => ({ value: code, label: `${name}（${code}）` }))}
            />
          </Form.Item>
        )}
        {(post === 'deputy' || post === 'handler') && (
          <Form.Item name="title" label={t('changes.postTitle')}>
            <Input maxLength={60} />
          </Form.Item>
        )}
        <div className="people-fields">
          <Form.Item name="fromOn" label={t('changes.from')} extra={t('changes.fromHelp')}>
            <DatePicker />
          </Form.Item>
          <Form.Item name="toOn" label={t('changes.to')}>
            <DatePicker />
          </Form.Item>
        </div>
        <Form.Item name="reason" label={t('changes.reason')} rules={needed}>
          <Input.TextArea rows={2} maxLength={500} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
