import { UnitDirectory } from '@duban/directory';
import { DROPPED_STATES } from '@duban/domain';
import type { LocalDate } from '@duban/kernel';
import {
  type ActedPart,
  Assignment,
  type AssignmentChange,
  type Task,
  type TogetherMessage,
  type Unsatisfied,
} from '@duban/tasks';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, Not } from 'typeorm';
import type { Application } from './application.entity';
import { issuerPosts } from './issuer-posts';
import { NotificationWriter, type WantedNotification } from './notification.writer';
import { excerpt, numberOf } from './obligation.terms';

/** What units, leads and the office are told of what happens to a part (责任分工). */
@Injectable()
export class PartMessages {
  constructor(
    private readonly directory: UnitDirectory,
    private readonly notifications: NotificationWriter,
  ) {}

  /** A lead's completion goes to the office to verify, another unit's to the leads that are left. */
  async toVerifiers(tx: EntityManager, { plan, task, assignment, at }: AssignmentChange): Promise<void> {
    const leads: { unitId: string }[] = await tx.query(
      `select unit_id as "unitId" from assignment
       where task_id = $1 and role = 'lead' and state <> 'cancelled' order by id`,
      [task.id],
    );
    const postIds: string[] = [];
    if (assignment.role === 'lead' || leads.length === 0) {
      postIds.push(await this.officeOf(tx, plan.unitId, task));
    } else {
      const posts = await this.directory.postsOf(
        tx,
        leads.map((lead) => lead.unitId),
      );
      postIds.push(...leads.map((lead) => posts.get(lead.unitId)!.contact));
    }
    await this.tell(tx, at, plan.id, task, assignment, postIds, 'reported', {});
  }

  async toUnit(
    tx: EntityManager,
    { plan, task, assignment, at }: Pick<AssignmentChange, 'task' | 'assignment' | 'at'> & { plan: { id: string } },
    kind: WantedNotification['kind'],
    parameters: Record<string, unknown>,
  ): Promise<void> {
    const posts = await this.directory.postsOf(tx, [assignment.unitId]);
    await this.tell(tx, at, plan.id, task, assignment, [posts.get(assignment.unitId)!.contact], kind, parameters);
  }

  /** The office is told who says that a matter is not its own, and by when it answers. */
  async ofObjection(tx: EntityManager, { plan, task, assignment, at, reason }: AssignmentChange): Promise<void> {
    const [raised]: { answerDueOn: string }[] = await tx.query(
      `select answer_due_on::text as "answerDueOn" from objection where assignment_id = $1 and outcome is null`,
      [assignment.id],
    );
    const office = await this.officeOf(tx, plan.unitId, task);
    await this.tell(tx, at, plan.id, task, assignment, [office], 'objected', {
      reason,
      answerDueOn: raised?.answerDueOn ?? null,
    });
  }

  /** The leads are told what somebody from the public is not satisfied with. */
  async ofUnsatisfied(tx: EntityManager, { at, plan, task, remark }: Unsatisfied): Promise<void> {
    const leads = await tx.getRepository(Assignment).find({
      where: { taskId: task.id, role: 'lead', state: Not(In([...DROPPED_STATES])) },
      order: { id: 'ASC' },
    });
    for (const assignment of leads) await this.toUnit(tx, { plan, task, assignment, at }, 'unsatisfied', { remark });
  }

  /** Both units are told: the one that is relieved, and the one that has it now. */
  async ofTransfer(
    tx: EntityManager,
    { plan, task, assignment, at, reason, fromUnitId }: AssignmentChange,
    signForBy: LocalDate | null,
  ): Promise<void> {
    const units = [fromUnitId, assignment.unitId];
    const posts = await this.directory.postsOf(tx, units);
    const names = await this.directory.namesOf(tx, units);
    const contacts = units.map((unitId) => posts.get(unitId)!.contact);
    await this.tell(tx, at, plan.id, task, assignment, contacts, 'transferred', {
      from: names.get(fromUnitId) ?? '',
      reason,
      signForBy,
    });
  }

  /** Units are told by their contacts of what they do together. */
  async together(
    tx: EntityManager,
    { at, planId, task, assignment, to, kind, parameters }: TogetherMessage,
  ): Promise<void> {
    if (to === 'office') {
      const { office } = await this.directory.governmentPosts(tx);
      return this.tell(tx, at, planId, task, assignment, [office], kind, parameters);
    }
    const units = [...new Set(to)];
    const posts = await this.directory.postsOf(tx, units);
    const contacts = units.map((unitId) => posts.get(unitId)!.contact);
    return this.tell(tx, at, planId, task, assignment, contacts, kind, parameters);
  }

  /** Whoever decides on an application is told: the office, or the lead that set the date. */
  async ofApplication(tx: EntityManager, { plan, task, assignment, at }: ActedPart, asked: Application): Promise<void> {
    const postIds: string[] = [];
    if (asked.approverUnitId === null) postIds.push((await this.directory.governmentPosts(tx)).office);
    else {
      const posts = await this.directory.postsOf(tx, [asked.approverUnitId]);
      postIds.push(posts.get(asked.approverUnitId)!.contact);
    }
    await this.tell(tx, at, plan.id, task, assignment, postIds, 'application_made', {
      applicationKind: asked.kind,
      obligationKind: await kindOf(tx, asked.obligationId),
      dueOn: asked.askedDueOn,
      reason: asked.reason,
    });
  }

  /** What was decided goes to the unit, its head and its contact. */
  async ofDecision(tx: EntityManager, { plan, task, assignment, at }: ActedPart, decided: Application): Promise<void> {
    const posts = (await this.directory.postsOf(tx, [assignment.unitId])).get(assignment.unitId)!;
    await this.tell(tx, at, plan.id, task, assignment, [posts.contact, posts.head], 'application_decided', {
      applicationKind: decided.kind,
      obligationKind: await kindOf(tx, decided.obligationId),
      decision: decided.state,
      dueOn: decided.grantedDueOn,
      reason: decided.decision,
    });
  }

  /** Of a unit's own plan (二级分解) its head is what the office is to the government's. */
  private async officeOf(tx: EntityManager, issuerId: string | null, { leaders }: Task): Promise<string> {
    if (issuerId === null) return (await this.directory.governmentPosts(tx)).office;
    return (await issuerPosts(tx, this.directory, issuerId, leaders)).office;
  }

  private async tell(
    tx: EntityManager,
    at: Date,
    planId: string,
    task: Task,
    assignment: AssignmentChange['assignment'],
    postIds: readonly string[],
    kind: WantedNotification['kind'],
    parameters: Record<string, unknown>,
  ): Promise<void> {
    const timeZone = await this.directory.timeZoneOf(tx, assignment.jurisdictionId);
    const names = await this.directory.namesOf(tx, [assignment.unitId]);
    const taskNumber = await numberOf(tx, task);
    const wanted = postIds.map((postId): WantedNotification => ({
      jurisdictionId: assignment.jurisdictionId,
      postId,
      kind,
      planId,
      taskId: task.id,
      parameters: {
        taskNumber,
        taskContent: excerpt(task.content),
        unitName: names.get(assignment.unitId) ?? '',
        ...parameters,
      },
    }));
    await this.notifications.write(tx, at, timeZone, wanted);
  }
}

async function kindOf(tx: EntityManager, obligationId: string | null): Promise<string | null> {
  if (obligationId === null) return null;
  const [row]: { kind: string }[] = await tx.query(`select kind from obligation where id = $1`, [obligationId]);
  return row?.kind ?? null;
}
