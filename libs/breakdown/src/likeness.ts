import { fold } from './folded-text';
import { readOrdinal } from './ordinals';

const KEPT = /[%‰]/g;
const RANGE = /[-‐-―~]/;

/**
 * What several ways of writing the same words have in common: no blanks, no difference of width, no punctuation. Marks
 * that belong to a number stay: 1.5 is not 15, 3—5 is not 35, and 5% is not 5.
 */
export function wordsOf(text: string): string {
  const solid = text.normalize('NFKC').replace(/[\s\p{Z}\p{C}]+/gu, '');
  return solid.replace(/[\p{P}~]+/gu, (marks, at: number) => {
    const kept = (marks.match(KEPT) ?? []).join('');
    const isInNumber = (isDigit(solid[at - 1]) || kept !== '') && isDigit(solid[at + marks.length]);
    if (!isInNumber) return kept;
    if (marks === '.') return '.';
    // 1,000 is 1000.
    if (marks === ',' && /^\d{3}(?!\d)/.test(solid.slice(at + 1, at + 5))) return '';
    return `${kept}${RANGE.test(marks) ? '-' : '|'}`;
  });
}

const isDigit = (character: string | undefined): boolean =>
  character !== undefined && character >= '0' && character <= '9';

/** The words of a heading without its label: （三）办好实事 is the same heading as （二）办好实事. */
export function headingWords(heading: string): string {
  const folded = fold(heading).trim();
  const label = readOrdinal(folded, 0, folded.length);
  return wordsOf(label ? folded.slice(label.end) : folded);
}

/** Pairs of neighbouring characters of texts, as small numbers: the same pair has the same number in all of them. */
export class CharacterPairs {
  private readonly numbers = new Map<string, number>();

  /** Each pair of a text once, in ascending order; of a single character itself. */
  of(words: string): Uint32Array {
    const pairs = new Set<number>();
    for (let i = 0; i < Math.max(words.length - 1, 1); i++) pairs.add(this.numberOf(words.slice(i, i + 2)));
    return Uint32Array.from(pairs).sort();
  }

  private numberOf(pair: string): number {
    const known = this.numbers.get(pair);
    if (known !== undefined) return known;
    this.numbers.set(pair, this.numbers.size);
    return this.numbers.size - 1;
  }
}

/** How alike two texts are by their pairs of characters, from 0 to 1 (Dice). */
export function likeness(one: Uint32Array, other: Uint32Array): number {
  let common = 0;
  for (let i = 0, j = 0; i < one.length && j < other.length;) {
    const difference = one[i]! - other[j]!;
    if (difference === 0) common++;
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return (2 * common) / (one.length + other.length);
}
