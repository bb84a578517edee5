import { CharacterSet } from './characters';
import { isNumeralAt, readNumeral } from './chinese-numerals';
import type { DateWords, Span } from './breakdown.types';
import { fold } from './folded-text';
import { originalSpan, tightOf, type TightText } from './tight-text';

/** A date in a text, by when something is to be done. */
interface DateMention extends Span {
  due: string | null;
}

const YEAR = '(?:(?:19|20)\\d{2}|二[〇○零][一二三四五六七八九〇○零]{2})';
const MONTH = '(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])';
const DAY = '(?:3[01]|[12]\\d|0?[1-9]|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])';
const BEFORE = '(?:之前|以前|前)';
/** Days and seasons that no date follows from without an almanac or a weather office. */
const SEASONS =
  '(?:元旦|春节|清明节?|五一|端午节?|中秋节?|国庆节?|两节|双节|七一|八一|国庆中秋|主汛期|汛期|入汛|雨季|入冬|供暖季|供暖期|采暖季|采暖期|取暖季|春耕|秋收|防火期|秋季开学|春季开学|开学)';
const QUARTER = '第?[一二三四1-4]季度';
/** States that a bare month may stand before: 「9月投入使用」 is a date, 「9月的经验」 is none. */
const STATES =
  '(?:份)?(?:全面|全部|基本|正式|实现|力争|确保)?(?:开工|动工|投入使用|投用|竣工|通车|完工|建成|启动|完成|启用|交付|开园|开业|投产|封顶|出台|印发|上线|运行|见效|开通|验收|开放|开学|试运行)';

/** Behind a quarter or half a year: by its end, or what is done in it; 「上半年经济运行情况」 tells of the past. */
const IN_PERIOD =
  '(?:(?:末|底)?(?:之?前|内)|(?:末|底)|(?!(?:经济|工作|运行|情况|形势|数据|报表|全[市县区省州]|我[市县区省]|的|已|共|累计|任务|规上|固定资产|税收|财政|进展|总结|督查|以来|防范|会议|例会|调度|考核|通报|报告|分析)))';

interface Form {
  pattern: RegExp;
  /** Whether the words are a date only where it lies behind the year of the plan. */
  later?: true;
  due(groups: Readonly<Record<string, string | undefined>>, year: number | null): string | null;
}

/** A number in digits or in words (二〇三一, 十二). */
const numberOf = (written: string | undefined): number =>
  written === undefined
    ? Number.NaN
    : /\d/.test(written)
      ? Number(written)
      : (readNumeral(written.replace(/○/g, '〇')) ?? Number.NaN);
const LEAP_YEAR = 2000;
/** A deadline field longer than this is prose. */
const LONGEST_FIELD = 400;
const pad = (value: number): string => String(value).padStart(2, '0');
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const lastDay = (year: number, month: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;

/** `YYYY-MM-DD`; the month's last day without a day; null for a day the calendar has not. */
function calendarDate(year: number | null, month: number, day?: number): string | null {
  if (year === null || !(month >= 1 && month <= 12)) return null;
  const last = lastDay(year, month);
  if (day !== undefined && (day < 1 || day > last)) return null;
  return `${year}-${pad(month)}-${pad(day ?? last)}`;
}

const THIRDS: Readonly<Record<string, number>> = { 上旬: 10, 中旬: 20 };
const yearOf = (groups: Readonly<Record<string, string | undefined>>, year: number | null): number | null => {
  if (groups['year'] !== undefined) return numberOf(groups['year']);
  if (year === null) return null;
  return groups['next'] === undefined ? year : year + 1;
};

const ANY_YEAR = `(?:(?:(?<year>${YEAR})年)|(?:今年|本年|当年)|(?<next>明年|次年))`;
/** The ways to write a date to be kept, the longest first at one place. Each pattern is tried at one offset (sticky). */
const FORMS: readonly Form[] = [
  {
    pattern: new RegExp(`每(?:年|月|季度|季|周|半年)[^,;。、]{0,8}?(?:底|日|月|旬|末|周[一-五])${BEFORE}`, 'y'),
    due: () => null,
  },
  {
    pattern: new RegExp(
      `(?:到|至|于|在)?${ANY_YEAR}? ?(?<month>${MONTH})月(?<day>${DAY})[日号](?:${BEFORE}|底前)`,
      'y',
    ),
    due: (groups, year) => calendarDate(yearOf(groups, year), numberOf(groups['month']), numberOf(groups['day'])),
  },
  {
    pattern: new RegExp(
      `(?:到|至|于|在)?${ANY_YEAR}? ?(?<month>${MONTH})月(?:份)?(?:(?:底|末|月底)${BEFORE}?|(?<third>上旬|中旬|下旬)${BEFORE}?|${BEFORE}|(?=${STATES}))`,
      'y',
    ),
    due: (groups, year) => calendarDate(yearOf(groups, year), numberOf(groups['month']), THIRDS[groups['third'] ?? '']),
  },
  {
    pattern: new RegExp(`(?:到|至|于|在)?${ANY_YEAR}?(?<quarter>${QUARTER})${IN_PERIOD}`, 'y'),
    due: (groups, year) => {
      const written = /[一二三四1-4]/.exec(groups['quarter'] ?? '')?.[0] ?? '';
      return calendarDate(yearOf(groups, year), (readNumeral(written) ?? Number(written)) * 3);
    },
  },
  {
    pattern: new RegExp(`${ANY_YEAR}?上半年${IN_PERIOD}`, 'y'),
    due: (groups, year) => calendarDate(yearOf(groups, year), 6),
  },
  {
    pattern: new RegExp(`${ANY_YEAR}?下半年${IN_PERIOD}`, 'y'),
    due: (groups, year) => calendarDate(yearOf(groups, year), 12),
  },
  {
    pattern: new RegExp(
      `(?:到|至|于|在)?${ANY_YEAR}(?:年?底|年?末|内|${BEFORE})(?:${BEFORE})?|(?:到|至)(?<until>${YEAR})年`,
      'y',
    ),
    due: (groups, year) =>
      calendarDate(groups['until'] === undefined ? yearOf(groups, year) : numberOf(groups['until']), 12),
  },
  {
    pattern: new RegExp(`(?:到|至|于|在)?(?:年底|年末|岁末|全年)${BEFORE}|到?(?:年底|年末)|年内`, 'y'),
    due: (_groups, year) => calendarDate(year, 12),
  },
  {
    pattern: new RegExp(`(?<year>(?:19|20)\\d{2})[./-](?<month>${MONTH})[./-](?<day>${DAY})(?:日)?${BEFORE}`, 'y'),
    due: (groups) => calendarDate(numberOf(groups['year']), numberOf(groups['month']), numberOf(groups['day'])),
  },
  {
    pattern: new RegExp(`${ANY_YEAR}(?=${STATES})`, 'y'),
    later: true,
    due: (groups, year) => calendarDate(yearOf(groups, year), 12),
  },
  {
    pattern:
      /(?:(?:自|在|于)[^,;。自在于]{0,12}?)?(?:印发|签发|发布|公布|下发)之日起(?:\d{1,3}|[一二两三四五六七八九十百]{1,5})(?:个)?(?:工作)?(?:日|天|个月|月)(?:以|之)?内|(?:收到|接到)[^,;。]{0,8}后\d{1,3}(?:个)?(?:工作)?(?:日|天)内/y,
    due: () => null,
  },
  { pattern: new RegExp(`${SEASONS}(?:来临|到来)?${BEFORE}`, 'y'), due: () => null },
];
/** What is a date only in a deadline field (完成时限：…): in prose these tell when something was. */
const FIELD_FORMS: readonly Form[] = [
  {
    pattern: new RegExp(`${ANY_YEAR}? ?(?<month>${MONTH})月(?<day>${DAY})[日号]`, 'y'),
    due: (groups, year) => calendarDate(yearOf(groups, year), numberOf(groups['month']), numberOf(groups['day'])),
  },
  {
    pattern: new RegExp(`(?<year>${YEAR})[./-](?<month>${MONTH})(?:[./-](?<day>${DAY}))?(?!\\d)`, 'y'),
    due: (groups) =>
      calendarDate(
        numberOf(groups['year']),
        numberOf(groups['month']),
        groups['day'] === undefined ? undefined : numberOf(groups['day']),
      ),
  },
  {
    pattern: new RegExp(`${ANY_YEAR}? ?(?<month>${MONTH})月`, 'y'),
    due: (groups, year) => calendarDate(yearOf(groups, year), numberOf(groups['month'])),
  },
  { pattern: new RegExp(`${ANY_YEAR}|全年`, 'y'), due: (groups, year) => calendarDate(yearOf(groups, year), 12) },
];

/** Forms to be tried in order, and all of them at once: at most places none is met. */
interface Forms {
  forms: readonly Form[];
  any: RegExp;
  /** Characters of which each date has one. */
  telling: CharacterSet;
}
const formsOf = (forms: readonly Form[], telling: string): Forms => ({
  forms,
  any: new RegExp(forms.map(({ pattern }) => pattern.source.replace(/\(\?<\w+>/g, '(?:')).join('|'), 'y'),
  telling: new CharacterSet(telling),
});
const TELLING = '年月季前日内持长常立即边';
/** The first such character stands no further behind the start of a date. */
const LONGEST_WAY = 24;
const IN_PROSE = formsOf(FORMS, TELLING);
const IN_FIELD = formsOf([...FORMS, ...FIELD_FORMS], `${TELLING}./-`);

/** A span of years from an unwritten start, at the start of a clause: 「3年内」. */
const WITHIN_YEARS = /(?:力争|用)?(?:\d{1,2}|[一二两三四五六七八九十]{1,2})年内/y;
/** Words that stand alone in a clause and say that there is no end. */
const ENDLESS =
  /(?:全年|年内)?(?:持续|长期|常态化|常年)(?:推进|坚持|实施|开展|进行|落实|推动|巩固|整改)|立行立改|立即整改|即知即改|边查边改/y;

const STARTS_DATE = new CharacterSet(
  '0123456789到至于在每自今本当明次第一二三四五六七八九十上下年岁持长常立即边全元春清端中国两双主汛入雨供采取秋防开印签发公收接力用',
);
/** A date behind one of these tells of the past or of a rule's validity, and is no deadline. */
const NOT_AFTER = [
  '截',
  '截至',
  '截止',
  '有效期',
  '去',
  '上',
  '往',
  '有效期至',
  '自',
  '从',
  '原',
  '近',
  '每',
  '以',
  '多',
  '整',
  '半',
  '历',
];
const NOT_BEFORE = ['起', '开始', '以来', '至', '—', '-', '~', '建成投用的', '建成的', '以前建成', '出生', '毕业'];
const isDigit = (character: string | undefined): boolean =>
  character !== undefined && character >= '0' && character <= '9';

const isBoundary = (character: string | undefined): boolean =>
  character === undefined || ' \n,;。、()〔〕[]<>:'.includes(character);

/**
 * The dates by which something is to be done, in order. A date without a year takes the one of the date before it in the
 * same words, else `year`; with `inField` a date needs no word such as 前 to be one. `due` is null where no calendar date follows. Dates of the past (截至…), of validity (有效期至…)
 * and the ends of periods are left out. Linear: each pattern is bounded and tried once at an offset.
 */
export function readDates(words: string | TightText, year: number | null, inField = false): DateMention[] {
  const tight = tightOf(words);
  return scanDates(tight, year, inField ? IN_FIELD : IN_PROSE, tight.text.length);
}

/** The dates that begin at or before `latest`. */
function scanDates(tight: TightText, year: number | null, forms: Forms, latest: number): DateMention[] {
  const { folded } = tight;
  const mentions: DateMention[] = [];
  let context = year;
  let telling = -1;
  for (let at = 0; at < folded.length && at <= latest; at++) {
    if (telling < at) telling = forms.telling.next(folded, at);
    if (telling < 0) break;
    at = Math.max(at, telling - LONGEST_WAY);
    if (at > latest) break;
    if (!STARTS_DATE.hasAt(folded, at) || isMidNumber(folded, at)) continue;
    const found = readDateAt(folded, at, context, forms) ?? readEndlessAt(folded, at);
    if (found === null) continue;
    const before = folded.slice(Math.max(0, at - 3), at);
    const after = folded.slice(found.end, found.end + 5);
    const isPeriod =
      NOT_AFTER.some((word) => before.endsWith(word)) || NOT_BEFORE.some((word) => after.startsWith(word));
    if (!isPast(found.due, year)) {
      if (found.due !== null) context = Number(found.due.slice(0, 4));
      if (!isPeriod) {
        const { start, end } = originalSpan(tight, found.start, found.end);
        mentions.push({ start, end, due: found.due });
      }
    }
    at = found.end - 1;
  }
  return mentions;
}

const WRITTEN_DAY = new RegExp(`(?:(?<year>${YEAR})年)?(?<month>${MONTH})月(?<day>${DAY})[日号]`, 'g');

/** A day in the words of a date that the calendar has not (2月30日), as written, or null. */
export function impossibleDay(words: string, year: number | null): string | null {
  if (!words.includes('月')) return null;
  for (const { 0: written, groups = {} } of fold(words).slice(0, LONGEST_FIELD).matchAll(WRITTEN_DAY)) {
    // Without a year 29 February may be a day.
    const inYear = groups['year'] === undefined ? (year ?? LEAP_YEAR) : numberOf(groups['year']);
    if (calendarDate(inYear, numberOf(groups['month']), numberOf(groups['day'])) === null) return written;
  }
  return null;
}

/** Words in front of a date that belong to it. */
const LEADS_IN = /^(?:力争|确保|争取|须|需|应|要|在|于|自)*/;
/** A stretch longer than this is prose and no time limit. */
export const LONGEST_DATE_PIECE = 60;

/** Whether the stretch between two marks begins with a date, so that it is a time limit and no unit: 「6月底前出台」. */
export function beginsWithDate(folded: string, start: number, end: number): boolean {
  if (start >= end || end - start > LONGEST_DATE_PIECE || IN_FIELD.telling.next(folded, start, end) < 0) return false;
  const piece = folded.slice(start, end);
  const from = LEADS_IN.exec(piece)?.[0].length ?? 0;
  const first = scanDates(tightOf(piece), null, IN_FIELD, from)[0];
  return first !== undefined && first.start <= from;
}

/** Whether a stretch is made of dates and nothing else: (2031年5月底前), (5月1日—6月30日). */
export const isPureDate = (folded: string): boolean =>
  folded.length <= LONGEST_DATE_PIECE &&
  /^[\d年月日号季度旬上中下初底末前内份起止至到自从即今明本半第一二三四、.\-—–~ ]+$/.test(folded) &&
  /[年月季]/.test(folded) &&
  readDates(folded, null, true).length > 0;

const isPast = (due: string | null, year: number | null): boolean =>
  due !== null && year !== null && Number(due.slice(0, 4)) < year;

/** Whether the character at `at` goes on with a number or a span of years: the 年内 of 5年内 is no date. */
function isMidNumber(folded: string, at: number): boolean {
  const before = folded[at - 1];
  if (isDigit(folded[at])) return isDigit(before);
  if (isNumeralAt(folded, at) && isNumeralAt(folded, at - 1)) return true;
  return folded[at] === '年' && (isDigit(before) || isNumeralAt(folded, at - 1) || before === '多' || before === '几');
}

function readDateAt(folded: string, at: number, year: number | null, { forms, any }: Forms): DateMention | null {
  any.lastIndex = at;
  if (!any.test(folded)) return null;
  for (const form of forms) {
    form.pattern.lastIndex = at;
    const match = form.pattern.exec(folded);
    const due = match && form.due(match.groups ?? {}, year);
    if (match && !(form.later && year !== null && Number(due?.slice(0, 4)) <= year))
      return { start: at, end: at + match[0].length, due: due ?? null };
  }
  return null;
}

function readEndlessAt(folded: string, at: number): DateMention | null {
  if (!isBoundary(folded[at - 1])) return null;
  WITHIN_YEARS.lastIndex = at;
  const within = WITHIN_YEARS.exec(folded);
  if (within) return { start: at, end: at + within[0].length, due: null };
  ENDLESS.lastIndex = at;
  const match = ENDLESS.exec(folded);
  if (!match || !isBoundary(folded[at + match[0].length])) return null;
  return { start: at, end: at + match[0].length, due: null };
}

/** A date of a schedule, with where it stands: in the words of the task, or in its deadline field. */
interface ScheduledDate extends DateWords, Span {
  in: 'content' | 'field';
}

/** The deadline of a task: the latest date, the earlier ones as milestones. */
interface Schedule {
  deadline: ScheduledDate | null;
  milestones: ScheduledDate[];
}

/** Later than any date, for a deadline without one: every date in the words comes before it. */
const LAST_DATE = '9999-12-31';

const byDue = (one: DateWords, other: DateWords): number => (one.due ?? '').localeCompare(other.due ?? '');

/**
 * The schedule that a task's words and its deadline field (完成时限：…), if any, make. The field is the deadline as it is
 * written, due at its latest date; without one the latest date in the words is.
 */
export function readSchedule(
  content: string | TightText,
  field: string | TightText | null,
  year: number | null,
): Schedule {
  const datesOf = (tight: TightText, place: ScheduledDate['in']): ScheduledDate[] =>
    readDates(tight, year, place === 'field').map(({ start, end, due }) => ({
      text: tight.text.slice(start, end),
      due,
      start,
      end,
      in: place,
    }));
  const inContent = datesOf(tightOf(content), 'content');
  const latest = (dates: readonly ScheduledDate[]): ScheduledDate | null =>
    dates.reduce<ScheduledDate | null>((last, date) => (last === null || byDue(date, last) > 0 ? date : last), null);
  const written = field === null ? null : tightOf(field);
  const inField = written === null ? [] : datesOf(written, 'field');
  const deadline: ScheduledDate | null =
    written === null
      ? latest(inContent)
      : { text: written.text, due: latest(inField)?.due ?? null, start: 0, end: written.text.length, in: 'field' };
  const earlier = [...inField, ...inContent].filter(
    (date) => date.due !== null && date.due < (deadline?.due ?? LAST_DATE),
  );
  const milestones = new Map(earlier.map((date) => [`${date.due} ${date.text}`, date]));
  return { deadline, milestones: [...milestones.values()].sort(byDue) };
}
