import { consequences, Transactor } from '@duban/database';
import { assertMay, cleanTerms, lockDirectory, type PlannedUnitChanges, UnitChangeService } from '@duban/directory';
import {
  type ReorganisationEvent,
  type ReorganisationKind,
  reorganisationMachine,
  type ReorganisationState,
} from '@duban/domain';
import { type Actor, type EventType, HistoryService, systemActor } from '@duban/history';
import {
  addDays,
  conflict,
  DomainError,
  endOfLocalDay,
  invalid,
  localDateOf,
  newId,
  notFound,
  parseLocalDate,
} from '@duban/kernel';
import { decide } from '@duban/state-machine';
import { Injectable, Logger } from '@nestjs/common';
import { type EntityManager, In, Not } from 'typeorm';
import { Reorganisation } from './reorganisation.entity';
import { type PlannedWork, planWork, previewOf, type ReorganisationPreview } from './reorganisation.preview';
import type { ReorganisationTerms } from './reorganisation.terms';
import { ReorganisedWork } from './reorganised-work';
import { SupervisionPort } from './supervision.port';

/** A reorganisation (机构改革) as it is asked for. */
export interface NewReorganisation extends ReorganisationTerms {
  kind: ReorganisationKind;
  /** `YYYY-MM-DD`: the first day on which units are as it makes them. */
  effectiveOn: string;
  reason?: string;
  documentNumber?: string;
}

/** A reorganisation as people see it. */
export interface ReorganisationView extends Omit<Reorganisation, 'outcome'> {
  /** What it would do as things stand, or once it is carried out, what it has done; null where it does nothing more. */
  preview: ReorganisationPreview | null;
}

interface Computed {
  units: PlannedUnitChanges;
  work: PlannedWork;
  preview: ReorganisationPreview;
}

/** How a reorganisation is looked at: by whom it is asked for, or when its day has come. */
interface Look {
  strict: boolean;
  lock: boolean;
}

/**
 * Reorganisations of units (机构改革): proposed with what they would do, bound by whoever has seen that, carried out when
 * their day has come. A future one is carried out by the round; its row says when, and nothing else does.
 */
@Injectable()
export class ReorganisationService {
  private readonly logger = new Logger(ReorganisationService.name);

  constructor(
    private readonly transactor: Transactor,
    private readonly history: HistoryService,
    private readonly unitChanges: UnitChangeService,
    private readonly work: ReorganisedWork,
    private readonly supervision: SupervisionPort,
  ) {}

  /**
   * Takes a proposal down; it binds nobody.
   *
   * @throws DomainError as {@link UnitChangeService.plan} and {@link planWork}; invalid `REORGANISATION.REASON_REQUIRED`,
   *   forbidden `RIGHTS.NOT_ALLOWED`
   */
  async propose(tx: EntityManager, actor: Actor, at: Date, wanted: NewReorganisation): Promise<ReorganisationView> {
    assertMay(actor, 'unit.reorganise');
    const { kind, effectiveOn, reason, documentNumber, ...asked } = wanted;
    const row = tx.getRepository(Reorganisation).create({
      id: newId(),
      kind,
      effectiveOn: parseLocalDate(effectiveOn),
      reason: reason ?? null,
      documentNumber: documentNumber ?? null,
      terms: cleanRules(cleanTerms(asked)),
      state: reorganisationMachine.initial,
      dueAt: null,
      problem: null,
      outcome: null,
      proposedBy: actor.personId,
      proposedAt: at,
      confirmedBy: null,
      confirmedAt: null,
      carriedOutAt: null,
    });
    const { units, work, preview } = await this.foresee(tx, row, { strict: true, lock: false });
    assertReason(row, units, work, at);
    row.jurisdictionId = units.jurisdictionId;
    await tx.getRepository(Reorganisation).insert(row);
    row.version = 1;
    await this.record(tx, actor, at, 'reorganisation.proposed', row, null);
    return viewOf(row, await asSeen(tx, preview));
  }

  /**
   * Binds a proposal whose effects are those that were seen; one whose day has come is carried out at once.
   *
   * @param expectedDigest of the preview that was seen
   * @throws DomainError not_found `REORGANISATION.UNKNOWN`; conflict `REORGANISATION.STALE`, `.EVENT_NOT_ALLOWED`,
   *   `.PREVIEW_CHANGED` with the digest as it is, `.CONTRADICTS` with the ids of others; and as {@link propose}
   */
  async confirm(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    { expectedDigest, expectedVersion }: { expectedDigest: string; expectedVersion?: number },
  ): Promise<ReorganisationView> {
    assertMay(actor, 'unit.reorganise');
    const row = await lockRow(tx, id, expectedVersion);
    const state = next(row, 'confirm', 'office');
    await this.holdUnits(tx, row);
    const computed = await this.foresee(tx, row, { strict: true, lock: true });
    const { units, work, preview } = computed;
    if (preview.digest !== expectedDigest) {
      throw conflict('REORGANISATION.PREVIEW_CHANGED', 'Its effects would be others by now. Look at them again.', {
        digest: preview.digest,
      });
    }
    assertReason(row, units, work, at);
    await assertNoContradiction(tx, row);
    const before = snapshotOf(row);
    const dueAt = endOfLocalDay(addDays(row.effectiveOn, -1), units.timeZone);
    Object.assign(row, { state, dueAt, confirmedBy: actor.personId, confirmedAt: at });
    await tx.getRepository(Reorganisation).save(row);
    await this.record(tx, actor, at, 'reorganisation.confirmed', row, before);
    if (dueAt <= at) await consequences(tx, () => this.carryOut(tx, actor, at, row, computed));
    return viewOf(row, await asSeen(tx, preview));
  }

  /**
   * Takes a proposal back, or a bound one whose day has not come or that cannot be carried out.
   *
   * @throws DomainError not_found `REORGANISATION.UNKNOWN`; conflict `REORGANISATION.STALE`, `.EVENT_NOT_ALLOWED`
   */
  async withdraw(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    { reason, expectedVersion }: { reason?: string; expectedVersion?: number },
  ): Promise<ReorganisationView> {
    assertMay(actor, 'unit.reorganise');
    const row = await lockRow(tx, id, expectedVersion);
    const before = snapshotOf(row);
    Object.assign(row, { state: next(row, 'withdraw', 'office'), dueAt: null });
    await tx.getRepository(Reorganisation).save(row);
    await this.record(tx, actor, at, 'reorganisation.withdrawn', row, before, reason ?? null);
    return viewOf(row, null);
  }

  /**
   * With what it would do as things stand. Where that cannot be said any more, `problem` says why.
   *
   * @throws DomainError not_found `REORGANISATION.UNKNOWN`, forbidden `RIGHTS.NOT_ALLOWED`
   */
  async get(tx: EntityManager, actor: Actor, at: Date, id: string): Promise<ReorganisationView> {
    assertMay(actor, 'read.all');
    const row = await tx.getRepository(Reorganisation).findOneBy({ id });
    if (!row) throw unknown(id);
    if (row.state === 'carried_out' || row.state === 'withdrawn')
      return viewOf(row, row.outcome && (await asSeen(tx, row.outcome)));
    try {
      const { preview } = await this.foresee(tx, row, { strict: row.state === 'proposed', lock: false });
      return viewOf(row, await asSeen(tx, preview));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return viewOf({ ...row, problem: { code: error.code, message: error.message, at: at.toISOString() } }, null);
    }
  }

  /** Of one state or of all, the newest first, without what they would do. */
  async list(
    tx: EntityManager,
    actor: Actor,
    { state, after, limit }: { state?: ReorganisationState; after: string | null; limit: number },
  ): Promise<Omit<ReorganisationView, 'preview'>[]> {
    assertMay(actor, 'read.all');
    const query = tx.getRepository(Reorganisation).createQueryBuilder('r').orderBy('r.id', 'DESC').limit(limit);
    if (state) query.andWhere('r.state = :state', { state });
    if (after !== null) query.andWhere('r.id < :after', { after });
    const rows = await query.getMany();
    return rows.map(rowOf);
  }

  /**
   * Carries out every bound reorganisation whose day has come, each in a transaction of its own. One that cannot be
   * carried out any more stays, says why, is told to the office, is looked at again the next day, and stops no other.
   * Any number of rounds may run at once, twice, or die half-way: a row is taken by one, and is due until it is done.
   *
   * @returns how many were carried out; how many cannot be, and wait for the office; how many failed otherwise, and are
   *   due still
   */
  async carryOutDue(now: Date): Promise<{ carriedOut: number; problems: number; failed: number }> {
    const total = { carriedOut: 0, problems: 0, failed: 0 };
    const seen: string[] = [];
    for (;;) {
      let id: string | undefined;
      try {
        const done = await this.transactor.run(async (tx) => {
          [id] = await dueIds(tx, now, seen);
          if (id === undefined) return false;
          const row = await lockRow(tx, id);
          await this.holdUnits(tx, row);
          const computed = await this.foresee(tx, row, { strict: false, lock: true });
          await this.carryOut(tx, systemActor(`reorganisation-${id}`), now, row, computed);
          return true;
        });
        if (!done) return total;
        total.carriedOut++;
      } catch (error) {
        // Not of a reorganisation, but of the database.
        if (id === undefined) throw error;
        seen.push(id);
        this.logger.error(`reorganisation ${id} could not be carried out: ${String(error)}`);
        if (error instanceof DomainError) {
          total.problems++;
          await this.keepProblem(id, now, error);
        } else total.failed++;
      }
    }
  }

  private async keepProblem(id: string, now: Date, { code, message }: DomainError): Promise<void> {
    await this.transactor.run(async (tx) => {
      const row = await lockRow(tx, id);
      // Somebody has withdrawn it, or done it, meanwhile.
      if (row.state !== 'confirmed' || row.dueAt! > now) return;
      const [{ timeZone }]: [{ timeZone: string }] = await tx.query(
        `select time_zone as "timeZone" from jurisdiction where id = $1`,
        [row.jurisdictionId],
      );
      const isNews = row.problem?.code !== code;
      const before = snapshotOf(row);
      row.dueAt = endOfLocalDay(localDateOf(now, timeZone), timeZone);
      if (isNews) row.problem = { code, message, at: now.toISOString() };
      await tx.getRepository(Reorganisation).save(row);
      if (!isNews) return;
      await this.record(tx, systemActor(`reorganisation-${id}`), now, 'reorganisation.failed', row, before, code);
      const { jurisdictionId, kind, effectiveOn } = row;
      const failed = { jurisdictionId, timeZone, kind, units: row.terms.units, effectiveOn, code };
      await this.supervision.tellFailed(tx, now, failed);
    });
  }

  private async carryOut(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    row: Reorganisation,
    { units, work, preview }: Computed,
  ): Promise<void> {
    const before = snapshotOf(row);
    const state = next(row, 'carry_out', 'system');
    const reason = reasonOf(row);
    const unitIds = await this.unitChanges.carryOut(tx, actor, at, row.id, reason, units);
    await this.work.carryOut(tx, { actor, at, reorganisationId: row.id, reason, units, unitIds }, work);
    const outcome = await withoutRestricted(tx, preview);
    Object.assign(row, { state, dueAt: null, problem: null, outcome, carriedOutAt: at });
    await tx.getRepository(Reorganisation).save(row);
    await this.record(tx, actor, at, 'reorganisation.carried_out', row, before);
  }

  /** Of all open parts, whoever asks: what moves does not go by who may look at it. */
  private foresee(tx: EntityManager, row: Reorganisation, look: Look): Promise<Computed> {
    return consequences(tx, async () => {
      const units = await this.unitChanges.plan(tx, row.kind, row.terms, row.effectiveOn);
      const work = await planWork(tx, row.kind, row.terms, units, look);
      return { units, work, preview: await previewOf(tx, units.changes, work) };
    });
  }

  /** Nobody makes units, accounts or parts of these units until this is done. */
  private async holdUnits(tx: EntityManager, { terms }: Reorganisation): Promise<void> {
    await lockDirectory(tx);
    await this.unitChanges.hold(tx, [...terms.units, ...terms.successors.map(({ code }) => code)]);
  }

  private record(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    type: EventType,
    row: Reorganisation,
    before: Record<string, unknown> | null,
    reason: string | null = row.reason,
  ): Promise<void> {
    return this.history.append(tx, actor, at, [
      {
        type,
        entity: 'reorganisation',
        entityId: row.id,
        jurisdictionId: row.jurisdictionId,
        reason,
        before,
        after: snapshotOf(row),
      },
    ]);
  }
}

const cleanRules = (terms: ReorganisationTerms): ReorganisationTerms => {
  const codes = (list: readonly string[]): string[] =>
    cleanTerms({ units: [...list], successors: [], parents: [], continues: false }).units;
  return {
    ...terms,
    moves: terms.moves.map((move) => ({ ...move, to: codes(move.to) })),
    default: terms.default === null ? null : codes([terms.default])[0]!,
  };
};

/** What is said of it in any case: what it has done is said where one is asked for. */
function rowOf(row: Reorganisation): Omit<Reorganisation, 'outcome'> {
  const view: Omit<Reorganisation, 'outcome'> & { outcome?: unknown } = { ...row };
  delete view.outcome;
  return view;
}

const viewOf = (row: Reorganisation, preview: ReorganisationPreview | null): ReorganisationView => ({
  ...rowOf(row),
  preview,
});

/** What history keeps of it: what it has done has events of its own. */
const snapshotOf = (row: Reorganisation): Record<string, unknown> => {
  const { dueAt, proposedAt, confirmedAt, carriedOutAt, ...rest } = rowOf(row);
  return {
    ...rest,
    dueAt: dueAt?.toISOString() ?? null,
    proposedAt: proposedAt.toISOString(),
    confirmedAt: confirmedAt?.toISOString() ?? null,
    carriedOutAt: carriedOutAt?.toISOString() ?? null,
  };
};

/** What the history of all that it changes gives as the reason. */
const reasonOf = ({ kind, reason, documentNumber }: Reorganisation): string => {
  const words = reason ?? KIND_WORDS[kind];
  return documentNumber === null ? words : `${words}（${documentNumber}）`;
};

const KIND_WORDS: Record<ReorganisationKind, string> = {
  rename: '机构更名',
  merge: '机构合并',
  split: '机构拆分',
  abolish: '机构撤销',
  transfer: '职责划转',
};

const unknown = (id: string): Error =>
  notFound('REORGANISATION.UNKNOWN', 'There is no such reorganisation.', { reorganisationId: id });

async function lockRow(tx: EntityManager, id: string, expectedVersion?: number): Promise<Reorganisation> {
  const row = await tx.getRepository(Reorganisation).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  if (!row) throw unknown(id);
  if (expectedVersion !== undefined && expectedVersion !== row.version) {
    throw conflict('REORGANISATION.STALE', 'Somebody has changed the reorganisation since you read it.', {
      version: row.version,
      state: row.state,
    });
  }
  return row;
}

/** The first that is due, held so that another round takes another; one that another round holds is not waited for. */
async function dueIds(tx: EntityManager, now: Date, except: readonly string[]): Promise<string[]> {
  const rows: { id: string }[] = await tx.query(
    `select id from reorganisation where due_at <= $1 and not (id = any($2::uuid[]))
     order by effective_on, confirmed_at, id limit 1 for update skip locked`,
    [now, except],
  );
  return rows.map(({ id }) => id);
}

/** Without the parts of restricted matters (限知事项) that are not the actor's to know of; the counts have them. */
async function asSeen(tx: EntityManager, preview: ReorganisationPreview): Promise<ReorganisationPreview> {
  const [{ hidden }]: [{ hidden: string[] }] = await tx.query(`select hidden_tasks() as hidden`);
  return hidden.length === 0 ? preview : without(preview, new Set(hidden));
}

/** What is kept for everybody to read says nothing of matters that are for some alone. */
async function withoutRestricted(tx: EntityManager, preview: ReorganisationPreview): Promise<ReorganisationPreview> {
  const rows: { id: string }[] = await tx.query(
    `select t.id from task t where t.id = any($1::uuid[])
       and exists (select from named_person n where n.task_id in (t.id, t.parent_id) or n.plan_id = t.plan_id)`,
    [preview.parts.map(({ taskId }) => taskId)],
  );
  return without(preview, new Set(rows.map(({ id }) => id)));
}

const without = (preview: ReorganisationPreview, taskIds: ReadonlySet<string>): ReorganisationPreview => ({
  ...preview,
  parts: preview.parts.filter(({ taskId }) => !taskIds.has(taskId)),
});

/** @throws DomainError conflict `REORGANISATION.EVENT_NOT_ALLOWED` */
function next(row: Reorganisation, event: ReorganisationEvent, by: 'office' | 'system'): ReorganisationState {
  const decision = decide(reorganisationMachine, row.state, event, [by], undefined);
  if (decision.ok) return decision.to;
  throw conflict('REORGANISATION.EVENT_NOT_ALLOWED', `The reorganisation is ${row.state}; "${event}" is too late.`, {
    state: row.state,
    version: row.version,
  });
}

/**
 * What is dated back, and what ends work, wants saying why.
 * @throws DomainError invalid `REORGANISATION.REASON_REQUIRED`
 */
function assertReason(row: Reorganisation, { timeZone }: PlannedUnitChanges, { changes }: PlannedWork, at: Date): void {
  if (row.reason !== null) return;
  const isPast = row.effectiveOn < localDateOf(at, timeZone);
  if (!isPast && !changes.some(({ change }) => change === 'cancelled')) return;
  const why = isPast ? 'its day lies in the past' : 'it ends open work';
  throw invalid('REORGANISATION.REASON_REQUIRED', `Say why in "reason": ${why}.`, { field: 'reason' });
}

/**
 * Of two that are bound for one day neither ends, or renames, what the other is about.
 * @throws DomainError conflict `REORGANISATION.CONTRADICTS` with their ids
 */
async function assertNoContradiction(tx: EntityManager, row: Reorganisation): Promise<void> {
  const others = await tx.getRepository(Reorganisation).find({
    where: {
      id: Not(row.id),
      state: In<ReorganisationState>(['confirmed']),
      jurisdictionId: row.jurisdictionId,
      effectiveOn: row.effectiveOn,
    },
    order: { id: 'ASC' },
  });
  const against = others.filter((other) => contradict(row, other) || contradict(other, row));
  if (against.length === 0) return;
  throw conflict('REORGANISATION.CONTRADICTS', 'Another one that is bound for the same day is about the same units.', {
    reorganisationIds: against.map(({ id }) => id),
  });
}

function contradict(one: Reorganisation, other: Reorganisation): boolean {
  const { units, successors, continues } = one.terms;
  const named = [...other.terms.units, ...other.terms.successors.map(({ code }) => code)];
  const endsAny = one.kind === 'merge' || one.kind === 'abolish' || (one.kind === 'split' && !continues);
  const ended = endsAny ? units.filter((code) => !successors.some((successor) => successor.code === code)) : [];
  const made = successors.flatMap(({ code, name }) => (name === undefined ? [] : [code]));
  const renamesBoth = one.kind === 'rename' && other.kind === 'rename' && units[0] === other.terms.units[0];
  return renamesBoth || [...ended, ...made].some((code) => named.includes(code));
}
