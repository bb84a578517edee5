import { readBreakdown, type SourceDocument } from '@duban/breakdown';
import { pdfFile, type Printed, setParagraphs, setTable, type TableCell, type TableLooks } from '../../test/pdf-file';
import { readDocument } from '../reading';

const TITLE: Printed = { words: '青禾县2031年重点工作任务分解表', x: 150, y: 60, size: 18 };
const HEAD = ['序号', '工作任务', '牵头单位', '配合单位', '完成时限'];
const LONG = '修复水渠26公里，清淤河道5条，新建水库1座，改造泵站12处，整治塘堰300口，恢复灌溉面积8万亩。';
const ROW = ['1', LONG, '县水务局', '县财政局、县住房和城乡建设局、各乡镇人民政府', '2031年6月底前'];
const NEXT = ['2', '架桥3座，拓宽县乡道路40公里，安装护栏7公里。', '县交通局', '县财政局', '2031年9月底前'];
const LAST = ['3', '植树2万株。', '县林业局', '各乡镇人民政府', '2031年3月底前'];
const widths = [36, 150, 70, 110, 70];
const cells = (...words: string[]): TableCell[] => words.map((one) => ({ words: one }));
const tableOf = (rows: readonly (readonly string[])[], looks: Partial<TableLooks> = {}) =>
  setTable(
    rows.map((row) => cells(...row)),
    { widths, rules: 'none', ...looks },
  );
const read = (...pages: Parameters<typeof pdfFile>[0][number][]) => readDocument({ name: 'a', bytes: pdfFile(pages) });
const tasksOf = (document: SourceDocument) =>
  readBreakdown(document).tasks.map((task) => [
    task.number,
    task.content,
    task.lead.join(),
    task.cooperating.join(),
    task.deadline?.due,
  ]);
const codesOf = (document: SourceDocument): string[] => readBreakdown(document).warnings.map(({ code }) => code);
const TASKS = [
  ['1', LONG, '县水务局', '县财政局,县住房和城乡建设局,各乡镇人民政府', '2031-06-30'],
  ['2', '架桥3座，拓宽县乡道路40公里，安装护栏7公里。', '县交通局', '县财政局', '2031-09-30'],
  ['3', '植树2万株。', '县林业局', '各乡镇人民政府', '2031-03-31'],
];
const ROWS = [HEAD, ROW, NEXT, LAST];

describe('a table in a PDF without lines around its cells', () => {
  it.each<[string, Partial<TableLooks>]>([
    ['words in the middle, and gaps between the rows', {}],
    ['words in the middle, and no gaps', { gap: 0 }],
    ['words at the top, and gaps between the rows', { height: 'top' }],
    ['words at the top, and no gaps', { height: 'top', gap: 0 }],
    ['wide gaps', { gap: 16 }],
    ['lines above and below the head and at the end (三线表)', { rules: 'three', gap: 0 }],
    ['lines between the rows', { rules: 'rows', gap: 0, height: 'top' }],
  ])('has the words of each cell together with %s (cells run into each other)', async (_what, looks) => {
    const document = await read([TITLE, ...tableOf(ROWS, looks)]);
    expect(document.tables).toHaveLength(1);
    expect(readBreakdown(document).title).toBe(TITLE.words);
    expect(tasksOf(document)).toEqual(TASKS);
    expect(document.notes).toEqual([]);
  });
  it.each<[string, Partial<TableLooks>]>([
    ['the middle', {}],
    ['the top', { height: 'top' }],
  ])('ends where a note, a signature or a paragraph follows, with words in %s', async (_what, looks) => {
    const after = [
      '注：以上时限均为最后时限。',
      '各单位要按照上述分工抓好落实，每月25日前将进展情况报送县政府办公室，重大事项随时报告。',
    ];
    const table = tableOf(ROWS, looks);
    const bottom = Math.max(...table.map(({ y }) => y));
    const below = after.map((words, index) => ({ words, x: 70, y: bottom + 30 + 24 * index, size: 9 }));
    const signed = { words: '青禾县人民政府', x: 400, y: bottom + 100 };
    const document = await read([TITLE, ...table, ...below, signed]);
    expect(tasksOf(document)).toEqual(TASKS);
    expect(document.text.trimEnd().split('\n').slice(-3)).toEqual([...after, signed.words]);
  });
  it('ends where a paragraph follows at once, its first line like a heading and its last like a cell', async () => {
    const table = tableOf(ROWS);
    const bottom = Math.max(...table.map(({ y }) => y));
    const lines = ['各单位要按照上述分工抓好落实，每月25日前将进展情况', '报县政府'];
    const below = lines.map((words, index) => ({ words, x: 94 - 24 * index, y: bottom + 20 * (index + 1) }));
    const document = await read([TITLE, ...table, ...below]);
    expect(tasksOf(document)).toEqual(TASKS);
    expect(document.text.slice(document.tables[0]!.end)).toMatch(/^\s*各单位[^\t]*报县政府\s*$/s);
  });
  it.each([
    ['its head repeated', [HEAD]],
    ['without its head', []],
  ])('goes on over the end of a page, %s, between a running head and a page number', async (_what, head) => {
    const page = (at: number, ...rows: string[][]) => [
      { words: '青禾县人民政府文件', x: 200, y: 40 },
      ...tableOf(rows),
      { words: `— ${at} —`, x: 280, y: 810 },
    ];
    const document = await read(page(1, HEAD, ROW), page(2, ...head, NEXT), page(3, ...head, LAST));
    expect(document.tables).toHaveLength(1);
    expect(tasksOf(document)).toEqual(TASKS);
  });
  it.each([
    ['its head repeated', [HEAD]],
    ['without its head', []],
  ])('has a row whole that the end of a page parts, %s', async (_what, head) => {
    const [half, rest] = [LONG.slice(0, 21), LONG.slice(21)];
    const above = ['1', half, '县水务局', '县财政局、县住房和城乡建设局、', '2031年6月底前'];
    const below = ['', rest, '', '各乡镇人民政府', ''];
    const document = await read(
      [TITLE, ...tableOf([HEAD, above], { height: 'top' })],
      tableOf([...head, below, NEXT, LAST], { height: 'top' }),
    );
    expect(tasksOf(document)).toEqual(TASKS);
  });
  it('has a category over several rows, in the middle of their height, for all of them', async () => {
    const row = (category: TableCell, ...words: string[]): TableCell[] => [category, ...cells(...words)];
    const document = await read(
      setTable(
        [
          row({ words: '类别' }, ...HEAD),
          row({ words: '水利', rows: 2 }, ...ROW),
          row(null, ...NEXT),
          row({ words: '林业' }, ...LAST),
        ],
        { widths: [40, ...widths], rules: 'none', gap: 0 },
      ),
    );
    expect(tasksOf(document)).toEqual(TASKS);
    expect(readBreakdown(document).tasks.map(({ path }) => path.join())).toEqual(['水利', '水利', '林业']);
  });
  it('has headings between its rows', async () => {
    const over = (words: string): TableCell[] => [{ words, columns: 5 }, null, null, null, null];
    const document = await read(
      setTable(
        [cells(...HEAD), over('一、农田水利（1项）'), cells(...ROW), over('二、道路'), cells(...NEXT), cells(...LAST)],
        {
          widths,
          rules: 'none',
        },
      ),
    );
    expect(tasksOf(document)).toEqual(TASKS);
    expect(readBreakdown(document).tasks.map(({ path }) => path.join())).toEqual([
      '一、农田水利（1项）',
      '二、道路',
      '二、道路',
    ]);
  });
  it('has names apart that stand on lines of their own, one of them over two lines', async () => {
    const names = '县委组织部\n各县（市、区）人民政府\n各乡镇人民政府\n国网云溪供电公司';
    const { text } = await read(
      setTable([cells(...HEAD), cells('1', LONG, names, '', ''), cells(...NEXT)], {
        widths: [36, 150, 110, 90, 70],
        rules: 'none',
      }),
    );
    for (const name of names.split('\n')) expect(text.split(/[\n\t]/)).toContain(name);
  });
  it('needs no numbers where gaps tell its rows', async () => {
    const document = await read(
      setTable(
        ROWS.map((row) => cells(...row.slice(1))),
        { widths: widths.slice(1), rules: 'none' },
      ),
    );
    expect(tasksOf(document).map((task) => task.slice(1))).toEqual(TASKS.map((task) => task.slice(1)));
  });
});

describe('a PDF that shows no clear table', () => {
  const row = (y: number, ...words: string[]): Printed[] =>
    words.flatMap((one, i) => (one === '' ? [] : [{ words: one, x: 60 + 120 * i, y }]));
  const HEADED = row(100, '序号', '任务', '牵头单位', '配合单位');
  it.each([
    [
      'lines without a number may be rows',
      [...HEADED, ...row(120, '1', '修渠', '县水务局', '县财政局'), ...row(134, '', '清淤', '县交通局', '县发改局')],
    ],
    [
      'words stand at no height of theirs',
      [
        ...HEADED,
        ...row(120, '', '修复水渠', '', '县财政局、'),
        ...row(134, '1', '二十公里', '县水务局', '县发改局'),
        ...row(148, '', '清淤河道', '县交通局', ''),
        ...row(162, '2', '三条', '', '县财政局'),
      ],
    ],
    [
      'its head does not name all columns',
      [
        ...row(100, '序号', '任务', '牵头单位'),
        ...row(120, '1', '修渠', '县水务局', '6月底前'),
        ...row(134, '2', '架桥', '县交通局', '7月底前'),
        ...row(148, '3', '植树', '县林业局、县农业农村局'),
        ...row(162, '4', '清淤', '县水务局', '8月底前'),
      ],
    ],
    [
      'its columns have names of which none is known',
      [
        ...row(100, '甲', '乙', '丙', '丁'),
        ...row(120, '1', '修渠', '县水务局', '甲'),
        ...row(134, '', '清淤', '县交通局', '乙'),
      ],
    ],
  ])('is warned of where %s (silent misreading)', async (_what, page) => {
    const document = await read(page);
    expect(document.tables).toEqual([]);
    expect(codesOf(document)).toContain('table_unclear');
  });
  it.each<[string, Printed[]]>([
    [
      'two columns of text under names that look like a head',
      [
        ...setParagraphs(
          Array.from({ length: 4 }, () => LONG),
          { x: 60, width: 220 },
        )[0]!,
        ...setParagraphs(
          Array.from({ length: 4 }, () => LONG),
          { x: 315, width: 220 },
        )[0]!,
        { words: '工作任务', x: 60, y: 60 },
        { words: '责任单位', x: 315, y: 60 },
      ],
    ],
    [
      'paragraphs with a list of units that stand under each other',
      ['牵头单位：', '配合单位：', '完成时限：'].flatMap((words, index) => [
        { words, x: 94, y: 100 + 20 * index },
        { words: ['县水务局', '县财政局、县林业局', '2031年6月底前'][index]!, x: 180, y: 100 + 20 * index },
      ]),
    ],
    [
      'a sentence that names columns',
      setParagraphs(['序号、工作任务、牵头单位、完成时限应填写完整，不得漏项。', LONG])[0]!,
    ],
  ])('is no table where it shows %s', async (_what, page) => {
    const document = await read(page);
    expect(document.tables).toEqual([]);
    expect(document.notes).toEqual([]);
  });
});
