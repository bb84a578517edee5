import type { Named, Span } from './breakdown.types';
import type { AssignmentClause } from './clauses';
import { isPureDate } from './dates';
import { locateNames, readLeaderNames, readLeadersInCharge } from './leader-names';
import type { Layout } from './layout';

/** What a heading says of all tasks below it: who is in charge of them, and until when they are to be done. */
export interface HeadingNotes {
  leaders: Named[];
  deadline: Span | null;
}

export const NO_NOTES: HeadingNotes = { leaders: [], deadline: null };

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
  const leaders: Named[] = [];
  const add = (names: readonly string[], at: Span): void => {
    if (names.length === 0) return;
    for (const named of locateNames(layout.text.slice(at.start, at.end), names))
      if (leaders.every(({ name }) => name !== named.name))
        leaders.push({ name: named.name, start: at.start + named.start, end: at.start + named.end });
  };
  add(readLeadersInCharge(text), title);
  let deadline: Span | null = null;
  for (const match of folded.includes('(') ? folded.matchAll(INSIDE_BRACKET) : []) {
    const [bracket, inside = ''] = match;
    const start = title.start + match.index + 1;
    const span = { start, end: start + bracket.length - 2 };
    if (isPureDate(inside)) deadline = span;
    else add(readLeadersInCharge(layout.text.slice(span.start, span.end)), span);
  }
  for (const { role, start, end } of clauses.flatMap((clause) => clause.segments)) {
    if (role === 'leaders') add(readLeaderNames(layout.text.slice(start, end)), { start, end });
    else if (role === 'deadline') deadline = { start, end };
  }
  return { leaders: leaders.length > 0 ? leaders : above.leaders, deadline: deadline ?? above.deadline };
}
