import { createHash } from 'node:crypto';
import { consequences, Transactor } from '@duban/database';
import { EvidenceService } from '@duban/evidence';
import { type Actor, HistoryService } from '@duban/history';
import type { Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** Files that go in one transaction. */
const BATCH = 500;
/** How long one round works on what is large; the next goes on. */
const PATIENCE_MS = 20_000;
/** Disposals that one round looks at. */
const MOST_RUNS = 100;

/** What goes by a disposal. */
export interface Register {
  files: number;
  bytes: number;
  /** Of a line `<sha256>  <fileId>` and a line feed for each file, in the order of their ids. */
  sha256: string;
}

/**
 * Carries approved disposals (销毁) out, so many files at a time, each time in one transaction with their events: a large
 * one holds nothing up, and one that is broken off goes on where it was. What is not read any more is said by the
 * decision, not by this.
 */
@Injectable()
export class DisposalCarrier {
  private readonly logger = new Logger('disposal');

  constructor(
    private readonly transactor: Transactor,
    private readonly history: HistoryService,
    private readonly evidence: EvidenceService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** What a plan has to go. As the system: whoever decides sees all of it, or may not. */
  registerOf(tx: EntityManager, planId: string): Promise<Register> {
    return consequences(tx, async () => {
      const hash = createHash('sha256');
      let [files, bytes] = [0, 0];
      for (let after: string | null = null; ;) {
        const page = await this.evidence.ofPlan(tx, planId, { after, limit: BATCH });
        for (const { id, size, sha256 } of page) {
          hash.update(`${sha256}  ${id}\n`);
          files++;
          bytes += size;
        }
        if (page.length < BATCH) return { files, bytes, sha256: hash.digest('hex') };
        after = page.at(-1)!.id;
      }
    });
  }

  /** In the transaction of the approval: what is not much goes at once. */
  begin(tx: EntityManager, actor: Actor, at: Date, disposalId: string, files: number): Promise<unknown> {
    return consequences(tx, async () => {
      await tx.query(`insert into disposal_run (disposal_id, actor, files) values ($1, $2, $3)`, [
        disposalId,
        JSON.stringify(actor),
        files,
      ]);
      return this.step(tx, at, disposalId);
    });
  }

  /** Goes on with what is approved and not carried out. Safe to run twice at once. */
  async carryOutDue(): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    const open: { id: string }[] = await this.transactor.run((tx) =>
      tx.query(`select disposal_id as id from disposal_run where finished_at is null order by disposal_id limit $1`, [
        MOST_RUNS,
      ]),
    );
    for (const { id } of open) {
      try {
        while (await this.transactor.run((tx) => this.step(tx, this.clock.now(), id))) {
          if (performance.now() > end) return;
        }
      } catch (error) {
        // The others go on; this comes again with the next round, and is said again.
        this.logger.error(`the disposal ${id} was not carried out: ${String(error)}`);
      }
    }
  }

  /** @returns whether there is more of it to do */
  private async step(tx: EntityManager, at: Date, disposalId: string): Promise<boolean> {
    const [run]: { actor: Actor; done: number; planId: string; jurisdictionId: string }[] = await tx.query(
      `select r.actor, r.done, d.plan_id as "planId", p.jurisdiction_id as "jurisdictionId"
       from disposal_run r join disposal d on d.id = r.disposal_id join plan p on p.id = d.plan_id
       where r.disposal_id = $1 and r.finished_at is null for update of r skip locked`,
      [disposalId],
    );
    if (!run) return false;
    const { actor, planId, jurisdictionId } = run;
    const place = { disposalId, planId, jurisdictionId };
    const gone = await this.evidence.dispose(tx, actor, at, place, BATCH);
    const done = run.done + gone.length;
    const isLast = gone.length < BATCH;
    await tx.query(`update disposal_run set done = $2, finished_at = $3 where disposal_id = $1`, [
      disposalId,
      done,
      isLast ? at : null,
    ]);
    if (!isLast) return true;
    await this.history.append(tx, actor, at, [
      {
        type: 'disposal.carried_out',
        entity: 'disposal',
        entityId: disposalId,
        jurisdictionId,
        planId,
        after: { state: 'carried_out', files: done },
      },
    ]);
    return false;
  }
}
