import { type CellObject } from '@e965/xlsx';
import { wordFile, paragraph } from '../test/word-file';
import { date, type Sheet, sheetFile } from '../test/sheet-file';
import { readTables, type TableSheet } from '.';

const read = (bytes: Uint8Array): Promise<TableSheet[]> => readTables({ name: 'a', bytes });
/** Each cell as `row.column type text`. */
const cellsOf = async (...sheets: Sheet[]): Promise<string[]> =>
  (await read(sheetFile(sheets))).flatMap(({ rows }) =>
    rows.flatMap(({ number, cells }) => cells.map(({ column, type, text }) => `${number}.${column} ${type} ${text}`)),
  );

describe('readTables', () => {
  it('gives each cell with its place and its type', async () => {
    const truth: CellObject = { t: 'b', v: true };
    const wrong: CellObject = { t: 'e', v: 0x17, w: '#REF!' };
    expect(
      await cellsOf({
        name: 'a',
        rows: [
          [null],
          ['甲', null, '乙'],
          [null],
          [7, date(45_000, 'yyyy-mm-dd'), truth, wrong, ' 丙 ', { t: 'n', v: 7, z: '000' }],
        ],
      }),
    ).toEqual([
      '2.1 text 甲',
      '2.3 text 乙',
      '4.1 number 7',
      '4.2 date 2023-03-15',
      '4.3 boolean TRUE',
      '4.4 error #REF!',
      '4.5 text  丙 ',
      '4.6 number 007',
    ]);
  });

  it('repeats a merged cell in each of its places, in rows where something else stands', async () => {
    const rows = [
      ['甲', null, '乙'],
      [null, null, '丙'],
      [null, null, null],
      [null, null, '丁'],
    ];
    expect(await cellsOf({ name: 'a', rows, merged: ['A1:B4'] })).toEqual([
      '1.1 text 甲',
      '1.2 text 甲',
      '1.3 text 乙',
      '2.1 text 甲',
      '2.2 text 甲',
      '2.3 text 丙',
      '4.1 text 甲',
      '4.2 text 甲',
      '4.3 text 丁',
    ]);
  });

  it('leaves hidden sheets out, and gives the others by their names', async () => {
    const sheets = await read(
      sheetFile([
        { name: '新', rows: [['甲']] },
        { name: '旧', rows: [['乙']], isHidden: true },
        { name: '空', rows: [[null]] },
      ]),
    );
    expect(sheets.map(({ name, rows }) => [name, rows.length])).toEqual([
      ['新', 1],
      ['空', 0],
    ]);
  });

  it.each<[string, string]>([
    ['commas', '标题\n\n甲,乙,"丙\n丁"\r\n,"戊""己",\r\n'],
    ['tabs', '标题\n\n甲\t乙\t"丙\n丁"\r\n\t"戊""己"\t\r\n'],
    ['semicolons', '标题\n\n甲;乙;"丙\n丁"\r\n;"戊""己";\r\n'],
  ])('reads text with %s, its rows counted as Excel does', async (_, text) => {
    const [sheet, ...others] = await read(Buffer.from(text));
    expect(others).toEqual([]);
    expect(sheet).toMatchObject({
      name: null,
      rows: [
        { number: 1, cells: [{ column: 1, text: '标题', type: 'text' }] },
        { number: 3, cells: [{ column: 1 }, { column: 2 }, { column: 3, text: '丙\n丁' }] },
        { number: 4, cells: [{ column: 2, text: '戊"己' }] },
      ],
    });
  });

  it.each<[string, Uint8Array, string]>([
    ['a Word file', wordFile(paragraph('正文')), 'DOCUMENT.NOT_A_TABLE'],
    ['a spreadsheet that is cut off', sheetFile([{ name: 'a', rows: [['甲']] }]).subarray(0, 900), 'DOCUMENT.BROKEN'],
    ['a mark that is not closed', Buffer.from('甲,乙,丙\n甲,"乙,丙\n'), 'DOCUMENT.BROKEN'],
    ['too large', new Uint8Array(20 * 1024 * 1024 + 1), 'DOCUMENT.TOO_LARGE'],
    ['empty', new Uint8Array(), 'BREAKDOWN.EMPTY'],
  ])('refuses %s', async (_, bytes, code) => {
    await expect(read(bytes)).rejects.toMatchObject({ kind: 'invalid', code });
  });

  it('does not repeat a merged cell over more places than it reads', async () => {
    const rows = Array.from({ length: 70 }, () => ['甲']);
    await expect(read(sheetFile([{ name: 'a', rows, merged: ['A1:XFD70'] }]))).rejects.toMatchObject({
      code: 'DOCUMENT.TOO_HARD',
    });
  });
});
