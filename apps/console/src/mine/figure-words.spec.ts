import { figureInWords } from './figure-words';

describe('A figure in words', () => {
  it.each([
    ['zh', 4_302_521.01, '430.25万人次'],
    ['zh', 10_000, '1万人次'],
    ['zh', 86.666, '86.67人次'],
    ['en', 4_302_521.01, '4,302,521.01人次'],
  ])('in %s, %d is %s', (language, value, words) => {
    expect(figureInWords(value, '人次', language)).toBe(words);
  });
});
