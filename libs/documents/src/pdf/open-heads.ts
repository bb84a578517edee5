import { areTaskColumns, columnInRow, type ColumnField } from '@duban/breakdown';
import { join, type Line, type Piece } from './page-lines';
import type { TableCell } from './page-table';

/** So many rows above and below are added at once. */
const STEPS = [
  [0, 1],
  [0, 2],
  [1, 0],
  [2, 0],
] as const;

/** Lines of one height, cut where they stand apart; from the left. */
export type VisualRow = Line[];

/** A column by what stands in the head for it. */
interface HeadColumn {
  from: number;
  to: number;
  field: ColumnField | null;
}

/** The head of a table, told by names of columns that stand side by side. */
export interface OpenHead {
  /** Its first row on the page, and the row behind its last. */
  first: number;
  next: number;
  columns: HeadColumn[];
  /** Two rows of cells where names stand over others, else one. */
  rowCount: number;
  cells: TableCell[];
  names: string;
}

/** In sizes of the letters: what stands nearer is one piece of text. */
const APART = 0.5;
const MOST_STEP = 1.9;
const SAME_HEIGHT = 0.3;
const LONGEST_NAME = 14;
const LONGEST_REST = 2;
const MOST_NAMES = 24;
const FEWEST_COLUMNS = 3;
/** A head with names in it over two lines, in the middle of the height of others, is this many rows on the page. */
const MOST_ROWS = 4;

/** Cuts a line where its pieces stand apart. */
export function segmentsOf({ pieces, size }: Line): VisualRow {
  const parts: Piece[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const piece of pieces) {
    const part = parts.at(-1);
    if (part && piece.x - end <= APART * size) part.push(piece);
    else parts.push([piece]);
    end = Math.max(end, piece.x + piece.width);
  }
  return parts.map(join).filter(({ words }) => words !== '');
}

/** The heads of tables among the rows of a page, from above. */
export function headsIn(rows: readonly VisualRow[]): OpenHead[] {
  const heads: OpenHead[] = [];
  for (let last = 0; last < rows.length; last++) {
    const head = headEndingAt(rows, heads.at(-1)?.next ?? 0, last);
    if (!head) continue;
    heads.push(head);
    last = head.next - 1;
  }
  return heads;
}

function headEndingAt(rows: readonly VisualRow[], from: number, last: number): OpenHead | null {
  for (let first = last; first >= from && last - first < MOST_ROWS; first--) {
    if (first < last && !isNear(rows, first)) return null;
    const found = headOf(rows, first, last + 1);
    if (found) return grown(rows, from, found);
  }
  return null;
}

/** A head with the rows next to it that have more of its names, or names over them. */
function grown(rows: readonly VisualRow[], from: number, found: OpenHead): OpenHead {
  for (const [above, below] of STEPS) {
    const [first, next] = [found.first - above, found.next + below];
    if (first < from || next > rows.length) continue;
    let isWhole = true;
    for (let row = first; row < next - 1; row++) isWhole &&= isNear(rows, row);
    const larger = isWhole ? headOf(rows, first, next) : null;
    if (larger && larger.columns.length >= found.columns.length && larger.columns.every(({ field }) => field !== null))
      return grown(rows, from, larger);
  }
  return found;
}

function isNear(rows: readonly VisualRow[], index: number): boolean {
  const [one, next] = [rows[index]?.[0], rows[index + 1]?.[0]];
  return one !== undefined && next !== undefined && next.y - one.y <= MOST_STEP * Math.max(one.size, next.size);
}

const isOverName = ({ words }: Line): boolean =>
  columnInRow(words) !== null || /单位|部门|责任|分工|领导|时间|时限|进度/.test(words);
const center = ({ start, end }: Line): number => (start + end) / 2;
const overlaps = (one: Line, other: Line): boolean =>
  Math.min(one.end, other.end) - Math.max(one.start, other.start) > SAME_HEIGHT * one.size;

function headOf(rows: readonly VisualRow[], first: number, next: number): OpenHead | null {
  const names = rows.slice(first, next).flat();
  if (names.length < FEWEST_COLUMNS || names.length > MOST_NAMES) return null;
  if (names.some(({ words }) => words.length > LONGEST_NAME)) return null;
  const over = namesOver(names);
  const stacks = stacksOf(names.filter((name) => !over.includes(name)));
  if (stacks.length < FEWEST_COLUMNS) return null;
  const columns = stacks.map((stack) => ({
    from: Math.min(...stack.map(({ start }) => start)),
    to: Math.max(...stack.map(({ end }) => end)),
    field: columnInRow(stack.map(({ words }) => words).join('')),
  }));
  const unknown = columns.filter(({ field }) => field === null).length;
  if (unknown * 3 > columns.length || !areTaskColumns(columns.map(({ field }) => field))) return null;
  const covered = coversOf(over, stacks);
  if (!covered) return null;
  const isUnder = (column: number): boolean => covered.some((columnsOf) => columnsOf.includes(column));
  const rowCount = over.length > 0 ? 2 : 1;
  const cells: TableCell[] = stacks.map((stack, column) => ({
    row: isUnder(column) ? 1 : 0,
    column,
    rows: isUnder(column) ? 1 : rowCount,
    columns: 1,
    lines: [stack.map(({ words }) => words).join('')],
  }));
  over.forEach(({ words }, index) => {
    const places = covered[index] ?? [];
    cells.push({ row: 0, column: places[0] ?? 0, rows: 1, columns: places.length, lines: [words] });
  });
  return { first, next, columns, rowCount, cells, names: names.map(({ words }) => words).join('\t') };
}

/** Names that stand over several others, or over the gap between two. */
function namesOver(names: readonly Line[]): Line[] {
  const last = Math.max(...names.map(({ y }) => y));
  return names.filter((name) => {
    if (name.y > last - name.size) return false;
    const below = names.filter((other) => other.y > name.y + SAME_HEIGHT * name.size);
    const under = below.filter((other) => overlaps(name, other));
    if (under.some((one) => under.some((other) => one.end < other.start))) return true;
    const beside = names.filter((other) => other !== name && other.y < last - name.size);
    const [one] = under;
    if (one) {
      const rest = under.map(({ words }) => words).join('');
      const whole = columnInRow(name.words + rest);
      // The first line of a name: 「牵头」 over 「单位」.
      if (whole !== null && (rest.length <= LONGEST_REST || whole !== columnInRow(rest))) return false;
      // Over the first of several: beside that stands a name with none above it.
      const hasNoneAbove = (other: Line): boolean =>
        !names.some((upper) => upper.y < other.y - SAME_HEIGHT * other.size && overlaps(upper, other));
      const isAlone = below.some(
        (other) => other !== one && Math.abs(other.y - one.y) <= one.size && hasNoneAbove(other),
      );
      return isAlone && isOverName(name) && columnInRow(one.words) !== null;
    }
    // Over the gap between two.
    const own = below.filter((other) => beside.every((one) => distance(one, other) > distance(name, other)));
    const isBetween = own.some(({ end }) => end <= center(name)) && own.some(({ start }) => start >= center(name));
    return isBetween && isOverName(name);
  });
}

/** Names that stand above each other, from the left. */
function stacksOf(names: readonly Line[]): Line[][] {
  const stacks: { end: number; lines: Line[] }[] = [];
  for (const name of [...names].sort((one, other) => one.start - other.start)) {
    const last = stacks.at(-1);
    if (last && name.start < last.end - SAME_HEIGHT * name.size) {
      last.lines.push(name);
      last.end = Math.max(last.end, name.end);
    } else stacks.push({ end: name.end, lines: [name] });
  }
  return stacks.map(({ lines }) => lines.sort((one, other) => one.y - other.y));
}

/** For each name that stands over others the columns under it, or null where they do not stand together. */
function coversOf(over: readonly Line[], stacks: readonly Line[][]): number[][] | null {
  const covers = over.map((): number[] => []);
  const last = Math.max(...stacks.flat().map(({ y }) => y));
  // Names stand over the middle of others, or where the first of them begins.
  const areLeft = over.every(({ start, size }) =>
    stacks.some(([top]) => top !== undefined && Math.abs(top.start - start) < SAME_HEIGHT * size),
  );
  const areAtTop = over.some(({ y, size }) =>
    stacks.some(([top]) => top !== undefined && top.y - y < SAME_HEIGHT * size),
  );
  stacks.forEach((stack, column) => {
    const [top] = stack;
    if (!top) return;
    // What stands beside both rows is at the top of their height, or in its middle.
    const middle = stack.reduce((sum, { y }) => sum + y, 0) / stack.length;
    const isUnder = ({ y, size }: Line): boolean =>
      areAtTop ? top.y > y + SAME_HEIGHT * size : middle > (y + last) / 2 + SAME_HEIGHT * size;
    const above = over
      .map((name, index) => ({ name, index, distance: areLeft ? top.start - name.start : distance(name, top) }))
      .filter(({ name }) => isUnder(name))
      .filter((one) => one.distance > -SAME_HEIGHT * top.size)
      .sort((one, other) => one.distance - other.distance)[0];
    if (!above) return;
    covers[above.index]?.push(column);
  });
  for (const [index, places] of covers.entries()) {
    const run = runAround(places, over[index], stacks);
    // Over all of them stands a title.
    if (run.length < 2 || run.length === stacks.length) return null;
    covers[index] = run;
  }
  return covers;
}

const distance = (one: Line, other: Line): number => Math.abs(center(one) - center(other));

/** Of the columns that may stand under a name those that stand together around its middle. */
function runAround(places: readonly number[], name: Line | undefined, stacks: readonly Line[][]): number[] {
  const runs: number[][] = [];
  for (const place of places) {
    if (runs.at(-1)?.at(-1) === place - 1) runs.at(-1)?.push(place);
    else runs.push([place]);
  }
  const at = name ? center(name) : 0;
  return (
    runs.find((run) => {
      const [from, to] = [stacks[run[0] ?? 0]?.[0], stacks[run.at(-1) ?? 0]?.[0]];
      return from !== undefined && to !== undefined && from.start <= at && to.end >= at;
    }) ?? []
  );
}
