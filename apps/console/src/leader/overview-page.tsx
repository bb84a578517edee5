import { Select, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { useLive } from '../api/live';
import { dayOf } from '../layout/day';
import { Empty } from '../layout/empty';
import { LinkButton } from '../layout/link-button';
import { PageHead } from '../layout/page-head';
import { Light, type LightColour } from '../lights/light';
import { LightTrend } from '../lights/light-trend';
import { ProblemView } from '../problem/problem-view';
import { now } from '../session/clock';
import { useSession } from '../session/session';
import { GivenInstructions } from './given-instructions';
import { TaskThatMatters } from './task-that-matters';
import { type Dashboard, useNow, usePlan, useTenThatMatter, useTrend } from './use-overview';
import './leader.css';

export const LIGHTS = ['red', 'yellow', 'green'] as const satisfies readonly LightColour[];

/** A leader's page (领导总览): how it stands, what matters most, who is late, and a word on it. */
export default function OverviewPage() {
  const { t } = useTranslation(['leader', 'console']);
  const [search, setSearch] = useSearchParams();
  const { plan, plans, isPending, error } = usePlan(search.get('plan'));
  if (error) return <ProblemView problem={error} />;
  if (isPending) return <Skeleton active />;
  return (
    <div className="overview">
      <PageHead title={t('console:nav.overview')} extra={plan && <span className="overview-plan">{plan.title}</span>}>
        {plans.length > 1 && (
          <Select
            value={plan?.id}
            aria-label={t('plan')}
            onChange={(id) => setSearch({ plan: id }, { replace: true })}
            options={plans.map(({ id, title }) => ({ value: id, label: title }))}
          />
        )}
        {plan && <LinkButton to={`/screen?plan=${plan.id}`}>{t('bigScreen')}</LinkButton>}
      </PageHead>
      {plan ? (
        <Overview planId={plan.id} issuedOn={plan.issuedOn} />
      ) : (
        <section className="panel">
          <Empty says={t('noPlan')} />
        </section>
      )}
    </div>
  );
}

function Overview({ planId, issuedOn }: { planId: string; issuedOn: string | null }) {
  const { t } = useTranslation('leader');
  const { may } = useSession();
  useLive();
  const present = useNow(planId);
  const trend = useTrend(planId, issuedOn, present.data);
  const ten = useTenThatMatter(planId);
  if (present.error) return <ProblemView problem={present.error} retry={() => void present.refetch()} />;
  return (
    <div className="overview-grid">
      <section className="panel overview-lights">
        <h2>{t('lights')}</h2>
        {present.data ? <Lights planId={planId} dashboard={present.data} /> : <Skeleton active />}
      </section>
      <section className="panel overview-trend" aria-busy={trend.some(({ lights }) => lights === null)}>
        <h2>{t('trend')}</h2>
        <LightTrend points={trend} />
      </section>
      <section className="panel overview-ten">
        <h2>{t('ten')}</h2>
        {ten.error && <ProblemView problem={ten.error} />}
        {ten.isPending && <Skeleton active />}
        {!ten.isPending && ten.tasks.length === 0 && <Empty says={t('noTen')} />}
        <ol className="ten">
          {ten.tasks.map((task) => (
            <TaskThatMatters key={task.id} task={task} mayInstruct={may('instruction.give')} />
          ))}
        </ol>
      </section>
      <section className="panel overview-late">
        <h2>{t('late')}</h2>
        {present.data && <LateUnits dashboard={present.data} planId={planId} />}
      </section>
      <section className="panel overview-instructions">
        <h2>{t('instructions')}</h2>
        <GivenInstructions planId={planId} />
      </section>
    </div>
  );
}

const DAY_MS = 86_400_000;
/** The same through the day, so that the address is. */
const inDays = (days: number): string =>
  new Date(Date.parse(`${dayOf(now())}T00:00:00Z`) + days * DAY_MS).toISOString();

/** The lights as large numbers, each of which leads to its tasks. */
function Lights({ planId, dashboard }: { planId: string; dashboard: Dashboard }) {
  const { t } = useTranslation(['leader', 'terms']);
  const notices = Object.values(dashboard.standingNotices).reduce((sum, count) => sum + count, 0);
  const { overdue, dueWithin7Days } = dashboard.obligations;
  const board = (filter: Record<string, string>): string => `/board?${new URLSearchParams({ planId, ...filter })}`;
  return (
    <>
      <div className="light-numbers">
        {LIGHTS.map((light) => (
          <Link
            key={light}
            to={`/board?planId=${planId}&light=${light}`}
            className={`light-number light-number-${light}`}
          >
            <strong>{dashboard.lights[light] ?? 0}</strong>
            <Light light={light} />
          </Link>
        ))}
      </div>
      <p className="overview-facts">
        <Link to={board({ state: 'verified' })}>{t('verified', { count: dashboard.tasks['verified'] ?? 0 })}</Link>
        <Link to={board({ dueBefore: inDays(0), sort: 'due' })}>{t('overdue', { count: overdue })}</Link>
        <Link to={board({ dueBefore: inDays(7), sort: 'due' })}>{t('dueSoon', { count: dueWithin7Days })}</Link>
        <Link to="/notices?state=standing">{t('notices', { count: notices })}</Link>
      </p>
    </>
  );
}

/** Who is late how often: in words and as a bar; of a plan, each unit leads to its tasks. */
export function LateUnits({ dashboard, planId }: { dashboard: Dashboard; planId?: string }) {
  const { t } = useTranslation('leader');
  if (dashboard.lateUnits.length === 0) return <p>{t('nobodyLate')}</p>;
  const most = Math.max(...dashboard.lateUnits.map(({ late }) => late));
  return (
    <ol className="late-units">
      {dashboard.lateUnits.slice(0, planId === undefined ? 6 : undefined).map(({ unitId, unitName, due, late }) => (
        <li key={unitId}>
          <span className="late-name">
            {planId === undefined ? (
              unitName
            ) : (
              <Link to={`/board?planId=${planId}&unitId=${unitId}&sort=due`}>{unitName}</Link>
            )}
          </span>
          <span className="late-bar" aria-hidden>
            <span style={{ width: `${(late / most) * 100}%` }} />
          </span>
          <span className="late-count">{t('lateOf', { late, due })}</span>
        </li>
      ))}
    </ol>
  );
}
