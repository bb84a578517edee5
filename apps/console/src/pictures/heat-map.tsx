import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Chart, type ChartOption, TOOLTIP } from './chart';
import { Picture } from './picture';

export interface HeatCell {
  row: string;
  /** `2026-03` */
  month: string;
  value: number;
}

/** How many of something each unit had in each month: the most first. */
export function HeatMap({ title, cells, most = 25 }: { title: string; cells: readonly HeatCell[]; most?: number }) {
  const { t } = useTranslation('pictures');
  const { rows, months, sums, shown } = useMemo(() => {
    const sums = new Map<string, number>();
    for (const { row, value } of cells) sums.set(row, (sums.get(row) ?? 0) + value);
    const rows = [...sums.keys()].sort((a, b) => sums.get(b)! - sums.get(a)!);
    return {
      rows,
      sums,
      shown: rows.slice(0, most).reverse(),
      months: [...new Set(cells.map(({ month }) => month))].sort(),
    };
  }, [cells, most]);
  const option = useMemo(
    (): ChartOption => ({
      tooltip: TOOLTIP,
      grid: { left: 8, right: 16, top: 8, bottom: 64, containLabel: true },
      xAxis: { type: 'category', data: months, splitArea: { show: true } },
      yAxis: { type: 'category', data: shown, axisLabel: { width: 130, overflow: 'truncate' } },
      visualMap: {
        min: 0,
        max: Math.max(1, ...cells.map(({ value }) => value)),
        calculable: true,
        orient: 'horizontal',
        left: 'center',
        bottom: 0,
        inRange: { color: ['#eef3f9', '#9dbbe0', '#3d6fb0', '#17437e'] },
      },
      series: [
        {
          type: 'heatmap',
          name: title,
          data: cells.flatMap(({ row, month, value }) =>
            shown.includes(row) ? [[months.indexOf(month), shown.indexOf(row), value]] : [],
          ),
          label: { show: true },
        },
      ],
    }),
    [cells, months, shown, title],
  );
  const [first] = rows;
  const summary = first ? t('heat.summary', { units: rows.length, first, count: sums.get(first) }) : t('heat.none');
  const byPlace = new Map(cells.map(({ row, month, value }) => [`${row} ${month}`, value]));
  return (
    <Picture
      title={title}
      summary={summary}
      table={{
        heads: [t('unit'), ...months, t('sum')],
        rows: rows.map((row) => [row, ...months.map((month) => byPlace.get(`${row} ${month}`) ?? 0), sums.get(row)!]),
      }}
    >
      <Chart option={option} height={110 + shown.length * 26} label={`${title} ${summary}`} />
    </Picture>
  );
}
