import { addDays, type LocalDate, type WorkingCalendar } from '@duban/kernel';
import type { AssignmentMark, AssignmentState } from './assignment.machine';
import { ENDED_STATES } from './assignment.machine';
import { AWAITED_CONTRIBUTIONS, type ContributionState } from './contribution.machine';

/** What history says of a part at one of its events. Instants are milliseconds. */
export interface PartMoved {
  of: 'part';
  at: number;
  partId: string;
  unitId: string;
  isLead: boolean;
  state: AssignmentState;
  marks: readonly AssignmentMark[];
}

/** Of a contribution (供稿): from when on the lead waits for it in vain is the end of its day. */
export interface ContributionMoved {
  of: 'contribution';
  at: number;
  contributionId: string;
  leadPartId: string;
  partId: string;
  state: ContributionState;
  dueAt: number;
}

/** Of a disagreement (协调): while it is raised, the parts of those between whom it is are the office's. */
export interface CoordinationMoved {
  of: 'coordination';
  at: number;
  coordinationId: string;
  isOpen: boolean;
  unitIds: readonly string[];
}
export type HoldingEvent = PartMoved | ContributionMoved | CoordinationMoved;

/** Why it is with whom it is. */
export type HoldingReason =
  'working' | 'verifying' | 'contributing' | 'coordinating' | 'objected' | 'suspended' | 'ended';

/** Who held a part (时间归责); the unit is that of the lead or the co-unit, and null for the others. */
export interface Holder {
  kind: 'lead' | 'co_unit' | 'office' | 'nobody';
  unitId: string | null;
  why: HoldingReason;
  /** The contribution for which it waits; null where it waits for none. */
  contributionId: string | null;
}

export interface Holding extends Holder {
  partId: string;
  from: number;
  to: number;
}

/**
 * Who held each part of a task at each instant, from being handed out up to `until`: intervals that touch and do not
 * overlap, in order. A part that has ended is nobody's until it is opened again; what comes after its last end is left
 * out.
 *
 * @param events in their order
 */
export function holdingsOf(events: readonly HoldingEvent[], until: number): Holding[] {
  const parts = new Map<string, PartMoved>();
  const contributions = new Map<string, ContributionMoved>();
  const coordinations = new Map<string, CoordinationMoved>();
  const spans = new Map<string, Holding[]>();
  const dues = events.flatMap((event) => (event.of === 'contribution' ? [event.dueAt] : []));
  const instants = [...new Set([...events.map(({ at }) => at), ...dues])]
    .filter((at) => at < until)
    .sort((a, b) => a - b);
  const inOrder = events.toSorted((a, b) => a.at - b.at);
  let next = 0;
  instants.forEach((from, i) => {
    for (; next < inOrder.length && inOrder[next]!.at <= from; next++) {
      const event = inOrder[next]!;
      if (event.of === 'part') parts.set(event.partId, event);
      else if (event.of === 'contribution') contributions.set(event.contributionId, event);
      else coordinations.set(event.coordinationId, event);
    }
    const to = instants[i + 1] ?? until;
    const known = { parts, contributions: [...contributions.values()], coordinations: [...coordinations.values()] };
    for (const part of parts.values()) extend(spans, { partId: part.partId, from, to, ...holderOf(part, known, from) });
  });
  return [...spans.values()].flatMap((list) => (list.at(-1)?.why === 'ended' ? list.slice(0, -1) : list));
}

interface Known {
  parts: ReadonlyMap<string, PartMoved>;
  contributions: readonly ContributionMoved[];
  coordinations: readonly CoordinationMoved[];
}

function holderOf(part: PartMoved, known: Known, at: number): Holder {
  if (ENDED_STATES.includes(part.state)) return nobody('ended');
  if (part.marks.includes('suspended')) return nobody('suspended');
  if (part.marks.includes('objected')) return office('objected');
  if (part.state === 'reported') {
    const lead = part.isLead ? undefined : leadOf(known.parts);
    return lead ? holds(lead, 'verifying') : office('verifying');
  }
  if (known.coordinations.some(({ isOpen, unitIds }) => isOpen && unitIds.includes(part.unitId))) {
    return office('coordinating');
  }
  return (part.isLead ? lateHolder(part, known, at) : null) ?? holds(part, 'working');
}

/** The co-unit for which the lead has waited longest beyond the day; not one whose own clock stands. */
function lateHolder({ partId }: PartMoved, { parts, contributions }: Known, at: number): Holder | null {
  const late = contributions
    .filter((one) => one.leadPartId === partId && one.dueAt <= at && AWAITED_CONTRIBUTIONS.includes(one.state))
    .map((one) => ({ ...one, part: parts.get(one.partId) }))
    .filter(({ part }) => part && part.marks.length === 0 && !ENDED_STATES.includes(part.state))
    .sort((a, b) => a.dueAt - b.dueAt || (a.part!.partId < b.part!.partId ? -1 : 1));
  return late[0]?.part ? holds(late[0].part, 'contributing', late[0].contributionId) : null;
}

const holds = ({ isLead, unitId }: PartMoved, why: HoldingReason, contributionId: string | null = null): Holder => ({
  kind: isLead ? 'lead' : 'co_unit',
  unitId,
  why,
  contributionId,
});
const office = (why: HoldingReason): Holder => ({ kind: 'office', unitId: null, why, contributionId: null });
const nobody = (why: HoldingReason): Holder => ({ kind: 'nobody', unitId: null, why, contributionId: null });
const leadOf = (parts: ReadonlyMap<string, PartMoved>): PartMoved | undefined =>
  [...parts.values()].find(({ isLead, state }) => isLead && state !== 'cancelled' && state !== 'not_implemented');

/** The same holder goes on. */
function extend(spans: Map<string, Holding[]>, holding: Holding): void {
  const list = spans.get(holding.partId) ?? [];
  spans.set(holding.partId, list);
  const last = list.at(-1);
  if (last && isSame(last, holding)) last.to = holding.to;
  else list.push(holding);
}

const isSame = (a: Holder, b: Holder): boolean =>
  a.kind === b.kind && a.unitId === b.unitId && a.why === b.why && a.contributionId === b.contributionId;

/** Working days that somebody held. */
export interface HeldDays {
  kind: Holder['kind'];
  unitId: string | null;
  workingDays: number;
}

/** A count of working days, with the day of an instant: what adds up over intervals that touch. */
export interface DayCount {
  calendar: WorkingCalendar;
  dayOf: (instant: number) => LocalDate;
}

/** The day on which it began is not counted, that on which it ended is; the end of a day is of that day. */
export function heldDays({ from, to }: Pick<Holding, 'from' | 'to'>, { calendar, dayOf }: DayCount): number {
  const [begun, ended] = [dayOf(from - 1), dayOf(to - 1)];
  return calendar.workingDaysBetween(addDays(begun, 1), addDays(ended, 1));
}

/** How many working days each held in all, those who held none left out. */
export function sumsOf(holdings: readonly Holding[], count: DayCount): HeldDays[] {
  const sums = new Map<string, HeldDays>();
  for (const holding of holdings) add(sums, holding, heldDays(holding, count));
  return [...sums.values()].filter(({ workingDays }) => workingDays !== 0);
}

/** Something that was owed of a part and came late. */
export interface Delay {
  dueAt: number;
  /** By how many working days. */
  days: number;
  /** Contributions that were asked for it. */
  contributionIds: readonly string[];
}

/**
 * Whose the working days are by which something was late. A co-unit that contributed late to it took the time from the
 * lead, before the date as after it; other waiting counts once the date has passed. Such days are charged to whom the
 * holder waited for, the newest first, and what is left to the part's own unit: never more than it was late.
 *
 * @param own the part's own unit
 * @param holdings of the part, up to when it was settled
 */
export function delayOf(
  { dueAt, days, contributionIds }: Delay,
  own: Pick<Holder, 'kind' | 'unitId'>,
  holdings: readonly Holding[],
  count: DayCount,
): HeldDays[] {
  const charged = new Map<string, HeldDays>();
  let left = days;
  for (const holding of holdings.toReversed()) {
    if (holding.why !== 'contributing' && holding.why !== 'coordinating') continue;
    const isOfIt = holding.contributionId !== null && contributionIds.includes(holding.contributionId);
    const from = isOfIt ? holding.from : Math.max(holding.from, dueAt);
    if (from >= holding.to) continue;
    const taken = Math.min(left, heldDays({ from, to: holding.to }, count));
    add(charged, holding, taken);
    left -= taken;
  }
  add(charged, own, left);
  return [...charged.values()].filter(({ workingDays }) => workingDays !== 0);
}

function add(
  sums: Map<string, HeldDays>,
  { kind, unitId }: Pick<Holder, 'kind' | 'unitId'>,
  workingDays: number,
): void {
  const key = `${kind} ${unitId}`;
  const sum = sums.get(key) ?? { kind, unitId, workingDays: 0 };
  sums.set(key, { ...sum, workingDays: sum.workingDays + workingDays });
}
