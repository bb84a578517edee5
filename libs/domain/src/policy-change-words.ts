import { cardRules, type CardRule } from './card-rules';
import { lightRules } from './light-rules';
import { dueShape, type ObligationRule, type Rung, rungShape } from './policy';
import { fieldWords } from './policy-field-words';
import { term, type Words } from './policy-terms';
import {
  cardRuleWords,
  conditionWords,
  dueWords,
  effectWords,
  offsetWords,
  ruleWords,
  rungWords,
} from './policy-words';

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
  // What no policy has, as a draft may, stands as it is written.
  return fieldWords(path) ?? { zh: path.join('.'), en: path.join('.') };
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
  if (list === 'cards' && value !== null) return cardsWords(path, value);
  if (list === 'levels' && value !== null) return levelsWords(path, value);
  if (path.join('.') === 'lights.missing') return missingWords(value);
  if (path.join('.') === 'verification.checklist') return sayingsOf(value);
  if (path.join('.') === 'seasons' || (list === 'seasons' && path.length === 2)) return seasonsWords(path, value);
  if (path.at(-1) === 'shares' && Array.isArray(value)) return { zh: value.join('、'), en: value.join(', ') };
  return isObject(value) ? fieldsIn(path, value) : plain(value);
}

/** A group of fields that comes or goes as a whole: each by its name. */
function fieldsIn(path: readonly string[], value: Record<string, unknown>): Words {
  const said = Object.entries(value).flatMap(([name, inner]) => (inner === undefined ? [] : [[...path, name]]));
  return joined(
    said.map((inner) => {
      const [name, words] = [nameOf(inner), wordsOf(inner, value[inner.at(-1)!])];
      return { zh: `${name.zh}${words.zh}`, en: `${name.en} ${words.en}` };
    }),
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** All rules of cards, one of them, or one field of one. */
function cardsWords(path: readonly string[], value: unknown): Words {
  if (path.length > 2) return plain(value);
  const read = cardRules.safeParse(path.length === 1 ? value : [value]);
  if (!read.success) return plain(value);
  return sentences(read.data.map((rule: CardRule) => cardRuleWords(rule)));
}

function levelsWords(path: readonly string[], value: unknown): Words {
  if (path.length > 2) return isWords(value) ? value : plain(value);
  const levels = path.length === 1 ? value : [value];
  return Array.isArray(levels) ? sayingsOf(levels.map((level: { name?: unknown }) => level?.name)) : plain(value);
}

/** What stands there in both languages. */
function sayingsOf(value: unknown): Words {
  return Array.isArray(value) && value.length > 0 && value.every(isWords) ? joined(value) : plain(value);
}

const isWords = (value: unknown): value is Words => {
  const { zh, en } = (value ?? {}) as Partial<Words>;
  return typeof zh === 'string' && typeof en === 'string';
};

/** The light of a missing report by months: `逾期1个月黄色、逾期2个月红色`. */
function missingWords(value: unknown): Words {
  const read = lightRules.shape.missing.safeParse(value);
  if (!read.success || !read.data) return plain(value);
  return joined(
    read.data.map(({ afterMonths, light }) => ({
      zh: `逾期${afterMonths}个月${term(light).zh}`,
      en: `${term(light).en} ${afterMonths} months after`,
    })),
  );
}

function seasonsWords(path: readonly string[], value: unknown): Words {
  const seasons = path.length === 1 ? Object.values(value ?? {}) : [value];
  return seasons.length === 0 ? plain(null) : sayingsOf(seasons.map((one) => (one as { name?: unknown } | null)?.name));
}

const sentences = (words: readonly Words[]): Words => ({
  zh: words.map(({ zh }) => zh).join('；'),
  en: words.map(({ en }) => en).join('; '),
});

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
  template: { zh: '消息模板', en: 'words' },
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

function plain(value: unknown): Words {
  const isEmpty = value === null || value === undefined || (Array.isArray(value) && value.length === 0);
  if (isEmpty) return { zh: '无', en: 'none' };
  if (typeof value === 'boolean') return value ? { zh: '是', en: 'yes' } : { zh: '否', en: 'no' };
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return joined(value.map(term));
  return typeof value === 'string' ? term(value) : { zh: JSON.stringify(value), en: JSON.stringify(value) };
}

const joined = (words: readonly Words[]): Words => ({
  zh: words.map(({ zh }) => zh).join('、'),
  en: words.map(({ en }) => en).join(', '),
});
