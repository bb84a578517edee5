import type { LightRules } from './light-rules';
import { isWorse, type PeriodLight, type Progress, worstPeriodLight } from './progress-curve';
import { lightWords } from './light-words';
import type { Words } from './policy-terms';

/*
 * Lights of periods (亮灯) that are kept: each version says what the period's light became, from what, and why. A light
 * that was given stays; what comes later is another version beside it.
 */

/** What brought a version about. */
export const LIGHT_CAUSES = ['missing', 'reported', 'confirmed', 'corrected', 'caught_up', 'redated', 'rung'] as const;
export type LightCause = (typeof LIGHT_CAUSES)[number];

/** Which rule of the policy a light is by. */
export type LightRule = 'plan' | 'not_known' | 'not_started' | 'missing' | 'caught_up' | 'redated' | 'rung';

/** A figure of the period's report beside the plan; without a value where it is not known. */
export interface LightFigure extends Omit<Progress, 'actualShare' | 'behind'> {
  behindDays: number | null;
  targetId: string;
  text: string;
  unit: string;
  value: number | null;
  actualShare: number | null;
  behind: number | null;
  /** By the thresholds; null where the figure is from before there were plans. */
  light: PeriodLight | null;
}

export interface LightVersion {
  light: PeriodLight | null;
  /** Whether a report that counts was behind it. */
  isReported: boolean;
  notStarted: boolean;
}

export interface LightDecision extends LightVersion {
  cause: LightCause;
  rule: LightRule;
  why: Words;
  figures: readonly LightFigure[];
  /** Of the figure that decided. */
  behind: number | null;
  behindDays: number | null;
  /** Percent of the plan that the worst figure reached; null where nothing was planned. */
  achieved: number | null;
}

/** The versions of the lights of a part's other periods, in order of their dates. */
export interface Neighbours {
  before: readonly (readonly LightVersion[])[];
  after: readonly (readonly LightVersion[])[];
}

/** The light of a period whose report counts. */
export function lightOfReport(
  rules: LightRules,
  cause: 'reported' | 'confirmed' | 'corrected',
  report: { figures: readonly LightFigure[]; isExplained: boolean },
  own: readonly LightVersion[],
  { before, after }: Neighbours,
): LightDecision {
  const judged = report.figures.flatMap((figure) => judge(rules, figure, report.isExplained, before));
  const worst = judged.toSorted(byLight)[0] ?? null;
  const byFigures = worst?.light ?? 'green';
  const notStarted = judged.some(({ rule }) => rule === 'not_started');
  const achieved = judged.map((one) => one.achieved).filter((share) => share !== null);
  const decided = {
    isReported: true,
    notStarted,
    figures: report.figures,
    behind: worst?.figure.behind ?? null,
    behindDays: worst?.figure.behindDays ?? null,
    achieved: achieved.length === 0 ? null : Math.min(...achieved),
  };
  const missed = missedLight(own);
  const late = missed !== null && own.at(-1)?.isReported === false ? 'caught_up' : cause;
  const best = missed === null ? 'green' : bestAfter(rules, missed);
  if (isWorse(best, byFigures)) {
    const why = lightWords('late', { light: best, given: missed! });
    return { ...decided, light: best, cause: late, rule: 'caught_up', why };
  }
  const hasCaughtUp = after.some((versions) => versions.at(-1)?.isReported && versions.at(-1)?.light === 'green');
  if (rules.catchUp === 'yellow' && hasCaughtUp && isWorse(byFigures, 'yellow')) {
    const why = lightWords('caught_up', { light: 'yellow', given: byFigures });
    return { ...decided, light: 'yellow', cause: 'caught_up', rule: 'caught_up', why };
  }
  return { ...decided, light: byFigures, cause: late, rule: worst?.rule ?? 'plan', why: whyOf(byFigures, worst) };
}

/** A report that is missing so long; null where the period's light says so already. */
export function lightOfMissing(
  step: { afterMonths: number; light: PeriodLight },
  own: readonly LightVersion[],
): LightDecision | null {
  const given = own.at(-1)?.light ?? null;
  if (given !== null && !isWorse(step.light, given)) return null;
  return {
    ...NOTHING_KNOWN,
    light: step.light,
    cause: 'missing',
    rule: 'missing',
    achieved: 0,
    why: lightWords('missing', { light: step.light, months: step.afterMonths }),
  };
}

/** A step of the ladder that gives a light; null where the period has it, or a worse one. */
export function lightOfRung(light: PeriodLight, rung: string, own: readonly LightVersion[]): LightDecision | null {
  const given = own.at(-1)?.light ?? null;
  if (given !== null && !isWorse(light, given)) return null;
  return { ...NOTHING_KNOWN, light, cause: 'rung', rule: 'rung', why: lightWords('rung', { light, rung }) };
}

/** Not due any more (延期): what was given for the missing report stays in its version. Null where none was given. */
export function lightOfRedated(dueOn: string, own: readonly LightVersion[]): LightDecision | null {
  const last = own.at(-1);
  if (!last || last.isReported || last.light === null) return null;
  const why = lightWords('redated', { light: last.light, dueOn });
  return { ...NOTHING_KNOWN, light: null, cause: 'redated', rule: 'redated', why };
}

/**
 * What an earlier period becomes now that a later one is green (追赶上进度): yellow, where the policy says so and it was
 * behind by its figures. Null: it stays.
 */
export function lightOfCaughtUp(
  rules: LightRules,
  own: readonly (LightVersion & Pick<LightDecision, 'figures' | 'behind' | 'behindDays' | 'achieved'>)[],
  by: { period: string | null; light: PeriodLight | null },
): LightDecision | null {
  const last = own.at(-1);
  if (rules.catchUp !== 'yellow' || by.light !== 'green' || !last?.isReported || last.light === null) return null;
  if (!isWorse(last.light, 'yellow')) return null;
  const why = lightWords('caught_up', { light: 'yellow', given: last.light, period: by.period ?? '' });
  return { ...last, light: 'yellow', cause: 'caught_up', rule: 'caught_up', why };
}

/** The steps of a missing report, with what holds where the policy says nothing. */
export const missingSteps = ({ missing }: LightRules): { afterMonths: number; light: PeriodLight }[] =>
  missing ?? [{ afterMonths: 0, light: 'red' }];

const NOTHING_KNOWN = {
  isReported: false,
  notStarted: false,
  figures: [],
  behind: null,
  behindDays: null,
  achieved: null,
};

interface Judged {
  figure: LightFigure;
  light: PeriodLight;
  rule: LightRule;
  achieved: number | null;
  /** Periods running in which the work has not started. */
  running: number;
}

function judge(rules: LightRules, figure: LightFigure, isExplained: boolean, before: Neighbours['before']): Judged[] {
  const { value, planned, light } = figure;
  if (value === null) return [{ figure, light: 'red', rule: 'not_known', achieved: 0, running: 0 }];
  if (light === null) return [];
  const achieved = planned === null || planned <= 0 ? null : Math.round((value / planned) * 1e6) / 1e4;
  const isStarted = value > 0 || planned === null || planned <= 0 || (figure.behind ?? 0) === 0;
  if (!rules.notStarted || isStarted) return [{ figure, light, rule: 'plan', achieved, running: 0 }];
  const started = before.findLastIndex((versions) => versions.at(-1)?.notStarted !== true);
  const running = before.length - started;
  const { yellow, red } = rules.notStarted;
  const colour = running >= red ? 'red' : running >= yellow && !isExplained ? 'yellow' : 'green';
  return [{ figure, light: colour, rule: 'not_started', achieved, running }];
}

/** The worst first, of the same colour the furthest behind. */
const byLight = (a: Judged, b: Judged): number => {
  if (a.light !== b.light) return isWorse(a.light, b.light) ? -1 : 1;
  return (b.figure.behind ?? 0) - (a.figure.behind ?? 0);
};

function whyOf(light: PeriodLight, worst: Judged | null): Words {
  if (!worst) return lightWords('no_targets', { light });
  const { figure, running } = worst;
  return lightWords(worst.rule === 'plan' ? 'plan' : worst.rule === 'not_started' ? 'not_started' : 'not_known', {
    light,
    text: figure.text,
    unit: figure.unit,
    planned: figure.planned ?? '—',
    value: figure.value ?? '—',
    behind: figure.behind ?? 0,
    days: figure.behindDays ?? '—',
    running,
  });
}

/** The worst light that a missing report was given since the period was due by its present date. */
function missedLight(own: readonly LightVersion[]): PeriodLight | null {
  const since = own.slice(own.findLastIndex(({ light }) => light === null) + 1);
  const given = since.flatMap(({ light, isReported }) => (isReported || light === null ? [] : [light]));
  return given.length === 0 ? null : worstPeriodLight(given);
}

/** The best that a missed period can become. */
function bestAfter({ catchUp = 'figures' }: LightRules, missed: PeriodLight): PeriodLight {
  if (catchUp === 'none') return missed;
  return catchUp === 'yellow' ? 'yellow' : 'green';
}
