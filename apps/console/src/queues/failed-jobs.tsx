import { App, Button, Grid, type TableColumnsType, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { Table } from '../layout/table';
import { api, type Schemas } from '../api/client';
import { usePages } from '../api/use-pages';
import { Instant } from '../layout/day';
import { Empty } from '../layout/empty';
import { ProblemView } from '../problem/problem-view';
import { useTellProblem } from '../problem/use-problem';
import { errorInWords } from './error-in-words';
import '../people/people.css';
import './queues.css';

type QueueName = Schemas['QueuesDto']['items'][number]['name'];
type Job = Schemas['FailedJobsDto']['items'][number];

/** Failed jobs (失败任务) of a queue: what went wrong, whether anything is left to do of it, and the two things to do. */
export function FailedJobs({ queue, changed }: { queue: QueueName; changed: () => void }) {
  const { t } = useTranslation(['admin', 'console', 'problems']);
  const { message, modal } = App.useApp();
  const isWide = Grid.useBreakpoint().md ?? true;
  const jobs = usePages('/api/v1/queues/{queue}/failed-jobs', { limit: 30 }, { path: { queue } });
  const tell = useTellProblem();
  const again = (): void => {
    void jobs.refetch();
    changed();
  };
  const after = (said: string) => ({
    onSuccess: () => {
      void message.success(said);
      again();
    },
    // Somebody else may have done it: then the list is old.
    onError: (problem: unknown) => {
      tell(problem);
      again();
    },
  });
  const retry = api.useMutation('post', '/api/v1/queues/{queue}/failed-jobs/{id}/retry', after(t('queues.retried')));
  const remove = api.useMutation('delete', '/api/v1/queues/{queue}/failed-jobs/{id}', after(t('queues.removed')));
  const retryAll = api.useMutation('post', '/api/v1/queues/{queue}/failed-jobs/retry', after(t('queues.retriedAll')));
  const nameOf = (name: string): string =>
    t(`queues.job.${name.replace('.', '_')}` as 'queues.job.sweep_run', { defaultValue: name });
  const workOf = ({ work, name }: Job) => (
    <>
      <Tag color={work === 'done' ? 'green' : work === 'to_do' ? 'orange' : undefined}>
        {t(`queues.workIs.${work}`)}
      </Tag>
      <div>{t(`queues.workMeans.${work === 'done' && name === 'sweep.run' ? 'swept' : work}`)}</div>
    </>
  );
  const actsOf = ({ id, name, work }: Job) => {
    const params = { path: { queue, id } };
    return (
      <div className="people-acts">
        <Button size="small" onClick={() => retry.mutate({ params })}>
          {t('queues.retry')}
        </Button>
        <Button
          size="small"
          danger
          onClick={() =>
            void modal.confirm({
              title: t('queues.removeAsk', { job: nameOf(name) }),
              content: t(`queues.removeMeans.${work}`),
              okText: t('queues.remove'),
              okButtonProps: { danger: true },
              onOk: () => remove.mutate({ params }),
            })
          }
        >
          {t('queues.remove')}
        </Button>
      </div>
    );
  };
  const columns: TableColumnsType<Job> = [
    { title: t('queues.what'), dataIndex: 'name', render: nameOf },
    { title: t('queues.failedAt'), dataIndex: 'failedAt', render: (at: string) => <Instant at={at} /> },
    { title: t('queues.attempts'), dataIndex: 'attempts' },
    { title: t('queues.error'), dataIndex: 'error', render: (error: string) => errorInWords(error, t) },
    { title: t('queues.work'), key: 'work', render: (_, job) => workOf(job) },
    { key: 'acts', render: (_, job) => actsOf(job) },
  ];
  /** On a phone, one below the other. */
  const inOne = (job: Job) => (
    <div className="queue-job-whole">
      <strong>{nameOf(job.name)}</strong>
      <span>
        <Instant at={job.failedAt} /> · {t('queues.tried', { count: job.attempts })}
      </span>
      <span>{errorInWords(job.error, t)}</span>
      {workOf(job)}
      {actsOf(job)}
    </div>
  );
  return (
    <section className="panel">
      <h2>{t('queues.failedOf', { queue: t(`health.name.${queue}`) })}</h2>
      <p>{t(`queues.about.${queue}`)}</p>
      {jobs.error && <ProblemView problem={jobs.error} retry={() => void jobs.refetch()} />}
      {jobs.items.length > 0 && (
        <div className="people-acts">
          <Button
            loading={retryAll.isPending}
            onClick={() =>
              void modal.confirm({
                title: t('queues.retryAllAsk', { queue: t(`health.name.${queue}`) }),
                content: t('queues.retryAllMeans'),
                okText: t('queues.retryAll'),
                onOk: () => retryAll.mutate({ params: { path: { queue } } }),
              })
            }
          >
            {t('queues.retryAll')}
          </Button>
        </div>
      )}
      <Table<Job>
        rowKey="id"
        size="small"
        pagination={false}
        scroll={isWide ? { x: 900 } : undefined}
        loading={jobs.isPending}
        locale={{ emptyText: jobs.isPending ? <></> : <Empty says={t('queues.none')} /> }}
        dataSource={jobs.items}
        expandable={{
          expandedRowRender: ({ id, name, payload, error, addedAt }) => (
            <dl className="queue-job">
              <dt>{t('queues.name')}</dt>
              <dd>{name}</dd>
              <dt>{t('queues.id')}</dt>
              <dd>{id}</dd>
              <dt>{t('queues.addedAt')}</dt>
              <dd>
                <Instant at={addedAt} />
              </dd>
              <dt>{t('queues.payload')}</dt>
              <dd>
                {payload === null
                  ? t('queues.payloadUnknown')
                  : Object.values(payload).join(' ') || t('queues.payloadNone')}
              </dd>
              <dt>{t('queues.said')}</dt>
              <dd>{error || '–'}</dd>
            </dl>
          ),
        }}
        columns={isWide ? columns : [{ key: 'whole', render: (_, job) => inOne(job) }]}
        showHeader={isWide}
      />
      {jobs.hasNextPage && (
        <Button block loading={jobs.isFetchingNextPage} onClick={() => void jobs.fetchNextPage()}>
          {t('console:act.more')}
        </Button>
      )}
    </section>
  );
}
