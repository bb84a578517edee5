import type { CellObject } from '@e965/xlsx';
import fc from 'fast-check';
import { due, type Item, list } from '../../breakdown/test/families';
import { gb18030, utf8Marked } from './encodings';
import { pdfFile, setTable, type TableLooks } from './pdf-file';
import { escaped } from './prose-files';
import { date, sheetFile } from './sheet-file';
import { webPage } from './web-page';
import { cell, paragraph, row, table, wordFile } from './word-file';

/** A cell of a ledger (台账); null stands where another covers the place. */
interface Cell {
  words: string;
  /** A day (`YYYY-MM-DD`) that a spreadsheet keeps by its type. */
  day?: string;
  columns?: number;
  rows?: number;
}
type Grid = (Cell | null)[][];
type Column = 'number' | 'category' | 'content' | 'units' | 'leaders' | 'deadline' | 'other';

export interface LedgerLooks {
  columns: Column[];
  names: Record<Column | 'lead' | 'cooperating', string>;
  /** Whether a head of two rows puts one name over the units. */
  isHeadDouble: boolean;
  hasTitle: boolean;
  hasSums: boolean;
  hasBlanks: boolean;
  /** Sections as a column whose cells are merged, or as rows between. */
  sections: 'column' | 'rows';
  separator: string;
  dates: 'words' | 'days';
  isGb: boolean;
}
interface LedgerKind {
  name: string;
  /** Where only the name of the file tells that a text is a table. */
  file?: string;
  write(grid: Grid, looks: LedgerLooks): Uint8Array;
}

const TITLE = '云溪市2031年重点工作任务分解表';
export const looksOfLedger: fc.Arbitrary<LedgerLooks> = fc.record({
  columns: fc.shuffledSubarray<Column>(['number', 'category', 'content', 'units', 'leaders', 'deadline', 'other'], {
    minLength: 7,
  }),
  names: fc.record({
    number: fc.constantFrom('序号', '编号', '序 号'),
    category: fc.constantFrom('类别', '工作领域', '板块'),
    content: fc.constantFrom('工作任务', '重点工作', '任务内容', '主要任务及目标', '事项'),
    units: fc.constantFrom('责任分工', '责任单位及分工', '分工'),
    lead: fc.constantFrom('牵头单位', '牵头部门', '牵头\n单位'),
    cooperating: fc.constantFrom('配合单位', '配合部门', '协助单位'),
    leaders: fc.constantFrom('责任领导', '市领导', '分管领导'),
    deadline: fc.constantFrom('完成时限', '办结时间', '时限', '完成时间'),
    other: fc.constantFrom('备注', '说明'),
  }),
  isHeadDouble: fc.boolean(),
  hasTitle: fc.boolean(),
  hasSums: fc.boolean(),
  hasBlanks: fc.boolean(),
  sections: fc.constantFrom('column', 'rows'),
  separator: fc.constantFrom('、', '\n', '，', '、\n'),
  dates: fc.constantFrom('words', 'days'),
  isGb: fc.boolean(),
});

const SECTIONS = ['水利建设', '城市更新', '民生保障'];

/** A plan as the cells of a ledger, and as the plain text that says the same. */
export function ledgerOf(plan: readonly (readonly Item[])[], looks: LedgerLooks): { grid: Grid; text: string } {
  const columns = looks.columns.filter((column) => column !== 'category' || looks.sections === 'column');
  const width = columns.length + 1;
  const blank = (): Grid[number] => Array.from({ length: width }, () => ({ words: '' }));
  const grid: Grid = looks.hasTitle ? [over(TITLE, width)] : [];
  grid.push(...headOf(columns, looks));
  const text = [TITLE];
  let number = 0;
  for (const [index, items] of plan.entries()) {
    const section = SECTIONS[index] ?? '其他';
    text.push(`${'一二三'[index]}、${section}`);
    const words = looks.sections === 'rows' ? `${'一二三'[index]}、${section}` : section;
    if (looks.sections === 'rows') grid.push(over(words, width));
    items.forEach((item, place) => {
      number++;
      grid.push(
        columns.flatMap((column): Grid[number] => {
          if (column === 'category') return [place === 0 ? { words, rows: items.length } : null];
          return cellsOf(column, item, number, looks);
        }),
      );
      text.push(
        `${number}.${item.work.words}。（责任领导：${item.leader}；牵头单位：${list(item.units)}；配合单位：${list(item.partners)}；完成时限：2031年${item.month}月底前）`,
      );
    });
    if (looks.hasBlanks) grid.push(blank());
  }
  if (looks.hasSums) grid.push([{ words: '合计' }, { words: `${number}项` }, ...blank().slice(2)]);
  const headings = looks.sections === 'rows' ? text : text.map((line) => line.replace(/^[一二三]、/, ''));
  return { grid, text: headings.join('\n') };
}

const over = (words: string, columns: number): Grid[number] => [
  { words, columns },
  ...Array.from({ length: columns - 1 }, () => null),
];

function headOf(columns: readonly Column[], { names, isHeadDouble }: LedgerLooks): Grid {
  const units = [{ words: names.lead }, { words: names.cooperating }];
  if (!isHeadDouble) return [columns.flatMap((column) => (column === 'units' ? units : [{ words: names[column] }]))];
  return [
    columns.flatMap((column): Grid[number] =>
      column === 'units' ? over(names.units, 2) : [{ words: names[column], rows: 2 }],
    ),
    columns.flatMap((column): Grid[number] => (column === 'units' ? units : [null])),
  ];
}

function cellsOf(column: Column, item: Item, number: number, { separator, dates }: LedgerLooks): Cell[] {
  const day = due(item.month);
  switch (column) {
    case 'number':
      return [{ words: String(number) }];
    case 'content':
      return [{ words: `${item.work.words}。` }];
    case 'units':
      return [{ words: item.units.join(separator) }, { words: item.partners.join(separator) }];
    case 'leaders':
      return [{ words: item.leader }];
    case 'deadline':
      return [dates === 'days' ? { words: day.replaceAll('-', '/'), day } : { words: `2031年${item.month}月底前` }];
    default:
      return [{ words: '' }];
  }
}

function writeWord(grid: Grid): Uint8Array {
  const spans = new Map<number, { rows: number; columns: number }>();
  const inCell = (words: string): string =>
    words
      .split('\n')
      .map((line) => paragraph(escaped(line) || ' '))
      .join('');
  const rows = grid.map((cells) =>
    row(
      ...cells.flatMap((one, column) => {
        const reaching = spans.get(column);
        if (one === null && reaching && reaching.rows > 0) {
          reaching.rows--;
          return [cell(paragraph(' '), `<w:gridSpan w:val="${reaching.columns}"/><w:vMerge/>`)];
        }
        if (one === null) return [];
        const { columns = 1, rows: covered = 1, words } = one;
        spans.set(column, { rows: covered - 1, columns });
        const merge = covered > 1 ? '<w:vMerge w:val="restart"/>' : '';
        return [cell(inCell(words), `<w:gridSpan w:val="${columns}"/>${merge}`)];
      }),
    ),
  );
  return wordFile(table(...rows));
}

function writePage(grid: Grid): Uint8Array {
  const rows = grid.map((cells) => {
    const written = cells.flatMap((one) =>
      one === null
        ? []
        : `<td colspan="${one.columns ?? 1}" rowspan="${one.rows ?? 1}">${escaped(one.words).replaceAll('\n', '<br>')}</td>`,
    );
    return `<tr>${written.join('')}</tr>`;
  });
  return webPage(`<table border="1"><tbody>${rows.join('\n')}</tbody></table>`);
}

/** In points: wide enough for each name, so that line breaks between names can be told from others. */
const WIDTH = 130;
const LARGE = { width: 1400, height: 3000 };

/** On one page, however long: where tables go on over pages is another matter. */
const writePdf =
  (looks: Omit<TableLooks, 'widths'>) =>
  (grid: Grid): Uint8Array => {
    const [any = []] = grid;
    const widths = any.map(() => WIDTH);
    const filled = grid.filter((cells) => cells.some((one) => one === null || one.words !== ''));
    return pdfFile([setTable(filled, { widths, x: 30, size: 9, ...looks })], { size: LARGE });
  };

const SERIAL_OF_1970 = 25_569;
const DAY_MS = 86_400_000;

const writeSheet =
  (bookType: 'xlsx' | 'biff8' | 'ods') =>
  (grid: Grid): Uint8Array => {
    const merged: string[] = [];
    const rows = grid.map((cells, at) =>
      cells.map((one, column): string | number | CellObject | null => {
        if (one === null || one.words === '') return null;
        const { columns = 1, rows: covered = 1, words, day } = one;
        if (columns > 1 || covered > 1) {
          const name = (c: number, r: number): string => `${String.fromCharCode(65 + c)}${r + 1}`;
          merged.push(`${name(column, at)}:${name(column + columns - 1, at + covered - 1)}`);
        }
        if (day !== undefined) return date(Date.parse(`${day}T00:00:00Z`) / DAY_MS + SERIAL_OF_1970, 'm/d/yy');
        return /^\d+$/.test(words) ? Number(words) : words;
      }),
    );
    return sheetFile([{ name: 'Sheet1', rows, merged }], bookType);
  };

const writeCsv =
  (delimiter: string) =>
  (grid: Grid, { isGb }: LedgerLooks): Uint8Array => {
    const quoted = (words: string): string =>
      /["\n]/.test(words) || words.includes(delimiter) ? `"${words.replaceAll('"', '""')}"` : words;
    const text = grid.map((cells) => cells.map((one) => quoted(one?.words ?? '')).join(delimiter)).join('\r\n');
    return isGb ? gb18030(text) : utf8Marked(text);
  };

export const LEDGER_KINDS: readonly LedgerKind[] = [
  { name: 'a table of Word', write: writeWord },
  { name: 'a table of a saved page', write: writePage },
  { name: 'a table of a PDF, its cells wrapped', write: writePdf({}) },
  { name: 'a table of a PDF without lines', write: writePdf({ rules: 'none' }) },
  { name: 'a table of a PDF without lines, its words at the top', write: writePdf({ rules: 'none', height: 'top' }) },
  { name: 'a table of a PDF with lines between its rows', write: writePdf({ rules: 'rows', gap: 0 }) },
  { name: 'an .xlsx sheet', write: writeSheet('xlsx') },
  { name: 'an .xls sheet', write: writeSheet('biff8') },
  { name: 'an .ods sheet', write: writeSheet('ods') },
  { name: 'a list with commas', write: writeCsv(',') },
  { name: 'a list with semicolons', write: writeCsv(';') },
  { name: 'a list with tabs', file: 'plan.tsv', write: writeCsv('\t') },
];
