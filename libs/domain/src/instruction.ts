import { addDays, type LocalDate } from '@duban/kernel';
import type { Policy } from './policy';

/** How soon a leader's instruction (领导批示) is to be acted on; the policy says how many days each has. */
export const URGENCIES = ['urgent', 'ordinary', 'hard'] as const;
export type Urgency = (typeof URGENCIES)[number];

/** The day by which an instruction is to be answered, in days of the calendar as the rules of supervision offices count. */
export const instructionDueOn = ({ days }: Policy['instruction'], urgency: Urgency, givenOn: LocalDate): LocalDate =>
  addDays(givenOn, days[urgency]);
