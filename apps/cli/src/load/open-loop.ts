import { Agent, request } from 'node:http';

export interface Question {
  method: 'GET' | 'PUT';
  path: string;
  token: string;
  content?: object;
}

export interface Stage {
  /** Requests a second that were begun, whether the ones before had been answered or not. */
  rate: number;
  seconds: number;
  /** Milliseconds from when each was to begin until its answer was there, of those that were answered well. */
  latencies: number[];
  good: number;
  refused: number;
  failed: number;
}

/** What has not been answered by then has failed. */
const PATIENCE_MS = 30_000;

/**
 * Asks at a rate that does not wait for answers, as people do who know nothing of each other, and counts each latency from
 * the moment at which the request was to begin: a server, or this process, that is held up makes all of those late that
 * were due meanwhile, and not only the one that was under way (coordinated omission).
 */
export async function askAtRate(
  url: string,
  rate: number,
  seconds: number,
  question: (n: number) => Question,
): Promise<Stage> {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  const stage: Stage = { rate, seconds, latencies: [], good: 0, refused: 0, failed: 0 };
  const total = Math.round(rate * seconds);
  const begun = performance.now();
  const under: Promise<void>[] = [];
  for (let n = 0; n < total;) {
    for (; n < total && begun + (n / rate) * 1_000 <= performance.now(); n++) {
      const due = begun + (n / rate) * 1_000;
      under.push(ask(url, agent, question(n)).then((status) => settle(stage, status, performance.now() - due)));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(under);
  agent.destroy();
  return stage;
}

function settle(stage: Stage, status: number, latency: number): void {
  if (status >= 200 && status < 300) {
    stage.good++;
    stage.latencies.push(latency);
  } else if (status === 503 || status === 429) stage.refused++;
  else stage.failed++;
}

/** @returns the status, 0 where there was no answer */
function ask(url: string, agent: Agent, { method, path, token, content }: Question): Promise<number> {
  const body = content && JSON.stringify(content);
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
  };
  return new Promise((done) => {
    const sent = request(url + path, { method, agent, headers, timeout: PATIENCE_MS }, (answer) => {
      answer.resume();
      answer.once('end', () => done(answer.statusCode ?? 0)).once('error', () => done(0));
    });
    sent.once('timeout', () => sent.destroy());
    sent.once('error', () => done(0));
    sent.end(body);
  });
}

/** The latency that this share of them does not exceed; NaN of none. */
export function percentile(latencies: readonly number[], share: number): number {
  const sorted = [...latencies].sort((a, b) => a - b);
  return sorted.length === 0 ? NaN : sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
}
