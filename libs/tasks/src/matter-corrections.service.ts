import { assertMay, UnitDirectory } from '@duban/directory';
import { OPEN_STATES } from '@duban/domain';
import { type Actor, type Change, HistoryService } from '@duban/history';
import { conflict, invalid, localDateOf, type LocalDate, notFound, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { Assignment } from './assignment.entity';
import { AssignmentService } from './assignment.service';
import {
  checkDays,
  checkSource,
  dayIn,
  dueAlready,
  levelIn,
  maskedName,
  type PetitionerInput,
  refuseSecretMatter,
} from './matter-input';
import { matterChange, matterSnapshot } from './matter-records';
import { type MatterSource, Petitioner, RegisteredMatter } from './matter.entity';
import { assertReasoned } from './matter.service';
import { completionDay } from './plan-assignments';
import { targetsByTask, taskChange } from './plan-records';
import { Plan } from './plan.entity';
import { PolicyService } from './policy.service';
import { taskSnapshot } from './snapshots';
import { type RevisedObligations, SupervisionPort } from './supervision.port';
import { Target } from './target.entity';
import { Task } from './task.entity';

/** What is put right of a registered matter; what is absent stays. Its units are not changed here. */
export interface MatterCorrection {
  reason: string;
  expectedVersion?: number;
  title?: string;
  content?: string;
  source?: MatterSource;
  petitioner?: PetitionerInput | null;
  leaders?: string[];
  receivedOn?: string;
  level?: string;
  /** Null goes back to the policy's date. */
  dueOn?: string | null;
  dueReason?: string;
}

interface Held {
  matter: RegisteredMatter;
  /** The matter's own. */
  task: Task;
  /** Its parts, or itself: what units have. */
  carrying: Task[];
  plan: Plan;
}

/**
 * Puts registered matters right (事项更正) while they are under way, whoever has signed for them: what was said before
 * stays in history, and a date that changes is a new version of the deadline.
 */
@Injectable()
export class MatterCorrections {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly policies: PolicyService,
    private readonly assignments: AssignmentService,
    private readonly supervision: SupervisionPort,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  /**
   * @throws DomainError MATTER.UNKNOWN, MATTER.STALE, MATTER.ENDED, MATTER.OTHER_YEAR, MATTER.NOTHING_CHANGED, and those of
   *   registering
   */
  async correct(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    taskId: string,
    correction: MatterCorrection,
  ): Promise<RevisedObligations> {
    assertMay(actor, 'matter.register');
    refuseSecretMatter(correctedWords(correction));
    const held = await this.hold(tx, taskId, correction.expectedVersion);
    const { matter, task, carrying, plan } = held;
    const tasks = [task, ...carrying.filter((one) => one !== task)];
    const targets = await tx.getRepository(Target).find({
      where: { taskId: In(tasks.map(({ id }) => id)) },
      order: { position: 'ASC' },
    });
    const targetsOf = targetsByTask(targets);
    const before = new Map(
      tasks.map((one) => [one.id, structuredClone(taskSnapshot(one, targetsOf.get(one.id) ?? []))]),
    );
    const datedBefore = new Map(carrying.map((one) => [one.id, dated(one)]));
    const matterBefore = matterSnapshot(matter, task);

    const today = localDateOf(at, await this.directory.timeZoneOf(tx, plan.jurisdictionId));
    const policy = await this.policies.version(tx, plan.policyId!, plan.policyVersion!);
    this.apply(held, correction, today, levelIn(policy, correction.level ?? task.level ?? undefined));
    const handedOutOn = localDateOf(task.createdAt, await this.directory.timeZoneOf(tx, plan.jurisdictionId));
    for (const one of tasks) {
      one.dueOn = completionDay(policy, plan.year!, handedOutOn, one, this.calendar);
      const isOther = one.dueOn !== before.get(one.id)!.dueOn;
      if (isOther && one.dueOn !== null && this.calendar.effectiveDate(one.dueOn) < today) {
        throw dueAlready(one.dueOn, today);
      }
    }
    const changed = tasks.filter(
      (one) => JSON.stringify(taskSnapshot(one, targetsOf.get(one.id) ?? [])) !== JSON.stringify(before.get(one.id)),
    );
    const isMatterChanged = JSON.stringify(matterSnapshot(matter, task)) !== JSON.stringify(matterBefore);
    if (changed.length === 0 && !isMatterChanged && correction.petitioner === undefined) {
      throw invalid('MATTER.NOTHING_CHANGED', 'It says all that already.');
    }

    await this.setPetitioner(tx, taskId, correction.petitioner);
    for (const one of changed) await tx.getRepository(Task).save(one);
    matter.version++;
    await tx.getRepository(RegisteredMatter).update({ id: matter.id }, columnsOf(matter));
    await this.history.append(tx, actor, at, [
      ...changed.map((one): Change =>
        taskChange('task.corrected', one, targetsOf.get(one.id) ?? [], { ...before.get(one.id)! }, correction.reason),
      ),
      matterChange('matter.corrected', matter, task, matterBefore, correction.reason),
    ]);
    const result: RevisedObligations = { obligations: 0, rescheduled: 0, skipped: [] };
    for (const one of carrying.filter((each) => changed.includes(each))) {
      const open = await this.openParts(tx, one.id);
      const owed = await this.supervision.reviseObligations(tx, {
        actor,
        at,
        plan,
        policy,
        revisionId: null,
        handedOutOn,
        takenOn: today,
        before: datedBefore.get(one.id)!,
        task: one,
        assignments: open.map((assignment) => ({ assignment, roleBefore: assignment.role })),
        told: open.map(({ unitId }) => ({ unitId, part: 'changed' as const })),
      });
      result.obligations += owed.obligations;
      result.rescheduled += owed.rescheduled;
      result.skipped.push(...owed.skipped);
    }
    return result;
  }

  /**
   * Says that a matter is the same as another task (重复): its parts are cancelled for that reason, and the link stays.
   * @throws DomainError MATTER.UNKNOWN, MATTER.STALE, MATTER.ENDED, MATTER.SAME_AS_ITSELF, MATTER.SAME_AS_UNKNOWN,
   *   MATTER.SAME_AS_ENDED
   */
  async linkAsSame(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    taskId: string,
    { sameAs, reason, expectedVersion }: { sameAs: string; reason?: string; expectedVersion?: number },
  ): Promise<void> {
    assertMay(actor, 'matter.register');
    const { matter, task, carrying } = await this.hold(tx, taskId, expectedVersion);
    const other = await tx.getRepository(Task).findOneBy({ id: sameAs, jurisdictionId: matter.jurisdictionId });
    if (!other || other.state === null) {
      throw notFound('MATTER.SAME_AS_UNKNOWN', 'There is no such task that was handed out.', { field: 'taskId' });
    }
    if (other.id === taskId || other.parentId === taskId) {
      throw invalid('MATTER.SAME_AS_ITSELF', 'Name another task than the matter itself.', { field: 'taskId' });
    }
    if (other.state === 'cancelled') {
      throw conflict('MATTER.SAME_AS_ENDED', 'The other was cancelled: nobody would do either.', { field: 'taskId' });
    }
    const why = reason ?? `与${other.number ?? `“${[...other.content].slice(0, 30).join('')}”`}重复`;
    const before = matterSnapshot(matter, task);
    matter.sameAs = sameAs;
    matter.version++;
    await tx.getRepository(RegisteredMatter).update({ id: matter.id }, columnsOf(matter));
    await this.history.append(tx, actor, at, [matterChange('matter.linked', matter, task, before, why)]);
    for (const one of carrying) {
      for (const part of await this.openParts(tx, one.id)) {
        await this.assignments.cancel(tx, actor, at, part.id, 'duplicate', why);
      }
    }
  }

  /** The matter with its tasks, locked from the whole to the part. */
  private async hold(tx: EntityManager, taskId: string, expectedVersion?: number): Promise<Held> {
    const lock = { mode: 'for_no_key_update' } as const;
    const tasks = tx.getRepository(Task);
    const task = await tasks.findOne({ where: { id: taskId }, lock });
    const matter = task && (await tx.getRepository(RegisteredMatter).findOneBy({ taskId }));
    if (!matter) throw notFound('MATTER.UNKNOWN', 'There is no such registered matter.', { taskId });
    if (expectedVersion !== undefined && expectedVersion !== matter.version) {
      throw conflict('MATTER.STALE', 'Somebody has corrected the matter since you read it.', {
        version: matter.version,
      });
    }
    if (task.state === 'verified' || task.state === 'cancelled') {
      throw conflict('MATTER.ENDED', `The matter is ${task.state}; nothing of it is changed any more.`, {
        state: task.state,
      });
    }
    const parts = await tasks.find({ where: { parentId: taskId }, order: { position: 'ASC' }, lock });
    const plan = await tx.getRepository(Plan).findOneByOrFail({ id: task.planId });
    return { matter, task, carrying: parts.length > 0 ? parts : [task], plan };
  }

  private apply(
    { matter, task, carrying }: Held,
    correction: MatterCorrection,
    today: LocalDate,
    level: string | null,
  ): void {
    const receivedOn =
      correction.receivedOn === undefined ? task.receivedOn! : dayIn(correction.receivedOn, 'receivedOn');
    if (Number(receivedOn.slice(0, 4)) !== matter.year) {
      throw conflict('MATTER.OTHER_YEAR', `Its number is one of ${matter.year}, and so is the day of its receipt.`, {
        field: 'receivedOn',
      });
    }
    const dueOn =
      correction.dueOn === undefined
        ? task.deadlineDue
        : correction.dueOn === null
          ? null
          : dayIn(correction.dueOn, 'dueOn');
    const isDated = correction.dueOn !== undefined || correction.receivedOn !== undefined;
    if (isDated) checkDays({ today, receivedOn, dueOn });
    const dueReason = dueOn === null ? null : (correction.dueReason ?? matter.dueReason);
    if (correction.dueOn !== undefined) assertReasoned(dueOn, correction.dueReason);
    const source = correction.source ?? matter.source;
    const petitioner = correction.petitioner ?? null;
    checkSource(matter.kind, source, petitioner);
    for (const one of new Set([task, ...carrying])) {
      Object.assign(one, { receivedOn, level, deadlineDue: dueOn, deadlineText: dueReason });
      if (correction.title !== undefined) one.path = [correction.title];
      if (correction.leaders !== undefined) one.leaders = correction.leaders;
    }
    if (correction.content !== undefined) task.content = correction.content;
    Object.assign(matter, { source, dueReason });
    if (correction.petitioner !== undefined) {
      matter.petitioner = petitioner === null ? null : maskedName(petitioner.name);
    }
  }

  private async setPetitioner(
    tx: EntityManager,
    taskId: string,
    petitioner: PetitionerInput | null | undefined,
  ): Promise<void> {
    if (petitioner === undefined) return;
    await tx.getRepository(Petitioner).delete({ taskId });
    if (petitioner === null) return;
    const { name, phone = null } = petitioner;
    await tx.getRepository(Petitioner).insert({ taskId, name, phone });
  }

  private openParts(tx: EntityManager, taskId: string): Promise<Assignment[]> {
    return tx.getRepository(Assignment).find({
      where: { taskId, state: In(OPEN_STATES) },
      order: { id: 'ASC' },
      lock: { mode: 'for_no_key_update' },
    });
  }
}

const dated = ({ deadlineDue, milestones, receivedOn, level }: Task) => ({
  deadlineDue,
  milestones,
  receivedOn,
  level,
});

const columnsOf = ({ source, petitioner, dueReason, sameAs, version }: RegisteredMatter) => {
  return { source, petitioner, dueReason, sameAs, version };
};

const correctedWords = ({ title, content, source, dueReason }: MatterCorrection) => ({
  ...(title === undefined ? {} : { title }),
  ...(content === undefined ? {} : { content }),
  ...(source === undefined ? {} : { source }),
  ...(dueReason === undefined ? {} : { dueReason }),
});
