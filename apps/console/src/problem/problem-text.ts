import i18next from 'i18next';
import type { Problem } from '../api/client';
import { wordsFor } from './problem-words';

const say = i18next.t as unknown as (key: string, filled?: object) => string;

/** A refusal in plain words of the person's language; where there are none, what the server says. */
export function problemText(problem: Problem | Error | null | undefined): string {
  if (!problem) return '';
  if (!('code' in problem)) return i18next.t('console:problem.line');
  const words = wordsFor(problem.code, (key) => i18next.exists(key));
  if (words === null) return problem.detail;
  return say(words.key, { ...factsOf(problem), ...(words.thing === undefined ? {} : { thing: say(words.thing) }) });
}

/** What the case was, as far as the server says it beside the code: whose, which, when. */
const factsOf = (problem: Problem): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(problem).map(([name, fact]: [string, unknown]) => [
      name,
      Array.isArray(fact) ? fact.filter((one): one is string => typeof one === 'string').join('、') : fact,
    ]),
  );

/** The faults of a problem, each with its place. */
export function faultsOf(problem: Problem): { place: string; message: string }[] {
  return (problem.faults ?? []).map(({ field, line, sheet, row, column, code, message }) => {
    const own = `problems:${code.replaceAll('.', '_')}`;
    return {
      place: [sheet, row, column, line, field].filter((one) => one !== undefined).join(' · '),
      message: i18next.exists(own) ? say(own) : message,
    };
  });
}
