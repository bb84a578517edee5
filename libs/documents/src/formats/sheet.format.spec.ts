import { readBreakdown, type SourceDocument } from '@duban/breakdown';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { date, type Sheet, sheetFile } from '../../test/sheet-file';
import { readDocument } from '../reading';

const HEAD = ['序号', '工作任务', '牵头单位', '责任单位', '完成时限'];
const read = (...sheets: Sheet[]) => readDocument({ name: 'a', bytes: sheetFile(sheets) });
const rowsOf = ({ text, tables }: SourceDocument): string[][][] =>
  tables.map(({ rows }) => rows.map((row) => row.map(({ start, end }) => text.slice(start, end))));
/** 30 June 2031 and 15 March 2023, as days since the end of 1899. */
const [JUNE_30, MARCH_15] = [48_029, 45_000];

describe('a spreadsheet', () => {
  it.each(['xlsx', 'biff8', 'ods'] as const)('is read as a ledger, from %s, whatever the name', async (bookType) => {
    const rows = [
      ['青禾县2031年重点工作责任分解表', null, null, null, null],
      HEAD,
      [1, '修复水渠26公里。', '县水务局', '县财政局', date(JUNE_30, 'm/d/yy')],
      [2, '架桥3座。', '县交通局', null, '9月底前'],
    ];
    const bytes = sheetFile([{ name: 'Sheet1', rows, merged: ['A1:E1'] }], bookType);
    const breakdown = readBreakdown(await readDocument({ name: 'plan.txt', bytes }));
    expect(breakdown.title).toBe('青禾县2031年重点工作责任分解表');
    expect(
      breakdown.tasks.map((task) => [task.number, task.content, task.lead, task.responsible, task.deadline?.due]),
    ).toEqual([
      ['1', '修复水渠26公里。', ['县水务局'], ['县财政局'], '2031-06-30'],
      ['2', '架桥3座。', ['县交通局'], [], '2031-09-30'],
    ]);
  });
  it.each([
    ['m/d/yy', JUNE_30, '2031-06-30'],
    ['yyyy/m/d h:mm', MARCH_15 + 0.6, '2023-03-15'],
    ['yyyy"年"m"月"d"日"', MARCH_15, '2023年3月15日'],
    ['yyyy"年"m"月"', MARCH_15, '2023年3月'],
    ['mmm-yy', MARCH_15, '2023年3月'],
    ['h:mm', 0.5, '12:00'],
    ['0%', 0.3, '30%'],
    ['0.00', 26, '26.00'],
    ['General', 1234567, '1234567'],
  ])(
    'shows a cell of type %s as the clerk sees it, on the day that it is (date serials) (MiniExcel 550, Laravel-Excel 2526)',
    async (format, value, words) => {
      expect(rowsOf(await read({ name: 'a', rows: [[date(value, format)]] }))).toEqual([[[words]]]);
    },
  );
  it('repeats merged cells in each place, also where blank rows between are left out (VTable 5228)', async () => {
    const document = await read({
      name: 'a',
      rows: [
        ['甲', '乙'],
        [null, '丙'],
        [null, null],
        [null, '丁'],
        ['戊', null],
      ],
      merged: ['A1:A4', 'A5:B5'],
    });
    expect(rowsOf(document)).toEqual([
      [
        ['甲', '乙'],
        ['甲', '丙'],
        ['甲', '丁'],
        ['戊', '戊'],
      ],
    ]);
    expect(document.tables[0]!.rowNumbers).toEqual([1, 2, 4, 5]);
  });
  it('names in a warning the sheet and the row as Excel counts them (wrong row numbers)', async () => {
    const { warnings } = readBreakdown(
      await read({ name: '台账', rows: [[null], [null], HEAD, [null], [1, '修渠', null, null, null]] }),
    );
    expect(warnings.map(({ code, message }) => [code, message])).toEqual([
      ['no_units', 'Sheet 台账, row 5: Task 1 names no unit.'],
    ]);
  });
  it('leaves out hidden sheets, and says so', async () => {
    const document = await read({ name: '旧', rows: [['去年']], isHidden: true }, { name: '新', rows: [['今年']] });
    expect(document.text).toBe('今年\n');
    expect(readBreakdown(document).warnings).toContainEqual({
      code: 'hidden_sheet',
      line: 1,
      start: 0,
      message: 'The sheet 旧 is hidden and was not read.',
    });
  });
  it('has its parts in several sheets, each under its name', async () => {
    const sheet = (name: string, task: string): Sheet => ({ name, rows: [HEAD, [1, task, '县水务局', null, null]] });
    const { tasks } = readBreakdown(await read(sheet('水利', '修渠'), sheet('交通', '架桥'), sheet('Sheet3', '植树')));
    expect(tasks.map(({ path, content }) => [path, content])).toEqual([
      [['水利'], '修渠'],
      [['交通'], '架桥'],
      [[], '植树'],
    ]);
  });
  it('is read where a million rows are blank, and its last column is the last there is', async () => {
    const parts = unzipSync(sheetFile([{ name: 'a', rows: [HEAD, [1, '修渠', '县水务局', null, null]] }]));
    const name = 'xl/worksheets/sheet1.xml';
    const blank = Array.from({ length: 200_000 }, (_, i) => `<row r="${5 * i + 5}"><c r="A${5 * i + 5}" s="0"/></row>`);
    const xml = Buffer.from(parts[name]!)
      .toString()
      .replace('A1:E2', 'A1:XFD1048576')
      .replace(
        '</sheetData>',
        `${blank.join('')}<row r="1000010"><c r="XFD1000010" t="str"><v>尾</v></c></row></sheetData>`,
      );
    const bytes = zipSync({ ...parts, [name]: strToU8(xml) });
    const document = await readDocument({ name: 'a.xlsx', bytes });
    expect(rowsOf(document)[0]!.map((row) => row.filter((cell) => cell !== ''))).toEqual([
      HEAD,
      ['1', '修渠', '县水务局'],
      ['尾'],
    ]);
    expect(document.tables[0]!.rowNumbers).toEqual([1, 2, 1_000_010]);
  });
  it.each([
    ['cut off', sheetFile([{ name: 'a', rows: [['甲']] }]).subarray(0, 900), 'DOCUMENT.BROKEN'],
    ['empty', sheetFile([{ name: 'a', rows: [[null]] }]), 'DOCUMENT.NO_TEXT'],
  ])('is refused where it is %s', async (_what, bytes, code) => {
    await expect(readDocument({ name: 'a.xlsx', bytes })).rejects.toMatchObject({ code });
  });
});

describe('a table as text', () => {
  const lines = (mark: string): string =>
    [HEAD, ['1', `"修渠，${mark}\n架桥"`, '县水务局', '', '6月底前'], ['2', '植树', '县林业局', '"各乡镇、街道"', '']]
      .map((cells) => cells.join(mark))
      .join('\r\n');
  it.each([
    ['commas', Buffer.from(lines(',')), 'a.txt'],
    ['semicolons', Buffer.from(lines(';')), 'a.csv'],
    ['tabs', Buffer.from(lines('\t')), 'a.xls'],
    ['commas in UTF-16', Buffer.from(`\ufeff${lines(',')}`, 'utf16le'), 'a.csv'],
  ])('is read with %s', async (_what, bytes, name) => {
    const document = await readDocument({ name, bytes });
    const [table] = rowsOf(document);
    expect(table![2]).toEqual(['2', '植树', '县林业局', '各乡镇、街道', '']);
    expect(readBreakdown(document).tasks.map(({ number, lead }) => [number, lead])).toEqual([
      ['1', ['县水务局']],
      ['2', ['县林业局']],
    ]);
  });
  it.each([
    ['a text with commas', '1,2,3\n修渠\n'],
    ['a text with lists', '各局,各县,各区:\n请于六月底前,将有关情况,报送办公室。\n'.repeat(3).replace('各局,', '')],
    ['a table that lost its lines', '序号\t任务\t责任单位\n1\t修渠\t县水务局\n2\t架桥\t县交通局'],
  ])('is not taken for one where it is %s', async (_what, text) => {
    expect((await readDocument({ name: 'a.txt', bytes: Buffer.from(text) })).tables).toEqual([]);
  });
});
