import { createPublicKey, type KeyObject } from 'node:crypto';
import { Transactor } from '@duban/database';
import { type Clock, DomainError } from '@duban/kernel';
import { CONFIG, type Config } from '@duban/platform';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../actor';
import { HistoryService } from '../history.service';
import {
  type Checkpoint,
  digestOf,
  isSignedBy,
  keyIdOf,
  parseNote,
  pemOf,
  privateKeysIn,
  signNote,
  textOf,
} from './checkpoint-note';
import { HistoryTree, type Tree } from './history-tree';
import { isConsistent, type TreeHash } from './merkle';

/** How long a sweep works on the tree; what is left is the next one's. */
const PATIENCE_MS = 5_000;

/** A checkpoint as it is listed. */
export interface ListedCheckpoint {
  number: number;
  size: number;
  /** In base64. */
  root: string;
  hash: TreeHash;
  signedAt: Date;
  keyIds: string[];
  /** What was signed, and the signatures: this is what an auditor keeps. */
  note: string;
  /** Where outside it was handed to by itself, and when. */
  handedOut: { place: string; at: Date }[];
}

/** A public key by which checkpoints were signed. */
export interface ListedKey {
  keyId: string;
  /** PEM. */
  publicKey: string;
  firstUsedAt: Date;
}

/** Signs the tree over history (存证): some minutes after there is something new, and once a day. */
@Injectable()
export class CheckpointService {
  private readonly logger = new Logger('history');
  private readonly keys: readonly KeyObject[];

  constructor(
    private readonly transactor: Transactor,
    private readonly history: HistoryService,
    private readonly tree: HistoryTree,
    @Inject(CONFIG) { DUBAN_SIGNING_KEY }: Pick<Config, 'DUBAN_SIGNING_KEY'>,
  ) {
    this.keys = DUBAN_SIGNING_KEY === undefined ? [] : privateKeysIn(DUBAN_SIGNING_KEY);
  }

  /** Whether this process has a key to sign with. */
  get isSigning(): boolean {
    return this.keys.length > 0;
  }

  /** For the start of a worker: that nothing is signed must not be found out years later. */
  warnWithoutKey(): void {
    if (this.isSigning) return;
    this.logger.warn(
      'DUBAN_SIGNING_KEY is not set: history is hashed and not signed, so whoever can write to the database can rewrite it unseen',
    );
  }

  /** One look, for the sweep: brings new events into the tree, and signs it where it is time. Safe to run twice at once. */
  async run(): Promise<void> {
    try {
      const due = this.isSigning ? await this.due() : null;
      const isComplete = await this.tree.grow({ patienceMs: PATIENCE_MS, waits: false, isThorough: due === 'daily' });
      if (due === 'minutes' || (due === 'daily' && isComplete)) {
        await this.transactor.run(async (tx) => {
          if (await this.tree.lock(tx, false)) await this.sign(tx, due === 'daily');
        });
      }
    } catch (error) {
      // The rest of the sweep goes on; this comes again with the next, and is said again.
      this.logger.error(`history was not signed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /**
   * Signs all that is committed now.
   * @returns the newest checkpoint, which is an older one where nothing is new; null where nothing was ever recorded
   * @throws DomainError unavailable HISTORY.NO_KEY
   */
  async make(): Promise<ListedCheckpoint | null> {
    if (!this.isSigning) throw noKey();
    await this.tree.grow();
    return this.transactor.run(async (tx) => {
      await this.tree.lock(tx, true);
      await this.sign(tx, false);
      const [newest] = await this.newest(tx, { before: null, limit: 1 });
      return newest ?? null;
    });
  }

  /**
   * Changes the hash of the tree (换算法): all leaves are hashed by the new one as well, page by page, while history goes
   * on; then, in one transaction, the last checkpoint of the old hash and the first of the new, which names it. Stopped
   * before its end, it goes on from there the next time, and nothing is changed until then. Who changed it is an event,
   * the first that the new hash alone vouches for.
   *
   * @param clock says when it was changed, at the end of all that
   * @param onPage is told of leaves that are hashed by the new one, and of leaves there are
   * @returns the checkpoint that changed it
   * @throws DomainError unavailable HISTORY.NO_KEY; Error where there is nothing to change, or history was tampered with
   */
  async changeHash(
    actor: Actor,
    clock: Clock,
    to: TreeHash,
    onPage?: (done: number, size: number) => void,
  ): Promise<ListedCheckpoint> {
    if (!this.isSigning) throw noKey();
    await this.tree.grow();
    for (;;) {
      const { changed, done, size } = await this.transactor.run(async (tx) => {
        await this.tree.lock(tx, true);
        const tree = await this.tree.tree(tx);
        if (!tree) throw new Error('nothing has been recorded yet: set DUBAN_HISTORY_HASH, and history begins with it');
        if (tree.hash === to) throw new Error(`history is hashed by ${to} already`);
        const page = await this.tree.rehash(tx, to);
        if (page.done < page.size) return { ...page, changed: null };
        const changed = await this.signChange(tx, tree, to);
        await this.history.append(tx, actor, clock.now(), [
          {
            type: 'history.rehashed',
            entity: 'history_tree',
            entityId: tree.origin.slice(tree.origin.indexOf('/') + 1),
            before: { hash: tree.hash },
            after: { hash: to, start: changed.size, checkpoint: changed.number },
          },
        ]);
        return { ...page, changed };
      });
      onPage?.(done, size);
      if (changed) return changed;
    }
  }

  /**
   * Signs a text of the installation's that is no checkpoint; its first line says what it is.
   * @throws DomainError unavailable HISTORY.NO_KEY
   */
  vouchFor(origin: string, text: string): string {
    if (!this.isSigning) throw noKey();
    return signNote(origin, text, this.keys);
  }

  /** @throws Error where a checkpoint was not signed by a key of this process, or says another root than it signed */
  assertOwn({ number, note, root, size }: ListedCheckpoint): void {
    const signed = parseNote(note);
    const isOwn = signed?.signatures.some((signature) =>
      this.keys.some((key) => isSignedBy(signed, signature, createPublicKey(key))),
    );
    if (isOwn && signed!.checkpoint.root.toString('base64') === root && signed!.checkpoint.size === size) return;
    throw new Error(
      `the checkpoint ${number} is not signed by this installation's key: run \`duban history checkpoint\``,
    );
  }

  /** The newest first; `before` is the last number already seen. */
  async newest(
    tx: EntityManager,
    { before, limit }: { before: number | null; limit: number },
  ): Promise<ListedCheckpoint[]> {
    const rows: (Omit<ListedCheckpoint, 'number' | 'size' | 'handedOut'> & {
      number: string;
      size: string;
      handedOut: { place: string; at: string }[];
    })[] = await tx.query(
      `select number::text, size::text, encode(root, 'base64') as root, hash, signed_at as "signedAt",
         key_ids as "keyIds", note, coalesce((select jsonb_agg(jsonb_build_object('place', place, 'at', handed_at)
             order by handed_at, place) from history_handout where checkpoint = number), '[]') as "handedOut"
       from history_checkpoint c where $1::bigint is null or number < $1 order by c.number desc limit $2`,
      [before, limit],
    );
    return rows.map(({ handedOut, ...row }) => ({
      ...row,
      number: Number(row.number),
      size: Number(row.size),
      handedOut: handedOut.map(({ place, at }) => ({ place, at: new Date(at) })),
    }));
  }

  /** Public keys that have signed, the first used first. */
  publicKeys(tx: EntityManager): Promise<ListedKey[]> {
    return tx.query(
      `select key_id as "keyId", public_key as "publicKey", first_used_at as "firstUsedAt"
       from history_key order by first_used_at, key_id`,
    );
  }

  private async due(): Promise<'minutes' | 'daily' | null> {
    const [row]: { daily: boolean; minutes: boolean }[] = await this.transactor.run((tx) =>
      tx.query(
        `select coalesce(max(signed_at) < clock_timestamp() - interval '24 hours', true) as daily,
           coalesce(max(signed_at) < clock_timestamp() - interval '5 minutes', true) as minutes
         from history_checkpoint`,
      ),
    );
    return row!.daily ? 'daily' : row!.minutes ? 'minutes' : null;
  }

  /** Within the lock. @param again also where nothing is new since the last one */
  private async sign(tx: EntityManager, again: boolean): Promise<void> {
    const tree = await this.tree.tree(tx);
    if (!tree) return;
    const size = await this.tree.sizeOf(tx);
    const last = await this.last(tx);
    if (last && size === last.size && !again) return;
    const root = await this.tree.rootAt(tx, tree.hash, size);
    if (last) await this.assertConsistent(tx, tree, last, { size, root });
    await this.record(tx, {
      ...tree,
      size,
      root,
      number: (last?.number ?? 0) + 1,
      signedAt: await nowOf(tx),
      previous: last && digestOf(tree.hash, last.text),
    });
  }

  /** Within the lock, all leaves being hashed by both: the last checkpoint by one hash, and the first by the other. */
  private async signChange(tx: EntityManager, tree: Tree, to: TreeHash): Promise<ListedCheckpoint> {
    await this.sign(tx, false);
    const last = (await this.last(tx))!;
    const { size } = last;
    // Also where nothing was new to sign.
    await this.assertConsistent(tx, tree, last, { size, root: await this.tree.rootAt(tx, tree.hash, size) });
    const number = last.number + 1;
    await this.record(tx, {
      origin: tree.origin,
      hash: to,
      size,
      root: await this.tree.rootAt(tx, to, size),
      number,
      signedAt: await nowOf(tx),
      // By the new hash, for the old one may be broken some day.
      previous: digestOf(to, last.text),
      from: { hash: tree.hash, note: digestOf(to, last.note) },
    });
    await this.tree.changeHash(tx, to, { size, number });
    const [newest] = await this.newest(tx, { before: null, limit: 1 });
    return newest!;
  }

  private async record(tx: EntityManager, checkpoint: Checkpoint): Promise<void> {
    const { origin, number, size, root, hash, signedAt } = checkpoint;
    const publicKeys = this.keys.map((key) => createPublicKey(key));
    const keyIds = publicKeys.map((key) => keyIdOf(origin, key));
    await tx.query(
      `insert into history_checkpoint (number, size, root, hash, signed_at, key_ids, note)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [number, size, root, hash, signedAt, keyIds, signNote(origin, textOf(checkpoint), this.keys)],
    );
    await tx.query(
      `insert into history_key (public_key, key_id) select * from unnest($1::text[], $2::text[]) on conflict do nothing`,
      [publicKeys.map(pemOf), keyIds],
    );
  }

  private async last(tx: EntityManager): Promise<(Checkpoint & { text: string; note: string }) | null> {
    const [row] = await this.newest(tx, { before: null, limit: 1 });
    if (!row) return null;
    const parsed = parseNote(row.note);
    if (!parsed) throw new Error(`the checkpoint ${row.number} cannot be read: it was tampered with`);
    return { ...parsed.checkpoint, text: parsed.text, note: parsed.note };
  }

  /** What was signed once is not denied by signing something else: it would be found by whoever holds the old one. */
  private async assertConsistent(
    tx: EntityManager,
    tree: Tree,
    last: Checkpoint,
    now: { size: number; root: Buffer },
  ): Promise<void> {
    const isSame = last.origin === tree.origin && last.hash === tree.hash && last.size <= now.size;
    const path = isSame ? (await this.tree.consistency(tx, last.size, now.size)).path : [];
    if (
      isSame &&
      isConsistent(
        tree.hash,
        last,
        now,
        path.map((hash) => Buffer.from(hash, 'base64')),
      )
    )
      return;
    throw new Error(
      `the tree of ${now.size} events does not go on from the checkpoint ${last.number} of ${last.size}: history was rewritten. Nothing is signed until somebody has looked`,
    );
  }
}

/** As it stands in a checkpoint. */
async function nowOf(tx: EntityManager): Promise<string> {
  const [{ now }]: [{ now: string }] = await tx.query(
    `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as now`,
  );
  return now;
}

const noKey = (): DomainError =>
  new DomainError(
    'unavailable',
    'HISTORY.NO_KEY',
    'The installation has no key to sign history with. Whoever runs it sets DUBAN_SIGNING_KEY.',
  );
