import { readClauseLabel } from './clause-labels';
import { assigns, readSegments, type AssignmentClause, type ClauseReader } from './clauses';
import { CharacterSet } from './characters';
import { endOfLine, skipBlanks, skipBlanksBack } from './folded-text';

/** Fields that may go on over several lines, up to the next label: what is to be done, and how far it is. */
const LONG_FIELDS: ReadonlySet<string> = new Set(['measures', 'other']);

const FULL_STOP = new CharacterSet('。');

/** Where the fields of a line begin: at its start, or behind the sentence in front of them: 「修渠。责任单位：…」. */
function startOfFields(folded: string, start: number, end: number): number {
  if (readClauseLabel(folded, start, end)) return start;
  for (let at = FULL_STOP.next(folded, start, end); at >= 0; at = FULL_STOP.next(folded, at + 1, end)) {
    const next = skipBlanks(folded, at + 1, end);
    const label = readClauseLabel(folded, next, end);
    if (label && label.role !== 'other') return next;
  }
  return start;
}

/**
 * The clauses that stand on a line of their own without brackets: families J and O, 「责任单位：…」, 「整改措施：…」 and their
 * neighbours. Each field is one clause; those side by side are joined by `joinNeighbours`. Remarks such as 进展情况
 * belong to the clause above them.
 */
export const readOwnLineClauses: ClauseReader = (folded, range) => {
  const clauses: AssignmentClause[] = [];
  const add = (start: number, to: number, inClause: boolean): void => {
    const end = skipBlanksBack(folded, to, start);
    const { segments, rules } = readSegments(folded, { start, end });
    const clause = { start, end, segments, rules, closed: true, stretchFrom: range.start };
    if (inClause || assigns(clause)) clauses.push(clause);
  };
  let field: { start: number; role: string } | null = null;
  let adjoins = false;
  for (let from = range.start; from < range.end;) {
    const to = endOfLine(folded, from, range.end);
    const line = skipBlanks(folded, from, to);
    const start: number = field ? line : startOfFields(folded, line, to);
    const label = start < to ? readClauseLabel(folded, start, to) : null;
    if (field && (label || !LONG_FIELDS.has(field.role))) {
      const before = clauses.length;
      add(field.start, from, adjoins && field.role === 'other');
      adjoins = clauses.length > before;
      field = null;
    }
    if (label) field = { start, role: label.role };
    else if (start < to && !field) adjoins = false;
    from = to + 1;
  }
  if (field) add(field.start, range.end, adjoins && field.role === 'other');
  return clauses;
};
