import { Grid, Select, Spin } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Tabs } from '../layout/tabs';
import { api, type Problem, type Schemas } from '../api/client';
import { Empty } from '../layout/empty';
import { PageHead } from '../layout/page-head';
import { inOrder, usePlan } from '../plans/plan';
import { ProblemView } from '../problem/problem-view';
import { now } from '../session/clock';
import { DistrictMap } from './district-map';
import { Gantt } from './gantt';
import { HeatMap } from './heat-map';
import { HoldingBars } from './holding-bars';
import {
  cellsOf,
  countBy,
  countByDay,
  ganttRows,
  isLate,
  useFollowUps,
  useObligations,
  usePlanTasks,
} from './plan-figures';
import { ProgressCurve } from './progress-curve';
import { FLOWS, StateFlow } from './state-flow';
import { YearCalendar } from './year-calendar';

type Plan = Schemas['PlansDto']['items'][number];
const SHOWN = ['curves', 'heat', 'gantt', 'holdings', 'calendar', 'map', 'flow'] as const;

/** The pictures of a plan (图表): each by itself, and each as a table, too. */
export default function PicturesPage() {
  const { t } = useTranslation('pictures');
  const [search, setSearch] = useSearchParams();
  const plans = api.useQuery('get', '/api/v1/plans', { params: { query: { limit: 200 } } });
  const issued = plans.data?.items.filter(({ state }) => state !== 'draft') ?? [];
  const plan =
    issued.find(({ id }) => id === search.get('plan')) ??
    issued.find(({ source }) => source === 'document') ??
    issued[0];
  const set = (key: string, value: string): void =>
    setSearch((before) => {
      before.set(key, value);
      return before;
    });
  const show = SHOWN.find((one) => one === search.get('show')) ?? 'curves';
  const isWide = Grid.useBreakpoint().md ?? true;
  return (
    <>
      <PageHead title={t('title')} />
      {plans.error && <ProblemView problem={plans.error} retry={() => void plans.refetch()} />}
      <div className="pictures-choice">
        <Select
          aria-label={t('plan')}
          style={{ minWidth: 280, maxWidth: '100%' }}
          loading={plans.isPending}
          value={plan?.id}
          options={issued.map(({ id, title }) => ({ value: id, label: title }))}
          onChange={(id) => set('plan', id)}
        />
      </div>
      <section className="panel">
        {plans.data && !plan && <Empty says={t('noPlan')} />}
        {plan && !isWide && (
          <>
            <Select
              aria-label={t('title')}
              style={{ width: '100%', marginBottom: 16 }}
              value={show}
              options={SHOWN.map((value) => ({ value, label: t(`tab.${value}`) }))}
              onChange={(value) => set('show', value)}
            />
            <Shown key={`${plan.id} ${show}`} what={show} plan={plan} />
          </>
        )}
        {plan && isWide && (
          <Tabs
            activeKey={show}
            onChange={(key) => set('show', key)}
            destroyOnHidden
            items={SHOWN.map((key) => ({
              key,
              label: t(`tab.${key}`),
              children: <Shown key={plan.id} what={key} plan={plan} />,
            }))}
          />
        )}
      </section>
    </>
  );
}

function Shown({ what, plan }: { what: (typeof SHOWN)[number]; plan: Plan }) {
  switch (what) {
    case 'curves':
      return <Curves plan={plan} />;
    case 'heat':
      return <Heat plan={plan} />;
    case 'gantt':
      return <Milestones plan={plan} />;
    case 'holdings':
      return <Holdings plan={plan} />;
    case 'calendar':
      return <Calendar plan={plan} />;
    case 'map':
      return <LateMap plan={plan} />;
    case 'flow':
      return FLOWS.map((machine) => <StateFlow key={machine} machine={machine} />);
  }
}

function Waiting({ of }: { of: readonly { error: Problem | null; isPending: boolean; refetch: () => unknown }[] }) {
  const failed = of.find(({ error }) => error !== null);
  if (failed?.error) return <ProblemView problem={failed.error} retry={() => void failed.refetch()} />;
  return of.some(({ isPending }) => isPending) ? <Spin className="page-loading" /> : null;
}

function Curves({ plan }: { plan: Plan }) {
  const { t } = useTranslation('pictures');
  const [search, setSearch] = useSearchParams();
  const whole = usePlan(plan.id);
  // Nobody has to find out which of a hundred have something to draw.
  const tasks = inOrder(whole.data?.tasks ?? []).filter(({ task }) => task.targets.length > 0);
  const taskId = search.get('task') ?? tasks[0]?.task.id;
  const progress = api.useQuery(
    'get',
    '/api/v1/tasks/{id}/progress',
    { params: { path: { id: taskId ?? '' } } },
    { enabled: taskId !== undefined },
  );
  if (whole.data && taskId === undefined) return <Empty says={t('curve.noneOfPlan')} />;
  return (
    <>
      <Select
        aria-label={t('task')}
        showSearch={{ optionFilterProp: 'label' }}
        style={{ width: '100%', marginBottom: 16 }}
        value={taskId}
        options={tasks.map(({ task: { id, number, content } }) => ({ value: id, label: `${number ?? ''} ${content}` }))}
        onChange={(id) =>
          setSearch((before) => {
            before.set('task', id);
            return before;
          })
        }
      />
      <Waiting of={taskId === undefined ? [whole] : [whole, progress]} />
      {progress.data?.targets.length === 0 && <Empty says={t('curve.noTarget')} />}
      {progress.data?.targets.map((target) => (
        <ProgressCurve key={target.targetId} target={target} />
      ))}
    </>
  );
}

function Heat({ plan }: { plan: Plan }) {
  const { t } = useTranslation('pictures');
  const obligations = useObligations(plan.id);
  const followUps = useFollowUps(plan.id);
  const late = useMemo(
    () => cellsOf((obligations.data ?? []).filter(isLate).map(({ unitName, dueOn }) => ({ unitName, on: dueOn }))),
    [obligations.data],
  );
  const urged = useMemo(
    () => cellsOf((followUps.data ?? []).map(({ unitName, firedAt }) => ({ unitName, on: firedAt }))),
    [followUps.data],
  );
  return (
    <>
      <Waiting of={[obligations, followUps]} />
      {obligations.data && <HeatMap title={t('heat.late')} cells={late} />}
      {followUps.data && <HeatMap title={t('heat.followUps')} cells={urged} />}
    </>
  );
}

function Milestones({ plan }: { plan: Plan }) {
  const { t } = useTranslation(['pictures', 'terms']);
  const tasks = usePlanTasks(plan.id);
  const obligations = useObligations(plan.id);
  const rows = useMemo(
    () =>
      tasks.data && obligations.data
        ? ganttRows(tasks.data, obligations.data, {
            from: plan.issuedOn ?? `${plan.year ?? now().getUTCFullYear()}-01-01`,
            words: (kind) => t(`terms:obligation.${kind}`),
          })
        : null,
    [tasks.data, obligations.data, plan, t],
  );
  if (rows === null) return <Waiting of={[tasks, obligations]} />;
  return rows.length === 0 ? <Empty says={t('gantt.none')} /> : <Gantt title={t('gantt.title')} rows={rows} />;
}

function Holdings({ plan }: { plan: Plan }) {
  const { t } = useTranslation('pictures');
  const holdings = api.useQuery('get', '/api/v1/holdings', { params: { query: { planId: plan.id } } });
  if (!holdings.data) return <Waiting of={[holdings]} />;
  return <HoldingBars title={t('holding.title')} holdings={holdings.data.items} />;
}

function Calendar({ plan }: { plan: Plan }) {
  const { t } = useTranslation('pictures');
  const followUps = useFollowUps(plan.id);
  const days = useMemo(() => countByDay((followUps.data ?? []).map(({ firedAt }) => firedAt)), [followUps.data]);
  if (!followUps.data) return <Waiting of={[followUps]} />;
  return <YearCalendar title={t('calendar.title')} year={plan.year ?? now().getUTCFullYear()} days={days} />;
}

function LateMap({ plan }: { plan: Plan }) {
  const { t } = useTranslation('pictures');
  const obligations = useObligations(plan.id);
  const sums = useMemo(
    () => countBy((obligations.data ?? []).filter(isLate).map(({ unitName }) => unitName)),
    [obligations.data],
  );
  if (!obligations.data) return <Waiting of={[obligations]} />;
  return <DistrictMap title={t('map.title')} sums={sums} />;
}
