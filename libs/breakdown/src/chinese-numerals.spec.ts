import { isNumeral, readNumeral } from './chinese-numerals';

describe('readNumeral', () => {
  it.each([
    ['一', 1],
    ['十', 10],
    ['十二', 12],
    ['二十', 20],
    ['二十一', 21],
    ['一百零三', 103],
    ['两万', 20_000],
    ['三百五十', 350],
    ['二〇二六', 2026],
    ['十万', 100_000],
    ['一亿两千万', 120_000_000],
    ['三千', 3000],
  ])('reads %s', (words, value) => expect(readNumeral(words)).toBe(value));

  it.each(['', '百', '千万', '亿', '三个', '两两', '一二十'])('refuses %j', (words) =>
    expect(readNumeral(words)).toBeNull(),
  );

  it('knows the characters of numbers', () => {
    expect(isNumeral('亿')).toBe(true);
    expect(isNumeral('年')).toBe(false);
  });
});
