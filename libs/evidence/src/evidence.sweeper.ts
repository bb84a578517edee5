import { Transactor } from '@duban/database';
import { HistoryService, systemActor } from '@duban/history';
import { type Clock, newId } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { COLUMNS, type EvidenceFile, unusedSnapshot } from './evidence-file';
import { ObjectStore } from './store/object-store';

const HOUR_MS = 3_600_000;
/** How long a file waits for a report that refers to it. */
const UNUSED_MS = 24 * HOUR_MS;
/** Between two looks through the whole store, which may hold much. */
const LOOK_MS = 6 * HOUR_MS;
/** An object that is younger may be waiting for its row. */
const YOUNG_MS = 6 * HOUR_MS;
const BATCH = 500;
/** What is called otherwise was not put there by us. */
const OUR_KEY = /^(incoming\/)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Removes what nobody needs: files that no report refers to, old links, bytes of what was disposed of (销毁), objects of which no row knows. */
@Injectable()
export class EvidenceSweeper {
  private readonly logger = new Logger('evidence');
  /** By the machine's monotonic clock. */
  private lookedAt: number | null = null;

  constructor(
    private readonly transactor: Transactor,
    private readonly history: HistoryService,
    private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** One round. A store that is away keeps nothing else from being done; what is left is found by a later round. */
  async run(): Promise<void> {
    await this.removeUnused();
    await this.removeDisposed().catch((error: Error) => this.logger.warn(`disposed files wait: ${error.message}`));
    const now = performance.now();
    if (this.lookedAt !== null && now - this.lookedAt < LOOK_MS) return;
    this.lookedAt = now;
    await this.removeOrphans(new Date(Date.now() - YOUNG_MS)).catch((error: Error) => {
      this.lookedAt = null;
      this.logger.warn(`the store was not looked through: ${error.message}`);
    });
  }

  private async removeUnused(): Promise<void> {
    const at = this.clock.now();
    const before = new Date(at.getTime() - UNUSED_MS);
    for (let count = BATCH; count === BATCH;) {
      const removed = await this.transactor.run(async (tx) => {
        await tx.query(`delete from evidence_link where expires_at < now() - interval '1 day'`);
        const [rows]: [EvidenceFile[], number] = await tx.query(
          `delete from evidence_file f where f.id in (
             select id from evidence_file where report_id is null and uploaded_at < $1
             order by uploaded_at, id limit $2 for update skip locked)
           returning ${COLUMNS}`,
          [before, BATCH],
        );
        await this.history.append(
          tx,
          systemActor(newId()),
          at,
          rows.map((file) => ({
            type: 'evidence_file.expired',
            entity: 'evidence_file',
            entityId: file.id,
            before: unusedSnapshot(file),
          })),
        );
        return rows;
      });
      // The rows are gone already: an object that stays is an orphan, and found as such.
      for (const { id } of removed) await this.store.remove(id).catch(() => undefined);
      count = removed.length;
    }
  }

  /**
   * Takes out of the store the bytes of what was disposed of, and notes each when they are gone: what a crash leaves
   * between the two is taken out once more, which changes nothing.
   * @throws DomainError unavailable `EVIDENCE.STORE_UNAVAILABLE`
   */
  async removeDisposed(): Promise<void> {
    for (let count = BATCH; count === BATCH;) {
      const leaving: { id: string }[] = await this.transactor.run((tx) =>
        tx.query(
          `select id from evidence_file where disposed_at is not null and removed_at is null order by id limit $1`,
          [BATCH],
        ),
      );
      count = leaving.length;
      const ids = leaving.map(({ id }) => id);
      for (const id of ids) await this.store.remove(id);
      const at = this.clock.now();
      await this.transactor.run((tx) =>
        tx.query(`update evidence_file set removed_at = $2 where id = any($1::uuid[]) and removed_at is null`, [
          ids,
          at,
        ]),
      );
    }
  }

  /** Takes out of the store what was written before an instant and has no row. @returns how many that were */
  async removeOrphans(before: Date): Promise<number> {
    let removed = 0;
    let batch: string[] = [];
    const check = async (): Promise<void> => {
      const kept = await this.knownOf(batch);
      for (const key of batch.filter((one) => !kept.has(one))) {
        await this.store.remove(key);
        removed++;
      }
      batch = [];
    };
    for await (const key of this.store.olderThan(before)) {
      if (OUR_KEY.test(key)) batch.push(key);
      if (batch.length === BATCH) await check();
    }
    await check();
    if (removed > 0) this.logger.log(`${removed} objects without a row were removed from ${this.store.place}`);
    return removed;
  }

  /** What was disposed of is not known any more: it goes, too, where an old copy of the store brought it back. */
  private async knownOf(keys: readonly string[]): Promise<Set<string>> {
    const rows: { id: string }[] = await this.transactor.run((tx) =>
      tx.query(
        // Archive packages (归档信息包) lie there, too, for some days.
        `select id::text from evidence_file where id::text = any($1::text[]) and disposed_at is null
         union all select id::text from archive_package
         where id::text = any($1::text[]) and problem is null and removed_at is null`,
        [keys],
      ),
    );
    return new Set(rows.map(({ id }) => id));
  }
}
