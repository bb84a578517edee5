import { periodInWords } from './period-words';

describe('A period in words', () => {
  it.each([
    ['2026Q1', '2026年第一季度', 'the first quarter of 2026'],
    ['2026Q4', '2026年第四季度', 'the fourth quarter of 2026'],
    ['2026M04', '2026年4月', 'April 2026'],
    ['2026M12', '2026年12月', 'December 2026'],
    ['2026B2', '2026年3至4月', 'March and April 2026'],
    ['2026H2', '2026年下半年', 'the second half of 2026'],
    ['2026', '2026年度', '2026'],
  ])('%s is %s', (period, zh, en) => expect(periodInWords(period)).toEqual({ zh, en }));

  it.each(['2026Q5', '2026M13', '2026M00', '2026H3', '2026B7', '2026X1', '主体完工', '', '20261'])(
    '"%s" is none',
    (subject) => expect(periodInWords(subject)).toBeNull(),
  );
});
