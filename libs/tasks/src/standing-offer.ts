import { readStandingUnits, type StandingUnitsRule } from '@duban/breakdown';
import { names } from './drafted-units';
import type { DraftedUnits } from './task.entity';

/** What a rule that was read about all later tasks (warning `standing_units`) would do to a draft. */
export interface StandingOffer extends StandingUnitsRule {
  /** The first task that it is about. */
  from: string;
}

/** Reads the offer off the words of the warning; null where they name nobody. */
export function standingOffer(words: string, from: string): StandingOffer | null {
  const rule = readStandingUnits(words);
  return rule && { ...rule, from };
}

/** Whether every task has the units that the rule gives to all. */
export const isStandingApplied = ({ units }: StandingUnitsRule, tasks: readonly DraftedUnits[]): boolean =>
  tasks.every((task) => units.every((name) => names(task, name)));
