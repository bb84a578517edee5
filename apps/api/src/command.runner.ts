import { createHash } from 'node:crypto';
import { readFromPrimary, Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import { type Clock, conflict, DomainError, invalid } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type ActingRequest, postAskedFor } from './requests';

type Work<T> = (tx: EntityManager, actor: Actor, at: Date) => Promise<T>;

/** What a client may send as an Idempotency-Key. */
const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * Runs what changes something: one transaction a request, as the one who sends it, and at most once for each
 * Idempotency-Key.
 */
@Injectable()
export class CommandRunner {
  constructor(
    private readonly transactor: Transactor,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** For what does the same when it is repeated, and carries what must not be kept, not even as a fingerprint. */
  async runRepeatable<T>({ actor }: ActingRequest, work: Work<T>): Promise<T> {
    if (!actor) throw new DomainError('unauthenticated', 'SESSION.REQUIRED', 'Sign in first.');
    readFromPrimary();
    return this.transactor.as(actor, (tx) => work(tx, actor, this.clock.now()));
  }

  /**
   * The answer is kept in the transaction of the work, so that a repeated request gets the first answer, or, where the
   * first was never committed, does the work now.
   * @param content what the request carries, for telling one key with two contents; a file goes in by its bytes
   * @throws DomainError IDEMPOTENCY.BAD_KEY, IDEMPOTENCY.KEY_REUSED, IDEMPOTENCY.IN_PROGRESS, or what the work throws
   */
  async run<T>(request: ActingRequest, content: unknown, work: Work<T>): Promise<T> {
    const { actor } = request;
    if (!actor?.personId) throw new DomainError('unauthenticated', 'SESSION.REQUIRED', 'Sign in first.');
    const { personId } = actor;
    readFromPrimary();
    const key = request.headers['idempotency-key'];
    if (key === undefined) return this.transactor.as(actor, (tx) => work(tx, actor, this.clock.now()));
    if (typeof key !== 'string' || !KEY.test(key)) {
      throw invalid('IDEMPOTENCY.BAD_KEY', 'An Idempotency-Key has 1 to 200 visible ASCII characters.');
    }
    const fingerprint = fingerprintOf(request, content);
    return this.transactor.as(actor, async (tx) => {
      const earlier = await this.claim(tx, personId, key, fingerprint);
      if (earlier) return earlier.response as T;
      const response = await work(tx, actor, this.clock.now());
      await tx.query(`insert into idempotency_key (person_id, key, fingerprint, response) values ($1, $2, $3, $4)`, [
        personId,
        key,
        fingerprint,
        JSON.stringify(response ?? null),
      ]);
      await tx.query(`delete from idempotency_key where person_id = $1 and created_at < now() - interval '2 days'`, [
        personId,
      ]);
      return response;
    });
  }

  private async claim(
    tx: EntityManager,
    personId: string,
    key: string,
    fingerprint: string,
  ): Promise<{ response: unknown } | null> {
    const [lock]: { taken: boolean }[] = await tx.query(
      `select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as taken`,
      [`idempotency ${personId} ${key}`],
    );
    if (!lock?.taken) {
      throw conflict('IDEMPOTENCY.IN_PROGRESS', 'A request with this Idempotency-Key is being worked on; wait for it.');
    }
    const [earlier]: { fingerprint: string; response: unknown }[] = await tx.query(
      `select fingerprint, response from idempotency_key where person_id = $1 and key = $2`,
      [personId, key],
    );
    if (!earlier) return null;
    if (earlier.fingerprint !== fingerprint) {
      throw invalid('IDEMPOTENCY.KEY_REUSED', 'This Idempotency-Key was used for another request; take a new one.');
    }
    return earlier;
  }
}

function fingerprintOf(request: ActingRequest, content: unknown): string {
  const hash = createHash('sha256').update(`${request.method} ${request.url}\n`);
  // The same words in another post are another request.
  const post = postAskedFor(request);
  if (post !== null) hash.update(`${post.toLowerCase()}\n`);
  hash.update(content instanceof Uint8Array ? content : JSON.stringify(content ?? null));
  return hash.digest('hex');
}
