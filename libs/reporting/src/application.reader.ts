import { unitScope } from '@duban/directory';
import type { Actor } from '@duban/history';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Conditions, NOT_RESTRICTED, TASK_NAMED } from './conditions';
import { cursorKey, isInstant, isUuid, type Page, pageOf } from './page';

export interface ApplicationFilter {
  state?: string;
  kind?: string;
  unitId?: string;
  planId?: string;
  limit: number;
  cursor?: string;
}

export interface ApplicationRow {
  id: string;
  kind: string;
  state: string;
  planId: string;
  taskId: string;
  taskNumber: string | null;
  taskContent: string;
  assignmentId: string;
  unitId: string;
  unitName: string;
  obligationId: string | null;
  obligationKind: string | null;
  subject: string | null;
  presentDueOn: string | null;
  askedDueOn: string | null;
  grantedDueOn: string | null;
  progress: string | null;
  unimplementedReason: string | null;
  reason: string;
  /** The lead that decides; null where the office does. */
  approverUnitId: string | null;
  approverUnitName: string | null;
  requestedBy: string;
  requestedByName: string;
  requestedAt: Date;
  decidedBy: string | null;
  decidedByName: string | null;
  decidedAt: Date | null;
  decision: string | null;
  decideBy: string | null;
  version: number;
}

/** Applications (申请), oldest first. A unit sees its own, and those in the tasks that it leads. */
@Injectable()
export class ApplicationReader {
  async list(tx: EntityManager, actor: Actor, filter: ApplicationFilter): Promise<Page<ApplicationRow>> {
    const where = new Conditions().add(NOT_RESTRICTED).addMatter(actor);
    const unitId = unitScope(actor);
    if (unitId !== null) {
      where.add(
        `a.unit_id = $? or exists (select from assignment l where l.task_id = x.task_id and l.role = 'lead' and l.unit_id = $?)`,
        unitId,
        unitId,
      );
    }
    where.add('x.state = $?', filter.state).add('x.kind = $?', filter.kind);
    where.add('a.unit_id = $?', filter.unitId).add('t.plan_id = $?', filter.planId);
    const key = cursorKey(filter.cursor, [isInstant, isUuid]);
    if (key) where.add('(x.requested_at, x.id) > ($?::timestamptz, $?::uuid)', ...key);
    const rows: ApplicationRow[] = await tx.query(
      `select x.id, x.kind, x.state, t.plan_id as "planId", x.task_id as "taskId",
         ${TASK_NAMED}, x.assignment_id as "assignmentId", a.unit_id as "unitId",
         u.name as "unitName", x.obligation_id as "obligationId", o.kind as "obligationKind", o.subject,
         x.present_due_on::text as "presentDueOn", x.asked_due_on::text as "askedDueOn",
         x.granted_due_on::text as "grantedDueOn", x.progress, x.unimplemented_reason as "unimplementedReason", x.reason,
         x.approver_unit_id as "approverUnitId", au.name as "approverUnitName", x.requested_by as "requestedBy",
         rp.display_name as "requestedByName", x.requested_at as "requestedAt", x.decided_by as "decidedBy",
         dp.display_name as "decidedByName", x.decided_at as "decidedAt", x.decision,
         x.decide_by::text as "decideBy", x.version
       from application x
         join task t on t.id = x.task_id
         left join task parent on parent.id = t.parent_id
         join assignment a on a.id = x.assignment_id
         join unit u on u.id = a.unit_id
         left join obligation o on o.id = x.obligation_id
         left join unit au on au.id = x.approver_unit_id
         join person rp on rp.id = x.requested_by
         left join person dp on dp.id = x.decided_by
       where ${where} order by x.requested_at, x.id limit ${where.parameter(filter.limit + 1)}`,
      where.parameters,
    );
    return pageOf(rows, filter.limit, (row) => [row.requestedAt, row.id]);
  }
}
