import { dueShape, type ObligationRule, type Rung, rungShape } from './policy';
import { term, type Words } from './policy-terms';
import { conditionWords, dueWords, effectWords, offsetWords, ruleWords, rungWords } from './policy-words';

type Change = 'added' | 'removed' | 'changed';

/**
 * A difference of two rule sets as a clerk would say it: a rung by its name and all that it does, a date by its rule, a
 * single field by what it is called. What a draft has in no readable shape stands as it is written.
 *
 * @param path by names, as `policyChanges` gives it
 */
export function changeWords(path: readonly string[], change: Change, before: unknown, after: unknown): Words {
  const name = nameOf(path);
  const [was, is] = [wordsOf(path, before), wordsOf(path, after)];
  if (change === 'added')
    return { zh: `新增${name.zh}${said(is.zh, '：')}`, en: `${name.en} added${said(is.en, ': ')}` };
  if (change === 'removed') {
    return { zh: `删去${name.zh}${said(was.zh, '：')}`, en: `${name.en} removed${said(was.en, ': ')}` };
  }
  return { zh: `${name.zh}由“${was.zh}”改为“${is.zh}”`, en: `${name.en} was "${was.en}", is "${is.en}"` };
}

const said = (words: string, mark: string): string => (words === '' ? '' : mark + words);

/** What is called by a path. */
function nameOf(path: readonly string[]): Words {
  const [list, of, field, rung, rungField] = path;
  if (list === 'ladders' && of !== undefined) {
    const ladder = { zh: `催办阶梯“${of}”`, en: `ladder "${of}"` };
    if (field === undefined) return ladder;
    if (field === 'at') return { zh: `${ladder.zh}的发送时刻`, en: `time of day of ${ladder.en}` };
    if (field === 'rungs' && rung !== undefined) {
      const step = { zh: `${ladder.zh}的步骤“${rung}”`, en: `step "${rung}" of ${ladder.en}` };
      const name = rungField === undefined ? undefined : named(RUNG_FIELDS, rungField);
      return name ? { zh: `${step.zh}的${name.zh}`, en: `${name.en} of ${step.en}` } : step;
    }
  }
  if (list === 'obligations' && of !== undefined) {
    const [kind = '', owedBy = '', ...levels] = of.split(' ');
    const rule = ruleWords({ kind, owedBy, ...(levels.length > 0 ? { levels } : {}) } as unknown as ObligationRule);
    const name = field === undefined ? undefined : named(RULE_FIELDS, field);
    return name ? { zh: `${rule.zh}的${name.zh}`, en: `${name.en} of ${rule.en}` } : rule;
  }
  return named(FIELD_NAMES, path.join('.'));
}

const named = (names: Readonly<Record<string, Words>>, id: string): Words =>
  Object.hasOwn(names, id) ? names[id]! : { zh: id, en: id };

/** What stands there. */
function wordsOf(path: readonly string[], value: unknown): Words {
  const [list, , field, , rungField] = path;
  if (list === 'ladders' && path.length === 2) return { zh: '', en: '' };
  if (list === 'ladders' && field === 'rungs') {
    if (path.length === 4) {
      const rung = rungShape.safeParse(value);
      return rung.success ? rungWords(rung.data) : plain(value);
    }
    return rungFieldWords(rungField!, path[5], value);
  }
  if (list === 'obligations') {
    if (path.length === 2) return duesWords((value as { due?: unknown } | null)?.due);
    return field === 'due' ? duesWords(value) : plain(value);
  }
  return plain(value);
}

function duesWords(dues: unknown): Words {
  const read = dueShape.array().safeParse(dues);
  return read.success ? joined(read.data.map(dueWords)) : plain(dues);
}

/** A field of a rung, or one field of it: `offset` or `offset.workingDays`. */
function rungFieldWords(field: string, inner: string | undefined, value: unknown): Words {
  if (value === null || value === undefined) return plain(value);
  const whole = inner === undefined ? value : { [inner]: value };
  const read = rungShape.safeParse({ ...BLANK, [field]: whole });
  if (!read.success) return plain(value);
  const rung: Rung = read.data;
  switch (field) {
    case 'offset':
      return offsetWords(rung.offset);
    case 'when':
      return conditionWords(rung.when!);
    case 'effects':
      return joined(rung.effects!.map(effectWords));
    case 'answerWithin': {
      const { workingDays } = whole as { workingDays: number };
      return { zh: `${workingDays}个工作日`, en: `${workingDays} working days` };
    }
    default:
      return plain(value);
  }
}

/** A rung into which any field goes. */
const BLANK = { id: '-', offset: { workingDays: 0 }, to: ['office'], kind: 'notice', colour: 'red' };

const RUNG_FIELDS: Readonly<Record<string, Words>> = {
  offset: { zh: '时间', en: 'time' },
  kind: { zh: '方式', en: 'kind' },
  to: { zh: '送达对象', en: 'recipients' },
  copyTo: { zh: '抄送对象', en: 'copies' },
  when: { zh: '条件', en: 'condition' },
  effects: { zh: '效果', en: 'effects' },
  colour: { zh: '颜色', en: 'colour' },
  answerWithin: { zh: '答复时限', en: 'time to answer' },
  inNextBulletin: { zh: '列入通报', en: 'place in the bulletin' },
};

const RULE_FIELDS: Readonly<Record<string, Words>> = {
  owedBy: { zh: '责任主体', en: 'who owes it' },
  levels: { zh: '适用等级', en: 'levels' },
  ladder: { zh: '催办阶梯', en: 'ladder' },
  due: { zh: '时限', en: 'dates' },
};

/** What single fields are called; others by their path. */
const FIELD_NAMES: Readonly<Record<string, Words>> = {
  'name.zh': { zh: '中文名称', en: 'Chinese name' },
  'name.en': { zh: '英文名称', en: 'English name' },
  levels: { zh: '等级', en: 'levels' },
  'rectification.workingDays': { zh: '整改时限（工作日）', en: 'working days to rectify' },
  'rectification.ladder': { zh: '整改的催办阶梯', en: 'ladder of rectifications' },
  'objection.workingDays': { zh: '提出异议的时限（工作日）', en: 'working days to object' },
  'objection.answerWithin': { zh: '答复异议的时限（工作日）', en: 'working days to answer an objection' },
  'handedOver.workingDays': { zh: '移交后的最短办理时间（工作日）', en: 'working days after a transfer' },
  actionPlanApproval: { zh: '办理方案须经审定', en: 'approval of action plans' },
  confirmation: { zh: '报告审签', en: 'confirmation of reports' },
  lights: { zh: '亮灯阈值', en: 'thresholds of lights' },
  'lights.yellow': { zh: '黄灯阈值（百分点）', en: 'points behind for a yellow light' },
  'lights.red': { zh: '红灯阈值（百分点）', en: 'points behind for a red light' },
  'lights.tolerance': { zh: '须说明原因的落后幅度（百分点）', en: 'points behind that need a reason' },
  'verification.required': { zh: '必须核查', en: 'verification required' },
  'verification.checklist': { zh: '核查清单', en: 'checklist of verification' },
  'verification.methods': { zh: '核查方式', en: 'ways of verification' },
  'instruction.days.urgent': { zh: '紧急批示的时限（日）', en: 'days for an urgent instruction' },
  'instruction.days.ordinary': { zh: '一般批示的时限（日）', en: 'days for an ordinary instruction' },
  'instruction.days.hard': { zh: '疑难批示的时限（日）', en: 'days for a hard instruction' },
  'instruction.ladder': { zh: '批示的催办阶梯', en: 'ladder of instructions' },
  'satisfaction.calledBackPercent': { zh: '满意度回访比例（%）', en: 'percent to be called back' },
  'contribution.workingDaysBefore': { zh: '供稿提前量（工作日）', en: 'working days before for contributions' },
  'contribution.workingDays': { zh: '供稿时限（工作日）', en: 'working days for contributions' },
  'coordination.workingDays': { zh: '协调时限（工作日）', en: 'working days to settle a disagreement' },
  'extension.officers.times': { zh: '科员可准予延期的次数', en: 'extensions that officers grant' },
  'extension.officers.days': { zh: '科员可准予延期的日数', en: 'days that officers grant' },
  'review.workingDays': { zh: '申请复核的时限（工作日）', en: 'working days to ask for a review' },
};

function plain(value: unknown): Words {
  if (value === null || value === undefined) return { zh: '无', en: 'none' };
  if (typeof value === 'boolean') return value ? { zh: '是', en: 'yes' } : { zh: '否', en: 'no' };
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return joined(value.map(term));
  return typeof value === 'string' ? term(value) : { zh: JSON.stringify(value), en: JSON.stringify(value) };
}

const joined = (words: readonly Words[]): Words => ({
  zh: words.map(({ zh }) => zh).join('、'),
  en: words.map(({ en }) => en).join(', '),
});
