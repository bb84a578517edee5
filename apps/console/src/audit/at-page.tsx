import { DatePicker, Select, Slider, Switch, TimePicker } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { api } from '../api/client';
import { dayOf } from '../layout/day';
import { Empty } from '../layout/empty';
import { PageHead } from '../layout/page-head';
import { ProblemView } from '../problem/problem-view';
import { now } from '../session/clock';
import { BoardAt } from './board-at';
import { ChangesBetween } from './changes-between';
import { dayOfPoint, type Point, pointAt, timeOfPoint } from './points';
import './audit.css';

const DAY_MS = 86_400_000;
const dayNumber = (day: string): number => Math.floor(Date.parse(`${day}T00:00:00Z`) / DAY_MS);
const dayAt = (at: number): string => new Date(at * DAY_MS).toISOString().slice(0, 10);

/**
 * Any instant (任一时点), its day by a slider: how all of a plan, or a task, stood then; or two of them compared. A day
 * without a time is the end of it.
 */
export default function AtPage() {
  const { t } = useTranslation('audit');
  const [search, setSearch] = useSearchParams();
  const plans = api.useQuery('get', '/api/v1/plans', { params: { query: { limit: 200 } } });
  const issued = plans.data?.items.filter(({ state }) => state !== 'draft') ?? [];
  const plan = issued.find(({ id }) => id === search.get('plan')) ?? issued[0];
  const today = dayOf(now());
  const first = plan?.issuedOn ?? dayOf(plan?.createdAt ?? now());
  const at = search.get('at') ?? today;
  const from = search.get('from');
  const taskId = search.get('task');
  const set = (change: Record<string, string | null>): void =>
    setSearch((before) => {
      for (const [key, value] of Object.entries(change)) {
        if (value) before.set(key, value);
        else before.delete(key);
      }
      return before;
    });
  const isComparing = from !== null;
  return (
    <>
      <PageHead title={t('at.title')}>
        <label>
          <Switch checked={isComparing} onChange={(on) => set({ from: on ? first : null })} /> {t('at.compare')}
        </label>
      </PageHead>
      {plans.error && <ProblemView problem={plans.error} retry={() => void plans.refetch()} />}
      {plans.data && !plan && <Empty says={t('at.noPlan')} />}
      {plan && (
        <>
          <section className="panel">
            <Select
              aria-label={t('filter.plan')}
              style={{ minWidth: 280, maxWidth: '100%' }}
              value={plan.id}
              options={issued.map(({ id, title }) => ({ value: id, label: title }))}
              onChange={(id) => set({ plan: id, task: null })}
            />
            <div className="at-slider">
              <Days key={`${plan.id} ${from} ${at}`} first={first} today={today} from={from} at={at} choose={set} />
            </div>
            <div className="at-points">
              {isComparing && <PointField says={t('at.from')} value={from} choose={(point) => set({ from: point })} />}
              <PointField
                says={t(isComparing ? 'at.to' : 'at.day')}
                value={at}
                choose={(point) => set({ at: point })}
              />
            </div>
            <p className="quiet">{t(isComparing ? 'at.endsOfDays' : 'at.endOfDay')}</p>
          </section>
          {isComparing ? (
            <ChangesBetween planId={plan.id} taskId={taskId} from={from} to={at} whole={() => set({ task: null })} />
          ) : (
            <BoardAt
              planId={plan.id}
              asOf={at}
              isToday={at === today}
              taskId={taskId}
              open={(id) => set({ task: id })}
            />
          )}
        </>
      )}
    </>
  );
}

/** The day of a point, and the time of that day where it is not its end. */
function PointField({ says, value, choose }: { says: string; value: Point; choose: (point: Point) => void }) {
  const { t } = useTranslation('audit');
  const day = dayOfPoint(value);
  const time = timeOfPoint(value);
  return (
    <fieldset className="at-point">
      <legend>{says}</legend>
      <DatePicker
        aria-label={says}
        allowClear={false}
        value={dayjs(day)}
        onChange={(chosen) => chosen && choose(pointAt(chosen.format('YYYY-MM-DD'), time))}
      />{' '}
      <TimePicker
        aria-label={t('at.timeOf', { of: says })}
        placeholder={t('at.wholeDay')}
        needConfirm={false}
        value={time === null ? null : dayjs(`${day}T${time}`)}
        onChange={(chosen) => choose(pointAt(day, chosen ? chosen.format('HH:mm:ss') : null))}
      />
    </fieldset>
  );
}

/** The days of a plan as a line: one day of it, or two. */
function Days({
  first,
  today,
  from,
  at,
  choose,
}: {
  first: string;
  today: string;
  from: Point | null;
  at: Point;
  choose: (days: { from?: string; at: string }) => void;
}) {
  const { t } = useTranslation('audit');
  const line = {
    min: dayNumber(first),
    max: dayNumber(today),
    marks: { [dayNumber(first)]: first, [dayNumber(today)]: t('at.today') },
    tooltip: { formatter: (value?: number) => (value === undefined ? '' : dayAt(value)) },
  };
  if (from === null) {
    return (
      <Slider
        {...line}
        ariaLabelForHandle={t('at.day')}
        defaultValue={dayNumber(dayOfPoint(at))}
        onChangeComplete={(value: number) => choose({ at: dayAt(value) })}
      />
    );
  }
  return (
    <Slider
      {...line}
      range
      ariaLabelForHandle={[t('at.from'), t('at.to')]}
      defaultValue={[dayNumber(dayOfPoint(from)), dayNumber(dayOfPoint(at))]}
      onChangeComplete={([older = 0, younger = 0]: number[]) => choose({ from: dayAt(older), at: dayAt(younger) })}
    />
  );
}
