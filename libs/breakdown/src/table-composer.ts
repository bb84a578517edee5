import type { Span } from './breakdown.types';
import type { AssignmentClause } from './clauses';
import { NO_NOTES } from './heading-notes';
import type { Layout } from './layout';
import { readOrdinal } from './ordinals';
import { endsPage } from './page-lines';
import { cellsRunTogether } from './run-together-tables';
import { cellsOf, isEmpty, linesOf } from './table-cells';
import { readTableHeader, type Column, type TableHeader } from './table-header';
import { fitRow, lengthOfLastRow } from './table-rows';
import type { ComposedTasks } from './task-composer';
import { TaskDrafter, type DraftContext } from './task-drafter';

/** A row before its cells are put under the columns: the number, and the heading that stood last above it. */
interface RawRow {
  number: Span | null;
  cells: Span[];
  heading: Span | null;
}

/** A table that lost its lines: its head, and its rows. */
export interface FlatTable {
  header: TableHeader;
  rows: RawRow[];
}

const FEWEST_ROWS = 2;
const LONGEST_HEADING = 40;

/** The columns without that of the numbers. */
const columnsOf = ({ columns }: TableHeader): Column[] => (columns[0] === 'number' ? columns.slice(1) : columns);

const numberIn = (folded: string, cell: Span): number | null => {
  const match = /^[(]?(\d{1,5})[).、]?$/.exec(folded.slice(cell.start, Math.min(cell.end, cell.start + 8)));
  return match ? Number(match[1]) : null;
};

/** A line between rows that heads those below: 「一、水利（3项）」. */
function isHeading(folded: string, cell: Span): boolean {
  if (cell.end - cell.start > LONGEST_HEADING) return false;
  const ordinal = readOrdinal(folded, cell.start, cell.end);
  if (!ordinal || !['word', 'bracketed_word', 'chapter'].includes(ordinal.kind)) return false;
  return !/[。;,]/.test(folded.slice(cell.start, cell.end));
}

/** Collects rows: a number that carries the sequence on, or starts it again, begins one where there are numbers. */
class RowCollector {
  readonly rows: RawRow[] = [];
  private heading: Span | null = null;
  private last = 0;

  constructor(
    private readonly folded: string,
    private readonly header: TableHeader,
  ) {}

  /** Whether the cell begins a row. */
  private beginsRow(cell: Span): boolean {
    const number = numberIn(this.folded, cell);
    return number !== null && (number === this.last + 1 || (number === 1 && this.heading !== null));
  }

  add(cells: readonly Span[]): void {
    const written = cells.filter((cell) => !isEmpty(cell));
    const [first] = written;
    if (!first) return;
    if (written.length === 1 && isHeading(this.folded, first)) {
      this.heading = first;
      return;
    }
    if (this.header.columns[0] !== 'number') {
      if (cells.length === this.header.columns.length)
        this.rows.push({ number: null, cells: [...cells], heading: this.heading });
      return;
    }
    if (this.beginsRow(first)) {
      this.last = numberIn(this.folded, first) ?? this.last;
      this.rows.push({ number: first, cells: cells.slice(cells.indexOf(first) + 1), heading: this.heading });
    } else for (const cell of written) this.rows.at(-1)?.cells.push(cell);
  }

  /** A line whose cells run together: a row, the heading of some, or what was broken off the row above. */
  addRunTogether(line: Span): void {
    const next = String(this.last + 1);
    const restarts = this.heading !== null && this.rows.at(-1)?.heading !== this.heading;
    const number = this.folded.startsWith(next, line.start) ? next : restarts ? '1' : null;
    const last = this.rows.at(-1);
    if (isHeading(this.folded, line)) this.heading = line;
    else if (number !== null && this.folded.startsWith(number, line.start)) {
      const start = line.start + number.length;
      this.last = Number(number);
      const words = { start: /[.、]/.test(this.folded[start] ?? '') ? start + 1 : start, end: line.end };
      const cells = cellsRunTogether(this.folded, words, columnsOf(this.header));
      this.rows.push({ number: { start: line.start, end: start }, cells, heading: this.heading });
    } else if (last?.cells.length === 1) {
      const words = { start: last.cells[0]!.start, end: line.end };
      const cells = cellsRunTogether(this.folded, words, columnsOf(this.header));
      if (cells.length > 1) last.cells = cells;
    }
  }
}

/** The first table of a text with rows enough to be one, or null. */
export function readFlatTable({ text, folded }: Pick<Layout, 'text' | 'folded'>): FlatTable | null {
  const lines = [...linesOf(folded)];
  for (let index = 0; index < lines.length; index++) {
    const header = readTableHeader(text, folded, lines, index);
    if (!header || (header.columns[0] !== 'number' && !header.rowsAreLines)) continue;
    const collector = new RowCollector(folded, header);
    let at = header.next;
    for (; at < lines.length; at++) {
      const line = lines[at];
      if (!line || endsPage(folded.slice(line.start, line.end))) break;
      const again = readTableHeader(text, folded, lines, at);
      if (again && again.columns.join() !== header.columns.join()) break;
      if (again) at = again.next - 1;
      else if (header.mark === 'none') collector.addRunTogether(line);
      else collector.add(cellsOf(text, folded, line, header.mark));
    }
    // What was read once is no other table.
    index = Math.max(index, at - 1);
    const last = collector.rows.at(-1);
    if (collector.rows.length < FEWEST_ROWS || !last) continue;
    const columns = columnsOf(header);
    last.cells.splice(header.rowsAreLines ? columns.length : lengthOfLastRow(folded, last.cells, columns));
    return { header, rows: collector.rows };
  }
  return null;
}

/** Makes tasks of the rows of a table. */
export function composeTable(layout: Layout, table: FlatTable, context: DraftContext): ComposedTasks {
  const drafter = new TaskDrafter(layout, context);
  const { folded, text } = layout;
  const columns = columnsOf(table.header);
  const composed: ComposedTasks = { tasks: [], headings: [], clauses: [], kept: new Set() };
  let category: Span | null = null;
  for (const row of table.rows) {
    const cells = fitRow(folded, row.cells, columns);
    const block = cells.reduce<Span | null>(
      (whole, cell, index) =>
        cell && columns[index] === 'content' ? { start: whole?.start ?? cell.start, end: cell.end } : whole,
      null,
    );
    if (!block) continue;
    category = cells[columns.indexOf('category')] ?? category;
    const headings = [row.heading, category].filter((span) => span !== null);
    const clause = clauseOf(cells, columns);
    composed.headings.push(...headings);
    if (clause) composed.clauses.push(clause);
    const first = row.number ?? row.cells[0] ?? block;
    composed.tasks.push(
      drafter.draft({
        number: row.number,
        place: { path: headings.map((span) => text.slice(span.start, span.end)), notes: NO_NOTES },
        block,
        source: { start: first.start, end: row.cells.at(-1)?.end ?? block.end },
        clauses: clause ? [clause] : [],
      }),
    );
  }
  return composed;
}

/** The cells of units, dates and leaders of a row as one clause. */
function clauseOf(cells: readonly (Span | null)[], columns: readonly Column[]): AssignmentClause | null {
  const segments: AssignmentClause['segments'] = [];
  columns.forEach((column, index) => {
    const cell = cells[index];
    if (cell && column !== 'number' && column !== 'category' && column !== 'content')
      segments.push({ role: column, start: cell.start, end: cell.end });
  });
  const [first] = segments;
  const last = segments.at(-1);
  return first && last
    ? { start: first.start, end: last.end, segments, rules: [], closed: true, stretchFrom: first.start }
    : null;
}
