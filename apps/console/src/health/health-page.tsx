import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Descriptions, List, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api } from '../api/client';
import { PageHead } from '../layout/page-head';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';

const OFTEN_MS = 15_000;

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
      {may('queue.manage') && <Queues />}
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

/** What waits, as far as it tells whether the system is well; each queue has its row on a page of its own. */
function Queues() {
  const { t } = useTranslation('admin');
  const queues = api.useQuery('get', '/api/v1/queues', {}, { refetchInterval: OFTEN_MS });
  return (
    <section className="panel">
      <h2>{t('health.queues')}</h2>
      <p>
        {t('health.queuesAbout')} <Link to="/queues">{t('health.toQueues')}</Link>
      </p>
      {queues.isPending && <Skeleton active />}
      {queues.error && <ProblemView problem={queues.error} retry={() => void queues.refetch()} />}
      {queues.data && (
        <Descriptions
          column={{ xs: 1, md: 3 }}
          items={[
            {
              key: 'oldest',
              label: t('health.oldest'),
              children: t('health.seconds', { count: Math.round(queues.data.oldestDueSeconds) }),
            },
            {
              key: 'failed',
              label: t('health.failedJobs'),
              children: queues.data.items.reduce((sum, { counts }) => sum + (counts?.failed ?? 0), 0),
            },
            { key: 'lost', label: t('health.lost'), children: queues.data.lostJobs },
          ]}
        />
      )}
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
