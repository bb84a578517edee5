import type { CardColour, CardMeasure, Words } from '@duban/domain';
import { unitScope } from '@duban/directory';
import type { Actor } from '@duban/history';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Conditions, NOT_RESTRICTED } from './conditions';
import { cursorKey, isInstant, isUuid, type Page, pageOf } from './page';

/** A card (督办牌) with what it brought its unit. */
export interface CardView {
  id: string;
  planId: string;
  taskId: string;
  taskNumber: string | null;
  assignmentId: string;
  unitId: string;
  unitName: string;
  obligationId: string;
  period: string | null;
  rule: string;
  colour: CardColour | null;
  points: number;
  measures: CardMeasure[];
  why: Words;
  policyId: string;
  policyVersion: number;
  givenAt: string;
  withdrawal: { reason: string; at: string; personId: string; forPersonId: string | null } | null;
}

/** The points (积分) of a unit: what its cards brought, without those withdrawn. */
export interface PointsOfUnit {
  unitId: string;
  unitCode: string;
  unitName: string;
  yellow: number;
  red: number;
  points: number;
}

export interface CardFilter {
  planId?: string | undefined;
  taskId?: string | undefined;
  unitId?: string | undefined;
  colour?: CardColour | undefined;
  standing?: boolean | undefined;
  /** As they stood at this instant. */
  asOf?: Date | undefined;
  limit: number;
  cursor?: string | undefined;
}

@Injectable()
export class CardReader {
  /** In the order in which they were given. @throws DomainError REQUEST.BAD_CURSOR */
  async list(tx: EntityManager, actor: Actor, filter: CardFilter): Promise<Page<CardView>> {
    const where = conditionsOf(actor, filter);
    where.add('c.colour = $?', filter.colour).add('(w.card_id is null) = $?', filter.standing);
    where.add('c.task_id in (select id from task where id = $? or parent_id = $?)', filter.taskId, filter.taskId);
    const key = cursorKey(filter.cursor, [isInstant, isUuid]);
    if (key) where.add('(c.given_at, c.id) > ($?::timestamptz, $?::uuid)', ...key);
    const rows: (Omit<CardView, 'givenAt'> & { givenAt: Date })[] = await tx.query(
      `select c.id, c.plan_id as "planId", c.task_id as "taskId", coalesce(t.number, parent.number) as "taskNumber",
         c.assignment_id as "assignmentId", c.unit_id as "unitId", u.name as "unitName",
         c.obligation_id as "obligationId", c.period, c.rule, c.colour, c.points::float, c.measures, c.why,
         c.policy_id as "policyId", c.policy_version as "policyVersion", c.given_at as "givenAt",
         case when w.card_id is null then null else jsonb_build_object('reason', w.reason, 'at', w.withdrawn_at,
           'personId', w.person_id, 'forPersonId', w.for_person_id) end as withdrawal
       from card c ${placeAt(where, filter.asOf)} where ${where} order by c.given_at, c.id limit ${where.parameter(filter.limit + 1)}`,
      where.parameters,
    );
    const items = rows.map((row): CardView => ({
      ...row,
      givenAt: row.givenAt.toISOString(),
      withdrawal: row.withdrawal && { ...row.withdrawal, at: new Date(row.withdrawal.at).toISOString() },
    }));
    return pageOf(items, filter.limit, ({ givenAt, id }) => [givenAt, id]);
  }

  async points(
    tx: EntityManager,
    actor: Actor,
    filter: Pick<CardFilter, 'planId' | 'unitId' | 'asOf'>,
  ): Promise<PointsOfUnit[]> {
    const where = conditionsOf(actor, filter).add('w.card_id is null');
    return tx.query(
      `select c.unit_id as "unitId", u.code as "unitCode", u.name as "unitName",
         count(*) filter (where c.colour = 'yellow')::int as yellow, count(*) filter (where c.colour = 'red')::int as red,
         sum(c.points)::float as points
       from card c ${placeAt(where, filter.asOf)} where ${where} group by c.unit_id, u.code, u.name order by sum(c.points), u.code`,
      where.parameters,
    );
  }
}

function conditionsOf(
  actor: Actor,
  { planId, unitId, asOf }: Pick<CardFilter, 'planId' | 'unitId' | 'asOf'>,
): Conditions {
  const own = unitScope(actor);
  const where = new Conditions()
    .add(NOT_RESTRICTED)
    .addMatter(actor)
    .add('c.plan_id = $?', planId)
    .add('c.given_at <= $?', asOf);
  // A unit sees its own, and all of its own plans (二级分解).
  if (own !== null) where.add('(c.unit_id = $? or p.unit_id = $?)', own, own);
  return where.add('c.unit_id = $?', unitId);
}

/** Where a card belongs; of one that was taken back after the instant that is asked for, nothing is known of that. */
const placeAt = (
  where: Conditions,
  asOf: Date | undefined,
): string => `join task t on t.id = c.task_id left join task parent on parent.id = t.parent_id
         join plan p on p.id = c.plan_id join unit u on u.id = c.unit_id
         left join card_withdrawal w on w.card_id = c.id${asOf === undefined ? '' : ` and w.withdrawn_at <= ${where.parameter(asOf)}`}`;
