import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asOfMeasure } from './as-of.measure';
import { boardFilterMeasure, boardPaintMeasure, boardScrollMeasure } from './board-page.measures';
import { profiled } from './flame';
import { followupLimitMeasure, followupMeasure } from './followup.measure';
import { listMeasure } from './list.measure';
import { type Line, type Measure, type Prepared, type PreparedFigures, type Times, measured } from './measure';
import { memoryMeasure } from './memory.measure';
import { parseMeasure } from './parse.measure';
import { machine } from './machine';
import { flamePicture, ratiosPicture } from './pictures';
import { resultFile } from './result-file';
import { rescheduleLimitMeasure, rescheduleMeasure } from './reschedule.measure';
import { startMeasure } from './start.measure';
import { sweepFlatnessMeasure } from './sweep-flatness.measure';
import { transitionMeasure, transitionPgbenchMeasure } from './transition.measures';
import { verifyMeasure } from './verify.measure';

/** In the order of the table of goals; one file each, but for the two of a transition and the three of a page. */
const MEASURES: readonly Measure[] = [
  transitionMeasure,
  transitionPgbenchMeasure,
  followupMeasure,
  followupLimitMeasure,
  sweepFlatnessMeasure,
  rescheduleMeasure,
  rescheduleLimitMeasure,
  listMeasure,
  asOfMeasure,
  parseMeasure,
  verifyMeasure,
  startMeasure,
  memoryMeasure,
  boardPaintMeasure,
  boardFilterMeasure,
  boardScrollMeasure,
];
const HEAD = ['name', 'value', 'against', 'ratio', 'goal', 'met'];

/** Exit code for a call that makes no sense. */
const BAD_CALL = 2;

/**
 * Measures by name, or all: prints a table and writes `bench.json` and its picture in DUBAN_HOME. A goal that is not met is no failure.
 * @throws Error with one plain sentence that says what to do
 */
export async function bench(
  names: readonly string[],
  { isQuick, scale = 1, hasFlames = false }: { isQuick: boolean; scale?: number; hasFlames?: boolean },
): Promise<void> {
  const unknown = names.filter((name) => MEASURES.every((measure) => measure.name !== name));
  if (unknown.length > 0) {
    const known = MEASURES.map(({ name }) => name).join(', ');
    process.stderr.write(`There is no measure ${unknown.join(', ')}. Those that are: ${known}.\n`);
    process.exitCode = BAD_CALL;
    return;
  }
  const file = resultFile('bench.json');
  const where = machine();
  const rows: string[][] = [];
  const lines: Line[] = [];
  for (const measure of MEASURES.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const { name, goal, isShareOfOther = false, unit = 'ms' } = measure;
    process.stderr.write(`measuring ${name} …\n`);
    const prepared = await measure.prepare(isQuick, scale);
    const times = await inTheEnd(async () => {
      const taken = await measured(prepared);
      if (hasFlames) await drawFlames(name, prepared, file);
      return taken;
    }, prepared.close);
    const [ours, other] = [times.ours.median, times.other.median];
    // A share of the other's speed is the other's time by ours.
    const ratio = isShareOfOther ? other / ours : ours / other;
    const line: Line = {
      name,
      value: rounded(times.ours.median),
      against: rounded(times.other.median),
      ratio: rounded(ratio),
      goal: `${isShareOfOther ? '≥' : '≤'} ${goal}`,
      met: isShareOfOther ? ratio >= goal : ratio <= goal,
    };
    lines.push(line);
    rows.push([
      name,
      shown(times.ours, unit),
      shown(times.other, unit),
      ratio.toFixed(2),
      line.goal,
      line.met ? 'yes' : 'no',
    ]);
  }
  writeFileSync(file, `${JSON.stringify(lines, null, 2)}\n`);
  writeFileSync(
    file.replace(/json$/, 'svg'),
    ratiosPicture(lines, `${isQuick ? 'Small sizes: whether it works, not how fast. ' : ''}${where}`),
  );
  process.stdout.write(table([HEAD, ...rows]));
}

/** Our side once more, with a look at what takes its time: beside `bench.json`, for a browser's profiler and as a picture. */
async function drawFlames(name: string, prepared: Prepared | PreparedFigures, file: string): Promise<void> {
  if ('figures' in prepared) {
    process.stderr.write(`${name} is measured in other processes: there is no flame graph of it.\n`);
    return;
  }
  await prepared.between?.();
  const { profile, frames, busyMs } = await profiled(prepared.ours);
  const [to, picture] = [`${name}.cpuprofile`, `${name}-flames.svg`].map((one) => join(dirname(file), one));
  writeFileSync(to!, JSON.stringify(profile));
  writeFileSync(picture!, flamePicture(frames, `${name}: ${Math.round(busyMs)} ms of this process; ${machine()}`));
  process.stderr.write(`${to}, and ${picture}\n`);
}

/** What a measure has opened is closed where it fails, too. */
async function inTheEnd<T>(work: () => Promise<T>, close: (() => Promise<unknown>) | undefined): Promise<T> {
  try {
    return await work();
  } finally {
    await close?.();
  }
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
const shown = ({ median, least, most }: Times, unit: string): string =>
  `${Math.round(median)} ${unit}` + (least === most ? '' : ` (${Math.round(least)} to ${Math.round(most)})`);

function table(rows: readonly (readonly string[])[]): string {
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const widths = HEAD.map((_name, column) => width(column));
  const lines = rows.map((row) => row.map((words, column) => words.padEnd(widths[column] ?? 0)).join('  '));
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}
