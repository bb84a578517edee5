import type { Span } from './breakdown.types';
import { skipBlanksBack } from './folded-text';
import type { Layout, Paragraph } from './layout';

/** What stands above the tasks: the title with where it stands, the document number (发文字号), the year of the plan. */
interface Head {
  title: string | null;
  titleSpan: Span | null;
  documentNumber: string | null;
  year: number | null;
}

/** The words a title of this genre ends with. */
const TITLE_ENDINGS = [
  '方案',
  '意见',
  '措施',
  '计划',
  '通知',
  '分解',
  '分解表',
  '清单',
  '分工',
  '分工表',
  '任务',
  '要点',
  '办法',
  '规划',
  '细则',
  '决定',
  '目标',
  '安排',
  '事项',
  '实事',
  '项目',
  '一览表',
  '任务表',
  '责任表',
  '台账',
  '指南',
  '纲要',
  '重点工作',
  '工作分工',
  '任务书',
  '纪要',
  '职责',
  '政策',
  '规定',
  '台帐',
  '明细表',
  '汇总表',
  '报告',
];
const LONGEST_TITLE = 100;
const SHORTEST_TITLE = 6;
const LONGEST_DATE = 12;
/** Brackets behind a title: （征求意见稿）, （2026—2028年）, (公开版). */
const TITLE_TAIL = /(?:[(〔[【<][^)〕\]】>]{0,24}[)〕\]】>] ?){1,4}$/;
const NOTICE = /(?:关于)?(?:印发|转发|下发).{0,100}通知$/;
const DOCUMENT_NUMBER =
  /[\u4e00-\u9fff]{1,12} ?(?:\([\u4e00-\u9fff]\))?[〔[(【] ?((?:19|20)\d{2}) ?[〕\])】] ?第?\d{1,5} ?号/;
const YEAR = /(?:19|20)\d{2}/g;
const YEAR_RANGE = /(?:19|20)\d{2} ?年? ?[—–~～-]{1,2} ?(?:19|20)\d{2}/;
const DATE_LINE =
  /^(?:(?:19|20)\d{2} ?[年./-] ?\d{1,2} ?[月./-] ?\d{1,2} ?日?|[一二][〇○零Oo0一二三四五六七八九]{3}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日)(?:印发|发布)?$/;

const endsLikeTitle = (line: string): boolean => {
  const bare = line.replace(TITLE_TAIL, '').trimEnd();
  return TITLE_ENDINGS.some((ending) => bare.endsWith(ending));
};

/** Whether a folded line could be a title: of fitting length, no sentence, and ending as titles of the genre do. */
export function isTitleLike(line: string): boolean {
  if (line.length < SHORTEST_TITLE || line.length > LONGEST_TITLE || /[。;!?:>|]/.test(line)) return false;
  return endsLikeTitle(line);
}

/** Whether a folded line is a date and nothing else. */
export const isDateLine = (line: string): boolean => line.length <= 24 && DATE_LINE.test(line);

/** A title's first line, when the title goes over two: 「…关于…」 or 「某县2031年」 without an end of its own. */
const isTitleStart = (line: string): boolean =>
  line.length >= 4 &&
  line.length <= 60 &&
  !/[。;!?:,>]/.test(line) &&
  !isDateLine(line) &&
  !endsLikeTitle(line) &&
  !line.endsWith('号') &&
  /关于|(?:19|20)\d{2}年|《/.test(line);

/** The issuing body on a line of its own above 「关于…」. */
export const isIssuer = (line: string): boolean =>
  line.length <= 30 && !/[。;,:、]/.test(line) && /(?:政府|办公室|办公厅|委员会|局|厅|委|部)$/.test(line);

/** A document's own number stands alone or behind the title; one in brackets or in a sentence cites another document. */
function findDocumentNumber(layout: Layout, before: number): { text: string; start: number; year: number } | null {
  for (const paragraph of layout.paragraphs) {
    if (paragraph.start >= before) break;
    const line = layout.folded.slice(paragraph.start, Math.min(paragraph.end, paragraph.start + 2 * LONGEST_TITLE));
    const match = DOCUMENT_NUMBER.exec(line);
    if (!match || /[。;,(]/.test(line.slice(0, match.index))) continue;
    let start = paragraph.start + match.index;
    const prefix = layout.folded.slice(start, start + match[0].length);
    // On a run-on line the number stands right behind the title's last word.
    const bracket = prefix.search(/[〔[(【]/);
    const title = TITLE_ENDINGS.reduce((latest, ending) => {
      const at = prefix.lastIndexOf(ending, bracket);
      return at < 0 ? latest : Math.max(latest, at + ending.length);
    }, 0);
    start += title;
    return {
      text: layout.text.slice(start, paragraph.start + match.index + match[0].length).replace(/\s/g, ''),
      start,
      year: Number(match[1]),
    };
  }
  return null;
}

function findTitle(layout: Layout, before: number, numberStart: number | null): Span | null {
  const lines: { paragraph: Paragraph; line: string }[] = [];
  for (const paragraph of layout.paragraphs) {
    if (paragraph.start >= before) break;
    const end =
      numberStart !== null && numberStart > paragraph.start && numberStart < paragraph.end
        ? skipBlanksBack(layout.folded, numberStart, paragraph.start)
        : paragraph.end;
    lines.push({
      paragraph: { ...paragraph, end },
      line: layout.folded.slice(paragraph.start, Math.min(end, paragraph.start + LONGEST_TITLE + 1)),
    });
  }
  const candidates = lines
    .map((one, index) => ({ ...one, index }))
    .filter(({ paragraph, line }) => paragraph.ordinal === null && isTitleLike(line));
  const plans = candidates.filter(({ line }) => !NOTICE.test(line));
  const chosen = plans[plans.length - 1] ?? candidates[candidates.length - 1];
  if (!chosen) return lines[0] ? titleOfRunOnLine(layout, lines[0].paragraph) : null;
  const above = lines[chosen.index - 1];
  const starts = above && (isTitleStart(above.line) || (chosen.line.startsWith('关于') && isIssuer(above.line)));
  const joined = starts && above.paragraph.ordinal === null && above.line.length + chosen.line.length <= LONGEST_TITLE;
  return { start: joined ? above.paragraph.start : chosen.paragraph.start, end: chosen.paragraph.end };
}

/** Where line breaks were lost the title runs into the addressees (各…) or the preamble (为…). */
const RUN_ON_TITLE = new RegExp(
  `^[^。;!?:]{0,${LONGEST_TITLE}}?(?:${TITLE_ENDINGS.join('|')})(?=各[^。;]{1,80}:|为(?:深入|进一步|贯彻|全面|加快|确保|了))`,
);

function titleOfRunOnLine(layout: Layout, paragraph: Paragraph): Span | null {
  if (paragraph.ordinal) return null;
  const match = RUN_ON_TITLE.exec(
    layout.folded.slice(paragraph.start, Math.min(paragraph.end, paragraph.start + 3 * LONGEST_TITLE)),
  );
  return match && match[0].length >= SHORTEST_TITLE
    ? { start: paragraph.start, end: paragraph.start + match[0].length }
    : null;
}

/** The one year that a title names, or null for none or a span of years. */
function yearOfTitle(title: string): number | null {
  if (YEAR_RANGE.test(title)) return null;
  const years = new Set(title.match(YEAR) ?? []);
  return years.size === 1 ? Number([...years][0]) : null;
}

/** A year in digits where it is written out in words: 二〇三一. */
const digitsOf = (year: string): string =>
  year
    .replace(/[〇○零Oo]/g, '0')
    .replace(/[一二三四五六七八九]/g, (word) => String('一二三四五六七八九'.indexOf(word) + 1));

/** The year of the first line that is a date and nothing else: the signature or the day of issue. */
function yearOfDateLine(layout: Layout): number | null {
  for (const paragraph of layout.paragraphs) {
    if (paragraph.end - paragraph.start > 24) continue;
    const line = layout.folded.slice(paragraph.start, paragraph.end);
    if (isDateLine(line)) return Number(digitsOf(line.slice(0, 4)));
  }
  return null;
}

/** The year of a date that a line above the tasks begins with: 「2031年3月5日，市长主持召开…」. */
function yearOfOpening(layout: Layout, before: number): number | null {
  for (const paragraph of layout.paragraphs) {
    if (paragraph.start >= before) break;
    const match = /^((?:19|20)\d{2})年\d{1,2}月\d{1,2}日/.exec(
      layout.folded.slice(paragraph.start, Math.min(paragraph.end, paragraph.start + LONGEST_DATE)),
    );
    if (match) return Number(match[1]);
  }
  return null;
}

/**
 * Reads the head. Of several lines like a title the last before the first task is the plan's own; a notice that only
 * brings it (关于印发…的通知) is taken when there is no other. The year is the title's, else the document number's, else that
 * of the day of issue or of the meeting; a plan for several years has the year in which it was issued. `before` is where the tasks begin.
 */
export function readHead(layout: Layout, before: number): Head {
  const number = findDocumentNumber(layout, before);
  const titleSpan = findTitle(layout, before, number?.start ?? null);
  const title = titleSpan
    ? layout.text.slice(titleSpan.start, titleSpan.end).replace(/[\s\u3000]*[\r\n]+[\s\u3000]*/g, '')
    : null;
  const year =
    (title === null ? null : yearOfTitle(title)) ??
    number?.year ??
    yearOfDateLine(layout) ??
    yearOfOpening(layout, before);
  return { title, titleSpan, documentNumber: number?.text ?? null, year };
}
