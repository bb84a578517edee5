/** What is measured of one side, in one run. */
type Side = () => Promise<unknown>;

/** A line of the table of measures: ours beside another in the same run, the less the better. */
export interface Measure {
  name: string;
  /** The ratio of ours to the other that is not to be exceeded. */
  goal: number;
  /** Where the goal is a share of the other's speed instead, which is to be reached. */
  isShareOfOther?: boolean;
  /** Of what is measured; milliseconds where it is not said. */
  unit?: string;
  /**
   * @param isQuick small, to see that it works and not how fast
   * @param scale the share of the stated sizes that is taken, for measures of large sizes
   * @throws Error with one sentence that says what is missing
   */
  prepare(isQuick: boolean, scale?: number): Promise<Prepared | PreparedFigures>;
}

/** What is read off: once for each side, or some times for ours. */
export interface PreparedFigures {
  figures: () => Promise<{ ours: number | readonly number[]; other: number }>;
  close?: () => Promise<unknown>;
}

export interface Prepared {
  ours: Side;
  other: Side;
  runs: number;
  /** How often each side is done before anything is measured; twice if it is not said. */
  warmUps?: number;
  /** Done before each time that both sides are, and not measured. */
  between?: () => Promise<unknown>;
  close?: () => Promise<unknown>;
}

/** A line of `bench.json`: `value` and `against` are medians, of times in milliseconds. */
export interface Line {
  name: string;
  value: number;
  against: number;
  ratio: number;
  goal: string;
  met: boolean;
}

/** A size of a measure at a scale; at least 1. */
export const scaled = (size: number, scale: number): number => Math.max(1, Math.round(size * scale));

/** The middle of several figures and how far they lie apart, from the least to the most. */
export interface Times {
  median: number;
  least: number;
  most: number;
}

/** How often each side is done before anything is measured: code is slow until it was used. */
const WARM_UPS = 2;

/** What was measured of each side, whatever its kind. */
export async function measured(prepared: Prepared | PreparedFigures): Promise<{ ours: Times; other: Times }> {
  if (!('figures' in prepared)) return timesSideBySide(prepared);
  const { ours, other } = await prepared.figures();
  return { ours: timesOf(typeof ours === 'number' ? [ours] : ours), other: timesOf([other]) };
}

/** Does both sides in turn, so that whatever else the machine does meets both. */
export async function timesSideBySide({
  ours,
  other,
  runs,
  warmUps = WARM_UPS,
  between,
}: Prepared): Promise<{ ours: Times; other: Times }> {
  for (let run = 0; run < warmUps; run++) {
    await between?.();
    await ours();
    await other();
  }
  const taken = { ours: [] as number[], other: [] as number[] };
  for (let run = 0; run < runs; run++) {
    await between?.();
    taken.ours.push(await timeOf(ours));
    taken.other.push(await timeOf(other));
  }
  return { ours: timesOf(taken.ours), other: timesOf(taken.other) };
}

async function timeOf(side: Side): Promise<number> {
  const begin = performance.now();
  await side();
  return performance.now() - begin;
}

/** @param taken an odd number of times */
export function timesOf(taken: readonly number[]): Times {
  const sorted = [...taken].sort((one, other) => one - other);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return { median: at(Math.floor(sorted.length / 2)), least: at(0), most: at(sorted.length - 1) };
}

/** Loads a development package. @throws Error with one plain sentence where it is not installed */
export async function development<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error(`The bench needs the package ${name}, which is not installed: run \`npm ci --include=dev\`.`, {
      cause: error,
    });
  }
}
