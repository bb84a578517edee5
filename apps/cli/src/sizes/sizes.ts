import { startRedisCluster, startRedisWithSentinels } from './redis-group';
import { ServerSize } from './server-size';
import { eventually } from './started';
import { passStory, STORY_BEGINS } from './told-story';

const say = (line: string): void => void process.stdout.write(`  ${line}\n`);

/**
 * Brings a size up on this machine, uses it from a document to a verified task, and ends all that it started.
 * @throws Error with one sentence where it does not come up or something is not as it must be
 */
export async function tryServer(): Promise<void> {
  const begun = Date.now();
  process.stdout.write('server: 2 apis behind haproxy, 2 workers, Postgres, Redis\n');
  const size = await ServerSize.begin({ clock: STORY_BEGINS });
  try {
    say(`ready after ${seconds(begun)} s`);
    const passed = await passStory(size.url, size.password, size.home, say);
    for (const [what, count] of Object.entries(passed)) process.stdout.write(`${String(count).padStart(7)}  ${what}\n`);
    process.stdout.write(`The server size passed, in ${seconds(begun)} s.\n`);
  } finally {
    await size.end();
  }
}

/**
 * The cluster size: several Redis that stand in for each other, and a standby that follows Postgres and answers reads. In the
 * middle of the story the Redis that leads and the standby are killed; at the end the standby has everything again.
 * @throws Error with one sentence where it does not come up or something is not as it must be
 */
export async function tryCluster({ hasSentinels }: { hasSentinels: boolean }): Promise<void> {
  const begun = Date.now();
  const of = hasSentinels
    ? 'Redis with two behind it and three sentinels'
    : 'a Redis Cluster of three masters, one behind each';
  process.stdout.write(`cluster: 2 apis behind haproxy, 2 workers, Postgres with a hot standby, ${of}\n`);
  const queue = hasSentinels ? startRedisWithSentinels : startRedisCluster;
  const size = await ServerSize.begin({ clock: STORY_BEGINS, queue, hasStandby: true });
  try {
    const standby = size.standby!;
    say(`ready after ${seconds(begun)} s`);
    let breaking: Promise<void> | undefined;
    const passed = await passStory(size.url, size.password, size.home, (line) => {
      say(line);
      if (line.startsWith('the clock moves')) breaking ??= breakBoth(size);
    });
    await breaking;
    const before = await readsOf(size);
    await standby.start();
    const [events] = await size.postgres.ask<{ count: number }>(EVENTS);
    await eventually('the standby has every event', async () => {
      const [found] = await standby.ask<{ count: number; follows: boolean }>(EVENTS);
      return found!.count >= events!.count && found!.follows;
    });
    say('the standby was started again, and has every event');
    await eventually('the standby answers reads again', async () => {
      await passReads(size);
      return (await readsOf(size)).standby > before.standby;
    });
    const { standby: there, primary: here } = await readsOf(size);
    say(`of ${there + here} reads the standby answered ${there}, the primary ${here}`);
    for (const [what, count] of Object.entries(passed)) process.stdout.write(`${String(count).padStart(7)}  ${what}\n`);
    process.stdout.write(`The cluster size passed, in ${seconds(begun)} s.\n`);
  } finally {
    await size.end();
  }
}

const EVENTS = 'select count(*)::int as count, pg_is_in_recovery() as follows from history_event';

async function breakBoth({ queue, standby }: ServerSize): Promise<void> {
  await standby!.end('SIGKILL');
  say('the standby was killed');
  say(`the Redis that led was killed; another leads after ${await queue!.failOver()} ms`);
}

/** Some reads of the office, at whatever api the proxy sends them to. */
async function passReads({ url, password }: ServerSize): Promise<void> {
  const ask = async (path: string, init: RequestInit): Promise<Response> => {
    const answer = await fetch(`${url}/api/v1${path}`, init);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer;
  };
  const body = JSON.stringify({ username: 'office', password });
  const signedIn = await ask('/sessions', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const { token } = (await signedIn.json()) as { token: string };
  for (const path of ['/tasks', '/dashboard', '/obligations', '/notices'])
    await ask(path, { headers: { authorization: `Bearer ${token}` } });
}

/** How many reads each of the two has answered, of all apis together. */
async function readsOf({ apis }: ServerSize): Promise<{ standby: number; primary: number }> {
  const reads = { standby: 0, primary: 0 };
  for (const { port } of apis) {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    for (const server of ['standby', 'primary'] as const)
      reads[server] += Number(
        new RegExp(`^duban_reads_total\\{server="${server}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0,
      );
  }
  return reads;
}

const seconds = (since: number): number => Math.round((Date.now() - since) / 1000);
