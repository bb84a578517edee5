import { ownerDataSource, type Transactor } from '@duban/database';
import { newId, SteppedClock } from '@duban/kernel';
import { useTestDatabase } from '@duban/testing';
import type { DataSource, EntityManager } from 'typeorm';
import { newSigningKey, record, type SigningKey } from '../../test/recorded';
import { secondVerdict } from '../../test/second-verifier';
import { systemActor } from '../actor';
import { type Change, HistoryService } from '../history.service';
import { type FaultCode, verifyBundle } from './bundle-verifier';
import {
  type Checkpoint,
  digestOf,
  keyIdOf,
  parseNote,
  privateKeysIn,
  publicKeysIn,
  signNote,
  textOf,
} from './checkpoint-note';
import { CheckpointService } from './checkpoint.service';
import { HistoryBundle } from './history-bundle';
import { HistoryTree } from './history-tree';
import { isConsistent, isIncluded, leafHash, type TreeHash } from './merkle';

const AT = new Date('2026-03-02T01:00:00Z');

const seqAt = (index: number): string => `(select seq from history_leaf where index = ${index})`;

const insertion = (at: string, seq = '(select max(seq) + 1 from history_event)'): string =>
  `insert into history_entry (seq, id, entity, entity_id, type, actor_name, actor_post, request_id, occurred_at, recorded_at)
   overriding system value values (${seq}, gen_random_uuid(), 'task', gen_random_uuid(), 'task.edited', '甲', 'office', 'x', ${at}, ${at})`;

/** All that works on history, in one transaction of the database's superuser, which is taken back afterwards. */
class Workshop {
  readonly history = new HistoryService();
  private readonly transactor: Transactor;

  constructor(readonly tx: EntityManager) {
    this.transactor = { run: (work: (tx: EntityManager) => unknown) => work(tx) } as unknown as Transactor;
  }

  tree = (): HistoryTree => new HistoryTree(this.transactor, { DUBAN_HISTORY_HASH: 'sha256' });
  checkpoints = (...keys: SigningKey[]): CheckpointService =>
    new CheckpointService(this.transactor, this.history, this.tree(), {
      DUBAN_SIGNING_KEY: keys.map(({ pem }) => pem).join('') || undefined,
    });

  /** Signs what there is. */
  async sign(...keys: SigningKey[]): Promise<string> {
    return (await this.checkpoints(...keys).make())!.note;
  }

  async export(...keys: SigningKey[]): Promise<Buffer> {
    const bundle = new HistoryBundle(this.transactor, this.history, this.tree(), this.checkpoints(...keys));
    const { bytes } = await bundle.export(systemActor('spec'), AT);
    const pieces: Buffer[] = [];
    for await (const piece of bytes) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  /** Changes the hash; the note of the checkpoint that did. */
  async changeHash(to: TreeHash, ...keys: SigningKey[]): Promise<string> {
    const actor = systemActor('duban history rehash');
    return (await this.checkpoints(...keys).changeHash(actor, new SteppedClock(AT), to)).note;
  }

  /** Puts another checkpoint in the place of one, rightly signed. */
  async replace(number: number, edit: Partial<Checkpoint>, signer: SigningKey): Promise<void> {
    const [row] = await this.run(`select note from history_checkpoint where number = $1`, [number]);
    const { checkpoint } = parseNote(row!['note']!)!;
    const note = signNote(checkpoint.origin, textOf({ ...checkpoint, ...edit }), privateKeysIn(signer.pem));
    await this.run(`update history_checkpoint set note = $2 where number = $1`, [number, note]);
  }

  run = (statement: string, parameters: unknown[] = []): Promise<Record<string, string>[]> =>
    this.tx.query(statement, parameters);

  /** As a thief of the database would: the whole tree and all checkpoints made anew over what is there. */
  async forge(...keys: SigningKey[]): Promise<void> {
    for (const table of ['leaf', 'node', 'checkpoint', 'key']) await this.run(`delete from history_${table}`);
    await this.sign(...keys);
  }
}

describe('Tampering as superuser', () => {
  const database = useTestDatabase();
  const [key, thief] = [newSigningKey(), newSigningKey()];
  let owner: DataSource;
  /** Three checkpoints that an auditor holds: of 20, 35 and 45 events. */
  const held: string[] = [];

  beforeAll(async () => {
    owner = await ownerDataSource(database.url).initialize();
    await owner.transaction(async (tx) => {
      const workshop = new Workshop(tx);
      for (const count of [20, 15, 10]) {
        await record(tx, count);
        held.push(await workshop.sign(key));
      }
    });
    expect(held.map((note) => parseNote(note)!.checkpoint.size)).toEqual([20, 35, 45]);
  });
  afterAll(() => owner.destroy());

  /** Does something that no trigger hinders, and takes it back after the export. */
  async function after(tamper: (workshop: Workshop) => Promise<unknown>, ...exporters: SigningKey[]): Promise<Buffer> {
    const runner = owner.createQueryRunner();
    await runner.startTransaction();
    try {
      await runner.query(`set local session_replication_role = replica`);
      const workshop = new Workshop(runner.manager);
      await tamper(workshop);
      return await workshop.export(...exporters);
    } finally {
      await runner.rollbackTransaction();
      await runner.release();
    }
  }

  interface Outside {
    held?: string[];
    keys?: SigningKey[];
  }

  async function verdict(bundle: Buffer, { held = [], keys = [] }: Outside = {}): Promise<'sound' | FaultCode> {
    const outside = {
      held: held.map((note) => parseNote(note)!),
      keys: keys.flatMap((one) => publicKeysIn(one.publicPem)),
    };
    const ours = await verifyBundle(inPieces(bundle), outside);
    const said = 'fault' in ours ? ours.fault.code : 'sound';
    const other = secondVerdict(bundle, { held, keys: keys.map((one) => one.publicPem) });
    if (other) {
      const theirs = other.exit === 0 ? 'sound' : (other.code ?? other.words);
      expect(`${theirs}, says the second verifier`).toBe(`${said}, says the second verifier`);
    }
    return said;
  }

  /** In pieces that end anywhere, as files are read. */
  async function* inPieces(bundle: Buffer): AsyncGenerator<Buffer> {
    for (let at = 0; at < bundle.length; at += 777) yield bundle.subarray(at, at + 777);
  }

  it('finds nothing where a person was erased by law: no event is another one, and nobody is named', async () => {
    const personId = newId();
    const edited: Change = {
      type: 'person.edited',
      entity: 'person',
      entityId: personId,
      after: { username: 'wang.jh', displayName: '王惊鸿', email: 'wjh@city.example' },
    };
    const events: string[][] = [];
    for (const isErased of [false, true]) {
      const bundle = await after(async ({ tx, history }) => {
        await history.append(tx, { ...systemActor('spec'), personId, name: '王惊鸿' }, AT, [edited]);
        if (isErased) await history.forget(tx, personId);
      }, key);
      expect(await verdict(bundle, { held, keys: [key] })).toBe('sound');
      expect(bundle.toString()).not.toMatch(/王惊鸿|wang\.jh|wjh@/);
      expect(bundle.toString()).toContain(personId);
      events.push(bundle.toString().match(/^\{"index":.*$/gm)!);
    }
    expect(events[1]!.slice(0, 45)).toEqual(events[0]!.slice(0, 45));
    expect(events[1]).toHaveLength(47);
  });

  it('finds nothing where nothing was done, also against all that is held outside', async () => {
    const bundle = await after(async () => undefined, key);
    for (const keys of [[], [key], [key, thief]]) {
      expect(await verdict(bundle, { keys })).toBe('sound');
      expect(await verdict(bundle, { held, keys })).toBe('sound');
    }
    // The export itself is an event, and signed.
    expect(bundle.toString()).toContain('"type":"history.exported"');
    expect(bundle.toString().match(/^\{"index":/gm)).toHaveLength(46);
  });

  describe.each<[what: string, (w: Workshop) => Promise<unknown>, code: FaultCode]>([
    [
      'a changed event',
      (w) => w.run(`update history_words set after = '{"x":1}' where seq = ${seqAt(7)}`),
      'event_changed',
    ],
    [
      'a changed instant, by a microsecond',
      (w) =>
        w.run(`update history_entry set recorded_at = recorded_at + interval '1 microsecond' where seq = ${seqAt(0)}`),
      'event_changed',
    ],
    [
      'an actor put into an old event',
      (w) => w.run(`update history_entry set actor_unit_id = gen_random_uuid() where seq = ${seqAt(44)}`),
      'event_changed',
    ],
    [
      'a digit that no number of JavaScript holds',
      (w) =>
        w.run(
          `update history_words set after = jsonb_set(after, '{share}', '0.00000000000000000001') where seq = ${seqAt(21)}`,
        ),
      'event_changed',
    ],
    ['a changed event with its hash', changeWithHash(7), 'checkpoint_inconsistent'],
    ['a deleted event', (w) => w.run(`delete from history_entry where seq = ${seqAt(12)}`), 'event_missing'],
    [
      'a deleted event with its leaf',
      (w) =>
        w.run(
          `with leaf as (delete from history_leaf where index = 12 returning seq) delete from history_entry h using leaf where h.seq = leaf.seq`,
        ),
      'event_missing',
    ],
    [
      'a deleted event, the others moved up',
      (w) =>
        w
          .run(
            `with gone as (delete from history_leaf where index = 12) update history_leaf set index = index - 1 + 1000 where index > 12`,
          )
          .then(() => w.run(`update history_leaf set index = index - 1000 where index >= 1000`)),
      'checkpoint_inconsistent',
    ],
    [
      'an event that was inserted, its time long past',
      (w) =>
        w
          .run(insertion(`now() - interval '40 days'`))
          .then(() => w.tree().grow())
          .then(() => w.sign(key)),
      'event_inserted',
    ],
    [
      'two events that were swapped in the tree',
      (w) =>
        w
          .run(`update history_leaf set seq = -seq where index in (3, 30)`)
          .then(() =>
            w.run(
              `update history_leaf set seq = -(case index when 3 then ${seqAt(30)} else ${seqAt(3)} end) where index in (3, 30)`,
            ),
          ),
      'events_swapped',
    ],
    [
      'two events that were swapped in the table',
      (w) =>
        w.run(
          `update history_words one set after = other.after from history_words other where (one.seq, other.seq) in ((${seqAt(3)}, ${seqAt(4)}), (${seqAt(4)}, ${seqAt(3)}))`,
        ),
      'event_changed',
    ],
    ['a tail that was cut off', cutTail, 'tail_cut'],
    [
      'a checkpoint taken out of the middle',
      (w) => w.run(`delete from history_checkpoint where number = 2`),
      'checkpoint_missing',
    ],
    [
      'a checkpoint with another time',
      (w) => w.run(`update history_checkpoint set note = replace(note, 'signed 20', 'signed 19') where number = 2`),
      'signature_wrong',
    ],
    [
      'a checkpoint with another size',
      (w) => w.run(`update history_checkpoint set note = replace(note, E'\\n35\\n', E'\\n34\\n') where number = 2`),
      'signature_wrong',
    ],
    [
      'a checkpoint that is none',
      (w) => w.run(`update history_checkpoint set note = 'x' where number = 2`),
      'checkpoint_changed',
    ],
    ['another key for what follows', (w) => record(w.tx, 1).then(() => w.sign(thief)), 'key_unknown'],
  ])('%s', (_what, tamper, code) => {
    it('is found by the bundle alone, and named', async () => {
      const bundle = await after(tamper);
      expect(await verdict(bundle)).toBe(code);
      expect(await verdict(bundle, { held, keys: [key] })).not.toBe('sound');
    });
  });

  describe('with the tree and its checkpoints made anew', () => {
    const CHANGE = `update history_words set after = '{"x":1}' where seq = ${seqAt(7)}`;

    it('shows by a checkpoint held outside: whoever has the database and the key can compute all hashes again (better-auth-audit-logs 14, ai-dba-workbench 529)', async () => {
      // Named by users of an audit log for sign-ins, and of a database workbench whose chain had no key.
      const bundle = await after((w) => w.run(CHANGE).then(() => w.forge(key)));
      // Nothing in the bundle can show it: this is why checkpoints are handed out.
      expect(await verdict(bundle)).toBe('sound');
      for (const note of held) expect(await verdict(bundle, { held: [note] })).toBe('checkpoint_inconsistent');
    });

    it('shows by an old checkpoint, too, however far the history has gone on since (ai-memory-mcp 2202)', async () => {
      // One system compared its anchor only where nothing had been added.
      const bundle = await after((w) =>
        w
          .run(CHANGE)
          .then(() => record(w.tx, 50))
          .then(() => w.forge(key)),
      );
      expect(await verdict(bundle, { held: [held[0]!] })).toBe('checkpoint_inconsistent');
      expect(await verdict(bundle, { held })).toBe('checkpoint_inconsistent');
    });

    it('shows where an event was put in or taken out long ago', async () => {
      const inserted = await after((w) => w.run(insertion('now()', '-1')).then(() => w.forge(key)));
      const deleted = await after((w) =>
        w
          .run(`delete from history_entry where seq = ${seqAt(12)}`)
          .then(() => record(w.tx, 5))
          .then(() => w.forge(key)),
      );
      for (const bundle of [inserted, deleted]) {
        expect(await verdict(bundle)).toBe('sound');
        expect(await verdict(bundle, { held: [held[0]!] })).toBe('checkpoint_inconsistent');
      }
    });

    it('shows by the key, too, where the thief has not that of the installation', async () => {
      const bundle = await after((w) => w.run(CHANGE).then(() => w.forge(thief)));
      expect(await verdict(bundle)).toBe('sound');
      expect(await verdict(bundle, { keys: [key] })).toBe('key_unknown');
      expect(await verdict(bundle, { held })).toBe('checkpoint_inconsistent');
    });
  });

  describe('Cut off, restored, rolled back', () => {
    const rollBack = (w: Workshop) => w.run(`delete from history_checkpoint where number = 3`);

    it('the tail with its checkpoint: shown by a checkpoint held outside, which has the size (mobula 59, agent-bom 3697)', async () => {
      // Chains verify after their newest rows were deleted, which users of five systems have found.
      const bundle = await after((w) => cutTail(w).then(() => rollBack(w)));
      expect(await verdict(bundle, { held: held.slice(0, 2) })).toBe('sound');
      expect(await verdict(bundle, { held })).toBe('tail_cut');
    });

    it('a backup that was restored and went on', async () => {
      const restored = (more: number) =>
        after(async (w) => {
          await cutTail(w);
          await rollBack(w);
          await record(w.tx, more);
          await w.sign(key);
        });
      expect(await verdict(await restored(4), { held })).toBe('checkpoint_changed');
      expect(await verdict(await restored(4), { held: [held[0]!, held[1]!] })).toBe('sound');
      expect(await verdict(await restored(10), { held })).toBe('checkpoint_inconsistent');
      expect(await verdict(await restored(30), { held })).toBe('checkpoint_inconsistent');
      expect(await verdict(await restored(30), { held: held.slice(0, 2) })).toBe('sound');
    });

    it('a checkpoint', async () => {
      // Exported by somebody without a key, so that it is not signed again.
      const one = await after((w) =>
        rollBack(w).then(() => w.run(`delete from history_entry where seq > ${seqAt(44)}`)),
      );
      expect(await verdict(one, { held: [held[2]!] })).toBe('tail_cut');
      const other = await after((w) => rollBack(w), key);
      expect(await verdict(other)).toBe('sound');
      expect(await verdict(other, { held })).toBe('checkpoint_changed');
      const all = await after(async (w) => {
        // The newest one gone and the events still there, under a checkpoint of the same number and another text.
        await w.run(`delete from history_checkpoint where number > 1`);
        await w.sign(key);
      });
      expect(await verdict(all, { held: [held[2]!] })).toBe('checkpoint_missing');
    });

    it('the key: all signed anew by another one', async () => {
      const bundle = await after((w) => w.forge(thief));
      expect(await verdict(bundle)).toBe('sound');
      expect(await verdict(bundle, { keys: [key] })).toBe('key_unknown');
      for (const note of held) expect(await verdict(bundle, { held: [note] })).toBe('key_unknown');
    });

    it('all of it: another installation in its place', async () => {
      const bundle = await after((w) => w.run(`delete from history_tree`).then(() => w.forge(key)));
      expect(await verdict(bundle, { held })).toBe('other_history');
    });
  });

  describe('A key that is changed rightly', () => {
    const next = newSigningKey();

    it('is vouched for by the one before, which signs beside it once', async () => {
      const bundle = await after(async (w) => {
        await record(w.tx, 1);
        await w.sign(next, key);
        await record(w.tx, 1);
        await w.sign(next);
      }, next);
      expect(await verdict(bundle)).toBe('sound');
      expect(await verdict(bundle, { keys: [key] })).toBe('sound');
      expect(await verdict(bundle, { keys: [key], held })).toBe('sound');
      // Who has only the new key cannot judge what was signed before it.
      expect(await verdict(bundle, { keys: [next] })).toBe('key_unknown');
    });

    it('is believed where the auditor has it, though the old one is lost', async () => {
      const bundle = await after(async (w) => {
        await record(w.tx, 1);
        await w.sign(next);
      }, next);
      expect(await verdict(bundle)).toBe('key_unknown');
      expect(await verdict(bundle, { keys: [key, next], held })).toBe('sound');
    });

    it('is followed by who holds an old checkpoint and the old key alone, through the one that both signed', async () => {
      const bundle = await after(async (w) => {
        await record(w.tx, 1);
        await w.sign(next, key);
        await record(w.tx, 1);
        await w.sign(next);
      }, next);
      const outside = { keys: [key], held: [held[0]!] };
      expect(await verdict(bundle, outside)).toBe('sound');
      // The old key's signature taken out of it, and the new key stands alone.
      const ofOld = Buffer.from(keyIdOf(parseNote(held[0]!)!.checkpoint.origin, key.publicKey), 'hex');
      const cut = bundle.toString().replace(/^\{"checkpoint":.*number 4\\n.*$/m, (line) => {
        const { checkpoint: note } = JSON.parse(line) as { checkpoint: string };
        const isOld = (one: string) => Buffer.from(one.split(' ')[2] ?? '', 'base64').indexOf(ofOld) === 0;
        const kept = note.split('\n').filter((one) => !isOld(one));
        return JSON.stringify({ checkpoint: kept.join('\n') });
      });
      expect(cut.length).toBeLessThan(bundle.toString().length);
      expect(await verdict(Buffer.from(cut), outside)).toBe('key_unknown');
    });

    it('without one that both signed is found, and the key is named', async () => {
      const bundle = await after(async (w) => {
        await record(w.tx, 1);
        await w.sign(next);
      }, next);
      const outside = { keys: [key], held };
      expect(await verdict(bundle, outside)).toBe('key_unknown');
      const id = keyIdOf(parseNote(held[0]!)!.checkpoint.origin, next.publicKey);
      const ours = await verifyBundle(inPieces(bundle), { keys: publicKeysIn(key.publicPem) });
      expect('fault' in ours && ours.fault.message).toContain(`The checkpoint 4 is signed by the key ${id},`);
      const other = secondVerdict(bundle, { keys: [key.publicPem] });
      if (other) expect(other.words).toContain(`the checkpoint 4 is signed by the key ${id},`);
    });
  });

  describe('A hash that is changed (换算法)', () => {
    const next = newSigningKey();
    /** The checkpoints 4, by SHA-256 over 48 events, 5, which changes to SM3, and 6 over that event and four more. */
    const toSm3 = async (w: Workshop): Promise<string> => {
      await record(w.tx, 3);
      const changed = await w.changeHash('sm3', key);
      await record(w.tx, 4);
      await w.sign(key);
      return changed;
    };
    const byNumber = (w: Workshop, number: number) =>
      w.run(`select note from history_checkpoint where number = $1`, [number]).then(([row]) => row!['note']!);

    it('breaks no proof, also changed back and again, and with the key at once', async () => {
      const changed: string[] = [];
      const bundle = await after(async (w) => {
        await record(w.tx, 3);
        changed.push(await w.changeHash('sm3', next, key));
        for (const hash of ['sha256', 'sm3'] as const) {
          await record(w.tx, 20);
          await w.sign(next);
          changed.push(await w.changeHash(hash, next));
        }
        await record(w.tx, 1);
      }, next);
      const lines = bundle.toString().split('\n');
      expect(lines[0]).toContain(
        '"format":3,"origin":"' +
          parseNote(held[0]!)!.checkpoint.origin +
          '","hash":"sha256","changes":[{"from":48,"hash":"sm3"},{"from":69,"hash":"sha256"},{"from":90,"hash":"sm3"}]',
      );
      const verified = await verifyBundle(inPieces(bundle));
      expect(verified).toMatchObject({ sound: { events: 93, hashes: ['sha256', 'sm3', 'sha256', 'sm3'] } });
      expect(await verdict(bundle)).toBe('sound');
      // Who holds what was signed long before, by the old hash and the old key.
      expect(await verdict(bundle, { held, keys: [key] })).toBe('sound');
      expect(await verdict(bundle, { held: changed, keys: [key] })).toBe('sound');
      const before = (await after(async () => undefined, key)).toString().split('\n');
      expect(lines.slice(1, 49)).toEqual(before.slice(1, 49));
    });

    it('names what it goes on from: the last checkpoint of the hash before, of the same events, with its signatures', async () => {
      await after(async (w) => {
        const { checkpoint: first } = parseNote(await toSm3(w))!;
        const { checkpoint: last, note, text } = parseNote(await byNumber(w, 4))!;
        expect([last.number, last.size, last.hash]).toEqual([4, 48, 'sha256']);
        expect(first).toMatchObject({
          number: 5,
          size: 48,
          hash: 'sm3',
          previous: digestOf('sm3', text),
          from: { hash: 'sha256', note: digestOf('sm3', note) },
        });
      }, key);
    });

    it('is an event, the first that the new hash alone vouches for: by whom, when, from what to what', async () => {
      await after(async (w) => {
        await toSm3(w);
        const [leaf] = await w.tree().leaves(w.tx, { from: 48, size: 49, limit: 1 });
        const { checkpoint } = parseNote(held[0]!)!;
        expect(JSON.parse(leaf!.event!.toString())).toMatchObject({
          type: 'history.rehashed',
          entity: 'history_tree',
          entityId: checkpoint.origin.replace('duban.history/', ''),
          actorPost: 'system',
          requestId: 'duban history rehash',
          before: { hash: 'sha256' },
          after: { hash: 'sm3', start: 48, checkpoint: 5 },
          occurredAt: '2026-03-02T01:00:00Z',
        });
        expect(leaf!.hash).toEqual(leafHash('sm3', leaf!.event!));
      }, key);
    });

    it('goes on proving by the old hash what was signed by it, and all by the new one', async () => {
      await after(async (w) => {
        await toSm3(w);
        const tree = w.tree();
        const decoded = (path: string[]) => path.map((hash) => Buffer.from(hash, 'base64'));
        const [{ id }] = (await w.run(`select id from history_event where seq = ${seqAt(7)}`)) as [{ id: string }];
        for (const number of [1, 2, 3, 4, 5, 6]) {
          const { hash, size, root } = parseNote(await byNumber(w, number))!.checkpoint;
          const proof = await tree.inclusion(w.tx, id, { size, hash });
          const leaf = leafHash(hash, Buffer.from(proof.event));
          expect(proof).toMatchObject({ leaf: leaf.toString('base64'), root: root.toString('base64'), hash });
          expect(isIncluded(hash, { index: 7, size, leaf, root }, decoded(proof.path))).toBe(true);
          const { root: held20 } = parseNote(held[0]!)!.checkpoint;
          const { path, fromRoot } = await tree.consistency(w.tx, 20, size, hash);
          const from = { size: 20, root: Buffer.from(fromRoot, 'base64') };
          expect(isConsistent(hash, from, { size, root }, decoded(path))).toBe(true);
          if (hash === 'sha256') expect(from.root).toEqual(held20);
        }
        expect(await tree.inclusion(w.tx, id)).toMatchObject({ size: 53, hash: 'sm3' });
        const beyond = { code: 'HISTORY.SIZE_UNKNOWN' };
        await expect(tree.inclusion(w.tx, id, { size: 49, hash: 'sha256' })).rejects.toMatchObject(beyond);
        await expect(tree.consistency(w.tx, 20, 49, 'sha256')).rejects.toMatchObject(beyond);
      }, key);
    });

    it.each<[what: string, tamper: (w: Workshop) => Promise<unknown>, refused: RegExp]>([
      [
        'a history in which an event was changed',
        (w) => w.run(`update history_words set after = '{"x":1}' where seq = ${seqAt(7)}`),
        /events 0 to 44 are not those that were hashed/,
      ],
      [
        'one in which an event is gone',
        (w) => w.run(`delete from history_entry where seq = ${seqAt(7)}`),
        /event 7 is gone/,
      ],
      ['one whose events and hashes were changed', changeWithHash(7), /does not go on from the checkpoint 3/],
      ['what is hashed so already', (w) => w.changeHash('sm3', key), /hashed by sm3 already/],
      [
        'what has not begun',
        (w) => w.run(`delete from history_tree`).then(() => w.run(`delete from history_entry`)),
        /nothing has been recorded/,
      ],
    ])('is refused for %s', async (_what, tamper, refused) => {
      await expect(after((w) => tamper(w).then(() => w.changeHash('sm3', key)))).rejects.toThrow(refused);
    });

    it.each<[what: string, tamper: (w: Workshop) => Promise<unknown>, code: FaultCode]>([
      [
        'an old event changed',
        (w) => w.run(`update history_words set after = '{"x":1}' where seq = ${seqAt(7)}`),
        'event_changed',
      ],
      [
        'an event of after it changed',
        (w) => w.run(`update history_words set after = '{"x":1}' where seq = ${seqAt(49)}`),
        'event_changed',
      ],
      [
        'a new tree over other events than the old one, rightly signed',
        (w) => w.replace(5, { root: Buffer.alloc(32, 1) }, key),
        'checkpoint_inconsistent',
      ],
      [
        'the last checkpoint of the old hash dropped',
        (w) => w.run(`delete from history_checkpoint where number = 4`),
        'checkpoint_missing',
      ],
      [
        'the last checkpoint of the old hash dropped, and the change signed as if it followed the one before',
        async (w) => {
          const before = parseNote(await byNumber(w, 3))!;
          await w.run(`delete from history_checkpoint where number = 4`);
          const from = { hash: 'sha256', note: digestOf('sm3', before.note) } as const;
          await w.replace(5, { number: 4, from, previous: digestOf('sm3', before.text) }, key);
        },
        'checkpoint_inconsistent',
      ],
      [
        'the checkpoint that changed it dropped',
        (w) => w.run(`delete from history_checkpoint where number = 5`),
        'checkpoint_missing',
      ],
      [
        'a change that names another checkpoint',
        async (w) => w.replace(5, { from: { hash: 'sha256', note: digestOf('sm3', await byNumber(w, 2)) } }, key),
        'checkpoint_changed',
      ],
      [
        'the signatures of the last checkpoint of the old hash exchanged',
        (w) => w.replace(4, {}, thief),
        'key_unknown',
      ],
      [
        'a signature put beside that of the last checkpoint of the old hash',
        async (w) => {
          const { checkpoint, text } = parseNote(await byNumber(w, 4))!;
          const keys = [key, next].flatMap(({ pem }) => privateKeysIn(pem));
          await w.run(`update history_checkpoint set note = $1 where number = 4`, [
            signNote(checkpoint.origin, text, keys),
          ]);
        },
        'checkpoint_changed',
      ],
      [
        'a checkpoint by the other hash that says nothing of a change',
        (w) =>
          w.run(`update history_tree set begun_by = 7 where id = 2`).then(() => w.replace(4, { hash: 'sm3' }, key)),
        'checkpoint_changed',
      ],
      ['the change itself concealed', (w) => w.run(`delete from history_tree where id = 2`), 'checkpoint_changed'],
    ])('shows %s', async (_what, tamper, code) => {
      // Exported by somebody without a key, so that nothing is signed after it.
      const bundle = await after((w) => toSm3(w).then(() => tamper(w)));
      expect(await verdict(bundle, { keys: [key] })).toBe(code);
      expect(await verdict(bundle, { held, keys: [key] })).not.toBe('sound');
    });

    it('shows by a checkpoint held outside that the history before it was forged, and all of it signed anew', async () => {
      const bundle = await after((w) =>
        w
          .run(`update history_words set after = '{"x":1}' where seq = ${seqAt(7)}`)
          .then(() => w.forge(key))
          .then(() => toSm3(w)),
      );
      expect(await verdict(bundle)).toBe('sound');
      for (const note of held) expect(await verdict(bundle, { held: [note] })).toBe('checkpoint_inconsistent');
    });

    it('shows by a checkpoint of after it that an older state was restored from before it', async () => {
      let [change, after6] = ['', ''];
      const restored = (more: number, ...keys: SigningKey[]) =>
        after(
          async (w) => {
            [change, after6] = [await toSm3(w), await byNumber(w, 6)];
            await w.run(`delete from history_entry where seq in (select seq from history_leaf where index >= 48)`);
            await w.run(`delete from history_leaf where index >= 48`);
            await w.run(`delete from history_node where algorithm = 'sm3'`);
            await w.run(`delete from history_checkpoint where number > 4`);
            await w.run(`delete from history_tree where id = 2`);
            await record(w.tx, more);
          },
          ...keys,
        );
      const back = await restored(0);
      expect(await verdict(back, { held })).toBe('sound');
      expect(await verdict(back, { held: [change] })).toBe('checkpoint_missing');
      expect(await verdict(back, { held: [after6] })).toBe('tail_cut');
      const wentOn = await restored(20, key);
      expect(await verdict(wentOn, { held })).toBe('sound');
      expect(await verdict(wentOn, { held: [change] })).toBe('checkpoint_changed');
      expect(await verdict(wentOn, { held: [after6] })).toBe('checkpoint_inconsistent');
    });
  });

  describe('Signing', () => {
    it('is refused over a history that does not go on from the last checkpoint', async () => {
      const rewritten = after(async (w) => {
        await w.run(`update history_leaf set hash = sha256('x') where index = 33`);
        await w.run(`update history_node set hash = sha256('x') where level = 4 and position = 0`);
        await record(w.tx, 3);
        await w.sign(key);
      }, key);
      await expect(rewritten).rejects.toThrow(/does not go on from the checkpoint 3.*rewritten/);
      const cut = after((w) => cutTail(w).then(() => w.sign(key)), key);
      await expect(cut).rejects.toThrow(/tampered|rewritten/);
    });

    it('goes on after the ninth, and the bundle has them by their numbers', async () => {
      // By letters 10 stands before 9, which then was the last one for ever.
      const bundle = await after(async (w) => {
        for (let n = 4; n <= 11; n++) {
          await record(w.tx, 1);
          expect(parseNote(await w.sign(key))!.checkpoint.number).toBe(n);
        }
      }, key);
      const ours = await verifyBundle(inPieces(bundle));
      expect(ours).toMatchObject({ sound: { checkpoints: 12, last: { number: 12 } } });
    });

    it('is not repeated where nothing is new', async () => {
      await after(async (w) => {
        expect([await w.sign(key), await w.sign(key)]).toEqual([held[2], held[2]]);
      }, key);
    });

    it('without a key is refused, and so is an export of what was never signed', async () => {
      await expect(after((w) => w.sign())).rejects.toMatchObject({ code: 'HISTORY.NO_KEY' });
      const never = after((w) => w.run(`delete from history_checkpoint`));
      await expect(never).rejects.toMatchObject({ code: 'HISTORY.NO_CHECKPOINT' });
    });

    it('is done by the sweep at first, then some minutes after something is new, and once a day at least', async () => {
      const count = async (w: Workshop): Promise<number> =>
        Number((await w.run(`select count(*)::text as count from history_checkpoint`))[0]!['count']);
      const age = (w: Workshop, by: string) =>
        w.run(`update history_checkpoint set signed_at = signed_at - interval '${by}'`);
      await after(async (w) => {
        const sweep = () => w.checkpoints(key).run();
        // However long the tests before have taken.
        await w.run(`update history_checkpoint set signed_at = clock_timestamp()`);
        await record(w.tx, 1);
        await sweep();
        expect(await count(w)).toBe(3);
        await age(w, '6 minutes');
        await sweep();
        await sweep();
        expect(await count(w)).toBe(4);
        await age(w, '6 minutes');
        await sweep();
        expect(await count(w)).toBe(4);
        await age(w, '25 hours');
        await sweep();
        await sweep();
        expect(await count(w)).toBe(5);
        await w.run(`delete from history_checkpoint`);
        await sweep();
        expect(await count(w)).toBe(1);
      }, key);
    });
  });

  describe('A bundle that was edited', () => {
    let lines: string[];
    beforeAll(async () => {
      lines = (await after(async () => undefined, key)).toString().split('\n').slice(0, -1);
    });
    const edited = (edit: (lines: string[]) => string[]) =>
      Buffer.from(
        edit([...lines])
          .map((line) => `${line}\n`)
          .join(''),
      );

    it.each<[string, (lines: string[]) => string[], string]>([
      ['a word changed', (all) => all.map((line, at) => (at === 9 ? line.replace('项', '件') : line)), 'event_changed'],
      ['a line taken out', (all) => all.toSpliced(9, 1), 'event_missing'],
      ['a line put in twice', (all) => all.toSpliced(12, 0, all[9]!), 'event_inserted'],
      ['two lines swapped', (all) => all.with(9, all[10]!).with(10, all[9]!), 'events_swapped'],
      [
        'a checkpoint taken out',
        (all) => all.filter((line) => !line.includes(String.raw`\nnumber 2\n`)),
        'checkpoint_missing',
      ],
      [
        'the event of another line under its number',
        (all) =>
          all.with(
            9,
            `${all[9]!.slice(0, 70)}${all[30]!.slice(all[30]!.indexOf(',"event"'))}`.replace(
              /^(\{"index":\d+,"leaf":"[^"]+").*?(,"event":)/,
              '$1$2',
            ),
          ),
        'event_changed',
      ],
    ])('%s', async (_what, edit, code) => {
      expect(await verdict(edited(edit))).toBe(code);
    });

    it.each<[string, (lines: string[]) => string[]]>([
      ['nothing', () => []],
      ['a part of it', (all) => all.slice(0, 20)],
      ['half a line at its end', (all) => [...all.slice(0, 20), all[20]!.slice(0, 90)]],
      ['no head', (all) => all.slice(1)],
      ['two heads', (all) => [all[0]!, ...all]],
      ['more after its end', (all) => [...all, all[3]!]],
      ['a line of something else', (all) => all.with(5, '{"x":1}')],
      [
        'a hash that is null, which is not skipped',
        (all) => all.with(5, all[5]!.replace(/"leaf":"[^"]+"/, '"leaf":null')),
      ],
      ['another format', (all) => all.with(0, all[0]!.replace('"format":2', '"format":4'))],
      ['a text', () => ['a text']],
    ])('that is %s cannot be read', async (_what, edit) => {
      const bundle = edited(edit);
      await expect(verifyBundle(inPieces(bundle))).rejects.toThrow(/\.$/);
      expect(secondVerdict(bundle)?.exit ?? 2).toBe(2);
    });
  });
});

async function cutTail(w: Workshop): Promise<void> {
  await w.run(`delete from history_entry where seq in (select seq from history_leaf where index >= 35)`);
  await w.run(`delete from history_leaf where index >= 35`);
  await w.run(`delete from history_node where (position + 1) * (2 ^ level) > 35`);
}

/** The row, its leaf and the nodes above it, as somebody would who knows how the tree is made. */
function changeWithHash(index: number) {
  return async (w: Workshop): Promise<void> => {
    await w.run(`update history_words set after = '{"x":1}' where seq = ${seqAt(index)}`);
    await w.run(`delete from history_leaf`);
    await w.run(`delete from history_node`);
    await w.tree().grow();
  };
}
