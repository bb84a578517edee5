import { Grid } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Chart, type ChartOption, TOOLTIP } from './chart';
import { Picture } from './picture';

/** A year as a calendar: how much there was on each day, `2026-03-02` → 12. */
export function YearCalendar({
  title,
  year,
  days,
}: {
  title: string;
  year: number;
  days: ReadonlyMap<string, number>;
}) {
  const { t, i18n } = useTranslation('pictures');
  const isWide = Grid.useBreakpoint().md ?? true;
  const of = useMemo(() => [...days].filter(([day]) => day.startsWith(`${year}-`)).sort(), [days, year]);
  const most = of.reduce<[string, number] | null>((best, one) => (best && best[1] >= one[1] ? best : one), null);
  const option = useMemo(
    (): ChartOption => ({
      tooltip: {
        ...TOOLTIP,
        formatter: ({ data: [day, count] }: { data: [string, number] }) => `${day}\n${count}`,
      },
      visualMap: {
        min: 0,
        max: Math.max(1, ...of.map(([, count]) => count)),
        orient: 'horizontal',
        left: 'center',
        bottom: 0,
        inRange: { color: ['#e3ecf7', '#6c9bd2', '#17437e'] },
      },
      calendar: {
        range: String(year),
        orient: isWide ? 'horizontal' : 'vertical',
        left: isWide ? 40 : 56,
        right: 16,
        top: 36,
        bottom: 56,
        cellSize: isWide ? ['auto', 18] : ['auto', 11],
        dayLabel: { nameMap: i18n.language === 'en' ? 'EN' : 'ZH', firstDay: 1 },
        monthLabel: { nameMap: i18n.language === 'en' ? 'EN' : 'ZH' },
        yearLabel: { show: false },
        itemStyle: { borderColor: '#fff', color: '#f3f5f8' },
        splitLine: { lineStyle: { color: '#68727f' } },
      },
      series: [{ type: 'heatmap', coordinateSystem: 'calendar', data: of }],
    }),
    [of, year, isWide, i18n.language],
  );
  const summary = most
    ? t('calendar.summary', {
        days: of.length,
        sum: of.reduce((sum, [, count]) => sum + count, 0),
        day: most[0],
        count: most[1],
      })
    : t('calendar.none');
  return (
    <Picture title={title} summary={summary} table={{ heads: [t('calendar.day'), t('calendar.count')], rows: of }}>
      <Chart option={option} height={isWide ? 240 : 720} label={`${title} ${summary}`} />
    </Picture>
  );
}
