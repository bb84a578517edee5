import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Descriptions, List, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Table } from '../layout/table';
import { api } from '../api/client';
import { PageHead } from '../layout/page-head';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import { samplesIn, tableOf } from './metrics';

const OFTEN_MS = 15_000;
const JOB_STATES = ['waiting', 'active', 'delayed', 'completed', 'failed'] as const;

interface Readiness {
  status: 'ready' | 'not_ready';
  checks: Record<'database' | 'queue' | 'history', string>;
}

/** How the system is doing (运行状况), in words: can it serve, what waits in the queues, does all hold that must. */
export default function HealthPage() {
  const { t } = useTranslation('admin');
  const { may } = useSession();
  return (
    <>
      <PageHead title={t('health.title')} />
      <Ready />
      <Queues />
      {may('system.check') && <SelfCheck />}
    </>
  );
}

function Ready() {
  const { t } = useTranslation('admin');
  const ready = useQuery<Readiness>({
    queryKey: ['readyz'],
    refetchInterval: OFTEN_MS,
    queryFn: async () => (await (await fetch('/readyz')).json()) as Readiness,
  });
  return (
    <section className="panel">
      <h2>{t('health.ready')}</h2>
      {ready.isPending && <Skeleton active />}
      {ready.error && <Alert type="error" showIcon title={t('health.away')} />}
      {ready.data && (
        <>
          <Alert
            type={ready.data.status === 'ready' ? 'success' : 'error'}
            showIcon
            title={t(`health.status.${ready.data.status}`)}
          />
          <Descriptions
            column={{ xs: 1, md: 3 }}
            items={(['database', 'queue', 'history'] as const).map((key) => ({
              key,
              label: t(`health.${key}`),
              children: t(`health.answer.${ready.data.checks[key]}` as 'health.answer.ok'),
            }))}
          />
        </>
      )}
    </section>
  );
}

function Queues() {
  const { t } = useTranslation(['admin', 'terms']);
  const { may } = useSession();
  const metrics = useQuery({
    queryKey: ['metrics'],
    refetchInterval: OFTEN_MS,
    queryFn: async () => samplesIn(await (await fetch('/metrics')).text()),
  });
  if (metrics.isPending) return <Skeleton active />;
  if (!metrics.data) return <Alert type="warning" showIcon title={t('health.noMetrics')} />;
  const of = (name: string) => metrics.data.get(name) ?? [];
  const jobs = tableOf(of('duban_jobs'), 'queue', 'state');
  const oldest = of('duban_oldest_due_rung_seconds')[0]?.value ?? 0;
  const lost = of('duban_lost_jobs')[0]?.value ?? 0;
  return (
    <section className="panel">
      <h2>{t('health.queues')}</h2>
      <p>
        {t('health.queuesAbout')} {may('queue.manage') && <Link to="/queues">{t('health.toQueues')}</Link>}
      </p>
      <Table
        rowKey="queue"
        size="small"
        pagination={false}
        scroll={{ x: true }}
        dataSource={[...jobs].map(([queue, counts]) => ({ queue, counts }))}
        columns={[
          {
            title: t('health.queueName'),
            dataIndex: 'queue',
            render: (queue: string) => t(`health.name.${queue}` as 'health.name.sweep', { defaultValue: queue }),
          },
          ...JOB_STATES.map((state) => ({
            title: t(`health.job.${state}`),
            key: state,
            render: (_: unknown, { counts }: { counts: Map<string, number> }) => counts.get(state) ?? 0,
          })),
        ]}
      />
      <Descriptions
        column={{ xs: 1, md: 3 }}
        items={[
          { key: 'oldest', label: t('health.oldest'), children: t('health.seconds', { count: Math.round(oldest) }) },
          { key: 'lost', label: t('health.lost'), children: lost },
          ...of('duban_obligations').map(({ labels, value }) => ({
            key: labels.state ?? '',
            label: t('health.obligations', {
              state: t(`terms:obligationState.${labels.state}` as 'terms:obligationState.open', {
                defaultValue: t('health.overdue'),
              }),
            }),
            children: value,
          })),
        ]}
      />
    </section>
  );
}

function SelfCheck() {
  const { t, i18n } = useTranslation('admin');
  const check = api.useQuery('get', '/api/v1/self-check', {}, { enabled: false });
  return (
    <section className="panel">
      <h2>{t('health.selfCheck')}</h2>
      <p>{t('health.selfCheckAbout')}</p>
      <Button loading={check.isFetching} onClick={() => void check.refetch()}>
        {t('health.check')}
      </Button>
      {check.error && <ProblemView problem={check.error} retry={() => void check.refetch()} />}
      {check.data && check.data.findings.length === 0 && (
        <Alert type="success" showIcon title={t('health.sound', { count: check.data.checks })} />
      )}
      {check.data && check.data.findings.length > 0 && (
        <List
          dataSource={check.data.findings}
          rowKey="code"
          renderItem={({ code, count, zh, en, examples }) => (
            <List.Item>
              <List.Item.Meta
                title={`${i18n.language === 'en' ? en : zh} (${count})`}
                description={`${code}: ${examples.map(({ id, detail }) => `${id} ${detail}`).join('; ')}`}
              />
            </List.Item>
          )}
        />
      )}
    </section>
  );
}
