import type { Span } from './breakdown.types';
import { BracketStack, isCloserAt, isOpenerAt, nextBracket } from './brackets';
import type { AssignmentClause, ClauseReader } from './clauses';
import { holdsRule, readBareList, readDutySegments } from './duty-segments';

/** A longer bracket is no clause; the bound keeps brackets in brackets from being read again and again. */
const LONGEST_CLAUSE = 600;

type SegmentReader = (folded: string, inside: Span) => Pick<AssignmentClause, 'segments' | 'rules'> | null;

/** A reader of the brackets whose inside `read` understands. */
const bracketsReadBy =
  (read: SegmentReader): ClauseReader =>
  (folded, range, before = []) => {
    const stack = new BracketStack<never>();
    const clauses: AssignmentClause[] = [];
    const taken = before.length > 0 ? new Set(before.map(({ start }) => start)) : null;
    for (let at = nextBracket(folded, range.start, range.end); at >= 0; at = nextBracket(folded, at + 1, range.end)) {
      const character = folded[at] ?? '';
      if (isOpenerAt(folded, at)) stack.push(character, at);
      if (!isCloserAt(folded, at)) continue;
      const { opener } = stack.close(character);
      if (!opener || at - opener.at > LONGEST_CLAUSE) continue;
      const holdsNone = (clauses.at(-1)?.start ?? -1) < opener.at;
      if (holdsNone && taken?.has(opener.at)) continue;
      const found = read(folded, { start: opener.at + 1, end: at });
      if (!found) continue;
      while ((clauses.at(-1)?.start ?? -1) > opener.at) clauses.pop();
      const stretchFrom = stack.top ? stack.top.at + 1 : range.start;
      const { segments, rules } = found;
      clauses.push({ start: opener.at, end: at + 1, segments, rules, closed: true, stretchFrom });
    }
    return clauses;
  };

/**
 * The clauses in brackets without labels, where a verb says who does what: families D (X、Y负责), D2 (…和Z具体负责),
 * E (X牵头，Y按职责分工负责), E2 (X牵头负责，Y配合), N (…负责，6月底前出台), and F without a label (*X、Y).
 */
export const readDutyClauses = bracketsReadBy((folded, inside) => {
  const found = readDutySegments(folded, inside);
  if (found) return found;
  // A rule about who leads shows that the names in front of it are assigned.
  return holdsRule(folded, inside) ? readBareList(folded, inside) : null;
});

/** Brackets that hold names of units and nothing else; in most texts such a bracket is an aside. */
export const readBareListClauses = bracketsReadBy(readBareList);
