import type { ChosenColumn, SourceTable, Span } from './breakdown.types';
import { layOut, type Layout, type Paragraph } from './layout';
import { ORDINAL_RANK, type Ordinal } from './ordinals';
import { SourceTableComposer } from './source-table-composer';
import { TableHeads, type HeadedTable } from './source-tables';
import type { ComposedTasks } from './task-composer';
import type { DraftContext } from './task-drafter';

const HEADING_KINDS: ReadonlySet<Ordinal['kind']> = new Set(['chapter', 'word', 'bracketed_word', 'article']);
const LONGEST_HEADING = 60;

/** The tables that the file of a document marks, and the text around those that hold tasks. */
export class MarkedTables {
  readonly tables: readonly HeadedTable[];
  private readonly heads: TableHeads;
  private readonly withTasks: readonly HeadedTable[];
  private readonly rowBegins = new Map<HeadedTable, number[]>();
  /** The text without those tables, at the same offsets. */
  readonly around: Layout;

  constructor(
    private readonly layout: Layout,
    tables: readonly SourceTable[],
    chosen: readonly ChosenColumn[],
  ) {
    this.heads = new TableHeads(layout.folded, chosen);
    this.tables = this.heads.read(tables);
    this.withTasks = this.tables.filter((table) => table.hasTasks);
    this.around = this.areRead ? { ...this.layoutAround(), lineStarts: layout.lineStarts } : layout;
  }

  /** Whether tasks stand in a table. */
  get areRead(): boolean {
    return this.withTasks.length > 0;
  }

  /** Where the first head stands. */
  get begin(): number {
    const [first] = this.withTasks;
    return first?.rows[first.from]?.[0]?.start ?? Number.POSITIVE_INFINITY;
  }

  /** The tasks of the tables with those of the text around them, in the order of the document. */
  compose(context: DraftContext, around: ComposedTasks): ComposedTasks {
    if (!this.areRead) return around;
    const composer = new SourceTableComposer(this.layout, this.heads, context);
    const above = this.headingsAbove();
    const parts = [around, ...this.withTasks.map((table, index) => composer.compose(table, above[index] ?? []))];
    return {
      tasks: parts.flatMap(({ tasks }) => tasks).sort((one, other) => one.source.start - other.source.start),
      headings: parts.flatMap(({ headings }) => headings),
      clauses: parts.flatMap(({ clauses }) => clauses),
      kept: around.kept,
    };
  }

  /** The sheet and row of an offset, to go before what is said of it; empty outside of sheets. */
  placeOf(at: number): string {
    const table = this.withTasks.find((one) => at >= one.start && at < one.end);
    if (!table?.rowNumbers) return '';
    const begins = this.rowBegins.get(table) ?? rowBeginsOf(table);
    this.rowBegins.set(table, begins);
    let [low, high] = [0, begins.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((begins[middle] ?? 0) <= at) low = middle;
      else high = middle;
    }
    const row = `row ${table.rowNumbers[low] ?? 0}`;
    return table.name === null ? `R${row.slice(1)}: ` : `Sheet ${table.name}, ${row}: `;
  }

  private layoutAround(): Layout {
    const { text } = this.layout;
    let around = '';
    let from = 0;
    for (const { start, end } of this.withTasks) {
      around += text.slice(from, start) + text.slice(start, end).replace(/[^\r\n\u0085\u2028\u2029\v\f]/g, ' ');
      from = end;
    }
    return layOut(around + text.slice(from));
  }

  /** For each table the headings that end right above it: 「一、水利」 and what heads that, or the name of its sheet. */
  private headingsAbove(): Span[][] {
    const above: Paragraph[] = [];
    let next = 0;
    return this.withTasks.map((table, index) => {
      // What heads a sheet ends with it.
      if (index > 0 && table.name !== this.withTasks[index - 1]?.name) above.length = 0;
      const { paragraphs } = this.around;
      for (; (paragraphs[next]?.start ?? Number.POSITIVE_INFINITY) < table.start; next++) {
        const paragraph = paragraphs[next];
        if (!paragraph) break;
        const { ordinal } = paragraph;
        if (this.isName(table, paragraph)) above.splice(0, above.length, paragraph);
        else if (this.isHeading(paragraph) && ordinal) {
          while (above.length > 0 && rankOf(above.at(-1)) >= ORDINAL_RANK[ordinal.kind]) above.pop();
          above.push(paragraph);
        }
      }
      const last = above.at(-1);
      const isRightAbove = last && this.around.text.slice(last.end, table.start).trim() === '';
      return isRightAbove ? above.map(({ start, end }) => ({ start, end })) : [];
    });
  }

  private isHeading({ start, end, ordinal }: Paragraph): boolean {
    if (!ordinal || !HEADING_KINDS.has(ordinal.kind) || end - start > LONGEST_HEADING) return false;
    return !/[。;!?]/.test(this.layout.folded.slice(start, end));
  }

  private isName(table: HeadedTable, { start, end }: Paragraph): boolean {
    return table.name !== null && this.layout.text.slice(start, end) === table.name.trim();
  }
}

const rankOf = (paragraph: Paragraph | undefined): number =>
  paragraph?.ordinal ? ORDINAL_RANK[paragraph.ordinal.kind] : -1;

/** For each row where its own cells begin, those that it does not share with a row above. */
function rowBeginsOf(table: HeadedTable): number[] {
  let end = table.start;
  return table.rows.map((row) => {
    const own = row.filter((cell) => cell.start >= end);
    const begin = own.length > 0 ? Math.min(...own.map((cell) => cell.start)) : end;
    end = Math.max(end, ...own.map((cell) => cell.end));
    return begin;
  });
}
