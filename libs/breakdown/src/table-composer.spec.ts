import { readBreakdown } from './read-breakdown';

const rows = (text: string) =>
  readBreakdown(text).tasks.map((task) => [
    task.number,
    task.path.join('/'),
    task.content,
    task.lead.join(),
    task.responsible.join(),
    task.cooperating.join(),
    task.leaders.join(),
    task.deadline?.text ?? '',
    task.deadline?.due ?? '',
  ]);

const CELLS = `青禾县2031年民生实事任务分解表
序号
工作任务
牵头单位
责任单位
完成时限
一、水利（2项）
1
修复水渠26公里，
清淤河道5条。
县水务局
县财政局、
县发改局
6月底前
2
新建水库1座。
县水务局
各乡镇人民政府
持续推进
二、交通
3
改造农村公路50公里以上。
县交通运输局
2031年12月
4
开通公交线路3条。
县交通运输局
县公安局
10月底前
县政府办公室
2031年1月3日
`;
const TABS =
  '青禾市重点工作清单（2031年）\n序号\t重点工作\t责任领导\t牵头单位\t配合单位\t完成时间\n1\t建成体育馆1座\t王七星\t市体育局\t市住建局、市财政局\t2031年9月\n2\t举办赛事20场以上\t李四光副市长\t市体育局\t无\t全年\n3\t修订办法\t周八八\t市司法局\t市人大办\t2031.06.30\n';
const BLANKS = `青禾市2031年任务分工表
序号 事项 单位 时限
1 建设口袋公园12个 市城管局 5月底
2 改造小区20个 市住建局、市财政局 11月底
3 整治背街小巷 各区政府 长期坚持
版权所有：市政府办
`;
const BARS = `| 序号 | 类别 | 目标任务 | 责任单位 | 完成时限 |
| --- | --- | --- | --- | --- |
| 1 | 教育 | 新建学校2所 | 县教育局 | 8月底 |
| 2 | 教育 | 新增学位3000个 | 县教育局、县财政局 | 9月底 |
| 3 | 医疗 | 建成医院1所 | 县卫健局 | 12月底 |
`;

describe('tables that lost their lines (family M)', () => {
  it('reads one cell a line, with cells broken, missing, and headings between the rows', () => {
    expect(rows(CELLS)).toEqual([
      [
        '1',
        '一、水利（2项）',
        '修复水渠26公里，\n清淤河道5条。',
        '县水务局',
        '县财政局,县发改局',
        '',
        '',
        '6月底前',
        '2031-06-30',
      ],
      ['2', '一、水利（2项）', '新建水库1座。', '县水务局', '各乡镇人民政府', '', '', '持续推进', ''],
      ['3', '二、交通', '改造农村公路50公里以上。', '县交通运输局', '', '', '', '2031年12月', '2031-12-31'],
      ['4', '二、交通', '开通公交线路3条。', '县交通运输局', '县公安局', '', '', '10月底前', '2031-10-31'],
    ]);
    expect(readBreakdown(CELLS).title).toBe('青禾县2031年民生实事任务分解表');
  });
  it('reads cells between tabs', () => {
    expect(rows(TABS)).toEqual([
      ['1', '', '建成体育馆1座', '市体育局', '', '市住建局,市财政局', '王七星', '2031年9月', '2031-09-30'],
      ['2', '', '举办赛事20场以上', '市体育局', '', '', '李四光', '全年', '2031-12-31'],
      ['3', '', '修订办法', '市司法局', '', '市人大办', '周八八', '2031.06.30', '2031-06-30'],
    ]);
  });
  it('reads cells between blanks', () => {
    expect(rows(BLANKS)).toEqual([
      ['1', '', '建设口袋公园12个', '', '市城管局', '', '', '5月底', '2031-05-31'],
      ['2', '', '改造小区20个', '', '市住建局,市财政局', '', '', '11月底', '2031-11-30'],
      ['3', '', '整治背街小巷', '', '各区政府', '', '', '长期坚持', ''],
    ]);
  });
  it('reads cells between bars, and a column of categories as headings', () => {
    expect(rows(BARS).map((row) => row.slice(0, 5))).toEqual([
      ['1', '教育', '新建学校2所', '', '县教育局'],
      ['2', '教育', '新增学位3000个', '', '县教育局,县财政局'],
      ['3', '医疗', '建成医院1所', '', '县卫健局'],
    ]);
  });
  it('reads rows of tabs with empty cells, headings, and two columns of words', () => {
    expect(
      rows(
        '青禾县2031年重点任务分解表\n序号\t重点任务\t主要内容\t牵头领导\t牵头单位\t责任单位\t完成时限\t备注\n一、产业\n1\t壮大产业\t新增规上企业12家。培育专精特新企业5家以上。\t王七星\t县经信局\t县财政局、各乡镇\t年底前\t\n2\t招商引资\t到位资金10亿元\t李四光\t县商务局\t\t全年\t市级\n二、民生\n3\t就业\t新增就业2000人\t周八八\t县人社局\t县教育局\t11月底前\t\n',
      ).map((row) => [row[0], row[1], row[3], row[4], row[6], row[8]]),
    ).toEqual([
      ['1', '一、产业', '县经信局', '县财政局,各乡镇', '王七星', '2031-12-31'],
      ['2', '一、产业', '县商务局', '', '李四光', '2031-12-31'],
      ['3', '二、民生', '县人社局', '县教育局', '周八八', '2031-11-30'],
    ]);
  });
  it('keeps an empty cell apart from the next', () => {
    const text = '序号\t任务\t牵头单位\t责任单位\n1\t修渠\t\t县水务局\n2\t架桥\t县交通局\t\n3\t植树\t县林业局\t各乡镇';
    expect(rows(text).map((row) => [row[3], row[4]])).toEqual([
      ['', '县水务局'],
      ['县交通局', ''],
      ['县林业局', '各乡镇'],
    ]);
  });
  it('reads a head that comes again on each page', () => {
    const text = `青禾县任务表
序号
任务
责任单位
1
修渠。
县水务局
序号
任务
责任单位
2
架桥。
县交通局`;
    expect(rows(text).map((row) => row.slice(0, 5))).toEqual([
      ['1', '', '修渠。', '', '县水务局'],
      ['2', '', '架桥。', '', '县交通局'],
    ]);
  });
  it('keeps to the brackets of a text that names columns in passing', () => {
    const text = `青禾县方案
1.修渠。（责任单位：县水务局）
2.架桥。（责任单位：县交通局）
3.植树。（责任单位：县林业局）
附件
序号 任务 责任单位
1 其他 县水务局
2 其他 县水务局`;
    expect(rows(text).map((row) => row[2])).toEqual(['修渠。', '架桥。', '植树。']);
  });
  it.each([
    '序号\n任务\n责任单位',
    '序号 任务 责任单位\n1 修渠 县水务局',
    '序号\n单位\n电话\n1\n县水务局\n123\n2\n县财政局\n456',
  ])('finds no table in %j', (text) => expect(rows(text)).toEqual([]));
});
