import type { Span } from './breakdown.types';
import type { AssignmentClause } from './clauses';
import { NO_NOTES } from './heading-notes';
import type { Layout } from './layout';
import { readOrdinal } from './ordinals';
import { distinctCells, type HeadedTable, type TableHeads } from './source-tables';
import { isEmpty } from './table-cells';
import type { Column } from './table-header';
import type { ComposedTasks } from './task-composer';
import { TaskDrafter, type DraftContext } from './task-drafter';

const SUMS = /^(?:合计|总计|小计|共计|总数|汇总)/;
const LONGEST_HEADING = 60;
const SENTENCE_MARKS = /[。;!?]/;

/** Rows that are one task: several where its cell covers them and units or dates differ. */
interface TaskRows {
  number: Span | null;
  headings: Span[];
  content: Span[];
  segments: AssignmentClause['segments'];
  source: Span;
}

/** Makes tasks of a table whose cells the file itself marks: its merged cells, headings between rows, and sums. */
export class SourceTableComposer {
  private readonly drafter: TaskDrafter;

  constructor(
    private readonly layout: Layout,
    private readonly heads: TableHeads,
    context: DraftContext,
  ) {
    this.drafter = new TaskDrafter(layout, context);
  }

  /** @param above the headings above the table */
  compose(table: HeadedTable, above: readonly Span[]): ComposedTasks {
    const composed: ComposedTasks = { tasks: [], headings: [], clauses: [], kept: new Set() };
    for (const rows of new RowReader(this.layout, this.heads, table).read()) {
      rows.headings.unshift(...above);
      const clause = clauseOf(rows);
      if (clause) composed.clauses.push(clause);
      composed.headings.push(...rows.headings);
      composed.tasks.push(this.draft(rows, clause));
    }
    return composed;
  }

  private draft(rows: TaskRows, clause: AssignmentClause | null): ComposedTasks['tasks'][number] {
    const { folded, text } = this.layout;
    const first = rows.content[0] ?? rows.source;
    const ordinal = rows.number ? null : readOrdinal(folded, first.start, first.end);
    const label = ordinal && ordinal.kind !== 'dash' && ordinal.end < first.end ? ordinal : null;
    const block = { start: label?.end ?? first.start, end: rows.content.at(-1)?.end ?? first.end };
    const words = (span: Span): string => text.slice(span.start, span.end);
    const task = this.drafter.draft({
      number: label ? { start: first.start, end: label.labelEnd } : rows.number,
      place: { path: rows.headings.map(words), notes: NO_NOTES },
      block,
      source: rows.source,
      clauses: clause ? [clause] : [],
      // The mark between two cells stays, so that their words do not run together.
      holes: rows.content.slice(1).map((cell, index) => ({
        start: rows.content[index]?.end ?? cell.start,
        end: cell.start - 1,
      })),
    });
    return { ...task, content: task.content.split(/\s*\t\s*/).join('\n') };
  }
}

/** Reads the rows of one table from above, with what carries over from one to the next. */
class RowReader {
  private heading: Span | null = null;
  private readonly categories = new Map<number, Span>();
  private columns: readonly (Column | null)[];
  /** For each cell, by where it starts, the first and the last row that it stands in. */
  private readonly reach = new Map<number, { first: number; last: number }>();

  constructor(
    private readonly layout: Layout,
    private readonly heads: TableHeads,
    private readonly table: HeadedTable,
  ) {
    this.columns = table.columns;
    table.rows.forEach((row, index) => {
      for (const cell of row) {
        if (isEmpty(cell)) continue;
        const known = this.reach.get(cell.start);
        if (known) known.last = index;
        else this.reach.set(cell.start, { first: index, last: index });
      }
    });
  }

  read(): TaskRows[] {
    const found: TaskRows[] = [];
    for (let index = this.table.next; index < this.table.rows.length; index++) {
      const row = this.table.rows[index] ?? [];
      const cells = distinctCells(row);
      const [first] = cells;
      if (!first || SUMS.test(this.words(first))) continue;
      const again = this.heads.headAt(this.table, index);
      if (again) {
        // The head of the next page, or of another table below; what a person chose for the first stays there.
        if (again.headers.join('\n') !== this.table.headers.join('\n')) this.columns = again.columns;
        index = again.next - 1;
      } else if (this.isHeading(row, cells)) {
        this.heading = first;
        this.categories.clear();
      } else this.add(found, row, index);
    }
    return found;
  }

  /** A row that is one cell alone, above the rows that it heads. */
  private isHeading(row: readonly Span[], cells: readonly Span[]): boolean {
    const [cell] = cells;
    if (!cell || cells.length > 1 || cell.end - cell.start > LONGEST_HEADING) return false;
    if (SENTENCE_MARKS.test(this.words(cell))) return false;
    const place = row.findIndex((one) => one.start === cell.start && one.end === cell.end);
    const covers = row.filter((one) => one.start === cell.start && one.end === cell.end).length;
    const reach = this.reach.get(cell.start);
    if (reach && reach.last > reach.first) return false;
    return covers > 1 || place === 0 || this.columns[place] === 'category' || this.columns[place] === 'content';
  }

  private add(found: TaskRows[], row: readonly Span[], index: number): void {
    const own = row.filter((cell) => !isEmpty(cell) && this.reach.get(cell.start)?.first === index);
    const categories = this.categoriesOf(row);
    const written = this.cellsOf(row, 'content');
    // A cell of words that covers several rows heads those that have words of their own.
    const isOver = (cell: Span): boolean => {
      const reach = this.reach.get(cell.start);
      return reach !== undefined && reach.last > reach.first;
    };
    const narrow = written.filter((cell) => !isOver(cell));
    const content = narrow.length > 0 ? narrow : written;
    const over = narrow.length > 0 ? written.filter(isOver) : [];
    const number = this.cellsOf(row, 'number')[0] ?? null;
    const segments = this.segmentsOf(row);
    const last = found.at(-1);
    const isSame = content[0] !== undefined && last?.content[0]?.start === content[0].start;
    const goesOn = content.length === 0 && number === null && segments.length > 0;
    if (last && (isSame || goesOn)) {
      const known = new Set(last.segments.map(({ start }) => start));
      last.segments.push(...segments.filter(({ start }) => !known.has(start)));
      last.source.end = Math.max(last.source.end, ...own.map(({ end }) => end));
      return;
    }
    if (content.length === 0) return;
    const headings = [...(this.heading ? [this.heading] : []), ...categories, ...over];
    const isHeading = new Set(headings.map(({ start }) => start));
    const source = [...own, ...content].filter(({ start }) => !isHeading.has(start));
    found.push({
      number,
      headings,
      content: [...content].sort((one, other) => one.start - other.start),
      segments,
      source: {
        start: Math.min(...source.map(({ start }) => start)),
        end: Math.max(...source.map(({ end }) => end)),
      },
    });
  }

  /** The categories of a row; a cell left empty says what the one above it says. */
  private categoriesOf(row: readonly Span[]): Span[] {
    this.columns.forEach((column, index) => {
      const cell = row[index];
      if (column === 'category' && cell && !isEmpty(cell)) this.categories.set(index, cell);
    });
    return [...this.categories].sort(([one], [other]) => one - other).map(([, cell]) => cell);
  }

  private cellsOf(row: readonly Span[], wanted: Column): Span[] {
    return distinctCells(row.filter((_cell, index) => this.columns[index] === wanted));
  }

  private segmentsOf(row: readonly Span[]): AssignmentClause['segments'] {
    const segments: AssignmentClause['segments'] = [];
    row.forEach((cell, index) => {
      const role = this.columns[index];
      if (!role || isEmpty(cell) || role === 'number' || role === 'category' || role === 'content') return;
      const before = segments.at(-1);
      if (before?.start !== cell.start) segments.push({ role, start: cell.start, end: cell.end });
    });
    return segments;
  }

  private words(cell: Span): string {
    return this.layout.folded.slice(cell.start, Math.min(cell.end, cell.start + LONGEST_HEADING)).replace(/ /g, '');
  }
}

/** The cells of units, dates and leaders as one clause. */
function clauseOf({ segments }: TaskRows): AssignmentClause | null {
  if (segments.length === 0) return null;
  const start = Math.min(...segments.map((segment) => segment.start));
  const end = Math.max(...segments.map((segment) => segment.end));
  return { start, end, segments, rules: [], closed: true, stretchFrom: start };
}
