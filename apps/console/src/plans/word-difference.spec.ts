import fc from 'fast-check';
import { wordDifference } from './word-difference';

describe('the difference of two texts', () => {
  it.each([
    [
      '完成改造120个',
      '完成改造130个',
      [
        ['same', '完成改造'],
        ['gone', '120'],
        ['new', '130'],
        ['same', '个'],
      ],
    ],
    ['', '新增', [['new', '新增']]],
    ['取消', '', [['gone', '取消']]],
    ['同', '同', [['same', '同']]],
  ])('of %s and %s', (before, after, expected) => {
    expect(wordDifference(before, after).map(({ kind, text }) => [kind, text])).toEqual(expected);
  });

  it('gives both texts back', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const stretches = wordDifference(before, after);
        const without = (kind: string): string =>
          stretches
            .filter((stretch) => stretch.kind !== kind)
            .map(({ text }) => text)
            .join('');
        expect(without('new')).toBe(before);
        expect(without('gone')).toBe(after);
      }),
    );
  });
});
