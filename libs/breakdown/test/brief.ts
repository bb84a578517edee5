import type { DateWords, DraftTask, Target } from '../src/breakdown.types';
import { readBreakdown } from '../src/read-breakdown';

const SIGNS: Readonly<Record<Target['comparator'], string>> = {
  eq: '',
  gte: '≥',
  lte: '≤',
  gt: '>',
  lt: '<',
  approx: '~',
  range: '',
};

const target = ({ value, upper, unit, comparator }: Target): string =>
  `${SIGNS[comparator]}${value}${upper === undefined ? '' : `-${upper}`}${unit}`;
const date = ({ text, due }: DateWords): string => `${text}=${due ?? '?'}`;

/**
 * A task in one line, its parts in the lines below: number, nearest heading, units by role (L leads, R responsible,
 * C cooperating, S supervising), leaders (P), the open tail (O), deadline (D), milestones (M) and targets (T).
 */
export function brief(task: DraftTask, indent = ''): string[] {
  const fields: readonly (readonly [string, readonly string[]])[] = [
    ['@', task.path.slice(-1)],
    ['L:', task.lead],
    ['R:', task.responsible],
    ['C:', task.cooperating],
    ['S:', task.supervising],
    ['P:', task.leaders],
    ['O:', task.openEnded === null ? [] : [task.openEnded]],
    ['D:', task.deadline ? [date(task.deadline)] : []],
    ['M:', task.milestones.map(date)],
    ['T:', task.targets.map(target)],
  ];
  const words = fields.filter(([, values]) => values.length > 0).map(([sign, values]) => sign + values.join(','));
  return [
    [indent + (task.number ?? '-'), ...words].join(' '),
    ...task.subtasks.flatMap((part) => brief(part, `${indent}  `)),
  ];
}

/** All tasks of a text in lines. */
export const briefs = (text: string): string[] => readBreakdown(text).tasks.flatMap((task) => brief(task));

/** The lines of an expected answer, written as one indented block. */
export const lines = (block: string): string[] => {
  const all = block.split('\n').filter((line) => line.trim() !== '');
  const indent = Math.min(...all.map((line) => line.length - line.trimStart().length));
  return all.map((line) => line.slice(indent).trimEnd());
};
