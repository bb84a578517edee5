import { Standby, Transactor } from '@duban/database';
import type { Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { JobProducer } from '@duban/queue';
import { oldestDueSeconds } from '@duban/supervision';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Counting whole tables costs the more the larger they are: what was counted is good for so long. */
const COUNTED_FOR_MS = 15_000;

/**
 * What Prometheus reads. Figures about duties come from the database at the time of asking: any process gives the same,
 * but counts of whole tables may be some seconds old.
 * While the database is away they are missing and the others are there.
 */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private readonly requests: Histogram;

  constructor(transactor: Transactor, jobs: JobProducer, @Inject(CLOCK) clock: Clock, @Optional() standby?: Standby) {
    const registers = [this.registry];
    const read = <T>(query: string, parameters: unknown[] = []): Promise<T[]> =>
      transactor.run((tx) => tx.query(query, parameters)).catch(() => []);
    const obligations = counted(transactor, `select state, count(*)::int as count from obligation group by 1`);
    const deliveries = counted(transactor, `select channel, state, count(*)::int as count from delivery group by 1, 2`);
    collectDefaultMetrics({ register: this.registry });
    this.requests = new Histogram({
      name: 'duban_http_request_seconds',
      help: 'Time to answer, by route and status',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    new Gauge({
      name: 'duban_obligations',
      help: 'Obligations by state; overdue ones are open ones, too',
      labelNames: ['state'],
      registers,
      async collect() {
        const overdue = read<{ state: string; count: number }>(
          `select 'overdue' as state, count(*)::int as count from obligation where state = 'open' and due_at <= $1`,
          [clock.now()],
        );
        const rows = [...(await obligations()), ...(await overdue)];
        this.reset();
        for (const { state, count } of rows) this.set({ state }, count);
      },
    });
    new Gauge({
      name: 'duban_oldest_due_rung_seconds',
      help: 'For how long the oldest due follow-up has been waiting; more than a few sweeps is an alarm',
      registers,
      async collect() {
        try {
          this.set(await transactor.run((tx) => oldestDueSeconds(tx, clock.now())));
        } catch {
          // Not 0, which says that nothing waits.
          this.remove();
        }
      },
    });
    new Gauge({
      name: 'duban_deliveries',
      help: 'Messages by channel and state',
      labelNames: ['channel', 'state'],
      registers,
      async collect() {
        const rows = await deliveries();
        this.reset();
        for (const { channel, state, count } of rows) this.set({ channel, state }, count);
      },
    });
    new Gauge({
      name: 'duban_jobs',
      help: 'Jobs by queue and state; none where the store of the queue is away',
      labelNames: ['queue', 'state'],
      registers,
      async collect() {
        this.reset();
        for (const [queue, counts] of Object.entries(await jobs.counts())) {
          for (const [state, count] of Object.entries(counts ?? {})) this.set({ queue, state }, count);
        }
      },
    });
    new Gauge({
      name: 'duban_lost_jobs',
      help: 'Hints that could not be given to the queue since this process started; the sweep finds their work',
      registers,
      collect() {
        this.set(jobs.lostJobs);
      },
    });
    if (standby) tellOfStandby(standby, registers);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }

  /** @param route the route's pattern, not the address: ids would make a series each */
  observe(method: string, route: string, status: number, seconds: number): void {
    this.requests.observe({ method, route, status: String(status) }, seconds);
  }
}

function tellOfStandby(standby: Standby, registers: Registry[]): void {
  new Counter({
    name: 'duban_reads_total',
    help: 'Reads that a standby may answer, by which server answered: the primary does where the standby is behind or away',
    labelNames: ['server'],
    registers,
    collect() {
      this.reset();
      for (const [server, count] of Object.entries(standby.answered)) this.inc({ server }, count);
    },
  });
  new Gauge({
    name: 'duban_standby_follows',
    help: '1 where the standby had all that the primary had when it was last asked, else 0',
    registers,
    collect() {
      this.set(standby.state === 'follows' ? 1 : 0);
    },
  });
}

interface Count {
  state: string;
  channel: string;
  count: number;
}

/**
 * Counts again when the count has grown old; who asks meanwhile gets the same one. What failed is not kept, and what is
 * kept is not told while the database is away.
 */
function counted(transactor: Transactor, query: string): () => Promise<Count[]> {
  let kept: { since: number; rows: Promise<Count[]> } | null = null;
  return async () => {
    const isOld = kept === null || performance.now() - kept.since >= COUNTED_FOR_MS;
    const asked = transactor.run<Count[]>((tx) => tx.query(isOld ? query : 'select 1'));
    if (isOld) kept = { since: performance.now(), rows: asked };
    const { rows } = kept!;
    try {
      await asked;
      return await rows;
    } catch {
      kept = null;
      return [];
    }
  };
}
