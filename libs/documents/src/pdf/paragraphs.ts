import { leadingOf, type Line } from './page-lines';

/** In sizes of the letters. */
const INDENT = 0.8;
const SHORT = 1.6;
const OTHER_SIZE = 0.12;
const WIDE_LEADING = 1.6;
const LABEL =
  /^(?:[一二三四五六七八九十百]{1,4}、|[（(][一二三四五六七八九十百]{1,4}[）)]|第[一二三四五六七八九十百]{1,4}[条章节]|\d{1,3}[.．、](?!\d)|[（(]\d{1,3}[）)]|[①-⑳])/;
/** 「牵头单位：」 begins a paragraph, unless a bracket is open. */
const NAME =
  /^[\p{sc=Han}（）()、]{0,6}(?:单位|部门|机构|主体|领导|同志|责任人|时限|时间|期限|措施|举措|目标|问题|任务|要求|进展|情况)[：:]/u;
/** A text that reaches over less of a page than this has no line that goes on in the next. */
const NARROWEST_TEXT = 0.6;

/** Joins lines into paragraphs, over the ends of columns and pages. */
export function joinLines(pages: readonly { width: number; lines: readonly Line[] }[]): string[] {
  const paragraphs: string[] = [];
  const isNarrow = pages.every(({ width, lines }) => reachOf(lines) < NARROWEST_TEXT * width);
  let last: { line: Line; right: number; leading: number } | null = null;
  for (const { lines } of pages) {
    const leading = leadingOf(lines);
    for (const line of lines) {
      const column = lines.filter((one) => one.start < line.end && one.end > line.start && isSameSize(one, line));
      const left = usualStart(column);
      const right = Math.max(...column.map(({ end }) => end));
      const words = paragraphs.at(-1);
      if (last && words !== undefined && !isNarrow && carriesOn(last, line, left) && !isNamed(words, line)) {
        paragraphs[paragraphs.length - 1] = words + (needsBlank(words, line.words) ? ' ' : '') + line.words;
      } else paragraphs.push(line.words);
      last = { line, right, leading };
    }
  }
  return paragraphs;
}

const reachOf = (lines: readonly Line[]): number =>
  Math.max(0, ...lines.map(({ end }) => end)) - Math.min(...lines.map(({ start }) => start));

/** Whether a line begins with the name of what it tells, outside of brackets. */
function isNamed(before: string, { words }: Line): boolean {
  if (!NAME.test(words)) return false;
  const count = (marks: RegExp): number => before.match(marks)?.length ?? 0;
  return count(/[（(〔【[]/g) <= count(/[）)〕】\]]/g);
}

function carriesOn(last: { line: Line; right: number; leading: number }, line: Line, left: number): boolean {
  const before = last.line;
  const size = Math.max(line.size, before.size);
  if (!isSameSize(line, before)) return false;
  if (line.start > left + INDENT * size || LABEL.test(line.words)) return false;
  if (before.end < last.right - SHORT * size || line.words.includes('\t') || before.words.includes('\t')) return false;
  const step = line.y - before.y;
  // Upwards it goes to the next column or page.
  return step <= 0 || step <= WIDE_LEADING * last.leading;
}

/** Where lines that are not indented begin. */
function usualStart(lines: readonly Line[]): number {
  const starts = lines.map(({ start }) => start).sort((one, other) => one - other);
  const first = starts[0] ?? 0;
  // One line that hangs out, a sign in the margin perhaps, says nothing of the others.
  const next = starts[1];
  return starts.length > 4 && next !== undefined && next - first > 2 ? next : first;
}

const isSameSize = (one: Line, other: Line): boolean =>
  Math.abs(one.size - other.size) <= OTHER_SIZE * Math.max(one.size, other.size);

/** Words of letters are apart; a number may be broken over two lines. */
const needsBlank = (before: string, behind: string): boolean =>
  (/[A-Za-z,;]$/.test(before) && /^\w/.test(behind)) || (/\d$/.test(before) && /^[A-Za-z]/.test(behind));
