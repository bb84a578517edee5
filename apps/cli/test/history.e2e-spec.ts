import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useTestDatabase } from '@duban/testing';
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
