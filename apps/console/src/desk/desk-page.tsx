import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useLive } from '../api/live';
import { api } from '../api/client';
import { usePages } from '../api/use-pages';
import { Day, dayOf } from '../layout/day';
import { Empty } from '../layout/empty';
import { PageHead } from '../layout/page-head';
import { ProblemView } from '../problem/problem-view';
import { now } from '../session/clock';
import { useSession } from '../session/session';
import { Arrived } from './arrived';
import { Decisions, useDecisions } from './decisions';
import { DueByDay } from './due-by-day';
import './desk.css';

// A table weighs as much as all the rest of the desk.
const Stuck = lazy(() => import('./stuck').then((module) => ({ default: module.Stuck })));

/** A day at the office: what waits for a decision, what is due, what is stuck, what arrived. */
export default function DeskPage() {
  const { t } = useTranslation('desk');
  const { me } = useSession();
  useLive();
  const dashboard = api.useQuery('get', '/api/v1/dashboard');
  const reported = usePages('/api/v1/tasks', { state: 'reported', limit: 100 });
  const decisions = useDecisions();
  const owed = dashboard.data?.obligations;
  return (
    <>
      <PageHead title={t('title', { name: me.name })} extra={<Day date={dayOf(now())} />} />
      {dashboard.error && <ProblemView problem={dashboard.error} retry={() => void dashboard.refetch()} />}
      <ul className="desk-figures">
        <Figure figure={decisions.count} words={t('figure.decisions')} to="#decisions" isUrgent={decisions.count > 0} />
        <Figure figure={reported.items.length} words={t('figure.reported')} to="/verification" />
        <Figure figure={owed?.dueWithin7Days} words={t('figure.due')} to="#due" />
        <Figure figure={owed?.overdue} words={t('figure.overdue')} to="#stuck" isUrgent={(owed?.overdue ?? 0) > 0} />
        <Figure
          figure={dashboard.data && Object.values(dashboard.data.standingNotices).reduce((sum, one) => sum + one, 0)}
          words={t('figure.notices')}
          to="/notices?state=standing"
        />
      </ul>
      <div className="desk">
        <div>
          <section className="panel" id="decisions">
            <h2>{t('decisions')}</h2>
            {decisions.problem && <ProblemView problem={decisions.problem} />}
            {!decisions.isPending && decisions.count === 0 && reported.items.length === 0 && (
              <Empty says={t('noDecisions')} />
            )}
            {reported.items.length > 0 && (
              <p>
                <Link to="/verification">{t('verify', { count: reported.items.length })}</Link>
              </p>
            )}
            <Decisions decisions={decisions} />
          </section>
          <Arrived />
        </div>
        <div>
          <Suspense fallback={<section className="panel" aria-busy />}>
            <Stuck units={dashboard.data?.mostOverdueUnits ?? []} count={owed?.overdue ?? 0} />
          </Suspense>
          <DueByDay />
        </div>
      </div>
    </>
  );
}

function Figure({
  figure,
  words,
  to,
  isUrgent = false,
}: {
  figure: number | undefined;
  words: string;
  to: string;
  isUrgent?: boolean;
}) {
  const inner = (
    <>
      <strong className={isUrgent ? 'date-late' : undefined}>{figure ?? '…'}</strong>
      <span>{words}</span>
    </>
  );
  return <li>{to.startsWith('#') ? <a href={to}>{inner}</a> : <Link to={to}>{inner}</Link>}</li>;
}
