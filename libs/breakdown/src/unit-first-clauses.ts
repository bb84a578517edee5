import type { AssignmentClause, ClauseReader } from './clauses';
import { endOfLine, skipBlanks, skipBlanksBack } from './folded-text';
import { readClauseLabel } from './clause-labels';
import { readOrdinal } from './ordinals';
import { isFirmUnit, isGroup, isParty, startsLikeUnit } from './unit-names';

const LONGEST_LIST = 120;
const LONGEST_GAP = 8;

const names = (list: string): string[] => list.split(/[、,;]|(?<=[局委办厅部会府])(?:和|及|与)(?=[市县区省州各])/);
const isUnit = (name: string): boolean =>
  isParty(name) && (isGroup(name) || (name.length >= 3 && (isFirmUnit(name) || startsLikeUnit(name))));

/** Whether something stands on the same line before `start`: then that is the label of an item. */
function isBehindLabel(folded: string, start: number): boolean {
  const before = skipBlanksBack(folded, start, Math.max(0, start - LONGEST_GAP));
  return before > 0 && !folded.slice(before, start).includes('\n') && folded[before - 1] !== '\n';
}

/**
 * The clauses of family H: a line, behind its label if it has one, begins with units and a colon (or a full stop), and goes
 * on with their duties: 「11.县应急局：指导协调…」.
 */
export const readUnitFirstClauses: ClauseReader = (folded, range) => {
  const clauses: AssignmentClause[] = [];
  for (let from = range.start; from < range.end;) {
    const to = endOfLine(folded, from, range.end);
    const line = skipBlanks(folded, from, to);
    const start = readOrdinal(folded, line, to)?.end ?? line;
    const found = folded.slice(start, Math.min(to, start + LONGEST_LIST)).search(/[:。]/);
    const colon = start + found;
    if (found > 0 && readClauseLabel(folded, start, to) === null) {
      const end = skipBlanksBack(folded, colon, start);
      const list = folded.slice(start, end);
      const units = /[。!?“”]/.test(list) ? [] : names(list).map((name) => name.trim());
      // 「各区人民政府，市直各单位：」 without a number is whom a notice is sent to.
      const addressed =
        !isBehindLabel(folded, start) &&
        (folded[colon] === '。' || skipBlanks(folded, colon + 1, to) === to || units.some(isGroup));
      if (units.length > 0 && units.every(isUnit) && !addressed)
        clauses.push({
          start,
          end: colon + 1,
          closed: true,
          stretchFrom: range.start,
          position: 'before',
          segments: [{ role: 'responsible', start, end }],
          rules: [],
        });
    }
    from = to + 1;
  }
  return clauses;
};
