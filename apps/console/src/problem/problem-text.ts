import i18next from 'i18next';
import type { Problem } from '../api/client';

/** A refusal in plain words of the person's language; where there are none, what the server says. */
export function problemText(problem: Problem | Error | null | undefined): string {
  if (!problem) return '';
  if (!('code' in problem)) return i18next.t('console:problem.line');
  const key = `problems:${problem.code.replaceAll('.', '_')}`;
  const said = i18next.exists(key) ? (i18next.t as (key: string) => string)(key) : problem.detail;
  return said;
}

/** The faults of a problem, each with its place. */
export function faultsOf(problem: Problem): { place: string; message: string }[] {
  return (problem.faults ?? []).map(({ field, line, sheet, row, column, message }) => ({
    place: [sheet, row, column, line, field].filter((one) => one !== undefined).join(' · '),
    message,
  }));
}
