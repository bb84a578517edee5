import { Select, Skeleton } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { api, type Schemas } from '../api/client';
import { Empty } from '../layout/empty';
import { Table } from '../layout/table';
import { ProblemView } from '../problem/problem-view';
import { UnitBars } from './unit-bars';

type Summary = Schemas['SummaryDto'];
const RATINGS = { satisfied: '#1b6b3a', basically: '#6c9bd2', unsatisfied: '#b42318', notReached: '#98a2b3' } as const;

/** How satisfied the public is with what each lead has done (满意度), by plan. */
export function Satisfaction() {
  const { t } = useTranslation('ledgers');
  const [search, setSearch] = useSearchParams();
  const plans = api.useQuery('get', '/api/v1/plans', { params: { query: { limit: 200 } } });
  const issued = plans.data?.items.filter(({ state }) => state !== 'draft') ?? [];
  const planId = issued.find(({ id }) => id === search.get('plan'))?.id ?? issued[0]?.id;
  const found = api.useQuery(
    'get',
    '/api/v1/satisfaction',
    { params: { query: { planId: planId ?? '' } } },
    { enabled: planId !== undefined },
  );
  const problem = plans.error ?? found.error;
  return (
    <>
      <p>{t('satisfaction.about')}</p>
      {problem && <ProblemView problem={problem} retry={() => void (plans.error ? plans : found).refetch()} />}
      <div className="people-acts">
        <Select
          aria-label={t('satisfaction.plan')}
          style={{ minWidth: 280, maxWidth: '100%' }}
          loading={plans.isPending}
          value={planId}
          options={issued.map(({ id, title }) => ({ value: id, label: title }))}
          onChange={(plan: string) => setSearch({ show: 'satisfaction', plan })}
        />
      </div>
      {found.isLoading && <Skeleton active />}
      {found.data && <ByLead summary={found.data} />}
      {plans.data && planId === undefined && <Empty says={t('satisfaction.noPlan')} />}
    </>
  );
}

function ByLead({ summary: { units, calledBackPercent } }: { summary: Summary }) {
  const { t } = useTranslation('ledgers');
  const asked = useMemo(
    () => units.filter((unit) => unit.asked > 0).sort((one, other) => other.asked - one.asked),
    [units],
  );
  const series = useMemo(
    () =>
      Object.entries(RATINGS).map(([rating, colour]) => ({
        name: t(`satisfaction.${rating as keyof typeof RATINGS}`),
        colour,
        values: asked.map((unit) => unit[rating as keyof typeof RATINGS]),
      })),
    [asked, t],
  );
  const sum = (key: 'completed' | 'asked' | 'satisfied' | 'unsatisfied'): number =>
    units.reduce((total, unit) => total + unit[key], 0);
  const percent = (rate: number | null): string => (rate === null ? '–' : `${rate}%`);
  const says = t('satisfaction.summary', {
    completed: sum('completed'),
    asked: sum('asked'),
    satisfied: sum('satisfied'),
    unsatisfied: sum('unsatisfied'),
    percent: calledBackPercent,
  });
  return (
    <>
      {asked.length === 0 ? (
        <Empty says={`${says} ${t('satisfaction.none')}`} />
      ) : (
        <UnitBars
          title={t('satisfaction.picture')}
          summary={says}
          unit={t('unit')}
          names={asked.map(({ unitName }) => unitName)}
          series={series}
        />
      )}
      <Table<Summary['units'][number]>
        rowKey="unitId"
        size="small"
        pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: <Empty says={t('satisfaction.noUnit')} /> }}
        dataSource={units}
        columns={[
          { title: t('unit'), dataIndex: 'unitName' },
          { title: t('satisfaction.completed'), dataIndex: 'completed', align: 'right' },
          { title: t('satisfaction.asked'), dataIndex: 'asked', align: 'right' },
          {
            title: t('satisfaction.calledBackRate'),
            dataIndex: 'calledBackRate',
            align: 'right',
            render: percent,
          },
          { title: t('satisfaction.satisfiedRate'), dataIndex: 'satisfiedRate', align: 'right', render: percent },
        ]}
      />
    </>
  );
}
