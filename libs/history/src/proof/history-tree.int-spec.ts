import { applicationDataSource, migrate, ownerDataSource, Transactor } from '@duban/database';
import { SteppedClock } from '@duban/kernel';
import { useTestDatabase } from '@duban/testing';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { newSigningKey, record } from '../../test/recorded';
import { systemActor } from '../actor';
import { HistoryService } from '../history.service';
import { canonicalEvent, hashed, HASHED_COLUMN_NAMES, type HashedRow } from './canonical-event';
import { parseNote } from './checkpoint-note';
import { CheckpointService } from './checkpoint.service';
import { HistoryTree } from './history-tree';
import { GrowingTree, isConsistent, isIncluded, leafHash } from './merkle';

const SHA256 = { DUBAN_HISTORY_HASH: 'sha256' } as const;
const WRITERS = 32;

describe('HistoryTree', () => {
  const database = useTestDatabase();
  const query = <T>(statement: string, parameters: unknown[] = []): Promise<T[]> =>
    database.source.query(statement, parameters);
  const treeOf = (source = database.source) => new HistoryTree(new Transactor(source), SHA256);

  async function asOwner<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  /** Every event has one leaf, in places without a gap, with the hash of its form; and the root is that of the leaves. */
  async function expectWhole(): Promise<void> {
    const outside = await query(`select seq from history_event h where not exists
      (select from history_leaf l where l.seq = h.seq)`);
    expect(outside).toEqual([]);
    const rows = await query<HashedRow & { leafIndex: string; leafHash: Buffer }>(
      `select l.index::text as "leafIndex", l.hash as "leafHash", ${hashed('h')}
       from history_leaf l left join history_event h on h.seq = l.seq order by l.index`,
    );
    const [{ count }] = (await query<{ count: number }>(`select count(*)::int as count from history_event`)) as [
      { count: number },
    ];
    expect(rows.length).toBe(count);
    expect(new Set(rows.map(({ seq }) => seq)).size).toBe(count);
    const naive = new GrowingTree('sha256');
    for (const [at, { leafIndex, leafHash: recorded, ...row }] of rows.entries()) {
      expect([at, Number(leafIndex), recorded]).toEqual([at, at, leafHash('sha256', canonicalEvent(row))]);
      naive.push(recorded);
    }
    const root = await database.transactor.run((tx) => treeOf().rootAt(tx, 'sha256', count));
    expect(root).toEqual(naive.root());
  }

  it('takes in the events of before it was there', async () => {
    const owner = await ownerDataSource(database.url).initialize();
    const hasTree = async (): Promise<boolean> => {
      const [row]: { has: boolean }[] = await owner.query(`select to_regclass('history_leaf') is not null as has`);
      return row!.has;
    };
    let undone = 0;
    try {
      for (; await hasTree(); undone++) await owner.undoLastMigration();
      // Not by the libraries, which are of today's schema.
      await owner.query(`insert into history_event (id, entity, entity_id, type, actor_name, actor_post, request_id, after,
          occurred_at) select gen_random_uuid(), 'task', gen_random_uuid(), 'task.edited', '甲', 'office', 'x',
          jsonb_build_object('content', n), now() from generate_series(1, 3) n`);
    } finally {
      await owner.destroy();
    }
    await migrate(database.url);
    expect(undone).toBeGreaterThan(0);
    await database.transactor.run((tx) => record(tx, 2));
    expect(await treeOf().grow()).toBe(true);
    await expectWhole();
    expect(await query(`select count(*)::int as count from history_leaf`)).toEqual([{ count: 5 }]);
  });

  it('hashes every column of an event but the number of its transaction', async () => {
    const columns = await query<{ name: string }>(
      // Those that are taken out of the states are no more than the states say; the self-check holds them against these.
      `select column_name as name from information_schema.columns
       where table_name = 'history_event' and column_name not in ('xact', 'month') and column_name not in (
         select attribute_name from information_schema.attributes where udt_name = 'history_keys')`,
    );
    // One that is added goes into HASHED_COLUMNS, empty in the events before it.
    expect(columns.map(({ name }) => name).toSorted()).toEqual(HASHED_COLUMN_NAMES.toSorted());
  });

  it('takes an event that was written earlier and committed later than others, when it is committed', async () => {
    const tree = treeOf();
    await tree.grow();
    await asOwner(async (slow) => {
      await slow.query('begin');
      await slow.query(`insert into history_entry (id, entity, entity_id, type, actor_name, actor_post, request_id, occurred_at)
        values (gen_random_uuid(), 'task', gen_random_uuid(), 'task.edited', '甲', 'office', 'slow', now())`);
      for (let round = 0; round < 3; round++) {
        await database.transactor.run((tx) => record(tx, 2));
        expect(await tree.grow()).toBe(true);
        expect(
          await query(`select from history_event h left join history_leaf l on l.seq = h.seq where l.seq is null`),
        ).toEqual([]);
      }
      await slow.query('commit');
    });
    expect(
      await query(`select from history_event h left join history_leaf l on l.seq = h.seq where l.seq is null`),
    ).toHaveLength(1);
    await tree.grow();
    await expectWhole();
  });

  it('takes events that were restored from another server, whatever their transactions are numbered there', async () => {
    const tree = treeOf();
    await tree.grow();
    await asOwner((client) =>
      client.query(`insert into history_entry (id, entity, entity_id, type, actor_name, actor_post, request_id, occurred_at, xact)
        select gen_random_uuid(), 'task', gen_random_uuid(), 'task.edited', '甲', 'office', 'restored', now(), x::xid8
        from unnest(array['3', '999999999999']) x`),
    );
    // A process that has looked at all takes what is new by number; each new process, and each day, looks at all again.
    await tree.grow({ isThorough: true });
    await expectWhole();
    await database.transactor.run((tx) => record(tx, 1));
    await tree.grow();
    await treeOf().grow();
    await expectWhole();
  });

  it('has every event once, of 32 writers at once that are slow and roll back, with several that make leaves', async () => {
    const source = await applicationDataSource(database.url, [], WRITERS + 8).initialize();
    try {
      const trees = Array.from({ length: 4 }, () => treeOf(source));
      let isWriting = true;
      let taken = 0;
      const growing = trees.map(async (tree, at) => {
        while (isWriting) if (await tree.grow({ waits: at % 2 === 0 })) taken++;
      });
      const before = await countOf(source);
      const written = await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(source, writer)));
      isWriting = false;
      await Promise.all(growing);
      expect(taken).toBeGreaterThan(0);
      expect(await countOf(source)).toBe(before + written.reduce((all, some) => all + some, 0));
      // One that has worked all along, and so takes only what is new.
      expect(await trees[0]!.grow()).toBe(true);
    } finally {
      await source.destroy();
    }
    await expectWhole();
  });

  it('proves any event at any size, and that any size goes on from any smaller one', async () => {
    await database.transactor.run((tx) => record(tx, 4_500));
    const tree = treeOf();
    await tree.grow();
    await database.transactor.run((tx) => record(tx, 33));
    await tree.grow();
    await expectWhole();
    const size = await database.transactor.run((tx) => tree.sizeOf(tx));
    expect(size).toBeGreaterThan(4_096);
    const chance = (most: number): number => Math.floor(Math.random() * most);
    const decoded = (path: readonly string[]): Buffer[] => path.map((hash) => Buffer.from(hash, 'base64'));
    await database.transactor.run(async (tx) => {
      const sizes = [
        1,
        2,
        15,
        16,
        17,
        255,
        256,
        257,
        4_095,
        4_096,
        4_097,
        size,
        ...Array.from({ length: 20 }, () => 1 + chance(size)),
      ];
      for (const at of sizes) {
        const index = chance(at);
        const [{ id }] = (await tx.query(
          `select h.id from history_leaf l join history_event h on h.seq = l.seq where l.index = $1`,
          [index],
        )) as [{ id: string }];
        const proof = await tree.inclusion(tx, id, { size: at });
        const leaf = leafHash('sha256', Buffer.from(proof.event));
        expect(proof.leaf).toBe(leaf.toString('base64'));
        const root = await tree.rootAt(tx, 'sha256', at);
        expect(Buffer.from(proof.root, 'base64')).toEqual(root);
        expect(isIncluded('sha256', { index, size: at, leaf, root }, decoded(proof.path))).toBe(true);
        const consistent = await tree.consistency(tx, at, size);
        const [older, newer] = decoded([consistent.fromRoot, consistent.toRoot]);
        expect(older).toEqual(root);
        expect(
          isConsistent('sha256', { size: at, root: older! }, { size, root: newer! }, decoded(consistent.path)),
        ).toBe(true);
      }
    });
  });

  it('is hashed by another hash in pieces, goes on where that was stopped, and grows meanwhile', async () => {
    const tree = treeOf();
    await tree.grow();
    const key = newSigningKey();
    const checkpoints = new CheckpointService(database.transactor, new HistoryService(), tree, {
      DUBAN_SIGNING_KEY: key.pem,
    });
    const piece = () =>
      database.transactor.run(async (tx) => {
        await tree.lock(tx, true);
        return tree.rehash(tx, 'sm3');
      });
    const first = await piece();
    expect(first.done).toBeLessThan(first.size);
    // Stopped here: nothing is changed, and what is recorded is still hashed as before.
    await database.transactor.run((tx) => record(tx, 3));
    await tree.grow();
    expect(await database.transactor.run((tx) => tree.tree(tx))).toMatchObject({ hash: 'sha256' });
    const done: number[] = [];
    const { size, note } = await checkpoints.changeHash(
      systemActor('spec'),
      new SteppedClock(new Date('2026-03-02T01:00:00Z')),
      'sm3',
      (so) => {
        done.push(so);
      },
    );
    expect(size).toBe(first.size + 3);
    expect([done[0]! > first.done, done.at(-1)]).toEqual([true, size]);
    await database.transactor.run((tx) => record(tx, 2));
    // Another process, which knows of no change; the event that it was changed comes first.
    await treeOf().grow();
    const rows = await query<HashedRow>(
      `select ${hashed('h')} from history_leaf l join history_event h on h.seq = l.seq order by l.index`,
    );
    const naive = new GrowingTree('sm3');
    for (const [at, row] of rows.entries()) {
      naive.push(leafHash('sm3', canonicalEvent(row)));
      if (at + 1 === size) expect(parseNote(note)!.checkpoint.root).toEqual(naive.root());
    }
    const root = await database.transactor.run((tx) => tree.rootAt(tx, 'sm3', size + 3));
    expect(root).toEqual(naive.root());
  });

  it.each([
    ['history_leaf', 'hash'],
    ['history_node', 'hash'],
    ['history_tree', 'origin'],
    ['history_checkpoint', 'note'],
    ['history_key', 'key_id'],
    ['history_handout', 'place'],
    ['history_stamp', 'authority'],
  ])(
    '%s is recorded once: the application has no right to rewrite it, and a trigger refuses its owner',
    async (table, column) => {
      for (const statement of [
        `update ${table} set ${column} = ${column}`,
        `delete from ${table}`,
        `truncate ${table}`,
      ]) {
        await expect(query(statement)).rejects.toMatchObject({ code: '42501' });
      }
      await asOwner(async (owner) => {
        // What refers to it would hinder it, too: here the trigger has to.
        await expect(owner.query(`truncate ${table} cascade`)).rejects.toMatchObject({ code: '42501' });
        // These have no rows here, so that nothing of them could be changed.
        if (/_(handout|stamp)$/.test(table)) return;
        await expect(owner.query(`delete from ${table}`)).rejects.toMatchObject({ code: '42501' });
        await expect(owner.query(`update ${table} set ${column} = ${column}`)).rejects.toMatchObject({ code: '42501' });
      });
    },
  );

  it('never skips a null hash, as one system did: the table holds none', async () => {
    await asOwner((owner) =>
      expect(
        owner.query(`insert into history_leaf (index, seq, hash) values (1000000, 1000000, null)`),
      ).rejects.toMatchObject({
        code: '23502',
      }),
    );
  });
});

async function countOf(source: DataSource): Promise<number> {
  const [row]: { count: number }[] = await new Transactor(source).run((tx) =>
    tx.query(`select count(*)::int as count from history_event`),
  );
  return row!.count;
}

/** Transactions that wait a little between writing and their end, which every third time is a rollback. */
async function write(source: DataSource, writer: number): Promise<number> {
  let committed = 0;
  for (let round = 0; round < 6; round++) {
    const count = 1 + Math.floor(Math.random() * 3);
    const outcome = await new Transactor(source)
      .run(async (tx) => {
        await record(tx, count);
        await tx.query(`select pg_sleep(random() * 0.02)`);
        if ((writer + round) % 4 === 0) {
          await tx.query('savepoint part');
          await record(tx, 1);
          await tx.query('rollback to savepoint part');
        }
        await record(tx, 1);
        if ((writer + round) % 3 === 0) throw new Error('rolled back');
        return count + 1;
      })
      .catch((error: unknown) => {
        if (error instanceof Error && error.message === 'rolled back') return 0;
        throw error;
      });
    committed += outcome;
  }
  return committed;
}
