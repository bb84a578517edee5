import { App, Button, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { Table } from '../layout/table';
import { api } from '../api/client';
import { Instant } from '../layout/day';
import { PageHead } from '../layout/page-head';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { useSession } from '../session/session';

/** The rule sets (督办规则) with their versions, and the drafts of the next ones. */
export default function PoliciesPage() {
  const { t, i18n } = useTranslation(['policies', 'console']);
  const { may } = useSession();
  const { modal } = App.useApp();
  const policies = api.useQuery('get', '/api/v1/policies');
  const drafts = api.useQuery('get', '/api/v1/policies/drafts', undefined, { enabled: may('policy.draft') });
  const tell = useTellProblem();
  const discard = api.useMutation('delete', '/api/v1/policies/drafts/{id}', {
    onSuccess: () => drafts.refetch(),
    onError: tell,
  });
  const [isBeginning, setBeginning] = useState(false);
  const language = i18n.language === 'en' ? 'en' : 'zh';
  const items = policies.data?.items ?? [];
  const nameOf = (id: string): string => items.find((one) => one.id === id)?.name[language] ?? id;
  return (
    <>
      <PageHead title={t('policies:title')}>
        {may('policy.draft') && (
          <Button type="primary" onClick={() => setBeginning(true)}>
            {t('policies:begin')}
          </Button>
        )}
      </PageHead>
      {policies.error && <ProblemView problem={policies.error} retry={() => void policies.refetch()} />}
      {(drafts.data?.items.length ?? 0) > 0 && (
        <section className="panel">
          <h2>{t('policies:drafts')}</h2>
          <ul className="plain-list">
            {drafts.data!.items.map(({ id, policyId, nextVersion, writtenBy, writtenAt, faults, version }) => (
              <li key={id}>
                <Link to={`/policies/drafts/${id}`}>
                  {nameOf(policyId)} v{nextVersion}
                </Link>{' '}
                <span className="quiet">
                  {writtenBy} <Instant at={writtenAt} />{' '}
                  {faults.length > 0 && t('policies:faults', { count: faults.length })}
                </span>{' '}
                <Button
                  size="small"
                  danger
                  onClick={() =>
                    void modal.confirm({
                      title: t('policies:discardAsk'),
                      onOk: () =>
                        discard.mutateAsync({ params: { path: { id }, query: { expectedVersion: version } } }),
                    })
                  }
                >
                  {t('policies:discard')}
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section className="panel">
        <Table
          rowKey="id"
          loading={policies.isPending}
          dataSource={items}
          pagination={false}
          scroll={{ x: 'max-content' }}
          columns={[
            {
              title: t('policies:name'),
              dataIndex: 'name',
              render: (name: { zh: string; en: string }, { id }) => (
                <Link to={`/policies/${id}`}>{name[language]}</Link>
              ),
            },
            { title: t('policies:id'), dataIndex: 'id', render: (id: string) => <code>{id}</code> },
            { title: t('policies:version'), dataIndex: 'version', align: 'right' },
            {
              title: t('policies:plans'),
              key: 'plans',
              align: 'right',
              render: (_, { versions }) => versions.reduce((sum, { plans }) => sum + plans, 0),
            },
          ]}
        />
      </section>
      {isBeginning && <BeginDraft policies={items} close={() => setBeginning(false)} />}
    </>
  );
}

function BeginDraft({
  policies,
  close,
}: {
  policies: readonly { id: string; name: { zh: string; en: string }; version: number }[];
  close: () => void;
}) {
  const { t, i18n } = useTranslation('policies');
  const navigate = useNavigate();
  const tell = useTellProblem();
  const [policyId, setPolicyId] = useState<string>();
  const begin = api.useMutation('post', '/api/v1/policies/drafts', {
    onSuccess: ({ id }) => void navigate(`/policies/drafts/${id}`),
    onError: tell,
  });
  return (
    <Modal
      open
      title={t('begin')}
      onCancel={close}
      okText={t('beginOk')}
      confirmLoading={begin.isPending}
      okButtonProps={{ disabled: policyId === undefined }}
      onOk={() => policyId !== undefined && begin.mutate({ body: { policyId } })}
    >
      <p>{t('beginHelp')}</p>
      <Select
        aria-label={t('name')}
        style={{ width: '100%' }}
        showSearch={{ optionFilterProp: 'label' }}
        value={policyId}
        onChange={setPolicyId}
        options={policies.map(({ id, name, version }) => ({
          value: id,
          label: `${name[i18n.language === 'en' ? 'en' : 'zh']} · v${version}`,
        }))}
      />
    </Modal>
  );
}
