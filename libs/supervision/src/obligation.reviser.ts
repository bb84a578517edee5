import { obligationChanges, type PlannedObligation, planObligations, type Policy } from '@duban/domain';
import { UnitDirectory } from '@duban/directory';
import type { WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { type AssignmentChange, PolicyService, type RevisedObligations, type TaskRevision } from '@duban/tasks';
import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In, IsNull } from 'typeorm';
import { NotificationWriter, type WantedNotification } from './notification.writer';
import { Obligation, OWED } from './obligation.entity';
import { type DatedTask, excerpt, numberOf, skippedOf, termsOf } from './obligation.terms';
import { ObligationWriter } from './obligation.writer';

/** Brings what is owed to what the policy gives after a revised document (修订) was taken. */
@Injectable()
export class ObligationReviser {
  constructor(
    private readonly directory: UnitDirectory,
    private readonly writer: ObligationWriter,
    private readonly policies: PolicyService,
    private readonly notifications: NotificationWriter,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  async revise(tx: EntityManager, revision: TaskRevision): Promise<RevisedObligations> {
    const { plan, task, before, takenOn } = revision;
    const { year, issuedOn } = plan;
    if (year === null || issuedOn === null) throw new Error(`plan ${plan.id} is not issued`);
    const result: RevisedObligations = { obligations: 0, rescheduled: 0, skipped: [] };
    for (const { assignment, roleBefore } of revision.assignments) {
      const from = roleBefore === null ? takenOn : (revision.handedOutOn ?? issuedOn);
      for (const policy of await this.policiesOf(tx, revision, assignment.id)) {
        const plannedFor = (terms: DatedTask, role: typeof roleBefore) =>
          role === null ? [] : planObligations(policy, year, from, termsOf(terms, role), this.calendar);
        const changes = obligationChanges(plannedFor(before, roleBefore), plannedFor(task, assignment.role));
        await this.lapsePlanned(tx, revision, policy, assignment.id, changes.dropped);
        for (const planned of [...changes.added, ...changes.redated]) {
          const done = await this.bring(tx, revision, policy, assignment, planned);
          if (done === 'skipped') result.skipped.push(skippedOf(task, assignment.unitId, planned));
          else if (done !== null) result[done]++;
        }
      }
    }
    await this.tellRevised(tx, revision);
    return result;
  }

  /** The plan's rules, and those under which something of a part was made that is still owed: it stays with them. */
  private async policiesOf(tx: EntityManager, { policy }: TaskRevision, assignmentId: string): Promise<Policy[]> {
    const others: { id: string; version: number }[] = await tx.query(
      `select distinct policy_id as id, policy_version as version from obligation
       where assignment_id = $1 and state = any($2) and (policy_id, policy_version) <> ($3, $4) order by 1, 2`,
      [assignmentId, OWED, policy.id, policy.version],
    );
    const policies = [policy];
    for (const { id, version } of others) policies.push(await this.policies.version(tx, id, version));
    return policies;
  }

  /** Makes what is owed anew, takes up again what had lapsed, gives what is open its new date. */
  private async bring(
    tx: EntityManager,
    revision: TaskRevision,
    policy: Policy,
    assignment: AssignmentChange['assignment'],
    planned: PlannedObligation,
  ): Promise<'obligations' | 'rescheduled' | 'skipped' | null> {
    const { actor, at, plan, takenOn } = revision;
    const { kind, subject } = planned;
    const existing = await tx.getRepository(Obligation).findOne({
      where: { assignmentId: assignment.id, kind, subject: subject ?? IsNull() },
      lock: { mode: 'for_no_key_update' },
    });
    if (existing?.state === 'discharged') return null;
    // What other rules have made is theirs to move; what is owed by nobody yet is made by the plan's.
    if (existing && OWED.includes(existing.state) ? !goesBy(existing, policy) : policy !== revision.policy) return null;
    const isPast = this.calendar.effectiveDate(planned.recordedOn) < takenOn;
    if (!(existing && OWED.includes(existing.state)) && isPast) return 'skipped';
    const timeZone = await this.directory.timeZoneOf(tx, plan.jurisdictionId);
    const { revisionId } = revision;
    const origin = {
      rule: planned.rule,
      base: { ...planned.base, ...(revisionId === null ? { correctedOn: takenOn } : { revisionId }) },
    };
    if (!existing) {
      const obligation = this.writer.open(policy, timeZone, at, assignment, { ...planned, dueOn: planned.recordedOn });
      await this.writer.insert(
        tx,
        actor,
        at,
        plan.id,
        'obligation.opened',
        [obligation],
        new Map([[obligation.id, origin]]),
      );
      return 'obligations';
    }
    const wasOwed = OWED.includes(existing.state);
    if (!wasOwed) existing.unitId = assignment.unitId;
    if (!wasOwed)
      Object.assign(existing, { policyId: policy.id, policyVersion: policy.version, ladder: planned.ladder });
    const change = { actor, at, plan, assignment };
    await this.writer.redate(tx, change, existing, planned.recordedOn, timeZone, origin);
    return wasOwed ? 'rescheduled' : 'obligations';
  }

  private async lapsePlanned(
    tx: EntityManager,
    revision: TaskRevision,
    { id: policyId, version: policyVersion }: Policy,
    assignmentId: string,
    dropped: readonly PlannedObligation[],
  ): Promise<void> {
    if (dropped.length === 0) return;
    const open = await tx.getRepository(Obligation).find({
      where: dropped.map(({ kind, subject }) => ({
        assignmentId,
        policyId,
        policyVersion,
        state: In([...OWED]),
        kind,
        subject: subject ?? IsNull(),
      })),
      order: { id: 'ASC' },
      lock: { mode: 'for_no_key_update' },
    });
    await this.writer.settle(tx, revision, 'lapsed', open);
  }

  private async tellRevised(tx: EntityManager, { at, plan, task, before, told }: TaskRevision): Promise<void> {
    const unitIds = [...new Set(told.map(({ unitId }) => unitId))];
    const posts = await this.directory.postsOf(tx, unitIds);
    const names = await this.directory.namesOf(tx, unitIds);
    const timeZone = await this.directory.timeZoneOf(tx, plan.jurisdictionId);
    const taskNumber = await numberOf(tx, task);
    const wanted = told.map(({ unitId, part }): WantedNotification => ({
      jurisdictionId: plan.jurisdictionId,
      postId: posts.get(unitId)!.contact,
      kind: 'task_revised',
      planId: plan.id,
      taskId: task.id,
      parameters: {
        part,
        taskNumber,
        taskContent: excerpt(task.content),
        unitName: names.get(unitId) ?? '',
        dueOn: part === 'removed' || (part !== 'added' && task.deadlineDue === before.deadlineDue) ? null : task.dueOn,
      },
    }));
    await this.notifications.write(tx, at, timeZone, wanted);
  }
}

const goesBy = ({ policyId, policyVersion }: Obligation, { id, version }: Policy): boolean =>
  policyId === id && policyVersion === version;
