import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useTestDatabase } from '@duban/testing';
import { Client } from 'pg';
import { writeInventedHistory } from '../src/bench/invented-history';
import { duban, DubanProcess, endLeftovers, ensureBuilt } from '../../worker/test/duban-process';

const folder = mkdtempSync(join(tmpdir(), 'duban-history-'));
const put = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

beforeAll(ensureBuilt, 120_000);
afterEach(endLeftovers);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('duban history', () => {
  const database = useTestDatabase();
  const { privateKey } = generateKeyPairSync('ed25519');
  const keyFile = put('signing-key.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  const publicFile = put('public.pem', createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString());
  const bundle = join(folder, 'history.jsonl');

  const done = async (args: string[], env: Record<string, string> = {}): Promise<[number | null, string, string]> => {
    const running = duban(['history', ...args], env);
    const { code } = await running.ended;
    return [code, running.stdout, running.stderr];
  };

  it('signs, exports, and verifies without a database what it exported, against what was held outside', async () => {
    const env = { DATABASE_URL: database.url, DUBAN_SIGNING_KEY_FILE: keyFile };
    const [signed, note] = await done(['checkpoint'], env);
    expect([signed, note.split('\n')[0]]).toEqual([0, expect.stringMatching(/^duban\.history\/[0-9a-f-]{36}$/)]);
    const held = put('checkpoint', note);
    const [code, said, errors] = await done(['export', bundle], env);
    expect([code, errors]).toEqual([0, '']);
    expect(said).toBe(
      `${bundle}: ${readFileSync(bundle, 'utf8').split('\n').length - 5} events, up to the checkpoint 2.\n`,
    );

    const sound = /: sound: \d+ events, 2 checkpoints, the last of \S+Z; sha256, key [0-9a-f]{8}; (.*)\.\n$/;
    const [alone, verdict] = await done(['verify', bundle]);
    expect([alone, sound.exec(verdict)?.[1]]).toEqual([
      0,
      'compared with nothing from outside: give --checkpoint and --key',
    ]);
    const [compared, more] = await done(['verify', bundle, '--checkpoint', held, '--key', publicFile]);
    expect([compared, sound.exec(more)?.[1]]).toEqual([
      0,
      'goes on from the checkpoint that you hold, signed by what you trust',
    ]);

    // By another hash from here on: who holds what was signed before goes on with it.
    const [changed, first] = await done(['rehash', '--to', 'sm3'], env);
    expect([changed, first]).toEqual([0, expect.stringMatching(/\nnumber 3\nhash sm3\n(.*\n){2}from sha256 /)]);
    const by3 = join(folder, 'by-sm3.jsonl');
    expect((await done(['export', by3], env))[0]).toBe(0);
    const [still, both] = await done(['verify', by3, '--checkpoint', held, '--key', publicFile]);
    expect([still, both]).toEqual([0, expect.stringContaining('; sha256, then sm3, key ')]);
    expect(await done(['rehash', '--to', 'sm3'], env)).toEqual([1, '', 'history is hashed by sm3 already\n']);

    // A file that is there may be the only copy of an older state.
    const before = readFileSync(bundle);
    expect(await done(['export', bundle], env)).toEqual([1, '', `${bundle} is there already; name a new file.\n`]);
    expect(readFileSync(bundle)).toEqual(before);
    const nowhere = join(folder, 'none', 'x');
    expect((await done(['export', nowhere], env))[2]).toMatch(
      /^\S+ cannot be written \(.*\): make it writable, or name/,
    );
  });

  it('says the first fault in one line, and ends with 1', async () => {
    const lines = readFileSync(bundle, 'utf8').split('\n');
    const changed = put('changed.jsonl', lines.with(3, lines[3]!.replace('"entity":"', '"entity":"x')).join('\n'));
    const [code, said, errors] = await done(['verify', changed]);
    expect([code, errors]).toEqual([1, '']);
    expect(said).toMatch(
      /^\S+changed\.jsonl: The event 2 \(\S+, \S+\) was changed after it was hashed\. \(event_changed\)\n$/,
    );
  });

  it('verifies a long bundle by several threads, and says the same fault as by one', async () => {
    const long = join(folder, 'long.jsonl');
    await writeInventedHistory(long, 60_000);
    const sound = await done(['verify', long]);
    expect(sound).toEqual([0, expect.stringContaining(': sound: 60000 events, 6 checkpoints, '), '']);
    // Far behind where the threads begin, so that several pieces are under way.
    const text = readFileSync(long, 'utf8');
    const at = text.indexOf('{"index":51234,');
    const changed = text.slice(0, at) + text.slice(at).replace('住房', '民政');
    expect(await done(['verify', put('long-changed.jsonl', changed)])).toEqual([
      1,
      expect.stringMatching(/: The event 51234 \(.*\) was changed after it was hashed\. \(event_changed\)\n$/),
      '',
    ]);
    const [, next] = text.slice(at).split('\n');
    const without = text.replace(`${next}\n`, '');
    expect((await done(['verify', put('long-without.jsonl', without)]))[1]).toMatch(/The event 51235 is missing/);
  });

  it('ends with 2 for what cannot be read, and says why in one line', async () => {
    const text = put('a.txt', 'a text\n');
    const cases: [string[], RegExp][] = [
      [[join(folder, 'gone')], /^\S+gone: it cannot be read \(ENOENT.*\)\.\n$/],
      [[folder], /it cannot be read \(EISDIR.*\)\.\n$/],
      [[text], /a\.txt: Line 1 is not JSON\.\n$/],
      [[put('empty', '')], /empty: The file is empty\.\n$/],
      [
        [put('half', readFileSync(bundle, 'utf8').slice(0, 2_000))],
        /half: (The bundle breaks off|Line \d+ is not JSON)/,
      ],
      [[bundle, '--checkpoint', text], /a\.txt is no checkpoint/],
      [[bundle, '--key', text], /a\.txt is no public key of Ed25519/],
      [
        [bundle, '--key', keyFile],
        /signing-key\.pem is no public key of Ed25519 in PEM \(a PRIVATE KEY and not a PUBLIC KEY\)/,
      ],
      [[bundle, '--late', 'x'], /--late takes minutes, not x\./],
      [[], /missing required argument 'bundle'/],
    ];
    await Promise.all(
      cases.map(async ([args, words]) => {
        const [code, said, errors] = await done(['verify', ...args]);
        expect([args, code, said]).toEqual([args, 2, '']);
        expect(errors).toMatch(words);
      }),
    );
  });

  it('reads a bundle from a pipe', async () => {
    const piped = new DubanProcess(
      ['sh', '-c', `cat '${bundle}' | '${process.execPath}' apps/cli/bootstrap.mjs history verify /dev/stdin`],
      {},
    );
    expect([(await piped.ended).code, piped.stderr]).toEqual([0, '']);
    expect(piped.stdout).toMatch(/^\/dev\/stdin: sound: /);
  });

  it('leaves no half of a bundle behind where there is no key and nothing was signed', async () => {
    const other = join(folder, 'other.jsonl');
    const [code, said, errors] = await done(['checkpoint'], { DATABASE_URL: database.url });
    expect([code, said]).toEqual([1, '']);
    expect(errors).toMatch(/no key to sign history with/);
    // Somebody without the key exports up to what is signed already.
    expect((await done(['export', other], { DATABASE_URL: database.url }))[0]).toBe(0);
    expect((await done(['verify', other]))[0]).toBe(0);
    rmSync(other);
    expect((await done(['export', other]))[2]).toMatch(/DATABASE_URL is not set/);
    expect(existsSync(other)).toBe(false);
  });
});

describe('duban history with months of its own', () => {
  const database = useTestDatabase();
  const { privateKey } = generateKeyPairSync('ed25519');
  const keyFile = put('key-of-months.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());

  it('lists them, takes one out into a file, exports and verifies all of history meanwhile, and brings it back', async () => {
    const env = { DATABASE_URL: database.url, DUBAN_SIGNING_KEY_FILE: keyFile };
    const done = async (...args: string[]): Promise<[number | null, string, string]> => {
      const running = duban(['history', ...args], env);
      const { code } = await running.ended;
      return [code, running.stdout, running.stderr];
    };
    const owner = new Client({ connectionString: database.url });
    await owner.connect();
    try {
      await owner.query(`select history_part_make('2024-02-01')`);
      await owner.query(`insert into history_event (id, entity, entity_id, type, actor_name, actor_post, request_id, after,
          occurred_at, recorded_at)
        select gen_random_uuid(), 'unit', gen_random_uuid(), 'unit.renamed', '甲', 'office', 'x', jsonb_build_object('name', n),
          at, at from generate_series(1, 12) n, lateral (select timestamptz '2024-02-05' + n * interval '1 minute' as at) t`);
    } finally {
      await owner.end();
    }
    expect(await done('parts')).toEqual([
      0,
      expect.stringMatching(/^2024-02 +12 events +\d\.\d MB +here +pg_default\n/),
      '',
    ]);
    expect(await done('move', '2024-02', '--tablespace', 'none')).toEqual([
      1,
      '',
      'There is no tablespace none: create it in Postgres first.\n',
    ]);
    const [code, said, errors] = await done('detach', '2024-02', '--to', folder);
    expect([code, errors]).toEqual([0, '']);
    const file = said.slice(0, said.indexOf(': 12 events of 2024-02, verified'));
    expect(existsSync(file)).toBe(true);
    const listed = JSON.parse((await done('parts', '--json'))[1]) as { month: string; state: string; file: string }[];
    expect(listed[0]).toMatchObject({ month: '2024-02', state: 'outside', file });
    const [exported, verified] = [join(folder, 'with-month.jsonl'), /: sound: \d+ events, /];
    expect((await done('export', exported))[0]).toBe(0);
    expect(await done('verify', exported)).toEqual([0, expect.stringMatching(verified), '']);
    const elsewhere = join(folder, 'month-elsewhere.jsonl');
    renameSync(file, elsewhere);
    expect(await done('export', join(folder, 'without.jsonl'))).toEqual([
      1,
      '',
      expect.stringMatching(/^The history of 2024-02 lies outside of the database, and its file \S+ is not here/),
    ]);
    expect(existsSync(join(folder, 'without.jsonl'))).toBe(false);
    const given = join(folder, 'given.jsonl');
    expect((await done('export', given, '--with', elsewhere))[0]).toBe(0);
    expect(await done('verify', given)).toEqual([0, expect.stringMatching(verified), '']);
    expect(await done('attach', exported)).toEqual([1, '', expect.stringMatching(/is no month of history\.\n$/)]);
    expect(await done('attach', elsewhere)).toEqual([
      0,
      '2024-02: 12 events, verified; they are in the database again.\n',
      '',
    ]);
    expect(await done('parts')).toEqual([
      0,
      expect.stringMatching(/^2024-02 +12 events +\d\.\d MB +here +pg_default\n/),
      '',
    ]);
  }, 300_000);
});
