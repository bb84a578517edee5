import { setTimeout as delay } from 'node:timers/promises';
import { Transactor } from '@duban/database';
import { sendFrom } from '@duban/domain';
import { atLocalTime, type Clock, parseLocalDate, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR, CLOCK } from '@duban/platform';
import { JobProducer } from '@duban/queue';
import { DeadlineRecount, OfficeDues, PeriodLights, RECOUNT_DUE_AT, SweepService } from '@duban/supervision';
import { ReorganisationService, SuspensionService } from '@duban/tasks';
import { Inject, Injectable } from '@nestjs/common';
import { Dispatcher } from './dispatcher';

/** How long a moved clock waits for another worker's rows, and how often it looks. */
const OTHERS_MS = 20_000;
const LOOK_EVERY_MS = 50;
/** More days than any holiday keeps offices closed. */
const LONGEST_HOLIDAY_DAYS = 20;

/** Something that is done when its time has come. */
interface DueWork {
  /** Does all that is due; says how many rows failed, and are due still. */
  run(now: Date): Promise<{ failed: number }>;
  /** SQL of the instants at which something of it is due: one column, for any number of rows. */
  dueAt: string;
}

/**
 * One round of the supervision's work: carry out the reorganisations (机构改革) whose day has come, end suspensions (中止),
 * tell the office what it owes an answer, count anew what a paper changed the days of, give the lights (亮灯) of missing reports, sweep what is due, then compose and send what is to be said. In this order: who is urged on a day is whose the work is
 * on that day.
 */
@Injectable()
export class Round {
  /** In their order. */
  private readonly works: readonly DueWork[];

  constructor(
    private readonly transactor: Transactor,
    reorganisations: ReorganisationService,
    suspensions: SuspensionService,
    officeDues: OfficeDues,
    recount: DeadlineRecount,
    lights: PeriodLights,
    sweep: SweepService,
    private readonly dispatcher: Dispatcher,
    private readonly jobs: JobProducer,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {
    this.works = [
      {
        run: (now) => reorganisations.carryOutDue(now),
        dueAt: `select due_at from reorganisation where due_at is not null`,
      },
      {
        run: (now) => suspensions.resumeDue(now),
        dueAt: `select a.resume_on::timestamp at time zone j.time_zone
          from assignment a join jurisdiction j on j.id = a.jurisdiction_id where a.resume_on is not null`,
      },
      {
        run: (now) => officeDues.run(now),
        dueAt: `select next_step_at from objection where next_step_at is not null
          union all select next_step_at from coordination where next_step_at is not null
          union all select next_step_at from application where next_step_at is not null
          union all select next_step_at from supervision_notice where next_step_at is not null`,
      },
      // Before the sweep, which leaves out what was computed by an older calendar.
      { run: (now) => recount.run(now), dueAt: RECOUNT_DUE_AT },
      {
        run: (now) => lights.run(now),
        dueAt: `select next_light_at from obligation where next_light_at is not null`,
      },
      {
        run: (now) => sweep.run(now),
        dueAt: `select next_rung_at from obligation where next_rung_at is not null`,
      },
    ];
  }

  /** Sweeps, and has the rest done by a job; where the queue's store is away, does it here. */
  async run(): Promise<void> {
    for (const work of this.works) await work.run(this.clock.now());
    if (!(await this.jobs.add('notifications', 'digest.compose', {}))) await this.dispatcher.dispatch();
  }

  /**
   * Plays time up to an instant: everything that falls due on the way is done at its own time, in order, here and
   * without the queue.
   *
   * @param moveTo sets the clock; called with instants that never go back, the last of them `target`
   */
  async playTo(target: Date, moveTo: (step: Date) => Promise<unknown>): Promise<void> {
    await this.runHere(this.clock.now());
    for (let step = this.clock.now(); step < target;) {
      const next = await this.nextAfter(step);
      step = next !== null && next < target ? next : target;
      await moveTo(step);
      await this.runHere(step);
    }
  }

  private async runHere(now: Date): Promise<void> {
    let failed = await this.runOnce(now);
    // Rows that a worker holds just now were skipped; they are its to do, and done when it commits or gives up. Rows
    // that failed stay due and are not waited for.
    for (const end = Date.now() + OTHERS_MS; (await this.stillDue(now)) > failed && Date.now() < end;) {
      await delay(LOOK_EVERY_MS);
      failed = await this.runOnce(now);
    }
    await this.dispatcher.dispatchHere();
  }

  /** @returns how many rows failed and are due still */
  private async runOnce(now: Date): Promise<number> {
    let failed = 0;
    for (const work of this.works) failed += (await work.run(now)).failed;
    return failed;
  }

  private dueAt(): string {
    return this.works.map(({ dueAt }) => dueAt).join(' union all ');
  }

  private async stillDue(now: Date): Promise<number> {
    const [row]: { count: number }[] = await this.transactor.run((tx) =>
      tx.query(`select count(*)::int as count from (${this.dueAt()}) due(at) where at <= $1`, [now]),
    );
    return row!.count;
  }

  /** When something falls due next, strictly after an instant: what cannot be moved on does not stop the clock. */
  private async nextAfter(instant: Date): Promise<Date | null> {
    const [row]: { at: Date | null }[] = await this.transactor.run((tx) =>
      tx.query(
        `select least(
           (select min(at) from (${this.dueAt()}) due(at) where at > $1),
           (select min(send_from) from notification where composed_at is null and send_from > $1),
           (select min(escalate_at) from digest where escalate_at > $1),
           (select min(next_attempt_at) from delivery where state in ('queued', 'sending') and next_attempt_at > $1)
         ) as at`,
        [instant],
      ),
    );
    const handover = await this.nextHandover(instant);
    const at = row?.at ?? null;
    return handover !== null && (at === null || handover < at) ? handover : at;
  }

  /** When somebody is told next of what is open in a post that they have taken over: in the first working hours of it. */
  private async nextHandover(instant: Date): Promise<Date | null> {
    const terms: { fromOn: string; timeZone: string }[] = await this.transactor.run((tx) =>
      tx.query(
        `select distinct h.from_on::text as "fromOn", j.time_zone as "timeZone"
         from post_holding h join post on post.id = h.post_id left join unit u on u.id = post.unit_id
           join jurisdiction j on j.id = u.jurisdiction_id or post.unit_id is null
         where h.handed_over_at is null and h.from_on > $1::date - $2::int`,
        [instant, LONGEST_HOLIDAY_DAYS],
      ),
    );
    const starts = terms
      .map(({ fromOn, timeZone }) =>
        sendFrom(atLocalTime(parseLocalDate(fromOn), '00:00', timeZone), this.calendar, timeZone),
      )
      .filter((start) => start > instant);
    return starts.length === 0 ? null : new Date(Math.min(...starts.map(Number)));
  }
}
