import { CharacterSet } from './characters';
import { isBlankAt, isHanAt, skipBlanks } from './folded-text';

/**
 * What a label in front of a list says of it; `measures` are what is to be done about a problem (整改措施), `other` is read
 * and left alone, so that it does not end up a unit.
 */
export type ClauseRole =
  'lead' | 'responsible' | 'cooperating' | 'supervising' | 'leaders' | 'deadline' | 'measures' | 'other';

/** Words of duty, longest first within a role; each may stand before a noun (牵头单位) or alone before a colon (牵头：). */
const DUTIES: readonly (readonly [ClauseRole, readonly string[]])[] = [
  [
    'lead',
    [
      '牵头',
      '主办',
      '主责',
      '主牵头',
      '第一责任',
      '主要责任',
      '牵头责任',
      '责任牵头',
      '主管',
      '牵头负责',
      '牵头(责任)',
    ],
  ],
  [
    'responsible',
    [
      '责任',
      '落实',
      '实施',
      '承办',
      '负责',
      '承担',
      '执行',
      '主体责任',
      '具体责任',
      '直接责任',
      '责任落实',
      '具体实施',
      '共同责任',
    ],
  ],
  [
    'cooperating',
    [
      '配合',
      '协办',
      '参与',
      '参加',
      '协同',
      '协作',
      '协助',
      '协调',
      '支持',
      '会同',
      '共同参与',
      '配合责任',
      '责任配合',
    ],
  ],
  ['supervising', ['督导', '督办', '督查', '监督', '指导', '监管', '督促', '验收', '督导责任', '责任督导']],
];
const UNIT_NOUNS = [
  '单位',
  '部门',
  '机构',
  '单位(部门)',
  '部门(单位)',
  '主体',
  '科室',
  '处室',
  '股室',
  '地区',
  '区县',
  '乡镇',
  '企业',
  '单位及部门',
  '单位和部门',
];
const PERSON_NOUNS = ['领导', '人', '市领导', '县领导', '区领导', '省领导', '责任人', '负责人', '领导同志'];
const PERSON_DUTIES = [
  '责任',
  '牵头',
  '分管',
  '联系',
  '包抓',
  '包保',
  '挂钩',
  '挂联',
  '督导',
  '主管',
  '负责',
  '第一责任',
  '直接责任',
  '主要责任',
  '包联',
  '市级',
  '县级',
  '区级',
  '省级',
  '牵头市',
  '牵头县',
  '牵头区',
  '牵头省',
  '责任市',
  '责任县',
  '责任区',
  '配合',
  '',
];
const TIME_DUTIES = [
  '完成',
  '整改',
  '办结',
  '工作',
  '任务',
  '落实',
  '推进',
  '建设',
  '目标',
  '计划完成',
  '时间',
  '进度',
  '实施',
  '销号',
  '',
];
const TIME_NOUNS = [
  '时限',
  '时间',
  '期限',
  '时间节点',
  '节点',
  '时间要求',
  '时限要求',
  '日期',
  '进度要求',
  '时间安排',
  '进度安排',
];
const MEASURES = [
  '整改目标',
  '整改措施',
  '整改任务',
  '整改要求',
  '整改标准',
  '整改内容',
  '整改思路',
  '整改落实措施',
  '主要整改措施',
  '具体整改措施',
  '目标和措施',
  '整改目标及措施',
];
const OTHERS = [
  '联系人',
  '联系电话',
  '联系方式',
  '备注',
  '说明',
  '注',
  '进展情况',
  '进展',
  '整改情况',
  '工作进展',
  '完成情况',
  '整改进展',
  '整改进展情况',
  '整改落实情况',
  '整改完成情况',
  '整改成效',
  '目前进展',
  '销号情况',
  '整改类型',
  '整改状态',
];
const QUALIFIERS = [
  '',
  '市级',
  '省级',
  '区级',
  '县级',
  '主要',
  '其他',
  '相关',
  '有关',
  '具体',
  '共同',
  '市直',
  '县直',
  '区直',
];

/** A short duty needs a colon, as in 「牵头：」; a time word alone (时间：) is too common in prose to be one. */
const ALONE: ReadonlySet<string> = new Set([
  '牵头',
  '主办',
  '责任',
  '配合',
  '协办',
  '负责',
  '承办',
  '参与',
  '督导',
  '时限',
  '期限',
  '时间要求',
  '时限要求',
  '进度要求',
  '时间节点',
  '时间安排',
  '进度安排',
]);

function buildLabels(): ReadonlyMap<string, ClauseRole> {
  const labels = new Map<string, ClauseRole>();
  const add = (label: string, role: ClauseRole): void => {
    if (!labels.has(label)) labels.set(label, role);
  };
  for (const [role, duties] of DUTIES) {
    for (const duty of duties) {
      if (ALONE.has(duty)) add(duty, role);
      for (const noun of UNIT_NOUNS) for (const qualifier of QUALIFIERS) add(qualifier + duty + noun, role);
    }
  }
  for (const duty of PERSON_DUTIES)
    for (const noun of PERSON_NOUNS) if (duty + noun !== '人' && duty + noun !== '联系人') add(duty + noun, 'leaders');
  for (const duty of TIME_DUTIES)
    for (const noun of TIME_NOUNS) if (duty !== '' || ALONE.has(noun)) add(duty + noun, 'deadline');
  for (const label of MEASURES) add(label, 'measures');
  for (const label of OTHERS) add(label, 'other');
  return labels;
}

const LABELS = buildLabels();
const LONGEST_LABEL = Math.max(...[...LABELS.keys()].map((label) => label.length));
const MAY_START_LABEL = new CharacterSet(LABELS.keys());
const COLON = new CharacterSet(':');
const ROUND = new CharacterSet('()');
/** Blanks that may be strewn into a label to space it out (牵 头 单 位). */
const MOST_BLANKS = 12;

/** A label with its colon; `end` is where its list begins. */
interface ClauseLabel {
  role: ClauseRole;
  end: number;
}

/** What a known label says that stands alone, as in a table's head, or null. */
export const roleOfLabel = (label: string): ClauseRole | null => LABELS.get(label) ?? null;

/**
 * The label at `at` of a folded text, or null. A label is a known word of duty and a colon: without the colon
 * 牵头单位 is a word in a sentence or in a unit's name (各帮扶集团牵头单位). A blank will do for the colon after the word
 * 单位 or 部门, where one was lost. Looks at a bounded number of characters.
 */
export function readClauseLabel(folded: string, at: number, end: number): ClauseLabel | null {
  if (!MAY_START_LABEL.hasAt(folded, skipBlanks(folded, at, Math.min(end, at + MOST_BLANKS)))) return null;
  let word = '';
  let run = at;
  let blanks = 0;
  let afterBlank: ClauseLabel | null = null;
  for (let next = at; next < end && word.length + next - run <= LONGEST_LABEL && blanks <= MOST_BLANKS; next++) {
    if (COLON.hasAt(folded, next)) {
      const role = LABELS.get(word + folded.slice(run, next));
      return role === undefined ? afterBlank : { role, end: next + 1 };
    }
    if (isBlankAt(folded, next)) {
      blanks++;
      word += folded.slice(run, next);
      run = next + 1;
      const role = word.endsWith('单位') || word.endsWith('部门') ? LABELS.get(word) : undefined;
      if (role !== undefined) afterBlank = { role, end: next + 1 };
    } else if (!isHanAt(folded, next) && !ROUND.hasAt(folded, next)) return afterBlank;
  }
  return afterBlank;
}
