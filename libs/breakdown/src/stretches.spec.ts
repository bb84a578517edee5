import fc from 'fast-check';
import { fold } from './folded-text';
import { layOut } from './layout';
import { complement, trimStretch, wordsWithout } from './stretches';
import { tighten } from './tight-text';

describe('stretches', () => {
  it('takes holes out of words and drops a mark that was doubled', () => {
    const text = '修渠；（甲）。\n（乙）\n架桥（丙）。';
    const holes = [...text.matchAll(/（.）/g)].map((match) => ({ start: match.index, end: match.index + 3 }));
    expect(wordsWithout(layOut(text), { start: 0, end: text.length }, holes).text).toBe('修渠；\n架桥。');
  });
  it('folds cut words as they are, with line breaks of all kinds in the text', () => {
    const words = fc.array(fc.constantFrom(...'修５，（）。 \u3000', '\n', '\r\n', '到 2033 年'), { maxLength: 40 });
    fc.assert(
      fc.property(words, fc.nat(20), fc.nat(20), (all, at, length) => {
        const text = all.join('');
        const hole = { start: at, end: Math.min(at + length, text.length) };
        const cut = wordsWithout(layOut(text), { start: 0, end: text.length }, hole.start < hole.end ? [hole] : []);
        expect(cut.tight.folded).toBe(tighten(cut.text).folded);
        expect(cut.tight.text).toBe(cut.text);
      }),
    );
  });
  it('trims the marks at the start of a stretch', () =>
    expect(trimStretch('; 修渠 ', { start: 0, end: 5 })).toEqual({ start: 2, end: 4 }));
  it('gives what spans leave, without blanks', () => {
    expect(complement(fold('甲 乙\n\n丙'), [{ start: 2, end: 3 }])).toEqual([
      { start: 0, end: 1 },
      { start: 5, end: 6 },
    ]);
    expect(complement('  ', [])).toEqual([]);
  });
});
