import { Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Schemas } from '../api/client';
import { usePages } from '../api/use-pages';
import { Day, dayOf } from '../layout/day';
import { Empty } from '../layout/empty';
import { useSubject } from '../layout/subject';
import { TaskLink } from '../layout/task-link';
import { ProblemView } from '../problem/problem-view';
import { now } from '../session/clock';

const DAYS_AHEAD = 30;
const DAY_MS = 86_400_000;
/** Lines of a day, and units of a line, that the desk has room for. */
const SHOWN = 12;
const NAMED = 3;

/** An instant after all that is due on the day, and before what is due on the next: the board asks for one. */
const afterDay = (day: string): string => new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString();

type Owed = Schemas['ObligationsDto']['items'][number];

/** What several units owe of one task is one line. */
function byTask(items: readonly Owed[]): { first: Owed; units: string[] }[] {
  const lines = new Map<string, { first: Owed; units: string[] }>();
  for (const one of items) {
    const key = `${one.taskId} ${one.kind} ${one.subject}`;
    const line = lines.get(key) ?? { first: one, units: [] };
    lines.set(key, { ...line, units: [...line.units, one.unitName] });
  }
  return [...lines.values()];
}

/** What units owe in the next days, by the day on which it is due. */
export function DueByDay() {
  const { t } = useTranslation(['desk', 'terms']);
  const inWords = useSubject();
  const today = dayOf(now());
  // The same through the day, so that the question is asked once.
  const dueBefore = new Date(Date.parse(`${today}T00:00:00Z`) + DAYS_AHEAD * DAY_MS).toISOString();
  const owed = usePages('/api/v1/obligations', { state: 'open', dueBefore, limit: 200 });
  const coming = owed.items.filter(({ dueOn }) => dueOn >= today);
  const days = [...new Set(coming.map(({ dueOn }) => dueOn))].map((day) => {
    const items = coming.filter(({ dueOn }) => dueOn === day);
    return { day, items, lines: byTask(items) };
  });
  return (
    <section className="panel" id="due">
      <h2>{t('desk:due', { days: DAYS_AHEAD })}</h2>
      {owed.error && <ProblemView problem={owed.error} />}
      {owed.isPending && <Skeleton active />}
      {!owed.isPending && coming.length === 0 && <Empty says={t('desk:noDue', { days: DAYS_AHEAD })} />}
      {days.map(({ day, items, lines }) => (
        <details key={day} open={days.length < 4}>
          <summary>
            <b>
              <Day date={day} />
            </b>{' '}
            {t('desk:items', { count: items.length })}
          </summary>
          <ul className="message-lines">
            {lines.slice(0, SHOWN).map(({ first, units }) => (
              <li key={first.id}>
                <TaskLink of={first} /> {t(`terms:obligation.${first.kind}`)} {inWords(first.subject)} ·{' '}
                {units.length > NAMED
                  ? t('desk:andUnits', { names: units.slice(0, NAMED).join('、'), count: units.length })
                  : units.join('、')}
              </li>
            ))}
            {lines.length > SHOWN && (
              <li>
                <Link to={`/board?${new URLSearchParams({ dueBefore: afterDay(day), sort: 'due' })}`}>
                  {t('desk:othersOnBoard', { count: lines.length - SHOWN })}
                </Link>
              </li>
            )}
          </ul>
        </details>
      ))}
    </section>
  );
}
