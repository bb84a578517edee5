import type { Piece } from './page-lines';
import { linesIn, type PageTable, type TableCell } from './page-table';
import type { Rule } from './rules';

/** In points: lines that meet may miss each other by as much, and a double line is one. */
const TOLERANCE = 3;
const FEWEST_COLUMNS = 2;
const FEWEST_ROWS = 2;
const MOST_PLACES = 20_000;
/** Cells keep so much room free inside of their lines at most. */
const WIDEST_PADDING = 8;

/** The tables of a page that have lines between all of their rows and columns, from above. */
export function ruledTables(rules: readonly Rule[], pieces: readonly Piece[]): PageTable[] {
  return groupsOf(rules)
    .flatMap((group) => tableOf(group, pieces) ?? [])
    .sort((one, other) => one.top - other.top);
}

/** The pieces that stand in none of the tables. */
export const outsideOf = (tables: readonly PageTable[], pieces: readonly Piece[]): Piece[] =>
  pieces.filter((piece) => !tables.some((table) => stands(table, piece)));

const middleOf = ({ x, y, width, size }: Piece): { x: number; y: number } => ({ x: x + width / 2, y: y - size * 0.35 });

function stands({ top, bottom, edges }: PageTable, piece: Piece): boolean {
  const { x, y } = middleOf(piece);
  return y > top && y < bottom && x > (edges[0] ?? 0) && x < (edges.at(-1) ?? 0);
}

/** Rules that touch each other, directly or over others. */
function groupsOf(rules: readonly Rule[]): Rule[][] {
  const groups: { left: number; right: number; top: number; bottom: number; rules: Rule[] }[] = [];
  const boxOf = ({ isUpright, at, from, to }: Rule) =>
    isUpright ? { left: at, right: at, top: from, bottom: to } : { left: from, right: to, top: at, bottom: at };
  for (const rule of rules) {
    let own = { ...boxOf(rule), rules: [rule] };
    for (let index = groups.length - 1; index >= 0; index--) {
      const other = groups[index];
      if (!other) continue;
      const touches =
        other.left <= own.right + TOLERANCE &&
        other.right >= own.left - TOLERANCE &&
        other.top <= own.bottom + TOLERANCE &&
        other.bottom >= own.top - TOLERANCE;
      if (!touches) continue;
      const [small, large] =
        own.rules.length < other.rules.length ? [own.rules, other.rules] : [other.rules, own.rules];
      large.push(...small);
      own = {
        left: Math.min(own.left, other.left),
        right: Math.max(own.right, other.right),
        top: Math.min(own.top, other.top),
        bottom: Math.max(own.bottom, other.bottom),
        rules: large,
      };
      groups.splice(index, 1);
    }
    groups.push(own);
  }
  return groups.map((group) => group.rules);
}

/** Places that are nearer to each other than the tolerance are one. */
function places(values: readonly number[]): number[] {
  const found: number[] = [];
  for (const value of [...values].sort((one, other) => one - other))
    if (value - (found.at(-1) ?? Number.NEGATIVE_INFINITY) > TOLERANCE) found.push(value);
  return found;
}

/** The place among `edges` that holds a value, or -1. */
function placeOf(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length - 1];
  if (value < (edges[0] ?? 0) || value > (edges[high] ?? 0)) return -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((edges[middle] ?? 0) <= value) low = middle;
    else high = middle;
  }
  return low;
}

function tableOf(rules: readonly Rule[], pieces: readonly Piece[]): PageTable | null {
  const upright = rules.filter(({ isUpright }) => isUpright);
  const level = rules.filter(({ isUpright }) => !isUpright);
  // Lines across may reach over open sides; where they end a column does too.
  const edges = places([...upright.map(({ at }) => at), ...level.flatMap(({ from, to }) => [from, to])]);
  const heights = places(level.map(({ at }) => at));
  const [columns, rowCount] = [edges.length - 1, heights.length - 1];
  if (columns < FEWEST_COLUMNS || rowCount < FEWEST_ROWS || columns * rowCount > MOST_PLACES) return null;
  const isDrawn = (along: readonly Rule[], at: number, middle: number): boolean =>
    along.some((rule) => Math.abs(rule.at - at) <= TOLERANCE && rule.from <= middle && rule.to >= middle);
  const owners: number[][] = [];
  const cells: (TableCell & { pieces: Piece[] })[] = [];
  const middle = (of: readonly number[], index: number): number => ((of[index] ?? 0) + (of[index + 1] ?? 0)) / 2;
  for (let row = 0; row < rowCount; row++) {
    owners.push([]);
    for (let column = 0; column < columns; column++) {
      const left =
        column > 0 && !isDrawn(upright, edges[column] ?? 0, middle(heights, row))
          ? owners[row]?.[column - 1]
          : undefined;
      const above =
        row > 0 && !isDrawn(level, heights[row] ?? 0, middle(edges, column)) ? owners[row - 1]?.[column] : undefined;
      const owner = left ?? above ?? cells.length;
      if (owner === cells.length) cells.push({ row, column, rows: 1, columns: 1, lines: [], pieces: [] });
      const cell = cells[owner];
      if (cell) {
        cell.rows = Math.max(cell.rows, row - cell.row + 1);
        cell.columns = Math.max(cell.columns, column - cell.column + 1);
      }
      owners[row]?.push(owner);
    }
  }
  for (const piece of pieces) {
    const { x, y } = middleOf(piece);
    const owner = owners[placeOf(heights, y)]?.[placeOf(edges, x)];
    if (owner !== undefined) cells[owner]?.pieces.push(piece);
  }
  const filled = cells.filter((cell) => cell.pieces.length > 0);
  if (filled.length < FEWEST_COLUMNS * FEWEST_ROWS) return null;
  const gaps = filled.map((cell) => Math.min(...cell.pieces.map(({ x }) => x)) - (edges[cell.column] ?? 0));
  const padding = Math.min(WIDEST_PADDING, Math.max(0, Math.min(...gaps)));
  return {
    top: heights[0] ?? 0,
    bottom: heights.at(-1) ?? 0,
    edges,
    rowCount,
    cells: cells.map(({ pieces: own, ...cell }) => {
      const width = (edges[cell.column + cell.columns] ?? 0) - (edges[cell.column] ?? 0) - 2 * padding;
      return { ...cell, lines: linesIn(own, width) };
    }),
  };
}
