import {
  type ClimbedTo,
  dateAfterStops,
  type DeadlineFacts,
  firstPointer,
  type ObligationKind,
  planObligations,
  type Policy,
  recordedBy,
  type Stop,
  stoppedDays,
} from '@duban/domain';
import { UnitDirectory } from '@duban/directory';
import { HistoryService } from '@duban/history';
import { type LocalDate, localDateOf, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { type ActedPart, type AssignmentChange, PolicyService, redateTask } from '@duban/tasks';
import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In, MoreThanOrEqual } from 'typeorm';
import { termOf } from './ladder-term';
import { NoticeCloser } from './notice-closer';
import { Obligation, obligationSnapshot, OWED } from './obligation.entity';
import { termsOf } from './obligation.terms';
import { type DeadlineOrigin, ladderOf, obligationChange, ObligationWriter } from './obligation.writer';
import { holdsLadder, stoodFor, stopsOfPart } from './stopped-parts';
import { SupervisionNotice } from './supervision-notice.entity';

/** Completion and what is owed after it was returned: one report discharges either. */
export const COMPLETION_KINDS: ObligationKind[] = ['completion', 'rectification'];

/** What a part's deadlines go by. */
interface Terms {
  policy: Policy;
  timeZone: string;
  today: LocalDate;
}

/**
 * Stops the clock of what a part owes, lets it go on, takes up again what was settled (停钟、续办). The time for which it
 * stood is read off the history of the part each time, and counted from the date that was set by other means: never added
 * to what was counted before.
 */
@Injectable()
export class ObligationClock {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly policies: PolicyService,
    private readonly writer: ObligationWriter,
    private readonly notices: NoticeCloser,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  /** Nothing of the part is late, reminded of or urged while its clock stands. */
  async stop(tx: EntityManager, { actor, at, plan, assignment }: AssignmentChange): Promise<void> {
    for (const obligation of await this.hold(tx, assignment.id, ['open'])) {
      const before = obligationSnapshot(obligation);
      Object.assign(obligation, { state: 'suspended', nextRung: null, nextRungAt: null });
      await tx.getRepository(Obligation).save(obligation);
      const change = obligationChange('obligation.suspended', obligation, plan.id, before);
      await this.history.append(tx, actor, at, [change]);
    }
  }

  /** Once nothing stops it any more: dates that had not passed move by the time for which it stood. */
  async start(tx: EntityManager, change: AssignmentChange): Promise<void> {
    const { actor, at, plan, assignment } = change;
    if (assignment.marks.length > 0) return;
    const held = await this.hold(tx, assignment.id, ['suspended']);
    if (held.length === 0) return;
    const terms = await this.termsOf(tx, change);
    const stops = await stopsOfPart(tx, assignment.id, terms.timeZone);
    for (const obligation of held) {
      const base = await this.setDate(tx, obligation.id, terms.timeZone);
      const dueOn = dateAfterStops(base.effectiveOn, base.setOn, stops, this.calendar);
      if (dueOn > obligation.effectiveOn) {
        const days = stoppedDays(base.setOn, stops, this.calendar);
        await this.redate(tx, change, terms, obligation, dueOn, {
          rule: stoodFor(days),
          base: { countedFrom: base.version, effectiveOn: base.effectiveOn, since: base.setOn, stoppedDays: days },
          suspensions: stops.filter(({ to }) => to !== null && to > base.setOn),
        });
        await this.holdSubmitted(tx, obligation);
        continue;
      }
      const before = obligationSnapshot(obligation);
      const isHeld = await isSubmitted(tx, obligation);
      const pointer = isHeld ? null : await this.pointerOf(tx, terms, obligation, at, stops);
      Object.assign(obligation, { state: 'open', nextRung: pointer?.rung ?? null, nextRungAt: pointer?.at ?? null });
      markComputed(obligation, this.calendar);
      await tx.getRepository(Obligation).save(obligation);
      await this.history.append(tx, actor, at, [obligationChange('obligation.resumed', obligation, plan.id, before)]);
    }
    await this.redateTask(tx, change);
  }

  /** A withdrawn completion is owed again, by the same date; its ladder goes on after the last rung that fired. */
  async reinstate(tx: EntityManager, change: AssignmentChange): Promise<void> {
    const obligation = await this.lastCompletion(tx, change.assignment.id);
    if (obligation) await this.takeUp(tx, change, await this.termsOf(tx, change), obligation);
  }

  /** The completion of a verified part is owed again, and what was still to come when it was verified. */
  async reopen(tx: EntityManager, change: AssignmentChange): Promise<{ dueOn: LocalDate | null }> {
    const { assignment, clock, at } = change;
    const terms = await this.termsOf(tx, change);
    const verifiedAt = await lastTime(tx, assignment.id, 'assignment.verified', at);
    for (const obligation of await this.hold(tx, assignment.id, ['lapsed'])) {
      const isToCome = obligation.effectiveOn >= terms.today && obligation.settledAt! >= verifiedAt;
      if (isToCome) await this.takeUp(tx, change, terms, obligation);
    }
    const completion = await this.lastCompletion(tx, assignment.id);
    if (!completion) return { dueOn: null };
    const verifiedOn = localDateOf(verifiedAt, terms.timeZone);
    const base = { verifiedOn, reopenedOn: terms.today };
    if (clock === 'new_date') {
      const origin = { rule: 'set when it was reopened', base };
      await this.redate(tx, change, terms, completion, change.dueOn!, origin);
    } else if (clock === 'stopped') {
      const stops = [{ from: verifiedOn, to: terms.today }];
      const dueOn = dateAfterStops(completion.effectiveOn, verifiedOn, stops, this.calendar);
      const rule = 'moved by the working days for which it counted as verified';
      const { effectiveOn } = completion;
      await this.redate(tx, change, terms, completion, dueOn, {
        rule,
        base: { ...base, effectiveOn, since: verifiedOn },
        suspensions: stops,
      });
    } else await this.takeUp(tx, change, terms, completion);
    await this.redateTask(tx, change);
    return { dueOn: completion.effectiveOn };
  }

  /**
   * What is owed of a part is the new unit's (移交), which signs for it with a time of its own and has some days at least
   * for the rest. What the unit before completed does not count for it.
   */
  async handOver(tx: EntityManager, change: AssignmentChange): Promise<{ signForBy: LocalDate | null }> {
    const { actor, at, plan, task, assignment } = change;
    const terms = await this.termsOf(tx, change);
    const completion = await this.lastCompletion(tx, assignment.id);
    const owed = await this.hold(tx, assignment.id, OWED);
    const [signFor, rest] = [
      owed.filter(({ kind }) => kind === 'sign_for'),
      owed.filter(({ kind }) => kind !== 'sign_for'),
    ];
    await this.writer.settle(tx, change, 'lapsed', signFor);
    const hasCompletion = rest.some(({ kind }) => COMPLETION_KINDS.includes(kind));
    const { workingDays } = terms.policy.handedOver;
    const earliest = this.calendar.addWorkingDays(terms.today, workingDays);
    for (const obligation of completion && !hasCompletion ? [...rest, completion] : rest) {
      obligation.unitId = assignment.unitId;
      const dueOn = obligation.effectiveOn > earliest ? obligation.dueOn : earliest;
      await this.redate(tx, change, terms, obligation, dueOn, {
        rule: `as before, and no sooner than ${workingDays} working days after the transfer`,
        base: { transferredOn: terms.today, workingDays, dueOn: obligation.dueOn },
      });
    }
    await this.redateTask(tx, change);
    const planned = planObligations(
      terms.policy,
      Number(terms.today.slice(0, 4)),
      terms.today,
      termsOf(task, assignment.role),
      this.calendar,
    ).find(({ kind }) => kind === 'sign_for');
    if (!planned) return { signForBy: null };
    const times = await tx.getRepository(Obligation).countBy({ assignmentId: assignment.id, kind: 'sign_for' });
    const obligation = this.writer.open(terms.policy, terms.timeZone, at, assignment, {
      ...planned,
      subject: String(times + 1),
      dueOn: planned.recordedOn,
    });
    const origins = new Map<string, DeadlineOrigin>([
      [obligation.id, { rule: planned.rule, base: { ...planned.base, transferredOn: terms.today } }],
    ]);
    await this.writer.insert(tx, actor, at, plan.id, 'obligation.opened', [obligation], origins);
    return { signForBy: obligation.effectiveOn };
  }

  /**
   * Owed by another date (延期), with the ladder from its first step. It is late no more, so the notices about the date
   * before are closed; what was late then stays so in what was recorded.
   */
  async extend(
    tx: EntityManager,
    part: ActedPart,
    obligation: Obligation,
    dueOn: LocalDate,
    origin: DeadlineOrigin,
  ): Promise<void> {
    await this.redate(tx, part, await this.termsOf(tx, part), obligation, dueOn, origin);
    await this.holdSubmitted(tx, obligation);
    await this.notices.closeOf(tx, part.actor, part.at, part.plan.id, [obligation]);
    await this.redateTask(tx, part);
  }

  /** Who set the present date, and what is to be known of it: not of those that follow from a clock that stood. */
  async originOf(tx: EntityManager, obligationId: string): Promise<{ version: number; setByUnit: string | null }> {
    const [row]: { version: number; setByUnit: string | null }[] = await tx.query(
      `select version, base->>'setByUnit' as "setByUnit" from deadline_version
       where obligation_id = $1 and not base ? 'countedFrom' order by version desc limit 1`,
      [obligationId],
    );
    if (!row) throw new Error(`obligation ${obligationId} has no deadline`);
    return row;
  }

  /** Owed again by the date that it had; the ladder goes on after what was sent of it. */
  private async takeUp(
    tx: EntityManager,
    { actor, at, plan, assignment }: AssignmentChange,
    terms: Terms,
    obligation: Obligation,
  ): Promise<void> {
    const stops = await stopsOfPart(tx, assignment.id, terms.timeZone);
    const pointer = await this.pointerOf(tx, terms, obligation, at, stops);
    const before = obligationSnapshot(obligation);
    Object.assign(obligation, {
      // The part may have been given to another unit meanwhile.
      unitId: assignment.unitId,
      state: 'open',
      settledAt: null,
      nextRung: pointer?.rung ?? null,
      nextRungAt: pointer?.at ?? null,
    });
    markComputed(obligation, this.calendar);
    await tx.getRepository(Obligation).save(obligation);
    await this.history.append(tx, actor, at, [obligationChange('obligation.reinstated', obligation, plan.id, before)]);
  }

  private async redate(
    tx: EntityManager,
    change: ActedPart,
    { timeZone }: Terms,
    obligation: Obligation,
    dueOn: LocalDate,
    origin: DeadlineOrigin,
  ): Promise<void> {
    obligation.unitId = change.assignment.unitId;
    await this.writer.redate(tx, change, obligation, dueOn, timeZone, origin);
  }

  /** A lead's date is its task's. */
  private async redateTask(tx: EntityManager, { actor, at, task, assignment }: ActedPart): Promise<void> {
    if (assignment.role !== 'lead') return;
    const days: { dueOn: LocalDate }[] = await tx.query(
      `select o.due_on::text as "dueOn" from obligation o join assignment a on a.id = o.assignment_id
       where a.task_id = $1 and a.role = 'lead' and o.kind = 'completion' and o.state <> 'lapsed'`,
      [task.id],
    );
    await this.history.append(
      tx,
      actor,
      at,
      await redateTask(
        tx,
        task,
        days.map(({ dueOn }) => dueOn),
      ),
    );
  }

  /** An answer that waits for the office, or was accepted, holds the ladder, also when it is taken up again. */
  private async pointerOf(tx: EntityManager, terms: Terms, obligation: Obligation, at: Date, stops: readonly Stop[]) {
    if (await this.isHeld(tx, obligation)) return null;
    const clock = { calendar: this.calendar, timeZone: terms.timeZone };
    const climbed = await this.climbedTo(tx, obligation, terms, stops);
    const ladder = await ladderOf(tx, this.policies, obligation);
    const term = await termOf(tx, obligation, terms.timeZone, this.calendar);
    return firstPointer(ladder, term, at, clock, climbed);
  }

  private async isHeld(tx: EntityManager, { id, ladderSince }: Obligation): Promise<boolean> {
    const last = await this.lastNotice(tx, id, ladderSince);
    if (last === null) return false;
    const [row]: { isHeld: boolean }[] = await tx.query(
      `select ${holdsLadder('n')} as "isHeld" from supervision_notice n where n.id = $1`,
      [last.id],
    );
    return row!.isHeld;
  }

  /** Nobody is reminded of an action plan that lies with those who approve it, whatever its date is now. */
  private async holdSubmitted(tx: EntityManager, obligation: Obligation): Promise<void> {
    if (!(await isSubmitted(tx, obligation))) return;
    Object.assign(obligation, { nextRung: null, nextRungAt: null });
    await tx.getRepository(Obligation).save(obligation);
  }

  /** Of the ladder that began with a version of the deadline. */
  private lastNotice(tx: EntityManager, obligationId: string, since: number): Promise<SupervisionNotice | null> {
    return tx.getRepository(SupervisionNotice).findOne({
      where: { obligationId, deadlineVersion: MoreThanOrEqual(since) },
      order: { issuedAt: 'DESC', id: 'DESC' },
    });
  }

  /** Time to answer a notice does not run while the clock stands. */
  private async climbedTo(
    tx: EntityManager,
    { id, lastRung, ladderSince }: Obligation,
    { timeZone }: Terms,
    stops: readonly Stop[],
  ): Promise<ClimbedTo | null> {
    if (lastRung === null) return null;
    const last = await this.lastNotice(tx, id, ladderSince);
    const answerDueOn = last?.answerDueOn ?? null;
    if (last === null || answerDueOn === null) return { rung: lastRung, answerDueOn };
    const sentOn = localDateOf(last.issuedAt, timeZone);
    return { rung: lastRung, answerDueOn: dateAfterStops(answerDueOn, sentOn, stops, this.calendar) };
  }

  /**
   * The newest version of a deadline that was set, not derived from another by the time for which the clock stood. One
   * that was counted anew by another calendar was set when the version was that it repeats.
   */
  private async setDate(
    tx: EntityManager,
    obligationId: string,
    timeZone: string,
  ): Promise<{ version: number; effectiveOn: LocalDate; setOn: LocalDate }> {
    const [row]: (DeadlineFacts & { version: number; setAt: Date })[] = await tx.query(
      `select d.version, d.recorded_on::text as "recordedOn", d.base, d.suspensions, r.recorded_at as "setAt"
       from deadline_version d join deadline_version r on r.obligation_id = d.obligation_id
         and r.version = coalesce((d.base->>'recountedFrom')::int, d.version)
       where d.obligation_id = $1 and not d.base ? 'countedFrom' order by d.version desc limit 1`,
      [obligationId],
    );
    if (!row) throw new Error(`obligation ${obligationId} has no deadline`);
    const effectiveOn = this.calendar.effectiveDate(recordedBy(row, this.calendar));
    return { version: row.version, effectiveOn, setOn: localDateOf(row.setAt, timeZone) };
  }

  private hold(tx: EntityManager, assignmentId: string, states: readonly Obligation['state'][]): Promise<Obligation[]> {
    return tx.getRepository(Obligation).find({
      where: { assignmentId, state: In([...states]) },
      order: { id: 'ASC' },
      lock: { mode: 'for_no_key_update' },
    });
  }

  private lastCompletion(tx: EntityManager, assignmentId: string): Promise<Obligation | null> {
    return tx.getRepository(Obligation).findOne({
      where: { assignmentId, state: 'discharged', kind: In(COMPLETION_KINDS) },
      order: { createdAt: 'DESC', id: 'DESC' },
      lock: { mode: 'for_no_key_update' },
    });
  }

  private async termsOf(tx: EntityManager, { plan, assignment, at }: ActedPart): Promise<Terms> {
    const timeZone = await this.directory.timeZoneOf(tx, assignment.jurisdictionId);
    return { policy: await this.policies.ofPlan(tx, plan), timeZone, today: localDateOf(at, timeZone) };
  }
}

/** Its next rung was computed by this calendar, its date perhaps by a newer one: the older of the two is to be looked at. */
function markComputed(obligation: Obligation, { position }: WorkingCalendar): void {
  obligation.calendarPosition = Math.min(obligation.calendarPosition, position);
}

async function isSubmitted(tx: EntityManager, { id, kind }: Obligation): Promise<boolean> {
  if (kind !== 'action_plan') return false;
  const rows = await tx.query(`select from action_plan where obligation_id = $1 and state = 'submitted' limit 1`, [id]);
  return rows.length > 0;
}

/** When an event last happened to a part. */
async function lastTime(tx: EntityManager, assignmentId: string, type: string, otherwise: Date): Promise<Date> {
  const [row]: { at: Date }[] = await tx.query(
    `select occurred_at as at from history_event where entity_id = $1 and type = $2 order by seq desc limit 1`,
    [assignmentId, type],
  );
  return row?.at ?? otherwise;
}
