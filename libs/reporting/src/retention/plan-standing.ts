import { type Retention, RETENTION_KINDS, RETENTION_YEARS } from '@duban/domain';
import { conflict, type DomainError, forbidden, type LocalDate, notFound } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import type { RetentionService } from './retention.service';

/** What decides whether a plan may be disposed of. */
export interface Standing {
  planId: string;
  title: string;
  jurisdictionId: string;
  timeZone: string;
  state: string;
  retention: Retention;
  dueOn: LocalDate | null;
  isDue: boolean;
  archivedAt: Date | null;
  isHeld: boolean;
  isDisposed: boolean;
  openId: string | null;
  isCut: boolean;
}

/** Those of 30 years go to the archive (归档) before anything of them goes. */
const ARCHIVED_FIRST: Retention = '30年';

/**
 * Plans with how long they are kept, counted from the year after they were closed. Parameters: $1 kinds, $2 periods,
 * $3 years of them, $4 the instant.
 */
export const KEPT_PLANS = `
  from plan p
    join jurisdiction j on j.id = p.jurisdiction_id
    join unnest($1::text[], $2::text[], $3::int[]) as kept(kind, retention, years)
      on kept.kind = coalesce(p.matter_kind, 'document')
    left join lateral (
      select (max(h.occurred_at) at time zone j.time_zone)::date as on from history_event h
      where p.state = 'closed' and h.plan_id = p.id and h.type = 'plan.closed') closed on true
    left join lateral (
      select make_date(extract(year from closed.on)::int + kept.years + 1, 1, 1) as on) due on true
    left join lateral (
      select max(h.occurred_at) as at from history_event h
      where h.plan_id = p.id and h.type = 'archive_package.made') archived on true
    left join lateral (
      select o.reason, o.is_held from disposal_hold o where o.plan_id = p.id order by o.version desc limit 1) hold on true
    left join lateral (
      select d.id from disposal d where d.plan_id = p.id
        and not exists (select from disposal_decision c where c.disposal_id = d.id) limit 1) proposed on true`;
export const IS_DUE = `coalesce(due.on <= ($4::timestamptz at time zone j.time_zone)::date, false)`;
export const IS_DISPOSED = `exists (select from disposal d join disposal_decision c on c.disposal_id = d.id
  where d.plan_id = p.id and c.decision = 'approved')`;

/** Has something in it that the actor may not see: restricted to others (限知), or reported among units alone. */
export const IS_CUT = `(p.id = any(cut_plans()) or p.id = any(summary_plans()))`;

export const notAllSeen = (planId: string): DomainError =>
  forbidden(
    'DISPOSAL.NOT_ALL_SEEN',
    'The plan has what is restricted to others, or reported among units alone: ask somebody who sees all of it.',
    { planId },
  );

/** The first parameters of {@link KEPT_PLANS}, by the schedule of the day. */
export async function periods(
  tx: EntityManager,
  retention: RetentionService,
): Promise<[string[], string[], (number | null)[]]> {
  const { schedule } = await retention.read(tx);
  const found = RETENTION_KINDS.map((kind) => schedule[kind]);
  return [[...RETENTION_KINDS], found, found.map((period) => RETENTION_YEARS[period])];
}

export async function standings(
  tx: EntityManager,
  retention: RetentionService,
  at: Date,
  planIds: readonly string[],
): Promise<Standing[]> {
  return tx.query(
    `select p.id as "planId", p.title, p.jurisdiction_id as "jurisdictionId", j.time_zone as "timeZone", p.state, kept.retention, due.on::text as "dueOn",
         ${IS_DUE} as "isDue", archived.at as "archivedAt", coalesce(hold.is_held, false) as "isHeld",
         ${IS_DISPOSED} as "isDisposed", proposed.id as "openId", ${IS_CUT} as "isCut"
       ${KEPT_PLANS} where p.id = any($5::uuid[])`,
    [...(await periods(tx, retention)), at, planIds],
  );
}

/** What keeps a plan from being disposed of; null where nothing does. */
export function obstacleOf(planId: string, standing: Standing | undefined): DomainError | null {
  if (!standing) return notFound('PLAN.UNKNOWN', 'There is no such plan.', { planId });
  const { state, retention, dueOn, isDue, archivedAt, isHeld, isDisposed } = standing;
  const refused = (code: string, message: string): DomainError => conflict(code, message, { planId, retention, dueOn });
  if (standing.isCut) return notAllSeen(planId);
  if (state !== 'closed') return refused('DISPOSAL.PLAN_NOT_CLOSED', `The plan is ${state}, not closed.`);
  if (isDisposed) return refused('DISPOSAL.DISPOSED', 'The plan was disposed of already.');
  if (RETENTION_YEARS[retention] === null) return refused('DISPOSAL.PERMANENT', 'The plan is kept for ever (永久).');
  if (!isDue) return refused('DISPOSAL.NOT_DUE', `The plan is kept for ${retention}, until ${dueOn}.`);
  if (isHeld) return refused('DISPOSAL.ON_HOLD', 'The auditor keeps the plan from disposal (暂停处置).');
  if (retention === ARCHIVED_FIRST && archivedAt === null) {
    return refused(
      'DISPOSAL.NOT_ARCHIVED',
      `What is kept for ${retention} goes to the archive first: take its package.`,
    );
  }
  return null;
}
