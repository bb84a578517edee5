import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';

/** How what is owed is told from others of its kind: a period of reports in words, anything else as it was named. */
export function useSubject(): (subject: string | null | undefined) => string {
  const { t } = useTranslation('terms');
  return (subject) => (subject ? subjectInWords(subject, t) : '');
}

const MONTH = new Intl.DateTimeFormat('en', { month: 'long', timeZone: 'UTC' });
const nameOf = (month: number): string => MONTH.format(Date.UTC(2000, month - 1));

/** As the domain calls them (`periodInWords`), which with all that comes along is too much for the first page. */
export function subjectInWords(subject: string, t: TFunction<'terms'>): string {
  const [, year, kind, digits] = /^(\d{4})(?:([MBQH])(\d{1,2}))?$/.exec(subject) ?? [];
  if (year === undefined) return subject;
  if (kind === undefined) return t('period.Y', { year });
  const number = Number(digits);
  if (kind === 'M' || kind === 'B') {
    const last = kind === 'B' ? number * 2 : number;
    if (last < 1 || last > 12) return subject;
    const first = kind === 'B' ? last - 1 : last;
    const months = { number, first, last, firstName: nameOf(first), lastName: nameOf(last) };
    return t(`period.${kind}`, { year, ...months });
  }
  const key = `${kind}${number}` as 'Q1';
  return t(`period.${key}`, { year, defaultValue: subject });
}
