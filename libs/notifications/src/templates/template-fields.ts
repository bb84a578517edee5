import { LANGUAGES } from '.';
import { type TemplateAbout, TEMPLATES_ABOUT, wordsAbout } from './messages';

/** What the fields of messages are called in Chinese; a template (消息模板) may name them either way. */
const CHINESE: Readonly<Record<string, string>> = {
  colour: '颜色',
  notice: '督办单编号',
  item: '事项',
  unit: '单位',
  due: '时限',
  duty: '应办事项',
  timing: '距时限',
  answer: '答复期限',
  collapsed: '此前提醒',
  reason: '原因',
  conclusion: '核查结论',
  rectify: '整改期限',
  number: '事项编号',
  again: '重报期限',
  report: '报送内容',
  count: '件数',
  date: '日期',
  kind: '类别',
  units: '各单位',
  code: '代码',
  from: '原定',
  paper: '放假通知',
  signFor: '签收期限',
  plan: '方案',
  retention: '保管期限',
  part: '分工变化',
  move: '上级变动',
  ending: '终结方式',
  subject: '供稿内容',
  question: '约稿要求',
  about: '所涉内容',
  decision: '决定',
  what: '申请内容',
  outcome: '处理结果',
  leader: '领导',
  text: '批示内容',
  card: '督办牌',
  period: '周期',
  why: '依据',
  brings: '附带措施',
  remark: '群众意见',
  counts: '各类件数',
};

/** By these a reader tells one matter from another; lines without them would read as one, and one would be left out. */
const TELLING = ['item', 'unit', 'due', 'duty', 'notice', 'number', 'plan', 'about', 'period', 'counts'];

const FIELD = /\{([^{}]*)\}/g;
const namesIn = (text: string): string[] => [...text.matchAll(FIELD)].map(([, name]) => name!);

export interface TemplateField {
  name: string;
  chinese: string;
  /** A template that leaves it out is refused. */
  isNeeded: boolean;
}

/** The closed list of what a template about a kind of message may name: what duban's own words of it name. */
const FIELDS = Object.fromEntries(
  TEMPLATES_ABOUT.map((sort) => {
    const [zh, en] = [namesIn(wordsAbout(sort, LANGUAGES.zh)), namesIn(wordsAbout(sort, LANGUAGES.en))];
    const names = [...new Set([...zh, ...en])];
    return [
      sort,
      names.map((name): TemplateField => {
        const isNeeded = TELLING.includes(name) && zh.includes(name) && en.includes(name);
        return { name, chinese: CHINESE[name]!, isNeeded };
      }),
    ];
  }),
) as unknown as Readonly<Record<TemplateAbout, readonly TemplateField[]>>;

export const fieldsOf = (about: TemplateAbout): readonly TemplateField[] => FIELDS[about];

/** The words with the names of their fields as the code fills them. */
export function withOwnNames(about: TemplateAbout, text: string): string {
  const names = new Map(FIELDS[about].map(({ name, chinese }) => [chinese, name]));
  return text.replaceAll(FIELD, (place, name: string) => (names.has(name) ? `{${names.get(name)!}}` : place));
}

export interface TemplateFault {
  code: string;
  message: string;
}

/** What is wrong with words about a kind of message; they are never filled in where anything is. */
export function templateFaults(about: TemplateAbout, text: string): TemplateFault[] {
  const fields = FIELDS[about];
  const known = new Set(fields.flatMap(({ name, chinese }) => [name, chinese]));
  const list = fields.map(({ name, chinese }) => `{${name}} ({${chinese}})`).join(', ');
  const faults: TemplateFault[] = [];
  for (const name of new Set(namesIn(text))) {
    if (known.has(name)) continue;
    faults.push({
      code: 'MESSAGE_TEMPLATE.UNKNOWN_FIELD',
      message: `There is no field {${name}} here; there are ${list}.`,
    });
  }
  if (/[{}]/.test(text.replaceAll(FIELD, ''))) {
    faults.push({
      code: 'MESSAGE_TEMPLATE.BROKEN_FIELD',
      message: 'A brace stands alone: a field is a name between { and }.',
    });
  }
  const named = new Set(namesIn(withOwnNames(about, text)));
  for (const { name, chinese, isNeeded } of fields) {
    if (!isNeeded || named.has(name)) continue;
    faults.push({
      code: 'MESSAGE_TEMPLATE.FIELD_MISSING',
      message: `Without {${name}} ({${chinese}}) nobody could tell one such message from another.`,
    });
  }
  return faults;
}
