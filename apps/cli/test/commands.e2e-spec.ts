import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useTestDatabase } from '@duban/testing';
import { Client } from 'pg';
import { duban, DubanProcess, endLeftovers, ensureBuilt, ROOT, server } from '../../worker/test/duban-process';
import { signIn } from '../../worker/test/http';

interface Parsed {
  file: string;
  title: string;
  tasks: { content: string }[];
}

const folder = mkdtempSync(join(tmpdir(), 'duban-commands-'));
const put = (name: string, bytes: string | Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
const SAMPLE = readFileSync(join(ROOT, 'apps/cli/sample/plan.txt'), 'utf8').replaceAll('{{year}}', '2023');

beforeAll(ensureBuilt, 120_000);
afterEach(endLeftovers);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('duban parse', () => {
  const parsed = (stdout: string): Parsed[] =>
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Parsed);

  it('does the others when files cannot be read, and says of each in a line why', async () => {
    const good = put('plan.txt', SAMPLE);
    const old = put('gb18030.txt', encodeGb18030(SAMPLE));
    const gone = join(folder, 'gone.txt');
    const picture = put('picture.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]));
    const empty = put('empty.txt', '');
    mkdirSync(join(folder, 'folder'));
    const files = [gone, good, join(folder, 'folder'), picture, old, empty];
    const running = duban(['parse', '--json', ...files]);
    expect((await running.ended).code).toBe(2);
    const [one, other, ...more] = parsed(running.stdout);
    expect(more).toEqual([]);
    expect([one!.file, other!.file]).toEqual([good, old]);
    expect(one!.tasks).toHaveLength(40);
    expect(Object.keys(one!)).toEqual(['file', 'title', 'documentNumber', 'leftOut', 'tasks', 'warnings']);
    expect({ ...other!, file: good }).toEqual(one);
    expect(running.stderr.trimEnd().split('\n')).toEqual([
      `${gone}: there is no such file`,
      `${join(folder, 'folder')}: this is a folder, not a file`,
      `${picture}: The file is a picture, and no document with text.`,
      `${empty}: The file is empty.`,
    ]);
  });

  it('gives everything to a slow reader of a pipe, and ends quietly when the reader goes away', async () => {
    const plan = put('again.txt', SAMPLE);
    const all = Array.from({ length: 60 }, () => `'${plan}'`).join(' ');
    const parse = `'${process.execPath}' apps/cli/bootstrap.mjs parse --json`;
    const slow = new DubanProcess(['sh', '-c', `${parse} ${all} | { sleep 1; cat; }`], {});
    await slow.ended;
    const reports = parsed(slow.stdout);
    expect([reports.length, new Set(reports.map((one) => one.tasks.length))]).toEqual([60, new Set([40])]);
    expect(slow.stdout.length).toBeGreaterThan(1_000_000);

    const away = new DubanProcess(['sh', '-c', `{ ${parse} ${all}; echo "code $?" >&2; } | head -n 1`], {});
    await away.ended;
    expect(parsed(away.stdout)).toHaveLength(1);
    expect(away.stderr).toBe('code 0\n');
  });

  it('reads a long text from a pipe', async () => {
    const tasks = Array.from(
      { length: 5_000 },
      (_, i) => `　　${i + 1}.推进第${i + 1}项重点工作。（责任单位：市发改委）\n\n`,
    );
    const text = put('long.txt', `某市2023年工作任务责任分解方案\n\n${tasks.join('')}`);
    const command = `cat '${text}' | '${process.execPath}' apps/cli/bootstrap.mjs parse --json /dev/stdin`;
    const running = new DubanProcess(['sh', '-c', command], {});
    await running.ended;
    expect(running.stderr).toBe('');
    expect(parsed(running.stdout)).toMatchObject([{ file: '/dev/stdin', tasks: { length: 5_000 } }]);
  });
});

describe('duban', () => {
  it.each([
    ['an unknown command', ['nonsense'], /unknown command 'nonsense'/],
    ['an unknown option', ['parse', '--nonsense', 'x'], /unknown option '--nonsense'/],
    ['an unknown option of start', ['start', '--nonsense'], /unknown option '--nonsense'/],
    ['a missing argument', ['parse'], /missing required argument 'file'/],
    ['one argument too many', ['migrate', 'x'], /too many arguments/],
    ['no command at all', [], /Usage: duban/],
  ])('ends with 2 for %s', async (_what, args, words) => {
    const running = duban(args);
    expect((await running.ended).code).toBe(2);
    expect(running.stdout).toBe('');
    expect(running.stderr).toMatch(words);
  });
});

describe('duban migrate and duban password', () => {
  const database = useTestDatabase();

  it('brings a database to the newest schema, once, and says so', async () => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query('drop schema public cascade; create schema public');
    await client.end();
    const env = { DATABASE_URL: database.url };
    // Two that start together wait for one another.
    const both = [duban(['migrate'], env), duban(['migrate'], env)];
    for (const one of both) expect(await one.ended).toEqual({ code: 0, signal: null });
    expect(both.map((one) => one.stdout.replace(/^Migrated: .*\n$/, 'Migrated\n')).sort()).toEqual([
      'Migrated\n',
      'The schema is up to date.\n',
    ]);
    const without = duban(['migrate']);
    expect((await without.ended).code).toBe(1);
    expect(without.stderr).toBe('DATABASE_URL is not set: name the Postgres database to migrate.\n');
  });

  it('sets a password that is read from standard input, and refuses what is none', async () => {
    const env = { DATABASE_URL: database.url };
    const cases: [string, string, number, string, RegExp][] = [
      ['office', '督查室的密码 1\n', 0, 'The password of office is set; earlier sessions have ended.\n', /^$/],
      ['office', 'short\n', 1, '', /^[^\n]*8[^\n]*\.\n$/],
      ['office', '', 1, '', /^[^\n]*8[^\n]*\.\n$/],
      ['nobody', 'long enough', 1, '', /^There is no account of this name\. Check its spelling\.\n$/],
    ];
    await Promise.all(
      cases.map(async ([username, input, code, stdout, stderr]) => {
        const running = duban(['password', username], env, input);
        expect([username, input, await running.ended]).toEqual([username, input, { code, signal: null }]);
        expect(running.stdout).toBe(stdout);
        expect(running.stderr).toMatch(stderr);
      }),
    );
    const api = server('api', env);
    const url = await api.says('"url":"(http[^"]+)"');
    expect(await signIn(url, 'office', '督查室的密码 1')).not.toBe('');
    await expect(signIn(url, 'office', 'short')).rejects.toThrow('401');
    api.kill('SIGKILL');
    await api.ended;
  });
});

/** Node decodes this encoding only; so every pair of bytes is decoded to find those that are wanted. */
function encodeGb18030(text: string): Uint8Array {
  const decoder = new TextDecoder('gb18030');
  const pairs = new Map<string, [number, number]>();
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const character = decoder.decode(new Uint8Array([lead, trail]));
      if (character.length === 1) pairs.set(character, [lead, trail]);
    }
  }
  return new Uint8Array([...text].flatMap((c) => (c < '\u0080' ? [c.charCodeAt(0)] : pairs.get(c)!)));
}

describe('duban sizes', () => {
  it('works out what a whole country would take', async () => {
    const running = duban(['sizes', 'country']);
    expect([(await running.ended).code, running.stderr]).toEqual([0, '']);
    expect(running.stdout).toMatch(/^ +\d+ +databasesForQuarterHour$/m);
  }, 120_000);
});
