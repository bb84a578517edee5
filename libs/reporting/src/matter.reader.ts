import { assertInMatter, assertMay, unitScope } from '@duban/directory';
import {
  type AssignmentState,
  MATTER_KIND_IDS,
  type MatterKind,
  matterKind,
  type MatterKindTerms,
  type Policy,
} from '@duban/domain';
import type { Actor } from '@duban/history';
import { notFound } from '@duban/kernel';
import {
  type MatterSnapshot,
  matterSnapshot,
  Petitioner,
  type PetitionerInput,
  PolicyService,
  RegisteredMatter,
  Task,
} from '@duban/tasks';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { GRAVEST_FIRST, type Light } from './board';
import { Conditions, NOT_RESTRICTED } from './conditions';
import { cursorKey, isInstant, isUuid, type Page, pageOf } from './page';
import { escapeLike, lightOf } from './past-board';

export interface MatterFilter {
  kind?: MatterKind;
  year?: number;
  state?: AssignmentState;
  level?: string;
  unitId?: string;
  /** Words of the matter or of its source, or its number. */
  q?: string;
  limit: number;
  cursor?: string;
}

/** A line of the registers (台账). */
export interface MatterRow {
  taskId: string;
  planId: string;
  kind: MatterKind;
  year: number;
  number: string;
  title: string | null;
  content: string;
  level: string | null;
  receivedOn: string;
  source: MatterSnapshot['source'];
  /** Masked. */
  petitioner: string | null;
  sameAs: string | null;
  state: AssignmentState;
  dueOn: string | null;
  leads: string[];
  overdue: number;
  light: Light | null;
  registeredAt: Date;
  version: number;
}

/** A kind of matter with the rules by which one that came today would go. */
export interface MatterKindView extends Omit<MatterKindTerms, 'policy' | 'series'> {
  id: MatterKind;
  /** As its numbers begin. */
  series: string;
  policy: Pick<Policy, 'id' | 'version' | 'name'>;
  levels: NonNullable<Policy['levels']>;
}

/** Registered matters (事项登记), as far as one sees their tasks. */
@Injectable()
export class MatterReader {
  constructor(private readonly policies: PolicyService) {}

  /** The newest first. */
  async list(tx: EntityManager, actor: Actor, now: Date, filter: MatterFilter): Promise<Page<MatterRow>> {
    const unitId = unitScope(actor);
    const where = new Conditions();
    const nowParameter = where.parameter(now);
    where.add(NOT_RESTRICTED);
    for (const id of [unitId ?? undefined, filter.unitId]) where.add(HAS_PART, id);
    where.addMatter(actor);
    where.add('m.kind = $?', filter.kind).add('m.year = $?', filter.year);
    where.add('t.state = $?', filter.state).add('t.level = $?', filter.level);
    if (filter.q !== undefined) {
      const pattern = `%${escapeLike(filter.q)}%`;
      where.add(FOUND, pattern, filter.q, pattern, pattern);
    }
    const key = cursorKey(filter.cursor, [isInstant, isUuid]);
    if (key) where.add('(m.registered_at, m.task_id) < ($?::timestamptz, $?::uuid)', ...key);
    const rows: MatterRow[] = await tx.query(
      `select m.task_id as "taskId", t.plan_id as "planId", m.kind, m.year, t.number, t.path[1] as title, t.content,
         t.level, t.received_on::text as "receivedOn", m.source, m.petitioner, m.same_as as "sameAs", t.state,
         t.due_on::text as "dueOn", m.registered_at as "registeredAt", m.version, coalesce(o.overdue, 0)::int as overdue,
         ${lightOf('t.state')} as light,
         array(select distinct u.name from task own join assignment a on a.task_id = own.id join unit u on u.id = a.unit_id
           where (own.id = t.id or own.parent_id = t.id) and a.role = 'lead'
             and (a.state <> 'cancelled' or t.state = 'cancelled') order by 1) as leads
       from matter m join task t on t.id = m.task_id
         left join lateral (
           select count(*) filter (where due_at <= ${nowParameter}) as overdue
           from obligation where task_id in (${OWN}) and state = 'open') o on true
         left join lateral (
           select n.colour from supervision_notice n join obligation ob on ob.id = n.obligation_id
           where ob.task_id in (${OWN}) and n.state in ('issued', 'acknowledged', 'answered')
           order by array_position(${GRAVEST_FIRST}, n.colour) limit 1) n on true
       where ${where} order by m.registered_at desc, m.task_id desc limit ${where.parameter(filter.limit + 1)}`,
      where.parameters,
    );
    return pageOf(rows, filter.limit, (row) => [row.registeredAt, row.taskId]);
  }

  /** What may be registered, for a form. */
  async kinds(tx: EntityManager): Promise<MatterKindView[]> {
    const views: MatterKindView[] = [];
    for (const id of MATTER_KIND_IDS) {
      const { policy: policyId, ...terms } = matterKind(id);
      const { version, name, levels = [] } = await this.policies.newest(tx, policyId);
      views.push({ id, ...terms, policy: { id: policyId, version, name }, levels });
    }
    return views;
  }

  /**
   * Who asked for a matter, in full.
   * @throws DomainError RIGHTS.NOT_ALLOWED, MATTER.UNKNOWN, MATTER.NO_PETITIONER also for who neither leads it nor is of
   *   the office
   */
  async petitioner(tx: EntityManager, actor: Actor, taskId: string): Promise<PetitionerInput> {
    assertMay(actor, 'matter.petitioner');
    const isMatter = await tx.getRepository(RegisteredMatter).existsBy({ taskId });
    if (!isMatter) throw notFound('MATTER.UNKNOWN', 'There is no such registered matter.', { taskId });
    const { planId } = await tx.getRepository(Task).findOneByOrFail({ id: taskId });
    assertInMatter(actor, { planId, taskId, parentId: null });
    const found = await tx.getRepository(Petitioner).findOneBy({ taskId });
    if (!found) {
      throw notFound('MATTER.NO_PETITIONER', 'Nobody is named who asked for it, or not to you.', { taskId });
    }
    return { name: found.name, ...(found.phone === null ? {} : { phone: found.phone }) };
  }
}

/** What is known of a task's matter; null where it was not registered. */
export async function presentMatter(tx: EntityManager, taskId: string): Promise<MatterSnapshot | null> {
  const matter = await tx.getRepository(RegisteredMatter).findOneBy({ taskId });
  const task = matter && (await tx.getRepository(Task).findOneBy({ id: taskId }));
  return matter && task ? matterSnapshot(matter, task) : null;
}

/** A matter and its parts. */
const OWN = `select own.id from task own where own.id = t.id or own.parent_id = t.id`;

/** The unit has a part in the matter, or in a part of it. */
const HAS_PART = `t.id in (select coalesce(own.parent_id, own.id) from assignment a join task own on own.id = a.task_id
  where a.unit_id = $?)`;

/** By the function, since a policy keeps Postgres from looking words up in an index. */
const FOUND = `t.id in (select coalesce(own.parent_id, own.id) from task own
    where own.id = any((select search_tasks($?, $?))::uuid[]))
  or t.path[1] like $? or m.source::text like $?`;
