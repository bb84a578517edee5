import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Descriptions, Spin, Tag } from 'antd';
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { Table } from '../layout/table';
import { useChanges } from '../api/changes';
import { api, type Schemas } from '../api/client';
import { Day, DueDay, Instant } from '../layout/day';
import { PageHead } from '../layout/page-head';
import { useSubject } from '../layout/subject';
import { Light } from '../lights/light';
import { OtherActs } from '../mine/other-acts';
import { ProblemView } from '../problem/problem-view';
import { useSession } from '../session/session';
import { Happened } from './happened';
import { type Part, PartActs } from './part-acts';
import { Reports } from './reports';
import { Satisfaction } from './satisfaction';
import './task.css';

const ActionPlans = lazy(() => import('./action-plans'));
const MatterActs = lazy(() => import('../matters/matter-acts'));
const Instruct = lazy(() => import('../leader/instruct'));
const Groups = lazy(() => import('./groups'));
const Targets = lazy(() => import('./targets'));
const Restrict = lazy(() => import('../restrictions/restrict').then((module) => ({ default: module.Restrict })));

type Task = Schemas['TaskDto'];
/** So much of a part's words tells it from the others. */
const PART_CHARACTERS = 24;

/** A task (责任事项) with all that belongs to it: who does what by when, what they reported, what was said to it. */
export default function TaskPage() {
  const { taskId = '' } = useParams();
  const { t } = useTranslation('task');
  const task = api.useQuery('get', '/api/v1/tasks/{id}', { params: { path: { id: taskId } } });
  const changes = useChanges(taskId);
  const queries = useQueryClient();
  // Its history too: most of what happens to a task happens to a part of it, and leaves its own row as it was.
  const again = useCallback(() => void queries.invalidateQueries({ queryKey: ['get'] }), [queries]);
  useEffect(() => {
    if (changes > 0) again();
  }, [changes, again]);

  if (task.error) return <ProblemView problem={task.error} retry={again} />;
  if (!task.data) return <Spin className="page-loading" />;
  return <TaskView task={task.data} again={again} title={t('untitled')} />;
}

function TaskView({ task, again, title }: { task: Task; again: () => void; title: string }) {
  const { t } = useTranslation(['task', 'terms']);
  const { me, may } = useSession();
  const parts = [task, ...task.subtasks].flatMap(({ assignments }) => assignments);
  // Of the lead’s part nobody waits for a group.
  const withGroups = [task, ...task.subtasks].filter(({ assignments }) =>
    assignments.some(({ groupId, role }) => groupId !== null && role !== 'lead'),
  );
  const withTargets = [task, ...task.subtasks]
    .filter(({ targets }) => targets.length > 0)
    .map(({ id, targets, milestones }) => ({ id, planId: task.planId, targets, milestones }));
  const own = parts.filter(({ unitId }) => unitId === me.unitId);
  const [isInstructing, setInstructing] = useState(false);
  const leads = [...new Set(parts.filter(({ role }) => role === 'lead').map(({ unitName }) => unitName))];
  return (
    <article>
      <PageHead
        title={[title, task.number].filter(Boolean).join(' ')}
        extra={
          <>
            <Light light={task.light} />
            {task.state && <Tag>{t(`terms:assignment.${task.state}`)}</Tag>}
          </>
        }
      >
        {may('instruction.give') && <Button onClick={() => setInstructing(true)}>{t('instruct')}</Button>}
        {task.matter && (
          <Suspense>
            <MatterActs task={task} again={again} />
          </Suspense>
        )}
      </PageHead>
      {isInstructing && (
        <Suspense>
          <Instruct task={{ ...task, leads }} close={() => setInstructing(false)} />
        </Suspense>
      )}
      <About task={task} />
      {own.map((part) => (
        <OtherActs key={part.id} task={task} part={part} title={t('mine', { part: ownName(task, part, own.length) })} />
      ))}
      <Panel title={t('parts')}>
        <Parts task={task} parts={parts} again={again} />
        {withGroups.map(({ id }) => (
          <Suspense key={id} fallback={<Spin />}>
            <Groups taskId={id} again={again} />
          </Suspense>
        ))}
      </Panel>
      {withTargets.length > 0 && may('read.own') && (
        <Panel title={t('course.title')}>
          <Suspense fallback={<Spin />}>
            <Targets tasks={withTargets} again={again} />
          </Suspense>
        </Panel>
      )}
      <Panel title={t('owed')} isEmpty={task.obligations.length === 0}>
        <Owed task={task} parts={parts} />
      </Panel>
      {task.reports.some(({ kind }) => kind === 'action_plan') && (
        <Panel title={t('actionPlans')}>
          <Suspense fallback={<Spin />}>
            <ActionPlans parts={parts.filter(({ role }) => role === 'lead')} again={again} />
          </Suspense>
        </Panel>
      )}
      <Panel title={t('reports')} isEmpty={task.reports.length === 0}>
        <Reports task={task} again={again} />
      </Panel>
      <Panel title={t('notices')} isEmpty={task.notices.length === 0}>
        <Notices task={task} />
      </Panel>
      <Panel title={t('instructions')} isEmpty={task.instructions.length === 0}>
        {task.instructions.map((one) => (
          <blockquote key={one.id} className="said">
            <p className="words">{one.text}</p>
            <footer>
              {one.leader} · <Instant at={one.givenAt} /> · {t('instruction.dueOn')} <Day date={one.dueOn} /> ·{' '}
              {t('instruction.to', { units: one.units.map(({ unitName }) => unitName).join('、') })}
            </footer>
          </blockquote>
        ))}
      </Panel>
      <Panel title={t('verifications')} isEmpty={task.verifications.length === 0}>
        {task.verifications.map((one) => (
          <blockquote key={one.id} className="said">
            <p>
              <Tag color={one.event === 'verify' ? 'green' : 'red'}>{t(`verification.${one.event}`)}</Tag>
              {t(`verification.${one.method}`)} · <Instant at={one.recordedAt} />
            </p>
            <p className="words">{one.conclusion}</p>
          </blockquote>
        ))}
      </Panel>
      <Panel title={t('satisfaction')}>
        <Satisfaction task={task} again={again} />
      </Panel>
      {me.unitId === null && may('matter.restrict') && (
        <Panel title={t('restrict')}>
          <Suspense fallback={<Spin />}>
            <Restrict kind="task" id={task.id} changed={again} />
          </Suspense>
        </Panel>
      )}
      <Panel title={t('history')}>
        <Happened taskId={task.id} />
      </Panel>
    </article>
  );
}

/** Which of several parts of one's own it is: by the beginning of what it is about. */
function ownName(task: Task, part: Part, count: number): string {
  const of = task.subtasks.find(({ assignments }) => assignments.some(({ id }) => id === part.id));
  return count > 1 && of ? `：${of.content.slice(0, PART_CHARACTERS)}…` : '';
}

function Panel({ title, isEmpty = false, children }: { title: string; isEmpty?: boolean; children: ReactNode }) {
  const { t } = useTranslation('task');
  return (
    <section className="panel">
      <h2>{title}</h2>
      {isEmpty ? <p className="nothing">{t('none')}</p> : children}
    </section>
  );
}

function About({ task }: { task: Task }) {
  const { t } = useTranslation(['task', 'terms']);
  return (
    <section className="panel">
      {task.path.length > 0 && <p className="task-path">{task.path.join(' › ')}</p>}
      <p className="task-content words">{task.content}</p>
      {task.leadInferred && <Alert type="info" showIcon title={t('leadInferred')} className="task-note" />}
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2 }}
        items={[
          {
            key: 'due',
            label: t('due'),
            children: (
              <>
                <Day date={task.dueOn} isDue={task.state !== 'verified'} />
                {task.deadline && <span className="task-said">{t('openEnded', { text: task.deadline.text })}</span>}
              </>
            ),
          },
          ...(task.leaders.length > 0
            ? [{ key: 'leaders', label: t('leaders'), children: task.leaders.join('、') }]
            : []),
          ...(task.targets.length > 0
            ? [{ key: 'targets', label: t('targets'), children: task.targets.map(({ text }) => text).join('；') }]
            : []),
          ...(task.milestones.length > 0
            ? [
                {
                  key: 'milestones',
                  label: t('milestones'),
                  children: (
                    <ul className="plain">
                      {task.milestones.map(({ text, due }) => (
                        <li key={text}>
                          {text} <Day date={due} />
                        </li>
                      ))}
                    </ul>
                  ),
                },
              ]
            : []),
          ...(task.matter
            ? [
                {
                  key: 'matter',
                  label: t('matter'),
                  children: `${task.matter.kindName} ${task.matter.number} ${Object.values(task.matter.source).join(' ')}`,
                },
              ]
            : []),
        ]}
      />
      {task.subtasks.length > 0 && (
        <ol className="task-subtasks">
          {task.subtasks.map(({ id, content, state }) => (
            <li key={id}>
              <Link to={`/tasks/${id}`}>{content}</Link> {state && <Tag>{t(`terms:assignment.${state}`)}</Tag>}
            </li>
          ))}
        </ol>
      )}
      {task.carriedFrom && (
        <Link to={`/tasks/${task.carriedFrom.taskId}`}>{t('carriedFrom', { title: task.carriedFrom.planTitle })}</Link>
      )}
      {task.carriedTo.map((one) => (
        <Link key={one.taskId} to={`/tasks/${one.taskId}`}>
          {t('carriedTo', { title: one.planTitle })}
        </Link>
      ))}
    </section>
  );
}

function Parts({ task, parts, again }: { task: Task; parts: Part[]; again: () => void }) {
  const { t } = useTranslation(['task', 'terms']);
  const { me } = useSession();
  const leadsOwn = parts.some(({ unitId, role }) => unitId === me.unitId && role === 'lead');
  const nextOf = (part: Part) =>
    task.obligations.find(({ assignmentId, state }) => assignmentId === part.id && state === 'open');
  return (
    <Table
      rowKey="id"
      size="small"
      pagination={false}
      scroll={{ x: 640 }}
      dataSource={parts}
      columns={[
        { title: t('part.unit'), dataIndex: 'unitName' },
        { title: t('part.role'), render: (_, { role }) => t(`terms:role.${role}`) },
        {
          title: t('part.state'),
          render: (_, { id, state, marks }) => {
            const below = task.breakdowns.find(({ assignmentId }) => assignmentId === id);
            return (
              <>
                {t(`terms:assignment.${state}`)}
                {marks?.map((mark) => (
                  <Tag key={mark} color="orange">
                    {t(`marks.${mark}`)}
                  </Tag>
                ))}
                {below && <div>{t('breakdown', { count: below.tasks, share: Math.round(below.shareDone * 100) })}</div>}
              </>
            );
          },
        },
        {
          title: t('part.next'),
          render: (_, part) => {
            const next = nextOf(part);
            if (!next) return null;
            return (
              <>
                <ObligationName kind={next.kind} subject={next.subject} /> <DueDay at={next.dueAt} />
              </>
            );
          },
        },
        { key: 'act', render: (_, part) => <PartActs part={part} leadsOwn={leadsOwn} done={again} /> },
      ]}
    />
  );
}

const KNOWN_KINDS = [
  'sign_for',
  'action_plan',
  'progress_report',
  'milestone',
  'completion',
  'rectification',
  'instruction',
] as const;

function ObligationName({ kind, subject }: { kind: string; subject: string | null }) {
  const { t } = useTranslation('terms');
  const inWords = useSubject();
  const known = KNOWN_KINDS.find((one) => one === kind);
  return (
    <>
      {known ? t(`obligation.${known}`) : kind}
      {subject && `（${inWords(subject)}）`}
    </>
  );
}

function Owed({ task, parts }: { task: Task; parts: Part[] }) {
  const { t } = useTranslation(['task', 'terms']);
  const unitOf = new Map(parts.map(({ unitId, unitName }) => [unitId, unitName]));
  return (
    <Table
      rowKey="id"
      size="small"
      pagination={task.obligations.length > 20 ? { pageSize: 20 } : false}
      scroll={{ x: 560 }}
      dataSource={task.obligations}
      columns={[
        {
          title: t('obligation.what'),
          render: (_, { kind, subject }) => <ObligationName kind={kind} subject={subject} />,
        },
        { title: t('obligation.unit'), render: (_, { unitId }) => unitOf.get(unitId) },
        {
          title: t('obligation.due'),
          render: (_, { dueAt, state }) => <DueDay at={dueAt} isOpen={state === 'open'} />,
        },
        { title: t('obligation.state'), render: (_, { state }) => t(`terms:obligationState.${state}`) },
        { title: t('obligation.settled'), render: (_, { settledAt }) => <Instant at={settledAt} /> },
      ]}
    />
  );
}

function Notices({ task }: { task: Task }) {
  const { t } = useTranslation(['task', 'terms']);
  return (
    <Table
      rowKey="id"
      size="small"
      pagination={false}
      scroll={{ x: 640 }}
      dataSource={task.notices}
      columns={[
        { title: t('notice.number'), dataIndex: 'number' },
        { title: t('notice.colour'), render: (_, { colour }) => t(`terms:colour.${colour}`) },
        { title: t('notice.state'), render: (_, { state }) => t(`terms:notice.${state}`) },
        { title: t('notice.issued'), render: (_, { issuedAt }) => <Instant at={issuedAt} /> },
        {
          title: t('notice.answerDue'),
          render: (_, { answerDueOn, state }) => <Day date={answerDueOn} isDue={state === 'issued'} />,
        },
        { title: t('notice.answer'), dataIndex: 'answer', className: 'words' },
        {
          title: t('notice.document'),
          render: (_, { id, number }) => (
            <a href={`/api/v1/notices/${id}/document?format=docx`} download>
              <span className="visually-hidden">
                {t('notice.document')} {number}{' '}
              </span>
              .docx
            </a>
          ),
        },
      ]}
    />
  );
}
