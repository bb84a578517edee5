/** A piece of text on a page, its place from the top left in points. */
export interface Piece {
  words: string;
  x: number;
  /** The line on which it stands. */
  y: number;
  width: number;
  size: number;
}

/** Pieces side by side, as they are read. */
export interface Line {
  words: string;
  start: number;
  end: number;
  y: number;
  size: number;
  /** From the left. */
  pieces: Piece[];
}

const HAN = '\\u2e80-\\u9fff\\uf900-\\ufaff\\uff00-\\uffef\\u3000-\\u303f\\u2014\\u2018-\\u201d';
/** Spaces that a program puts between Han and what is not, to look well. */
const FILLERS = new RegExp(
  `(?<=[${HAN}])[ \\u00a0]+(?=[0-9A-Za-z%<>~+±—-])|(?<=[0-9A-Za-z%.)])[ \\u00a0]+(?=[${HAN}])`,
  'g',
);
/** Fonts map radicals and old forms to signs that look the same. */
const LOOKALIKES = /[\u2e80-\u2fdf\uf900-\ufaff]/g;
/** In sizes of the letters: pieces that stand so far apart are apart; further, they are cells. */
const WORD_GAP = 0.25;
const CELL_GAP = 2;
const SAME_LINE = 0.45;
/** A gutter between two columns of text. */
const FEWEST_COLUMN_LINES = 6;
const NARROWEST_GUTTER = 1;
const FULL_LINE = 0.75;

/** The lines of a page in the order in which they are read: one column after the other. */
export function linesOf(pieces: readonly Piece[]): Line[] {
  const gutter = gutterOf(pieces);
  if (gutter === null) return lay(pieces);
  const lines: Line[] = [];
  // What stands over both columns, as a heading does, parts what is above it from what is below.
  const over = lay(pieces.filter((piece) => piece.x < gutter && piece.x + piece.width > gutter));
  const rest = pieces.filter((piece) => !(piece.x < gutter && piece.x + piece.width > gutter));
  let top = Number.NEGATIVE_INFINITY;
  for (const line of [...over, null]) {
    const bottom = line?.y ?? Number.POSITIVE_INFINITY;
    const between = rest.filter(({ y }) => y > top && y <= bottom);
    lines.push(...lay(between.filter(({ x }) => x < gutter)), ...lay(between.filter(({ x }) => x >= gutter)));
    if (line) lines.push(line);
    top = bottom;
  }
  return lines;
}

/** The lines that pieces make, from above. */
export function lay(pieces: readonly Piece[]): Line[] {
  const rows: Piece[][] = [];
  for (const piece of [...pieces].sort((one, other) => one.y - other.y)) {
    const row = rows.at(-1);
    const first = row?.[0];
    if (row && first && piece.y - first.y <= SAME_LINE * Math.max(first.size, piece.size)) row.push(piece);
    else rows.push([piece]);
  }
  return rows.map(join).filter(({ words }) => words !== '');
}

/** Puts the pieces of a line together, with blanks only where they mean something. */
export function join(pieces: Piece[]): Line {
  pieces.sort((one, other) => one.x - other.x);
  const size = Math.max(...pieces.map((piece) => piece.size));
  let words = '';
  let end = Number.NaN;
  for (const piece of pieces) {
    const gap = piece.x - end;
    if (gap > CELL_GAP * size) words += '\t';
    else if (gap > WORD_GAP * size && /[\w.,)]$/.test(words) && /^[\w(]/.test(piece.words)) words += ' ';
    words += piece.words;
    end = piece.x + piece.width;
  }
  return {
    words: words
      .replace(LOOKALIKES, (character) => character.normalize('NFKC'))
      .replace(FILLERS, '')
      .trim(),
    start: pieces[0]?.x ?? 0,
    end,
    y: pieces[0]?.y ?? 0,
    size,
    pieces,
  };
}

/** Where the gutter between two columns of running text is, or null for one column or a table. */
function gutterOf(pieces: readonly Piece[]): number | null {
  if (pieces.length < 2 * FEWEST_COLUMN_LINES) return null;
  const left = Math.min(...pieces.map(({ x }) => x));
  const right = Math.max(...pieces.map(({ x, width }) => x + width));
  const size = pieces.map((piece) => piece.size).sort((one, other) => one - other)[pieces.length >> 1] ?? 10;
  for (const share of [0.5, 0.48, 0.52, 0.46, 0.54, 0.44, 0.56]) {
    const at = left + share * (right - left);
    const crossing = pieces.filter(
      ({ x, width }) => x < at + (NARROWEST_GUTTER * size) / 2 && x + width > at - (NARROWEST_GUTTER * size) / 2,
    );
    if (crossing.length * 8 > pieces.length) continue;
    const rest = pieces.filter((piece) => !crossing.includes(piece));
    const sides = [lay(rest.filter(({ x }) => x < at)), lay(rest.filter(({ x }) => x >= at))];
    const areFull = sides.every((lines) => {
      if (lines.length < FEWEST_COLUMN_LINES) return false;
      const from = Math.min(...lines.map((line) => line.start));
      const to = Math.max(...lines.map((line) => line.end));
      return lines.filter((line) => line.end - line.start >= FULL_LINE * (to - from)).length * 2 >= lines.length;
    });
    if (areFull) return at;
  }
  return null;
}

/** The usual step from one line to the next. */
export function leadingOf(lines: readonly Line[]): number {
  const steps = lines.slice(1).flatMap((line, index) => {
    const step = line.y - (lines[index]?.y ?? 0);
    return step > 0 ? [step] : [];
  });
  steps.sort((one, other) => one - other);
  return steps[steps.length >> 1] ?? Number.POSITIVE_INFINITY;
}
