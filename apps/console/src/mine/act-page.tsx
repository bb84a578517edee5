import { useQueryClient } from '@tanstack/react-query';
import { Alert, Skeleton } from 'antd';
import { type ComponentType, lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { api } from '../api/client';
import { Day } from '../layout/day';
import { LinkButton } from '../layout/link-button';
import { NotFound } from '../layout/no-page';
import { PageHead } from '../layout/page-head';
import { Light } from '../lights/light';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import { useDone } from '../undo/use-done';
import { type Act, ACTS, actPath } from './act-path';
import type { ActProps, Part, Task } from './act-props';
import { OtherActs } from './other-acts';
import './mine.css';

const PAGES: Readonly<Record<Act, ComponentType<ActProps>>> = {
  sign: lazy(() => import('./acts/sign-act')),
  object: lazy(() => import('./acts/object-act')),
  plan: lazy(() => import('./acts/plan-act')),
  report: lazy(() => import('./acts/report-act')),
  completion: lazy(() => import('./acts/completion-act')),
  withdraw: lazy(() => import('./acts/withdraw-act')),
  apply: lazy(() => import('./acts/apply-act')),
  notice: lazy(() => import('./acts/notice-act')),
  contributions: lazy(() => import('./acts/contributions-act')),
  contribution: lazy(() => import('./acts/contribution-act')),
  breakdown: lazy(() => import('./acts/breakdown-act')),
  confirm: lazy(() => import('./acts/confirm-act')),
  coordination: lazy(() => import('./acts/coordination-act')),
};

/** What nobody hands in on a part that was not signed for. */
const AFTER_SIGNING: readonly Act[] = ['plan', 'report', 'completion'];

/** One thing that a unit does with its part of a task, on one page. */
export default function ActPage() {
  const { taskId = '', assignmentId = '', act = '' } = useParams();
  const [search] = useSearchParams();
  const { t } = useTranslation('mine');
  const { me } = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const say = useDone();
  const task = api.useQuery('get', '/api/v1/tasks/{id}', { params: { path: { id: taskId } } });
  if (!isAct(act)) return <NotFound />;
  if (task.error) return <ProblemView problem={task.error} retry={() => void task.refetch()} />;
  if (!task.data) return <Skeleton active />;
  const parts = [task.data, ...task.data.subtasks].flatMap(({ assignments }) => assignments);
  const part = parts.find(({ id }) => id === assignmentId) ?? parts.find(({ unitId }) => unitId === me.unitId);
  if (!part) return <NotFound />;
  const Element = PAGES[act];
  const done: ActProps['done'] = (undo) => {
    void queries.invalidateQueries({ queryKey: ['get'] });
    say(t(`done.${act}`), undo);
    void navigate('/mine');
  };
  return (
    <div className="act">
      <PageHead title={t(`title.${act}`)}>
        <Link to="/mine">{t('back')}</Link>
      </PageHead>
      <TaskInShort task={task.data} part={part} />
      <Suspense fallback={<Skeleton active />}>
        {part.state === 'assigned' && AFTER_SIGNING.includes(act) ? (
          <Alert
            type="info"
            showIcon
            className="act-note"
            title={t('signFirst')}
            action={<LinkButton to={actPath({ taskId, assignmentId: part.id }, 'sign')}>{t('do.sign')}</LinkButton>}
          />
        ) : (
          <Element
            key={`${act} ${part.id} ${search.get('of')}`}
            task={task.data}
            part={part}
            of={search.get('of')}
            done={done}
            refresh={() => task.refetch()}
          />
        )}
      </Suspense>
      <OtherActs task={task.data} part={part} except={act} />
    </div>
  );
}

const isAct = (act: string): act is Act => (ACTS as readonly string[]).includes(act);

/** Of which task: enough to know what one writes about. */
function TaskInShort({ task, part }: { task: Task; part: Part }) {
  const { t } = useTranslation(['mine', 'terms']);
  return (
    <section className="panel act-task" aria-label={t('task')}>
      <Link to={`/tasks/${task.id}`}>
        {task.number && <strong>{task.number} </strong>}
        {task.content}
      </Link>
      <p className="act-task-facts">
        <span>
          {part.unitName} · {t(`terms:role.${part.role}`)} · {t(`terms:assignment.${part.state}`)}
          {(part.marks ?? []).map((mark) => ` · ${t(`terms:assignment.${mark}`)}`)}
        </span>
        {task.dueOn && (
          <span>
            {t('dueOn')} <Day date={task.dueOn} />
          </span>
        )}
        <Light light={task.light} />
      </p>
    </section>
  );
}
