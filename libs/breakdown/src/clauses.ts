import type { Span } from './breakdown.types';
import { isCloserAt, isOpenerAt } from './brackets';
import { CharacterSet } from './characters';
import { readClauseLabel, type ClauseRole } from './clause-labels';
import { beginsWithDate, LONGEST_DATE_PIECE } from './dates';
import { skipBlanks, skipBlanksBack } from './folded-text';
import { readRuleAt } from './standing-rules';

/**
 * One list of a clause, without its label or verb; `partners` are those whom a lead works with (X会同Y), `remark` is what
 * stands in the clause outside of any list.
 */
interface ClauseSegment extends Span {
  role: ClauseRole | 'partners' | 'remark';
}

/**
 * The words that assign one stretch of text (责任分工): the bracket 「（牵头单位：…；责任单位：…）」 with its brackets, or
 * several that stand side by side. `rules` are sentences in it about all tasks, not about this one.
 */
export interface AssignmentClause extends Span {
  segments: ClauseSegment[];
  rules: Span[];
  closed: boolean;
  /** Where the clause stands, if not behind what it assigns: `before` it (县应急局：…) or `within`, as part of its words. */
  position?: 'before' | 'within';
  /** Where the stretch it assigns may begin at the earliest: behind the bracket that encloses it, if one does. */
  stretchFrom: number;
}

/**
 * Finds the clauses of one family in a range of the folded text, in order and without overlaps, in linear time. It need
 * not read what begins where one of the clauses `found` before it does: these go first.
 */
export type ClauseReader = (
  folded: string,
  range: Span,
  found?: readonly AssignmentClause[],
) => readonly AssignmentClause[];

/** Whether a reader finds the same clauses in `range` as in `whole`, which begins before it and ends where it does. */
export type SameReading = (folded: string, whole: Span, range: Span) => boolean;

/**
 * The same reader for one text, which reads no stretch of it twice: how a text assigns, where its tasks begin and what is
 * of the page is all told by its paragraphs' clauses, and then the tasks are read behind their labels. What it returns is
 * not to be changed.
 */
export function readingOnce(read: ClauseReader, isSame: SameReading = () => false): ClauseReader {
  const known = new Map<number, { whole: Span; clauses: readonly AssignmentClause[] }>();
  return (folded, range) => {
    const last = known.get(range.end);
    if (last?.whole.start === range.start) return last.clauses;
    if (last && last.whole.start < range.start && isSame(folded, last.whole, range)) return last.clauses;
    const clauses = read(folded, range);
    known.set(range.end, { whole: range, clauses });
    return clauses;
  };
}

const SEPARATORS = ',;、。|/';
const SEPARATOR_SET = new CharacterSet(SEPARATORS);
const BEFORE_LABEL = new CharacterSet(`${SEPARATORS} \n`);
const BEFORE_DATE = new CharacterSet(',;');
const PIECE_MARKS = new CharacterSet(',;。');
const FULL_STOP = new CharacterSet('。');

/** Whether a label may stand at `at`: at the start of the range, or behind a separator or a blank. */
export const afterSeparator = (folded: string, at: number, start: number): boolean => {
  const before = at - 1;
  return before < start || BEFORE_LABEL.hasAt(folded, before);
};

/** Whether a time limit stands behind the comma before `at` and not the next unit: 「市工信局，6月底前出台」. */
function isDatePiece(folded: string, at: number, inside: Span): boolean {
  if (at === inside.start || !BEFORE_DATE.hasAt(folded, at - 1)) return false;
  const longest = Math.min(inside.end, at + LONGEST_DATE_PIECE + 1);
  const mark = PIECE_MARKS.next(folded, at, longest);
  const end = mark < 0 ? longest : mark;
  return beginsWithDate(folded, skipBlanks(folded, at, end), end);
}

/** Roles whose lists may have a time limit behind them without a label of its own. */
const LISTS: ReadonlySet<string> = new Set(['lead', 'responsible', 'cooperating', 'supervising', 'leaders']);

/** Cuts the inside of a clause into its labelled lists and the rules stated among them. */
export function readSegments(folded: string, inside: Span): Pick<AssignmentClause, 'segments' | 'rules'> {
  const segments: ClauseSegment[] = [];
  const rules: Span[] = [];
  let depth = 0;
  let current: ClauseSegment = { role: 'remark', start: inside.start, end: inside.end };
  const finish = (end: number, next: ClauseSegment): void => {
    const start = skipBlanks(folded, current.start, end);
    let stop = skipBlanksBack(folded, end, start);
    while (stop > start && SEPARATOR_SET.hasAt(folded, stop - 1)) stop = skipBlanksBack(folded, stop - 1, start);
    if (start < stop || current.role !== 'remark') segments.push({ role: current.role, start, end: stop });
    current = next;
  };
  const remark = (start: number): ClauseSegment => ({ role: 'remark', start, end: inside.end });
  for (let at = inside.start; at < inside.end; at++) {
    if (isOpenerAt(folded, at)) depth++;
    else if (isCloserAt(folded, at)) depth = Math.max(0, depth - 1);
    if (depth > 0) continue;
    // A sentence's end ends the list: what follows is a rule, a remark or another label.
    if (FULL_STOP.hasAt(folded, at)) finish(at, remark(at + 1));
    if (!afterSeparator(folded, at, inside.start)) continue;
    const label = readClauseLabel(folded, at, inside.end);
    if (label) {
      finish(at, { role: label.role, start: label.end, end: inside.end });
      at = label.end - 1;
      continue;
    }
    if (LISTS.has(current.role) && isDatePiece(folded, at, inside)) {
      finish(at, { role: 'deadline', start: at, end: inside.end });
      continue;
    }
    const rule = readRuleAt(folded, at, inside.end);
    if (rule) {
      finish(at, remark(rule.end));
      rules.push(rule);
      at = rule.end - 1;
    }
  }
  finish(inside.end, current);
  return { segments, rules };
}

/** Whether a clause assigns anything: one that only has remarks (注：…) is none. */
export const assigns = (clause: Pick<AssignmentClause, 'segments'>): boolean =>
  clause.segments.some((segment) => segment.role !== 'other' && segment.role !== 'remark');
