import { type EChartsOption, init } from 'echarts';
import type { Cost } from './cost-figures';
import type { Line } from './measure';

const FONT = 'system-ui, sans-serif';
const INK = '#1f2328';
const QUIET = '#59636e';
const MET = '#2f7d5b';
const MISSED = '#b3402f';
const COLOURS = [
  '#1f5fa8',
  '#b3402f',
  '#2f7d5b',
  '#8a5a00',
  '#7048a8',
  '#0b7285',
  '#a61e4d',
  '#5c940d',
  '#495057',
  '#d9480f',
];
const ROW = 30;

/**
 * The ratio of each measure against its goal: how many times better than what is to be reached, whichever way that is
 * counted.
 * @param madeOf what the figures come from, for whoever reads them
 */
export function ratiosPicture(lines: readonly Line[], madeOf: string): string {
  // The axis counts from below.
  const rows = lines.toReversed().map(({ name, ratio, goal, met }) => {
    const [sign, bound] = goal.split(' ');
    const times = sign === '≥' ? ratio / Number(bound) : Number(bound) / ratio;
    return { name: `${name}  ${ratio}  (${goal})`, times, met };
  });
  const most = Math.max(4, ...rows.map(({ times }) => times));
  const least = Math.min(0.25, ...rows.map(({ times }) => times));
  return drawn(760, rows.length * ROW + 110, {
    title: { text: 'Each measure against its goal', subtext: madeOf, left: 16, top: 8, ...titles },
    grid: { left: 250, right: 60, top: 64, bottom: 36 },
    xAxis: {
      type: 'log',
      min: 2 ** Math.floor(Math.log2(least)),
      max: 2 ** Math.ceil(Math.log2(most)),
      logBase: 2,
      axisLabel: { color: QUIET, formatter: (times: number) => (times === 1 ? 'goal' : `${times} ×`) },
      splitLine: { lineStyle: { color: '#e4e7eb' } },
    },
    yAxis: {
      type: 'category',
      data: rows.map(({ name }) => name),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: INK, fontSize: 12 },
    },
    series: [
      {
        // A bar on a logarithmic axis would begin nowhere: a line from the goal to where the measure is.
        type: 'custom',
        renderItem: (_, api) => {
          const [x, y] = api.coord([api.value(0), api.value(1)]) as [number, number];
          const [goal] = api.coord([1, api.value(1)]) as [number, number];
          return {
            type: 'rect',
            shape: { x: Math.min(goal, x), y: y - 7, width: Math.max(2, Math.abs(x - goal)), height: 14 },
            style: { fill: api.value(2) ? MET : MISSED },
          };
        },
        data: rows.map(({ times, met }, place) => [times, place, met ? 1 : 0]),
        markLine: {
          silent: true,
          symbol: 'none',
          label: { show: false },
          lineStyle: { color: INK, type: 'solid', width: 1.5 },
          data: [{ xAxis: 1 }],
        },
      },
    ],
  });
}

/** What the same work costs among more tasks: times on the left, memory and the database on the right. */
export function costPicture({ madeOf, sizes }: Cost): string {
  const tasks = sizes.map((size) => size.tasks);
  const lineOf = (grid: number, name: string, values: readonly (number | undefined)[], place: number) =>
    ({
      type: 'line',
      name,
      xAxisIndex: grid,
      yAxisIndex: grid,
      data: values.map((value, n) => [tasks[n]!, value ?? null]),
      color: COLOURS[place % COLOURS.length],
      symbolSize: 6,
      endLabel: { show: true, formatter: '{a}', color: INK, fontSize: 11, distance: 6 },
      labelLayout: { moveOverlap: 'shiftY' },
    }) as const;
  const names = (pick: (size: Cost['sizes'][number]) => object): string[] => [
    ...new Set(sizes.flatMap((size) => Object.keys(pick(size)))),
  ];
  const times = names((size) => size.times);
  const groups = names((size) => size.database);
  const held = [
    ...(['api', 'worker'] as const).map((app) => ({
      name: `memory of the ${app}`,
      values: sizes.map(({ memory }) => memory[app]),
    })),
    ...groups.map((group) => ({ name: group, values: sizes.map(({ database }) => database[group]) })),
    { name: 'queue', values: sizes.map(({ queue }) => Math.max(queue, 1) / 1024) },
  ];
  const axes = [0, 1].map((gridIndex) => ({
    gridIndex,
    type: 'log' as const,
    min: tasks[0],
    max: tasks.at(-1),
    axisLabel: { color: QUIET, formatter: (count: number) => `${count.toLocaleString('en')} tasks` },
    splitLine: { show: false },
  }));
  const scaleOf = (gridIndex: number, unit: string) => ({
    gridIndex,
    type: 'log' as const,
    name: unit,
    nameTextStyle: { color: QUIET },
    axisLabel: { color: QUIET },
    splitLine: { lineStyle: { color: '#e4e7eb' } },
  });
  return drawn(1120, 470, {
    title: { text: 'What the same work costs among more tasks', subtext: madeOf, left: 16, top: 8, ...titles },
    grid: [
      { left: 60, width: 330, top: 90, bottom: 40 },
      { left: 620, width: 310, top: 90, bottom: 40 },
    ],
    xAxis: axes,
    yAxis: [scaleOf(0, 'ms'), scaleOf(1, 'MiB')],
    series: [
      ...times.map((name, place) =>
        lineOf(
          0,
          name,
          sizes.map((size) => size.times[name]?.median),
          place,
        ),
      ),
      ...held.map(({ name, values }, place) => lineOf(1, name, values, place)),
    ],
  });
}

const titles = {
  textStyle: { color: INK, fontSize: 15, fontWeight: 600 },
  subtextStyle: { color: QUIET, fontSize: 12 },
} as const;

function drawn(width: number, height: number, option: EChartsOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, backgroundColor: '#ffffff', textStyle: { fontFamily: FONT }, ...option });
    return `${chart.renderToSVGString()}\n`;
  } finally {
    chart.dispose();
  }
}
