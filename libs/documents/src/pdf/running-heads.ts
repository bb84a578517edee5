import { leadingOf, type Line } from './page-lines';

/** The part of a page, at its top and at its bottom, in which heads and numbers run. */
const MARGIN = 0.12;
const FEWEST_PAGES = 3;
/** Lines at one height on several pages differ by less than this, in points. */
const SAME_HEIGHT = 6;
const PAGE_NUMBER = /^[-—–·•\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*(?:\/|共|,|，)+\s*\d{1,4}\s*页?)?[-—–·•\s]*$/;

interface Page {
  height: number;
  lines: Line[];
}

/** A line further from its neighbour than so many usual steps is set apart from it. */
const APART = 1.3;

/** Takes out the lines that stand on each page at the same place, and the numbers of the pages. */
export function withoutRunningHeads(pages: readonly Page[]): Line[][] {
  const kind = ({ words }: Line): string => words.replace(/\d+/g, '#').replace(/\s+/g, '');
  const seen = new Map<string, number[]>();
  const apart = pages.map(setApart);
  for (const line of apart.flatMap((lines) => [...lines])) {
    const heights = seen.get(kind(line));
    if (heights) heights.push(line.y);
    else seen.set(kind(line), [line.y]);
  }
  return pages.map(({ lines }, page) =>
    lines.filter((line) => {
      if (!apart[page]?.has(line)) return true;
      const runs = (seen.get(kind(line)) ?? []).filter((y) => Math.abs(y - line.y) < SAME_HEIGHT).length;
      return !PAGE_NUMBER.test(line.words) && (runs < FEWEST_PAGES || runs * 3 < pages.length);
    }),
  );
}

/** The lines in the margins of a page that are set apart from its text: a line of the text is never taken for a head. */
function setApart({ lines, height }: Page): Set<Line> {
  const fromTop = [...lines].sort((one, other) => one.y - other.y);
  const leading = leadingOf(fromTop);
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
