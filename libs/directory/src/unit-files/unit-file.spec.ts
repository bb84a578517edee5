import { utils, read } from '@e965/xlsx';
import type { Fault } from '@duban/kernel';
import fc from 'fast-check';
import { type TestSheet, workbook } from '../../test/unit-tables';
import { cleanText, PRINTABLE } from '../names';
import { readUnitDocument, readUnitFileDocument } from '../unit-document';
import type { UnitListing } from '../unit-listing';
import { joinList, splitList } from './cell-lists';
import { guardFormula, unguardFormula } from './formula-cells';
import { writeUnitFile } from './unit-export';
import { readUnitFile } from './unit-file';

const HEADS = ['编码', '名称', '类别'];
const sheet = (rows: TestSheet['rows'], more: Partial<TestSheet> = {}): TestSheet => ({ name: '单位', rows, ...more });

const documentOf = async (bytes: Buffer, jurisdiction: string | null = '云山市') => {
  return readUnitFileDocument(await readUnitFile({ name: 'a', bytes }, jurisdiction ?? undefined));
};
const readSheets = (...sheets: TestSheet[]) => documentOf(workbook(...sheets));
const placed = ({ code, sheet: name, row, column }: Fault): string =>
  [code, name, row, column].filter(Boolean).join(' | ');
const faultsOf = async (bytes: Buffer): Promise<string[]> => {
  const outcome = await documentOf(bytes).catch((error: { faults?: Fault[] }) => error);
  return (outcome.faults ?? []).map(placed);
};

describe('A sheet of units', () => {
  it('is read by its heads, in any order and language, under a title, with blank rows between', async () => {
    const { faults, units, groups, jurisdiction } = await readSheets(
      sheet([
        ['云山市单位名录', null, null, null, null, null, null, null],
        [null],
        ['序号', '别称', 'Code*', '单位名称（必填）', '类型', '上级编码', '集合单位', '备注'],
        [1, '市教委；教育口', 'Y01', '市教育局', '部门', null, 'big、south', '牵头'],
        [null],
        [2, null, 'Y02', '基础教育科', '科室', 'Y01', null, null],
        // Numbered in advance, and left blank.
        [3],
      ]),
      {
        name: '集合单位',
        rows: [
          ['名称', '编码'],
          ['各大局', 'big'],
          ['各南片单位', 'south'],
        ],
      },
      { name: '说明', rows: [['请勿改动表头。']] },
      { name: '旧名录', rows: [['去年']], isHidden: true },
    );
    expect(faults).toEqual([]);
    expect(jurisdiction).toBe('云山市');
    expect(units).toMatchObject([
      {
        row: 1,
        code: 'Y01',
        name: '市教育局',
        officialName: '市教育局',
        aliases: ['市教委', '教育口'],
        kind: 'department',
        parentCode: null,
        groupCodes: ['big', 'south'],
        position: 1,
      },
      { row: 2, code: 'Y02', kind: 'section', parentCode: 'Y01', position: 2 },
    ]);
    expect(groups).toEqual([
      { row: 1, code: 'big', name: '各大局', rule: undefined },
      { row: 2, code: 'south', name: '各南片单位', rule: undefined },
    ]);
  });

  it('leaves the unit above as it is where it has no column for it', async () => {
    const { units } = await readSheets(sheet([HEADS, ['Y01', '市教育局', '部门']]));
    expect(units[0]?.parentCode).toBeUndefined();
  });

  it('repeats a merged cell in the rows that it covers', async () => {
    const { units, faults } = await readSheets(
      sheet(
        [
          ['类别', '编码', '名称'],
          ['部门', 'Y01', '甲局'],
          [null, 'Y02', '乙局'],
          ['党委', 'Y03', '丙部'],
        ],
        { merged: ['A2:A3'] },
      ),
    );
    expect(faults).toEqual([]);
    expect(units.map(({ code, kind }) => [code, kind])).toEqual([
      ['Y01', 'department'],
      ['Y02', 'department'],
      ['Y03', '党委'],
    ]);
  });

  it('is of the jurisdiction that its rows name', async () => {
    const bytes = workbook(
      sheet([
        ['辖区', ...HEADS],
        ['海州市', 'Y01', '市教育局', '部门'],
        [null, 'Y02', '市科技局', '部门'],
      ]),
    );
    expect(await documentOf(bytes, null)).toMatchObject({ faults: [], jurisdiction: '海州市' });
    await expect(documentOf(bytes, '云山市')).rejects.toMatchObject({ code: 'UNIT.OTHER_JURISDICTION' });
  });

  it('reads rules of groups, tells one that is taken away from one that it says nothing of', async () => {
    const rows = (...groups: (string | null)[][]): TestSheet => ({
      name: '集合单位',
      rows: [['编码', '名称', '成员类别', '成员上级单位编码', '除外单位编码'], ...groups],
    });
    const { groups, faults } = await readSheets(
      sheet([HEADS, ['Y01', '市教育局', '部门']]),
      rows(['a', '各部门、科室', '部门、科室', 'Y01', 'Y02，Y03'], ['b', '各局', null, null, null]),
    );
    expect(faults).toEqual([]);
    expect(groups.map(({ rule }) => rule)).toEqual([
      { kinds: ['department', 'section'], under: 'Y01', except: ['Y02', 'Y03'] },
      null,
    ]);
  });

  it.each<[string, TestSheet['rows'][number], string]>([
    ['a number', [7, '市教育局', '部门'], '7'],
    ['a number with zeros before it', [{ t: 'n', v: 7, z: '000' }, '市教育局', '部门'], '007'],
    ['a text of digits', ['007', '市教育局', '部门'], '007'],
    ['what a formula shows', [{ t: 's', v: 'Y01', f: '"Y"&"01"' }, '市教育局', '部门'], 'Y01'],
  ])('takes for a code %s', async (_, row, code) => {
    expect(await readSheets(sheet([HEADS, row]))).toMatchObject({ faults: [], units: [{ code }] });
  });

  it.each<[string, TestSheet['rows'][number], string]>([
    [
      'a code that lost its last digits (numbers of Excel)',
      [1_234_567_890_123_456_768, '甲', '部门'],
      'UNIT.CELL_NOT_TEXT | 单位 | 2 | A 编码',
    ],
    ['a fraction', [1.5, '甲', '部门'], 'UNIT.CELL_NOT_TEXT | 单位 | 2 | A 编码'],
    [
      'a date that nobody meant (date serials)',
      ['Y01', { t: 'n', v: 45_000, z: 'yyyy-mm-dd' }, '部门'],
      'UNIT.CELL_IS_DATE | 单位 | 2 | B 名称',
    ],
    ['a truth value', ['Y01', true, '部门'], 'UNIT.CELL_NOT_TEXT | 单位 | 2 | B 名称'],
    ['an error', ['Y01', { t: 'e', v: 0x17, w: '#REF!' }, '部门'], 'UNIT.CELL_IS_ERROR | 单位 | 2 | B 名称'],
    ['several lines', ['Y01', '市教\n育局', '部门'], 'UNIT.LINE_BREAK | 单位 | 2 | B 名称'],
    ['no name', ['Y01', null, '部门'], 'UNIT.MISSING_FIELD | 单位 | 2 | B 名称'],
    ['a code with a blank', ['Y 01', '甲', '部门'], 'UNIT.BAD_CHARACTERS | 单位 | 2 | A 编码'],
    ['a long name', ['Y01', '局'.repeat(101), '部门'], 'UNIT.TOO_LONG | 单位 | 2 | B 名称'],
  ])(
    'refuses %s, where people find it (wrong row numbers) (theCrag 2973, indigo 1665, rapidpro 91)',
    async (_, row, fault) => {
      expect(await faultsOf(workbook(sheet([HEADS, row])))).toEqual([fault]);
    },
  );

  it.each<[string, TestSheet[], string[]]>([
    ['no heads', [sheet([['甲局', '乙局']])], ['UNIT.NO_HEADINGS | 单位']],
    [
      'heads too far down',
      [sheet([...Array.from({ length: 20 }, () => ['云山市']), HEADS, ['a', 'b', 'c']])],
      ['UNIT.NO_HEADINGS | 单位'],
    ],
    [
      'a column missing',
      [
        sheet([
          ['编码', '名称'],
          ['Y01', '甲'],
        ]),
      ],
      ['UNIT.MISSING_COLUMN | 单位 | 1'],
    ],
    [
      'an unknown column',
      [
        sheet([
          [...HEADS, '电话'],
          ['Y01', '甲', '部门', '1'],
        ]),
      ],
      ['UNIT.UNKNOWN_COLUMN | 单位 | 1 | D 电话'],
    ],
    [
      'a column without head',
      [sheet([['标题'], HEADS, ['Y01', '甲', '部门', null, '1'], ['Y02', '乙', '部门', null, '2']])],
      ['UNIT.UNKNOWN_COLUMN | 单位 | 3 | E'],
    ],
    [
      'a column twice',
      [
        sheet([
          ['单位编码', '编码', '名称', '类别'],
          ['Y01', 'Y02', '甲', '部门'],
        ]),
      ],
      ['UNIT.COLUMN_TWICE | 单位 | 1 | B 编码'],
    ],
    [
      'an unknown sheet',
      [sheet([HEADS, ['Y01', '甲', '部门']]), { name: '通讯录', rows: [['张三']] }],
      ['UNIT.UNKNOWN_SHEET | 通讯录'],
    ],
    [
      'groups alone',
      [
        {
          name: '集合单位',
          rows: [
            ['编码', '名称'],
            ['a', '各局'],
          ],
        },
      ],
      ['UNIT.NO_HEADINGS | 集合单位'],
    ],
    [
      'groups without heads',
      [sheet([HEADS, ['Y01', '甲', '部门']]), { name: '集合单位', rows: [['a', '各局']] }],
      ['UNIT.NO_HEADINGS | 集合单位'],
    ],
    ['heads alone', [sheet([HEADS])], ['UNIT.EMPTY | 单位']],
    [
      'two jurisdictions',
      [
        sheet([
          ['辖区', ...HEADS],
          ['云山市', 'Y01', '甲', '部门'],
          ['海州市', 'Y02', '乙', '部门'],
        ]),
      ],
      ['UNIT.OTHER_JURISDICTION | 单位 | 3 | A 辖区'],
    ],
    [
      'names and codes twice, a rule of nobody, a name that a group has',
      [
        sheet([['标题'], HEADS, ['Y01', '甲', '部门'], [null], ['Y01', '甲', '部门']]),
        {
          name: '集合单位',
          rows: [
            ['编码', '名称', '成员类别', '除外单位编码'],
            ['g', '各局', null, 'Y01'],
            ['h', '甲', '部门', null],
          ],
        },
      ],
      [
        'UNIT.EMPTY_RULE | 集合单位 | 2 | C 成员类别',
        'UNIT.CODE_TWICE | 单位 | 5 | A 编码',
        'UNIT.NAME_TWICE | 单位 | 5 | B 名称',
        'UNIT.NAME_TWICE | 集合单位 | 3 | B 名称',
      ],
    ],
    [
      'a position that is none',
      [
        sheet([
          ['排序', ...HEADS],
          ['甲', 'Y01', '甲', '部门'],
          [0, 'Y02', '乙', '部门'],
        ]),
      ],
      ['UNIT.WRONG_TYPE | 单位 | 2 | A 排序', 'UNIT.OUT_OF_RANGE | 单位 | 3 | A 排序'],
    ],
    [
      'an open quotation mark',
      [
        sheet([
          [...HEADS, '别称'],
          ['Y01', '甲', '部门', '"乙、丙'],
        ]),
      ],
      ['UNIT.BAD_QUOTES | 单位 | 2 | D 别称'],
    ],
  ])('refuses %s', async (_, sheets, faults) => {
    expect(await faultsOf(workbook(...sheets))).toEqual(faults);
  });

  it('says in the message where it is, and what to do', async () => {
    const { faults } = await readSheets(
      sheet([['标题'], HEADS, ['Y01', '甲局', '部门'], [null], ['Y01', null, '部门']]),
    );
    expect(faults.map(({ message }) => message)).toEqual([
      'Sheet 单位, row 5, column B 名称 is missing. Give it.',
      'The code Y01 stands in row 3 too. Give each its own.',
    ]);
    const [none] = (await documentOf(workbook(sheet([HEADS, ['Y01', '甲局', '部门']])), null)).faults;
    expect(none).toMatchObject({ code: 'UNIT.MISSING_FIELD', field: 'jurisdiction', sheet: '单位' });
    expect(none?.message).toMatch(/^The jurisdiction \(辖区: a column of that head, .*\) is missing\. Give it\.$/);
  });
});

describe('A CSV of units', () => {
  const csv = `${HEADS.join(',')},别称\r\n007,"市教育局, 云山",部门,市教委、教委\r\n\r\nY02,'=1+1,部门,\r\n`;
  it.each<[string, Buffer]>([
    ['UTF-8', Buffer.from(csv)],
    ['UTF-8 with its mark', Buffer.from(`\ufeff${csv}`)],
    ['UTF-16', Buffer.from(`\ufeff${csv}`, 'utf16le')],
    ['tabs', Buffer.from(csv.replaceAll('"市教育局, 云山"', '市教育局! 云山').replaceAll(',', '\t').replace('!', ','))],
    [
      'semicolons',
      Buffer.from(csv.replaceAll('"市教育局, 云山"', '市教育局! 云山').replaceAll(',', ';').replace('!', ',')),
    ],
  ])('is read with %s', async (_, bytes) => {
    const { faults, units, groups } = await documentOf(bytes);
    expect(faults).toEqual([]);
    expect(units).toMatchObject([
      { code: '007', name: '市教育局, 云山', aliases: ['市教委', '教委'] },
      { code: 'Y02', name: '=1+1' },
    ]);
    expect(groups).toEqual([]);
  });

  it('is read in GB18030', async () => {
    // 编码,名称,类别 / Y01,教育局,部门
    const bytes = Buffer.from('b1e0c2eb2cc3fbb3c62cc0e0b1f00a5930312cbdccd3fdbed62cb2bfc3c50a', 'hex');
    expect(await documentOf(bytes)).toMatchObject({
      faults: [],
      units: [{ code: 'Y01', name: '教育局', kind: 'department' }],
    });
  });

  it('has rows and columns as Excel counts them, and no sheet', async () => {
    const bytes = Buffer.from(`名录\n\n${HEADS.join(',')}\nY01,甲局,部门\n\n,"乙\n局",部门\n`);
    expect(await faultsOf(bytes)).toEqual(['UNIT.LINE_BREAK | 6 | B 名称', 'UNIT.MISSING_FIELD | 6 | A 编码']);
  });

  it('is refused where a quotation mark is not closed, with its row', async () => {
    const bytes = Buffer.from(`${HEADS.join(',')}\nY01,"甲局,部门\nY02,乙局,部门\n`);
    await expect(documentOf(bytes)).rejects.toMatchObject({
      code: 'DOCUMENT.BROKEN',
      details: { row: 2, field: 'file' },
    });
  });
});

describe('A file of units', () => {
  it.each<[string, Buffer, string]>([
    ['a PDF', Buffer.from('%PDF-1.7\n1 0 obj\n'), 'UNIT.FILE_UNKNOWN'],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0', 'latin1'), 'UNIT.FILE_UNKNOWN'],
    ['a web page', Buffer.from('<!DOCTYPE html><html><body><p>单位</p></body></html>'), 'UNIT.FILE_UNKNOWN'],
    ['in no encoding', Buffer.from([0xff, 0xff, 0x41, 0xff]), 'UNIT.FILE_UNKNOWN'],
    ['cut off', workbook(sheet([HEADS])).subarray(0, 600), 'DOCUMENT.BROKEN'],
    ['a text', Buffer.from('现将有关事项通知如下。\n'), 'UNIT.IMPORT_INVALID'],
    ['JSON cut off', Buffer.from('\ufeff {"units": ['), 'UNIT.FILE_NOT_JSON'],
    ['empty', Buffer.from(''), 'UNIT.FILE_NOT_JSON'],
  ])('is refused where it is %s, whatever its name', async (_, bytes, code) => {
    await expect(readUnitFile({ name: 'units.xlsx', bytes })).rejects.toMatchObject({ kind: 'invalid', code });
  });
});

describe('An export', () => {
  const odd = fc
    .array(
      fc.constantFrom(
        '局',
        '市',
        '、',
        '，',
        ',',
        ';',
        '；',
        '"',
        "'",
        '=',
        '+',
        '-',
        '@',
        '＝',
        '0',
        '1',
        '_x000D_',
        '&',
        '<',
        '>',
        'é',
        '😀',
        ' ',
        '（',
        '#',
        '%',
        '\\',
        '2031-01-01',
        'TRUE',
      ),
      { minLength: 1, maxLength: 8 },
    )
    .map((parts) => cleanText(parts.join('')))
    .filter((name) => name !== '' && PRINTABLE.test(name));
  const code = fc.constantFrom(
    '007',
    '1e5',
    'TRUE',
    '2031-01-01',
    '12.50',
    'Y01',
    '0x1F',
    '单位1',
    '1234567890123456789',
    'A-b_c.d',
  );
  const unit = fc.record({
    code,
    name: odd,
    official: odd,
    aliases: fc.uniqueArray(odd, { maxLength: 4 }),
    kind: fc.constantFrom('department', 'section', '中心城区', '=kind', 'a"b'),
    parent: fc.option(code),
    position: fc.integer({ min: 1, max: 1_000_000 }),
    groups: fc.uniqueArray(code, { maxLength: 3 }),
  });
  const group = fc.record({
    code,
    name: odd,
    rule: fc.option(
      fc.record({
        kinds: fc.uniqueArray(fc.constantFrom('department', '中心城区、x'), { minLength: 1 }),
        under: fc.option(code),
        except: fc.uniqueArray(code, { maxLength: 3 }),
      }),
    ),
  });
  const listing: fc.Arbitrary<UnitListing> = fc.record({
    jurisdiction: odd,
    units: fc.array(unit, { minLength: 1, maxLength: 5 }),
    groups: fc.array(group, { maxLength: 3 }),
  });

  it.each(['json', 'xlsx', 'csv'] as const)('in %s says the same when it is read again', async (format) => {
    await fc.assert(
      fc.asyncProperty(listing, async (exported) => {
        const expected = readUnitDocument(exported);
        const file = await readUnitFile({ name: 'a', bytes: await writeUnitFile(exported, format) });
        const again = readUnitDocument(file.document, file.places);
        expect(file.faults).toEqual([]);
        expect([again.jurisdiction, again.units]).toEqual([expected.jurisdiction, expected.units]);
        // A CSV file has the codes of groups only.
        if (format !== 'csv') expect(again.groups).toEqual(expected.groups);
        const codesOf = (faults: readonly Fault[]): string[] => faults.map(({ code: one }) => one);
        if (format !== 'csv') expect(codesOf(again.faults)).toEqual(codesOf(expected.faults));
      }),
      { numRuns: 150 },
    );
  });

  const FORMULAS = ['=1+1', '@x', '+1', '-1', '＝1', "'=1", `=HYPERLINK("http://x","y")`];
  const formulas: UnitListing = {
    jurisdiction: '云山市',
    units: FORMULAS.map((name, i) => ({
      code: `0${i}`,
      name,
      official: name,
      aliases: [`${name}别称`],
      kind: 'department',
      parent: null,
      position: i + 1,
      groups: [],
    })),
    groups: [],
  };

  it('makes no formula of a name in a CSV file (CSV injection)', async () => {
    const text = (await writeUnitFile(formulas, 'csv')).toString();
    expect(text.startsWith('\ufeff辖区,')).toBe(true);
    const cells = (read(text, { type: 'string', raw: true }).Sheets['Sheet1'] ?? {}) as Record<
      string,
      { f?: string; v?: unknown }
    >;
    const values = Object.entries(cells).filter(([at]) => !at.startsWith('!'));
    expect(values.length).toBeGreaterThan(FORMULAS.length);
    for (const [, cell] of values) {
      expect(cell.f).toBeUndefined();
      expect(String(cell.v)).not.toMatch(/^[=+\-@＝]/);
    }
  });

  it('makes no formula of a name in a spreadsheet, nor a number of a code', async () => {
    const book = read(await writeUnitFile(formulas, 'xlsx'), { cellFormula: true });
    expect(book.SheetNames).toEqual(['单位', '集合单位']);
    const rows = utils.sheet_to_json<string[]>(book.Sheets['单位']!, { header: 1 });
    expect(rows[1]).toEqual(['云山市', 1, '00', '=1+1', '=1+1', '=1+1别称', '部门']);
    for (const [at, cell] of Object.entries(book.Sheets['单位']!)) {
      if (at.startsWith('!')) continue;
      expect([at, cell.f, cell.t]).toEqual([at, undefined, at.startsWith('B') && at !== 'B1' ? 'n' : 's']);
    }
  });

  it('guards whatever is a formula, and takes the guard off again', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(unguardFormula(guardFormula(text))).toBe(text);
        expect(guardFormula(text)).not.toMatch(/^[=+\-@]/);
      }),
    );
  });

  it('puts several names in one cell, and takes them apart again', () => {
    fc.assert(
      fc.property(fc.array(odd), (names) => {
        expect(splitList(joinList(names))).toEqual(names);
      }),
    );
    expect(['a、b，c,d；e;f', ' a 、、 b ', '"a、b" 、c', '"a""b"', '', '、'].map(splitList)).toEqual([
      ['a', 'b', 'c', 'd', 'e', 'f'],
      ['a', 'b'],
      ['a、b', 'c'],
      ['a"b'],
      [],
      [],
    ]);
    expect(['"a', '"a"b、c', '"'].map(splitList)).toEqual([null, null, null]);
  });
});
