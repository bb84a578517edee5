import { readBracketedClauses } from './bracketed-clauses';
import { CharacterSet } from './characters';
import { readClauseLabel } from './clause-labels';
import type { AssignmentClause, ClauseReader, SameReading } from './clauses';
import { readDutyClauses } from './duty-clauses';
import { readOrdinal } from './ordinals';
import { readOwnLineClauses } from './own-line-clauses';

/** The families' readers, one file each. A new way to write an assignment is one more file and one more entry. */
const READERS: readonly ClauseReader[] = [readBracketedClauses, readOwnLineClauses, readDutyClauses];

const PUNCTUATION = new CharacterSet(' \n,;、。.');
const onlyPunctuation = (folded: string, from: number, to: number): boolean => {
  for (let at = from; at < to; at++) if (!PUNCTUATION.hasAt(folded, at)) return false;
  return true;
};

/** Joins clauses with nothing but marks between them, as in 「（牵头单位：…）（责任单位：…）」: they assign one stretch. */
function joinNeighbours(folded: string, clauses: readonly AssignmentClause[]): AssignmentClause[] {
  const joined: AssignmentClause[] = [];
  for (const clause of clauses) {
    const last = joined[joined.length - 1];
    if (last && onlyPunctuation(folded, last.end, clause.start)) {
      for (const segment of clause.segments) last.segments.push(segment);
      for (const rule of clause.rules) last.rules.push(rule);
      last.end = clause.end;
      last.closed &&= clause.closed;
    } else joined.push({ ...clause });
  }
  return joined;
}

/** The clauses of all families in a range of the folded text, in order; where two readers claim a place the first wins. */
export const readAssignmentClauses: ClauseReader = (folded, range) => {
  const all: AssignmentClause[] = [];
  for (const read of READERS) for (const clause of read(folded, range, all)) all.push(clause);
  if (all.length > 1) all.sort((one, other) => one.start - other.start || other.end - one.end);
  const clauses: AssignmentClause[] = [];
  for (const clause of all) if (clause.start >= (clauses[clauses.length - 1]?.end ?? range.start)) clauses.push(clause);
  return joinNeighbours(folded, clauses);
};

/**
 * The clauses of a paragraph are those behind its label: a label holds no bracket that goes on behind it, and begins no
 * line of fields. Only a field right behind it is seen by those alone who begin there.
 */
export const isReadBehindLabel: SameReading = (folded, whole, range) =>
  readOrdinal(folded, whole.start, whole.end)?.end === range.start &&
  readClauseLabel(folded, range.start, range.end) === null;
