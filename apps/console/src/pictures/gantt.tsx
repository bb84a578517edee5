import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { dayOf } from '../layout/day';
import { now } from '../session/clock';
import { Chart, type ChartOption, TOOLTIP } from './chart';
import { Picture } from './picture';

export interface GanttMark {
  /** What is due: `阶段节点 主体完工`. */
  text: string;
  on: string;
  state: 'done' | 'late' | 'open';
}
export interface GanttRow {
  name: string;
  from: string;
  to: string;
  marks: readonly GanttMark[];
}

const INK = { done: '#1b6b3a', late: '#b42318', open: '#17437e' } as const;
const SHAPE = { done: 'circle', late: 'rect', open: 'diamond' } as const;

/** Tasks as bars from their issue to the day of completion, with what is due on the way (节点). */
export function Gantt({ title, rows }: { title: string; rows: readonly GanttRow[] }) {
  const { t } = useTranslation('pictures');
  const option = useMemo((): ChartOption => {
    const names = rows.map(({ name }) => name).reverse();
    const start = (day: string): number => Date.parse(`${day}T00:00:00Z`);
    const first = Math.min(...rows.map(({ from }) => start(from)));
    return {
      tooltip: {
        ...TOOLTIP,
        formatter: ({ data }: { data: { says?: string } }) => data.says ?? '',
      },
      legend: { bottom: 0, data: (['done', 'late', 'open'] as const).map((state) => t(`gantt.${state}`)) },
      grid: { left: 8, right: 24, top: 8, bottom: 64, containLabel: true },
      xAxis: { type: 'time', min: first, position: 'top', splitLine: { show: true } },
      yAxis: { type: 'category', data: names, axisLabel: { width: 180, overflow: 'truncate' } },
      series: [
        {
          type: 'custom',
          silent: true,
          renderItem: (
            _: unknown,
            tools: { value: (at: number) => number; coord: (place: number[]) => [number, number] },
          ) => {
            const [left, y] = tools.coord([tools.value(1), tools.value(0)]);
            const [right] = tools.coord([tools.value(2), tools.value(0)]);
            return {
              type: 'rect',
              shape: { x: left, y: y - 5, width: Math.max(2, right - left), height: 10, r: 3 },
              style: { fill: '#cddcf0' },
            };
          },
          encode: { x: [1, 2], y: 0 },
          data: rows.map(({ name, from, to }) => [names.indexOf(name), start(from), start(to)]),
          markLine: {
            symbol: 'none',
            silent: true,
            label: { formatter: t('curve.today'), position: 'start' },
            lineStyle: { color: '#98a2b3' },
            data: [{ xAxis: start(dayOf(now())) }],
          },
        },
        ...(['done', 'late', 'open'] as const).map((state) => ({
          type: 'line',
          name: t(`gantt.${state}`),
          lineStyle: { width: 0 },
          symbol: SHAPE[state],
          symbolSize: 11,
          itemStyle: { color: INK[state] },
          data: rows.flatMap(({ name, marks }) =>
            marks
              .filter((mark) => mark.state === state)
              .map(({ on, text }) => ({ value: [start(on), names.indexOf(name)], says: `${name}\n${on} ${text}` })),
          ),
        })),
      ],
    };
  }, [rows, t]);
  const marks = rows.flatMap((row) => row.marks);
  const count = (state: GanttMark['state']): number => marks.filter((mark) => mark.state === state).length;
  const summary = t('gantt.summary', {
    rows: rows.length,
    done: count('done'),
    late: count('late'),
    open: count('open'),
  });
  return (
    <Picture
      title={title}
      summary={summary}
      table={{
        heads: [t('task'), t('gantt.due'), t('gantt.on'), t('gantt.state')],
        rows: rows.flatMap(({ name, marks: own }) =>
          own.map(({ text, on, state }) => [name, text, on, t(`gantt.${state}`)]),
        ),
      }}
    >
      <Chart option={option} height={120 + rows.length * 26} label={`${title} ${summary}`} />
    </Picture>
  );
}
