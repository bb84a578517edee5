import { Transactor } from '@duban/database';
import { type DomainError, invalid, newId, notFound, conflict } from '@duban/kernel';
import { CONFIG, type Config } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OUTSIDE } from '../parts/outside';
import { canonicalEvent, hashed, type HashedRow } from './canonical-event';
import {
  consistencyRanges,
  foldSubtrees,
  GrowingTree,
  inclusionRanges,
  leafHash,
  nodeHash,
  type Range,
  type Subtree,
  subtreesOf,
  type TreeHash,
} from './merkle';

/** Events that one transaction brings into the tree. */
const PAGE = 2_000;
/** Of every so many levels the nodes are kept; the least of them is this one, below are the leaves. */
const STRIDE = 4;

/** Whose tree it is, decided with its first leaf, and by what it hashes since the last change of that. */
export interface Tree {
  origin: string;
  hash: TreeHash;
}

/** A leaf with what was recorded of it. */
export interface Leaf {
  index: number;
  hash: Buffer;
  /** The canonical form; null where the row is gone, or its words lie outside. */
  event: Buffer | null;
  /** Of recording, as `2024-03`; null where the row is gone. */
  month: string | null;
  /** Its words lie outside of the database. */
  isOutside: boolean;
}

/** That an event is in the tree of a size; hashes in base64, the path from the leaf upwards. */
export interface InclusionProof {
  eventId: string;
  /** The canonical form, whose leaf hash is proved. */
  event: string;
  index: number;
  size: number;
  hash: TreeHash;
  leaf: string;
  root: string;
  path: string[];
}

/** That the tree of one size begins that of another: nothing in it was rewritten. */
export interface ConsistencyProof {
  from: number;
  to: number;
  hash: TreeHash;
  fromRoot: string;
  toRoot: string;
  path: string[];
}

/**
 * The Merkle tree over all events (RFC 6962), and over the same leaves one by each hash there was before. Leaves are given in the order in which events were seen to be committed,
 * by one writer at a time; PROOF.md says why none is left out and none is in it twice.
 */
@Injectable()
export class HistoryTree {
  /** Every event of a transaction before this one has its leaf. Forgotten with the process, which then looks at all. */
  private settledBefore = '0';

  constructor(
    private readonly transactor: Transactor,
    @Inject(CONFIG) private readonly config: Pick<Config, 'DUBAN_HISTORY_HASH'>,
  ) {}

  /**
   * Gives every event that is committed now a leaf.
   *
   * @param patienceMs after which it stops between two pages; what is left is found the next time
   * @param waits for another process that is at it; else it leaves the work to that one
   * @param isThorough looks at all events, and not only at those that may be new
   * @returns whether none is left
   */
  async grow({
    patienceMs = Infinity,
    waits = true,
    isThorough = false,
  }: { patienceMs?: number; waits?: boolean; isThorough?: boolean } = {}): Promise<boolean> {
    const end = performance.now() + patienceMs;
    const now = await this.transactor.run((tx) => runningNow(tx));
    // A database that was restored from elsewhere counts its transactions anew.
    if (isThorough || BigInt(this.settledBefore) > BigInt(now.next)) this.settledBefore = '0';
    for (let after: string | null = null; ;) {
      const page: Page | null = await this.transactor.run((tx) => this.append(tx, after, waits));
      if (page === null) return false;
      if (page.isLast) break;
      if (performance.now() > end) return false;
      after = page.lastSeq;
    }
    this.settledBefore = now.oldest;
    return true;
  }

  /** Null while it has no leaf. */
  async tree(tx: EntityManager): Promise<Tree | null> {
    const [tree]: Tree[] = await tx.query(`select origin, hash from history_tree order by id desc limit 1`);
    return tree ?? null;
  }

  /**
   * By what leaves were recorded: from which one on by which hash, the first from 0.
   * @param upTo the number of the last checkpoint whose change counts
   */
  async hashes(tx: EntityManager, upTo: number): Promise<{ from: number; hash: TreeHash }[]> {
    const rows: { start: string; hash: TreeHash }[] = await tx.query(
      `select start::text, hash from history_tree where begun_by is null or begun_by <= $1 order by id`,
      [upTo],
    );
    return rows.map(({ start, hash }) => ({ from: Number(start), hash }));
  }

  async sizeOf(tx: EntityManager): Promise<number> {
    const [row]: { size: string }[] = await tx.query(
      `select coalesce(max(index) + 1, 0)::text as size from history_leaf`,
    );
    return Number(row!.size);
  }

  /** Leaves of the tree by a hash: all by the one in force, those before the change by an earlier one, else none. */
  private async sizeBy(tx: EntityManager, hash: TreeHash): Promise<number> {
    const [row]: { isKnown: boolean; end: string | null }[] = await tx.query(
      `select exists (select from history_tree where hash = $1) as "isKnown",
         (select min(start)::text from history_tree where id > (select max(id) from history_tree where hash = $1)) as end`,
      [hash],
    );
    const { isKnown, end } = row!;
    if (!isKnown) return 0;
    return end === null ? this.sizeOf(tx) : Number(end);
  }

  /** Leaves from one on, in their order, `limit` at most. */
  async leaves(
    tx: EntityManager,
    { from, size, limit }: { from: number; size: number; limit: number },
  ): Promise<Leaf[]> {
    const rows: (HashedRow & { leafIndex: string; leafHash: Buffer; leafMonth: string | null; isOutside: boolean })[] =
      await tx.query(
        // Words of a page are read a month at a time.
        `with page as materialized (
         select l.index, l.hash as leaf_hash, h.* from history_leaf l left join history_entry h on h.seq = l.seq
         where l.index >= $1 and l.index < $2 order by l.index limit $3)
       select h.index::text as "leafIndex", h.leaf_hash as "leafHash",
         to_char(h.month, 'YYYY-MM') as "leafMonth", h.month in (select p.month from ${OUTSIDE} p) is true as "isOutside",
         ${hashed('w')}
       from page h left join history_words_among(
         (select array_agg(month) from page), (select array_agg(seq) from page)) w on w.seq = h.seq
       order by h.index`,
        [from, size, limit],
      );
    return rows.map(({ leafIndex, leafHash: hash, leafMonth: month, isOutside, ...row }) => ({
      index: Number(leafIndex),
      hash,
      event: row['seq'] === null || isOutside ? null : canonicalEvent(row),
      month,
      isOutside,
    }));
  }

  /** By which hash the leaf at a place was recorded. */
  async hashAt(tx: EntityManager): Promise<(index: number) => TreeHash> {
    const hashes = await this.hashes(tx, Number.MAX_SAFE_INTEGER);
    return (index) => hashes.findLast(({ from }) => from <= index)!.hash;
  }

  /**
   * The root of the tree of a size with some events as they are given, in the order of their leaves, and of all others
   * the leaves that are recorded; null where one of them has no place in it.
   */
  async rootWith(events: AsyncIterable<{ index: number; event: Buffer }>, size: number): Promise<Buffer | null> {
    const given = events[Symbol.asyncIterator]();
    let next = await given.next();
    const start = next.done ? 0 : Math.min(next.value.index, size);
    const { hash, tree } = await this.transactor.run(async (tx) => {
      const { hash } = (await this.tree(tx))!;
      const before = await this.subtreeHashes(tx, hash, subtreesOf({ start: 0, end: start }));
      return { hash, tree: new GrowingTree(hash, start, before) };
    });
    for (let from = start; from < size; from += PAGE) {
      const places = Array.from({ length: Math.min(PAGE, size - from) }, (_, n) => ({ level: 0, position: from + n }));
      const leaves = await this.transactor.run((tx) => this.subtreeHashes(tx, hash, places));
      for (const [n, leaf] of leaves.entries()) {
        const isGiven = !next.done && next.value.index === from + n;
        tree.push(isGiven ? leafHash(hash, next.value.event) : leaf);
        if (isGiven) next = await given.next();
      }
    }
    return next.done ? tree.root() : null;
  }

  /**
   * Hashes a page of leaves by another hash, too, and first once more by the one in force: what was tampered with is
   * not made right by being hashed anew. Within the lock.
   *
   * @returns leaves that are hashed by it now, and leaves there are
   * @throws Error where the events are not those that were hashed
   */
  async rehash(tx: EntityManager, to: TreeHash): Promise<{ done: number; size: number }> {
    const { hash } = (await this.tree(tx))!;
    const size = await this.sizeOf(tx);
    const [row]: { next: string }[] = await tx.query(
      `select coalesce(max(position) + 1, 0)::text as next from history_node where algorithm = $1 and level = 0`,
      [to],
    );
    const from = Math.max(await this.sizeBy(tx, to), Number(row!.next));
    const leaves = await this.leaves(tx, { from, size, limit: PAGE });
    const done = from + leaves.length;
    const before = subtreesOf({ start: 0, end: from });
    const present = new GrowingTree(hash, from, await this.subtreeHashes(tx, hash, before));
    const other = new GrowingTree(to, from, await this.subtreeHashes(tx, to, before));
    const nodes: Node[] = [];
    for (const { index, event, month, isOutside } of leaves) {
      if (isOutside) {
        throw new Error(`the history of ${month} lies outside of the database: attach it, and then change the hash`);
      }
      if (!event) throw new Error(`the event ${index} is gone: history was tampered with, and is not hashed anew`);
      present.push(leafHash(hash, event));
      const leaf = leafHash(to, event);
      nodes.push([0, index, leaf]);
      other.push(leaf, keepingNodes(nodes));
    }
    if (!present.root().equals(await this.rootAt(tx, hash, done))) {
      throw new Error(
        `the events ${from} to ${done - 1} are not those that were hashed: history was tampered with, and is not hashed anew. \`duban history verify\` says where`,
      );
    }
    await this.keep(tx, to, nodes);
    return { done, size };
  }

  /** From the next leaf on by another hash, to which a checkpoint has changed. */
  async changeHash(tx: EntityManager, to: TreeHash, { size, number }: { size: number; number: number }): Promise<void> {
    await tx.query(
      `insert into history_tree (id, origin, hash, start, begun_by)
       select id + 1, origin, $1, $2, $3 from history_tree order by id desc limit 1`,
      [to, size, number],
    );
  }

  /** The root of the tree of a size that it has, or had. */
  async rootAt(tx: EntityManager, hash: TreeHash, size: number): Promise<Buffer> {
    const [root] = await this.hashesOf(tx, hash, [{ start: 0, end: size }]);
    return root!;
  }

  /**
   * @param wanted the size, by default that of the whole tree, and the hash, by default the one in force
   * @throws DomainError HISTORY.EVENT_UNKNOWN, HISTORY.NOT_IN_TREE, HISTORY.SIZE_UNKNOWN
   */
  async inclusion(
    tx: EntityManager,
    eventId: string,
    wanted: { size?: number | undefined; hash?: TreeHash | undefined } = {},
  ): Promise<InclusionProof> {
    const [row]: (HashedRow & { leafIndex: string | null })[] = await tx.query(
      `select l.index::text as "leafIndex", ${hashed('h')}
       from history_event h left join history_leaf l on l.seq = h.seq where h.id = $1`,
      [eventId],
    );
    if (!row) throw notFound('HISTORY.EVENT_UNKNOWN', 'There is no event with this id.', { field: 'eventId' });
    const tree = await this.tree(tx);
    if (!tree || row.leafIndex === null) {
      throw conflict('HISTORY.NOT_IN_TREE', 'The event is not in the tree yet; ask again in a minute.');
    }
    const index = Number(row.leafIndex);
    const hash = wanted.hash ?? tree.hash;
    const wholeSize = await this.sizeBy(tx, hash);
    const size = wanted.size ?? wholeSize;
    if (index >= size || size > wholeSize) {
      throw unknownSize(
        'size',
        `The event is the leaf ${index}: a size is greater, and at most that of the tree by ${hash}, ${wholeSize}.`,
      );
    }
    const ranges = [{ start: index, end: index + 1 }, ...inclusionRanges(index, size), { start: 0, end: size }];
    const [leaf, ...beside] = await this.hashesOf(tx, hash, ranges);
    const root = beside.pop();
    const { leafIndex: _i, ...columns } = row;
    return {
      eventId,
      event: canonicalEvent(columns).toString(),
      index,
      size,
      hash,
      leaf: leaf!.toString('base64'),
      root: root!.toString('base64'),
      path: beside.map((node) => node.toString('base64')),
    };
  }

  /**
   * @param wantedHash by default the one in force
   * @throws DomainError HISTORY.SIZE_UNKNOWN
   */
  async consistency(tx: EntityManager, from: number, to: number, wantedHash?: TreeHash): Promise<ConsistencyProof> {
    const hash = wantedHash ?? (await this.tree(tx))?.hash;
    const size = hash ? await this.sizeBy(tx, hash) : 0;
    if (!hash || to > size) throw unknownSize('to', `The tree has ${size} events${hash ? ` by ${hash}` : ''}.`);
    if (from < 1 || from > to) throw unknownSize('from', 'It is at least 1, and at most `to`.');
    const ranges = [{ start: 0, end: from }, { start: 0, end: to }, ...consistencyRanges(from, to)];
    const [fromRoot, toRoot, ...path] = await this.hashesOf(tx, hash, ranges);
    return {
      from,
      to,
      hash,
      fromRoot: fromRoot!.toString('base64'),
      toRoot: toRoot!.toString('base64'),
      path: path.map((node) => node.toString('base64')),
    };
  }

  /** For work that must not meet another process that makes leaves or checkpoints. */
  async lock(tx: EntityManager, waits: boolean): Promise<boolean> {
    const key = `hashtextextended('history tree', 0)`;
    if (waits) {
      await tx.query(`select pg_advisory_xact_lock(${key})`);
      return true;
    }
    const [lock]: { taken: boolean }[] = await tx.query(`select pg_try_advisory_xact_lock(${key}) as taken`);
    return lock!.taken;
  }

  private async append(tx: EntityManager, after: string | null, waits: boolean): Promise<Page | null> {
    if (!(await this.lock(tx, waits))) return null;
    // Only now: what the one before in the lock has done must be seen.
    const rows = await this.leafless(tx, after);
    if (rows.length === 0) return { isLast: true, lastSeq: '' };
    const { hash } = (await this.tree(tx)) ?? (await this.begin(tx));
    const size = await this.sizeOf(tx);
    const tree = new GrowingTree(hash, size, await this.subtreeHashes(tx, hash, subtreesOf({ start: 0, end: size })));
    const leaves: Buffer[] = [];
    const nodes: Node[] = [];
    for (const row of rows) {
      const leaf = leafHash(hash, canonicalEvent(row));
      leaves.push(leaf);
      tree.push(leaf, keepingNodes(nodes));
    }
    await tx.query(
      `insert into history_leaf (index, seq, hash)
       select $1 + ordinal - 1, seq, hash from unnest($2::bigint[], $3::bytea[]) with ordinality as l(seq, hash, ordinal)`,
      [size, rows.map((row) => row['seq']), leaves],
    );
    await this.keep(tx, hash, nodes);
    return { isLast: rows.length < PAGE, lastSeq: rows.at(-1)!['seq']! };
  }

  private async keep(tx: EntityManager, hash: TreeHash, nodes: readonly Node[]): Promise<void> {
    await tx.query(
      `insert into history_node (algorithm, level, position, hash)
       select $1, * from unnest($2::smallint[], $3::bigint[], $4::bytea[])`,
      [hash, nodes.map(([level]) => level), nodes.map(([, position]) => position), nodes.map(([, , root]) => root)],
    );
  }

  /** Events without a leaf. Of those that may be new, once all were looked at: the index on the transaction finds them. */
  private leafless(tx: EntityManager, after: string | null): Promise<HashedRow[]> {
    const isThorough = this.settledBefore === '0';
    const isLeafless = `not exists (select from history_leaf l where l.seq = h.seq)`;
    // Materialized: the planner does not know that few are new.
    const condition = isThorough
      ? isLeafless
      : `h.seq in (with fresh as materialized (select h.seq from history_entry h where h.xact >= $3::xid8 and ${isLeafless})
           select seq from fresh)`;
    return tx.query(
      `with page as materialized (
         select h.* from history_entry h where ($1::bigint is null or h.seq > $1) and ${condition} order by h.seq limit $2)
       select ${hashed('w')} from page h left join history_words_among(
         (select array_agg(month) from page), (select array_agg(seq) from page)) w on w.seq = h.seq
       order by h.seq`,
      [after, PAGE, ...(isThorough ? [] : [this.settledBefore])],
    );
  }

  private async begin(tx: EntityManager): Promise<Tree> {
    const tree = { origin: `duban.history/${newId()}`, hash: this.config.DUBAN_HISTORY_HASH };
    await tx.query(`insert into history_tree (id, origin, hash, start) values (1, $1, $2, 0)`, [
      tree.origin,
      tree.hash,
    ]);
    return tree;
  }

  /** The root over each range. */
  private async hashesOf(tx: EntityManager, hash: TreeHash, ranges: readonly Range[]): Promise<Buffer[]> {
    const subtrees = ranges.map((range) => subtreesOf(range));
    const roots = await this.subtreeHashes(tx, hash, subtrees.flat());
    return subtrees.map(({ length }) => foldSubtrees(hash, roots.splice(0, length)));
  }

  /** The roots of complete subtrees, by two statements however large the tree is. */
  private async subtreeHashes(tx: EntityManager, hash: TreeHash, subtrees: readonly Subtree[]): Promise<Buffer[]> {
    const kept = subtrees.map(({ level, position }) => {
      const below = level % STRIDE;
      const width = 2 ** below;
      return Array.from({ length: width }, (_, at) => ({ level: level - below, position: position * width + at }));
    });
    const wanted = kept.flat();
    const leaves = wanted.filter(({ level }) => level === 0);
    const rows: { level: number; position: string; hash: Buffer }[] = await tx.query(
      // A leaf that was recorded by another hash is a node of this one.
      `select 0 as level, l.index::text as position, l.hash from history_leaf l where l.index = any($1::bigint[])
         and (select t.hash from history_tree t where t.start <= l.index order by t.id desc limit 1) = $4
       union all
       select n.level, n.position::text, n.hash from unnest($2::smallint[], $3::bigint[]) as w(level, position)
       join history_node n on n.algorithm = $4 and n.level = w.level and n.position = w.position`,
      [
        leaves.map(({ position }) => position),
        wanted.map(({ level }) => level),
        wanted.map(({ position }) => position),
        hash,
      ],
    );
    const found = new Map(rows.map((row) => [`${row.level} ${row.position}`, row.hash]));
    return kept.map((places) => {
      let level = places.map(({ level, position }) => {
        const node = found.get(`${level} ${position}`);
        if (!node)
          throw new Error(`the tree over history lacks its node ${position} of level ${level}: it was tampered with`);
        return node;
      });
      while (level.length > 1) level = pairs(level).map(([left, right]) => nodeHash(hash, left, right));
      return level[0]!;
    });
  }
}

type Node = [level: number, position: number, hash: Buffer];

/** Puts those of the levels that are kept into a list. */
const keepingNodes =
  (nodes: Node[]) =>
  ({ level, position }: Subtree, root: Buffer): void => {
    if (level % STRIDE === 0) nodes.push([level, position, root]);
  };

interface Page {
  isLast: boolean;
  lastSeq: string;
}

const pairs = (nodes: readonly Buffer[]): [Buffer, Buffer][] =>
  Array.from({ length: nodes.length / 2 }, (_, at) => [nodes[2 * at]!, nodes[2 * at + 1]!]);

/** The oldest transaction that has written and not ended, and the next there will be. */
async function runningNow(tx: EntityManager): Promise<{ oldest: string; next: string }> {
  const [row]: { oldest: string; next: string }[] = await tx.query(
    `select pg_snapshot_xmin(s)::text as oldest, pg_snapshot_xmax(s)::text as next from pg_current_snapshot() s`,
  );
  return row!;
}

const unknownSize = (field: string, message: string): DomainError =>
  invalid('HISTORY.SIZE_UNKNOWN', message, { field });
