import { Transactor } from '@duban/database';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** How often is looked for what others have written, while somebody watches. */
const EVERY_MS = 3_000;
/** Events are numbered before they are committed: so many before the greatest may still come. */
const LATE = 500;
const MOST_KEPT = 5_000;

interface Change {
  /** As this process saw it, by one more each time. */
  number: number;
  taskId: string;
}

/**
 * Which tasks have changed of late, whoever changed them, for those who look at a page. It is a hint: what is on the page is
 * read again, and who misses one sees it with the next.
 */
@Injectable()
export class ChangeWatch implements OnModuleDestroy {
  private readonly logger = new Logger('changes');
  private readonly seen = new Set<string>();
  private changes: Change[] = [];
  private count = 0;
  private greatest: bigint | null = null;
  private timer: NodeJS.Timeout | undefined;
  private isLooking = false;
  private tell: () => void = () => undefined;
  private isWatched: () => boolean = () => false;

  constructor(private readonly transactor: Transactor) {}

  /** The last change that was seen: what comes is what has a greater number. */
  get last(): number {
    return this.count;
  }

  /**
   * @param tell called when something has changed
   * @param isWatched whether anybody would hear of it
   */
  start(tell: () => void, isWatched: () => boolean): void {
    this.tell = tell;
    this.isWatched = isWatched;
    this.timer ??= setInterval(() => void this.look(), EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Of what changed after a number, what may be seen by whose the transaction is. */
  async visibleSince(tx: EntityManager, number: number): Promise<string[]> {
    const ids = [...new Set(this.changes.filter((one) => one.number > number).map(({ taskId }) => taskId))];
    if (ids.length === 0) return [];
    const found: { id: string }[] = await tx.query('select id from task where id = any($1)', [ids]);
    return found.map(({ id }) => id);
  }

  /** Once: the next look comes by the timer. */
  async look(): Promise<void> {
    if (this.isLooking || !this.isWatched()) return;
    this.isLooking = true;
    try {
      await this.transactor.run((tx) => this.read(tx));
    } catch (error) {
      this.logger.warn(`what has changed could not be read: ${String(error)}`);
    } finally {
      this.isLooking = false;
    }
  }

  private async read(tx: EntityManager): Promise<void> {
    const from = this.greatest === null ? null : this.greatest - BigInt(LATE);
    const rows: { seq: string; taskId: string | null }[] =
      from === null
        ? await tx.query('select seq, null as "taskId" from history_event order by seq desc limit $1', [LATE])
        : await tx.query('select seq, task_id as "taskId" from history_event where seq > $1 order by seq', [
            String(from),
          ]);
    const isFirst = this.greatest === null;
    const fresh = rows.filter(({ seq }) => !this.seen.has(seq));
    for (const { seq } of fresh) {
      this.seen.add(seq);
      if (this.greatest === null || BigInt(seq) > this.greatest) this.greatest = BigInt(seq);
    }
    this.greatest ??= 0n;
    this.forget();
    if (isFirst) return;
    const taskIds = new Set(fresh.map(({ taskId }) => taskId).filter((id) => id !== null));
    if (taskIds.size === 0) return;
    this.count++;
    for (const taskId of taskIds) this.changes.push({ number: this.count, taskId });
    this.changes = this.changes.slice(-MOST_KEPT);
    this.tell();
  }

  private forget(): void {
    if (this.seen.size < MOST_KEPT) return;
    const least = this.greatest! - BigInt(LATE);
    for (const seq of this.seen) if (BigInt(seq) <= least) this.seen.delete(seq);
  }
}
