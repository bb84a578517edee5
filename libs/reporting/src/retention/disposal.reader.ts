import { assertMay } from '@duban/directory';
import type { Retention, RetentionKind } from '@duban/domain';
import type { Actor } from '@duban/history';
import { type LocalDate, notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { cursorKey, isDay, isInstant, isUuid, type Page, pageOf } from '../page';
import { IS_CUT, IS_DISPOSED, IS_DUE, KEPT_PLANS, notAllSeen, periods } from './plan-standing';
import { RetentionService } from './retention.service';

/** A closed plan or register whose period (保管期限) is over, with what would go. */
export interface DuePlan {
  planId: string;
  title: string;
  kind: RetentionKind;
  year: number;
  documentNumber: string | null;
  /** In the jurisdiction's time zone. */
  closedOn: LocalDate;
  retention: Retention;
  /** The first day on which it may be disposed of. */
  dueOn: LocalDate;
  /** When a package of it was last taken (归档). */
  archivedAt: Date | null;
  hold: string | null;
  /** The proposal that waits for a decision. */
  disposalId: string | null;
  /** Evidence files that are still there, as far as the reader sees them. */
  files: number;
  bytes: number;
}

export const DISPOSAL_DECISIONS = ['approved', 'refused'] as const;
export type DisposalDecision = (typeof DISPOSAL_DECISIONS)[number];

/** The disposal (销毁) of one plan's evidence: proposed by one, decided on by another. */
export interface Disposal {
  id: string;
  planId: string;
  title: string;
  reason: string;
  proposedBy: string;
  proposedAt: Date;
  decision: DisposalDecision | null;
  decisionReason: string | null;
  decidedBy: string | null;
  decidedAt: Date | null;
  /** What went by it; null before the decision. */
  files: number | null;
  bytes: number | null;
  registerSha256: string | null;
  /** Files of it that are disposed of already; all of them once it is carried out. */
  done: number | null;
  carriedOutAt: Date | null;
}

/** What goes, or went, by a disposal (销毁清册), task by task. */
export interface DisposalRegister extends Disposal {
  tasks: {
    taskId: string;
    number: string | null;
    content: string;
    files: {
      fileId: string;
      name: string;
      mediaType: string;
      size: number;
      sha256: string;
      unitName: string;
      /** When its bytes had left the store, in ISO 8601 with offset. */
      removedAt: string | null;
    }[];
  }[];
}

const DISPOSALS = `
  select d.id, d.plan_id as "planId", p.title, d.reason, d.person_id as "proposedBy", d.proposed_at as "proposedAt",
    c.decision, c.reason as "decisionReason", c.person_id as "decidedBy", c.decided_at as "decidedAt", c.files,
    c.bytes::float8 as bytes, c.register_sha256 as "registerSha256", run.done, run.finished_at as "carriedOutAt"
  from disposal d join plan p on p.id = d.plan_id left join disposal_decision c on c.disposal_id = d.id
    left join disposal_run run on run.disposal_id = d.id`;

/** What is due for disposal (销毁), and disposals, proposed, decided on and carried out. */
@Injectable()
export class DisposalReader {
  constructor(private readonly retention: RetentionService) {}

  /**
   * Closed plans and registers whose period is over and that are not disposed of, what is due the longest first.
   * @throws DomainError `RIGHTS.NOT_ALLOWED`, `REQUEST.BAD_CURSOR`
   */
  async due(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<Page<DuePlan>> {
    assertMay(actor, 'read.all');
    const after = cursorKey(cursor, [isDay, isUuid]);
    const rows: DuePlan[] = await tx.query(
      `select due.*, evidence.files, evidence.bytes from (
         select p.id as "planId", p.title, kept.kind, p.year, p.document_number as "documentNumber",
           closed.on::text as "closedOn", kept.retention, due.on::text as "dueOn", archived.at as "archivedAt",
           case when hold.is_held then hold.reason end as hold, proposed.id as "disposalId"
         ${KEPT_PLANS}
         where ${IS_DUE} and not ${IS_DISPOSED} and ($5::date is null or (due.on, p.id) > ($5::date, $6::uuid))
         order by due.on, p.id limit $7) due
       cross join lateral (
         select count(*)::int as files, coalesce(sum(f.size), 0)::float8 as bytes
         from evidence_file f join report r on r.id = f.report_id join assignment a on a.id = r.assignment_id
           join task t on t.id = a.task_id
         where t.plan_id = due."planId" and f.disposed_at is null) evidence
       order by due."dueOn", due."planId"`,
      [...(await periods(tx, this.retention)), at, ...(after ?? [null, null]), limit + 1],
    );
    return pageOf(rows, limit, ({ dueOn, planId }) => [dueOn, planId]);
  }

  /** Disposals of plans that the actor sees, the newest first. @throws DomainError `RIGHTS.NOT_ALLOWED`, `REQUEST.BAD_CURSOR` */
  async list(
    tx: EntityManager,
    actor: Actor,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<Page<Disposal>> {
    assertMay(actor, 'read.all');
    const after = cursorKey(cursor, [isInstant, isUuid]);
    const rows: Disposal[] = await tx.query(
      `${DISPOSALS} where $1::timestamptz is null or (d.proposed_at, d.id) < ($1::timestamptz, $2::uuid)
       order by d.proposed_at desc, d.id desc limit $3`,
      [...(after ?? [null, null]), limit + 1],
    );
    return pageOf(rows, limit, ({ proposedAt, id }) => [proposedAt.toISOString(), id]);
  }

  /**
   * The list of what goes or went by a disposal (销毁清册), for who sees all of it. Its checksum in the decision is the
   * SHA-256 of a line for each file in the order of their ids: `<sha256>  <fileId>` and a line feed.
   *
   * @throws DomainError `RIGHTS.NOT_ALLOWED`, not_found `DISPOSAL.UNKNOWN`, forbidden `DISPOSAL.NOT_ALL_SEEN`
   */
  async register(tx: EntityManager, actor: Actor, id: string): Promise<DisposalRegister> {
    assertMay(actor, 'read.all');
    const disposal = await disposalOf(tx, id);
    if (await isCut(tx, disposal.planId)) throw notAllSeen(disposal.planId);
    const tasks: DisposalRegister['tasks'] = await tx.query(
      `select t.id as "taskId", coalesce(t.number, parent.number) as number, t.content,
         jsonb_agg(jsonb_build_object('fileId', f.id, 'name', f.name, 'mediaType', f.media_type, 'size', f.size,
           'sha256', f.sha256, 'unitName', u.name, 'removedAt', f.removed_at) order by f.id) as files
       from evidence_file f join unit u on u.id = f.unit_id join report r on r.id = f.report_id
         join assignment a on a.id = r.assignment_id join task t on t.id = a.task_id
         left join task parent on parent.id = t.parent_id
       where t.plan_id = $1 and (f.disposal_id = $2::uuid or $3 and f.disposal_id is null)
       group by t.id, parent.number order by t.position, t.id`,
      // Of a proposal what would go, of what is approved also what has still to go; by a refusal nothing went.
      [disposal.planId, id, disposal.decision !== 'refused'],
    );
    return { ...disposal, tasks };
  }
}

/** In the order in which they are named. */
export async function disposalsOf(tx: EntityManager, ids: readonly string[]): Promise<Disposal[]> {
  const found: Disposal[] = await tx.query(`${DISPOSALS} where d.id = any($1::uuid[])`, [ids]);
  return found.toSorted((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id));
}

/** @throws DomainError not_found `DISPOSAL.UNKNOWN` */
export async function disposalOf(tx: EntityManager, id: string): Promise<Disposal> {
  const [disposal]: Disposal[] = await tx.query(`${DISPOSALS} where d.id = $1`, [id]);
  if (!disposal) throw notFound('DISPOSAL.UNKNOWN', 'There is no such disposal.', { disposalId: id });
  return disposal;
}

async function isCut(tx: EntityManager, planId: string): Promise<boolean> {
  const [plan]: { isCut: boolean }[] = await tx.query(`select ${IS_CUT} as "isCut" from plan p where p.id = $1`, [
    planId,
  ]);
  return plan!.isCut;
}
