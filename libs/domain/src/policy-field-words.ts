import type { Words } from './policy-terms';

/**
 * What the fields of a policy (督办规则) are called, by their paths; `*` stands for a name that the policy gives, which
 * stands in the words as `{1}`. Ladders and what is owed have words of their own. A spec finds a field without a name.
 */
const FIELDS: Readonly<Record<string, Words>> = {
  '': { zh: '督办规则', en: 'the rule set' },
  name: { zh: '名称', en: 'name' },
  'name.zh': { zh: '中文名称', en: 'Chinese name' },
  'name.en': { zh: '英文名称', en: 'English name' },
  ladders: { zh: '催办阶梯', en: 'ladders' },
  obligations: { zh: '应办事项', en: 'what is owed' },
  levels: { zh: '等级', en: 'levels' },
  'levels.*': { zh: '等级“{1}”', en: 'level "{1}"' },
  'levels.*.id': { zh: '等级“{1}”的代号', en: 'id of level "{1}"' },
  'levels.*.name': { zh: '等级“{1}”的名称', en: 'name of level "{1}"' },
  'levels.*.name.zh': { zh: '等级“{1}”的中文名称', en: 'Chinese name of level "{1}"' },
  'levels.*.name.en': { zh: '等级“{1}”的英文名称', en: 'English name of level "{1}"' },
  rectification: { zh: '整改', en: 'rectification' },
  'rectification.workingDays': { zh: '整改时限（工作日）', en: 'working days to rectify' },
  'rectification.ladder': { zh: '整改的催办阶梯', en: 'ladder of rectifications' },
  objection: { zh: '异议', en: 'objection' },
  'objection.workingDays': { zh: '提出异议的时限（工作日）', en: 'working days to object' },
  'objection.answerWithin': { zh: '答复异议的时限（工作日）', en: 'working days to answer an objection' },
  handedOver: { zh: '移交', en: 'transfer' },
  'handedOver.workingDays': { zh: '移交后的最短办理时间（工作日）', en: 'working days after a transfer' },
  actionPlanApproval: { zh: '办理方案须经审定', en: 'approval of action plans' },
  confirmation: { zh: '报告审签', en: 'confirmation of reports' },
  lights: { zh: '亮灯规则', en: 'rules of lights' },
  'lights.yellow': { zh: '黄灯阈值（百分点）', en: 'points behind for a yellow light' },
  'lights.red': { zh: '红灯阈值（百分点）', en: 'points behind for a red light' },
  'lights.tolerance': { zh: '须说明原因的落后幅度（百分点）', en: 'points behind that need a reason' },
  'lights.workingDays': { zh: '按滞后工作日亮灯', en: 'lights by working days behind' },
  'lights.workingDays.yellow': { zh: '黄灯的滞后工作日', en: 'working days behind for a yellow light' },
  'lights.workingDays.orange': { zh: '橙灯的滞后工作日', en: 'working days behind for an orange light' },
  'lights.workingDays.red': { zh: '红灯的滞后工作日', en: 'working days behind for a red light' },
  'lights.missing': { zh: '缺报的亮灯', en: 'lights of missing reports' },
  'lights.catchUp': { zh: '补报、赶上进度后的亮灯', en: 'light of what is caught up with' },
  'lights.notStarted': { zh: '应开未开的亮灯', en: 'lights of what has not started' },
  'lights.notStarted.yellow': { zh: '应开未开亮黄灯的期数', en: 'periods not started for a yellow light' },
  'lights.notStarted.red': { zh: '应开未开亮红灯的期数', en: 'periods not started for a red light' },
  cards: { zh: '督办牌规则', en: 'rules of cards' },
  'cards.*': { zh: '督办牌规则“{1}”', en: 'rule of cards "{1}"' },
  'cards.*.id': { zh: '督办牌规则“{1}”的代号', en: 'id of the rule of cards "{1}"' },
  'cards.*.when': { zh: '督办牌规则“{1}”的条件', en: 'condition of the rule of cards "{1}"' },
  'cards.*.when.counts': { zh: '督办牌规则“{1}”的计算对象', en: 'what the rule of cards "{1}" counts' },
  'cards.*.when.light': { zh: '督办牌规则“{1}”的亮灯颜色', en: 'light that the rule of cards "{1}" counts' },
  'cards.*.when.of': { zh: '督办牌规则“{1}”的计算范围', en: 'reach of the rule of cards "{1}"' },
  'cards.*.when.times': { zh: '督办牌规则“{1}”的次数', en: 'times of the rule of cards "{1}"' },
  'cards.*.when.inARow': { zh: '督办牌规则“{1}”须连续', en: 'whether the rule of cards "{1}" counts a row' },
  'cards.*.when.card': { zh: '督办牌规则“{1}”的亮牌颜色', en: 'card that the rule of cards "{1}" counts' },
  'cards.*.when.belowPercent': { zh: '督办牌规则“{1}”的完成率下限（%）', en: 'percent of the rule of cards "{1}"' },
  'cards.*.gives': { zh: '督办牌规则“{1}”的结果', en: 'what the rule of cards "{1}" gives' },
  'cards.*.gives.card': { zh: '督办牌规则“{1}”所亮的牌', en: 'card that the rule of cards "{1}" gives' },
  'cards.*.gives.points': { zh: '督办牌规则“{1}”的计分', en: 'points of the rule of cards "{1}"' },
  'cards.*.gives.measures': { zh: '督办牌规则“{1}”的措施', en: 'measures of the rule of cards "{1}"' },
  seasons: { zh: '季节', en: 'seasons' },
  'seasons.*': { zh: '季节“{1}”', en: 'season "{1}"' },
  'seasons.*.name': { zh: '季节“{1}”的名称', en: 'name of season "{1}"' },
  'seasons.*.name.zh': { zh: '季节“{1}”的中文名称', en: 'Chinese name of season "{1}"' },
  'seasons.*.name.en': { zh: '季节“{1}”的英文名称', en: 'English name of season "{1}"' },
  'seasons.*.shares': { zh: '季节“{1}”各期的份额（%）', en: 'shares of season "{1}" in percent' },
  verification: { zh: '核查', en: 'verification' },
  'verification.required': { zh: '必须核查', en: 'verification required' },
  'verification.checklist': { zh: '核查清单', en: 'checklist of verification' },
  'verification.methods': { zh: '核查方式', en: 'ways of verification' },
  instruction: { zh: '领导批示', en: 'instructions' },
  'instruction.days': { zh: '批示的时限', en: 'days for instructions' },
  'instruction.days.urgent': { zh: '紧急批示的时限（日）', en: 'days for an urgent instruction' },
  'instruction.days.ordinary': { zh: '一般批示的时限（日）', en: 'days for an ordinary instruction' },
  'instruction.days.hard': { zh: '疑难批示的时限（日）', en: 'days for a hard instruction' },
  'instruction.ladder': { zh: '批示的催办阶梯', en: 'ladder of instructions' },
  satisfaction: { zh: '满意度', en: 'satisfaction' },
  'satisfaction.calledBackPercent': { zh: '满意度回访比例（%）', en: 'percent to be called back' },
  contribution: { zh: '供稿', en: 'contributions' },
  'contribution.workingDaysBefore': { zh: '供稿提前量（工作日）', en: 'working days before for contributions' },
  'contribution.workingDays': { zh: '供稿时限（工作日）', en: 'working days for contributions' },
  coordination: { zh: '协调', en: 'coordination' },
  'coordination.workingDays': { zh: '协调时限（工作日）', en: 'working days to settle a disagreement' },
  decideWithin: { zh: '审批时限', en: 'time to decide' },
  'decideWithin.extension': { zh: '审批延期的时限（工作日）', en: 'working days to decide on an extension' },
  'decideWithin.close_unimplemented': {
    zh: '审批未能办成的时限（工作日）',
    en: 'working days to decide on an end without success',
  },
  'decideWithin.review': { zh: '审批复核的时限（工作日）', en: 'working days to decide on a review' },
  'decideWithin.noticeAnswer': {
    zh: '审核督办单答复的时限（工作日）',
    en: 'working days to judge an answer to a notice',
  },
  extension: { zh: '延期', en: 'extensions' },
  'extension.officers': { zh: '科员可准予的延期', en: 'extensions that officers grant' },
  'extension.officers.times': { zh: '科员可准予延期的次数', en: 'number of extensions that officers grant' },
  'extension.officers.days': { zh: '科员可准予延期的日数', en: 'days that officers grant' },
  review: { zh: '复核', en: 'review' },
  'review.workingDays': { zh: '申请复核的时限（工作日）', en: 'working days to ask for a review' },
};

/** Of these the second step of a path is a name that the policy gives. */
const NAMED = ['levels', 'cards', 'seasons'];

/** What a field is called; null for one that no policy has, as a draft may. */
export function fieldWords(path: readonly string[]): Words | null {
  const [list = '', name = ''] = path;
  const isNamed = NAMED.includes(list) && path.length > 1;
  const key = (isNamed ? [list, '*', ...path.slice(2)] : path).join('.');
  if (!Object.hasOwn(FIELDS, key)) return null;
  const { zh, en } = FIELDS[key]!;
  return { zh: zh.replace('{1}', name), en: en.replace('{1}', name) };
}
