import type { Span } from './breakdown.types';
import { isPureDate, readDates } from './dates';
import { readLeaderNames } from './leader-names';
import { isEmpty } from './table-cells';
import type { Column } from './table-header';
import { continuesGroup, isGroup, looksLikeUnit } from './unit-names';

const LONGEST_DATE_CELL = 60;
const LONGEST_SHORT_CELL = 24;
const LONGEST_LIST = 400;
/** More cells behind the task than this are words of it. */
const MOST_TAIL_CELLS = 24;

/** So many lines may be broken off the cells of a row. */
const SPARE_CELLS = 2;

const NOTHING = /^[/\-—无]+$/;
const UNIT_COLUMNS: ReadonlySet<Column> = new Set<Column>(['lead', 'responsible', 'cooperating', 'supervising']);

/** Whether a cell can be a list of units: every name but an open tail ends like one. */
function isUnitCell(cell: string): boolean {
  if (cell.length > LONGEST_LIST || /[。“”!?:]/.test(cell)) return false;
  return cell
    .split(/[、,;\n ]+/)
    .filter((name) => name !== '')
    .every(
      (name) =>
        looksLikeUnit(name) ||
        isGroup(name) ||
        continuesGroup(name) ||
        name.startsWith('等') ||
        /(?:负责|牵头|配合)$/.test(name),
    );
}

function fits(column: Column, cell: string): boolean {
  if (NOTHING.test(cell)) return true;
  if (UNIT_COLUMNS.has(column)) return isUnitCell(cell);
  if (column === 'deadline')
    return cell.length <= LONGEST_DATE_CELL && (isPureDate(cell) || readDates(cell, null, true).length > 0);
  if (column === 'leaders') return cell.length <= LONGEST_SHORT_CELL && readLeaderNames(cell).length > 0;
  return column === 'content' || column === 'measures' || cell.length <= LONGEST_SHORT_CELL;
}

/** Puts cells together that one list was broken into: 「市财政局、」 and 「市水务局」. */
function joinBroken(folded: string, cells: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const cell of cells) {
    const last = joined.at(-1);
    if (last && (folded[last.end - 1] === '、' || folded[cell.start] === '、')) last.end = cell.end;
    else joined.push({ ...cell });
  }
  return joined;
}

/** Puts each cell of `cells` into the first column behind the last one used that it fits, or null. */
function place(folded: string, cells: readonly Span[], columns: readonly Column[]): (Span | null)[] | null {
  const placed: (Span | null)[] = columns.map(() => null);
  let column = 0;
  for (const [index, cell] of cells.entries()) {
    const words = folded.slice(cell.start, cell.end);
    // A column may stay empty only if enough are left for the cells to come.
    while (column < columns.length && !fits(columns[column] ?? 'other', words)) column++;
    if (columns.length - column < cells.length - index) return null;
    placed[column++] = cell;
  }
  return placed;
}

const fitsAll = (folded: string, cells: readonly Span[], columns: readonly Column[]): boolean =>
  cells.length === columns.length &&
  columns.every((column, index) => {
    const cell = cells[index];
    return cell !== undefined && fits(column, folded.slice(cell.start, cell.end));
  });

/** How many of the cells behind the last number are its row's, when no next number ends it: a signature may follow. */
export function lengthOfLastRow(folded: string, cells: readonly Span[], columns: readonly Column[]): number {
  const most = columns.length + SPARE_CELLS;
  for (let length = columns.length; length <= most; length++)
    if (fitsAll(folded, joinBroken(folded, cells.slice(0, length)), columns)) return length;
  return most;
}

/** One row: for each column its cell, or null for one left empty. Cells of a task broken over lines are one. */
export type Row = (Span | null)[];

/**
 * Puts the cells of a row under their columns. With as many cells as columns each goes under its own. Where the table was
 * flattened, cells are missing or broken: then those behind the task go by what they look like, and the rest is the task.
 */
export function fitRow(folded: string, written: readonly Span[], columns: readonly Column[]): Row {
  // Where empty cells are still told apart, each stands under its column.
  if (written.some(isEmpty) && written.length <= columns.length)
    return columns.map((_column, index) => written.slice(index, index + 1).find((cell) => !isEmpty(cell)) ?? null);
  const cells = joinBroken(
    folded,
    written.filter((cell) => !isEmpty(cell)),
  );
  const content = columns.lastIndexOf('content');
  const tail = columns.slice(content + 1);
  if (cells.length === columns.length && (tail.length === 0 || fitsAll(folded, cells, columns))) return cells;
  const front = columns.slice(0, content + 1);
  const from = Math.max(1, cells.length - MOST_TAIL_CELLS);
  for (let split = from; split <= cells.length; split++) {
    const placed = place(folded, cells.slice(split), tail);
    if (placed) return [...fitFront(cells.slice(0, split), front), ...placed];
  }
  return fitFront(cells, front);
}

/** The cells up to the last column of words: one each while they last, and what is over to the last. */
function fitFront(cells: readonly Span[], columns: readonly Column[]): Row {
  const missing = Math.max(0, columns.length - cells.length);
  const first = columns.indexOf('content');
  return columns.map((column, index) => {
    if (index < first) return cells.length > columns.length - 1 || missing === 0 ? (cells[index] ?? null) : null;
    const at = missing > 0 ? index - first : index;
    const start = cells[at];
    const end = index === columns.length - 1 ? cells.at(-1) : start;
    return start && end && column === 'content' ? { start: start.start, end: end.end } : (start ?? null);
  });
}
