import { fold } from './folded-text';

/** A folded text without the blanks around its numbers. `originalAt` is the offset in the `text` as given. */
export interface TightText {
  text: string;
  folded: string;
  originalAt(offset: number): number;
}

/** More blanks than this part cells or words and do not just space a number out. */
const MOST_BLANKS = 2;

const isDigit = (character: string | undefined): boolean =>
  character !== undefined && character >= '0' && character <= '9';

/**
 * Folds a text and takes out the blanks that word processors put between digits and words (到 2033 年, 60 家); those
 * between two numbers stay. `folded` is the folded copy of the text, where there is one already.
 */
export function tighten(text: string, folded = fold(text)): TightText {
  const kept: number[] = [];
  let words = '';
  let from = 0;
  for (let at = folded.indexOf(' '); at >= 0; at = folded.indexOf(' ', at)) {
    let next = at;
    while (folded[next] === ' ') next++;
    const isSpacing = next - at <= MOST_BLANKS && isDigit(folded[at - 1]) !== isDigit(folded[next]);
    if (isSpacing) {
      words += folded.slice(from, at);
      for (let offset = from; offset < at; offset++) kept.push(offset);
      from = next;
    }
    at = next;
  }
  if (from === 0) return { text, folded, originalAt: (offset) => offset };
  words += folded.slice(from);
  for (let offset = from; offset <= folded.length; offset++) kept.push(offset);
  return { text, folded: words, originalAt: (offset) => kept[offset] ?? folded.length };
}

/** The tight copy of words, unless they are one. */
export const tightOf = (words: string | TightText): TightText => (typeof words === 'string' ? tighten(words) : words);

/** The stretch of the text as given that a stretch of its tight copy stands for. */
export const originalSpan = (tight: TightText, start: number, end: number): { start: number; end: number } => ({
  start: tight.originalAt(start),
  end: end > start ? tight.originalAt(end - 1) + 1 : tight.originalAt(start),
});
