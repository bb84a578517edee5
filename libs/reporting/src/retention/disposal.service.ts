import { createHash } from 'node:crypto';
import { assertMay } from '@duban/directory';
import { type Retention, RETENTION_KINDS, RETENTION_YEARS, type RetentionKind } from '@duban/domain';
import { EvidenceService } from '@duban/evidence';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, DomainError, type Fault, forbidden, invalid, type LocalDate, newId, notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { cursorKey, isDay, isInstant, isUuid, type Page, pageOf } from '../page';
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

/** Whether a plan is kept from disposal (暂停处置), by the last who said so; version 0 where nobody has. */
export interface Hold {
  planId: string;
  version: number;
  isHeld: boolean;
  reason: string | null;
  personId: string | null;
  setAt: Date | null;
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

/** What decides whether a plan may be disposed of. */
interface Standing {
  planId: string;
  jurisdictionId: string;
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
const KEPT_PLANS = `
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
const IS_DUE = `coalesce(due.on <= ($4::timestamptz at time zone j.time_zone)::date, false)`;
const IS_DISPOSED = `exists (select from disposal d join disposal_decision c on c.disposal_id = d.id
  where d.plan_id = p.id and c.decision = 'approved')`;

const DISPOSALS = `
  select d.id, d.plan_id as "planId", p.title, d.reason, d.person_id as "proposedBy", d.proposed_at as "proposedAt",
    c.decision, c.reason as "decisionReason", c.person_id as "decidedBy", c.decided_at as "decidedAt", c.files,
    c.bytes::float8 as bytes, c.register_sha256 as "registerSha256"
  from disposal d join plan p on p.id = d.plan_id left join disposal_decision c on c.disposal_id = d.id`;

/**
 * What is due for disposal (销毁), what is kept from it, and disposals themselves. What goes are the evidence files of a
 * closed plan; the words of reports are in history, which stays whole, and so they stay, too.
 */
@Injectable()
export class DisposalService {
  constructor(
    private readonly history: HistoryService,
    private readonly retention: RetentionService,
    private readonly evidence: EvidenceService,
  ) {}

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
      [...(await this.periods(tx)), at, ...(after ?? [null, null]), limit + 1],
    );
    return pageOf(rows, limit, ({ dueOn, planId }) => [dueOn, planId]);
  }

  /** @throws DomainError `RIGHTS.NOT_ALLOWED`, not_found `PLAN.UNKNOWN` */
  async hold(tx: EntityManager, actor: Actor, planId: string): Promise<Hold> {
    assertMay(actor, 'read.all');
    await jurisdictionOf(tx, planId);
    return holdOf(tx, planId);
  }

  /**
   * Keeps a plan from disposal, whatever its period, or lets it go (暂停、恢复处置).
   * @throws DomainError `RIGHTS.NOT_ALLOWED`, not_found `PLAN.UNKNOWN`, conflict `DISPOSAL.HELD_ALREADY`, `DISPOSAL.NOT_HELD`
   */
  async setHold(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    { isHeld, reason }: { isHeld: boolean; reason: string },
  ): Promise<Hold> {
    assertMay(actor, 'disposal.hold');
    const jurisdictionId = await jurisdictionOf(tx, planId);
    await enter(tx, planId);
    const before = await holdOf(tx, planId);
    if (before.isHeld === isHeld) {
      throw isHeld
        ? conflict('DISPOSAL.HELD_ALREADY', 'The plan is kept from disposal already.', { field: 'isHeld', planId })
        : conflict('DISPOSAL.NOT_HELD', 'Nothing keeps the plan from disposal.', { field: 'isHeld', planId });
    }
    const after = { planId, version: before.version + 1, isHeld, reason, personId: actor.personId, setAt: at };
    await tx.query(
      `insert into disposal_hold (plan_id, version, is_held, reason, person_id, set_at) values ($1, $2, $3, $4, $5, $6)`,
      [planId, after.version, isHeld, reason, actor.personId, at],
    );
    await this.history.append(tx, actor, at, [
      {
        type: isHeld ? 'disposal_hold.set' : 'disposal_hold.lifted',
        entity: 'disposal_hold',
        entityId: planId,
        jurisdictionId,
        planId,
        reason,
        before: { version: before.version, isHeld: before.isHeld },
        after: { version: after.version, isHeld },
      },
    ]);
    return after;
  }

  /**
   * Proposes the disposal of some plans, all of them or none.
   * @throws DomainError `RIGHTS.NOT_ALLOWED`; invalid `DISPOSAL.REFUSED` with a fault for each plan: `PLAN.UNKNOWN`,
   *   `DISPOSAL.NOT_ALL_SEEN`, `DISPOSAL.PLAN_NOT_CLOSED`, `DISPOSAL.DISPOSED`, `DISPOSAL.PERMANENT`, `DISPOSAL.NOT_DUE`,
   *   `DISPOSAL.ON_HOLD`, `DISPOSAL.NOT_ARCHIVED`, `DISPOSAL.PROPOSED_ALREADY`, `DISPOSAL.NAMED_TWICE`
   */
  async propose(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { planIds, reason }: { planIds: readonly string[]; reason: string },
  ): Promise<Disposal[]> {
    assertMay(actor, 'plan.archive');
    // In one order, so that two who propose the same wait for each other.
    for (const planId of [...new Set(planIds)].toSorted()) await enter(tx, planId);
    const standings = new Map((await this.standings(tx, at, planIds)).map((one) => [one.planId, one]));
    const faults = planIds.flatMap((planId, i): Fault[] => {
      const standing = standings.get(planId);
      const fault =
        planIds.indexOf(planId) === i
          ? (obstacleOf(planId, standing) ?? proposedAlready(standing!))
          : invalid('DISPOSAL.NAMED_TWICE', 'The plan stands here twice.', {});
      return fault ? [{ code: fault.code, message: fault.message, field: `planIds.${i}` }] : [];
    });
    if (faults.length > 0) {
      throw invalid('DISPOSAL.REFUSED', 'Some of the plans may not be disposed of; nothing was proposed.', {
        field: faults[0]!.field,
        faults,
      });
    }
    const ids: string[] = [];
    for (const planId of planIds) {
      const id = newId();
      ids.push(id);
      await tx.query(
        `insert into disposal (id, plan_id, reason, person_id, for_person_id, proposed_at) values ($1, $2, $3, $4, $5, $6)`,
        [id, planId, reason, actor.personId, actor.delegation?.personId ?? null, at],
      );
      const { jurisdictionId, retention, dueOn } = standings.get(planId)!;
      await this.history.append(tx, actor, at, [
        {
          type: 'disposal.proposed',
          entity: 'disposal',
          entityId: id,
          jurisdictionId,
          planId,
          reason,
          after: { state: 'proposed', retention, dueOn },
        },
      ]);
    }
    const made: Disposal[] = await tx.query(`${DISPOSALS} where d.id = any($1::uuid[])`, [ids]);
    return made.toSorted((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id));
  }

  /**
   * Approves what another has proposed, or refuses it, also one's own. What is approved is disposed of in the same transaction: rows say so, history
   * has an event of each file, and the decision has the checksum of the list. The bytes leave the store after that.
   *
   * @throws DomainError `RIGHTS.NOT_ALLOWED`; not_found `DISPOSAL.UNKNOWN`; conflict `DISPOSAL.DECIDED`; forbidden
   *   `DISPOSAL.OWN_PROPOSAL`; and what keeps a plan from being approved: as of {@link propose}, each a conflict, and
   *   forbidden `DISPOSAL.NOT_ALL_SEEN`
   */
  async decide(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    { decision, reason }: { decision: DisposalDecision; reason: string },
  ): Promise<Disposal> {
    assertMay(actor, 'disposal.decide');
    const { planId } = await disposalOf(tx, id);
    await enter(tx, planId);
    const disposal = await disposalOf(tx, id);
    if (disposal.decision !== null) {
      throw conflict('DISPOSAL.DECIDED', `It was ${disposal.decision} already.`, { disposalId: id });
    }
    const [standing] = await this.standings(tx, at, [planId]);
    if (decision === 'approved') {
      await assertAnothers(tx, actor, id);
      const obstacle = obstacleOf(planId, standing);
      if (obstacle) throw obstacle;
    }
    const { jurisdictionId, retention, dueOn } = standing!;
    const place = { disposalId: id, planId, jurisdictionId };
    const gone = decision === 'approved' ? await this.evidence.dispose(tx, actor, at, place) : [];
    const bytes = gone.reduce((sum, { size }) => sum + size, 0);
    const registerSha256 = decision === 'approved' ? checksumOf(gone) : null;
    await tx.query(
      `insert into disposal_decision (disposal_id, decision, reason, files, bytes, register_sha256, person_id,
         for_person_id, decided_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        id,
        decision,
        reason,
        gone.length,
        bytes,
        registerSha256,
        actor.personId,
        actor.delegation?.personId ?? null,
        at,
      ],
    );
    await this.history.append(tx, actor, at, [
      {
        type: `disposal.${decision}`,
        entity: 'disposal',
        entityId: id,
        jurisdictionId,
        planId,
        reason,
        before: { state: 'proposed', retention, dueOn },
        after: { state: decision, retention, dueOn, files: gone.length, bytes, registerSha256 },
      },
    ]);
    return disposalOf(tx, id);
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
       where t.plan_id = $1 and f.disposal_id is not distinct from $2::uuid
       group by t.id, parent.number order by t.position, t.id`,
      // Of a proposal what would go; by a refusal nothing went.
      [disposal.planId, disposal.decision === null ? null : id],
    );
    return { ...disposal, tasks };
  }

  private async periods(tx: EntityManager): Promise<[string[], string[], (number | null)[]]> {
    const { schedule } = await this.retention.read(tx);
    const periods = RETENTION_KINDS.map((kind) => schedule[kind]);
    return [[...RETENTION_KINDS], periods, periods.map((period) => RETENTION_YEARS[period])];
  }

  private async standings(tx: EntityManager, at: Date, planIds: readonly string[]): Promise<Standing[]> {
    return tx.query(
      `select p.id as "planId", p.jurisdiction_id as "jurisdictionId", p.state, kept.retention, due.on::text as "dueOn",
         ${IS_DUE} as "isDue", archived.at as "archivedAt", coalesce(hold.is_held, false) as "isHeld",
         ${IS_DISPOSED} as "isDisposed", proposed.id as "openId", ${IS_CUT} as "isCut"
       ${KEPT_PLANS} where p.id = any($5::uuid[])`,
      [...(await this.periods(tx)), at, planIds],
    );
  }
}

/** Has something in it that the actor may not see: restricted to others (限知), or reported among units alone. */
const IS_CUT = `(p.id = any(cut_plans()) or p.id = any(summary_plans()))`;

const notAllSeen = (planId: string): DomainError =>
  forbidden(
    'DISPOSAL.NOT_ALL_SEEN',
    'The plan has what is restricted to others, or reported among units alone: ask somebody who sees all of it.',
    { planId },
  );

/** What keeps a plan from being disposed of; null where nothing does. */
function obstacleOf(planId: string, standing: Standing | undefined): DomainError | null {
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

const proposedAlready = ({ planId, openId }: Standing): DomainError | null =>
  openId === null ? null : conflict('DISPOSAL.PROPOSED_ALREADY', 'It waits for a decision already.', { planId });

/** Nobody approves what they proposed, or somebody for them, or they for somebody (代行). */
async function assertAnothers(tx: EntityManager, actor: Actor, id: string): Promise<void> {
  const [row]: { personId: string; forPersonId: string | null }[] = await tx.query(
    `select person_id as "personId", for_person_id as "forPersonId" from disposal where id = $1`,
    [id],
  );
  const proposers = [row!.personId, row!.forPersonId];
  const deciders = [actor.personId, actor.delegation?.personId ?? null];
  if (deciders.every((one) => one === null || !proposers.includes(one))) return;
  throw forbidden(
    'DISPOSAL.OWN_PROPOSAL',
    'You proposed this, or somebody for you: another approves it, or you refuse it.',
    { disposalId: id },
  );
}

/** One at a time says something of the disposal of a plan. */
const enter = (tx: EntityManager, planId: string): Promise<unknown> =>
  tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`disposal ${planId}`]);

async function disposalOf(tx: EntityManager, id: string): Promise<Disposal> {
  const [disposal]: Disposal[] = await tx.query(`${DISPOSALS} where d.id = $1`, [id]);
  if (!disposal) throw notFound('DISPOSAL.UNKNOWN', 'There is no such disposal.', { disposalId: id });
  return disposal;
}

async function jurisdictionOf(tx: EntityManager, planId: string): Promise<string> {
  const [plan]: { jurisdictionId: string }[] = await tx.query(
    `select jurisdiction_id as "jurisdictionId" from plan where id = $1`,
    [planId],
  );
  if (!plan) throw notFound('PLAN.UNKNOWN', 'There is no such plan.', { planId });
  return plan.jurisdictionId;
}

async function isCut(tx: EntityManager, planId: string): Promise<boolean> {
  const [plan]: { isCut: boolean }[] = await tx.query(`select ${IS_CUT} as "isCut" from plan p where p.id = $1`, [
    planId,
  ]);
  return plan!.isCut;
}

async function holdOf(tx: EntityManager, planId: string): Promise<Hold> {
  const [row]: Hold[] = await tx.query(
    `select plan_id as "planId", version, is_held as "isHeld", reason, person_id as "personId", set_at as "setAt"
     from disposal_hold where plan_id = $1 order by version desc limit 1`,
    [planId],
  );
  return row ?? { planId, version: 0, isHeld: false, reason: null, personId: null, setAt: null };
}

function checksumOf(files: readonly { id: string; sha256: string }[]): string {
  const hash = createHash('sha256');
  for (const { id, sha256 } of files) hash.update(`${sha256}  ${id}\n`);
  return hash.digest('hex');
}
