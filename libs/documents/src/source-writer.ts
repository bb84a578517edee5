import type { SourceDocument, SourceNote, SourceTable, Span } from '@duban/breakdown';
import { problem } from './problems';

/** What no text holds and no database stores: NUL, and halves of characters. */
// eslint-disable-next-line no-control-regex
const NO_CHARACTERS = /\u0000|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
/** Wider tables are no lists of tasks; so many columns are kept apart. */
const MOST_COLUMNS = 256;
/** Places in all tables together, so that a cell over a thousand rows and columns does not fill the memory. */
const MOST_PLACES = 4_000_000;

interface OpenCell {
  column: number;
  columns: number;
  rows: number;
  continues: boolean;
  inkStart: number;
  inkEnd: number;
}

interface OpenTable {
  table: SourceTable;
  /** Cells that reach down into the rows to come, by column. */
  reaching: Map<number, { span: Span; rows: number }>;
  row: Span[] | null;
  cell: OpenCell | null;
}

/**
 * Writes down what a file says, paragraph by paragraph and cell by cell, as one text with the places of its tables. Rows
 * are lines, cells are apart by tabs, and paragraphs in a cell by line breaks.
 */
export class SourceWriter {
  private readonly pieces: string[] = [];
  private length = 0;
  private readonly open: OpenTable[] = [];
  private readonly tables: SourceTable[] = [];
  private readonly notes: SourceNote[] = [];
  private places = 0;
  private end: number | undefined;

  /** A paragraph; one of blanks alone is left out. Characters put together from parts (NFD) are made one. */
  paragraph(words: string): void {
    if (words.trim() === '') return;
    const open = this.open.at(-1);
    const cell = open?.cell;
    if (cell) this.write(cell.inkEnd > cell.inkStart ? `\n${words}` : words);
    else this.write(`${words}\n`);
    // A caption stands before the first row.
    if (open && !cell && open.table.rows.length === 0) open.table.start = this.length;
  }

  note(code: string, message: string): void {
    this.notes.push({ code, at: this.length, message });
  }

  /** The text ends here: what comes is footnotes. */
  endText(): void {
    this.end = this.length;
  }

  openTable(name: string | null = null): void {
    const around = this.open.at(-1)?.cell;
    if (around && around.inkEnd > around.inkStart) this.write('\n');
    const table = { name, start: this.length, end: this.length, rows: [], rowNumbers: null };
    this.tables.push(table);
    this.open.push({ table, reaching: new Map(), row: null, cell: null });
  }

  /** @param number as the sheet counts its rows, from 1 */
  openRow(number?: number): void {
    const open = this.open.at(-1);
    if (!open) return;
    if (open.table.rows.length > 0) this.write('\n');
    open.row = [];
    open.table.rows.push(open.row);
    if (number !== undefined) (open.table.rowNumbers ??= []).push(number);
  }

  /**
   * @param columns how many columns the cell covers
   * @param rows how many rows it covers
   * @param continues whether it is the lower part of the cell above it
   */
  openCell({ columns = 1, rows = 1, continues = false } = {}): void {
    const open = this.open.at(-1);
    if (!open?.row) return;
    this.fillReaching(open, open.row);
    if (open.row.length > 0) this.write('\t');
    open.cell = { column: open.row.length, columns, rows, continues, inkStart: this.length, inkEnd: this.length };
  }

  closeCell(): void {
    const open = this.open.at(-1);
    const { row, cell } = open ?? {};
    if (!open || !row || !cell) return;
    open.cell = null;
    const above = cell.continues ? open.table.rows.at(-2)?.[cell.column] : undefined;
    const span = above ?? { start: cell.inkStart, end: cell.inkEnd };
    for (let covered = 0; covered < cell.columns && row.length < MOST_COLUMNS; covered++) {
      if (cell.rows > 1) open.reaching.set(row.length, { span, rows: cell.rows - 1 });
      this.place(row, span);
    }
  }

  closeRow(): void {
    const open = this.open.at(-1);
    if (!open?.row) return;
    for (let last = Math.max(-1, ...open.reaching.keys()); open.row.length <= last;) {
      if (!this.fillReaching(open, open.row)) this.place(open.row, { start: this.length, end: this.length });
    }
    open.row = null;
  }

  closeTable(): void {
    const open = this.open.pop();
    if (!open) return;
    const { table } = open;
    table.end = this.length;
    const width = Math.max(0, ...table.rows.map((row) => row.length));
    const nothing = { start: this.length, end: this.length };
    for (const row of table.rows) while (row.length < width) this.place(row, nothing);
    if (this.open.length === 0 && table.end > table.start) this.write('\n');
  }

  /** @throws DomainError DOCUMENT.NO_TEXT */
  finish(): SourceDocument {
    const text = this.pieces.join('');
    if (text.trim() === '') throw problem('DOCUMENT.NO_TEXT', 'The file holds no text.');
    const hasInk = ({ rows }: SourceTable): boolean => rows.some((row) => row.some((cell) => cell.end > cell.start));
    return { text, tables: this.tables.filter(hasInk), notes: this.notes, end: this.end };
  }

  private write(words: string): void {
    const composed = words.normalize('NFC').replace(NO_CHARACTERS, '\ufffd');
    const ink = composed.trim();
    if (ink !== '') {
      const start = this.length + composed.indexOf(ink);
      for (const { cell } of this.open) {
        if (!cell) continue;
        if (cell.inkEnd === cell.inkStart) cell.inkStart = start;
        cell.inkEnd = start + ink.length;
      }
    }
    this.pieces.push(composed);
    this.length += composed.length;
  }

  /** Puts the cells from above into the places that they cover. @returns whether there were any */
  private fillReaching(open: OpenTable, row: Span[]): boolean {
    let filled = false;
    for (let above = open.reaching.get(row.length); above; above = open.reaching.get(row.length)) {
      if (--above.rows === 0) open.reaching.delete(row.length);
      if (row.length > 0) this.write('\t');
      this.place(row, above.span);
      filled = true;
    }
    return filled;
  }

  private place(row: Span[], span: Span): void {
    if (++this.places > MOST_PLACES)
      throw problem('DOCUMENT.TOO_HARD', 'The tables of the file are too large to be read: split the file.');
    row.push(span);
  }
}
