import type { SourceDocument } from '@duban/breakdown';
import { DomainError } from '@duban/kernel';
import type { CellObject, Range, WorkBook, WorkSheet } from '@e965/xlsx';
import { withoutBlankRows } from '../blank-rows';
import { problem, protectedFile } from '../problems';
import { SourceWriter } from '../source-writer';
import { checkZip } from '../zip';
import type { DocumentFormat, KnownFile, Progress } from './format';

type Library = typeof import('@e965/xlsx');

/** So many rows with something in them are read of one file. */
export const MOST_ROWS = 200_000;
/** Names that programs give to sheets. */
const USUAL_NAME = /^(?:sheet|工作表|表)\s*\d*$/i;

/** Excel's formats, old and new, and OpenDocument sheets. */
export const sheetFormat: DocumentFormat = {
  name: 'sheet',
  recognises: ({ entries, type, streams, beginning }) =>
    entries.has('xl/workbook.xml') ||
    entries.has('xl/workbook.bin') ||
    type.includes('opendocument.spreadsheet') ||
    streams.has('Workbook') ||
    streams.has('Book') ||
    beginning.includes('urn:schemas-microsoft-com:office:spreadsheet'),
  read: readSheets,
};

/** @throws DomainError DOCUMENT.BROKEN, DOCUMENT.PROTECTED, DOCUMENT.NO_TEXT, DOCUMENT.ZIP_BOMB, DOCUMENT.TOO_HARD */
async function readSheets(file: KnownFile, progress: Progress): Promise<SourceDocument> {
  const { library, book } = await openBook(file);
  const writer = new SourceWriter();
  const shown = book.SheetNames.filter((name, index) => {
    const isHidden = (book.Workbook?.Sheets?.[index]?.Hidden ?? 0) > 0;
    if (isHidden) writer.note('hidden_sheet', `The sheet ${name} is hidden and was not read.`);
    return !isHidden && rowsOf(book.Sheets[name]).length > 0;
  });
  let left = MOST_ROWS;
  for (const [index, name] of shown.entries()) {
    const sheet = book.Sheets[name];
    if (!sheet) continue;
    left -= rowsOf(sheet).length;
    if (left < 0) throw tooManyRows();
    if (shown.length > 1 && !USUAL_NAME.test(name)) writer.paragraph(name);
    new SheetReader(library, writer, sheet, book.Workbook?.WBProps?.date1904 ?? false).read(name);
    progress(index + 1, shown.length);
  }
  return writer.finish();
}

export const tooManyRows = (): Error =>
  problem('DOCUMENT.TOO_HARD', `The file has more than ${MOST_ROWS} rows: split it.`);

/** @throws DomainError DOCUMENT.BROKEN, DOCUMENT.PROTECTED, DOCUMENT.ZIP_BOMB, DOCUMENT.TOO_HARD */
export async function openBook({ bytes, entries }: KnownFile): Promise<{ library: Library; book: WorkBook }> {
  const library = await import('@e965/xlsx');
  return { library, book: open(library, checked(bytes, entries)) };
}

/** What is packed is counted first. The blank rows of a sheet take the library long, and much memory. */
function checked(bytes: Uint8Array, entries: ReadonlySet<string>): Uint8Array {
  if (entries.has('xl/workbook.xml')) return withoutBlankRows(bytes);
  if (entries.size > 0) checkZip(bytes);
  return bytes;
}

function open(library: Library, bytes: Uint8Array): WorkBook {
  try {
    return library.read(bytes, { type: 'array', dense: true, cellNF: true, cellHTML: false, cellFormula: false });
  } catch (error) {
    if (error instanceof DomainError) throw error;
    if (/password|encrypt/i.test(String(error))) throw protectedFile();
    throw problem('DOCUMENT.BROKEN', 'The file is damaged or cut off: open it in its program and save it again.');
  }
}

type Cells = (CellObject | undefined)[];

/** The rows in which something stands, with their numbers from 0; others may be a million, and are not looked at. */
export function rowsOf(sheet: WorkSheet | undefined): { number: number; cells: Cells }[] {
  const data = (sheet as { '!data'?: (Cells | undefined)[] } | undefined)?.['!data'] ?? [];
  const rows: { number: number; cells: Cells }[] = [];
  data.forEach((cells, number) => {
    if (cells?.some((cell) => cell !== undefined && hasInk(cell))) rows.push({ number, cells });
  });
  return rows;
}

export const hasInk = ({ t, v, w }: CellObject): boolean => t !== 'z' && String(w ?? v ?? '').trim() !== '';

/** Writes one sheet down as a table, its blank rows and columns left out. */
class SheetReader {
  private readonly rows: { number: number; cells: Cells }[];
  /** The columns in which something stands. */
  private readonly columns: number[];
  private readonly merges: Range[];

  constructor(
    private readonly library: Library,
    private readonly writer: SourceWriter,
    sheet: WorkSheet,
    private readonly date1904: boolean,
  ) {
    this.rows = rowsOf(sheet);
    const used = new Set<number>();
    for (const { cells } of this.rows)
      cells.forEach((cell, column) => {
        if (cell && hasInk(cell)) used.add(column);
      });
    this.columns = [...used].sort((one, other) => one - other);
    this.merges = [...(sheet['!merges'] ?? [])].sort((one, other) => one.s.r - other.s.r);
  }

  read(name: string): void {
    const { writer } = this;
    let active: Range[] = [];
    let next = 0;
    writer.openTable(name);
    this.rows.forEach(({ number, cells }, index) => {
      active = active.filter((merge) => merge.e.r >= number);
      for (let merge = this.merges[next]; merge && merge.s.r <= number; merge = this.merges[++next])
        if (merge.e.r >= number) active.push(merge);
      writer.openRow(number + 1);
      for (const column of this.columns) this.readCell(column, index, cells, active);
      writer.closeRow();
    });
    writer.closeTable();
  }

  private readCell(column: number, index: number, cells: Cells, active: readonly Range[]): void {
    const number = this.rows[index]?.number ?? 0;
    const merge = active.find(({ s, e }) => column >= s.c && column <= e.c);
    let [columns, rows] = [1, 1];
    if (merge) {
      // Covered by the cell on its left, or by one above, which the writer repeats.
      const isBelow = (this.rows[index - 1]?.number ?? -1) >= merge.s.r;
      if (isBelow || this.columns.find((one) => one >= merge.s.c) !== column) return;
      columns = this.columns.filter((one) => one >= column && one <= merge.e.c).length;
      while ((this.rows[index + rows]?.number ?? Number.POSITIVE_INFINITY) <= merge.e.r) rows++;
    }
    this.writer.openCell({ columns, rows });
    const cell = cells[merge && number === merge.s.r ? merge.s.c : column];
    if (cell) this.writer.paragraph(this.words(cell));
    this.writer.closeCell();
  }

  /** What the clerk sees in a cell; a date by its type, as a date: the day has no time zone. */
  private words(cell: CellObject): string {
    const { SSF } = this.library;
    const shown = cell.w ?? String(cell.v ?? '');
    const format = String(cell.z ?? '');
    if (cell.t !== 'n' || typeof cell.v !== 'number' || cell.v < 1 || !SSF.is_date(format) || /[年月]/.test(shown))
      return shown;
    const date = SSF.parse_date_code(cell.v, { date1904: this.date1904 }) as { y: number; m: number; d: number } | null;
    if (!date) return shown;
    const two = (value: number): string => String(value).padStart(2, '0');
    const bare = format.replace(/"[^"]*"|\\.|\[[^\]]*\]/g, '');
    return /d/i.test(bare) ? `${date.y}-${two(date.m)}-${two(date.d)}` : `${date.y}年${date.m}月`;
  }
}
