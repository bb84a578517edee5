import { addDays, type LocalDate } from '@duban/kernel';
import type { ReferenceDays } from './reference-days';

/* Rules of a plan as they are written down, and what they ask of a part, read from them without the product. */

export type RefRecipient =
  'contact' | 'head' | 'deputy' | 'handler' | 'lead_contact' | 'lead_head' | 'leader_in_charge' | 'office';

export interface RefRung {
  id: string;
  kind: 'reminder' | 'urge' | 'talk' | 'notice';
  colour?: 'blue' | 'yellow' | 'orange' | 'red';
  offset: { workingDays: number } | { calendarDays: number } | { shareOfTime: number };
  to: RefRecipient[];
  copyTo?: RefRecipient[];
  answerWithin?: { workingDays: number };
  when?: { role?: 'lead' | 'others'; levels?: string[]; progressBelow?: number; behindPlanBy?: number };
}
export interface RefLadder {
  at: string;
  rungs: RefRung[];
}
export type RefDue =
  | { by: 'working_days_after_issue'; workingDays: number }
  | { by: 'day_of_year'; day: string; period: string }
  | { by: 'task_deadline'; otherwise: string }
  | {
      by: 'periodic';
      every: 'month' | 'two_months' | 'quarter' | 'half_year' | 'year';
      on:
        | { dayOfMonth: number; monthsAfterEnd: number }
        | { workingDaysAfterEnd: number }
        | { calendarDaysAfterEnd: number };
      from?: string;
      to?: string;
    };
export type RefKind = 'sign_for' | 'progress_report' | 'completion' | 'rectification';
export interface RefRules {
  id: string;
  version: number;
  levels: { id: string }[];
  ladders: Record<string, RefLadder>;
  obligations: { kind: RefKind; owedBy: 'lead' | 'others' | 'every_unit'; ladder: string; due: RefDue[] }[];
  rectification: { workingDays: number; ladder: string };
  handedOver: { workingDays: number };
}

/** What a date was counted from, so that it can be counted again when other days are worked. */
export type Origin =
  | { by: 'date'; on: LocalDate }
  | { by: 'working_days'; from: LocalDate; n: number }
  /** As before, but so many working days after the day on which it was given to another unit. */
  | { by: 'transfer'; on: LocalDate; n: number; before: LocalDate }
  | { by: 'stops'; set: Origin; since: LocalDate; stops: Stop[] };
export type Stop = [from: LocalDate, to: LocalDate];

export interface Planned {
  kind: RefKind;
  subject: string | null;
  ladder: string;
  origin: Origin;
}

const MONTHS = { month: 1, two_months: 2, quarter: 3, half_year: 6, year: 12 } as const;
const LETTERS = { month: 'M', two_months: 'B', quarter: 'Q', half_year: 'H', year: '' } as const;

/** All that rules give a part of a plan of a year, of which the dates run from a day. */
export function plannedBy(rules: RefRules, year: number, from: LocalDate, isLead: boolean): Planned[] {
  const planned: Planned[] = [];
  for (const { kind, owedBy, ladder, due } of rules.obligations) {
    if (owedBy !== 'every_unit' && (owedBy === 'lead') !== isLead) continue;
    for (const one of due)
      for (const [subject, origin] of datesOf(one, year, from)) planned.push({ kind, subject, ladder, origin });
  }
  return planned;
}

function datesOf(due: RefDue, year: number, from: LocalDate): [string | null, Origin][] {
  switch (due.by) {
    case 'working_days_after_issue':
      return [[null, { by: 'working_days', from, n: due.workingDays }]];
    case 'day_of_year':
      return [[`${year}${due.period}`, { by: 'date', on: `${year}-${due.day}` as LocalDate }]];
    case 'task_deadline':
      return [[null, { by: 'date', on: `${year}-${due.otherwise}` as LocalDate }]];
    case 'periodic': {
      const months = MONTHS[due.every];
      const all: [string | null, Origin][] = [];
      for (let n = 1; n * months <= 12; n++) {
        const name =
          due.every === 'year' ? '' : `${LETTERS[due.every]}${due.every === 'month' ? String(n).padStart(2, '0') : n}`;
        if (name !== '' && ((due.from && name < due.from) || (due.to && name > due.to))) continue;
        all.push([`${year}${name}`, afterPeriod(due.on, year, n * months)]);
      }
      return all;
    }
  }
}

function afterPeriod(on: Extract<RefDue, { by: 'periodic' }>['on'], year: number, lastMonth: number): Origin {
  const endedOn = lastOfMonth(year, lastMonth);
  if ('workingDaysAfterEnd' in on) return { by: 'working_days', from: endedOn, n: on.workingDaysAfterEnd };
  if ('calendarDaysAfterEnd' in on) return { by: 'date', on: addDays(endedOn, on.calendarDaysAfterEnd) };
  const month = lastMonth + on.monthsAfterEnd;
  const last = lastOfMonth(year + Math.floor((month - 1) / 12), ((month - 1) % 12) + 1);
  const day = Math.min(on.dayOfMonth, Number(last.slice(8)));
  return { by: 'date', on: `${last.slice(0, 8)}${String(day).padStart(2, '0')}` as LocalDate };
}

const lastOfMonth = (year: number, month: number): LocalDate =>
  new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10) as LocalDate;

/** The date as it is recorded, working day or not, by the days that are worked as they are known now. */
export function recordedBy(origin: Origin, days: ReferenceDays): LocalDate {
  switch (origin.by) {
    case 'date':
      return origin.on;
    case 'working_days':
      return days.workingDay(origin.from, origin.n);
    case 'transfer': {
      const earliest = days.workingDay(origin.on, origin.n);
      return days.workingDay(origin.before, 0) > earliest ? origin.before : earliest;
    }
    case 'stops': {
      const set = days.workingDay(recordedBy(origin.set, days), 0);
      return afterStops(set, origin.since, origin.stops, days);
    }
  }
}

/** A date after the clock has stood: a working day later for each on which it did while the date had not passed. */
export function afterStops(dueOn: LocalDate, since: LocalDate, stops: readonly Stop[], days: ReferenceDays): LocalDate {
  let moved = dueOn;
  for (const [from, to] of stops) {
    const start = from > since ? from : since;
    if (start <= moved && to > start) moved = days.workingDay(moved, days.count(start, to));
  }
  return moved;
}

/** Working days for which the clock stood since a day. */
export const stoppedSince = (since: LocalDate, stops: readonly Stop[], days: ReferenceDays): number =>
  stops.reduce((sum, [from, to]) => sum + days.count(from > since ? from : since, to), 0);
