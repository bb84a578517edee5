import type { Span } from './breakdown.types';
import { isCloserAt } from './brackets';
import { readClauseLabel } from './clause-labels';
import type { Layout, Paragraph } from './layout';
import { ORDINAL_RANK, type OrdinalKind } from './ordinals';
import { isDateLine, isTitleLike } from './title';

/** A labelled paragraph or a heading, the unlabelled paragraphs below it, and the sections inside it. */
export interface Section {
  /** Null for the text before the first label. */
  head: Paragraph | null;
  kind: OrdinalKind | 'bare' | null;
  rank: number;
  body: Paragraph[];
  children: Section[];
}

/** Headings without a label rank between the dash and the digits, unless the next line shows that they are coarser. */
const BARE_RANK = 50;
const LONGEST_BARE_HEADING = 30;
const LONGEST_ANNOUNCEMENT = 8;
/** How much finer a part ranks than a task whose label looks the same. */
const PART_STEP = 1;
const SENTENCE_MARKS = /[。;,:!?|>]/;

const endsWithBracket = (layout: Layout, paragraph: Paragraph): boolean => {
  const last = layout.folded[paragraph.end - 1] === '。' ? paragraph.end - 2 : paragraph.end - 1;
  return isCloserAt(layout.folded, last);
};

/** Whether a paragraph without a label is a heading: short, no sentence, and right above an item. */
function isBareHeading(
  layout: Layout,
  paragraph: Paragraph,
  next: Paragraph | undefined,
  seenOrdinal: boolean,
  seenTitle: boolean,
): boolean {
  if (paragraph.ordinal || !next || paragraph.end - paragraph.start > LONGEST_BARE_HEADING) return false;
  const line = layout.folded.slice(paragraph.start, paragraph.end);
  if (
    SENTENCE_MARKS.test(line) ||
    isDateLine(line) ||
    isTitleLike(line) ||
    /^[(〔[【<]|^附[件表录]|[)〕\]】>]$/.test(line) ||
    !/[\u4e00-\u9fff]/.test(line)
  )
    return false;
  if (next.ordinal === null) return (seenOrdinal || seenTitle) && endsWithBracket(layout, next);
  return seenOrdinal || ORDINAL_RANK[next.ordinal.kind] >= ORDINAL_RANK.dash;
}

/** A heading without a number is coarser than the label right below it; a whole item behind a dash is not. */
function rankOf(layout: Layout, head: Paragraph, kind: OrdinalKind | 'bare', next: Paragraph | undefined): number {
  const usual = kind === 'bare' ? BARE_RANK : ORDINAL_RANK[kind];
  if ((kind !== 'bare' && kind !== 'dash') || !next?.ordinal || endsWithBracket(layout, head)) return usual;
  return Math.min(usual, ORDINAL_RANK[next.ordinal.kind] - 1);
}

/** Lines that announce the parts of the task above them. */
const ANNOUNCES_PARTS = /(?:^|[。;])(?:具体|主要|工作|重点)(?:措施|举措|任务|工作)[:。]?$/;

/** Whether a paragraph ends with words such as 具体措施：. */
export const announcesParts = (layout: Layout, paragraph: Paragraph): boolean =>
  ANNOUNCES_PARTS.test(
    layout.folded.slice(Math.max(paragraph.start, paragraph.end - LONGEST_ANNOUNCEMENT), paragraph.end),
  );

/**
 * Parts whose numbers look like those of the tasks and start again below each: 「1.…具体措施：1.…2.…」. A number is a
 * part's if it carries on the count since the announcement, unless parts of its own are announced below it.
 */
class RestartedNumbers {
  private readonly announced: boolean[];
  private kind: OrdinalKind | null = null;
  private rank: number | null = null;
  private next = 1;

  constructor(private readonly layout: Layout) {
    // For each paragraph: whether an announcement stands in it or below it, before the next label.
    this.announced = layout.paragraphs.map(() => false);
    let below = false;
    for (let index = layout.paragraphs.length - 1; index >= 0; index--) {
      const paragraph = layout.paragraphs[index];
      below ||= paragraph !== undefined && announcesParts(layout, paragraph);
      this.announced[index] = below;
      if (paragraph?.ordinal) below = false;
    }
  }

  /** Whether the labelled paragraph at `index` is a part of the section that is open. */
  isPart(index: number, open: Section | undefined): boolean {
    const { ordinal } = this.layout.paragraphs[index] ?? {};
    if (!ordinal) return false;
    const before = this.layout.paragraphs[index - 1];
    if (open && before && ordinal.kind === open.kind && ordinal.value === 1 && announcesParts(this.layout, before)) {
      this.kind = ordinal.kind;
      this.rank = ORDINAL_RANK[ordinal.kind];
      this.next = 1;
    }
    if (ordinal.kind !== this.kind || ordinal.value !== this.next || this.announced[index] === true) {
      if (this.rank !== null && ORDINAL_RANK[ordinal.kind] <= this.rank) this.kind = this.rank = null;
      return false;
    }
    this.next++;
    return true;
  }
}

const labelOf = (layout: Layout, paragraph: Paragraph): ReturnType<typeof readClauseLabel> =>
  readClauseLabel(layout.folded, paragraph.start, paragraph.end);

/** Whether a paragraph begins a field that may have numbered lines of its own: 整改措施：, 进展情况：. */
function isLongField(layout: Layout, paragraph: Paragraph): boolean {
  const label = paragraph.ordinal === null ? labelOf(layout, paragraph) : null;
  if (label?.role === 'other') return /进展|整改|完成/.test(layout.folded.slice(paragraph.start, label.end));
  return label?.role === 'measures';
}

/**
 * The index behind the lines of the field that begins at `index`: up to the next label, or a number as coarse as the
 * item's. Numbers that start again at 1 belong to the field although they look like the item's, if a label follows them.
 */
function endOfField(layout: Layout, index: number, rank: number): number {
  let expected = 1;
  let sure = index + 1;
  for (let next = index + 1; next < layout.paragraphs.length; next++) {
    const paragraph = layout.paragraphs[next];
    if (!paragraph) break;
    if (paragraph.ordinal) {
      const own = ORDINAL_RANK[paragraph.ordinal.kind];
      if (own < rank || (own === rank && paragraph.ordinal.value !== expected++)) break;
    } else if (labelOf(layout, paragraph)) return next;
    if (expected === 1) sure = next + 1;
  }
  return sure;
}

/**
 * The sections of a text, nested by the coarseness of their labels. `title` closes whatever was open: what is numbered
 * above it belongs to the notice that brings the plan.
 */
export function buildOutline(layout: Layout, title: Span | null): Section {
  const root: Section = { head: null, kind: null, rank: -Infinity, body: [], children: [] };
  const open: Section[] = [root];
  let seenOrdinal = false;
  let seenTitle = false;
  let fieldEnd = 0;
  const restarted = new RestartedNumbers(layout);
  layout.paragraphs.forEach((paragraph, index) => {
    if (title && paragraph.start >= title.start && paragraph.start < title.end) {
      open.length = 1;
      seenTitle = true;
      return;
    }
    const innermost = open[open.length - 1];
    if (innermost && innermost !== root && index >= fieldEnd && isLongField(layout, paragraph)) {
      fieldEnd = endOfField(layout, index, innermost.rank);
      innermost.body.push(paragraph);
      return;
    }
    if (index < fieldEnd) {
      innermost?.body.push(paragraph);
      return;
    }
    const next = layout.paragraphs[index + 1];
    const kind =
      paragraph.ordinal?.kind ?? (isBareHeading(layout, paragraph, next, seenOrdinal, seenTitle) ? 'bare' : null);
    if (kind === null) {
      innermost?.body.push(paragraph);
      return;
    }
    seenOrdinal = true;
    const step = restarted.isPart(index, innermost) ? PART_STEP : 0;
    const section: Section = {
      head: paragraph,
      kind,
      rank: rankOf(layout, paragraph, kind, next) + step,
      body: [],
      children: [],
    };
    while (open.length > 1 && (open[open.length - 1]?.rank ?? 0) >= section.rank) open.pop();
    open[open.length - 1]?.children.push(section);
    open.push(section);
  });
  return root;
}
