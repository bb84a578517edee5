import { setTimeout as delay } from 'node:timers/promises';
import { type Following, Standby, Transactor } from '@duban/database';
import { CheckpointService } from '@duban/history';
import { JobProducer } from '@duban/queue';
import { Controller, Get, NotFoundException, Optional, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NotCounted, Public } from '../requests';
import { Metrics } from './metrics';

interface Readiness {
  status: 'ready' | 'not_ready';
  checks: {
    database: 'ok' | 'away';
    queue: 'ok' | 'away';
    history: 'signed' | 'not_signed';
    /** As it was when it was last to answer a read; where DATABASE_READ_URL names none, nothing. */
    standby?: Following;
  };
}

/** Who asks whether requests can be served does not wait long for the answer. */
const PATIENCE_MS = 2_000;

/** What proxies add of whoever asked them. */
const OF_PROXIES = ['forwarded', 'x-forwarded-for', 'x-real-ip'];

/** For those who run the system: is it alive, can it serve, how is it doing. */
@Public()
@NotCounted()
@ApiExcludeController()
@Controller()
export class OperationsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly jobs: JobProducer,
    private readonly metrics: Metrics,
    private readonly checkpoints: CheckpointService,
    @Optional() private readonly standby?: Standby,
  ) {}

  /** The process answers; nothing else is asked. */
  @Get('healthz')
  alive(): { status: 'alive' } {
    return { status: 'alive' };
  }

  /**
   * Whether requests can be served. The queue is told of but not asked for: without it work waits for the sweep's
   * timer, and nothing is refused. Nor is a standby, for which the primary answers, nor the key that signs history, without which nobody can prove it.
   */
  @Get('readyz')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const asked = this.transactor
      .run((tx) => tx.query('select 1'))
      .then(
        () => 'ok' as const,
        () => 'away' as const,
      );
    const [database, queue] = await Promise.all([
      Promise.race([asked, delay(PATIENCE_MS, 'away' as const, { ref: false })]),
      this.jobs.ping().then((answers) => (answers ? 'ok' : 'away')),
    ]);
    const history: Readiness['checks']['history'] = this.checkpoints.isSigning ? 'signed' : 'not_signed';
    const checks = { database, queue, history, ...(this.standby && { standby: this.standby.state }) };
    if (database !== 'ok') void reply.status(503);
    return { status: database === 'ok' ? 'ready' : 'not_ready', checks };
  }

  /** To the monitoring alone, which asks each process: whoever comes by a proxy, as everybody else does, finds nothing. */
  @Get('metrics')
  async scrape(@Req() { headers }: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    if (OF_PROXIES.some((name) => name in headers)) throw new NotFoundException();
    void reply.type(this.metrics.contentType);
    return this.metrics.text();
  }
}
