import { brief } from '../test/brief';
import { readingFaults } from '../test/faults';
import { readBreakdown } from './read-breakdown';

const briefs = (text: string): string[] => readBreakdown(text).tasks.flatMap((task) => brief(task));

describe('a table whose cells run together', () => {
  it('is told apart by what units and dates look like', () => {
    const text = `云溪市2031年重点工作任务分解表
序号工作任务牵头单位责任单位完成时限
1修复水渠30公里，新建泵站25座以上。市水务局市财政局、各区人民政府6月底前
2推进城市道路改造10公里市城市管理局市住房和城乡建设局、市公安局交警支队2031年9月底前
3健全河湖长制市水务局、市生态环境局各县（市、区）人民政府持续推进
4提升产业园区配套，培训管护人员300人次市工业和信息化局云溪高新区管委会11月底前
`;
    expect(briefs(text)).toEqual([
      '1 L:市水务局 R:市财政局,各区人民政府 D:6月底前=2031-06-30 T:30公里,≥25座',
      '2 L:市城市管理局 R:市住房和城乡建设局,市公安局交警支队 D:2031年9月底前=2031-09-30 T:10公里',
      '3 L:市水务局,市生态环境局 R:各县（市、区）人民政府 D:持续推进=?',
      '4 L:市工业和信息化局 R:云溪高新区管委会 D:11月底前=2031-11-30 T:300人次',
    ]);
    expect(readingFaults(text)).toEqual([]);
  });

  it('has headings, leaders, and rows that begin again or are broken over lines', () => {
    const text = `青禾县2031年民生实事责任分解表
序号工作内容责任领导责任单位
一、水利
1修复水渠30公里王七星县水利局、各乡镇人民政府
2新建泵站25座，
当年投入使用。李四光县水利局
二、教育
1改建食堂12所周八八县教育局、县市场监管局
`;
    expect(briefs(text)).toEqual([
      '1 @一、水利 R:县水利局,各乡镇人民政府 P:王七星 T:30公里',
      '2 @一、水利 R:县水利局 P:李四光 T:25座',
      '1 @二、教育 R:县教育局,县市场监管局 P:周八八 T:12所',
    ]);
    expect(readingFaults(text)).toEqual([]);
  });

  it('keeps a row that cannot be told apart as a task without units, and warns of it', () => {
    const text = `云溪市2031年重点工作任务分解表
序号工作任务牵头单位责任单位完成时限
1修复水渠30公里。市水务局市财政局6月底前
2新建泵站25座由大家一起做
3清淤河道12条。市水务局市财政局9月底前
`;
    const { tasks, warnings } = readBreakdown(text);
    expect(tasks.map(({ content, lead }) => [content, lead.join()])).toEqual([
      ['修复水渠30公里。', '市水务局'],
      ['新建泵站25座由大家一起做', ''],
      ['清淤河道12条。', '市水务局'],
    ]);
    expect(warnings.map(({ code, line }) => [code, line])).toEqual([['no_units', 4]]);
    expect(readingFaults(text)).toEqual([]);
  });

  it.each(['序号工作任务', '序号姓名电话', '工作任务牵头单位责任单位完成时限', '序号工作任务牵头单位天气完成时限'])(
    'has a head of known columns, and %j is none',
    (head) =>
      expect(
        readBreakdown(`甲表\n${head}\n1修复水渠市水务局市财政局6月底前\n2修桥市水务局市财政局6月底前`).tasks,
      ).toEqual([]),
  );

  it('is looked through in time that grows with it, whatever a row is', () => {
    const row = `1${'市水务局'.repeat(4_000)}`;
    const text = `表\n序号工作任务牵头单位责任单位完成时限\n${row}\n2${'市'.repeat(20_000)}\n`;
    expect(readBreakdown(text).tasks.length).toBeLessThan(3);
  });
});
