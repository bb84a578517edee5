import { leadingOf, type Line } from './page-lines';

/** The part of a page, at its top and at its bottom, in which heads and numbers run. */
const MARGIN = 0.12;
const FEWEST_PAGES = 3;
/** Of a file whose first page has none, or one for a cover, if the words are the same to the letter. */
const FEWEST_SAME = 2;
/** Lines at one height on several pages differ by less than this, in points. */
const SAME_HEIGHT = 6;
const PAGE_NUMBER = /^[-—–·•\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*(?:\/|共|,|，)+\s*\d{1,4}\s*页?)?[-—–·•\s]*$/;

interface Page {
  width: number;
  height: number;
  lines: Line[];
}

/** A line further from its neighbour than so many usual steps is set apart from it. */
const APART = 1.3;
/** In sizes of the letters. */
const MOST_LEADING = 2.5;

/**
 * Takes out the lines that stand on each page at the same place, and the numbers of the pages.
 * @param isKept lines that stand at the same place for another reason
 */
export function withoutRunningHeads<P extends Page>(pages: readonly P[], isKept: (line: Line) => boolean): P[] {
  const kind = ({ words }: Line): string => words.replace(/\d+/g, '#').replace(/\s+/g, '');
  const seen = new Map<string, Line[]>();
  const apart = pages.map(setApart);
  for (const line of apart.flatMap((lines) => [...lines])) {
    const alike = seen.get(kind(line));
    if (alike) alike.push(line);
    else seen.set(kind(line), [line]);
  }
  return pages.map((one, page) => ({
    ...one,
    lines: one.lines.filter((line) => {
      if (!apart[page]?.has(line) || isKept(line)) return true;
      const runs = (seen.get(kind(line)) ?? []).filter(({ y }) => Math.abs(y - line.y) < SAME_HEIGHT);
      const isSame = runs.length >= FEWEST_SAME && runs.every(({ words }) => words === line.words);
      const isHead = (isSame || runs.length >= FEWEST_PAGES) && runs.length * 3 >= pages.length;
      // The number of a row stands beside its words.
      const isBeside = (other: Line): boolean => other !== line && Math.abs(other.y - line.y) < line.size;
      return !isHead && (!PAGE_NUMBER.test(line.words) || one.lines.some(isBeside));
    }),
  }));
}

/** The lines in the margins of a page that are set apart from its text: a line of the text is never taken for a head. */
function setApart({ lines, height }: Page): Set<Line> {
  const fromTop = [...lines].sort((one, other) => one.y - other.y);
  // A page may hold one line of text, or a table alone.
  const leading = Math.min(leadingOf(fromTop), MOST_LEADING * Math.max(0, ...lines.map(({ size }) => size)));
  const found = new Set<Line>();
  for (const [ordered, inMargin] of [
    [fromTop, (line: Line): boolean => line.y < MARGIN * height],
    [[...fromTop].reverse(), (line: Line): boolean => line.y > (1 - MARGIN) * height],
  ] as const) {
    let outside: Line[] = [];
    for (const [index, line] of ordered.entries()) {
      if (!inMargin(line)) break;
      outside.push(line);
      const next = ordered[index + 1];
      if (next && Math.abs(next.y - line.y) <= APART * leading) continue;
      for (const one of outside) found.add(one);
      outside = [];
    }
  }
  return found;
}
