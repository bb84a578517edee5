import { fold } from './folded-text';
import { layOut } from './layout';
import { complement, trimStretch, wordsWithout } from './stretches';

describe('stretches', () => {
  it('takes holes out of words and drops a mark that was doubled', () => {
    const text = '修渠；（甲）。\n（乙）\n架桥（丙）。';
    const holes = [...text.matchAll(/（.）/g)].map((match) => ({ start: match.index, end: match.index + 3 }));
    expect(wordsWithout(layOut(text), { start: 0, end: text.length }, holes).text).toBe('修渠；\n架桥。');
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
