import { isParty, startsLikeUnit, unitAtStart } from '@duban/breakdown';
import { lay, type Line, type Piece } from './page-lines';

/** A cell of a table; its places count from 0. */
export interface TableCell {
  row: number;
  column: number;
  rows: number;
  columns: number;
  lines: string[];
}

/** A table on a page, its cells told apart. */
export interface PageTable {
  top: number;
  bottom: number;
  /** Where its columns begin, and where the last ends. */
  edges: number[];
  rowCount: number;
  cells: TableCell[];
}

/** In sizes of the letters: a line that lacks this much room for what begins the next has none for it. */
const SLACK = 0.5;
/** What is not parted over two lines: a number or a word, or one sign; and the marks that no line begins with. */
export const UNPARTED = /^(?:[\w.%-]+|.)[，。、；：！？）」”%]*/u;
const SHORTEST_NAME = 5;
/** A name of a unit, and nothing else. */
const NAME = /^[\p{sc=Han}（）()]{2,16}(?:[局委办部厅院会署]|政府|公司|集团|中心)$/u;

/**
 * The paragraphs of a cell: a line goes on in the next where that begins with what had no room in it.
 * @param width what has room in a line for certain
 * @param options `widest` is what may have room in it, if that is not the same; `areUnits` whether its column names units
 */
export function linesIn(
  pieces: readonly Piece[],
  width: number,
  { widest = width, areUnits = false }: { widest?: number; areUnits?: boolean } = {},
): string[] {
  const paragraphs: string[] = [];
  let last: Line | null = null;
  const lines = lay(pieces);
  if (areNames(lines, widest)) return lines.map((line) => line.words);
  for (const line of lines) {
    const words = line.words.replaceAll('\t', ' ');
    const before = paragraphs.at(-1) ?? '';
    const isNext = areUnits && isParty(namesIn(before).at(-1) ?? '') && beginsName(namesIn(words)[0] ?? '');
    if (last && isFull(last, line, width) && !isNext) paragraphs[paragraphs.length - 1] += words;
    else paragraphs.push(words);
    last = line;
  }
  return paragraphs;
}

const namesIn = (words: string): string[] => words.split(/[、，,；;]/);

/** Whether a name behind a whole one is another's: offices within one have short names. */
const beginsName = (name: string): boolean => startsLikeUnit(name) || (name.length >= SHORTEST_NAME && isParty(name));

/** Whether a line has no room for what begins the next. */
function isFull(line: Line, next: Line, width: number): boolean {
  const first = UNPARTED.exec(next.words)?.[0] ?? '';
  return line.end - line.start + widthOf(first, line.size) + SLACK * line.size > width;
}

/** Whether each line is the name of a unit, and none goes on in the next. */
function areNames(lines: readonly Line[], width: number): boolean {
  if (lines.every(({ words }) => NAME.test(words))) return true;
  return lines.every((line, index) => {
    const next = lines[index + 1];
    if (!isParty(line.words)) return false;
    if (!next || startsLikeUnit(next.words)) return true;
    return unitAtStart(line.words + next.words) === line.words.length || !isFull(line, next, width);
  });
}

export const widthOf = (words: string, size: number): number =>
  [...words].reduce((sum, character) => sum + (character < '\u0100' ? 0.5 : 1) * size, 0);
