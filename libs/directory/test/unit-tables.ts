import { type CellObject, utils, type WorkSheet, write } from '@e965/xlsx';

export interface TestSheet {
  name: string;
  rows: (string | number | boolean | CellObject | null)[][];
  merged?: string[];
  isHidden?: boolean;
}

/** A workbook as Excel would write it. */
export function workbook(...sheets: TestSheet[]): Buffer {
  const book = utils.book_new();
  for (const { name, rows, merged = [] } of sheets) {
    const sheet: WorkSheet = utils.aoa_to_sheet(rows);
    sheet['!merges'] = merged.map((range) => utils.decode_range(range));
    utils.book_append_sheet(book, sheet, name);
  }
  book.Workbook = { Sheets: sheets.map(({ isHidden }) => ({ Hidden: isHidden === true ? 1 : 0 })) };
  return write(book, { type: 'buffer', bookType: 'xlsx', compression: true }) as Buffer;
}
