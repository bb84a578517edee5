import { Alert, Button, Grid, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Table } from '../layout/table';
import { api, type Schemas } from '../api/client';
import { PageHead } from '../layout/page-head';
import { ProblemView } from '../problem/problem-view';
import { FailedJobs } from './failed-jobs';

type Queue = Schemas['QueuesDto']['items'][number];
const OFTEN_MS = 10_000;
const STATES = ['waiting', 'active', 'delayed', 'completed', 'failed'] as const;
/** What a phone has room for. */
const MAIN_STATES = ['waiting', 'failed'] as const;

/** The queues (任务队列): what waits and runs in each, and what to do about what failed. The queue that is open is in the address. */
export default function QueuesPage() {
  const { t } = useTranslation('admin');
  const isWide = Grid.useBreakpoint().md ?? true;
  const [search, setSearch] = useSearchParams();
  const queues = api.useQuery('get', '/api/v1/queues', {}, { refetchInterval: OFTEN_MS });
  const items = queues.data?.items ?? [];
  const open = items.find(({ name }) => name === search.get('queue'));
  const away = items.filter(({ counts }) => counts === null);
  return (
    <>
      <PageHead title={t('queues.title')} />
      <section className="panel">
        <p>{t('health.queuesAbout')}</p>
        {queues.error && <ProblemView problem={queues.error} retry={() => void queues.refetch()} />}
        {away.length > 0 && <Alert type="warning" showIcon title={t('queues.away')} />}
        <Table<Queue>
          rowKey="name"
          size="small"
          pagination={false}
          scroll={{ x: true }}
          loading={queues.isPending}
          dataSource={items}
          columns={[
            {
              title: t('health.queueName'),
              dataIndex: 'name',
              render: (name: Queue['name']) => t(`health.name.${name}`),
            },
            ...(isWide ? STATES : MAIN_STATES).map((state) => ({
              title: t(`health.job.${state}`),
              key: state,
              render: (_: unknown, { counts }: Queue) => {
                const count = counts?.[state];
                if (count === undefined) return '–';
                return state === 'failed' && count > 0 ? <Tag color="red">{count}</Tag> : count;
              },
            })),
            {
              key: 'open',
              render: (_, { name }) => (
                <Button
                  size="small"
                  aria-label={t('queues.openOf', { queue: t(`health.name.${name}`) })}
                  onClick={() => setSearch({ queue: name })}
                >
                  {t('queues.open')}
                </Button>
              ),
            },
          ]}
        />
      </section>
      {open && <FailedJobs key={open.name} queue={open.name} changed={() => void queues.refetch()} />}
    </>
  );
}
