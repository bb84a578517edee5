import { development } from './measure';

const CHAPTERS = ['夯实产业根基', '守护绿水青山', '办好民生实事', '建设宜居家园', '深化改革开放'];
const SECTIONS = ['壮大优势产业', '改善公共服务', '完善基础设施', '优化营商环境', '防范化解风险'];
const DEEDS = [
  '加快推进云溪工业园二期标准厂房建设，新增厂房面积12.5万平方米，引进补链强链项目30个以上，力争规模以上工业增加值增长8%左右',
  '实施城区供水管网改造工程，更换老旧管道180公里，漏损率控制在9%以内。建立管网巡查台账，每月通报一次进展情况',
  '完善“15分钟养老服务圈”，新建社区助餐点60处，改造敬老院8所，新增护理型床位不少于1200张；组织培训养老护理员2000人次',
  '开展蓝天保卫行动，完成45家企业深度治理，淘汰国三及以下柴油货车3000辆，空气质量优良天数比率达到86%以上，PM2.5平均浓度继续下降',
  '推动高标准农田建设与种业振兴相结合，建成旱涝保收农田6万亩，粮食总产量稳定在150万吨以上，农产品加工业产值突破200亿元',
  '持续优化营商环境，推行“一件事一次办”，新增集成服务事项20项，平均办理时限压缩50%。对涉企检查实行“综合查一次”，不得随意增加频次',
  '建设青少年校外活动中心，新增公办幼儿园学位5400个，普通高中学位3600个，义务教育优质均衡发展县（区）达到4个',
  '推进智慧交通建设，改造路口信号灯260处，新开微循环公交线路15条。打通断头路9条，主干道高峰时段平均车速提高10%',
];
const UNITS = [
  '发展改革委',
  '工业和信息化局',
  '教育局',
  '民政局',
  '财政局',
  '生态环境局',
  '住房城乡建设局',
  '交通运输局',
];
const BRACKETS: readonly ((units: (at: number) => string) => string)[] = [
  (unit) => `（牵头单位：市${unit(0)}；责任单位：市${unit(1)}、市${unit(2)}，各区人民政府；完成时限：2026年6月底前）`,
  (unit) => `（责任单位：市${unit(0)}、市${unit(3)}、城投集团，云溪、石桥区人民政府，等相关部门）`,
  (unit) => `（市${unit(0)}牵头，市${unit(1)}、市${unit(4)}配合；年底前完成）`,
  (unit) => `（牵头领导：林知远副市长；牵头单位：市${unit(2)}；配合单位：市${unit(5)}、市${unit(6)}）`,
];
const TASKS_OF_SECTION = 50;
const SECTIONS_OF_CHAPTER = 10;

/**
 * A responsibility breakdown of an invented city as a Word file: so many tasks with the units in brackets, below headings,
 * all with the numbers that Word makes itself. Equal for equal numbers of tasks.
 * @throws Error where the package that writes it is not installed
 */
export async function longPlan(tasks: number): Promise<Uint8Array> {
  const docx = await development('docx', () => import('docx'));
  const { AlignmentType, Document, LevelFormat, Packer, Paragraph } = docx;
  const of = (words: readonly string[], at: number): string => words[at % words.length] ?? '';
  const numbered = (level: number, text: string): InstanceType<typeof Paragraph> =>
    new Paragraph({ text, numbering: { reference: 'plan', level } });
  const children = [
    new Paragraph('云溪市2026年重点工作责任分解方案'),
    new Paragraph('为确保全年目标任务落到实处，现将重点工作分解如下。'),
  ];
  for (let at = 0; at < tasks; at++) {
    const section = at / TASKS_OF_SECTION;
    const chapter = section / SECTIONS_OF_CHAPTER;
    if (Number.isInteger(chapter)) children.push(numbered(0, of(CHAPTERS, chapter)));
    if (Number.isInteger(section)) children.push(numbered(1, of(SECTIONS, section)));
    const bracket = BRACKETS[at % BRACKETS.length];
    const unit = (next: number): string => of(UNITS, at + next);
    // The two lists are of lengths that make a long time pass until a task comes again.
    children.push(numbered(2, `${of(DEEDS, at * 3 + Math.floor(section))}。${bracket?.(unit) ?? ''}`));
  }
  const levels = [
    { level: 0, format: LevelFormat.CHINESE_COUNTING, text: '%1、', alignment: AlignmentType.LEFT },
    { level: 1, format: LevelFormat.CHINESE_COUNTING, text: '（%2）', alignment: AlignmentType.LEFT },
    { level: 2, format: LevelFormat.DECIMAL, text: '%3.', alignment: AlignmentType.LEFT },
  ];
  const document = new Document({
    numbering: { config: [{ reference: 'plan', levels }] },
    sections: [{ children }],
  });
  return new Uint8Array(await Packer.toBuffer(document));
}
