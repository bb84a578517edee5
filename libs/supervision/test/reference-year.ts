import { addDays, CHINA_HOLIDAYS, createWorkingCalendar, type LocalDate } from '@duban/kernel';

/*
 * What is followed up in a year, done on paper: day by day, from the published rules. It shares nothing with the ladders,
 * clocks and sweeps of the product but the list of working days.
 */

export interface RefRung {
  id: string;
  kind: 'reminder' | 'urge' | 'notice';
  colour?: 'blue' | 'orange' | 'red';
  offset: { workingDays: number } | { calendarDays: number } | { shareOfTime: number };
  to: ('contact' | 'head')[];
  copyTo?: 'office'[];
  answerWithin?: { workingDays: number };
  when?: { role: 'lead' | 'others' };
}
export interface RefLadder {
  at: string;
  rungs: RefRung[];
}
type Kind = 'sign_for' | 'progress_report' | 'completion' | 'rectification';
interface Notice {
  id: number;
  version: number;
  sentOn: LocalDate;
  answerDueOn: LocalDate;
  state: 'issued' | 'answered' | 'accepted' | 'rejected' | 'closed';
}
export interface Owed {
  kind: Kind;
  /** Of several of a kind, in the order in which they were made. */
  number: number;
  ladder: RefLadder;
  state: 'open' | 'stopped' | 'settled';
  version: number;
  dueOn: LocalDate;
  madeOn: LocalDate;
  /** The day from which a share of its time is counted. */
  startedOn: LocalDate;
  /** The date as it was set last, and on which day: from these two the time is counted for which the clock stood. */
  set: { dueOn: LocalDate; on: LocalDate };
  /** How many rungs have had their turn, or never get one. */
  turn: number;
  /** Whether any had it of this version. */
  hasClimbed: boolean;
  /** The rung whose turn it is comes on a working day after this one. */
  notBefore: LocalDate | null;
  /** An answer waits, or was accepted. */
  isHeld: boolean;
  notices: Notice[];
  /** Days of rungs that were counted already, of the present date. */
  planned: Map<number, LocalDate>;
}
/** One line a recipient. */
export type Sent = string;

const calendar = createWorkingCalendar(CHINA_HOLIDAYS);
const works = (day: LocalDate): boolean => calendar.isWorkingDay(day);
const next = (day: LocalDate): LocalDate => addDays(day, 1);

/** The n-th working day after a day, or before it; nought is the day itself, or the next that is worked. */
export function workingDay(from: LocalDate, n: number): LocalDate {
  let day = from;
  for (let left = Math.abs(n); left > 0; left--)
    do day = addDays(day, n > 0 ? 1 : -1);
    while (!works(day));
  while (!works(day)) day = next(day);
  return day;
}
const dayOf = (at: Date): LocalDate => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10) as LocalDate;
const timeOf = (at: Date): string => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(11, 16);
export const instant = (day: LocalDate, time: string): Date => new Date(`${day}T${time}:00+08:00`);

/** The day on which people hear of what happens at an instant: outside of office hours the next working one. */
function toldOn(at: Date): LocalDate {
  const day = dayOf(at);
  return works(day) && timeOf(at) < '18:00' ? day : workingDay(day, 1);
}

function plannedOn({ offset }: RefRung, { dueOn, startedOn }: Owed): LocalDate {
  if ('workingDays' in offset) return workingDay(dueOn, offset.workingDays);
  if ('calendarDays' in offset) return workingDay(addDays(dueOn, offset.calendarDays), 0);
  let whole = 0;
  for (let day = startedOn; day < dueOn; day = next(day)) whole++;
  return workingDay(addDays(dueOn, -Math.floor((whole * (100 - offset.shareOfTime)) / 100)), 0);
}
const isLateRung = ({ kind, offset }: RefRung): boolean =>
  kind === 'notice' ||
  ('workingDays' in offset ? offset.workingDays > 0 : 'calendarDays' in offset && offset.calendarDays > 0);

/** The date after the clock has stood: a working day later for each on which it did while the date had not passed. */
function afterStops(
  { dueOn, on }: Owed['set'],
  stops: readonly [LocalDate, LocalDate][],
): { dueOn: LocalDate; days: number } {
  let moved = dueOn;
  let days = 0;
  for (const [from, to] of stops) {
    for (let day = from > on ? from : on; day < to; day = next(day)) if (works(day)) days++;
    const start = from > on ? from : on;
    if (start > moved) continue;
    let missed = 0;
    for (let day = start; day < to; day = next(day)) if (works(day)) missed++;
    moved = workingDay(moved, missed);
  }
  return { dueOn: moved, days };
}

/** One task of one unit through a year. */
export class ReferenceYear {
  readonly owed: Owed[] = [];
  readonly sent: Sent[] = [];
  readonly story: string[] = [];
  state: 'assigned' | 'in_progress' | 'reported' | 'ended' = 'assigned';
  resumeOn: LocalDate | null = null;
  private readonly stops: [LocalDate, LocalDate][] = [];
  private stoppedOn: LocalDate | null = null;
  private noticeCount = 0;

  constructor(private readonly rules: { rectification: { workingDays: number; ladder: RefLadder } }) {}

  get isStopped(): boolean {
    return this.stoppedOn !== null;
  }

  owe(kind: Kind, dueOn: LocalDate, ladder: RefLadder, at: Date): Owed {
    const today = dayOf(at);
    const effectiveOn = workingDay(dueOn, 0);
    const owed: Owed = {
      kind,
      number: this.owed.filter((one) => one.kind === kind).length,
      ladder,
      state: 'open',
      version: 0,
      dueOn: effectiveOn,
      madeOn: today,
      startedOn: today,
      set: { dueOn: effectiveOn, on: today },
      turn: 0,
      hasClimbed: false,
      notBefore: null,
      isHeld: false,
      notices: [],
      planned: new Map(),
    };
    this.owed.push(owed);
    this.redate(owed, dueOn, at, 0);
    return owed;
  }

  open(kind: Kind): Owed | undefined {
    return this.owed.find((one) => one.kind === kind && one.state === 'open');
  }

  settle(owed: Owed): void {
    owed.state = 'settled';
    for (const one of owed.notices) if (one.state !== 'accepted') one.state = 'closed';
  }

  /** Another date: the ladder from its first step. */
  redate(owed: Owed, dueOn: LocalDate, at: Date, stoppedDays: number): void {
    owed.version++;
    owed.planned.clear();
    owed.state = 'open';
    owed.dueOn = workingDay(dueOn, 0);
    owed.startedOn = stoppedDays > 0 ? workingDay(owed.madeOn, stoppedDays) : owed.madeOn;
    if (stoppedDays === 0) owed.set = { dueOn: owed.dueOn, on: dayOf(at) };
    Object.assign(owed, { turn: 0, hasClimbed: false, notBefore: null, isHeld: false });
    this.forgo(owed, at);
  }

  extend(owed: Owed, dueOn: LocalDate, at: Date): void {
    for (const one of owed.notices) one.state = 'closed';
    this.redate(owed, dueOn, at, 0);
  }

  /** A completion that was withdrawn is owed by the same date; the ladder goes on after what was sent of it. */
  takeUp(owed: Owed, at: Date): void {
    owed.state = 'open';
    owed.isHeld = false;
    owed.notBefore = lastNotice(owed)?.answerDueOn ?? null;
    this.forgo(owed, at);
  }

  suspend(until: LocalDate, at: Date): void {
    this.resumeOn = until;
    this.stoppedOn = dayOf(at);
    for (const one of this.owed) if (one.state === 'open') one.state = 'stopped';
  }

  resume(at: Date): void {
    const stop: [LocalDate, LocalDate] = [this.stoppedOn!, dayOf(at)];
    this.stops.push(stop);
    this.stoppedOn = null;
    this.resumeOn = null;
    for (const owed of this.owed.filter(({ state }) => state === 'stopped')) {
      const moved = afterStops(owed.set, this.stops);
      if (moved.dueOn > owed.dueOn) {
        this.redate(owed, moved.dueOn, at, moved.days);
        continue;
      }
      owed.state = 'open';
      const last = lastNotice(owed);
      // Time to answer does not run while the clock stands.
      owed.notBefore = last ? afterStops({ dueOn: last.answerDueOn, on: last.sentOn }, this.stops).dueOn : null;
      this.forgo(owed, at);
    }
  }

  answer(owed: Owed, notice: Notice): void {
    notice.state = 'answered';
    owed.isHeld = true;
  }

  accept(notice: Notice): void {
    notice.state = 'accepted';
  }

  /** The next step, not before the next working day, nor before the time to answer is over. */
  reject(owed: Owed, notice: Notice, at: Date): void {
    notice.state = 'rejected';
    if (notice.version !== owed.version || owed.state !== 'open') return;
    owed.isHeld = false;
    const told = toldOn(at);
    owed.notBefore = notice.answerDueOn > told ? notice.answerDueOn : told;
  }

  return(at: Date): void {
    const { workingDays, ladder } = this.rules.rectification;
    this.owe('rectification', workingDay(dayOf(at), workingDays), ladder, at);
  }

  /** Nobody is reminded of a date at the moment of learning that the day for it lay before. */
  private forgo(owed: Owed, at: Date): void {
    const { rungs } = owed.ladder;
    while (owed.turn < rungs.length && !isLateRung(rungs[owed.turn]!) && this.comesAt(owed, owed.turn, true) < at)
      owed.turn++;
  }

  private comesAt(owed: Owed, i: number, isNext: boolean): Date {
    const planned = owed.planned.get(i) ?? plannedOn(owed.ladder.rungs[i]!, owed);
    owed.planned.set(i, planned);
    const earliest = isNext && owed.notBefore !== null ? workingDay(owed.notBefore, 1) : planned;
    return instant(planned > earliest ? planned : earliest, owed.ladder.at);
  }

  /** Somebody looks at what has fallen due since they looked last. */
  sweep(at: Date): void {
    for (const owed of this.owed) if (owed.state === 'open' && !owed.isHeld) this.look(owed, at);
  }

  private look(owed: Owed, at: Date): void {
    const { rungs } = owed.ladder;
    const reminders: { rung: RefRung; plannedAt: Date }[] = [];
    const said = (rung: RefRung, plannedAt: Date, collapsed: string[]): void => {
      const to = [...rung.to.map((post) => [post, '']), ...(rung.copyTo ?? []).map((post) => [post, ' copy'])];
      for (const [post, copy] of to)
        this.sent.push(
          `${owed.kind}#${owed.number} v${owed.version} ${rung.id} ${at.toISOString()} of ${plannedAt.toISOString()} [${collapsed.join()}] ${post}${copy}`,
        );
    };
    for (let isNext = true; owed.turn < rungs.length; isNext = false) {
      const rung = rungs[owed.turn]!;
      const plannedAt = this.comesAt(owed, owed.turn, isNext);
      if (plannedAt > at) break;
      owed.turn++;
      owed.hasClimbed = true;
      owed.notBefore = null;
      // It leads: what is for the others passes it over.
      if (rung.when?.role === 'others') continue;
      if (rung.kind !== 'notice') {
        reminders.push({ rung, plannedAt });
        continue;
      }
      const told = toldOn(at);
      const answerDueOn = workingDay(told, rung.answerWithin!.workingDays);
      owed.notices.push({
        id: this.noticeCount++,
        version: owed.version,
        sentOn: dayOf(at),
        answerDueOn,
        state: 'issued',
      });
      owed.notBefore = answerDueOn;
      said(rung, plannedAt, []);
      break;
    }
    const last = reminders.pop();
    if (last)
      said(
        last.rung,
        last.plannedAt,
        reminders.map(({ rung }) => rung.id),
      );
  }
}

const lastNotice = (owed: Owed): Notice | undefined =>
  owed.hasClimbed ? owed.notices.findLast(({ version }) => version === owed.version) : undefined;
