import type { LocalDate } from '@duban/kernel';
import type { Ladder, Policy, RungCondition } from './policy';
import { isLevelTarget, type ProgressCurve, progressAt } from './progress-curve';

/** How far a part's targets (量化指标) are; null where that is not known of one of them, or there is none. */
export interface PartProgress {
  /** Percent of the target that is reached, of the least advanced. */
  reached: number | null;
  /** Points of share behind the plan (序时进度), of the worst. */
  behind: number | null;
}

/** Nothing is known of it. */
export const NO_PROGRESS: PartProgress = { reached: null, behind: null };

/** @param figures of each target the newest that counts; null where none was given */
export function partProgress(
  figures: readonly { curve: ProgressCurve; actual: number | null }[],
  on: LocalDate,
): PartProgress {
  if (figures.length === 0) return NO_PROGRESS;
  const known = figures.flatMap(({ curve, actual }) => {
    if (actual === null) return [];
    const { actualShare, behind } = progressAt(curve, on, actual);
    // What is kept on every day is reached as long as it is kept.
    return [{ reached: isLevelTarget(curve.target) ? Math.max(0, 100 - behind) : actualShare, behind }];
  });
  if (known.length < figures.length) return NO_PROGRESS;
  return {
    reached: Math.min(...known.map(({ reached }) => reached)),
    behind: Math.max(...known.map(({ behind }) => behind)),
  };
}

/** What a condition is asked of. */
export interface ConditionFacts extends PartProgress {
  /** Whether somebody has read what was sent last of it; null where nothing was, or that is not known. */
  isRead: boolean | null;
  isLead: boolean;
  /** By the policy; null where it knows none. */
  level: string | null;
}

/** Nothing is known but whose it is. */
export const NOTHING_KNOWN: PartProgress & Pick<ConditionFacts, 'isRead'> = { ...NO_PROGRESS, isRead: null };

/** Whether all holds that a condition names; what is not known of progress counts as behind, and of reading as not read. */
export function conditionHolds(
  when: RungCondition,
  { isLead, level, reached, behind, isRead }: ConditionFacts,
): boolean {
  if (when.role !== undefined && (when.role === 'lead') !== isLead) return false;
  if (when.levels !== undefined && (level === null || !when.levels.includes(level))) return false;
  if (when.notRead && isRead === true) return false;
  if (when.progressBelow !== undefined && reached !== null && reached >= when.progressBelow) return false;
  return when.behindPlanBy === undefined || behind === null || behind >= when.behindPlanBy;
}

const asksProgress = (when: RungCondition | undefined): boolean =>
  when?.progressBelow !== undefined || when?.behindPlanBy !== undefined;

/** Whether a rung depends on what a unit will have reached or read, so that it can be foreseen only if nothing is done. */
export const asksWhatIsDone = (when: RungCondition | undefined): boolean =>
  asksProgress(when) || when?.notRead !== undefined;

/** What the rungs from this one on ask for. */
export function askedBy({ rungs }: Ladder, from: string): { progress: boolean; reading: boolean } {
  const left = rungs.slice(
    Math.max(
      0,
      rungs.findIndex(({ id }) => id === from),
    ),
  );
  return {
    progress: left.some(({ when }) => asksProgress(when)),
    reading: left.some(({ when }) => when?.notRead !== undefined),
  };
}

/** The level (等级) at which a policy takes a matter: its first, where nothing is said, or what it does not know. */
export function levelBy({ levels = [] }: Policy, level: string | null | undefined): string | null {
  return (levels.find(({ id }) => id === level) ?? levels[0])?.id ?? null;
}
