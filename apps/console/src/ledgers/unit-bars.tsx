import { useMemo } from 'react';
import { Chart, type ChartOption, TOOLTIP } from '../pictures/chart';
import { Picture } from '../pictures/picture';

export interface Series {
  name: string;
  colour: string;
  /** Of each unit, in the order of the names. */
  values: readonly number[];
}
/** As many units as a picture names; the table has all. */
const SHOWN = 20;

/** A bar a unit, made of several counts: the longest first, as the caller has put them. */
export function UnitBars({
  title,
  summary,
  unit,
  names,
  series,
}: {
  title: string;
  summary: string;
  /** The head of the names in the table. */
  unit: string;
  names: readonly string[];
  series: readonly Series[];
}) {
  const option = useMemo((): ChartOption => {
    const shown = names.slice(0, SHOWN);
    return {
      tooltip: { ...TOOLTIP, trigger: 'axis', axisPointer: { type: 'shadow' } },
      legend: { bottom: 0 },
      grid: { left: 8, right: 24, top: 8, bottom: 40, containLabel: true },
      xAxis: { type: 'value' },
      yAxis: { type: 'category', data: [...shown].reverse(), axisLabel: { width: 150, overflow: 'truncate' } },
      series: series.map(({ name, colour, values }) => ({
        type: 'bar',
        stack: 'all',
        name,
        itemStyle: { color: colour },
        data: values.slice(0, SHOWN).reverse(),
      })),
    };
  }, [names, series]);
  return (
    <Picture
      title={title}
      summary={summary}
      table={{
        heads: [unit, ...series.map(({ name }) => name)],
        rows: names.map((name, at) => [name, ...series.map(({ values }) => values[at]!)]),
      }}
    >
      <Chart option={option} height={90 + Math.min(SHOWN, names.length) * 26} label={`${title} ${summary}`} />
    </Picture>
  );
}
