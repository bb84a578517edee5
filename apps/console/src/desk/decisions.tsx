import { Tag } from 'antd';
import { type ComponentProps, lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { usePages } from '../api/use-pages';
import { Day, Instant } from '../layout/day';
import { TaskLink } from '../layout/task-link';
import { JudgeAnswer } from '../notices/judge-answer';
import { useSession } from '../session/session';
import { DecideApplication } from './decide-application';
import { SettleCoordination } from './settle-coordination';

const SettleObjection = lazy(() =>
  import('./settle-objection').then((module) => ({ default: module.SettleObjection })),
);

/** Everything that waits for a decision of the office, the first due first. */
export function useDecisions() {
  const applications = usePages('/api/v1/applications', { state: 'requested', limit: 50 });
  const objections = usePages('/api/v1/objections', { state: 'open', limit: 50 });
  const coordinations = usePages('/api/v1/coordinations', { state: 'raised', limit: 50 });
  const notices = usePages('/api/v1/notices', { state: 'answered', limit: 50 });
  const all = [applications, objections, coordinations, notices];
  const waiting = {
    // What a lead set, a lead decides.
    applications: applications.items.filter(({ approverUnitId }) => approverUnitId === null),
    objections: objections.items,
    coordinations: coordinations.items,
    notices: notices.items,
  };
  return {
    ...waiting,
    count: Object.values(waiting).reduce((sum, { length }) => sum + length, 0),
    isPending: all.some(({ isPending }) => isPending),
    problem: all.find(({ error }) => error)?.error ?? null,
  };
}

export function Decisions({
  decisions: { applications, objections, coordinations, notices },
}: {
  decisions: ReturnType<typeof useDecisions>;
}) {
  const { t } = useTranslation(['desk', 'terms']);
  const { may } = useSession();
  return (
    <ul className="plain-list">
      {objections.map((objection) => (
        <li key={objection.id}>
          <Head
            kind={t('desk:kind.objection')}
            unit={objection.unitName}
            at={objection.raisedAt}
            due={objection.answerDueOn}
            task={objection}
          />
          <p className="words">{objection.reason}</p>
          {may('assignment.judge') && (
            <Suspense>
              <SettleObjection objection={objection} />
            </Suspense>
          )}
        </li>
      ))}
      {applications.map((application) => (
        <li key={application.id}>
          <Head
            kind={t(`desk:application.${application.kind}`)}
            unit={application.unitName}
            at={application.requestedAt}
            due={application.decideBy}
            task={application}
          />
          <p className="words">
            {application.askedDueOn && (
              <>
                {t('desk:asked')} <Day date={application.presentDueOn} /> → <Day date={application.askedDueOn} />
                <br />
              </>
            )}
            {application.reason}
            {application.progress && (
              <>
                <br />
                <span className="quiet">{t('desk:progress')}</span> {application.progress}
              </>
            )}
          </p>
          {may('application.decide') && <DecideApplication application={application} />}
        </li>
      ))}
      {coordinations.map((coordination) => (
        <li key={coordination.id}>
          <Head
            kind={t('desk:kind.coordination')}
            unit={`${coordination.unitName} ↔ ${coordination.withUnitNames.join('、')}`}
            at={coordination.raisedAt}
            due={coordination.dueOn}
            task={coordination}
          />
          <p className="words">
            <b>{coordination.about}</b>
            <br />
            {coordination.reason}
          </p>
          {may('assignment.judge') && <SettleCoordination coordination={coordination} />}
        </li>
      ))}
      {notices.map((notice) => (
        <li key={notice.id}>
          <Head
            kind={t('desk:kind.notice', { number: notice.number })}
            unit={notice.unitName}
            at={notice.answeredAt}
            due={notice.judgeBy}
            task={notice}
          />
          <p className="words">{notice.answer}</p>
          {may('notice.judge') && <JudgeAnswer notice={notice} />}
        </li>
      ))}
    </ul>
  );
}

function Head({
  kind,
  unit,
  at,
  due,
  task,
}: {
  kind: string;
  unit: string;
  at: string | null;
  due: string | null;
  task: ComponentProps<typeof TaskLink>['of'];
}) {
  const { t } = useTranslation('desk');
  return (
    <div className="decision-head">
      <Tag color="blue">{kind}</Tag> <b>{unit}</b>{' '}
      <span className="quiet">
        <Instant at={at} />
      </span>
      {due && (
        <span>
          {t('decideBy')} <Day date={due} isDue />
        </span>
      )}
      <TaskLink of={task} />
    </div>
  );
}
