import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SteppedClock } from '@duban/kernel';
import { createLog, type EmbeddedPostgres, loadConfig, NestLog, startEmbeddedPostgres } from '@duban/platform';
import { NestFactory } from '@nestjs/core';
import { Client } from 'pg';
import { GroundModule } from '../../../api/src/ground.module';
import { InventedDuties } from '../bench/invented-duties';
import { importUnits, ownDatabase } from '../bench/office-at-work';
import { Random } from './random';
import { freePort, OwnRedis } from '../sizes/own-redis';

const WORKER = resolve(__dirname, '../../../worker/src/main.js');
/** Rungs are due between nine and three; the day ends before anybody is urged for tomorrow. */
const OPENS = Date.parse('2026-04-21T08:55:00+08:00');
const LAST_DUE_MINUTES = 360;
const CLOSES = Date.parse('2026-04-21T16:00:00+08:00');
const HALF_HOUR_MS = 30 * 60_000;
/** What is left over when nothing is broken any more has so long to be done. */
const PATIENCE_MS = 20 * 60_000;
const LOOK_EVERY_MS = 500;
/** For so long a fault waits for the workers to go on after the one before. */
const GROWTH_MS = 20_000;

interface ChaosOptions {
  rungs: number;
  workers: number;
  /** How often something is broken. */
  faults: number;
  /** Of the order of faults and of the pauses between them. */
  seed: number;
}

type Fault = (chaos: Chaos) => Promise<void>;

/** What is broken, each as often as the others. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'a worker killed (-9) and another started': (chaos) => chaos.replaceWorker(),
  'two workers killed at once': async (chaos) => {
    await Promise.all([chaos.replaceWorker(), chaos.replaceWorker()]);
  },
  'Redis forgets all (FLUSHALL)': (chaos) => chaos.redis.flush(),
  'Redis away, back empty': async (chaos) => {
    await chaos.redis.stop();
    await chaos.pause(1_500);
    await chaos.redis.start();
  },
  'Postgres restarted': (chaos) => chaos.restartPostgres(),
  'all sessions of Postgres killed': (chaos) => chaos.killSessions(),
  'the clock jumps two hours ahead': (chaos) => chaos.jump(2),
  'the clock jumps two hours back': (chaos) => chaos.jump(-2),
};

/** What the checker finds, of the tables alone. */
interface Verdict {
  due: number;
  followUps: number;
  lost: number;
  doubled: number;
  unsaid: number;
}

/**
 * Breaks the server size in every way at once while it follows up, and counts afterwards whether each due rung fired
 * once. Its Postgres, its Redis and its workers are its own.
 *
 * @returns whether nothing was lost and nothing doubled
 */
export async function runChaos(options: ChaosOptions): Promise<boolean> {
  const chaos = await Chaos.begin(options);
  try {
    const begun = performance.now();
    const faults = await chaos.rage();
    await chaos.settle();
    const seconds = (performance.now() - begun) / 1000;
    const verdict = await chaos.verdict();
    for (const [name, times] of faults) process.stdout.write(`${String(times).padStart(7)}  ${name}\n`);
    const figures = { ...verdict, seconds: Math.round(seconds), workers: options.workers, seed: options.seed };
    for (const [name, figure] of Object.entries(figures))
      process.stdout.write(`${String(figure).padStart(7)}  ${name}\n`);
    const { due, followUps, lost, doubled, unsaid } = verdict;
    const isSound = due === options.rungs && followUps === due && lost + doubled + unsaid === 0;
    process.stdout.write(isSound ? 'None lost, none doubled.\n' : 'NOT SOUND.\n');
    return isSound;
  } finally {
    await chaos.end();
  }
}

class Chaos {
  private readonly workers = new Set<ChildProcess>();
  private instant = OPENS;
  private isEnding = false;

  private constructor(
    private readonly options: ChaosOptions,
    readonly redis: OwnRedis,
    private readonly home: string,
    private readonly port: number,
    private postgres: EmbeddedPostgres,
    private readonly url: string,
    private readonly random: Random,
  ) {}

  static async begin(options: ChaosOptions): Promise<Chaos> {
    const home = mkdtempSync(join(tmpdir(), 'duban-chaos-'));
    process.once('exit', () => rmSync(home, { recursive: true, force: true }));
    const redis = await OwnRedis.start();
    const port = await freePort();
    const postgres = await startEmbeddedPostgres({ home, port });
    const url = await ownDatabase(postgres, 'chaos');
    const ground = { config: loadConfig({}), clock: new SteppedClock(new Date(OPENS)), databaseUrl: url };
    const app = await NestFactory.createApplicationContext(GroundModule.forRoot(ground), {
      logger: new NestLog(createLog('fatal')),
      abortOnError: false,
    });
    await importUnits(app);
    await app.close();
    const duties = await InventedDuties.write(url, { due: options.rungs, pending: options.rungs });
    await duties.spreadOver(LAST_DUE_MINUTES);
    await duties.end();
    const chaos = new Chaos(options, redis, home, port, postgres, url, new Random(options.seed));
    await chaos.setClock(OPENS);
    for (let i = 0; i < options.workers; i++) chaos.startWorker();
    return chaos;
  }

  /** Breaks one thing after the other while the morning passes. */
  async rage(): Promise<Map<string, number>> {
    const done = new Map<string, number>();
    const names = Object.keys(FAULTS);
    for (let i = 0; i < this.options.faults; i++) {
      const before = await this.followUps();
      await this.setClock(OPENS + ((CLOSES - OPENS) * (i + 1)) / this.options.faults);
      // What is broken while nobody works on anything is not broken.
      for (const end = Date.now() + GROWTH_MS; (await this.followUps()) === before && Date.now() < end;) {
        await delay(LOOK_EVERY_MS);
      }
      await this.pause(1_000);
      const name = names[i % names.length]!;
      await FAULTS[name]!(this);
      done.set(name, (done.get(name) ?? 0) + 1);
      process.stderr.write(`${name}; ${await this.followUps()} follow-ups\n`);
    }
    return done;
  }

  /** Lets the workers finish, until nothing is due and everything is said. */
  async settle(): Promise<void> {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
      await this.setClock(Math.max(this.instant, CLOSES));
      const [left] = await this.ask<{ due: number; unsaid: number }>(
        `select (select count(*)::int from obligation where next_rung_at <= $1) as due,
           (select count(*)::int from notification where composed_at is null) as unsaid`,
        [new Date(CLOSES)],
      );
      if (left!.due + left!.unsaid === 0) return;
      // Who was told in this half hour is told the rest in the next one.
      if (left!.due === 0 && this.instant < CLOSES + 3 * HALF_HOUR_MS) await this.setClock(this.instant + HALF_HOUR_MS);
      await delay(LOOK_EVERY_MS * 4);
    }
  }

  private async followUps(): Promise<number> {
    const [found] = await this.ask<{ n: number }>(`select count(*)::int as n from follow_up`);
    return found!.n;
  }

  /** Asks the tables, and nothing of the libraries. */
  async verdict(): Promise<Verdict> {
    const [found] = await this.ask<Verdict>(
      `with per as (
         select o.id, count(f.id)::int as "followUps" from obligation o left join follow_up f on f.obligation_id = o.id
         where o.created_at < '2026-01-01' group by o.id),
       told as (
         select after->>'obligationId' as id, count(*)::int as events from history_event
         where type = 'follow_up.fired' group by 1),
       said as (
         select n.obligation_id as id, count(*)::int as messages, count(i.digest_id)::int as items
         from notification n left join digest_item i on i.notification_id = n.id
         where n.kind = 'follow_up' group by 1)
       select count(*)::int as due, sum(per."followUps")::int as "followUps",
         count(*) filter (where per."followUps" = 0 or told.events is null or said.messages is null)::int as lost,
         count(*) filter (where per."followUps" > 1 or told.events > 1 or said.messages > 1 or said.items > 1)::int
           as doubled,
         count(*) filter (where coalesce(said.items, 0) = 0)::int as unsaid
       from per left join told on told.id = per.id::text left join said on said.id = per.id`,
    );
    return found!;
  }

  async replaceWorker(): Promise<void> {
    const all = [...this.workers];
    const one = all[Math.floor(this.random.next() * all.length)];
    if (one) {
      this.workers.delete(one);
      const ended = once(one, 'exit');
      one.kill('SIGKILL');
      await ended;
    }
    this.startWorker();
  }

  async restartPostgres(): Promise<void> {
    await this.postgres.stop();
    await this.pause(1_000);
    this.postgres = await startEmbeddedPostgres({ home: this.home, port: this.port });
  }

  async killSessions(): Promise<void> {
    await this.ask(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`);
  }

  /**
   * Sets the clock elsewhere for a while. A worker that runs stays where it was if that is later; one that is started
   * then begins in the past, beside others that do not.
   */
  async jump(hours: number): Promise<void> {
    await this.setClock(Math.min(Math.max(OPENS, this.instant + hours * 3_600_000), CLOSES));
    await this.replaceWorker();
    await this.pause(1_500);
  }

  async pause(mostMs: number): Promise<void> {
    await delay(this.random.next() * mostMs);
  }

  async end(): Promise<void> {
    this.isEnding = true;
    for (const worker of this.workers) worker.kill('SIGKILL');
    await this.postgres.stop();
    await this.redis.stop();
  }

  private startWorker(): void {
    const worker = spawn(process.execPath, [WORKER], {
      stdio: 'ignore',
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: this.url,
        REDIS_URL: this.redis.url,
        DUBAN_CLOCK: new Date(OPENS).toISOString(),
        DUBAN_HOME: this.home,
        DUBAN_OBJECT_STORE: join(this.home, 'evidence'),
        DUBAN_SECRET: 'c'.repeat(32),
        SWEEP_SECONDS: '1',
        LOG_LEVEL: 'fatal',
      },
    });
    this.workers.add(worker);
    // One that could not start, as while Postgres was away, is started again, as its supervisor would.
    worker.once('exit', () => {
      if (!this.workers.delete(worker) || this.isEnding) return;
      setTimeout(() => !this.isEnding && this.startWorker(), 1_000);
    });
  }

  private async setClock(instant: number): Promise<void> {
    this.instant = instant;
    await this.ask(
      `insert into demonstration_clock (id, instant) values (1, $1) on conflict (id) do update set instant = excluded.instant`,
      [new Date(instant)],
    );
  }

  /** Asks Postgres, again where it is just away. */
  private async ask<T>(query: string, parameters: unknown[] = []): Promise<T[]> {
    for (let left = 60; ; left--) {
      const client = new Client({ connectionString: this.url, connectionTimeoutMillis: 5_000 });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return (await client.query(query, parameters)).rows as T[];
      } catch (error) {
        if (left === 0) throw error;
        await delay(LOOK_EVERY_MS);
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }
}
