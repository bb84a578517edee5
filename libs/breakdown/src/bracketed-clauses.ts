import type { Span } from './breakdown.types';
import { BracketStack, isCloserAt, isOpenerAt, nextBracket, type OpenBracket } from './brackets';
import { CharacterSet } from './characters';
import { readClauseLabel } from './clause-labels';
import { afterSeparator, assigns, readSegments, type AssignmentClause, type ClauseReader } from './clauses';
import { skipBlanksBack } from './folded-text';

const ENDS = new CharacterSet('\n。');

/** Where a bracket that was never closed must have ended: at a stray closer, the sentence's or the line's end. */
function endOfUnclosed(folded: string, from: number, end: number): number {
  let depth = 0;
  for (let at = from; at < end; at++) {
    if (isOpenerAt(folded, at)) depth++;
    else if (isCloserAt(folded, at)) {
      if (depth === 0) return at;
      depth--;
    } else if (ENDS.hasAt(folded, at)) return at;
  }
  return end;
}

/**
 * The clauses in brackets: families A (牵头单位 and 责任单位), A2, A3, B, C and all others that put labelled lists into a
 * bracket of any shape and width. A bracket is a clause if a label stands in it behind the bracket or a separator, so a
 * bracket with words of policy, or with 牵头单位 inside a name, is none.
 */
export const readBracketedClauses: ClauseReader = (folded, range) => {
  const first = nextBracket(folded, range.start, range.end);
  if (first < 0) return [];
  const stack = new BracketStack<'clause'>();
  const found: { open: number; inside: Span; end: number; closed: boolean; stretchFrom: number }[] = [];
  const unclosed: { open: number; stretchFrom: number }[] = [];
  const enclosing = (): number => (stack.top ? stack.top.at + 1 : range.start);
  const abandon = (brackets: readonly OpenBracket<'clause'>[]): void => {
    for (const bracket of brackets) if (bracket.note) unclosed.push({ open: bracket.at, stretchFrom: enclosing() });
  };
  let top = stack.top;
  for (let at = first; at < range.end; at++) {
    // Between brackets nothing tells but where a label may stand in one.
    if (!top || top.note) at = nextBracket(folded, at, range.end);
    if (at < 0) break;
    if (isOpenerAt(folded, at)) {
      stack.push(folded[at] ?? '', at);
      top = stack.top;
    } else if (isCloserAt(folded, at)) {
      const { opener, abandoned } = stack.close(folded[at] ?? '');
      top = stack.top;
      abandon(abandoned);
      if (!opener?.note) continue;
      while ((found[found.length - 1]?.open ?? -1) > opener.at) found.pop();
      while ((unclosed[unclosed.length - 1]?.open ?? -1) > opener.at) unclosed.pop();
      found.push({
        open: opener.at,
        inside: { start: opener.at + 1, end: at },
        end: at + 1,
        closed: true,
        stretchFrom: enclosing(),
      });
    } else if (top && !top.note && (at === top.at + 1 || afterSeparator(folded, at, range.start))) {
      if (readClauseLabel(folded, at, range.end)) top.note = 'clause';
    }
  }
  abandon(stack.drain());
  unclosed.sort((one, other) => one.open - other.open);
  let covered = range.start;
  let next = 0;
  for (const bracket of unclosed) {
    if (bracket.open < covered) continue;
    while ((found[next]?.open ?? Infinity) < bracket.open) covered = Math.max(covered, found[next++]?.end ?? 0);
    if (bracket.open < covered) continue;
    const stop = endOfUnclosed(folded, bracket.open + 1, range.end);
    const inner = skipBlanksBack(folded, stop, bracket.open + 1);
    const end = isCloserAt(folded, stop) ? stop + 1 : inner;
    found.push({
      open: bracket.open,
      inside: { start: bracket.open + 1, end: inner },
      end,
      closed: false,
      stretchFrom: bracket.stretchFrom,
    });
    covered = end;
  }
  found.sort((one, other) => one.open - other.open);
  const clauses: AssignmentClause[] = [];
  for (const { open, inside, end, closed, stretchFrom } of found) {
    if (open < (clauses[clauses.length - 1]?.end ?? range.start)) continue;
    const { segments, rules } = readSegments(folded, inside);
    const clause = { start: open, end, segments, rules, closed, stretchFrom };
    if (assigns(clause)) clauses.push(clause);
  }
  return clauses;
};
