import fc from 'fast-check';
import { Beginnings, CharacterSet, Endings } from './characters';

const WORDS = ['牵头', '牵头负责', '负责', '头', '按', '按照'];
const text = fc.string({ unit: fc.constantFrom(...'牵头负责按照。a'), maxLength: 30 });

describe('CharacterSet', () => {
  it('knows its characters by their place, and none outside of the text', () => {
    const set = new CharacterSet('（a');
    expect([-1, 0, 1, 2, 3].map((at) => set.hasAt('a（b', at))).toEqual([false, true, true, false, false]);
  });

  it('finds the next of them before an end', () => {
    const set = new CharacterSet('（a');
    expect([set.next('b（ba', 0), set.next('b（ba', 2), set.next('b（ba', 2, 3), set.next('b（ba', 4)]).toEqual([
      1, 3, -1, -1,
    ]);
  });
});

describe('Beginnings', () => {
  const beginnings = new Beginnings(WORDS);

  it('finds the first word in order that stands at a place and has come to its end', () => {
    fc.assert(
      fc.property(text, fc.nat(30), fc.nat(30), (words, at, end) => {
        const expected = WORDS.find((word) => words.startsWith(word, at) && at + word.length <= end);
        expect(beginnings.find(words, at, end)).toBe(at < words.length ? expected : undefined);
      }),
    );
  });

  it('finds the place that the last of all words has', () => {
    fc.assert(
      fc.property(text, (words) => {
        expect(beginnings.lastIn(words)).toBe(Math.max(...WORDS.map((word) => words.lastIndexOf(word))));
      }),
    );
  });
});

describe('Endings', () => {
  it('finds the first word in order that a text ends with there', () => {
    const endings = new Endings(WORDS);
    fc.assert(
      fc.property(text, fc.nat(30), fc.nat(4), (words, end, longest) => {
        const passes = (word: string): boolean => word.length <= longest;
        const expected = WORDS.find((word) => words.endsWith(word, end) && passes(word));
        expect(endings.find(words, Math.min(end, words.length), passes)).toBe(expected);
      }),
    );
  });
});
