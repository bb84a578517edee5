import type { TemplateFields, TemplateValue } from '@duban/documents';
import { periodInWords } from '@duban/domain';
import { type LocalDate, localDateOf, parseLocalDate } from '@duban/kernel';
import type { NoticeFacts, NoticeRecipient } from './facts';
import type { NoticeWords } from './notice-words';
import { NOTICE_WORDS, type NoticeLanguage } from './words';

/** A field of a template: by either name. */
interface Field {
  zh: string;
  kind: 'text' | 'condition' | Readonly<Record<string, string>>;
}

/** What templates may name, in English or Chinese. */
const FIELDS = {
  title: { zh: '标题', kind: 'text' },
  colour: { zh: '颜色', kind: 'text' },
  isBlue: { zh: '蓝色单', kind: 'condition' },
  isYellow: { zh: '黄色单', kind: 'condition' },
  isOrange: { zh: '橙色单', kind: 'condition' },
  isRed: { zh: '红色单', kind: 'condition' },
  office: { zh: '督查机构', kind: 'text' },
  jurisdiction: { zh: '辖区', kind: 'text' },
  number: { zh: '编号', kind: 'text' },
  mainTo: { zh: '主送', kind: 'text' },
  copyTo: { zh: '抄送', kind: 'text' },
  plan: { zh: '方案', kind: 'text' },
  planNumber: { zh: '方案文号', kind: 'text' },
  taskNumber: { zh: '事项编号', kind: 'text' },
  path: { zh: '章节', kind: 'text' },
  task: { zh: '事项', kind: 'text' },
  unit: { zh: '承办单位', kind: 'text' },
  role: { zh: '分工', kind: 'text' },
  duty: { zh: '应办事项', kind: 'text' },
  due: { zh: '应办时限', kind: 'text' },
  why: { zh: '时限依据', kind: 'text' },
  late: { zh: '逾期', kind: 'text' },
  sent: { zh: '此前催办', kind: { sentOn: '催办日期', sentWhat: '催办方式' } },
  demand: { zh: '办理要求', kind: 'text' },
  answerBy: { zh: '答复期限', kind: 'text' },
  bulletin: { zh: '通报', kind: 'text' },
  signedBy: { zh: '签发人', kind: 'text' },
  issuedOn: { zh: '签发日期', kind: 'text' },
  checkpoint: { zh: '存证', kind: 'text' },
} as const satisfies Record<string, Field>;
type FieldName = keyof typeof FIELDS;
type Values = { [K in FieldName]: TemplateValue };

const itemsOf = (kind: Field['kind']): string[] | null =>
  typeof kind === 'string' ? null : [...Object.keys(kind), ...Object.values(kind)];

/** By both names. */
export const NOTICE_FIELDS: TemplateFields = Object.fromEntries(
  Object.entries<Field>(FIELDS).flatMap(([name, { zh, kind }]) =>
    [name, zh].map((one): [string, TemplateFields[string]] => [one, itemsOf(kind) ?? (kind as 'text' | 'condition')]),
  ),
);

/** For those who write a template: each field with its Chinese name, and the fields of a list. */
export const NOTICE_FIELD_LIST = Object.entries<Field>(FIELDS).map(([name, { zh, kind }]) => ({
  name,
  chinese: zh,
  kind: typeof kind === 'string' ? kind : ('list' as const),
  items: typeof kind === 'string' ? [] : Object.entries(kind).map(([item, chinese]) => ({ name: item, chinese })),
}));

const DAY_MS = 86_400_000;

const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));

/** What a document says of a notice, by the names of the fields. The same facts always say the same. */
export function noticeValues(facts: NoticeFacts, language: NoticeLanguage): Readonly<Record<string, TemplateValue>> {
  const w: NoticeWords = NOTICE_WORDS[language];
  const dateOf = (day: LocalDate): string => dateIn(w, day);
  const dayOf = (instant: string): LocalDate => localDateOf(new Date(instant), facts.timeZone);
  const { colour, task, duty, plan, issuer } = facts;
  const office =
    issuer === null ? fill(w.office, { jurisdiction: facts.jurisdiction }) : fill(w.issuer, { unit: issuer });
  const recipients = (isCopy: boolean): string =>
    namesOf(
      w,
      facts.recipients.filter((one) => one.isCopy === isCopy),
      office,
    );
  const days = (Date.parse(dayOf(facts.issuedAt)) - Date.parse(duty.effectiveOn)) / DAY_MS;
  const values: Values = {
    title: fill(w.title, { colour: w.colours[colour] }),
    colour: w.colours[colour],
    isBlue: colour === 'blue',
    isYellow: colour === 'yellow',
    isOrange: colour === 'orange',
    isRed: colour === 'red',
    office,
    jurisdiction: facts.jurisdiction,
    number: facts.number,
    mainTo: recipients(false),
    copyTo: recipients(true),
    plan: task.isMatter ? '' : fill(w.plan, { title: plan.title }),
    planNumber: plan.documentNumber ?? '',
    taskNumber:
      task.number === null ? '' : fill(task.isMatter ? w.matterNumber : w.itemNumber, { number: task.number }),
    path: task.path.join(' '),
    task: task.content,
    unit: facts.unit.name,
    role: w.roles[facts.unit.role],
    duty: dutyIn(w, duty, language),
    due: fill(w.due, { date: dateOf(duty.effectiveOn) }),
    why: whyIn(w, facts, language),
    late: days > 0 ? fill(w.late, { days }) : '',
    sent: facts.sent.map(({ kind, colour: sentColour, at, number }) => {
      const what =
        kind === 'notice'
          ? fill(w.sentNotice, { colour: sentColour === null ? '' : w.colours[sentColour], number: number ?? '' })
          : w.sent[kind];
      return twice({ sentOn: dateOf(dayOf(at)), sentWhat: what }, FIELDS.sent.kind);
    }),
    demand: colour === 'blue' && days <= 0 ? w.demandAhead : w.demands[colour],
    answerBy: facts.answerDueOn === null ? w.noAnswerDue : fill(w.answerBy, { date: dateOf(facts.answerDueOn) }),
    bulletin: facts.inNextBulletin ? w.bulletin : '',
    signedBy: facts.signedBy.join(w.comma),
    issuedOn: dateOf(dayOf(facts.issuedAt)),
    checkpoint: checkpointIn(w, facts),
  };
  return twice(values, Object.fromEntries(Object.entries<Field>(FIELDS).map(([name, { zh }]) => [name, zh])));
}

/** Under the Chinese names, too. */
const twice = <T>(values: Readonly<Record<string, T>>, chinese: Readonly<Record<string, string>>): Record<string, T> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => [
      [name, value],
      [chinese[name]!, value],
    ]),
  );

function dateIn(w: NoticeWords, day: LocalDate): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  return fill(w.date, { year, month: w.months[month - 1]!, day: date });
}

/** An obligation (应办事项) as what is to be done, with the period or milestone that it is about. */
export function dutyIn(
  w: NoticeWords,
  { kind, subject }: Pick<NoticeFacts['duty'], 'kind' | 'subject'>,
  language: NoticeLanguage,
): string {
  const withSubject = w.dutiesWithSubject[kind];
  if (subject === null || withSubject === undefined) return w.duties[kind];
  return fill(withSubject, { subject: periodInWords(subject)?.[language] ?? subject });
}

/** The unit once with its posts; of others the post with who held it. */
function namesOf(w: NoticeWords, recipients: readonly NoticeRecipient[], office: string): string {
  const units = new Map<string, string[]>();
  const others: string[] = [];
  for (const { as, unitName, title, holders } of recipients) {
    const isOffice = unitName === null && as === 'office';
    const post = isOffice ? office : (title ?? w.posts[as]);
    if (unitName === null)
      others.push(isOffice ? post : fill(w.holder, { post, holder: holders.join(w.comma) }).trim());
    else units.set(unitName, [...(units.get(unitName) ?? []), post]);
  }
  const ofUnits = [...units].map(([unit, posts]) =>
    fill(w.recipient, { unit, posts: [...new Set(posts)].join(w.comma) }),
  );
  return [...new Set([...ofUnits, ...others])].join(w.comma);
}

/** Why this date, in words: by what it was counted from, which the record names. */
function whyIn(w: NoticeWords, { duty, policy }: NoticeFacts, language: NoticeLanguage): string {
  const { base, rule, dueOn, effectiveOn } = duty;
  const number = (name: string): number => Number(base[name]);
  const day = (name: string): string => dateIn(w, parseLocalDate(String(base[name])));
  const cases: [boolean, () => string][] = [
    ['applicationId' in base, () => w.why.application],
    ['countedFrom' in base, () => fill(w.why.stopped, { days: number('stoppedDays') })],
    ['reopenedOn' in base, () => w.why.reopened],
    ['transferredOn' in base, () => w.why.transferred],
    ['revisionId' in base, () => w.why.revised],
    [/own deadline/.test(rule), () => w.why.own],
    [/milestone/.test(rule), () => w.why.milestone],
    [
      'issuedOn' in base && 'workingDays' in base,
      () => fill(w.why.afterIssue, { date: day('issuedOn'), days: number('workingDays') }),
    ],
    [
      'receivedOn' in base && 'days' in base,
      () => fill(w.why.daysAfterReceipt, { date: day('receivedOn'), days: number('days') }),
    ],
    [
      'receivedOn' in base && 'workingDays' in base,
      () => fill(w.why.workingDaysAfterReceipt, { date: day('receivedOn'), days: number('workingDays') }),
    ],
    [
      'receivedOn' in base && 'months' in base,
      () => fill(w.why.monthsAfterReceipt, { date: day('receivedOn'), months: number('months') }),
    ],
  ];
  const found = cases.find(([holds]) => holds);
  const why = found ? found[1]() : fill(w.why.byRule, { policy: policy.name[language] });
  if (dueOn === effectiveOn) return why;
  return `${why}${w.comma}${fill(w.moved, { date: dateIn(w, dueOn), effective: dateIn(w, effectiveOn) })}`;
}

const ROOT_SHORT = 12;

function checkpointIn(w: NoticeWords, { checkpoint, timeZone }: NoticeFacts): string {
  if (checkpoint === null) return '';
  const { number, size, root, signedAt } = checkpoint;
  const date = dateIn(w, localDateOf(new Date(signedAt), timeZone));
  return fill(w.checkpoint, { number, size, root: root.slice(0, ROOT_SHORT), date });
}
