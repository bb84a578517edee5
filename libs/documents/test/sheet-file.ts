import { type CellObject, utils, type WorkSheet, write } from '@e965/xlsx';

export interface Sheet {
  name: string;
  rows: (string | number | CellObject | null)[][];
  /** Merged cells: `A1:C1`. */
  merged?: string[];
  isHidden?: boolean;
}

/** A day as a spreadsheet keeps it: a number, and a format that makes it a date. */
export const date = (serial: number, format: string): CellObject => ({ t: 'n', v: serial, z: format });

export function sheetFile(sheets: readonly Sheet[], bookType: 'xlsx' | 'biff8' | 'ods' = 'xlsx'): Uint8Array {
  const book = utils.book_new();
  for (const { name, rows, merged = [] } of sheets) {
    const sheet: WorkSheet = utils.aoa_to_sheet(rows);
    sheet['!merges'] = merged.map((range) => utils.decode_range(range));
    utils.book_append_sheet(book, sheet, name);
  }
  book.Workbook = { Sheets: sheets.map(({ isHidden }) => ({ Hidden: isHidden ? 1 : 0 })) };
  return new Uint8Array(write(book, { type: 'buffer', bookType, compression: true }) as Buffer);
}
