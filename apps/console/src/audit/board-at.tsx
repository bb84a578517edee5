import { Button, Drawer, Grid, Statistic } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Table } from '../layout/table';
import { api, type Schemas } from '../api/client';
import { usePages } from '../api/use-pages';
import { Day } from '../layout/day';
import { Empty } from '../layout/empty';
import { Light } from '../lights/light';
import { ProblemView } from '../problem/problem-view';
import { dayOfPoint, timeOfPoint } from './points';

type Task = Schemas['TasksDto']['items'][number];
const STATES = ['assigned', 'in_progress', 'reported', 'verified', 'cancelled', 'not_implemented'] as const;

/** The board of a plan as it stood at a point in time; today, as it stands now. */
export function BoardAt({
  planId,
  asOf,
  isToday,
  taskId,
  open,
}: {
  planId: string;
  asOf: string;
  isToday: boolean;
  taskId: string | null;
  open: (taskId: string | null) => void;
}) {
  const { t } = useTranslation(['audit', 'terms', 'console']);
  const past = isToday ? {} : { asOf };
  const sums = api.useQuery('get', '/api/v1/dashboard', { params: { query: { planId, ...past } } });
  const tasks = usePages('/api/v1/tasks', { planId, limit: 50, sort: 'position', ...past });
  const problem = sums.error ?? tasks.error;
  return (
    <section className="panel">
      {problem && <ProblemView problem={problem} retry={() => void tasks.refetch()} />}
      {sums.data && (
        <div className="audit-filters">
          {STATES.map((state) => (
            <Statistic key={state} title={t(`terms:assignment.${state}`)} value={sums.data.tasks[state] ?? 0} />
          ))}
          <Statistic title={t('at.overdue')} value={sums.data.obligations.overdue} />
          <Statistic
            title={t('at.notices')}
            value={Object.values(sums.data.standingNotices).reduce((sum, count) => sum + count, 0)}
          />
        </div>
      )}
      <Table<Task>
        rowKey="id"
        size="small"
        pagination={false}
        scroll={{ x: 700 }}
        loading={tasks.isPending}
        locale={{ emptyText: tasks.isPending ? <></> : <Empty says={t('at.none')} /> }}
        dataSource={tasks.items}
        columns={[
          { title: t('at.number'), dataIndex: 'number', width: '5em' },
          {
            title: t('at.task'),
            dataIndex: 'content',
            render: (content: string, { id }) => (
              <Button type="link" className="at-task" onClick={() => open(id)}>
                {content}
              </Button>
            ),
          },
          { title: t('at.leads'), dataIndex: 'leads', render: (leads: string[]) => leads.join('、') },
          {
            title: t('at.state'),
            dataIndex: 'state',
            width: '7em',
            render: (state: Task['state']) => state && t(`terms:assignment.${state}`),
          },
          {
            title: t('at.due'),
            dataIndex: 'dueOn',
            width: '9.5em',
            render: (date: string | null) => <Day date={date} />,
          },
          {
            title: t('at.light'),
            dataIndex: 'light',
            width: '6.5em',
            render: (light: Task['light']) => <Light light={light} />,
          },
        ]}
      />
      {tasks.hasNextPage && (
        <Button block loading={tasks.isFetchingNextPage} onClick={() => void tasks.fetchNextPage()}>
          {t('console:act.more')}
        </Button>
      )}
      {taskId && <TaskAt taskId={taskId} past={past} close={() => open(null)} />}
    </section>
  );
}

function TaskAt({ taskId, past, close }: { taskId: string; past: { asOf?: string }; close: () => void }) {
  const { t } = useTranslation(['audit', 'terms']);
  const isWide = Grid.useBreakpoint().md ?? true;
  const task = api.useQuery('get', '/api/v1/tasks/{id}', { params: { path: { id: taskId }, query: past } });
  return (
    <Drawer
      open
      onClose={close}
      size={isWide ? 640 : '100%'}
      title={t('at.taskAt', {
        on: past.asOf ? [dayOfPoint(past.asOf), timeOfPoint(past.asOf)].join(' ') : t('at.today'),
      })}
    >
      {task.error && <ProblemView problem={task.error} retry={() => void task.refetch()} />}
      {task.data && (
        <>
          <p className="words">{task.data.content}</p>
          <Table
            rowKey="id"
            size="small"
            pagination={false}
            scroll={{ x: true }}
            dataSource={task.data.assignments}
            columns={[
              { title: t('filter.unit'), dataIndex: 'unitName' },
              {
                title: t('at.role'),
                dataIndex: 'role',
                render: (role: 'lead' | 'responsible' | 'cooperating') => t(`terms:role.${role}`),
              },
              {
                title: t('at.state'),
                dataIndex: 'state',
                render: (state: (typeof STATES)[number]) => t(`terms:assignment.${state}`),
              },
            ]}
          />
          <p>
            <Link to={`/audit?taskId=${taskId}`}>{t('at.timeline')}</Link>
          </p>
        </>
      )}
    </Drawer>
  );
}
