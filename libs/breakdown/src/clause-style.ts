import { isReadBehindLabel, readAssignmentClauses } from './assignment-clauses';
import type { ClauseReader, readingOnce } from './clauses';
import { readBareListClauses } from './duty-clauses';
import type { Layout } from './layout';
import { namesPageDuty } from './page-lines';
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
 * what (families I and P). In the other texts these are words of the task. With `remember` the
 * reader is for this text alone.
 */
export function chooseClauseReader(layout: Layout, remember: typeof readingOnce = (read) => read): ClauseReader {
  const { folded, paragraphs } = layout;
  const usualReader = remember(readAssignmentClauses, isReadBehindLabel);
  const count = (read: ClauseReader): number =>
    paragraphs.filter((paragraph) => read(folded, paragraph).length > 0).length;
  // Who keeps the page stands below the last item, and says nothing of how the text assigns.
  const last = paragraphs.findLast(({ ordinal }) => ordinal)?.start ?? 0;
  const usual = count((text, range) =>
    range.start > last && namesPageDuty(layout, range) ? [] : usualReader(text, range),
  );
  if (MUCH * usual >= paragraphs.length) return usualReader;
  const unitFirstReader = remember(readUnitFirstClauses);
  const bareListReader = remember(readBareListClauses);
  const proseReader = remember(readProseClauses);
  const unitFirst = count(unitFirstReader);
  const bareLists = count(bareListReader);
  if (bareLists >= FEWEST_BARE_LISTS && bareLists > MUCH * usual) return bareListReader;
  const prose = count(proseReader);
  if (unitFirst >= Math.max(FEWEST_UNIT_FIRST, prose) && unitFirst > MUCH * usual) return unitFirstReader;
  return prose > MUCH * usual ? proseReader : usualReader;
}
