import type { ActionPlanInput } from '@duban/tasks';

/* What people of the sample's city write. It is an invented city, and so are its reports. */

const PROGRESS = [
  '已召开专题会议研究部署，任务分解到科室、责任落实到人，各项工作按计划推进。',
  '项目前期手续基本办结，现场施工有序展开，累计完成年度计划的相应进度。',
  '会同责任单位开展两轮现场调研，形成问题清单，正在逐项整改销号。',
  '制度文件已征求意见并修改完善，试点单位运行平稳，群众反映较好。',
];
const DIFFICULTIES = ['部分资金拨付时间较晚。', '跨部门数据对接口径尚需统一。', '个别点位受天气影响工期偏紧。'];
const NEXT_STEPS = ['下一步将倒排工期、挂图作战，确保按期完成。', '下一步将加强调度，每半月通报一次进展。'];

export const GOING_AHEAD = '牵头单位任务已经完成，个别责任单位的材料仍在补充，先行报送。';
export const RETURN_REASON = '佐证材料不足以证明任务完成，请补充现场照片和验收意见后重新报送。';
export const REJECT_REASON = '答复未说明具体措施和完成时限，不予认可。';
export const NOTICE_ANSWER = '收到督办单，已约谈责任科室，将于五个工作日内补报，并建立每周调度机制。';

export const BEHIND_REASON = '上半年手续办理和资金到位较晚，实际开工推迟，已倒排工期，力争下一季度赶上序时进度。';

/** The measures of an action plan, as far as they lie before the day on which the task is due. */
export function actionPlan(year: number, dueOn: string | null): ActionPlanInput {
  const measures = [
    { text: '完成任务分解和动员部署', by: `${year}-03-31`, person: '综合科科长', section: '综合科' },
    { text: '完成主体任务过半', by: `${year}-06-30`, person: '业务科科长', section: '业务科' },
    { text: '完成主体任务', by: `${year}-10-31`, person: '业务科科长', section: '业务科' },
    { text: '总结验收、资料归档', by: `${year}-12-20`, person: '办公室主任' },
  ];
  return {
    goals: '按期保质完成承担的目标任务，年底前全部办结。',
    leaderInCharge: '分管副局长',
    measures: measures.filter(({ by }) => dueOn === null || by <= dueOn),
  };
}

/** An action plan or a periodic report. */
export function report(
  kind: string,
  period: string | null,
  lot: number,
): { text: string; difficulties?: string; nextSteps: string } {
  if (kind === 'action_plan') {
    return {
      text: '办理方案：明确分管负责人和责任科室，分三个阶段推进：三月底前完成部署，九月底前完成主体任务，年底前总结验收。',
      nextSteps: pick(NEXT_STEPS, lot),
    };
  }
  return {
    text: `${period ? `${period.replace('Q', '年第')}季度进展：` : '节点进展：'}${pick(PROGRESS, lot)}`,
    ...(lot % 3 === 0 ? { difficulties: pick(DIFFICULTIES, lot) } : {}),
    nextSteps: pick(NEXT_STEPS, lot),
  };
}

export const completion = (lot: number): { text: string; evidence: { title: string; location: string }[] } => ({
  text: `任务已按要求完成。${pick(PROGRESS, lot)}`,
  evidence: [{ title: '办结报告及佐证材料', location: `档案室 ${lot + 1} 号卷` }],
});

const pick = (choices: readonly string[], lot: number): string => choices[lot % choices.length]!;
