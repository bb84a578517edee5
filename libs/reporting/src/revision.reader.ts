import { assertInMatter, assertMay } from '@duban/directory';
import type { Actor } from '@duban/history';
import { notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Conditions } from './conditions';
import { cursorKey, isInstant, isUuid, type Page, pageOf } from './page';

export interface RevisionRow {
  id: string;
  planId: string;
  fileName: string;
  state: string;
  items: number;
  /** Items that nobody has decided on. */
  undecided: number;
  createdAt: Date;
  closedAt: Date | null;
}

/** Revised documents (修订) of a plan, newest first. They are matters of the office; units see what was taken. */
@Injectable()
export class RevisionReader {
  /** @throws DomainError PLAN.UNKNOWN */
  async list(
    tx: EntityManager,
    actor: Actor,
    planId: string,
    limit: number,
    cursor?: string,
  ): Promise<Page<RevisionRow>> {
    assertMay(actor, 'read.all');
    assertInMatter(actor, { planId });
    const [plan]: { id: string }[] = await tx.query(`select id from plan where id = $1`, [planId]);
    if (!plan) throw notFound('PLAN.UNKNOWN', 'There is no such plan.', { planId });
    const where = new Conditions().add('r.plan_id = $?', planId);
    const after = cursorKey(cursor, [isInstant, isUuid]);
    if (after) where.add('(r.created_at, r.id) < ($?::timestamptz, $?::uuid)', ...after);
    const rows: RevisionRow[] = await tx.query(
      `select r.id, r.plan_id as "planId", r.file_name as "fileName", r.state, r.created_at as "createdAt",
         r.closed_at as "closedAt", count(i.id)::int as items,
         (count(i.id) filter (where i.state = 'open'))::int as undecided
       from plan_revision r left join plan_revision_item i on i.revision_id = r.id
       where ${where} group by r.id order by r.created_at desc, r.id desc limit ${where.parameter(limit + 1)}`,
      where.parameters,
    );
    return pageOf(rows, limit, (row) => [row.createdAt, row.id]);
  }
}
