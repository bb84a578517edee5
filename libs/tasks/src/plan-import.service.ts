import { planImportMachine, type PlanImportEvent, type PlanImportState } from '@duban/domain';
import { Transactor } from '@duban/database';
import { assertMay } from '@duban/directory';
import { type Actor, type Change, HistoryService } from '@duban/history';
import { type Clock, DomainError, newId, notFound } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { decide } from '@duban/state-machine';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type PlanFile, readPlanFile } from './plan-draft';
import { PlanImport, type PlanImportOptions, type PlanImportProblem } from './plan-import.entity';
import { PlanService } from './plan.service';

/** Without a word from its reader for so long, a document may be taken by another worker. */
const LEASE_SECONDS = 60;
/** A document that ends its reader so often is taken to be at fault itself. */
const MOST_ATTEMPTS = 3;
/** Between two words on how far it is. */
const PROGRESS_MS = 500;

/** What became of one call of {@link PlanImportService.read}: `not_due` where another worker has it, or it is done. */
export type ReadOutcome = 'drafted' | 'refused' | 'not_due';

interface Claim {
  file: PlanFile;
  options: PlanImportOptions;
  actor: Actor;
  attempt: number;
}

/**
 * Documents that are read by a worker (导入), since it takes longer than a request should wait. They are found by the
 * table: a job that names one is a hint, late, twice or never.
 */
@Injectable()
export class PlanImportService {
  private readonly logger = new Logger('plan_import');

  constructor(
    private readonly transactor: Transactor,
    private readonly plans: PlanService,
    private readonly history: HistoryService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Takes a document in; it is read later. @returns the import's id */
  async accept(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    file: PlanFile,
    options: PlanImportOptions = {},
  ): Promise<string> {
    assertMay(actor, actor.unitId === null ? 'plan.draft' : 'breakdown.draft');
    const id = newId();
    await tx.getRepository(PlanImport).insert({
      id,
      personId: actor.personId!,
      actor,
      fileName: file.name,
      file: Buffer.from(file.bytes),
      options,
      state: planImportMachine.initial,
      progressDone: 0,
      progressTotal: 0,
      attempts: 0,
      claimedUntil: null,
      planId: null,
      problem: null,
      createdAt: at,
      finishedAt: null,
    });
    await this.record(tx, actor, at, id, 'received', { fileName: file.name, bytes: file.bytes.length });
    return id;
  }

  /** @throws DomainError IMPORT.UNKNOWN */
  async get(tx: EntityManager, actor: Actor, id: string): Promise<PlanImport> {
    assertMay(actor, actor.unitId === null ? 'plan.draft' : 'breakdown.draft');
    const found = await tx.getRepository(PlanImport).findOneBy({ id });
    if (!found) throw notFound('IMPORT.UNKNOWN', 'There is no such import.', { importId: id });
    return found;
  }

  /** Those to be read, whose worker died among them; the longest waiting first. */
  async dueIds(limit: number): Promise<string[]> {
    const rows: { id: string }[] = await this.transactor.run((tx) =>
      tx.query(`select id from plan_import where ${IS_DUE} order by created_at, id limit $1`, [limit]),
    );
    return rows.map(({ id }) => id);
  }

  /**
   * Claims, reads and drafts. Nothing is locked while the document is read; the draft and the word that it is made are
   * one transaction, so that a worker that dies in between leaves a claim to expire and no half of a plan.
   */
  async read(id: string): Promise<ReadOutcome> {
    const claim = await this.transactor.run((tx) => this.claim(tx, id));
    if (typeof claim === 'string') return claim;
    try {
      const { columns, ...options } = claim.options;
      const read = await readPlanFile(claim.file, { columns, onProgress: this.reporter(id, claim.attempt) });
      return await this.transactor.run(async (tx) => {
        const held = await this.holdClaimed(tx, id, claim.attempt);
        if (!held) return 'not_due';
        const at = this.clock.now();
        const planId = await this.plans.draft(tx, claim.actor, at, read, options);
        await this.finish(tx, id, held, 'draft', { planId });
        await this.record(tx, claim.actor, at, id, 'drafted', { planId }, planId);
        return 'drafted';
      });
    } catch (error) {
      if (!(error instanceof DomainError) || error.retryable) {
        this.logger.error(`import ${id} was not read: ${String(error)}`);
        await this.transactor.run((tx) => this.release(tx, id, claim.attempt));
        throw error;
      }
      const { code, message, details } = error;
      return this.refuse(id, claim, { ...details, code, detail: message });
    }
  }

  private async claim(tx: EntityManager, id: string): Promise<Claim | ReadOutcome> {
    const [row]: (Omit<Claim, 'file' | 'attempt'> & {
      state: PlanImportState;
      fileName: string;
      bytes: Buffer;
      attempts: number;
    })[] = await tx.query(
      `select state, file_name as "fileName", file as bytes, options, actor, attempts
       from plan_import where id = $1 and ${IS_DUE} for update skip locked`,
      [id],
    );
    if (!row) return 'not_due';
    if (row.attempts >= MOST_ATTEMPTS) {
      const problem = { code: 'IMPORT.GIVEN_UP', detail: 'The document ended its reader several times; try a copy.' };
      await this.finish(tx, id, row.state, 'refuse', { problem });
      await this.record(tx, row.actor, this.clock.now(), id, 'refused', { problem });
      return 'refused';
    }
    // The last worker died before it could say what came of its attempt.
    const events: PlanImportEvent[] = row.state === 'reading' ? ['retry', 'claim'] : ['claim'];
    await tx.query(
      `update plan_import set state = $2, attempts = attempts + 1, claimed_until = now() + $3 * interval '1 second'
       where id = $1`,
      [id, moved(row.state, events), LEASE_SECONDS],
    );
    return {
      file: { name: row.fileName, bytes: row.bytes },
      options: row.options,
      actor: row.actor,
      attempt: row.attempts + 1,
    };
  }

  /** The state of an import that is still this attempt's to finish, locked; null where another worker has taken over. */
  private async holdClaimed(tx: EntityManager, id: string, attempt: number): Promise<PlanImportState | null> {
    const [held]: { state: PlanImportState }[] = await tx.query(
      `select state from plan_import where id = $1 and state = 'reading' and attempts = $2 for update`,
      [id, attempt],
    );
    return held?.state ?? null;
  }

  private async refuse(id: string, { actor, attempt }: Claim, problem: PlanImportProblem): Promise<ReadOutcome> {
    return this.transactor.run(async (tx) => {
      const held = await this.holdClaimed(tx, id, attempt);
      if (!held) return 'not_due';
      await this.finish(tx, id, held, 'refuse', { problem });
      await this.record(tx, actor, this.clock.now(), id, 'refused', { problem });
      return 'refused';
    });
  }

  /** For another try, at once: it is the job's back-off that waits. */
  private async release(tx: EntityManager, id: string, attempt: number): Promise<void> {
    const held = await this.holdClaimed(tx, id, attempt);
    if (!held) return;
    await tx.query(`update plan_import set state = $2, claimed_until = null where id = $1`, [
      id,
      moved(held, ['retry']),
    ]);
  }

  private async finish(
    tx: EntityManager,
    id: string,
    state: PlanImportState,
    event: PlanImportEvent,
    { planId, problem }: { planId?: string; problem?: PlanImportProblem },
  ): Promise<void> {
    await tx.query(
      `update plan_import set state = $2, plan_id = $3, problem = $4, file = null, claimed_until = null, finished_at = $5
       where id = $1`,
      [
        id,
        moved(state, [event]),
        planId ?? null,
        problem === undefined ? null : JSON.stringify(problem),
        this.clock.now(),
      ],
    );
  }

  /** Writes how far the reader is, now and then, which also keeps its claim alive. */
  private reporter(id: string, attempt: number): (done: number, total: number) => void {
    let last = performance.now();
    return (done, total) => {
      if (performance.now() - last < PROGRESS_MS) return;
      last = performance.now();
      this.transactor
        .run((tx) =>
          tx.query(
            `update plan_import set progress_done = $3, progress_total = $4,
               claimed_until = now() + $5 * interval '1 second'
             where id = $1 and state = 'reading' and attempts = $2`,
            [id, attempt, done, total, LEASE_SECONDS],
          ),
        )
        .catch((error: unknown) => this.logger.warn(`import ${id}: its progress was not written: ${String(error)}`));
    };
  }

  private record(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    what: 'received' | 'drafted' | 'refused',
    after: Record<string, unknown>,
    planId: string | null = null,
  ): Promise<void> {
    const change: Change = {
      type: `plan_import.${what}`,
      entity: 'plan_import',
      entityId: id,
      planId,
      after: { id, ...after },
    };
    return this.history.append(tx, actor, at, [change]);
  }
}

/** By the database's clock: a lease measures machines. */
const IS_DUE = `(state = 'queued' or state = 'reading' and claimed_until < now())`;

/** The state after events, one after the other; one that the machine does not allow is our own mistake. */
function moved(state: PlanImportState, events: readonly PlanImportEvent[]): PlanImportState {
  return events.reduce((from, event) => {
    const decision = decide(planImportMachine, from, event, ['system'], undefined);
    if (!decision.ok) throw new Error(`an import that is ${from} cannot ${event}`);
    return decision.to;
  }, state);
}
