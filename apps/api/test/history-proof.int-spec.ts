import { createHash } from 'node:crypto';
import { parseNote, publicKeysIn, verifyBundle } from '@duban/history';
import { secondProofVerdict } from '../../../libs/history/test/second-verifier';
import { Edge, expectProblem, type Json, useEdge } from './edge';

const NO_KEY = { DUBAN_SIGNING_KEY: '' };

/** By the checking algorithms of the RFC, out of the answer alone. */
const sha256 = (...parts: Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
const leafOf = (event: string): Buffer => sha256(Buffer.of(0), Buffer.from(event));

describe('The proof of history', () => {
  const edge = useEdge(async (database) => (await Edge.open(database)).issue());
  const auditor = () => edge().as('auditor');
  const exported = async () => (await auditor()).ask('GET', '/history/export');
  async function* piecesOf(text: string): AsyncGenerator<Buffer> {
    yield Buffer.from(text);
  }

  it('is exported as a file that is sound, that goes on from older ones, and that has its own export in it', async () => {
    const first = await exported();
    expect(first.status).toBe(200);
    expect(first.headers['content-disposition']).toMatch(/^attachment; filename="duban-history-\d+\.jsonl"$/);
    const { items } = await (await auditor()).get('/history/checkpoints?limit=1');
    const held = parseNote(items[0].note)!;
    await edge().draft();
    const second = await exported();
    const keys = (await (await auditor()).get('/history/keys')).items.flatMap((key: Json) =>
      publicKeysIn(key.publicKey),
    );
    const verdict = await verifyBundle(piecesOf(second.text), { held: [held], keys });
    const [{ count }] = await edge().query(`select count(*)::int as count from history_event`);
    expect(verdict).toMatchObject({ sound: { events: count, checkpoints: 2, hashes: ['sha256'] } });
    expect(second.text.startsWith(first.text.slice(0, 100_000))).toBe(true);
    const events = await (await auditor()).all('/history?entity=history_export');
    expect(events.map((event: Json) => [event.type, event.actor.post])).toEqual(
      Array(2).fill(['history.exported', 'auditor']),
    );
  });

  it('lists checkpoints, the newest first and each once, page by page, each with the number of the one before plus one', async () => {
    for (let n = 0; n < 3; n++) await exported();
    const all = await (await auditor()).all('/history/checkpoints', 2);
    expect(all.map((one: Json) => one.number)).toEqual(all.map((_, at) => all.length - at));
    for (const one of all) {
      const { checkpoint, signatures } = parseNote(one.note)!;
      expect(checkpoint).toMatchObject({ number: one.number, size: one.size, hash: one.hash });
      expect([checkpoint.root.toString('base64'), signatures.map(({ keyId }) => keyId)]).toEqual([
        one.root,
        one.keyIds,
      ]);
      expect(Date.parse(checkpoint.signedAt)).toBe(Date.parse(one.signedAt));
    }
  });

  it('proves one event, by what is in the answer alone', async () => {
    await exported();
    const [{ id }] = await edge().query(`select id from history_event order by seq limit 1`);
    const { items } = await (await auditor()).get('/history/checkpoints?limit=1');
    const [{ size, root }] = items;
    const proof = await (await auditor()).get(`/history/proofs/inclusion?eventId=${id}&size=${size}`);
    expect(JSON.parse(proof.event)).toMatchObject({ id, seq: '1' });
    // The first leaf is the left one at every turn.
    expect(proof.index).toBe(0);
    const computed = proof.path.reduce(
      (left: Buffer, right: string) => sha256(Buffer.of(1), left, Buffer.from(right, 'base64')),
      leafOf(proof.event),
    );
    expect([computed.toString('base64'), proof.root]).toEqual([root, root]);
    const whole = await (await auditor()).get(`/history/proofs/consistency?from=1&to=${size}`);
    expect([whole.fromRoot, whole.toRoot]).toEqual([leafOf(proof.event).toString('base64'), root]);
  });

  it('proves it to the second verifier, too, against a checkpoint that is held, and nothing that was changed', async () => {
    await exported();
    const { items } = await (await auditor()).get('/history/checkpoints');
    const [newest, first] = [items[0], items.at(-1)];
    const [{ id }] = await edge().query(
      `select h.id from history_event h join history_leaf l on l.seq = h.seq where l.index = 5`,
    );
    const ask = async (path: string): Promise<Json> => (await auditor()).get(`/history/proofs/${path}`);
    const inclusion = await ask(`inclusion?eventId=${id}&size=${newest.size}`);
    const consistency = await ask(`consistency?from=${first.size}&to=${newest.size}`);
    const keys = (await (await auditor()).get('/history/keys')).items.map((key: Json) => key.publicKey);
    const held = [newest.note];
    const other = createHash('sha256').update('x').digest('base64');
    const cases: [proof: object, code: string | null][] = [
      [inclusion, null],
      [consistency, null],
      [{ ...inclusion, event: inclusion.event.replace('"entity":"', '"entity":"x') }, 'event_changed'],
      [{ ...inclusion, index: 6 }, 'proof_wrong'],
      [{ ...inclusion, path: inclusion.path.with(1, other) }, 'proof_wrong'],
      [{ ...consistency, fromRoot: other }, 'proof_wrong'],
      [{ ...consistency, path: [...consistency.path, other] }, 'proof_wrong'],
    ];
    for (const [proof, code] of cases) {
      const said = secondProofVerdict(proof, { held, keys });
      // Null, and said loudly, where it cannot be run.
      if (said) expect([proof, said.exit, said.code]).toEqual([proof, code === null ? 0 : 1, code]);
    }
    // Sound in itself, and of another tree than the one that is held.
    const [{ id: zero }] = await edge().query(
      `select h.id from history_event h join history_leaf l on l.seq = h.seq where l.index = 0`,
    );
    const { event } = await ask(`inclusion?eventId=${zero}&size=${newest.size}`);
    const leaf = leafOf(event).toString('base64');
    const alone = { eventId: zero, event, index: 0, size: 1, hash: 'sha256', leaf, root: leaf, path: [] };
    expect(secondProofVerdict(alone)?.words ?? 'compared with nothing from outside').toContain(
      'compared with nothing from outside',
    );
    expect(secondProofVerdict(alone, { held })?.exit ?? 2).toBe(2);
    const forged = { ...consistency, from: newest.size, fromRoot: other, toRoot: other, path: [] };
    expect(secondProofVerdict(forged, { held })?.code ?? 'checkpoint_inconsistent').toBe('checkpoint_inconsistent');
  });

  it('is refused in plain words for what there is not', async () => {
    const cases: [path: string, status: number, code: string, place: object][] = [
      ['inclusion?eventId=00000000-0000-4000-8000-000000000000', 404, 'HISTORY.EVENT_UNKNOWN', { field: 'eventId' }],
      ['inclusion?eventId=x', 400, 'REQUEST.INVALID', {}],
      ['inclusion', 400, 'REQUEST.INVALID', {}],
      ['inclusion?eventId=00000000-0000-4000-8000-000000000000&hash=md5', 400, 'REQUEST.INVALID', {}],
      ['consistency?from=1&to=3&hash=sm3', 422, 'HISTORY.SIZE_UNKNOWN', { field: 'to' }],
      ['consistency?from=0&to=3', 400, 'REQUEST.INVALID', {}],
      ['consistency?from=4&to=3', 422, 'HISTORY.SIZE_UNKNOWN', { field: 'from' }],
      ['consistency?from=1&to=100000000', 422, 'HISTORY.SIZE_UNKNOWN', { field: 'to' }],
    ];
    await exported();
    for (const [path, status, code, place] of cases) {
      expectProblem(await (await auditor()).ask('GET', `/history/proofs/${path}`), status, code, place);
    }
    const [{ id }] = await edge().query(
      `select h.id from history_event h join history_leaf l on l.seq = h.seq where l.index = 5`,
    );
    expectProblem(
      await (await auditor()).ask('GET', `/history/proofs/inclusion?eventId=${id}&size=5`),
      422,
      'HISTORY.SIZE_UNKNOWN',
      { field: 'size' },
    );
    await edge().draft();
    const [{ id: fresh }] = await edge().query(`select id from history_event order by seq desc limit 1`);
    expectProblem(
      await (await auditor()).ask('GET', `/history/proofs/inclusion?eventId=${fresh}`),
      409,
      'HISTORY.NOT_IN_TREE',
    );
    expectProblem(await (await auditor()).ask('GET', '/history/checkpoints?cursor=abc'), 400, 'REQUEST.BAD_CURSOR');
  });
});

describe('Without a key', () => {
  const edge = useEdge((database) => Edge.open(database, { settings: NO_KEY }));

  it('nothing is signed, nothing is exported, and it says so', async () => {
    const auditor = await edge().as('auditor');
    expect((await auditor.get('/readyz')).checks).toMatchObject({ history: 'not_signed' });
    expectProblem(await auditor.ask('GET', '/history/export'), 503, 'HISTORY.NO_CHECKPOINT');
    expect(await auditor.get('/history/checkpoints')).toEqual({ items: [], next: null });
    expect(await auditor.get('/history/keys')).toEqual({ items: [] });
    const [{ id }] = await edge().query(`select id from history_event limit 1`);
    expectProblem(await auditor.ask('GET', `/history/proofs/inclusion?eventId=${id}`), 409, 'HISTORY.NOT_IN_TREE');
  });
});
