import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { consequences, Transactor } from '@duban/database';
import { assertMay } from '@duban/directory';
import type { Retention } from '@duban/domain';
import { CheckedStream, ObjectStore } from '@duban/evidence';
import { type Actor, HistoryService } from '@duban/history';
import { type Clock, conflict, DomainError, forbidden, newId, notFound } from '@duban/kernel';
import { CLOCK, CONFIG, type Config } from '@duban/platform';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { checkArchive } from './archive-check';
import { ArchiveMaker, closedPlan, type MadeArchive } from './archive-maker';
import type { ArchiveVerdict } from './findings';

/** Without a word from its maker for so long, a package may be made by another worker. */
const LEASE_SECONDS = 60;
const BEAT_MS = 2_000;
/** A package that ends its maker so often is given up. */
const MOST_ATTEMPTS = 3;
/** So long a package can be fetched; it has names and evidence in clear, and can be made again. */
const KEPT_DAYS = 7;
const DAY_MS = 86_400_000;
/** Old ones that one round takes out of the store. */
const BATCH = 100;

export const ARCHIVE_PACKAGE_STATES = ['queued', 'making', 'made', 'refused', 'removed'] as const;
export type ArchivePackageState = (typeof ARCHIVE_PACKAGE_STATES)[number];

/** A package that somebody asked for, and how far it is. */
export interface ArchivePackage {
  id: string;
  planId: string;
  retention: Retention;
  state: ArchivePackageState;
  /** Files that are written; of how many is 0 until that is known. */
  progress: { done: number; total: number };
  size: number | null;
  sha256: string | null;
  /** What the four checks (四性检测) found of it; null as long as it is not made, and of what one no longer sees all. */
  verdict: ArchiveVerdict | null;
  /** Why it was not made. */
  problem: { code: string; detail: string } | null;
  askedAt: Date;
  finishedAt: Date | null;
  /** Until when it can be fetched. */
  keptUntil: Date | null;
}

interface Claim {
  planId: string;
  retention: Retention;
  actor: Actor;
  attempt: number;
}

/** States follow from what is known: nothing has to be kept in step with them. By the database's clock a lease ends. */
const PACKAGE = `
  select id, plan_id as "planId", retention, size::float8 as size, sha256, problem,
    case when plan_id = any(cut_plans()) or plan_id = any(summary_plans()) then null else verdict end as verdict,
    asked_at as "askedAt",
    finished_at as "finishedAt",
    jsonb_build_object('done', progress_done, 'total', progress_total) as progress,
    case when problem is not null then 'refused' when removed_at is not null then 'removed'
      when sha256 is not null then 'made' when claimed_until >= now() then 'making' else 'queued' end as state,
    case when sha256 is not null and removed_at is null then finished_at + interval '${KEPT_DAYS} days' end as "keptUntil"
  from archive_package`;
const IS_DUE = `finished_at is null and (claimed_until is null or claimed_until < now())`;

/**
 * Archive packages (归档信息包) that a worker makes, since that takes longer than a request should wait. They are found by
 * the table: a job that names one is a hint, late, twice or never.
 */
@Injectable()
export class ArchivePackages {
  private readonly logger = new Logger('archive_package');

  constructor(
    private readonly transactor: Transactor,
    private readonly history: HistoryService,
    private readonly maker: ArchiveMaker,
    private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<Config, 'DUBAN_CLAMD'>,
  ) {}

  /**
   * Has the package of a plan made, for whoever sees all that will be in it.
   * @throws DomainError `RIGHTS.NOT_ALLOWED`; not_found `PLAN.UNKNOWN`; forbidden `ARCHIVE.NOT_ALL_SEEN`; conflict
   *   `ARCHIVE.PLAN_NOT_CLOSED`, `ARCHIVE.DISPOSED`
   */
  async ask(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    { retention }: { retention: Retention },
  ): Promise<ArchivePackage> {
    await assertSeesAll(tx, actor, planId);
    // What closes and disposes of a plan is not for every role to read.
    const { title, jurisdictionId } = await consequences(tx, () => closedPlan(tx, planId));
    const id = newId();
    await tx.query(
      `insert into archive_package (id, plan_id, person_id, actor, retention, asked_at) values ($1, $2, $3, $4, $5, $6)`,
      [id, planId, actor.personId, JSON.stringify(actor), retention, at],
    );
    await this.history.append(tx, actor, at, [
      {
        type: 'archive_package.asked',
        entity: 'archive_package',
        entityId: id,
        jurisdictionId,
        planId,
        after: { title, retention },
      },
    ]);
    return this.read(tx, id);
  }

  /** One that the actor has asked for. @throws DomainError `RIGHTS.NOT_ALLOWED`; not_found `ARCHIVE.UNKNOWN` */
  async get(tx: EntityManager, actor: Actor, id: string): Promise<ArchivePackage> {
    assertMay(actor, actor.unitId === null ? 'plan.archive' : 'breakdown.archive');
    return this.read(tx, id);
  }

  /**
   * The bytes of one that is made, for whoever asked for it and still sees all that is in it.
   * @throws DomainError `RIGHTS.NOT_ALLOWED`; not_found `ARCHIVE.UNKNOWN`; conflict `ARCHIVE.NOT_MADE`; forbidden
   *   `ARCHIVE.NOT_ALL_SEEN`; unavailable `EVIDENCE.STORE_UNAVAILABLE`
   */
  async fetch(actor: Actor, id: string): Promise<{ planId: string; bytes: Readable }> {
    const { planId, sha256 } = await this.transactor.as(actor, async (tx) => {
      const found = await this.get(tx, actor, id);
      if (found.state !== 'made') throw notMade(found);
      await assertSeesAll(tx, actor, found.planId);
      return { planId: found.planId, sha256: found.sha256! };
    });
    const bytes = new CheckedStream(sha256);
    pipeline(await this.store.open(id), bytes, (error) => {
      // Whoever stops reading is no fault.
      if (error && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') this.logger.error(`package ${id}: ${error.message}`);
    });
    return { planId, bytes };
  }

  /** Those to be made, whose worker died among them; the longest waiting first. */
  async dueIds(limit: number): Promise<string[]> {
    const rows: { id: string }[] = await this.transactor.run((tx) =>
      tx.query(`select id from archive_package where ${IS_DUE} order by asked_at, id limit $1`, [limit]),
    );
    return rows.map(({ id }) => id);
  }

  /**
   * Claims one, makes it, looks through it as the archive will, and keeps it. Nothing is locked meanwhile; that it is made is said in one transaction with
   * history, after its bytes are in the store: a worker that dies before leaves a claim to expire.
   *
   * @returns `not_due` where another worker has it, or it is done
   */
  async make(id: string): Promise<'made' | 'refused' | 'not_due'> {
    const claim = await this.transactor.run((tx) => this.claim(tx, id));
    if (typeof claim === 'string') return claim;
    const { planId, retention, attempt } = claim;
    const folder = await mkdtemp(join(tmpdir(), 'duban-package-'));
    const beat = this.beating(id, attempt);
    try {
      const path = join(folder, 'package.zip');
      const sink = createWriteStream(path, { mode: 0o600 });
      const options = { retention, system: 'duban' };
      const made = await this.maker.make(this.clock.now(), planId, options, sink, beat.onProgress);
      const { DUBAN_CLAMD: clamd } = this.config;
      // As an archive does that has nothing but the package: what we hold ourselves proves nothing to it.
      const verdict = await checkArchive(path, clamd === undefined ? {} : { clamd });
      await this.store.put(id, path, made.size);
      return await this.transactor.run((tx) => this.finish(tx, id, claim, made, verdict));
    } catch (error) {
      // Without a key it will not be signed the next time either.
      if (error instanceof DomainError && (!error.retryable || error.code === 'HISTORY.NO_KEY')) {
        const { code, message } = error;
        return this.transactor.run((tx) => this.refuse(tx, id, claim, { code, detail: message }));
      }
      this.logger.error(`package ${id} was not made: ${String(error)}`);
      await this.transactor.run((tx) =>
        tx.query(
          `update archive_package set claimed_until = null where id = $1 and attempts = $2 and finished_at is null`,
          [id, attempt],
        ),
      );
      throw error;
    } finally {
      beat.stop();
      await rm(folder, { recursive: true, force: true });
    }
  }

  /**
   * Takes those out of the store that were kept long enough; what a crash leaves of that is done by the next round.
   * @throws DomainError unavailable `EVIDENCE.STORE_UNAVAILABLE`
   */
  async removeOld(): Promise<void> {
    const at = this.clock.now();
    const old: { id: string }[] = await this.transactor.run((tx) =>
      tx.query(
        `select id from archive_package where sha256 is not null and removed_at is null and finished_at < $1
         order by finished_at, id limit $2`,
        [new Date(at.getTime() - KEPT_DAYS * DAY_MS), BATCH],
      ),
    );
    for (const { id } of old) {
      await this.store.remove(id);
      await this.transactor.run((tx) =>
        tx.query(`update archive_package set removed_at = $2 where id = $1 and removed_at is null`, [id, at]),
      );
    }
  }

  private async read(tx: EntityManager, id: string): Promise<ArchivePackage> {
    const [found]: ArchivePackage[] = await tx.query(`${PACKAGE} where id = $1`, [id]);
    if (!found) throw notFound('ARCHIVE.UNKNOWN', 'You have asked for no such package.', { packageId: id });
    return found;
  }

  private async claim(tx: EntityManager, id: string): Promise<Claim | 'refused' | 'not_due'> {
    const [row]: (Omit<Claim, 'attempt'> & { attempts: number })[] = await tx.query(
      `select plan_id as "planId", retention, actor, attempts from archive_package
       where id = $1 and ${IS_DUE} for update skip locked`,
      [id],
    );
    if (!row) return 'not_due';
    const { attempts, ...rest } = row;
    const claim = { ...rest, attempt: attempts + 1 };
    if (attempts >= MOST_ATTEMPTS) {
      const detail = 'The package could not be made several times: those who run the system find why in the log.';
      return this.refuse(tx, id, { ...claim, attempt: attempts }, { code: 'ARCHIVE.GIVEN_UP', detail });
    }
    await tx.query(
      `update archive_package set attempts = $2, claimed_until = now() + $3 * interval '1 second', progress_done = 0,
         progress_total = 0
       where id = $1`,
      [id, claim.attempt, LEASE_SECONDS],
    );
    return claim;
  }

  private async finish(
    tx: EntityManager,
    id: string,
    { actor, attempt }: Claim,
    made: MadeArchive,
    verdict: ArchiveVerdict,
  ): Promise<'made' | 'not_due'> {
    const at = this.clock.now();
    const [, count]: [unknown, number] = await tx.query(
      `update archive_package set size = $3, sha256 = $4, finished_at = $5, claimed_until = null,
         progress_done = $6, progress_total = $6, verdict = $7
       where id = $1 and attempts = $2 and finished_at is null`,
      [id, attempt, made.size, made.sha256, at, made.pieces, JSON.stringify(verdict)],
    );
    if (count === 0) return 'not_due';
    await this.maker.record(tx, actor, at, id, made);
    return 'made';
  }

  private async refuse(
    tx: EntityManager,
    id: string,
    { actor, planId, attempt }: Claim,
    problem: { code: string; detail: string },
  ): Promise<'refused' | 'not_due'> {
    const at = this.clock.now();
    const [, count]: [unknown, number] = await tx.query(
      `update archive_package set problem = $3, finished_at = $4, claimed_until = null
       where id = $1 and attempts = $2 and finished_at is null`,
      [id, attempt, JSON.stringify(problem), at],
    );
    if (count === 0) return 'not_due';
    await this.history.append(tx, actor, at, [
      { type: 'archive_package.refused', entity: 'archive_package', entityId: id, planId, after: { problem } },
    ]);
    return 'refused';
  }

  /** Writes how far the maker is, now and then, which also keeps its claim alive. */
  private beating(
    id: string,
    attempt: number,
  ): { onProgress: (done: number, total: number) => void; stop: () => void } {
    let progress: [number, number] = [0, 0];
    const timer = setInterval(() => {
      this.transactor
        .run((tx) =>
          tx.query(
            `update archive_package set progress_done = $3, progress_total = $4,
               claimed_until = now() + $5 * interval '1 second'
             where id = $1 and attempts = $2 and finished_at is null`,
            [id, attempt, ...progress, LEASE_SECONDS],
          ),
        )
        .catch((error: unknown) => this.logger.warn(`package ${id}: its progress was not written: ${String(error)}`));
    }, BEAT_MS);
    return {
      onProgress: (done, total) => (progress = [done, total]),
      stop: () => clearInterval(timer),
    };
  }
}

/**
 * A package has all of its plan: who does not see all of that has it made on the server. Of a plan of a unit's own
 * (二级分解) its head may have one.
 * @throws DomainError not_found `PLAN.UNKNOWN`; forbidden `RIGHTS.NOT_ALLOWED`, `ARCHIVE.NOT_ALL_SEEN`
 */
async function assertSeesAll(tx: EntityManager, actor: Actor, planId: string): Promise<void> {
  const [plan]: { isCut: boolean; unitId: string | null }[] = await tx.query(
    `select p.id = any(cut_plans()) or p.id = any(summary_plans()) as "isCut", p.unit_id as "unitId"
     from plan p where p.id = $1`,
    [planId],
  );
  if (actor.unitId !== null && plan?.unitId === actor.unitId) assertMay(actor, 'breakdown.archive', actor.unitId);
  else assertMay(actor, 'plan.archive');
  if (!plan) throw notFound('PLAN.UNKNOWN', 'There is no such plan.', { planId });
  if (!plan.isCut) return;
  throw forbidden(
    'ARCHIVE.NOT_ALL_SEEN',
    'The package would have what is restricted to others, or reported among units alone. It is made on the server, by `duban archive make`.',
    { planId },
  );
}

function notMade({ id, state }: ArchivePackage): DomainError {
  const why =
    state === 'removed'
      ? 'it was kept for some days, and is gone: ask for another'
      : state === 'refused'
        ? 'it could not be made'
        : 'it is not made yet: ask for its state';
  return conflict('ARCHIVE.NOT_MADE', `The package is not there: ${why}.`, { packageId: id, state });
}
