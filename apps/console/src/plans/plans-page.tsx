import { Button, Segmented, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { Table } from '../layout/table';
import { usePages } from '../api/use-pages';
import { Day, Instant } from '../layout/day';
import { Empty } from '../layout/empty';
import { PageHead } from '../layout/page-head';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import { ImportDocument } from './import-document';
import './plans.css';

const STATE_COLOURS = { draft: 'gold', issued: 'blue', closed: 'default' } as const;
const STATES = ['all', 'draft', 'issued', 'closed'] as const;

/** Every plan (责任分解方案), and the place to drop a new document. */
export default function PlansPage() {
  const { t } = useTranslation(['plans', 'terms', 'console']);
  const { may } = useSession();
  const [search, setSearch] = useSearchParams();
  const shown = STATES.find((state) => state === search.get('state')) ?? 'all';
  const plans = usePages('/api/v1/plans', { limit: 100, source: 'document' });
  const rows = plans.items.filter(({ state }) => shown === 'all' || state === shown);
  return (
    <>
      <PageHead title={t('plans:title')}>
        <Segmented
          aria-label={t('plans:state')}
          value={shown}
          onChange={(state) => setSearch(state === 'all' ? {} : { state }, { replace: true })}
          options={STATES.map((state) => ({
            value: state,
            label: state === 'all' ? t('console:act.all') : t(`terms:plan.${state}`),
          }))}
        />
      </PageHead>
      {may('plan.draft') && <ImportDocument />}
      {plans.error && <ProblemView problem={plans.error} retry={() => void plans.refetch()} />}
      <section className="panel">
        <Table
          rowKey="id"
          size="middle"
          scroll={{ x: 'max-content' }}
          loading={plans.isPending}
          dataSource={rows}
          pagination={false}
          locale={{ emptyText: <Empty says={t('plans:empty')} /> }}
          columns={[
            {
              title: t('plans:name'),
              dataIndex: 'title',
              render: (title: string, { id, documentNumber }) => (
                <div className="plan-name">
                  <Link to={`/plans/${id}`}>{title}</Link>
                  {documentNumber && <small>{documentNumber}</small>}
                </div>
              ),
            },
            {
              title: t('plans:state'),
              dataIndex: 'state',
              render: (state: keyof typeof STATE_COLOURS) => (
                <Tag color={STATE_COLOURS[state]}>{t(`terms:plan.${state}`)}</Tag>
              ),
            },
            { title: t('plans:tasks'), dataIndex: 'tasks', align: 'right' },
            { title: t('plans:year'), dataIndex: 'year', render: (year: number | null) => year ?? '—' },
            {
              title: t('plans:issuedOn'),
              dataIndex: 'issuedOn',
              render: (day: string | null) => (day === null ? '—' : <Day date={day} />),
            },
            {
              title: t('plans:unit'),
              key: 'unit',
              render: (_, { unitName, jurisdictionName }) => unitName ?? jurisdictionName,
            },
            { title: t('plans:createdAt'), dataIndex: 'createdAt', render: (at: string) => <Instant at={at} /> },
          ]}
        />
        {plans.hasNextPage && (
          <Button block loading={plans.isFetchingNextPage} onClick={() => void plans.fetchNextPage()}>
            {t('console:act.more')}
          </Button>
        )}
      </section>
    </>
  );
}
