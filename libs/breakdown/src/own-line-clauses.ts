import { readClauseLabel } from './clause-labels';
import { assigns, readSegments, type AssignmentClause, type ClauseReader } from './clauses';
import { endOfLine, skipBlanks, skipBlanksBack } from './folded-text';

/**
 * The clauses that stand on a line of their own without brackets (family J): 「责任单位：…」 and its neighbours. Each
 * line is one clause; lines side by side are joined by `joinNeighbours`.
 */
export const readOwnLineClauses: ClauseReader = (folded, range) => {
  const clauses: AssignmentClause[] = [];
  for (let from = range.start; from < range.end;) {
    const to = endOfLine(folded, from, range.end);
    const start = skipBlanks(folded, from, to);
    if (start < to && readClauseLabel(folded, start, to)) {
      const end = skipBlanksBack(folded, to, start);
      const clause = { start, end, closed: true, stretchFrom: range.start, ...readSegments(folded, { start, end }) };
      if (assigns(clause)) clauses.push(clause);
    }
    from = to + 1;
  }
  return clauses;
};
