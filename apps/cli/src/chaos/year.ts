import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { development } from '../bench/measure';
import { eventually } from '../sizes/started';
import { ROOT } from '../sizes/root';
import { ownFolder, ServerSize } from '../sizes/server-size';
import { exportHistory, verifyHistory } from '../sizes/told-story';
import { Clients } from './answers';
import { BadLine } from './bad-line';
import { check, type Finding, type Known } from './checker';
import { FAULTS, withQuota, type World } from './faults';
import { Outside } from './outside';
import { People } from './people';
import { buildPrevious } from './previous-build';
import { Random } from './random';
import { type Recovery, tell } from './report';
import { readTables } from './tables';

export interface YearOptions {
  minutes: number;
  seed: number;
  /** A few weeks instead of a year, each kind of fault about once, nothing built. */
  isQuick: boolean;
  /** The commit that serves first; `none` takes the present one twice. */
  previous?: string;
}

const ISSUED = '2026-01-09';
const BEGINS = `${ISSUED}T10:00:00+08:00`;
const DAY_MS = 86_400_000;
const DAYS = { year: 372, quick: 45 };
/** People who act at the same time. */
const AT_ONCE = { year: 4, quick: 3 };
const PAUSE_MS = 1_500;
const STORE_BYTES = 4 * 1024 * 1024;
const LOST_ANSWERS = 0.03;
/** What is left over when nothing is broken any more has so long to be done. */
const PATIENCE_MS = 600_000;
const CLOCK_PATIENCE_MS = 65_000;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * A year of an office and its departments on the server size, at speed, while everything is broken at random. Afterwards
 * a checker of its own reads tables, mails, webhooks and what each client was told.
 *
 * @returns whether it found nothing
 */
export async function runYear(options: YearOptions): Promise<boolean> {
  const year = await Year.begin(options);
  try {
    await year.rage();
    await year.settle();
    const findings = await year.judge();
    year.tell(findings);
    return findings.length === 0;
  } finally {
    await year.end();
  }
}

class Year {
  private readonly jumps: [number, number][] = [];
  private readonly recoveries: Recovery[] = [];
  private readonly closers: (() => Promise<unknown> | void)[] = [];
  private readonly begun = Date.now();
  private world!: World;
  private clients!: Clients;
  private people!: People;
  private outside!: Outside;
  private isRaging = true;
  private isOver = false;
  private versions = 'the present version twice';

  private constructor(
    private readonly options: YearOptions,
    private readonly random: Random,
  ) {}

  static async begin(options: YearOptions): Promise<Year> {
    const year = new Year(options, new Random(options.seed));
    try {
      await year.open();
      return year;
    } catch (error) {
      await year.end();
      throw error;
    }
  }

  async end(): Promise<void> {
    this.isRaging = false;
    this.isOver = true;
    for (const close of this.closers.splice(0).reverse()) await close();
  }

  /** Breaks one thing after the other while people work and the clock goes on. */
  async rage(): Promise<void> {
    const ends = Date.now() + this.options.minutes * 60_000;
    const going = [this.driveClock(ends)];
    for (let i = 0; i < AT_ONCE[this.span]; i++) going.push(this.keepTurning());
    const names = Object.keys(FAULTS).filter((name) => this.world.quota !== null || name !== 'object store full');
    for (let round = shuffled(names, this.random); Date.now() < ends;) {
      await delay(this.random.below(PAUSE_MS));
      const name = round.pop()!;
      if (round.length === 0) round = shuffled(names, this.random);
      const since = Date.now();
      await FAULTS[name]!(this.world);
      await eventually(`all is well after "${name}"`, () => this.isWell(), 300_000);
      this.recoveries.push({ name, ms: Date.now() - since });
      say(`${name}; well after ${Date.now() - since} ms, ${this.clients.log.length} asked`);
    }
    this.isRaging = false;
    // Not held to: a verdict that is printed need not wait for the rest of the patience.
    await Promise.race([Promise.all(going), delay(PATIENCE_MS, undefined, { ref: false })]);
    this.isOver = true;
    await Promise.all(going);
  }

  /** Lets the clock go on without faults until nothing is due and everything is said. */
  async settle(): Promise<void> {
    let now = Date.parse(BEGINS) + DAYS[this.span] * DAY_MS;
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; now += DAY_MS / 8) {
      now = Math.max(now, await this.clock());
      await this.moveClock(now);
      const [left] = await this.world.size.postgres.ask<{ due: number; unsent: number }>(
        `select (select count(*)::int from obligation where next_rung_at <= $1) as due,
           (select count(*)::int from delivery where channel in ('smtp', 'webhook') and state in ('queued', 'sending'))
             + (select count(*)::int from notification where composed_at is null and send_from <= $1) as unsent`,
        [new Date(now)],
      );
      if (left!.due + left!.unsent === 0) return;
      await delay(500);
    }
  }

  async judge(): Promise<Finding[]> {
    const { size } = this.world;
    const { default: calendar } = await development('chinese-days', () => import('chinese-days'));
    const until = await this.clock();
    const history = await this.proved();
    const known: Known = {
      log: this.clients.log,
      mails: this.outside.mails,
      hooks: this.outside.hooks,
      isWorkday: (day) => calendar.isWorkday(day),
      until,
      jumps: this.jumps,
      history,
    };
    return check(await readTables(size.postgres, size.store, until), known);
  }

  tell(findings: readonly Finding[]): void {
    tell({
      recoveries: this.recoveries,
      log: this.clients.log,
      statuses: this.clients.statuses,
      mails: this.outside.mails.length,
      hooks: this.outside.hooks.length,
      findings,
      versions: this.versions,
      isQuotaSkipped: this.world.quota === null,
      seconds: Math.round((Date.now() - this.begun) / 1000),
      seed: this.options.seed,
    });
  }

  private get span(): 'year' | 'quick' {
    return this.options.isQuick ? 'quick' : 'year';
  }

  private async open(): Promise<void> {
    this.outside = await Outside.open(() => this.isRaging && this.random.happens(LOST_ANSWERS));
    this.closers.push(() => this.outside.end());
    const build = this.previousBuild();
    const lines: Partial<World['lines']> = {};
    let quota: string | null = null;
    const size = await ServerSize.begin({
      clock: BEGINS,
      ...(build ? { build } : {}),
      env: { SMTP_URL: this.outside.smtpUrl, DUBAN_DESTINATION_NETWORKS: '127.0.0.0/8', DATABASE_CONNECTIONS: '10' },
      between: async ({ databaseUrl, redisUrl, store }) => {
        const release = withQuota(store, STORE_BYTES);
        if (release) {
          quota = store;
          this.closers.push(release);
        } else say('SKIPPED "object store full": it takes root and the right to mount a tmpfs');
        lines.database = await this.line(databaseUrl);
        lines.queue = await this.line(redisUrl);
        return {
          DATABASE_URL: through(databaseUrl, lines.database),
          REDIS_URL: through(redisUrl, lines.queue),
        };
      },
    });
    this.closers.push(() => size.end());
    lines.people = await this.line(size.url);
    this.world = {
      size,
      lines: lines as World['lines'],
      random: this.random,
      quota,
      restartFrom: ROOT,
      restarted: this.options.isQuick ? [size.members[0]!, size.members.at(-1)!] : size.members,
      jump: (hours) => this.jump(hours),
    };
    const url = `http://127.0.0.1:${lines.people.port}`;
    this.clients = new Clients(
      () => url,
      size.password,
      () => this.isOver,
    );
    await this.issue();
  }

  private previousBuild(): string | null {
    const { isQuick, previous } = this.options;
    if (isQuick || previous === 'none') return null;
    say('building the version before the last migration …');
    const built = buildPrevious(ownFolder('duban-previous-'), previous);
    if (typeof built === 'string') {
      say(`SKIPPED two versions: ${built}`);
      return null;
    }
    this.versions = `${built.commit} beside the present one`;
    return built.folder;
  }

  private async line(url: string): Promise<BadLine> {
    const line = await BadLine.to(Number(new URL(url).port));
    this.closers.push(() => line.end());
    return line;
  }

  /** The directory, the sample plan, addresses and a destination, as an office sets them up. */
  private async issue(): Promise<void> {
    const sample = join(ROOT, 'apps/cli/sample');
    const plan = readFileSync(join(sample, 'plan.txt'), 'utf8').replaceAll('{{year}}', '2026');
    await this.must('admin', 'POST', '/units/import', form('units.json', readFileSync(join(sample, 'units.json'))));
    const { id } = await this.must<{ id: string }>('office', 'POST', '/plans', form('plan.txt', Buffer.from(plan)));
    const { items } = await this.must<{ items: { code: string }[] }>('office', 'GET', '/units?limit=200');
    for (const { code } of items) {
      for (const post of ['contact', 'head']) {
        const email = `${code}.${post}@city.example`.toLowerCase();
        await this.must('admin', 'PATCH', `/persons/${code}.${post}`, { email });
      }
    }
    await this.must('admin', 'POST', '/destinations', {
      channel: 'webhook',
      name: '市政务云',
      address: this.outside.hookUrl,
      kinds: ['reminder', 'urge', 'notice', 'task_issued'],
      perMinute: 6000,
    });
    await this.must('office', 'POST', `/plans/${id}/issue`, { year: 2026, issuedOn: ISSUED, policy: 'annual-report' });
    this.people = new People(this.clients, this.random, id);
    await this.people.open();
  }

  private async must<T>(who: string, method: string, path: string, body?: unknown): Promise<T> {
    const given = await this.clients.ask(who, method, path, body);
    if (!given || given.status >= 300)
      throw new Error(`${method} ${path}: ${given?.status ?? 'no answer'} ${JSON.stringify(given?.body)}`);
    return given.body as T;
  }

  private async keepTurning(): Promise<void> {
    while (this.isRaging) {
      const today = await this.clock().catch(() => null);
      if (today === null) await delay(200);
      else await this.people.turn(new Date(today).toISOString().slice(0, 10));
    }
  }

  /** The year passes in the time that is given. */
  private async driveClock(ends: number): Promise<void> {
    const [first, since] = [Date.parse(BEGINS), Date.now()];
    while (this.isRaging) {
      const share = Math.min(1, (Date.now() - since) / (ends - since));
      await this.moveClock(first + share * DAYS[this.span] * DAY_MS);
      await delay(200);
    }
  }

  private async moveClock(to: number): Promise<void> {
    await this.clients.ask('admin', 'PUT', '/clock', { now: new Date(to).toISOString() }, {}, CLOCK_PATIENCE_MS);
  }

  /** Where it stands, as the table says. */
  private async clock(): Promise<number> {
    const [row] = await this.world.size.postgres.ask<{ instant: Date }>('select instant from demonstration_clock');
    return row!.instant.getTime();
  }

  private async jump(hours: number): Promise<void> {
    const from = await this.clock();
    const to = from + hours * 3_600_000;
    this.jumps.push([Math.min(from, to), Math.max(from, to)]);
    await this.world.size.postgres.ask('update demonstration_clock set instant = $1', [new Date(to)]);
  }

  /** Every process is ready, reaches the queue, and is reached through the proxy. */
  private async isWell(): Promise<boolean> {
    const { size } = this.world;
    for (const member of size.members) if (!(await member.isReady())) return false;
    for (const { port } of size.apis) {
      const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
      const { checks } = (await ready.json()) as { checks: { queue: string } };
      if (checks.queue !== 'ok') return false;
    }
    return (await this.clients.ask('office', 'GET', '/dashboard'))?.status === 200;
  }

  private async proved(): Promise<Known['history']> {
    const { size } = this.world;
    try {
      const count = async (): Promise<number> =>
        (await size.postgres.ask<{ count: number }>('select count(*)::int as count from history_event'))[0]!.count;
      const before = await count();
      const verified = verifyHistory(await exportHistory(size.url, size.password, join(size.home, 'history.jsonl')));
      return { verified, before, after: await count() };
    } catch (error) {
      return { fault: (error as Error).message };
    }
  }
}

function through(url: string, { port }: BadLine): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}

function form(name: string, bytes: Buffer): FormData {
  const data = new FormData();
  data.append('file', new Blob([new Uint8Array(bytes)]), name);
  return data;
}

function shuffled<T>(all: readonly T[], random: Random): T[] {
  const found = [...all];
  for (let i = found.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [found[i], found[j]] = [found[j]!, found[i]!];
  }
  return found;
}
