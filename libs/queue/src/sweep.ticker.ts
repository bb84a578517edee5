import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { CONFIG, type Config } from '@duban/platform';
import { messageOf } from './error-log';
import { JobProducer } from './job.producer';
import { QueueBackend } from './queue.backend';

const REFRESH_MS = 60_000;
/** After so many intervals without a sweep the queue is taken to be silent. */
const SILENT_INTERVALS = 3;

/**
 * Keeps the sweep (巡检) going. The queue wakes it; where the queue falls silent, loses its memory or is away, a plain
 * timer does, so that what is due never depends on the queue.
 */
@Injectable()
export class SweepTicker implements OnModuleDestroy {
  private readonly logger = new Logger('sweep');
  private readonly intervalMs: number;
  private readonly timers: NodeJS.Timeout[] = [];
  private work: (() => Promise<unknown>) | undefined;
  private running: Promise<unknown> | undefined;
  /** By the machine's monotonic clock: this measures machines, not duties. */
  private lastSweep = performance.now();

  constructor(
    private readonly jobs: JobProducer,
    private readonly backend: QueueBackend,
    @Inject(CONFIG) config: Pick<Config, 'SWEEP_SECONDS'>,
  ) {
    this.intervalMs = config.SWEEP_SECONDS * 1_000;
  }

  /**
   * Starts the ticking, in processes that run workers. Does not wait for the queue.
   * @param work one sweep and what follows from it; safe to run twice at once
   */
  start(work: () => Promise<unknown>): void {
    this.work = work;
    this.lastSweep = performance.now();
    void this.refresh();
    this.timers.push(
      setInterval(() => void this.refresh(), REFRESH_MS),
      setInterval(() => void this.watch(), this.intervalMs),
    );
  }

  /**
   * One sweep, for the handler of `sweep.run`.
   * @throws Error before {@link start}, so that a job that comes too early is tried again and not called done
   */
  async sweep(): Promise<void> {
    if (!this.work) throw new Error('the sweep has not been started in this process yet');
    // model: wake
    await this.work();
    this.lastSweep = performance.now();
  }

  /** Stops, and waits for a sweep that the watchdog has begun. */
  async onModuleDestroy(): Promise<void> {
    this.timers.forEach((timer) => clearInterval(timer));
    await this.running;
  }

  /** Redis comes back from a loss of memory without the schedule. */
  private async refresh(): Promise<void> {
    await this.backend.prepare().catch((error: unknown) => this.logger.error(messageOf(error)));
    await this.jobs.schedule('sweep', 'sweep.run', {}, this.intervalMs);
  }

  private async watch(): Promise<void> {
    const silentMs = performance.now() - this.lastSweep;
    if (this.running || silentMs < SILENT_INTERVALS * this.intervalMs) return;
    this.running = this.sweepDirectly(silentMs).finally(() => (this.running = undefined));
    await this.running;
  }

  private async sweepDirectly(silentMs: number): Promise<void> {
    // Another process may have taken every job; then all is well.
    const elsewhere = await this.jobs.lastCompletedAt('sweep');
    if (elsewhere && Date.now() - elsewhere.getTime() < SILENT_INTERVALS * this.intervalMs) {
      this.lastSweep = performance.now();
      return;
    }
    this.logger.warn(`the queue has not called for a sweep for ${Math.round(silentMs / 1_000)} s; sweeping without it`);
    await this.sweep().catch((error: unknown) => this.logger.error(`the sweep failed: ${messageOf(error)}`));
  }
}
