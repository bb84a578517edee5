import { readBreakdown } from './read-breakdown';

const BODY = `青禾县2031年重点工作责任分解方案
一、水利
1.修复水渠260公里。（牵头单位：县水务局；责任单位：县财政局）
2.清淤河道5条。（责任单位：县水务局）
`;
const OWN_LINES = `青禾县2031年重点工作责任分解方案
1.修复水渠260公里。
主办单位：县水务局
协办单位：县财政局
2.清淤河道5条。
主办单位：县水务局
协办单位：县住建局
`;
const SIGNED = '青禾县人民政府办公室\n2031年1月9日\n（此件公开发布）\n';

const shape = (text: string) =>
  readBreakdown(text).tasks.map((task) => [
    task.number,
    task.content,
    task.lead,
    task.responsible,
    task.cooperating,
    task.subtasks.length,
  ]);

describe('withoutPageLines', () => {
  const expected = [
    ['1', '修复水渠260公里。', ['县水务局'], ['县财政局'], [], 0],
    ['2', '清淤河道5条。', [], ['县水务局'], [], 0],
  ];
  it.each([
    ['nothing', ''],
    ['a signature', SIGNED],
    ['a signature and a host', `${SIGNED}主办：青禾县人民政府办公室\n`],
    ['two columns in one line', `${SIGNED}主办：青禾县人民政府办公室　　承办：青禾县数据局\n技术支持：某某科技公司`],
    ['a host without a signature', '主办单位：青禾县人民政府　承办单位：县政务服务和数据局\n备案号：某ICP备10000001号'],
    ['two hosts on their own lines', '主办单位：青禾县人民政府\n承办单位：县数据局\n协办单位：县融媒体中心\n'],
    ['page words first', '信息来源：县政府办　　责任编辑：李某\n上一篇：无\n主管单位：县政府\n主办单位：县委办'],
    ['a form', `${SIGNED}我要留言\n称呼（必填）：\n请输入图中字符：\n提交　重填\n指导单位：县网信办\n`],
    ['the date in words', '青禾县人民政府\n二〇三一年一月九日\n主办：县政府办公室 运行维护：县数据局 电话：123\n'],
    ['two signatures', '中共青禾县委办公室\n青禾县人民政府办公室\n2031年1月9日\n承办：县数据局'],
    ['copyright', '版权所有：青禾县人民政府　主办：县府办\n协办：县融媒体中心、县大数据局\n'],
    ['an annex and a copy line', '附件：表一\n抄送：县委办公室\n主办：县府办'],
  ])('leaves out %s behind the items', (_name, footer) => {
    expect(shape(BODY + footer)).toEqual(expected);
  });
  it.each([
    ['above the title', `主办单位：青禾县人民政府\n${BODY}`],
    ['above and below', `主办：县府办　　承办：县数据局\n${BODY}${SIGNED}主办：县府办　　承办：县数据局`],
  ])('leaves out lines of the page %s', (_name, text) => {
    expect(shape(text)).toEqual(expected);
    expect(readBreakdown(text).title).toBe('青禾县2031年重点工作责任分解方案');
  });
  it.each([
    ['nothing', ''],
    ['a signature', SIGNED],
    ['a host', `${SIGNED}主办：青禾县人民政府　　承办：县数据局`],
    ['a footer', `${SIGNED}版权所有：青禾县人民政府\n地址：某路1号`],
  ])('keeps the same labels where they assign the items, with %s behind', (_name, footer) => {
    expect(shape(OWN_LINES + footer)).toEqual([
      ['1', '修复水渠260公里。', ['县水务局'], [], ['县财政局'], 0],
      ['2', '清淤河道5条。', ['县水务局'], [], ['县住建局'], 0],
    ]);
  });
  it('keeps them in a text with one item and no other clause', () => {
    expect(shape(`1.修渠。\n主办单位：县水务局\n协办单位：县财政局\n${SIGNED}`)).toEqual([
      ['1', '修渠。', ['县水务局'], [], ['县财政局'], 0],
    ]);
  });
  it('keeps what follows a signature above the items', () => {
    const text = `各单位：\n现印发给你们。\n${SIGNED}${BODY}`;
    expect(shape(text)).toEqual(expected);
  });
  it('reads the year of a date in words', () => {
    expect(readBreakdown(`1.6月底前修渠。（责任单位：县水务局）\n青禾县人民政府\n二〇三一年一月九日`).year).toBe(2031);
  });
});
