import { setTimeout as delay } from 'node:timers/promises';
import { DomainError } from '@duban/kernel';
import { Logger } from '@nestjs/common';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { isDatabaseAway } from './away';

/** A place in the primary's log of changes: whoever has replayed it has everything that was committed before. */
export interface Position {
  /** Of which server's log, also among servers that once followed one another. */
  system: string;
  timeline: number;
  lsn: string;
}

/** In which state the standby was when it was last asked. */
export type Following = 'not_asked' | 'follows' | 'behind' | 'away' | 'not_of_primary';

/** For so long a read waits until the standby has replayed what was committed before it began. */
const MOST_WAIT_MS = 100;
/** So long nothing is asked of a standby that was behind, or away: the primary answers at once meanwhile. */
const BEHIND_FOR_MS = 1_000;
const AWAY_FOR_MS = 5_000;
/** A standby that does not say by then where it is does not answer at all. */
const PATIENCE_MS = 1_000;
/** The longest that a read may take there: else somebody waits for a server whose network is gone. */
const MOST_WORK_MS = 60_000;

/** Of a transaction on the primary: where its log is now. Whatever was acknowledged before is before that. */
export const POSITION = `(select system_identifier::text from pg_control_system()) as system,
  ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int as timeline,
  case current_setting('synchronous_commit') when 'off' then pg_current_wal_insert_lsn() else pg_current_wal_flush_lsn()
    end::text as lsn`;

const WHERE = `select pg_last_wal_replay_lsn() >= $1::pg_lsn as "hasReplayed",
    pg_is_in_recovery() and min_recovery_end_timeline = $2 and system_identifier::text = $3 as "isOfPrimary"
  from pg_control_recovery(), pg_control_system()`;

/**
 * A standby (热备) that follows the primary statement by statement and answers what is only read. It is asked whether it
 * has everything that the primary had when the request began; until it has, the read waits a little, and where that is not
 * enough the primary answers. So whoever reads sees what anybody was told to be done, and nothing they saw goes away again,
 * whichever of the two answers; and nothing depends on the standby.
 */
export class Standby {
  private readonly logger = new Logger('standby');
  private opening: Promise<DataSource> | null = null;
  private readonly busy = new Set<QueryRunner>();
  private following: Following = 'not_asked';
  private notBefore = 0;
  /** How many reads each of the two has answered that the standby might have. */
  readonly answered = { standby: 0, primary: 0 };

  constructor(private readonly source: DataSource) {}

  get state(): Following {
    return this.following;
  }

  /**
   * Does the work there, in one transaction. What is refused there is refused; whatever else goes wrong is done again on
   * the primary.
   * @returns null where the primary must be asked
   */
  async read<T>(upTo: Position, work: (tx: EntityManager) => Promise<T>): Promise<{ result: T } | null> {
    const found = await this.attempt(upTo, work);
    this.answered[found ? 'standby' : 'primary']++;
    if (found && 'refusal' in found) throw found.refusal;
    return found;
  }

  async close(): Promise<void> {
    const source = await this.opening?.catch(() => null);
    if (source?.isInitialized) await source.destroy();
  }

  private async attempt<T>(
    upTo: Position,
    work: (tx: EntityManager) => Promise<T>,
  ): Promise<{ result: T } | { refusal: DomainError } | null> {
    if (performance.now() < this.notBefore) return null;
    const runner = await this.free();
    if (!runner) return null;
    this.busy.add(runner);
    let isWorking = false;
    try {
      if (!(await within(PATIENCE_MS, runner, () => this.hasReplayed(runner, upTo)))) return null;
      isWorking = true;
      return { result: await within(MOST_WORK_MS, runner, () => inTransaction(runner, work)) };
    } catch (error) {
      if (isWorking && error instanceof DomainError) return { refusal: error };
      if (isDatabaseAway(error) || !isWorking) this.is('away', error);
      else this.logger.warn(`a read is done again on the primary: ${String(error)}`);
      await endConnection(runner);
      return null;
    } finally {
      this.busy.delete(runner);
      await runner.release();
    }
  }

  /** A connection of its own for one read, or null. */
  private async free(): Promise<QueryRunner | null> {
    let runner: QueryRunner | undefined;
    try {
      runner = (await this.opened()).createQueryRunner();
      await runner.connect();
      return runner;
    } catch (error) {
      this.is('away', error);
      await runner?.release();
      return null;
    }
  }

  /** It may be away when the process starts, and come later. */
  private opened(): Promise<DataSource> {
    this.opening ??= this.source.initialize().catch((error: unknown) => {
      this.opening = null;
      throw error;
    });
    return this.opening;
  }

  private async hasReplayed(runner: QueryRunner, { system, timeline, lsn }: Position): Promise<boolean> {
    for (let waited = 0, pause = 1; ; waited += pause, pause *= 2) {
      const [row]: { hasReplayed: boolean | null; isOfPrimary: boolean }[] = await runner.query(WHERE, [
        lsn,
        timeline,
        system,
      ]);
      if (!row?.isOfPrimary) {
        this.is('not_of_primary');
        return false;
      }
      if (row.hasReplayed) {
        this.is('follows');
        return true;
      }
      if (waited >= MOST_WAIT_MS) {
        this.is('behind');
        return false;
      }
      await delay(pause);
    }
  }

  private is(following: Following, why?: unknown): void {
    if (following !== this.following) {
      const words = WORDS[following] + (why instanceof Error ? `: ${why.message}` : '');
      if (following === 'follows') this.logger.log(words);
      else this.logger.warn(words);
    }
    this.following = following;
    if (following === 'follows') return;
    this.notBefore = performance.now() + (following === 'behind' ? BEHIND_FOR_MS : AWAY_FOR_MS);
    // Who waits for it just now would wait for nothing.
    if (following === 'away') for (const runner of this.busy) void endConnection(runner);
  }
}

const WORDS: Readonly<Record<Following, string>> = {
  not_asked: '',
  follows: 'the standby follows the primary and answers reads',
  behind: 'the standby is behind, the primary answers reads',
  away: 'the standby is away, the primary answers reads',
  not_of_primary: 'DATABASE_READ_URL is no standby of this primary, which answers reads',
};

async function inTransaction<T>(runner: QueryRunner, work: (tx: EntityManager) => Promise<T>): Promise<T> {
  await runner.startTransaction();
  try {
    return await work(runner.manager);
  } finally {
    // There is nothing to commit.
    if (runner.isTransactionActive) await runner.rollbackTransaction();
  }
}

/** What takes longer loses its connection, and with it what was asked there. */
async function within<T>(ms: number, runner: QueryRunner, work: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => void endConnection(runner), ms);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}

/** In the midst of a statement this breaks the connection off, which the pool then keeps no more. */
async function endConnection(runner: QueryRunner): Promise<void> {
  const client = (await runner.connect()) as { end(): Promise<void> };
  await client.end().catch(() => undefined);
}
