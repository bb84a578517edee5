import { type EChartsOption, init } from 'echarts';
import type { Cost } from './cost-figures';
import type { Frame, Origin } from './flame';
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

const FLAME_ROW = 17;
const FLAME_COLOURS: Readonly<Record<Origin, string>> = {
  duban: '#e8a33d',
  package: '#8fb5dc',
  node: '#b7d3a8',
  engine: '#d0d3d8',
};
/** Pixels a letter takes, and what a name needs at least. */
const LETTER = 6.2;
const LEAST_NAMED = 34;

/**
 * A flame graph: each function as wide as the time that passed in it and in what it called, which lies above it.
 * @param madeOf what was measured, for whoever reads it
 */
export function flamePicture(frames: readonly Frame[], madeOf: string): string {
  const [width, left] = [1400, 16];
  const deepest = Math.max(0, ...frames.map(({ depth }) => depth));
  const bottom = 84 + deepest * FLAME_ROW;
  const inner = width - 2 * left;
  const words = { duban: 'duban', package: 'packages', node: 'Node', engine: 'engine' } satisfies Record<
    Origin,
    string
  >;
  const keys = (Object.keys(words) as Origin[]).map((origin, place) => ({
    type: 'group' as const,
    left: width - 380 + place * 92,
    top: 14,
    children: [
      { type: 'rect' as const, shape: { width: 12, height: 12 }, style: { fill: FLAME_COLOURS[origin] } },
      { type: 'text' as const, left: 17, style: { text: words[origin], fill: QUIET, font: `12px ${FONT}` } },
    ],
  }));
  return drawn(width, bottom + 40, {
    title: { text: 'Where the processor time goes', subtext: madeOf, left, top: 8, ...titles },
    graphic: [
      ...keys,
      ...frames.map(({ name, origin, from, share, depth }) => {
        const wide = share * inner;
        return {
          type: 'rect' as const,
          x: left + from * inner,
          y: bottom - depth * FLAME_ROW,
          shape: { width: Math.max(wide - 0.5, 0.5), height: FLAME_ROW - 1 },
          style: { fill: FLAME_COLOURS[origin] },
          ...(wide >= LEAST_NAMED && {
            textContent: {
              type: 'text' as const,
              style: { text: name.slice(0, Math.floor(wide / LETTER)), fill: INK, font: `11px ${FONT}` },
            },
            textConfig: { position: 'insideLeft' as const },
          }),
        };
      }),
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
