import { isAnothers } from '@duban/database';
import type { CheckedItem, Policy, Sample, VerificationMethod } from '@duban/domain';
import { assertInMatter, unitScope } from '@duban/directory';
import type { Actor } from '@duban/history';
import { forbidden, notFound } from '@duban/kernel';
import { type Assignment, PolicyService } from '@duban/tasks';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** How a completion was judged (核查), and what came of it. */
export interface VerificationView {
  id: string;
  assignmentId: string;
  event: 'verify' | 'return';
  method: VerificationMethod;
  checklist: CheckedItem[];
  sample: Sample | null;
  conclusion: string;
  place: string | null;
  on: string | null;
  personId: string;
  forPersonId: string | null;
  postId: string;
  recordedAt: string;
}

/** What is to be looked at before a part is verified; of a part that a lead judges, nothing is laid down. */
export type Checklist = Policy['verification'] & { assignmentId: string };

interface Place {
  planId: string;
  taskId: string;
  parentId: string | null;
  unitId: string;
  role: Assignment['role'];
  hasLead: boolean;
  isLed: boolean;
  policyId: string | null;
  policyVersion: number | null;
}

/** How parts were verified or returned, and what there is to look at. A unit reads of its own and of those that it leads. */
@Injectable()
export class VerificationReader {
  constructor(private readonly policies: PolicyService) {}

  /** @throws DomainError ASSIGNMENT.UNKNOWN, ASSIGNMENT.NOT_YOURS, DELEGATION.OUT_OF_MATTER */
  async ofPart(tx: EntityManager, actor: Actor, id: string): Promise<VerificationView[]> {
    await placeOf(tx, actor, id);
    return verificationsOf(tx, 'assignment_id = $1', id);
  }

  /** @throws DomainError ASSIGNMENT.UNKNOWN, ASSIGNMENT.NOT_YOURS, DELEGATION.OUT_OF_MATTER */
  async checklist(tx: EntityManager, actor: Actor, id: string): Promise<Checklist> {
    const { planId, policyId, policyVersion, role, hasLead } = await placeOf(tx, actor, id);
    const { verification } = await this.policies.ofPlan(tx, { id: planId, policyId, policyVersion });
    const isOffices = role === 'lead' || !hasLead;
    return { assignmentId: id, ...verification, ...(isOffices ? {} : { required: false, checklist: [] }) };
  }
}

/** Those of the parts of some tasks, the oldest first. */
export const verificationsOfTasks = (tx: EntityManager, taskIds: readonly string[]): Promise<VerificationView[]> =>
  verificationsOf(tx, 'assignment_id in (select id from assignment where task_id = any($1))', taskIds);

const verificationsOf = (tx: EntityManager, condition: string, value: unknown): Promise<VerificationView[]> =>
  tx.query(
    `select id, assignment_id as "assignmentId", event, method, checklist, sample, conclusion, place,
       looked_on::text as "on", person_id as "personId", for_person_id as "forPersonId", post_id as "postId",
       recorded_at as "recordedAt"
     from verification where ${condition} order by recorded_at, id`,
    [value],
  );

async function placeOf(tx: EntityManager, actor: Actor, id: string): Promise<Place> {
  const unitId = unitScope(actor);
  const [place]: Place[] = await tx.query(
    `select t.plan_id as "planId", t.id as "taskId", t.parent_id as "parentId", a.unit_id as "unitId", a.role,
       exists (select from assignment l where l.task_id = t.id and l.role = 'lead'
         and l.state not in ('cancelled', 'not_implemented')) as "hasLead",
       t.id in (select led_tasks()) as "isLed", p.policy_id as "policyId", p.policy_version as "policyVersion"
     from assignment a join task t on t.id = a.task_id join plan p on p.id = t.plan_id where a.id = $1`,
    [id],
  );
  const isReadable = place && (unitId === null || place.unitId === unitId || place.isLed);
  if (!isReadable) {
    if (place || (await isAnothers(tx, 'assignment', id))) {
      throw forbidden('ASSIGNMENT.NOT_YOURS', 'This part of the task is not yours to read.', { assignmentId: id });
    }
    throw notFound('ASSIGNMENT.UNKNOWN', 'There is no such assignment.', { assignmentId: id });
  }
  assertInMatter(actor, place);
  return place;
}
