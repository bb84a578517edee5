/**
 * What a period of reports is called: `2026Q1` 2026年第一季度, `2026M04`, `2026B2` (of two months), `2026H1`, `2026`.
 * @returns null for what is no such name, as the words of a milestone
 */
export function periodInWords(period: string): { zh: string; en: string } | null {
  const [, year, kind, number] = /^(\d{4})(?:([MBQH])(\d{1,2}))?$/.exec(period) ?? [];
  if (year === undefined) return null;
  if (kind === undefined) return { zh: `${year}年度`, en: year };
  const words = PERIODS[kind as keyof typeof PERIODS][Number(number) - 1];
  return words === undefined ? null : { zh: `${year}年${words.zh}`, en: `${words.en} ${year}` };
}

const MONTH = new Intl.DateTimeFormat('en', { month: 'long', timeZone: 'UTC' });
const MONTHS = Array.from({ length: 12 }, (_, i) => MONTH.format(Date.UTC(2000, i)));

const PERIODS = {
  M: MONTHS.map((en, i) => ({ zh: `${i + 1}月`, en })),
  B: [1, 3, 5, 7, 9, 11].map((first) => ({
    zh: `${first}至${first + 1}月`,
    en: `${MONTHS[first - 1]} and ${MONTHS[first]}`,
  })),
  Q: [
    { zh: '第一季度', en: 'the first quarter of' },
    { zh: '第二季度', en: 'the second quarter of' },
    { zh: '第三季度', en: 'the third quarter of' },
    { zh: '第四季度', en: 'the fourth quarter of' },
  ],
  H: [
    { zh: '上半年', en: 'the first half of' },
    { zh: '下半年', en: 'the second half of' },
  ],
};
