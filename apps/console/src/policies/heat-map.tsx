import { useTranslation } from 'react-i18next';

interface DayCount {
  day: string;
  followUps: number;
  isWorkingDay: boolean;
  isProvisional: boolean;
}
const LEVELS = 5;
const MONTH_DAYS = Array.from({ length: 31 }, (_, place) => place + 1);

/** From nothing to the most, in steps that follow the counts rather than the days. */
const levelOf = (count: number, most: number): number =>
  count === 0 ? 0 : Math.max(1, Math.ceil((Math.log(count + 1) / Math.log(most + 1)) * LEVELS));

/** The months from one day to another: `2026-09`. */
function monthsOf(from: string, to: string): string[] {
  const months: string[] = [];
  for (let month = from.slice(0, 7); month <= to.slice(0, 7);) {
    months.push(month);
    const [year, number] = month.split('-').map(Number) as [number, number];
    month = number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
  }
  return months;
}

/** How much goes out on each day: a row a month, a field a day, the darker the more, with the number in it. */
export function HeatMap({ days, from, to }: { days: readonly DayCount[]; from: string; to: string }) {
  const { t } = useTranslation('policies');
  const byDay = new Map(days.map((one) => [one.day, one]));
  const most = Math.max(1, ...days.map(({ followUps }) => followUps));
  return (
    <div className="heat-scroll" tabIndex={0} role="region" aria-label={t('heat')}>
      <table className="heat">
        <caption>{t('heatHelp')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('month')}</th>
            {MONTH_DAYS.map((day) => (
              <th key={day} scope="col">
                {day}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {monthsOf(from, to).map((month) => (
            <tr key={month}>
              <th scope="row">{month}</th>
              {MONTH_DAYS.map((number) => {
                const day = `${month}-${String(number).padStart(2, '0')}`;
                const isDay = new Date(`${day}T00:00:00Z`).getUTCDate() === number && !Number.isNaN(Date.parse(day));
                if (!isDay) return <td key={day} className="heat-none" />;
                const { followUps = 0, isWorkingDay = true } = byDay.get(day) ?? {};
                return (
                  <td
                    key={day}
                    className={`heat-${levelOf(followUps, most)}${isWorkingDay ? '' : ' heat-off'}`}
                    title={t('heatDay', { day, count: followUps })}
                  >
                    {followUps > 0 ? followUps : ''}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
