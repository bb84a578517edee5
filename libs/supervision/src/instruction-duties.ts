import { UnitDirectory } from '@duban/directory';
import { type ActedPart, type Instructed, PolicyService } from '@duban/tasks';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { NotificationWriter } from './notification.writer';
import { excerpt, numberOf } from './obligation.terms';
import { ObligationWriter } from './obligation.writer';

/** What a unit owes for a leader's instruction (领导批示): an answer by its day, on the policy's ladder. */
@Injectable()
export class InstructionDuties {
  constructor(
    private readonly directory: UnitDirectory,
    private readonly policies: PolicyService,
    private readonly writer: ObligationWriter,
    private readonly notifications: NotificationWriter,
  ) {}

  async instruct(
    tx: EntityManager,
    { actor, at, plan, task, assignment }: ActedPart,
    { number, text, leader, dueOn, rule, base }: Instructed,
  ): Promise<{ obligationId: string }> {
    const policy = await this.policies.ofPlan(tx, plan);
    const timeZone = await this.directory.timeZoneOf(tx, assignment.jurisdictionId);
    const obligation = this.writer.open(policy, timeZone, at, assignment, {
      kind: 'instruction',
      subject: String(number),
      ladder: policy.instruction.ladder ?? policy.rectification.ladder,
      dueOn,
    });
    const origins = new Map([[obligation.id, { rule, base }]]);
    await this.writer.insert(tx, actor, at, plan.id, 'obligation.opened', [obligation], origins);
    const posts = (await this.directory.postsOf(tx, [assignment.unitId])).get(assignment.unitId)!;
    const unitName = (await this.directory.namesOf(tx, [assignment.unitId])).get(assignment.unitId) ?? '';
    const taskNumber = await numberOf(tx, task);
    const wanted = [posts.contact, posts.head].map((postId) => ({
      jurisdictionId: assignment.jurisdictionId,
      postId,
      kind: 'instructed' as const,
      planId: plan.id,
      taskId: task.id,
      obligationId: obligation.id,
      parameters: { taskNumber, taskContent: excerpt(task.content), unitName, leader, text: excerpt(text), dueOn },
    }));
    await this.notifications.write(tx, at, timeZone, wanted);
    return { obligationId: obligation.id };
  }
}
