import { Descriptions } from 'antd';
import { useTranslation } from 'react-i18next';
import { Table } from '../layout/table';
import { api, type Schemas } from '../api/client';
import { usePages } from '../api/use-pages';
import { Day } from '../layout/day';
import { Empty } from '../layout/empty';
import { ProblemView } from '../problem/problem-view';

type Disposal = Schemas['DisposalsDto']['items'][number];

/** How long each kind of plan is kept (保管期限), and what was disposed of. */
export function Disposals() {
  const { t } = useTranslation('admin');
  const schedule = api.useQuery('get', '/api/v1/retention-schedule');
  const disposals = usePages('/api/v1/disposals', { limit: 50 });
  return (
    <section className="panel">
      <h2>{t('retention.title')}</h2>
      {schedule.error && <ProblemView problem={schedule.error} retry={() => void schedule.refetch()} />}
      {schedule.data && (
        <Descriptions
          size="small"
          column={{ xs: 1, sm: 2, lg: 4 }}
          items={Object.entries(schedule.data.schedule).map(([kind, kept]) => ({
            key: kind,
            label: t(`retention.kind.${kind}` as 'retention.kind.document'),
            children: t(`retention.kept.${kept}` as 'retention.kept.永久'),
          }))}
        />
      )}
      <h3>{t('retention.disposals')}</h3>
      <Table<Disposal>
        rowKey="id"
        size="small"
        pagination={false}
        scroll={{ x: true }}
        loading={disposals.isPending}
        locale={{ emptyText: disposals.isPending ? <></> : <Empty says={t('retention.none')} /> }}
        dataSource={disposals.items}
        columns={[
          { title: t('retention.plan'), dataIndex: 'title' },
          { title: t('changes.reason'), dataIndex: 'reason' },
          { title: t('retention.proposedAt'), dataIndex: 'proposedAt', render: (at: string) => <Day date={at} /> },
          {
            title: t('people.state'),
            dataIndex: 'decision',
            render: (decision: Disposal['decision']) => t(`retention.${decision ?? 'waiting'}`),
          },
          { title: t('retention.files'), dataIndex: 'files', render: (files: number | null) => files ?? '–' },
        ]}
      />
    </section>
  );
}
