import type { SatisfactionMethod, SatisfactionRating } from '@duban/domain';
import { unitScope } from '@duban/directory';
import type { Actor } from '@duban/history';
import { notFound } from '@duban/kernel';
import { PolicyService } from '@duban/tasks';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Conditions, NOT_RESTRICTED } from './conditions';

/** What somebody from the public thought of what was done (满意度), or that they were not reached. */
export interface SatisfactionView {
  id: string;
  taskId: string;
  rating: SatisfactionRating;
  method: SatisfactionMethod;
  remark: string | null;
  on: string;
  personId: string;
  forPersonId: string | null;
  postId: string;
  recordedAt: string;
}

interface Counts {
  /** Tasks whose completion is reported or verified. */
  completed: number;
  /** Of them, about how many somebody was asked. */
  asked: number;
  satisfied: number;
  basically: number;
  unsatisfied: number;
  /** Nobody answered: apart from the rates. */
  notReached: number;
}

/** Shares in percent; null where there is nothing to take a share of. */
interface Rates {
  satisfiedRate: number | null;
  calledBackRate: number | null;
}

export interface SatisfactionSummary {
  planId: string;
  /** The share of the completed tasks about which the policy wants somebody asked. */
  calledBackPercent: number;
  units: (Counts & Rates & { unitId: string; unitCode: string; unitName: string })[];
}

/** Satisfaction by lead. Each task counts once, by its last answer; one that reached nobody counts where there is no other. */
@Injectable()
export class SatisfactionReader {
  constructor(private readonly policies: PolicyService) {}

  /** @throws DomainError PLAN.UNKNOWN */
  async ofPlan(tx: EntityManager, actor: Actor, planId: string): Promise<SatisfactionSummary> {
    const unitId = unitScope(actor);
    const [plan]: { id: string; policyId: string | null; policyVersion: number | null }[] = await tx.query(
      `select id, policy_id as "policyId", policy_version as "policyVersion" from plan where id = $1`,
      [planId],
    );
    if (!plan) throw notFound('PLAN.UNKNOWN', 'There is no such plan.', { planId });
    const where = new Conditions().add(NOT_RESTRICTED).addMatter(actor).add('t.plan_id = $?', planId);
    if (unitId !== null) where.add('a.unit_id = $?', unitId);
    const rows: (Counts & { unitId: string; unitCode: string; unitName: string })[] = await tx.query(
      `select u.id as "unitId", u.code as "unitCode", u.name as "unitName",
         count(*) filter (where t.state in ('reported', 'verified'))::int as completed,
         count(s.rating) filter (where t.state in ('reported', 'verified'))::int as asked,
         count(*) filter (where s.rating = 'satisfied')::int as satisfied,
         count(*) filter (where s.rating = 'basically')::int as basically,
         count(*) filter (where s.rating = 'unsatisfied')::int as unsatisfied,
         count(*) filter (where s.rating = 'not_reached')::int as "notReached"
       from task t
         join (select distinct task_id, unit_id from assignment
           where role = 'lead' and state not in ('cancelled', 'not_implemented')) a on a.task_id = t.id
         join unit u on u.id = a.unit_id
         left join lateral (select rating from satisfaction where task_id = t.id
           order by rating = 'not_reached', recorded_at desc, id desc limit 1) s on true
       where ${where} group by u.id order by u.code`,
      where.parameters,
    );
    const percent = plan.policyId === null ? 0 : (await this.policies.ofPlan(tx, plan)).satisfaction.calledBackPercent;
    return { planId, calledBackPercent: percent, units: rows.map((row) => ({ ...row, ...ratesOf(row) })) };
  }
}

/** All that is kept of some tasks, the oldest first. */
export const satisfactionOfTasks = (tx: EntityManager, taskIds: readonly string[]): Promise<SatisfactionView[]> =>
  tx.query(
    `select id, task_id as "taskId", rating, method, remark, asked_on::text as "on", person_id as "personId",
       for_person_id as "forPersonId", post_id as "postId", recorded_at as "recordedAt"
     from satisfaction where task_id = any($1) order by recorded_at, id`,
    [taskIds],
  );

function ratesOf({ completed, asked, satisfied, basically, unsatisfied }: Counts): Rates {
  const reached = satisfied + basically + unsatisfied;
  return { satisfiedRate: percentOf(satisfied + basically, reached), calledBackRate: percentOf(asked, completed) };
}

/** With one place after the point. */
const percentOf = (some: number, all: number): number | null =>
  all === 0 ? null : Math.round((some / all) * 1000) / 10;
