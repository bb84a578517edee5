import type { Span } from './breakdown.types';
import { endOfLine, isBlank, skipBlanks, skipBlanksBack } from './folded-text';

/** How the cells of one line are told apart: by tabs and bars, by wide gaps, or by any blank. */
type CellMark = 'wide' | 'blank';

/** The stretch between two line breaks, blanks trimmed. */
export function* linesOf(folded: string): Generator<Span> {
  for (let from = 0; from < folded.length;) {
    const to = endOfLine(folded, from, folded.length);
    const start = skipBlanks(folded, from, to);
    if (start < to) yield { start, end: skipBlanksBack(folded, to, start) };
    from = to + 1;
  }
}

export const isEmpty = (cell: Span): boolean => cell.start >= cell.end;

/**
 * The cells of a line, without the blanks around them. A bar or a tab parts two, and so do blanks without one; between two
 * bars or tabs that stand together a cell was left empty.
 */
export function cellsOf(text: string, folded: string, line: Span, mark: CellMark): Span[] {
  const cells: Span[] = [];
  const isMark = (at: number): boolean => folded[at] === '|' || text[at] === '\t';
  let from = line.start;
  for (let at = line.start; at < line.end;) {
    let next = at;
    let marks = 0;
    while (next < line.end && (isBlank(folded[next]) || isMark(next))) if (isMark(next++)) marks++;
    const parts = marks > 0 || (next - at > 0 && (mark === 'blank' || next - at > 1));
    if (parts) {
      if (from < at) cells.push({ start: from, end: at });
      for (let empty = 1; empty < marks; empty++) cells.push({ start: at, end: at });
      from = next;
    }
    at = Math.max(next, at + 1);
  }
  if (from < line.end) cells.push({ start: from, end: line.end });
  return cells;
}
