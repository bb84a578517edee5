import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Member } from '../sizes/member';
import type { ServerSize } from '../sizes/server-size';
import type { BadLine } from './bad-line';
import type { Random } from './random';

/** What there is to break. */
export interface World {
  size: ServerSize;
  lines: { people: BadLine; database: BadLine; queue: BadLine };
  random: Random;
  /** The folder of the object store, where it has a quota of its own. */
  quota: string | null;
  /** What a deployment restarts, one after the other, and from where. */
  restarted: readonly Member[];
  restartFrom: string;
  /** Sets the demonstration's clock, without what is due on the way. */
  jump: (hours: number) => Promise<void>;
}

export type Fault = (world: World) => Promise<void>;

const OUTAGE_MS = 2_000;
/** So long both versions serve side by side. */
const SIDE_BY_SIDE_MS = 3_000;

const one = (members: readonly Member[], random: Random): Member => members[random.below(members.length)]!;

/** Each is broken, and put right again as far as it does not mend itself. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  'api killed (-9)': ({ size, random }) => one(size.apis, random).die(),
  'worker killed (-9)': ({ size, random }) => one(size.workers, random).die(),
  'Redis killed (-9), back empty': async ({ size, random }) => {
    await size.redis.stop();
    await delay(random.below(OUTAGE_MS));
    await size.redis.start();
  },
  'Redis forgets all (FLUSHALL)': ({ size }) => size.redis.flush(),
  'Postgres killed (-9)': async ({ size, random }) => {
    await size.postgres.end('SIGKILL');
    await delay(random.below(OUTAGE_MS));
    await size.postgres.start();
  },
  'all connections cut': async ({ lines }) => {
    for (const line of Object.values(lines)) line.cut();
  },
  'people cut off from the proxy': ({ lines, random }) => blocked(lines.people, random),
  'processes cut off from Postgres': ({ lines, random }) => blocked(lines.database, random),
  'processes cut off from Redis': ({ lines, random }) => blocked(lines.queue, random),
  'answers lost': async ({ lines }) => {
    lines.people.swallowAnswers();
    await delay(OUTAGE_MS);
    lines.people.mend();
  },
  'lines slow': async ({ lines, random }) => {
    for (const line of Object.values(lines)) line.slow(50 + random.below(250));
    await delay(OUTAGE_MS);
    for (const line of Object.values(lines)) line.mend();
  },
  'the clock jumps two hours ahead': (world) => world.jump(2),
  'the clock jumps two hours back': async (world) => {
    await world.jump(-2);
    await one(world.size.workers, world.random).die();
  },
  'object store full': async ({ quota }) => {
    if (quota) await filled(quota);
  },
  'all restarted, one after the other': async ({ restarted, restartFrom }) => {
    for (const member of restarted) {
      await member.end();
      member.start(restartFrom);
      for (const end = Date.now() + 300_000; !(await member.isReady()) && Date.now() < end;) await delay(200);
      await delay(SIDE_BY_SIDE_MS);
    }
  },
};

async function blocked(line: BadLine, random: Random): Promise<void> {
  line.block();
  await delay(500 + random.below(OUTAGE_MS));
  line.mend();
}

/** Fills it up to the last byte for a while. */
async function filled(folder: string): Promise<void> {
  const filler = join(folder, 'filler');
  const file = openSync(filler, 'w');
  const block = Buffer.alloc(64 * 1024);
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
  await delay(OUTAGE_MS);
  rmSync(filler);
}

/** Gives a folder a quota of its own, as far as this machine lets us. @returns how to take it back, or null */
export function withQuota(folder: string, bytes: number): (() => void) | null {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'duban-chaos', folder], { stdio: 'ignore' });
  } catch {
    return null;
  }
  const release = (): void => {
    process.removeListener('exit', release);
    execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
  };
  process.once('exit', release);
  return release;
}
