import { readBreakdown } from './read-breakdown';

const who = (text: string) =>
  readBreakdown(text).tasks.map(
    ({ number, path, content, lead, responsible, cooperating, openEnded, deadline, leadInferred }) => ({
      number,
      path: path.at(-1),
      content,
      lead: lead.join(),
      responsible: responsible.join(),
      cooperating: cooperating.join(),
      openEnded,
      due: deadline?.due ?? null,
      leadInferred,
    }),
  );

describe('texts without labels, where verbs say who does what', () => {
  it('reads a rule stated once in the first bracket', () => {
    expect(
      who(`关于促进湖区高质量发展的若干意见
一、基本原则
（一）坚持绿色发展。守住底线。
二、主要任务
（一）治水
1.清淤。疏浚河道。（水利部、财政部、海关总署负责，排在第一位的部门为牵头部门，下同）
2.补水。（水利部等有关部门负责）
3.蓄水。（海关总署负责）
三、有关要求
各地区要抓好落实。
国务院
2031年1月12日`),
    ).toEqual([
      expect.objectContaining({
        number: '1',
        path: '（一）治水',
        content: '清淤。疏浚河道。',
        lead: '水利部',
        responsible: '财政部,海关总署',
        leadInferred: false,
      }),
      expect.objectContaining({ number: '2', lead: '水利部', responsible: '', openEnded: '等有关部门' }),
      expect.objectContaining({ number: '3', lead: '海关总署', responsible: '' }),
    ]);
  });
  it('reads a text without line breaks, with open tails and a closing paragraph', () => {
    expect(
      who(
        '青禾省人民政府关于优化湖区服务的实施意见青政发〔2031〕4号各市、州人民政府：为优化服务，提出以下意见。一、简化手续（一）合并窗口。2031年6月底前实现一窗受理。（省政务局牵头，省公安厅等有关部门及各地区按职责分工负责）（二）压减材料。（省政务局、省住建厅等相关部门按职责分工负责）二、强化监督（三）开展评估。（省政府办公厅牵头，各地区、各部门负责）（四）推动互认。（省司法厅负责）各地区、各部门要认真落实，年底前报省政府。青禾省人民政府2031年3月5日（此件公开发布）',
      ),
    ).toEqual([
      expect.objectContaining({
        number: '（一）',
        path: '一、简化手续',
        lead: '省政务局',
        responsible: '省公安厅,各地区',
        openEnded: '等有关部门',
        due: '2031-06-30',
      }),
      expect.objectContaining({
        number: '（二）',
        lead: '',
        responsible: '省政务局,省住建厅',
        openEnded: '等相关部门',
        leadInferred: true,
      }),
      expect.objectContaining({
        number: '（三）',
        path: '二、强化监督',
        lead: '省政府办公厅',
        responsible: '各地区,各部门',
      }),
      expect.objectContaining({ number: '（四）', content: '推动互认。', responsible: '省司法厅', due: null }),
    ]);
  });
  it('takes the word 牵头 inside a name for a name, and items that restart under each heading', () => {
    expect(
      who(`关于湖区帮扶的实施意见
一、购买
（一）扩大采购。〔市商务委、9个帮扶集团牵头单位和各对口区县（自治县，以下简称区县）政府具体负责〕
（二）鼓励采购。（市工商联、团市委、市妇联和有关区县政府具体负责）
二、流通
（一）建设仓储。（市商务委和各区县政府具体负责）`),
    ).toEqual([
      expect.objectContaining({
        number: '（一）',
        lead: '',
        responsible: '市商务委,9个帮扶集团牵头单位,各对口区县政府',
      }),
      expect.objectContaining({ number: '（二）', responsible: '市工商联,团市委,市妇联,有关区县政府' }),
      expect.objectContaining({ number: '（一）', path: '二、流通', responsible: '市商务委,各区县政府' }),
    ]);
  });
  it('reads 会同: whoever stands before it leads', () => {
    expect(
      who(`关于加大激励力度的通知
一、对治水成效明显的市（地、州、盟），予以倾斜。（水利部会同有关部门负责）
二、对植树成效明显的县（市、区、旗），予以奖励。（林草局、财政部会同自然资源部负责）
三、对修路成效明显的地方，予以奖励。（交通运输部、财政部负责）`),
    ).toEqual([
      expect.objectContaining({ lead: '水利部', responsible: '', openEnded: '有关部门', leadInferred: false }),
      expect.objectContaining({ lead: '林草局,财政部', responsible: '自然资源部' }),
      expect.objectContaining({ lead: '', responsible: '交通运输部,财政部', leadInferred: true }),
    ]);
  });
  it('reads leads that only cooperate with others, and dates in the bracket', () => {
    expect(
      who(`青禾省2031年工作要点
1.修渠。（省水利厅牵头负责，省财政厅、农业厅配合，10月底前完工）
2.架桥。（责任单位：省交通厅、省财政厅，三季度启动、年底前见效）`),
    ).toEqual([
      expect.objectContaining({ lead: '省水利厅', cooperating: '省财政厅,农业厅', due: '2031-10-31' }),
      expect.objectContaining({ responsible: '省交通厅,省财政厅', due: '2031-12-31' }),
    ]);
  });
});
