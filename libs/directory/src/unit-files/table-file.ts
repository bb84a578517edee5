import type { CellObject } from '@e965/xlsx';
import { unparse } from 'papaparse';
import { guardFormula } from './formula-cells';

/** Of columns, in characters of which a Chinese one takes two: as wide as what stands in them, between these. */
const NARROWEST = 8;
const WIDEST = 60;
/** Rows that are looked at for it. */
const LOOKED_AT = 200;

export type Cell = string | number | null;

/** UTF-8 with the mark by which Excel knows it. */
export function writeCsv(rows: readonly Cell[][]): Buffer {
  const guarded = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? guardFormula(cell) : cell)));
  return Buffer.from(`\ufeff${unparse(guarded, { newline: '\r\n' })}\r\n`);
}

/** A spreadsheet (.xlsx) with these sheets. */
export async function writeWorkbook(
  sheets: readonly (readonly [name: string, rows: readonly Cell[][]])[],
): Promise<Buffer> {
  const { utils, write } = await import('@e965/xlsx');
  const book = utils.book_new();
  for (const [name, rows] of sheets) {
    const sheet = utils.aoa_to_sheet(rows.map((row) => row.map(typed)));
    sheet['!cols'] = (rows[0] ?? []).map((_, column) => ({ wch: widthOf(rows, column) }));
    utils.book_append_sheet(book, sheet, name);
  }
  // With the texts in one list, as Excel has them: what stands in a cell itself is unescaped twice by readers.
  return write(book, { type: 'buffer', bookType: 'xlsx', bookSST: true, compression: true }) as Buffer;
}

function widthOf(rows: readonly Cell[][], column: number): number {
  const widths = rows.slice(0, LOOKED_AT).map((row) => {
    const text = String(row[column] ?? '');
    return text.length + (text.match(WIDE)?.length ?? 0) + 2;
  });
  return Math.min(WIDEST, Math.max(NARROWEST, ...widths));
}

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/g;

/** Each cell says what it is: a code with zeros before it stays one, and what looks like a formula stays text. */
function typed(cell: Cell): CellObject | null {
  if (cell === null || cell === '') return null;
  return typeof cell === 'number' ? { t: 'n', v: cell } : { t: 's', v: cell.replace(ESCAPE, '_x005F_'), z: '@' };
}

/** In a spreadsheet `_x000D_` is a character by its number; what only looks like one has its first sign written so. */
const ESCAPE = /_(?=x[0-9A-Fa-f]{4}_)/g;
