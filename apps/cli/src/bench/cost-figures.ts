import type { Times } from './measure';

/** What one size costs; times in milliseconds. */
export interface CostOfSize {
  tasks: number;
  times: Record<string, Times>;
  /** MiB that each process holds. */
  memory: { api: number; worker: number };
  /** MiB of tables with their indexes, by what they are of. */
  database: Record<string, number>;
  /** KiB of all keys in Redis, at most during the sweep. */
  queue: number;
}

/** `cost.json`. */
export interface Cost {
  madeOf: string;
  sizes: CostOfSize[];
}

/**
 * A table in Markdown: a line for each thing, a column for each size, and how many times the first size the last one costs:
 * of times by the least of each, which other work on the machine moves least.
 */
export function costTable({ sizes }: Cost): string {
  const row = (what: string, cells: readonly string[], figures: readonly number[]): string[] => {
    const growth = figures.at(-1)! / figures[0]!;
    return [what, ...cells, Number.isFinite(growth) ? growth.toFixed(1) : '–'];
  };
  const timed = (what: string): string[] => {
    const times = sizes.flatMap((size) => size.times[what] ?? []);
    const cells = times.map(
      ({ median, least, most }) => `${shown(median)} ms${least === most ? '' : ` (${shown(least)} to ${shown(most)})`}`,
    );
    return row(
      what,
      cells,
      times.map(({ least }) => least),
    );
  };
  const held = (what: string, unit: string, valueOf: (size: CostOfSize) => number | undefined): string[] => {
    const values = sizes.map((size) => valueOf(size) ?? 0);
    return row(
      what,
      values.map((value) => `${shown(value)} ${unit}`),
      values,
    );
  };
  const names = (pick: (size: CostOfSize) => object): string[] => [
    ...new Set(sizes.flatMap((one) => Object.keys(pick(one)))),
  ];
  const rows = [
    ['', ...sizes.map(({ tasks }) => `${tasks.toLocaleString('en')} tasks`), 'times'],
    ['---', ...sizes.map(() => '---:'), '---:'],
    ...names(({ times }) => times).map(timed),
    held('memory of the api', 'MiB', ({ memory }) => memory.api),
    held('memory of the worker', 'MiB', ({ memory }) => memory.worker),
    held('queue, at most during the sweep', 'KiB', ({ queue }) => queue),
    ...names(({ database }) => database).map((what) =>
      held(`database: ${what}`, 'MiB', ({ database }) => database[what]),
    ),
  ];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const shown = (value: number): string => (value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en'));
