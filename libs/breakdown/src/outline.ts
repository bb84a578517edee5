import type { Span } from './breakdown.types';
import { isCloser } from './brackets';
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
const SENTENCE_MARKS = /[。;,:!?|>]/;

const endsWithBracket = (layout: Layout, paragraph: Paragraph): boolean => {
  const last = layout.folded[paragraph.end - 1] === '。' ? paragraph.end - 2 : paragraph.end - 1;
  return isCloser(layout.folded[last]);
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

/** A heading without a number is coarser than the label right below it. */
function rankOf(kind: OrdinalKind | 'bare', next: Paragraph | undefined): number {
  const usual = kind === 'bare' ? BARE_RANK : ORDINAL_RANK[kind];
  if ((kind !== 'bare' && kind !== 'dash') || !next?.ordinal) return usual;
  return Math.min(usual, ORDINAL_RANK[next.ordinal.kind] - 1);
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
  layout.paragraphs.forEach((paragraph, index) => {
    if (title && paragraph.start >= title.start && paragraph.start < title.end) {
      open.length = 1;
      seenTitle = true;
      return;
    }
    const next = layout.paragraphs[index + 1];
    const kind =
      paragraph.ordinal?.kind ?? (isBareHeading(layout, paragraph, next, seenOrdinal, seenTitle) ? 'bare' : null);
    if (kind === null) {
      open[open.length - 1]?.body.push(paragraph);
      return;
    }
    seenOrdinal = true;
    const section: Section = { head: paragraph, kind, rank: rankOf(kind, next), body: [], children: [] };
    while (open.length > 1 && (open[open.length - 1]?.rank ?? 0) >= section.rank) open.pop();
    open[open.length - 1]?.children.push(section);
    open.push(section);
  });
  return root;
}
