import { readBreakdown, type SourceDocument } from '@duban/breakdown';
import { pdfFile, type Printed, setTable, type TableCell } from '../../test/pdf-file';
import { readDocument } from '../reading';

const TITLE: Printed = { words: '青禾县2031年重点工作任务分解表', x: 150, y: 60, size: 18 };
const HEAD = ['序号', '工作任务', '牵头单位', '配合单位', '完成时限'];
const LONG = '修复水渠26公里，清淤河道5条，新建水库1座，改造泵站12处，整治塘堰300口，恢复灌溉面积8万亩。';
const ROW = ['1', LONG, '县水务局', '县财政局、县住房和城乡建设局、各乡镇人民政府', '2031年6月底前'];
const NEXT = ['2', '架桥3座。', '县交通局', '县财政局', '2031年9月底前'];
const widths = [36, 150, 70, 110, 70];
const cells = (...words: string[]): TableCell[] => words.map((one) => ({ words: one }));
const read = (...pages: Parameters<typeof pdfFile>[0][number][]) => readDocument({ name: 'a', bytes: pdfFile(pages) });
const tasksOf = (document: SourceDocument) =>
  readBreakdown(document).tasks.map((task) => [
    task.number,
    task.content,
    task.lead.join(),
    task.cooperating.join(),
    task.deadline?.due,
  ]);
const TASKS = [
  ['1', LONG, '县水务局', '县财政局,县住房和城乡建设局,各乡镇人民政府', '2031-06-30'],
  ['2', '架桥3座。', '县交通局', '县财政局', '2031-09-30'],
];

describe('a table in a PDF with lines around its cells', () => {
  it('has the words of each cell together, however many lines they have (cells run into each other)', async () => {
    const document = await read([TITLE, ...setTable([cells(...HEAD), cells(...ROW), cells(...NEXT)], { widths })]);
    expect(readBreakdown(document).title).toBe(TITLE.words);
    expect(tasksOf(document)).toEqual(TASKS);
    expect(document.notes).toEqual([]);
  });
  it('goes on over the end of a page, its head repeated, between a running head and a page number', async () => {
    const page = (at: number, ...rows: string[][]) => [
      { words: '青禾县人民政府文件', x: 200, y: 40 },
      ...setTable([cells(...HEAD), ...rows.map((row) => cells(...row))], { widths }),
      { words: `— ${at} —`, x: 280, y: 810 },
    ];
    const document = await read(page(1, ROW), page(2, NEXT));
    expect(document.tables).toHaveLength(1);
    expect(tasksOf(document)).toEqual(TASKS);
  });
  it('has a row whole that the end of a page parts', async () => {
    const [half, rest] = [LONG.slice(0, 20), LONG.slice(20)];
    const above = ['1', half, '县水务局', '县财政局、县住房和城乡建设局、', '2031年6月底前'];
    const below = ['', rest, '', '各乡镇人民政府', ''];
    const document = await read(
      [TITLE, ...setTable([cells(...HEAD), cells(...above)], { widths })],
      setTable([cells(...below), cells(...NEXT)], { widths }),
    );
    expect(tasksOf(document)).toEqual(TASKS);
  });
  it('has names apart that fill their lines, one each', async () => {
    const { text, tables } = await read(
      setTable([cells('甲', '乙'), cells('县委组织部\n县公安局\n县财政局', LONG)], { widths: [72, 200] }),
    );
    const [, second] = tables[0]?.rows ?? [];
    expect(second?.map(({ start, end }) => text.slice(start, end))).toEqual(['县委组织部\n县公安局\n县财政局', LONG]);
  });
  it('has merged cells in each place that they cover, and units apart that stand on lines of their own', async () => {
    const { text, tables } = await read(
      setTable(
        [
          [{ words: '甲', columns: 2 }, null, { words: '乙' }],
          [{ words: '县财政局\n县交通局', rows: 2 }, { words: '丁' }, { words: '' }],
          [null, { words: '戊' }, { words: '己' }],
        ],
        { widths: [100, 100, 100] },
      ),
    );
    expect(tables.map(({ rows }) => rows.map((row) => row.map(({ start, end }) => text.slice(start, end))))).toEqual([
      [
        ['甲', '甲', '乙'],
        ['县财政局\n县交通局', '丁', ''],
        ['县财政局\n县交通局', '戊', '己'],
      ],
    ]);
  });
});
