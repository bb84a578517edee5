import { decodeText } from '@duban/breakdown';
import type { CellObject, WorkSheet } from '@e965/xlsx';
import { parse } from 'papaparse';
import { formatOf } from './formats';
import type { KnownFile } from './formats/format';
import { hasInk, MOST_ROWS, openBook, rowsOf, sheetFormat, tooManyRows } from './formats/sheet.format';
import { problem } from './problems';

/** A cell in which something stands. */
export interface TableCell {
  /** From 1; column A is the first. */
  column: number;
  /** What people see in it, blanks at its ends and line breaks included. */
  text: string;
  /** What the program takes it for; a text file has texts only. A number is whatever Excel has made one of. */
  type: 'text' | 'number' | 'date' | 'boolean' | 'error';
}

/** A row in which something stands. */
export interface TableRow {
  /** As the program that shows the table counts it, from 1; blank rows count. */
  number: number;
  cells: TableCell[];
}

/** One table: a sheet that is shown, or all of a text file, which has no name for it. */
export interface TableSheet {
  name: string | null;
  rows: TableRow[];
}

/** So many cells are read of one file. */
const MOST_CELLS = 1_000_000;
const DELIMITERS = [',', ';', '\t'];
/** So many records are looked at to find what parts their cells. */
const SAMPLE = 20;
const FEWEST_COLUMNS = 3;

/**
 * The tables of a file as they stand. Blank rows are left out, a merged cell stands in each of its places in the other
 * rows, hidden sheets are not read, and a formula counts as what it shows.
 * @throws DomainError DOCUMENT.*, or BREAKDOWN.* where it should be text and is none
 */
export async function readSheets(file: KnownFile): Promise<TableSheet[]> {
  if (sheetFormat.recognises(file)) return readBook(file);
  const { name } = formatOf(file);
  if (name === 'text' || name === 'csv') return [{ name: null, rows: readText(file.bytes) }];
  throw problem('DOCUMENT.NOT_A_TABLE', 'The file is no table: send a spreadsheet (.xlsx) or a CSV file.');
}

async function readBook(file: KnownFile): Promise<TableSheet[]> {
  const { library, book } = await openBook(file);
  const isDate = (format: unknown): boolean => typeof format === 'string' && library.SSF.is_date(format);
  let [rows, cells] = [0, 0];
  return book.SheetNames.flatMap((name, index) => {
    if ((book.Workbook?.Sheets?.[index]?.Hidden ?? 0) > 0) return [];
    const sheet = readSheet(book.Sheets[name], isDate);
    rows += sheet.length;
    cells += sheet.reduce((sum, row) => sum + row.cells.length, 0);
    if (rows > MOST_ROWS || cells > MOST_CELLS) throw tooManyRows();
    return [{ name, rows: sheet }];
  });
}

function readSheet(sheet: WorkSheet | undefined, isDate: (format: unknown) => boolean): TableRow[] {
  const rows = rowsOf(sheet).map(({ number, cells }) => ({
    number,
    // By their columns, from 0.
    cells: new Map(cells.flatMap((cell, column) => (cell && hasInk(cell) ? [[column, cell] as const] : []))),
  }));
  const byNumber = new Map(rows.map((row) => [row.number, row]));
  let repeated = 0;
  for (const { s, e } of sheet?.['!merges'] ?? []) {
    const cell = byNumber.get(s.r)?.cells.get(s.c);
    if (!cell) continue;
    const covered = rows.filter(({ number }) => number >= s.r && number <= e.r);
    repeated += covered.length * (e.c - s.c + 1);
    if (repeated > MOST_CELLS) throw tooManyRows();
    for (const row of covered) for (let column = s.c; column <= e.c; column++) row.cells.set(column, cell);
  }
  return rows.map(({ number, cells }) => ({
    number: number + 1,
    cells: [...cells]
      .sort(([one], [other]) => one - other)
      .map(([column, cell]) => ({ column: column + 1, text: textOf(cell), type: typeOf(cell, isDate) })),
  }));
}

/** What a text cell holds, and of any other what it shows. */
const textOf = ({ t, v, w }: CellObject): string => (t === 's' ? String(v ?? '') : (w ?? String(v ?? '')));

function typeOf({ t, z }: CellObject, isDate: (format: unknown) => boolean): TableCell['type'] {
  if (t === 'd' || (t === 'n' && isDate(z))) return 'date';
  return ({ n: 'number', b: 'boolean', e: 'error' } as const)[t as 'n' | 'b' | 'e'] ?? 'text';
}

function readText(bytes: Uint8Array): TableRow[] {
  const { text } = decodeText(bytes);
  const { data: records, errors } = parse<string[]>(text, { delimiter: delimiterOf(text) });
  const [fault] = errors;
  if (fault) {
    const row = (fault.row ?? 0) + 1;
    throw problem(
      'DOCUMENT.BROKEN',
      `Row ${row} cannot be told from the next: a quotation mark in it is not closed, or stands where none can.`,
      { row },
    );
  }
  if (records.length > MOST_ROWS) throw tooManyRows();
  return records.flatMap((record, index) => {
    const cells = record.flatMap((cell, column): TableCell[] =>
      cell.trim() === '' ? [] : [{ column: column + 1, text: cell, type: 'text' }],
    );
    return cells.length > 0 ? [{ number: index + 1, cells }] : [];
  });
}

/** What parts the cells: by the first record that has several, as the heads of columns do. A comma where none has. */
function delimiterOf(text: string): string {
  const samples = DELIMITERS.map((delimiter) => ({
    delimiter,
    records: parse<string[]>(text, { delimiter, preview: SAMPLE }).data,
  }));
  for (let index = 0; index < SAMPLE; index++) {
    const widths = samples.map(({ delimiter, records }) => ({ delimiter, width: records[index]?.length ?? 0 }));
    const widest = widths.reduce((best, one) => (one.width > best.width ? one : best));
    if (widest.width >= FEWEST_COLUMNS) return widest.delimiter;
  }
  return ',';
}
