import { join, lay, linesOf, type Line, type Piece } from './page-lines';
import { headsIn, type OpenHead, segmentsOf, type VisualRow } from './open-heads';
import { type Height, RowFinder } from './open-rows';
import { linesIn, type PageTable, type TableCell } from './page-table';
import type { Rule } from './rules';

/** The white between two columns. */
interface Gutter {
  from: number;
  to: number;
}

/** A page with the tables found so far, and what is drawn on it. */
export interface DrawnPage {
  width: number;
  height: number;
  lines: Line[];
  tables: PageTable[];
  rules: Rule[];
}

/** A page of which it is known whether cells of a table may have run into each other. */
export interface ReadPage extends Omit<DrawnPage, 'rules'> {
  isUnclear: boolean;
}

/** In sizes of the letters. */
const NARROWEST_GUTTER = 0.4;
const OTHER_PLACE = 0.5;
const CELL_GAP = 1.5;
/** Of the rows of lines. */
const PARTED_SHARE = 0.1;
const FEWEST_PARTED = 2;
/** What follows the last number further apart than this many lines is no row. */
const FAR = 2.2;
/** Of the lines with cells in them: so many may stand over a gutter. */
const MOST_CROSSING = 0.1;
/** A line that is drawn over so much of the width of a table parts its rows. */
const WHOLE_WIDTH = 0.7;
/** In points. */
const SAME_LINE = 3;
const LONGEST_HEADING = 60;
const SENTENCE = /[。；;!！?？]/;
const HEADING = /^(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)])/;
const NOTE = /^(?:注|附注|备注|说明)\s*\d*[：:]/;
const NUMBER = /^[（(]?(\d{1,4})[)）.．、]?$/;

/** The lines in which names of columns stand: as they are on each page, they may look like running heads. */
export function headLines(lines: readonly Line[]): Set<Line> {
  const found = new Set<Line>();
  const pieces = new Map(lines.flatMap((line) => line.pieces.map((piece) => [piece, line] as const)));
  const rows = rowsOf(lines);
  for (const { first, next } of headsIn(rows))
    for (const piece of rows.slice(first, next).flatMap((row) => row.flatMap((segment) => segment.pieces))) {
      const line = pieces.get(piece);
      if (line) found.add(line);
    }
  return found;
}

/** Finds on each page the tables without lines around their cells. */
export function withOpenTables(pages: readonly DrawnPage[]): ReadPage[] {
  const finder = new OpenTables();
  return pages.map((page) => finder.read(page));
}

const rowsOf = (lines: readonly Line[]): VisualRow[] => lay(lines.flatMap(({ pieces }) => pieces)).map(segmentsOf);

/** A table that may go on over the end of its page. */
interface Before {
  head: OpenHead;
  gutters: Gutter[];
  edges: number[];
  height: Height | null;
}

interface Found extends Before {
  table: PageTable;
  /** The row behind its last. */
  next: number;
  pieces: Piece[];
}

class OpenTables {
  private before: Before | null = null;

  read({ lines, tables, rules, ...page }: DrawnPage): ReadPage {
    if (lines.length === 0) {
      if (tables.length > 0) this.before = null;
      return { ...page, lines, tables, isUnclear: false };
    }
    const rows = rowsOf(lines);
    const heads = headsIn(rows);
    const ends = [
      ...heads.map(({ first }) => first),
      ...tables.map(({ top }) => rows.findIndex(([one]) => (one?.y ?? 0) > top)),
    ];
    const endBehind = (row: number): number => Math.min(rows.length, ...ends.filter((end) => end > row));
    const level = rules.filter(({ isUpright }) => !isUpright);
    const found: Found[] = [];
    const top =
      this.before && endBehind(-1) > 0 && !ends.includes(0) ? this.goingOn(rows.slice(0, endBehind(-1)), level) : null;
    if (top) found.push(top);
    let isUnclear = false;
    for (const head of heads) {
      const table = new TableReader(head, level, this.before).read(rows, endBehind(head.first));
      if (table) found.push(table);
      isUnclear ||= table === null;
    }
    const last = found.at(-1);
    this.before =
      last && last.next === rows.length && tables.every(({ bottom }) => bottom < last.table.top) ? last : null;
    if (found.length === 0) return { ...page, lines, tables, isUnclear };
    const taken = new Set(found.flatMap(({ pieces }) => pieces));
    const rest = lines.flatMap(({ pieces }) => pieces.filter((piece) => !taken.has(piece)));
    return {
      ...page,
      lines: linesOf(rest),
      tables: [...tables, ...found.map(({ table }) => table)].sort((one, other) => one.top - other.top),
      isUnclear,
    };
  }

  /** The table of the page before, where it goes on at the top of this one without its head. */
  private goingOn(rows: readonly VisualRow[], level: readonly Rule[]): Found | null {
    const { before } = this;
    if (!before) return null;
    const head: OpenHead = { ...before.head, first: 0, next: 0, rowCount: 0, cells: [] };
    return new TableReader(head, level, before).read(rows, rows.length);
  }
}

/** Reads one table below its head. */
class TableReader {
  private readonly before: Before | null;

  constructor(
    private readonly head: OpenHead,
    private readonly level: readonly Rule[],
    before: Before | null,
  ) {
    this.before = before && before.head.names === head.names ? before : null;
  }

  /** @param end the row before which it ends at the latest */
  read(rows: readonly VisualRow[], end: number): Found | null {
    const { head, before } = this;
    const body = rows.slice(head.next, end);
    const gutters = this.guttersOf(body);
    if (!gutters) return null;
    const cuts = this.cutsBelow(rows, body);
    const length = this.lengthOf(body, gutters, cuts);
    const own = body.slice(0, length);
    const all = [...rows.slice(head.first, head.next), ...own].flat();
    if (own.length === 0 || hasUnnamedColumn(own, gutters)) return null;
    const middles = gutters.map(({ from, to }) => (from + to) / 2);
    const edges = before?.edges ?? [
      Math.min(...all.map((one) => one.start)) - 1,
      ...middles,
      Math.max(...all.map((one) => one.end)) + 1,
    ];
    const made = this.rowsIn(own, gutters, cuts);
    if (!made) return null;
    const [top, bottom] = [all[0], all.at(-1)];
    if (!top || !bottom) return null;
    return {
      head,
      gutters,
      edges,
      height: made.height,
      next: head.next + length,
      pieces: all.flatMap(({ pieces }) => pieces),
      table: {
        top: Math.min(...all.map(({ y, size }) => y - size)),
        bottom: Math.max(...all.map(({ y }) => y)) + 1,
        edges,
        rowCount: head.rowCount + made.count,
        cells: [...head.cells, ...made.cells.map((cell) => ({ ...cell, row: cell.row + head.rowCount }))],
      },
    };
  }

  /** The white between each two columns, as narrow as the lines with cells in them leave it; null where there is none. */
  private guttersOf(body: readonly VisualRow[]): Gutter[] | null {
    const { columns } = this.head;
    const before = this.before?.gutters;
    const strips = before ?? columns.slice(1).map(({ from }, index) => ({ from: columns[index]?.to ?? 0, to: from }));
    const inCells = body.filter((row) =>
      row
        .slice(1)
        .some(({ start }, index) =>
          strips.some(({ from, to }) => Math.min(start, to) - Math.max(row[index]?.end ?? start, from) > 0),
        ),
    );
    if (inCells.length === 0 && !before) return null;
    const gutters = strips.map((strip) => widestIn(strip, inCells));
    return gutters.every((gutter) => gutter !== null) ? gutters : null;
  }

  /** Where lines are drawn over the whole width below the head. */
  private cutsBelow(rows: readonly VisualRow[], body: readonly VisualRow[]): number[] {
    const { head } = this;
    const top = head.next > head.first ? (rows[head.next - 1]?.[0]?.y ?? 0) : Number.NEGATIVE_INFINITY;
    const last = body.at(-1)?.[0];
    const first = body[0]?.[0];
    if (!first || !last) return [];
    const [left, right] = [head.columns[0]?.from ?? 0, head.columns.at(-1)?.to ?? 0];
    const heights = new Map<number, number>();
    const sorted = this.level
      .filter(({ at }) => at > Math.max(top, first.y - 2 * first.size) && at < last.y + 2 * last.size)
      .sort((one, other) => one.at - other.at || one.from - other.from);
    let at = Number.NEGATIVE_INFINITY;
    let end = 0;
    for (const rule of sorted) {
      if (rule.at - at > SAME_LINE) [at, end] = [rule.at, left];
      const more = Math.min(rule.to, right) - Math.max(rule.from, end);
      heights.set(at, (heights.get(at) ?? 0) + Math.max(0, more));
      end = Math.max(end, rule.to);
    }
    return [...heights].filter(([, width]) => width >= WHOLE_WIDTH * (right - left)).map(([height]) => height);
  }

  /** How many rows of lines belong to the table. */
  private lengthOf(body: readonly VisualRow[], gutters: readonly Gutter[], cuts: readonly number[]): number {
    const numbers = body.map((row) => this.isNumbered(row, gutters));
    const lastNumber = numbers.lastIndexOf(true);
    const lastCut = cuts.at(-1) ?? Number.POSITIVE_INFINITY;
    const isClosed = body.some(([one]) => one !== undefined && one.y < lastCut);
    for (const [index, row] of body.entries()) {
      const [first] = row;
      if (!first) continue;
      const above = body[index - 1]?.[0];
      if (isClosed && first.y > lastCut && index > lastNumber) return index;
      if (NOTE.test(first.words) && index > lastNumber) return index;
      const isFar = above !== undefined && first.y - above.y > FAR * first.size;
      if (isFar && index > lastNumber && (lastNumber >= 0 || row.length === 1)) return index;
      const mayHead = lastNumber < 0 || index < lastNumber;
      const isOver = row.some((segment) => crosses(segment, gutters));
      if (isOver && !(mayHead && this.isHeading(body, index, gutters))) return index;
    }
    return body.length;
  }

  private isNumbered(row: VisualRow, gutters: readonly Gutter[]): boolean {
    return row.some(
      (segment) => NUMBER.test(segment.words) && this.head.columns[columnOf(segment, gutters)]?.field === 'number',
    );
  }

  /** Whether a row of lines is one heading over the rows below it. */
  private isHeading(body: readonly VisualRow[], index: number, gutters: readonly Gutter[]): boolean {
    const [row, below] = [body[index], body[index + 1]];
    const [words] = row ?? [];
    if (!words || !below || row?.length !== 1) return false;
    if (words.words.length > LONGEST_HEADING || SENTENCE.test(words.words)) return false;
    if (below.some((segment) => crosses(segment, gutters))) return false;
    if (crosses(words, gutters)) return true;
    const field = this.head.columns[columnOf(words, gutters)]?.field;
    return HEADING.test(words.words) && field !== 'category';
  }

  /** The cells of all rows, those under one heading after the other. */
  private rowsIn(
    body: readonly VisualRow[],
    gutters: readonly Gutter[],
    cuts: readonly number[],
  ): { count: number; height: Height | null; cells: TableCell[] } | null {
    const widths = this.widthsOf(body, gutters);
    const widest = widestOf(widths, gutters, Math.min(...body.flat().map(({ start }) => start)));
    const cells: TableCell[] = [];
    let count = 0;
    let height = this.before?.height ?? null;
    let goesOn = this.before !== null;
    let band: VisualRow[] = [];
    const finish = (): boolean => {
      if (band.length === 0) return true;
      const [top, bottom] = [band[0]?.[0]?.y ?? 0, band.at(-1)?.[0]?.y ?? 0];
      const columns = this.columnsOf(band, gutters);
      const found = new RowFinder(columns).find(
        cuts.filter((cut) => cut > top && cut < bottom),
        height,
        goesOn,
      );
      if (!found) return false;
      for (const { column, from, to, lines } of found.cells) {
        const pieces = lines.flatMap((line) => line.pieces);
        const row = count + from;
        cells.push({
          row,
          column,
          rows: to - from + 1,
          columns: 1,
          lines: linesIn(pieces, widths[column] ?? 0, { widest: widest[column], areUnits: columns[column]?.isUnits }),
        });
      }
      addBlanks(cells, count, found.count, columns.length);
      count += found.count;
      height ??= found.height;
      goesOn = false;
      band = [];
      return true;
    };
    for (const [index, row] of body.entries()) {
      if (!this.isHeading(body, index, gutters)) {
        band.push(row);
        continue;
      }
      if (!finish()) return null;
      cells.push({ row: count, column: 0, rows: 1, columns: gutters.length + 1, lines: [row[0]?.words ?? ''] });
      count++;
      goesOn = false;
    }
    return finish() ? { count, height, cells } : null;
  }

  private columnsOf(
    band: readonly VisualRow[],
    gutters: readonly Gutter[],
  ): ConstructorParameters<typeof RowFinder>[0] {
    const rights = this.widthsOf(band, gutters);
    return this.head.columns.map(({ field }, column) => {
      const segments = band.flat().filter((segment) => columnOf(segment, gutters) === column);
      const left = Math.min(...segments.map(({ start }) => start));
      const next = gutters[column]?.to ?? left;
      return {
        pieces: segments.flatMap(({ pieces }) => pieces),
        isNumber: field === 'number',
        isCategory: field === 'category',
        isContent: field === 'content',
        isUnits: field === 'lead' || field === 'responsible' || field === 'cooperating',
        right: left + Math.max(rights[column] ?? 0, (next - left) * OTHER_PLACE),
      };
    });
  }

  /** For each column how wide its lines are at most. */
  private widthsOf(body: readonly VisualRow[], gutters: readonly Gutter[]): number[] {
    const widths = this.head.columns.map(() => 0);
    for (const segments of body) {
      const parts = new Map<number, Line[]>();
      for (const segment of segments) {
        const column = columnOf(segment, gutters);
        const own = parts.get(column);
        if (own) own.push(segment);
        else parts.set(column, [segment]);
      }
      for (const [column, own] of parts) {
        const { start, end } = join(own.flatMap(({ pieces }) => pieces));
        widths[column] = Math.max(widths[column] ?? 0, end - start);
      }
    }
    return widths;
  }
}

/** Whether words in one column stand apart as those of two do, so that the head does not name all columns. */
function hasUnnamedColumn(body: readonly VisualRow[], gutters: readonly Gutter[]): boolean {
  const parted = body.filter((row) =>
    row.slice(1).some((segment, index) => {
      const before = row[index];
      if (!before || columnOf(before, gutters) !== columnOf(segment, gutters)) return false;
      return segment.start - before.end > CELL_GAP * segment.size;
    }),
  );
  return parted.length >= FEWEST_PARTED && parted.length >= PARTED_SHARE * body.length;
}

/** For each column how wide its lines may be, were all gutters as narrow as the narrowest. */
function widestOf(widths: readonly number[], gutters: readonly Gutter[], left: number): number[] {
  const narrowest = Math.min(...gutters.map(({ from, to }) => to - from));
  return widths.map((width, column) => {
    const behind = gutters[column];
    return behind ? Math.max(width, behind.to - (gutters[column - 1]?.to ?? left) - narrowest) : width;
  });
}

const columnOf = ({ start, end }: Line, gutters: readonly Gutter[]): number => {
  const middle = (start + end) / 2;
  const column = gutters.findIndex(({ from, to }) => (from + to) / 2 > middle);
  return column < 0 ? gutters.length : column;
};

/** Whether words stand over the white between two columns, from one to the other. */
const crosses = ({ start, end }: Line, gutters: readonly Gutter[]): boolean =>
  gutters.some(({ from, to }) => start < from + 1 && end > to - 1);

/** The widest part of a strip that hardly any of the rows stands over, or null. */
function widestIn(strip: Gutter, rows: readonly VisualRow[]): Gutter | null {
  const changes: [at: number, by: number][] = [
    [strip.from, 0],
    [strip.to, 0],
  ];
  let size = 0;
  for (const segment of rows.flat()) {
    size = Math.max(size, segment.size);
    const [from, to] = [Math.max(segment.start, strip.from), Math.min(segment.end, strip.to)];
    if (from < to) changes.push([from, 1], [to, -1]);
  }
  changes.sort(([one], [other]) => one - other);
  let over = 0;
  let best: (Gutter & { over: number }) | null = null;
  for (const [index, [at, by]] of changes.entries()) {
    over += by;
    const to = changes[index + 1]?.[0] ?? at;
    if (to - at < NARROWEST_GUTTER * size) continue;
    if (!best || over < best.over || (over === best.over && to - at > best.to - best.from))
      best = { from: at, to, over };
  }
  return best && best.over <= MOST_CROSSING * rows.length ? { from: best.from, to: best.to } : null;
}

/** Fills the places of rows in which nothing stands. */
function addBlanks(cells: TableCell[], from: number, count: number, columns: number): void {
  const filled = new Set<string>();
  for (const { row, column, rows } of cells)
    for (let below = row; below < row + rows; below++) filled.add(`${below} ${column}`);
  for (let row = from; row < from + count; row++)
    for (let column = 0; column < columns; column++)
      if (!filled.has(`${row} ${column}`)) cells.push({ row, column, rows: 1, columns: 1, lines: [] });
}
