/** The same said in Chinese, which people read first, and in English. */
export interface Words {
  zh: string;
  en: string;
}

/** Words of a policy (督办规则) for what is one of a list. */
const POLICY_TERMS: Readonly<Record<string, Words>> = {
  sign_for: { zh: '签收', en: 'signing for' },
  action_plan: { zh: '办理方案', en: 'action plan' },
  progress_report: { zh: '定期报告', en: 'periodic report' },
  milestone: { zh: '阶段节点', en: 'milestone' },
  completion: { zh: '办结', en: 'completion' },
  rectification: { zh: '整改', en: 'rectification' },
  instruction: { zh: '批示办理', en: 'answer to an instruction' },
  every_unit: { zh: '各单位', en: 'every unit' },
  lead: { zh: '牵头单位', en: 'the lead' },
  others: { zh: '其他责任单位', en: 'the other units' },
  reminder: { zh: '提醒', en: 'reminder' },
  urge: { zh: '催办', en: 'urge' },
  notice: { zh: '督办单', en: 'supervision notice' },
  blue: { zh: '蓝色', en: 'blue' },
  orange: { zh: '橙色', en: 'orange' },
  yellow: { zh: '黄色', en: 'yellow' },
  red: { zh: '红色', en: 'red' },
  contact: { zh: '联络员', en: 'contact' },
  head: { zh: '主要负责人', en: 'head' },
  deputy: { zh: '分管负责人', en: 'deputy in charge' },
  handler: { zh: '经办人', en: 'handlers' },
  lead_contact: { zh: '牵头单位联络员', en: 'contact of the lead' },
  lead_head: { zh: '牵头单位主要负责人', en: 'head of the lead' },
  leader_in_charge: { zh: '分管领导', en: 'leader in charge' },
  office: { zh: '督查室', en: 'office' },
  month: { zh: '每月', en: 'each month' },
  two_months: { zh: '每两个月', en: 'every two months' },
  quarter: { zh: '每季度', en: 'each quarter' },
  half_year: { zh: '每半年', en: 'each half-year' },
  year: { zh: '每年', en: 'each year' },
  green: { zh: '绿色', en: 'green' },
  none: { zh: '无', en: 'none' },
  figures: { zh: '按数据', en: 'by its figures' },
  documents: { zh: '资料核查', en: 'documents' },
  sample: { zh: '抽查', en: 'a sample' },
  call_back: { zh: '回访', en: 'calling back' },
  visit: { zh: '实地核查', en: 'a visit' },
  lights: { zh: '亮灯', en: 'lights' },
  cards: { zh: '督办牌', en: 'cards' },
  achieved: { zh: '完成率', en: 'what was reached' },
  item: { zh: '同一事项', en: 'one item' },
  unit: { zh: '本单位', en: 'all of the unit' },
  letter: { zh: '发提醒函', en: 'a letter' },
  talk: { zh: '约谈', en: 'a talk' },
  talk_with_leader: { zh: '约谈主要负责人', en: 'a talk with the main leader' },
  written_report: { zh: '提交书面说明', en: 'a written report' },
  key_tracking: { zh: '列入重点跟踪', en: 'close tracking' },
  shown: { zh: '亮牌公示', en: 'shown publicly' },
  no_bonus: { zh: '不享受阶段奖励', en: 'no bonus for the stage' },
  bulletin: { zh: '列入下期通报', en: 'named in the next bulletin' },
};

/** A term in both languages; what is a name of the policy's own stands for itself. */
export const term = (id: string): Words => (Object.hasOwn(POLICY_TERMS, id) ? POLICY_TERMS[id]! : { zh: id, en: id });
