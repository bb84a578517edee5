import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../sizes/root';
import { ServerSize } from '../sizes/server-size';
import { STORY_BEGINS } from '../sizes/told-story';
import { watchInboxes } from './live-events';
import { askAtRate, percentile, type Question, type Stage } from './open-loop';

export interface LoadOptions {
  /** Requests a second of each stage. */
  rates: number[];
  seconds: number;
  /** Connections that watch an inbox. */
  streams: number;
}

const LIMITS_OFF = { DUBAN_ADDRESS_PER_MINUTE: '0', DUBAN_PERSON_PER_MINUTE: '0', DUBAN_COSTLY_PER_MINUTE: '0' };
const LOOKED_AT_MS = 250;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/**
 * Asks one api of the server size at rising rates, past the point at which it cannot follow, then watches more inboxes than
 * it lets in. A stage after the knee is there to show what is refused, and that the memory does not grow with it.
 */
export async function load({ rates, seconds, streams }: LoadOptions): Promise<void> {
  const size = await ServerSize.begin({ clock: STORY_BEGINS, apis: 1, workers: 1, env: LIMITS_OFF });
  try {
    const [api] = size.apis;
    const url = `http://127.0.0.1:${api!.port}`;
    const tokens = await prepare(url, size.password);
    say('    a second    good/s   p50 ms   p90 ms   p99 ms p99.9 ms       2xx  503/429     other  api MiB');
    for (const rate of rates) {
      const memory = highestMemory(api!.pid);
      const stage = await askAtRate(url, rate, seconds, questionOf(tokens));
      say(rowOf(stage, memory()));
    }
    const memory = highestMemory(api!.pid);
    const { asked, held, refused } = await watchInboxes(url, tokens, streams);
    const others = Object.entries(refused).map(
      ([status, count]) => `${count} by ${status === '0' ? 'closing' : status}`,
    );
    say(`${asked} live-event connections: ${held} held, refused ${others.join(', ') || 'none'}; api ${memory()} MiB`);
    const answer = await fetch(`${url}/healthz`);
    say(`afterwards: ${answer.status} of /healthz`);
  } finally {
    await size.end();
  }
}

/** The sample's directory and plan, issued. @returns tokens of the units' contacts */
async function prepare(url: string, password: string): Promise<string[]> {
  const sample = (name: string): string => readFileSync(join(ROOT, 'apps/cli/sample', name), 'utf8');
  const admin = await signIn(url, 'admin', password);
  const office = await signIn(url, 'office', password);
  const units = sample('units.json');
  await post(url, '/units/import', admin, formOf(units, 'units.json'));
  const plan = sample('plan.txt').replaceAll('{{year}}', '2023');
  const { id } = await post<{ id: string }>(url, '/plans', office, formOf(plan, 'plan.txt'));
  await post(url, `/plans/${id}/issue`, office, JSON.stringify({ year: 2023, issuedOn: '2023-01-12' }));
  const codes = (JSON.parse(units) as { units: { code: string }[] }).units.map(({ code }) => code);
  return Promise.all(codes.slice(0, 20).map((code) => signIn(url, `${code}.contact`, password)));
}

function formOf(text: string, name: string): FormData {
  const form = new FormData();
  form.append('file', new Blob([text]), name);
  return form;
}

async function signIn(url: string, username: string, password: string): Promise<string> {
  const body = JSON.stringify({ username, password });
  return (await post<{ token: string }>(url, '/sessions', null, body)).token;
}

/** @throws Error for an answer that is no good one */
async function post<T>(url: string, path: string, token: string | null, body: string | FormData): Promise<T> {
  const headers = {
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
  };
  const answer = await fetch(`${url}/api/v1${path}`, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** Of ten, seven pages of the board, two inboxes and a look at what is owed. */
const questionOf =
  (tokens: readonly string[]) =>
  (n: number): Question => {
    const path = n % 10 < 7 ? '/tasks?limit=20' : n % 10 < 9 ? '/inbox' : '/obligations?limit=20';
    return { method: 'GET', path: `/api/v1${path}`, token: tokens[n % tokens.length]! };
  };

/** Begins to look at a process's resident memory; called, ends that and gives the highest, in MiB. */
function highestMemory(pid: number | undefined): () => number {
  let highest = 0;
  const look = (): void => {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
    highest = Math.max(highest, Math.round((pages * 4_096) / 1024 ** 2));
  };
  look();
  const timer = setInterval(look, LOOKED_AT_MS);
  return () => {
    clearInterval(timer);
    return highest;
  };
}

function rowOf({ rate, seconds, latencies, good, refused, failed }: Stage, mebibytes: number): string {
  const times = [0.5, 0.9, 0.99, 0.999].map((share) => percentile(latencies, share));
  const cells = [
    String(rate).padStart(12),
    (good / seconds).toFixed(0).padStart(10),
    ...times.map((ms) => (Number.isNaN(ms) ? '–' : ms.toFixed(0)).padStart(9)),
    ...[good, refused, failed].map((count) => String(count).padStart(10)),
    String(mebibytes).padStart(9),
  ];
  return cells.join('');
}
