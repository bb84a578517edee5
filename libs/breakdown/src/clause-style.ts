import { readAssignmentClauses } from './assignment-clauses';
import type { ClauseReader } from './clauses';
import { readBareListClauses } from './duty-clauses';
import type { Layout } from './layout';
import { readProseClauses } from './prose-clauses';
import { readUnitFirstClauses } from './unit-first-clauses';

/** So many items must begin with a unit before that is taken for the way the text assigns. */
const FEWEST_UNIT_FIRST = 2;
/** So many brackets must hold names of units alone. */
const FEWEST_BARE_LISTS = 2;
/** And so many times more often than by brackets and labels must a weaker sign be met. */
const MUCH = 2;

/**
 * How a text assigns its items. Most put labelled lists or verbs into brackets or on lines of their own. Only where
 * hardly any do are the weaker signs read: brackets with names alone, items that begin with their unit (family H), and sentences that say who does
 * what (families I and P). In the other texts these are words of the task.
 */
export function chooseClauseReader(layout: Layout): ClauseReader {
  const { folded, paragraphs } = layout;
  const count = (read: ClauseReader): number =>
    paragraphs.filter((paragraph) => read(folded, paragraph).length > 0).length;
  const usual = count(readAssignmentClauses);
  if (MUCH * usual >= paragraphs.length) return readAssignmentClauses;
  const unitFirst = count(readUnitFirstClauses);
  const bareLists = count(readBareListClauses);
  if (bareLists >= FEWEST_BARE_LISTS && bareLists > MUCH * usual) return readBareListClauses;
  const prose = count(readProseClauses);
  if (unitFirst >= Math.max(FEWEST_UNIT_FIRST, prose) && unitFirst > MUCH * usual) return readUnitFirstClauses;
  return prose > MUCH * usual ? readProseClauses : readAssignmentClauses;
}
