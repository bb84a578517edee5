import { readNumeral } from './chinese-numerals';
import { fold } from './folded-text';

/** A time that runs from the day on which the document is issued (印发之日起30日内). */
export interface TermFromIssue {
  count: number;
  unit: 'days' | 'working_days' | 'months';
}

const TERM =
  /(?:印发|签发|发布|公布|下发)之日起(\d{1,3}|[一二两三四五六七八九十百]{1,5})个?(工作日|日|天|月)(?:以?内|之内)/;
const UNITS: Readonly<Record<string, TermFromIssue['unit']>> = { 工作日: 'working_days', 月: 'months' };
const LONGEST_WORDS = 60;

/** The term that the words of a deadline set, or null where they set none that runs from the issue. */
export function readTermFromIssue(words: string): TermFromIssue | null {
  const [, count, unit] = TERM.exec(fold(words.slice(0, LONGEST_WORDS)).replaceAll(' ', '')) ?? [];
  if (count === undefined || unit === undefined) return null;
  const value = /^\d/.test(count) ? Number(count) : readNumeral(count);
  return value === null || value === 0 ? null : { count: value, unit: UNITS[unit] ?? 'days' };
}
