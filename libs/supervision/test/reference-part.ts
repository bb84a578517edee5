import { addDays, type LocalDate } from '@duban/kernel';
import { dayOf, daysBetween, instant, type ReferenceDays } from './reference-days';
import {
  afterStops,
  type Origin,
  type Planned,
  plannedBy,
  recordedBy,
  type RefKind,
  type RefLadder,
  type RefRecipient,
  type RefRules,
  type RefRung,
  type Stop,
  stoppedSince,
} from './reference-rules';

/*
 * What one unit owes of one task through a year, and what is followed up, done on paper: from the published rules, day by
 * day. It shares nothing with the ladders, clocks, rules and sweeps of the product but the list of working days.
 */

interface Notice {
  version: number;
  sentOn: LocalDate;
  answerDueOn: LocalDate;
  state: 'issued' | 'answered' | 'accepted' | 'rejected' | 'closed';
}
export interface Owed {
  kind: RefKind;
  subject: string | null;
  /** The rules by which it goes, and its ladder among them. */
  rules: RefRules;
  ladder: string;
  state: 'open' | 'stopped' | 'done' | 'lapsed';
  version: number;
  /** The version with which the present ladder began. */
  since: number;
  origin: Origin;
  recordedOn: LocalDate;
  dueOn: LocalDate;
  isUncertain: boolean;
  madeOn: LocalDate;
  /** Working days by which the present date moved because the clock stood. */
  stoppedDays: number;
  /** The date as it was set last, and on which day: from these two the time is counted for which the clock stood. */
  set: { origin: Origin; on: LocalDate };
  /** How many rungs had their turn. */
  climbed: number;
  next: { i: number; at: Date } | null;
  /** An answer waits, or was accepted. */
  isHeld: boolean;
  notices: Notice[];
  /** What was sent of the present ladder. */
  fired: { rung: RefRung; at: Date }[];
  /** By how many papers date and next rung were counted. */
  countedBy: number;
}
const COLOURS = ['blue', 'yellow', 'orange', 'red'] as const;
const COMPLETIONS: readonly RefKind[] = ['completion', 'rectification'];

const isLateRung = ({ kind, offset }: RefRung): boolean =>
  kind === 'notice' ||
  kind === 'talk' ||
  ('workingDays' in offset ? offset.workingDays > 0 : 'calendarDays' in offset && offset.calendarDays > 0);
const isOwedStill = ({ state }: Owed): boolean => state === 'open' || state === 'stopped';

/** What a part asks of the task that it is of. */
interface TaskOfPart {
  readonly plan: { readonly rules: RefRules; readonly year: number; readonly days: ReferenceDays };
  redate(): void;
  progressOf(part: ReferencePart, on: LocalDate): { reached: number; behind: number } | null;
  postsOf(unit: string, recipient: RefRecipient): string[];
}

export class ReferencePart {
  readonly owed: Owed[] = [];
  /** One line a recipient. */
  readonly sent: string[] = [];
  readonly figures: { value: number; at: Date }[] = [];
  state: 'assigned' | 'in_progress' | 'reported' | 'verified' | 'cancelled' = 'assigned';
  resumeOn: LocalDate | null = null;
  private readonly stops: Stop[] = [];
  private stoppedOn: LocalDate | null = null;

  /** @param from the day from which its dates run; what would have been due before is not owed */
  constructor(
    readonly task: TaskOfPart,
    public unit: string,
    readonly role: 'lead' | 'responsible',
    readonly from: LocalDate,
    at: Date,
  ) {
    const { rules, year, days } = task.plan;
    for (const planned of plannedBy(rules, year, from, role === 'lead'))
      if (days.workingDay(recordedBy(planned.origin, days), 0) >= from) this.owe(planned, rules, at);
  }

  get isStopped(): boolean {
    return this.stoppedOn !== null;
  }
  get hasEnded(): boolean {
    return this.state === 'verified' || this.state === 'cancelled';
  }
  private get days() {
    return this.task.plan.days;
  }
  private get isLead(): boolean {
    return this.role === 'lead';
  }

  open(...kinds: RefKind[]): Owed | undefined {
    return this.owed.find((one) => one.state === 'open' && kinds.includes(one.kind));
  }

  private owe({ kind, subject, ladder, origin }: Planned, rules: RefRules, at: Date): void {
    const recordedOn = recordedBy(origin, this.days);
    const owed: Owed = {
      kind,
      subject,
      rules,
      ladder,
      state: 'open',
      version: 0,
      since: 0,
      origin,
      recordedOn,
      dueOn: recordedOn,
      isUncertain: false,
      madeOn: dayOf(at),
      stoppedDays: 0,
      set: { origin, on: dayOf(at) },
      climbed: 0,
      next: null,
      isHeld: false,
      notices: [],
      fired: [],
      countedBy: 0,
    };
    this.owed.push(owed);
    this.redate(owed, origin, at);
  }

  /** Another date: the ladder from its first step. */
  private redate(owed: Owed, origin: Origin, at: Date, stoppedDays = 0, recordedOn?: LocalDate): void {
    owed.version++;
    Object.assign(owed, { since: owed.version, climbed: 0, isHeld: false, fired: [], stoppedDays });
    owed.state = this.isStopped ? 'stopped' : 'open';
    if (origin.by !== 'stops') owed.set = { origin, on: dayOf(at) };
    this.count(owed, origin, recordedOn);
    owed.countedBy = this.days.position;
    owed.next = this.isStopped ? null : this.first(owed, at, null);
  }

  private count(owed: Owed, origin: Origin, recordedOn = recordedBy(origin, this.days)): void {
    owed.origin = origin;
    owed.recordedOn = recordedOn;
    owed.dueOn = this.days.workingDay(owed.recordedOn, 0);
    owed.isUncertain = this.days.isUncertain(owed.recordedOn, owed.dueOn);
  }

  private settle(owed: Owed, state: 'done' | 'lapsed'): void {
    Object.assign(owed, { state, next: null });
    for (const one of owed.notices) if (one.state !== 'accepted') one.state = 'closed';
  }

  // --- what units and the office do

  signFor(): void {
    this.state = 'in_progress';
    this.settle(this.open('sign_for')!, 'done');
  }

  report(owed: Owed): void {
    this.settle(owed, 'done');
  }

  complete(): void {
    for (const owed of this.owed) if (isOwedStill(owed) && COMPLETIONS.includes(owed.kind)) this.settle(owed, 'done');
    this.state = 'reported';
  }

  private get lastCompletion(): Owed | undefined {
    return this.owed.findLast(({ kind, state }) => state === 'done' && COMPLETIONS.includes(kind));
  }

  /** A completion that was withdrawn is owed by the same date; the ladder goes on after what was sent of it. */
  withdraw(at: Date): void {
    const owed = this.lastCompletion!;
    Object.assign(owed, { state: 'open', isHeld: this.standing(owed)?.state === 'accepted' });
    owed.next = owed.isHeld ? null : this.first(owed, at, this.answerBy(owed));
    owed.countedBy = Math.min(owed.countedBy, this.days.position);
    this.state = 'in_progress';
  }

  return(at: Date): void {
    const { rules } = this.task.plan;
    const { workingDays, ladder } = rules.rectification;
    const subject = String(this.owed.filter(({ kind }) => kind === 'rectification').length + 1);
    const origin: Origin = { by: 'working_days', from: dayOf(at), n: workingDays };
    this.owe({ kind: 'rectification', subject, ladder, origin }, rules, at);
    this.state = 'in_progress';
  }

  verify(): void {
    this.end('verified');
  }

  end(state: 'verified' | 'cancelled'): void {
    for (const owed of this.owed) if (isOwedStill(owed)) this.settle(owed, 'lapsed');
    this.state = state;
  }

  extend(owed: Owed, dueOn: LocalDate, at: Date): void {
    for (const one of owed.notices) one.state = 'closed';
    this.redate(owed, { by: 'date', on: dueOn }, at);
    this.redateTask();
  }

  suspend(until: LocalDate, at: Date): void {
    this.resumeOn = until;
    this.stoppedOn = dayOf(at);
    for (const one of this.owed) if (one.state === 'open') Object.assign(one, { state: 'stopped', next: null });
  }

  resume(at: Date): void {
    this.stops.push([this.stoppedOn!, dayOf(at)]);
    this.stoppedOn = null;
    this.resumeOn = null;
    const { days, stops } = this;
    const held = this.owed.filter(({ state }) => state === 'stopped');
    for (const owed of held) {
      const { origin, on } = owed.set;
      const moved = afterStops(days.workingDay(recordedBy(origin, days), 0), on, stops, days);
      if (moved > owed.dueOn) {
        const since = stops.filter(([, to]) => to > on);
        this.redate(owed, { by: 'stops', set: origin, since: on, stops: since }, at, stoppedSince(on, stops, days));
        continue;
      }
      owed.state = 'open';
      owed.next = owed.isHeld ? null : this.first(owed, at, this.answerBy(owed));
      owed.countedBy = Math.min(owed.countedBy, days.position);
    }
    if (held.length > 0) this.redateTask();
  }

  /** Another unit's from now on (移交): it signs for it, and has some days at least for the rest. */
  handOver(unit: string, at: Date): void {
    const { rules } = this.task.plan;
    const today = dayOf(at);
    this.unit = unit;
    this.state = 'assigned';
    const completed = this.lastCompletion;
    for (const owed of this.owed) if (isOwedStill(owed) && owed.kind === 'sign_for') this.settle(owed, 'lapsed');
    const rest = this.owed.filter(isOwedStill);
    if (completed && !rest.some(({ kind }) => COMPLETIONS.includes(kind))) rest.push(completed);
    const n = rules.handedOver.workingDays;
    const earliest = this.days.workingDay(today, n);
    for (const owed of rest) {
      const before = owed.dueOn > earliest ? owed.recordedOn : earliest;
      this.redate(owed, { by: 'transfer', on: today, n, before: owed.recordedOn }, at, 0, before);
    }
    this.redateTask();
    const planned = plannedBy(rules, Number(today.slice(0, 4)), today, this.isLead).find(
      ({ kind }) => kind === 'sign_for',
    )!;
    const times = this.owed.filter(({ kind }) => kind === 'sign_for').length;
    this.owe({ ...planned, subject: String(times + 1) }, rules, at);
  }

  answer(owed: Owed, notice: Notice): void {
    notice.state = 'answered';
    if (notice.version >= owed.since) Object.assign(owed, { isHeld: true, next: null });
  }

  accept(notice: Notice): void {
    notice.state = 'accepted';
  }

  /** The next step, not before the next working day, nor before the time to answer is over. */
  reject(owed: Owed, notice: Notice, at: Date): void {
    notice.state = 'rejected';
    if (notice.version < owed.since || owed.state !== 'open') return;
    owed.isHeld = false;
    const told = this.days.toldOn(at);
    const answerBy = this.answerDay(notice);
    owed.next = this.at(owed, owed.climbed, answerBy > told ? answerBy : told);
    owed.countedBy = Math.min(owed.countedBy, this.days.position);
  }

  /** The notice about the present date that was sent last. */
  standing(owed: Owed): Notice | undefined {
    return owed.notices.findLast(({ version }) => version >= owed.since);
  }

  /** Its plan goes by other rules from now on; what is open follows them (变更督办规则). */
  goBy(rules: RefRules, at: Date): void {
    const { year } = this.task.plan;
    const today = dayOf(at);
    const isPast = ({ origin }: Planned): boolean => this.days.workingDay(recordedBy(origin, this.days), 0) < today;
    const of = (by: RefRules): Planned[] => plannedBy(by, year, this.from, this.isLead);
    const after = of(rules);
    const same = (one: Owed | Planned, other: Owed | Planned): boolean =>
      one.kind === other.kind && one.subject === other.subject;
    let isRedated = false;
    const existing = [...this.owed];
    const signs = existing.some((owed) => isOwedStill(owed) && owed.kind === 'sign_for');
    for (const owed of existing) {
      if (!isOwedStill(owed)) continue;
      const planned = after.find((one) => same(one, owed));
      const was = of(owed.rules).find((one) => same(one, owed));
      if (!planned && was) {
        this.settle(owed, 'lapsed');
        continue;
      }
      // A date that somebody set, or that moved with the clock, stands; nobody gets one that has passed.
      const isByRule = was !== undefined && recordedBy(was.origin, this.days) === owed.recordedOn;
      if (planned && isByRule && !isPast(planned) && recordedBy(planned.origin, this.days) !== owed.recordedOn) {
        Object.assign(owed, { rules, ladder: planned.ladder });
        this.redate(owed, planned.origin, at);
        isRedated ||= owed.kind === 'completion';
        continue;
      }
      const kinds = rules.obligations.filter(({ kind }) => kind === owed.kind);
      const ladder = planned?.ladder ?? kinds[0]?.ladder ?? rules.rectification.ladder;
      this.goOn(owed, rules, ladder, at);
    }
    for (const planned of after) {
      const had = existing.find((owed) => same(owed, planned));
      if (had && had.state !== 'lapsed') continue;
      if (planned.kind === 'sign_for' && (this.state !== 'assigned' || signs)) continue;
      if (isPast(planned) || (this.state === 'reported' && planned.kind === 'completion')) continue;
      if (had) {
        Object.assign(had, { rules, ladder: planned.ladder });
        this.redate(had, planned.origin, at);
      } else this.owe(planned, rules, at);
      isRedated ||= planned.kind === 'completion';
    }
    if (isRedated) this.redateTask();
  }

  /**
   * On another ladder, nothing that was said is said again, and of what is missed one step is made up for, on the next
   * working day: the first notice or talk, or else the last urge where nothing was sent since the date nor comes by then.
   */
  private goOn(owed: Owed, rules: RefRules, ladder: string, at: Date): void {
    Object.assign(owed, { rules, ladder });
    const { rungs, at: time } = ladderOf(owed);
    const lastSent = owed.fired
      .map((one) => one.at)
      .toSorted((a, b) => a.getTime() - b.getTime())
      .at(-1);
    const reached = Math.max(-1, ...owed.fired.map(({ rung }) => (rung.colour ? COLOURS.indexOf(rung.colour) : -1)));
    const planned = rungs.map((rung) => instant(this.plannedOn(rung, owed), time));
    const wasSent = (rung: RefRung, i: number): boolean => {
      if (owed.fired.some((one) => one.rung.id === rung.id)) return true;
      if (rung.kind === 'notice') return COLOURS.indexOf(rung.colour!) <= reached;
      if (rung.kind === 'talk') return owed.fired.some((one) => one.rung.kind === 'talk');
      return lastSent !== undefined && planned[i]! <= lastSent;
    };
    const start = rungs.findLastIndex(wasSent) + 1;
    const due = instant(owed.dueOn, time);
    const missed = rungs.map((_, i) => i).filter((i) => i >= start && planned[i]! < at);
    let next = missed.find((i) => rungs[i]!.kind === 'notice' || rungs[i]!.kind === 'talk');
    if (next === undefined && !owed.fired.some((one) => one.at > due)) next = missed.findLast((i) => planned[i]! > due);
    const isMadeUp = next !== undefined;
    next ??= rungs.findIndex((_, i) => i >= start && planned[i]! >= at);
    owed.climbed = next < 0 ? rungs.length : next;
    owed.next = null;
    if (next < 0 || owed.isHeld || owed.state === 'stopped') return;
    const floors = [isMadeUp ? dayOf(at) : null, this.answerBy(owed, true)].filter((day) => day !== null);
    owed.next = this.at(owed, next, floors.toSorted().at(-1) ?? null);
  }

  // --- the ladder

  private plannedOn({ offset }: RefRung, { dueOn, madeOn, stoppedDays }: Owed): LocalDate {
    const { days } = this;
    if ('workingDays' in offset) return days.workingDay(dueOn, offset.workingDays);
    if ('calendarDays' in offset) return days.workingDay(addDays(dueOn, offset.calendarDays), 0);
    const startedOn = stoppedDays > 0 ? days.workingDay(madeOn, stoppedDays) : madeOn;
    const whole = Math.max(0, daysBetween(startedOn, dueOn));
    return days.workingDay(addDays(dueOn, -Math.floor((whole * (100 - offset.shareOfTime)) / 100 + 1e-9)), 0);
  }

  /** A rung, not before the working day after a day. */
  private at(owed: Owed, i: number, after: LocalDate | null): Owed['next'] {
    const { rungs, at } = ladderOf(owed);
    if (i >= rungs.length) return null;
    const planned = this.plannedOn(rungs[i]!, owed);
    const earliest = after === null ? planned : this.days.workingDay(after, 1);
    return { i, at: instant(planned > earliest ? planned : earliest, at) };
  }

  /** What comes next after what had its turn: nobody is reminded of a date at the moment of learning that the day for it lay before. */
  private first(owed: Owed, at: Date, answerBy: LocalDate | null): Owed['next'] {
    const { rungs } = ladderOf(owed);
    for (let i = owed.climbed; i < rungs.length; i++) {
      const next = this.at(owed, i, answerBy)!;
      if (isLateRung(rungs[i]!) || next.at >= at) return next;
    }
    return null;
  }

  /** The last day to answer the last notice; time to answer does not run while the clock stands. */
  private answerBy(owed: Owed, whateverClimbed = false): LocalDate | null {
    const last = this.standing(owed);
    return last && (owed.climbed > 0 || whateverClimbed) ? this.answerDay(last) : null;
  }

  private answerDay({ answerDueOn, sentOn }: Notice): LocalDate {
    return afterStops(answerDueOn, sentOn, this.stops, this.days);
  }

  /** A paper has changed which days are worked: the dates by them, and the ladder goes on after what it has sent. */
  recount(at: Date): void {
    for (const owed of this.owed) {
      if (!isOwedStill(owed) || owed.countedBy >= this.days.position) continue;
      const before = { ...owed };
      if (owed.origin.by === 'stops') owed.stoppedDays = stoppedSince(owed.origin.since, owed.origin.stops, this.days);
      this.count(owed, owed.origin);
      if (before.next) owed.next = this.first(owed, before.next.at < at ? before.next.at : at, this.answerBy(owed));
      const isSame =
        owed.recordedOn === before.recordedOn &&
        owed.dueOn === before.dueOn &&
        owed.isUncertain === before.isUncertain &&
        owed.next?.i === before.next?.i &&
        owed.next?.at.getTime() === before.next?.at.getTime();
      if (!isSame) owed.version++;
      if (owed.kind === 'completion' && owed.recordedOn !== before.recordedOn) this.redateTask();
      owed.countedBy = this.days.position;
    }
  }

  /** Somebody looks at what has fallen due since they looked last. */
  sweep(at: Date): void {
    for (const owed of this.owed) if (owed.next !== null && owed.next.at <= at) this.climb(owed, at);
  }

  private climb(owed: Owed, at: Date): void {
    const { rungs } = ladderOf(owed);
    const reminders: { rung: RefRung; plannedAt: Date }[] = [];
    let next: Owed['next'] = owed.next;
    while (next !== null && next.at <= at) {
      const rung = rungs[next.i]!;
      const plannedAt = next.at;
      owed.climbed = next.i + 1;
      next = this.at(owed, next.i + 1, null);
      if (rung.when && !this.holds(owed, rung.when, at)) continue;
      if (rung.kind === 'talk') {
        // One step a day: what comes after a talk waits for the next working day.
        next = this.at(owed, next?.i ?? rungs.length, this.days.toldOn(at));
        this.say(owed, rung, at, plannedAt, []);
        break;
      }
      if (rung.kind !== 'notice') {
        reminders.push({ rung, plannedAt });
        continue;
      }
      const answerDueOn = this.days.workingDay(this.days.toldOn(at), rung.answerWithin!.workingDays);
      for (const one of owed.notices) if (one.state === 'issued') one.state = 'closed';
      owed.notices.push({ version: owed.version, sentOn: dayOf(at), answerDueOn, state: 'issued' });
      next = this.at(owed, next?.i ?? rungs.length, answerDueOn);
      this.say(owed, rung, at, plannedAt, []);
      break;
    }
    owed.next = next;
    const last = reminders.pop();
    if (last)
      this.say(
        owed,
        last.rung,
        at,
        last.plannedAt,
        reminders.map(({ rung }) => rung.id),
      );
  }

  private say(owed: Owed, rung: RefRung, at: Date, plannedAt: Date, collapsed: string[]): void {
    owed.fired.push({ rung, at });
    const to = new Set(rung.to.flatMap((one) => this.task.postsOf(this.unit, one)));
    const copies = new Set((rung.copyTo ?? []).flatMap((one) => this.task.postsOf(this.unit, one)));
    for (const post of new Set([...to, ...copies]))
      this.sent.push(
        `${nameOf(owed)} v${owed.version} ${rung.id} ${rung.kind} ${rung.colour ?? '-'} ${at.toISOString()} of ${plannedAt.toISOString()} [${collapsed.join()}] ${post}${to.has(post) ? '' : ' copy'}`,
      );
  }

  private holds({ rules }: Owed, when: NonNullable<RefRung['when']>, at: Date): boolean {
    if (when.role !== undefined && (when.role === 'lead') !== this.isLead) return false;
    // A task of a plan says nothing of its level: it is the first.
    if (when.levels && !when.levels.includes(rules.levels[0]!.id)) return false;
    const known = this.task.progressOf(this, dayOf(at));
    if (when.progressBelow !== undefined && known && known.reached >= when.progressBelow) return false;
    return when.behindPlanBy === undefined || !known || known.behind >= when.behindPlanBy;
  }
  private redateTask(): void {
    if (this.isLead) this.task.redate();
  }
}

export const nameOf = ({ kind, subject }: Owed): string => `${kind}#${subject ?? ''}`;
const ladderOf = ({ rules, ladder }: Owed): RefLadder => rules.ladders[ladder]!;
