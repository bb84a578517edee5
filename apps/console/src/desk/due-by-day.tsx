import { Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { usePages } from '../api/use-pages';
import { Day, dayOf } from '../layout/day';
import { Empty } from '../layout/empty';
import { ProblemView } from '../problem/problem-view';
import { now } from '../session/clock';

const DAYS_AHEAD = 30;
const DAY_MS = 86_400_000;
const SHOWN = 12;

/** What units owe in the next days, by the day on which it is due. */
export function DueByDay() {
  const { t } = useTranslation(['desk', 'terms']);
  const today = dayOf(now());
  // The same through the day, so that the question is asked once.
  const dueBefore = new Date(Date.parse(`${today}T00:00:00Z`) + DAYS_AHEAD * DAY_MS).toISOString();
  const owed = usePages('/api/v1/obligations', { state: 'open', dueBefore, limit: 200 });
  const coming = owed.items.filter(({ dueOn }) => dueOn >= today);
  const days = [...new Set(coming.map(({ dueOn }) => dueOn))].map(
    (day) => [day, coming.filter(({ dueOn }) => dueOn === day)] as const,
  );
  return (
    <section className="panel" id="due">
      <h2>{t('desk:due', { days: DAYS_AHEAD })}</h2>
      {owed.error && <ProblemView problem={owed.error} />}
      {owed.isPending && <Skeleton active />}
      {!owed.isPending && coming.length === 0 && <Empty says={t('desk:noDue', { days: DAYS_AHEAD })} />}
      {days.map(([day, items]) => (
        <details key={day} open={days.length < 4}>
          <summary>
            <b>
              <Day date={day} />
            </b>{' '}
            {t('desk:items', { count: items.length })}
          </summary>
          <ul className="message-lines">
            {items.slice(0, SHOWN).map(({ id, unitName, kind, subject, taskId, taskNumber }) => (
              <li key={id}>
                {unitName} · {t(`terms:obligation.${kind}`)} {subject}{' '}
                <Link to={`/tasks/${taskId}`}>{t('desk:task', { number: taskNumber ?? '—' })}</Link>
              </li>
            ))}
            {items.length > SHOWN && <li>{t('desk:others', { count: items.length - SHOWN })}</li>}
          </ul>
        </details>
      ))}
    </section>
  );
}
