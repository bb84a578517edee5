import { lay, type Line, type Piece } from './page-lines';
import { UNPARTED, widthOf } from './page-table';

/** A column of a table without lines, as far as it concerns its rows. */
export interface OpenColumn {
  pieces: Piece[];
  isNumber: boolean;
  isCategory: boolean;
  isContent: boolean;
  isUnits: boolean;
  /** Where lines of its cells end at most, as far as that can be told. */
  right: number;
}

/** How cells stand in the height of their row, if that can be told. */
export type Height = 'top' | 'middle';

/** For each column its cells: which rows each covers, and the lines in it. */
export interface OpenRows {
  count: number;
  height: Height | null;
  cells: { column: number; from: number; to: number; lines: Line[] }[];
}

/** In sizes of the letters. */
const SAME_HEIGHT = 0.3;
/** A step that is so many times another is more than that. */
const CLEAR = 1.1;
/** Lines of one cell are nearer to each other than so many usual steps. */
const TOGETHER = 1.6;
const NUMBER = /^[（(]?\d{1,4}[)）.．、]?$/;
const SUMS = /^(?:合计|总计|小计|共计|总数|汇总)/;
const CLOSED = /[。；;，、,：:!！?？)）”]$/;
/** A page with more is no page. */
const MOST_LINES = 4_000;

/** Finds the rows of a table by the numbers of its rows, by gaps between them, or by lines across (`cuts`). */
export class RowFinder {
  private readonly lines: Line[][];
  private readonly all: Line[];
  private readonly size: number;
  /** The usual step from line to line in a cell. */
  private readonly step: number;
  private readonly numbers: Line[];
  private readonly sums: Line[];

  constructor(private readonly columns: readonly OpenColumn[]) {
    this.lines = columns.map(({ pieces }) => lay(pieces));
    this.all = this.lines.flat().sort((one, other) => one.y - other.y);
    this.size = Math.max(0, ...this.all.map(({ size }) => size));
    this.step = this.stepInCells();
    const at = columns.findIndex(({ isNumber }) => isNumber);
    this.sums = lay(columns.flatMap(({ pieces }) => pieces)).filter(({ words }) => SUMS.test(words));
    this.numbers = [
      ...(this.lines[at] ?? []).filter(({ words }) => NUMBER.test(words)),
      // A sum stands in a row of its own.
      ...this.sums,
    ].sort((one, other) => one.y - other.y);
  }

  private get isNumbered(): boolean {
    return this.columns.some(({ isNumber }) => isNumber);
  }

  /**
   * @param cuts where lines are drawn across, from above
   * @param known how cells stood on the page before
   * @param goesOn whether the first row may be the rest of one on the page before
   */
  find(cuts: readonly number[], known: Height | null, goesOn: boolean): OpenRows | null {
    if (this.all.length === 0 || this.all.length > MOST_LINES) return null;
    if (this.isNumbered && this.numbers.length === 0) return null;
    return (
      (cuts.length > 0 ? this.byCuts(cuts, known) : null) ??
      (this.isNumbered ? this.byGaps(known, goesOn) : this.byStepsAlone(known)) ??
      (known === 'middle' ? null : this.byTops(goesOn)) ??
      (known === 'top' ? null : this.byMiddles())
    );
  }

  /** The least step between two lines of one column. */
  private stepInCells(): number {
    const steps = this.lines.flatMap((lines) =>
      lines.slice(1).map(({ y }, index) => y - (lines[index]?.y ?? Number.NEGATIVE_INFINITY)),
    );
    return Math.min(...steps.filter((step) => step > SAME_HEIGHT * this.size));
  }

  private isSame(one: number, other: number): boolean {
    return Math.abs(one - other) <= SAME_HEIGHT * this.size;
  }

  private byCuts(cuts: readonly number[], known: Height | null): OpenRows | null {
    const rows = this.rowsBetween(cuts);
    const isWhole = rows.every(({ from, to }) => {
      const numbers = this.numbers.filter(({ y }) => y > from && y <= to).length;
      return this.isNumbered ? numbers === 1 : this.hasContent(from, to);
    });
    return isWhole && rows.length > 1 ? this.inRows(rows, known) : null;
  }

  /** By gaps between the rows that are larger than those in them. */
  private byGaps(known: Height | null, goesOn: boolean): OpenRows | null {
    // A category over several rows may stand beside the gap between them.
    const others = this.all.filter((line) => !this.isCategory(line));
    return this.byGapsBetween(this.all, known, goesOn) ?? this.byGapsBetween(others, known, goesOn);
  }

  private byGapsBetween(lines: readonly Line[], known: Height | null, goesOn: boolean): OpenRows | null {
    const steps = this.stepsBetween(lines);
    let least = this.step * CLEAR * CLEAR;
    this.numbers.slice(1).forEach(({ y }, index) => {
      const above = this.numbers[index]?.y ?? 0;
      const between = steps.filter(({ from, to }) => from >= above - 1 && to <= y + 1);
      const largest = Math.max(0, ...between.map(sizeOf));
      least = index === 0 ? largest : Math.min(least, largest);
    });
    const cuts = steps.filter((step) => sizeOf(step) > least / CLEAR);
    const rows = this.rowsBetween(cuts.map(({ from, to }) => (from + to) / 2));
    const counts = rows.map(({ from, to }) => this.numbers.filter(({ y }) => y > from && y <= to).length);
    const isRest = counts[0] === 0 && goesOn;
    const found = counts.slice(isRest ? 1 : 0).every((count) => count === 1) ? this.inRows(rows, known) : null;
    // One row alone shows no gap.
    return found && (cuts.length > 0 || this.isFilled(found)) ? found : null;
  }

  /** By gaps where rows have no numbers, or one line a row. */
  private byStepsAlone(known: Height | null): OpenRows | null {
    const steps = this.stepsBetween(this.all);
    const isUniform = steps.every((step) => sizeOf(step) <= this.step * CLEAR);
    const cuts = steps.filter((step) => isUniform || sizeOf(step) > this.step * CLEAR);
    const rows = this.rowsBetween(cuts.map(({ from, to }) => (from + to) / 2));
    const isWhole = rows.every(({ from, to }) => this.hasContent(from, to) && this.hasUnits(from, to));
    const found = isWhole ? this.inRows(rows, known) : null;
    return found && (isUniform || this.isFilled(found)) ? found : null;
  }

  /** By the numbers, where all cells of a row begin at the height of its number. */
  private byTops(goesOn: boolean): OpenRows | null {
    const [top] = this.all;
    const [first] = this.numbers;
    if (!top || !first) return null;
    const begins = this.numbers.map(({ y }) => y - SAME_HEIGHT * this.size);
    if (top.y < (begins[0] ?? 0)) {
      if (!goesOn) return null;
      begins.unshift(top.y - this.size);
    }
    const found = this.inRows(this.rowsBetween(begins.slice(1)), 'top');
    const isTop = found?.cells.every(
      ({ from, lines }) =>
        this.isSame(lines[0]?.y ?? 0, (begins[from] ?? 0) + SAME_HEIGHT * this.size) || (goesOn && from === 0),
    );
    return found && isTop && this.isFilled(found) ? found : null;
  }

  /** By the numbers, where all cells of a row stand in the middle of its height; some may cover several rows. */
  private byMiddles(): OpenRows | null {
    const ys = this.numbers.map(({ y }) => y);
    if (ys.length === 0) return null;
    const spans = this.lines.map((lines, column) =>
      this.columns[column]?.isCategory ? null : middleCells(lines, ys, SAME_HEIGHT * this.size),
    );
    if (spans.some((cells, column) => cells === null && !this.columns[column]?.isNumber && !this.mayCover(column)))
      return null;
    const extents = ys.map((y, row) => {
      const own = spans.flatMap((cells) => cells?.filter(({ from, to }) => from === row && to === row) ?? []);
      const above = Math.max(0, ...own.map(({ lines }) => y - (lines[0]?.y ?? y)));
      return { from: y - above - SAME_HEIGHT * this.size, to: y + above + SAME_HEIGHT * this.size };
    });
    if (extents.some(({ from }, row) => row > 0 && from < (extents[row - 1]?.to ?? 0))) return null;
    const cells = spans.map((own, column) => own ?? this.coveringCells(this.lines[column] ?? [], extents));
    if (cells.some((own) => own === null)) return null;
    return {
      count: ys.length,
      height: 'middle',
      cells: cells.flatMap((own, column) => (own ?? []).map((cell) => ({ ...cell, column }))),
    };
  }

  /** Whether cells of a column may stand beside several rows. */
  private mayCover(column: number): boolean {
    const one = this.columns[column];
    return one !== undefined && !one.isContent && !one.isNumber;
  }

  private isCategory(line: Line): boolean {
    return this.columns.some(({ isCategory }, column) => isCategory && this.lines[column]?.includes(line));
  }

  private stepsBetween(lines: readonly Line[]): Extent[] {
    const steps: Extent[] = [];
    let last: Line | null = null;
    for (const line of lines) {
      if (last && line.y - last.y > SAME_HEIGHT * this.size) steps.push({ from: last.y, to: line.y });
      last = line;
    }
    return steps;
  }

  private rowsBetween(cuts: readonly number[]): Extent[] {
    const [first, last] = [this.all[0]?.y ?? 0, this.all.at(-1)?.y ?? 0];
    const edges = [first - this.size, ...cuts.filter((cut) => cut > first && cut < last), last + this.size];
    return edges.slice(1).map((to, index) => ({ from: edges[index] ?? 0, to }));
  }

  private hasContent(from: number, to: number): boolean {
    return this.columns.some(({ isContent }, column) => isContent && this.isFilledIn(column, from, to));
  }

  private hasUnits(from: number, to: number): boolean {
    return this.columns.some(({ isUnits }, column) => isUnits && this.isFilledIn(column, from, to));
  }

  private isFilledIn(column: number, from: number, to: number): boolean {
    return (this.lines[column] ?? []).some(({ y }) => y > from && y <= to);
  }

  /** The cells of rows whose places are known. */
  private inRows(rows: readonly Extent[], known: Height | null): OpenRows | null {
    const height = known ?? this.heightOf(rows);
    const cells: OpenRows['cells'] = [];
    for (const [column, lines] of this.lines.entries()) {
      if (this.columns[column]?.isCategory) {
        const ink = this.inkOf(rows, column);
        const over = (height === 'top' ? null : this.coveringCells(lines, ink)) ?? this.cellsFromTop(lines, ink);
        if (!over) return null;
        cells.push(...over.map((cell) => ({ ...cell, column })));
        continue;
      }
      rows.forEach(({ from, to }, row) => {
        const own = lines.filter(({ y }) => y > from && y <= to);
        if (own.length > 0) cells.push({ column, from: row, to: row, lines: own });
      });
    }
    if (cells.some(({ lines }) => this.isTorn(lines))) return null;
    return { count: rows.length, height, cells };
  }

  /** How the numbers of rows of several lines stand, if they all stand alike. */
  private heightOf(rows: readonly Extent[]): Height | null {
    const found = new Set<Height | null>();
    this.inkOf(rows).forEach(({ from, to }) => {
      if (to - from < this.size) return;
      for (const { y } of this.numbers.filter((one) => one.y >= from && one.y <= to))
        found.add(this.isSame(y, from) ? 'top' : this.isSame(y, (from + to) / 2) ? 'middle' : null);
    });
    return found.size === 1 ? ([...found][0] ?? null) : null;
  }

  /** Where the lines of rows begin and end, those of one column and of categories not counted. */
  private inkOf(rows: readonly Extent[], without = -1): Extent[] {
    return rows.map(({ from, to }) => {
      const own = this.lines.flatMap((lines, column) =>
        column === without || this.columns[column]?.isCategory ? [] : lines.filter(({ y }) => y > from && y <= to),
      );
      const ys = own.map(({ y }) => y);
      return ys.length > 0 ? { from: Math.min(...ys), to: Math.max(...ys) } : { from, to };
    });
  }

  /** Cells in the middle of the height of one row or several, together of all rows, or null. */
  private coveringCells(
    lines: readonly Line[],
    rows: readonly Extent[],
  ): { from: number; to: number; lines: Line[] }[] | null {
    if (lines.length === 0) return [];
    const groups = this.groupsOf(lines);
    const cells: { from: number; to: number; lines: Line[] }[] = [];
    let from = 0;
    for (const group of groups) {
      const middle = ((group[0]?.y ?? 0) + (group.at(-1)?.y ?? 0)) / 2;
      let to = from;
      while (to < rows.length && ((rows[from]?.from ?? 0) + (rows[to]?.to ?? 0)) / 2 < middle - SAME_HEIGHT * this.size)
        to++;
      const reached = ((rows[from]?.from ?? 0) + (rows[to]?.to ?? Number.POSITIVE_INFINITY)) / 2;
      if (!this.isSame(reached, middle)) return null;
      cells.push({ from, to, lines: group });
      from = to + 1;
    }
    // No category stands beside a sum.
    const isSum = (row: Extent): boolean => this.sums.some(({ y }) => y >= row.from - 1 && y <= row.to + 1);
    return rows.slice(from).every(isSum) ? cells : null;
  }

  /** Cells that begin at the top of a row, or null; those over several rows stand in the first. */
  private cellsFromTop(
    lines: readonly Line[],
    rows: readonly Extent[],
  ): { from: number; to: number; lines: Line[] }[] | null {
    const cells = this.groupsOf(lines).map((group) => {
      const row = rows.findIndex(({ from }) => this.isSame(from, group[0]?.y ?? 0));
      return { from: row, to: row, lines: group };
    });
    return cells.every(({ from }) => from >= 0) ? cells : null;
  }

  /** Lines that follow each other as in one cell. */
  private groupsOf(lines: readonly Line[]): Line[][] {
    const groups: Line[][] = [];
    for (const line of lines) {
      const last = groups.at(-1);
      if (last && line.y - (last.at(-1)?.y ?? 0) <= this.step * CLEAR) last.push(line);
      else groups.push([line]);
    }
    return groups;
  }

  /** Whether lines stand too far apart to be of one cell. */
  private isTorn(lines: readonly Line[]): boolean {
    return lines.slice(1).some(({ y }, index) => y - (lines[index]?.y ?? 0) > TOGETHER * this.step);
  }

  /** Whether a task goes on in a line only where the one before was full, or its words had come to an end. */
  private isFilled({ cells }: OpenRows): boolean {
    return cells.every(({ column, lines }) => {
      const { isContent, right } = this.columns[column] ?? { isContent: false, right: 0 };
      return (
        !isContent ||
        lines.slice(1).every(({ words, size }, index) => {
          const above = lines[index];
          if (!above || CLOSED.test(above.words)) return true;
          return above.end + widthOf(UNPARTED.exec(words)?.[0] ?? '', size) + size / 2 > right;
        })
      );
    });
  }
}

interface Extent {
  from: number;
  to: number;
}

const sizeOf = ({ from, to }: Extent): number => to - from;

/** The cells of a column that stand in the middle of the height of rows whose numbers stand at `ys`, or null. */
function middleCells(
  lines: readonly Line[],
  ys: readonly number[],
  slack: number,
): { from: number; to: number; lines: Line[] }[] | null {
  const cells: { from: number; to: number; lines: Line[] }[] = [];
  let next = 0;
  for (const [row, y] of ys.entries()) {
    const first = lines[next];
    if (!first || first.y > y + slack) continue;
    let end = next;
    while ((lines[end]?.y ?? Number.POSITIVE_INFINITY) <= 2 * y - first.y + slack) end++;
    const last = lines[end - 1];
    if (!last || Math.abs(last.y - (2 * y - first.y)) > slack) return null;
    cells.push({ from: row, to: row, lines: lines.slice(next, end) });
    next = end;
  }
  return next === lines.length ? cells : null;
}
