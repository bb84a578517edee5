import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { DomainError } from '@duban/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** For each that is worked on so many wait for their turn, and so long at most, before the next are refused. */
const WAITING_FOR_EACH = 10;
const LONGEST_WAIT_MS = 10_000;
/** Of uploads, whose bytes are held while they are read. */
const UPLOADS_AT_ONCE = 8;
/** Of the memory that Node may take for objects: beyond, whoever comes is refused. */
const MOST_OF_HEAP = 0.9;
/**
 * So late with whatever is next, in the mean, a process has more to do than refusing leaves it time for: nobody joins
 * those who wait.
 */
const MOST_LATE_MS = 200;
const LOOKED_AT_MS = 500;
const NS_PER_MS = 1e6;
/** Whoever runs the system must see how it is, and whoever wants to leave must be able to. */
const ALWAYS_ADMITTED = new Set(['GET /healthz', 'GET /readyz', 'GET /metrics', 'DELETE /api/v1/sessions/current']);
/** An answer that does not end, of which there is a limit of its own. */
const ENDLESS = 'GET /api/v1/inbox/events';

/** So many at once, and so many that wait for their turn, in order; who comes when both are full, or waits too long, is refused. */
export class Lane {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(
    atOnce: number,
    private readonly mostWaiting = atOnce * WAITING_FOR_EACH,
    private readonly longestWaitMs = LONGEST_WAIT_MS,
  ) {
    this.free = atOnce;
  }

  get hasWaiting(): boolean {
    return this.waiting.length > 0;
  }

  get isFull(): boolean {
    return this.free === 0 && this.waiting.length >= this.mostWaiting;
  }

  /** @returns what gives the place back @throws DomainError `SERVICE.OVERLOADED` */
  async enter(): Promise<() => void> {
    if (this.isFull) throw overloaded();
    if (this.free > 0) this.free--;
    else await this.turn();
    let isIn = true;
    return () => {
      if (isIn) this.leave();
      isIn = false;
    };
  }

  private turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(begin), 1);
        reject(overloaded());
      }, this.longestWaitMs);
      this.waiting.push(begin);
    });
  }

  /** The place goes to whoever has waited longest. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.free++;
  }
}

const overloaded = (): DomainError =>
  new DomainError('unavailable', 'SERVICE.OVERLOADED', 'There is more to do than can be done just now; try again.');

/**
 * Refuses by 503 what is more than the process can do, before its memory or its connections to the database suffer, and
 * before the body is read where that can be told by then.
 * @param atOnce requests that are worked on at once
 */
export function admitWithinLimits(fastify: FastifyInstance, atOnce: number): void {
  const requests = new Lane(atOnce);
  const uploads = new Lane(UPLOADS_AT_ONCE);
  const laneOf = ({ headers }: FastifyRequest): Lane =>
    headers['content-type']?.startsWith('multipart/') === true ? uploads : requests;
  const lateness = monitorEventLoopDelay();
  lateness.enable();
  let [isShort, isLate] = [false, false];
  const timer = setInterval(() => {
    const { used_heap_size, heap_size_limit } = getHeapStatistics();
    isShort = used_heap_size > MOST_OF_HEAP * heap_size_limit;
    isLate = lateness.mean > MOST_LATE_MS * NS_PER_MS;
    lateness.reset();
  }, LOOKED_AT_MS).unref();
  fastify.addHook('onClose', async () => {
    clearInterval(timer);
    lateness.disable();
  });
  fastify.addHook('onRequest', async (request) => {
    if (isAlwaysAdmitted(request)) return;
    if (isShort) throw overloaded();
    if (isEndless(request)) return;
    const lane = laneOf(request);
    if (lane.isFull || (isLate && lane.hasWaiting)) throw overloaded();
  });
  fastify.addHook('preHandler', async (request, reply) => {
    if (isAlwaysAdmitted(request) || isEndless(request)) return;
    const leave = await laneOf(request).enter();
    if (isGone(reply)) leave();
    else reply.raw.once('finish', leave).once('close', leave);
  });
}

const routeOf = ({ method, routeOptions }: FastifyRequest): string => `${method} ${routeOptions.url}`;
const isAlwaysAdmitted = (request: FastifyRequest): boolean => ALWAYS_ADMITTED.has(routeOf(request));
const isEndless = (request: FastifyRequest): boolean => routeOf(request) === ENDLESS;
/** Who has waited for a turn may have left by then. */
const isGone = ({ raw }: FastifyReply): boolean => raw.destroyed || raw.writableFinished;
