import type { PDFPageProxy } from 'pdfjs-dist';

/** A line that is drawn on a page, along one axis: at `at` on the other, in points from the top left. */
export interface Rule {
  isUpright: boolean;
  at: number;
  from: number;
  to: number;
}

type Library = typeof import('pdfjs-dist');
type Matrix = number[];
interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** A drawing no thicker than this, in points, is a line; programs draw lines as thin boxes too. */
const THICKEST = 3;
const SHORTEST = 4;
/** A drawing with more is a picture. */
const MOST_RULES = 20_000;
/** How many numbers follow each code of a path: to a point, a line, a curve, a simpler curve, back to the beginning. */
const LENGTHS = [2, 2, 6, 4, 0];

/** The straight lines that are drawn on a page. */
export async function rulesOf(library: Library, page: PDFPageProxy): Promise<Rule[]> {
  const { OPS, Util } = library;
  const { fnArray, argsArray } = await page.getOperatorList();
  const drawn: ReadonlySet<number> = new Set([
    OPS.stroke,
    OPS.closeStroke,
    OPS.fill,
    OPS.eoFill,
    OPS.fillStroke,
    OPS.eoFillStroke,
    OPS.closeFillStroke,
    OPS.closeEOFillStroke,
  ]);
  const rules: Rule[] = [];
  const stack: Matrix[] = [];
  let matrix: Matrix = page.getViewport({ scale: 1 }).transform;
  for (const [index, operator] of fnArray.entries()) {
    const args = argsArray[index] as [number, (ArrayLike<number> | null)[]];
    if (operator === OPS.save) stack.push(matrix);
    else if (operator === OPS.restore) matrix = stack.pop() ?? matrix;
    else if (operator === OPS.transform) matrix = Util.transform(matrix, args);
    else if (operator === OPS.constructPath && drawn.has(args[0])) {
      const [path] = args[1];
      if (path) addRules(rules, path, matrix);
      if (rules.length > MOST_RULES) return [];
    }
  }
  return rules;
}

/** Adds what of a path runs along an axis: thin shapes as one line, others by their edges. */
function addRules(rules: Rule[], path: ArrayLike<number>, [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0]: Matrix): void {
  let points: (readonly [number, number])[] = [];
  const finish = (): void => {
    const xs = points.map(([x]) => x);
    const ys = points.map(([, y]) => y);
    const box = { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
    if (points.length > 1 && !addThin(rules, box))
      points.slice(1).forEach(([x, y], index) => {
        const [fromX = x, fromY = y] = points[index] ?? [];
        addThin(rules, {
          left: Math.min(x, fromX),
          right: Math.max(x, fromX),
          top: Math.min(y, fromY),
          bottom: Math.max(y, fromY),
        });
      });
    points = [];
  };
  for (let at = 0; at < path.length;) {
    const code = path[at] ?? 0;
    const length = LENGTHS[code];
    if (length === undefined) return;
    const first = points[0];
    if (code === 0) finish();
    if (code === 4 && first) points.push(first);
    else if (length >= 2) {
      const [x, y] = [path[at + length - 1] ?? 0, path[at + length] ?? 0];
      points.push([a * x + c * y + e, b * x + d * y + f]);
    }
    at += 1 + length;
  }
  finish();
}

function addThin(rules: Rule[], { left, right, top, bottom }: Box): boolean {
  const [width, height] = [right - left, bottom - top];
  if (Math.min(width, height) > THICKEST || Math.max(width, height) < SHORTEST)
    return Math.max(width, height) < SHORTEST;
  const isUpright = height > width;
  rules.push(
    isUpright
      ? { isUpright, at: (left + right) / 2, from: top, to: bottom }
      : { isUpright, at: (top + bottom) / 2, from: left, to: right },
  );
  return true;
}
