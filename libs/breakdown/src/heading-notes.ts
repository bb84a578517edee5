import type { Span } from './breakdown.types';
import type { AssignmentClause } from './clauses';
import { isPureDate } from './dates';
import { readLeaderNames, readLeadersInCharge } from './leader-names';
import type { Layout } from './layout';

/** What a heading says of all tasks below it: who is in charge of them, and until when they are to be done. */
export interface HeadingNotes {
  leaders: string[];
  deadlineWords: string | null;
}

export const NO_NOTES: HeadingNotes = { leaders: [], deadlineWords: null };

const LONGEST_TITLE = 80;
const INSIDE_BRACKET = /\(([^()]{2,60})\)/g;

/** The title that a labelled paragraph begins with: up to the end of its first sentence. */
function titleOf(layout: Layout, span: Span): Span {
  const words = layout.folded.slice(span.start, Math.min(span.end, span.start + LONGEST_TITLE));
  const stop = words.search(/[。\n]/);
  return { start: span.start, end: span.start + (stop < 0 ? words.length : stop) };
}

/**
 * The notes in a title: 「王七星县长主抓农业」 (family L), 「摸底排查(5月底前)」 (family I), and the fields of `clauses`, which
 * stand in it. What is missing is taken from the heading above.
 */
export function readHeadingNotes(
  layout: Layout,
  span: Span,
  clauses: readonly AssignmentClause[],
  above: HeadingNotes,
): HeadingNotes {
  const title = titleOf(layout, span);
  const text = layout.text.slice(title.start, title.end);
  const folded = layout.folded.slice(title.start, title.end);
  const leaders = readLeadersInCharge(text);
  let deadlineWords: string | null = null;
  for (const match of folded.matchAll(INSIDE_BRACKET)) {
    const [bracket, inside = ''] = match;
    const words = text.slice(match.index + 1, match.index + bracket.length - 1);
    if (isPureDate(inside)) deadlineWords = words;
    else leaders.push(...readLeadersInCharge(words));
  }
  for (const { role, start, end } of clauses.flatMap((clause) => clause.segments)) {
    const words = layout.text.slice(start, end);
    if (role === 'leaders') leaders.push(...readLeaderNames(words));
    else if (role === 'deadline') deadlineWords = words;
  }
  return {
    leaders: leaders.length > 0 ? [...new Set(leaders)] : above.leaders,
    deadlineWords: deadlineWords ?? above.deadlineWords,
  };
}
