import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { transformSync } from '@swc/core';
import { Client } from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './index';
import { isRunning } from './home-lock';

const THROWAWAY = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

describe('startEmbeddedPostgres', () => {
  const folder = mkdtempSync(join(tmpdir(), 'duban-embedded-'));
  const running = new Set<EmbeddedPostgres>();
  const children = new Set<ChildProcess>();
  const lines: string[] = [];

  async function start(home: string, options: { port?: number } = {}): Promise<EmbeddedPostgres> {
    const log = (line: string): void => void lines.push(line);
    const server = await startEmbeddedPostgres({ home, settings: THROWAWAY, log, ...options });
    running.add(server);
    return server;
  }

  async function stop(server: EmbeddedPostgres): Promise<void> {
    running.delete(server);
    await server.stop();
  }

  /** A home with a cluster in it, for specs about what comes after: a copy, as initdb takes most of a first start. */
  async function usedHome(name: string): Promise<string> {
    const template = join(folder, 'template');
    if (!existsSync(template)) await stop(await start(template));
    cpSync(template, join(folder, name), { recursive: true });
    return join(folder, name);
  }

  afterEach(async () => {
    lines.length = 0;
    for (const server of running) await stop(server);
    for (const child of children) child.kill('SIGKILL');
    children.clear();
  });

  afterAll(() => {
    expect(serversBelow(folder)).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps the data and the password from the first start to the second', async () => {
    const home = join(folder, 'kept');
    const first = await start(home);
    expect(first.firstStart).toBe(true);
    await query(first, 'create table kept (word text)');
    await query(first, `insert into kept values ('督办')`);
    await stop(first);
    expect(existsSync(join(home, 'duban.lock'))).toBe(false);

    const second = await start(home);
    expect(second.firstStart).toBe(false);
    expect(await query(second, 'select word from kept')).toEqual([{ word: '督办' }]);
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
    expect(statSync(join(home, 'postgres-password')).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, 'postgres.log')).size).toBeGreaterThan(0);
  });

  it('runs two homes at once, takes settings, and is reachable with the password and from this machine only', async () => {
    const [one, two] = await Promise.all([start(join(folder, 'one')), start(join(folder, 'two'))]);
    expect(one.port).not.toBe(two.port);
    expect(await query(one, 'show fsync')).toEqual([{ fsync: 'off' }]);
    expect(await query(one, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await query(one, 'show unix_socket_directories')).toEqual([{ unix_socket_directories: '' }]);
    const wrong = new URL(one.url);
    wrong.password = 'guess';
    await expect(query({ url: wrong.href }, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    await expect(query({ url: two.url.replace(`:${two.port}/`, `:${one.port}/`) }, 'select 1')).rejects.toThrow();
  });

  it('works below a folder closed to others, with blanks and Han in its name, and finds Chinese trigrams', async () => {
    const closed = join(folder, '市政府 督办室');
    mkdirSync(closed, { mode: 0o700 });
    const umask = process.umask(0o077);
    try {
      const server = await start(join(closed, '数据 1'));
      expect(await query(server, 'show server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
      await query(server, 'create extension pg_trgm');
      const [found] = await query(server, `select similarity('市住建局', '市住建委') as similarity`);
      expect(found?.['similarity']).toBeGreaterThan(0.3);
    } finally {
      process.umask(umask);
    }
  });

  it('refuses a home in use, and takes it once it is free', async () => {
    const home = await usedHome('busy');
    const server = await start(home);
    await expect(start(home)).rejects.toMatchObject({
      code: 'EMBEDDED.HOME_BUSY',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await stop(server);
    await stop(await start(home));
  });

  it('takes a home whose lock names a process that is gone, or whose number went to another one', async () => {
    const home = await usedHome('stale lock');
    for (const stale of ['999999999\n1\n', `${process.ppid}\n1\n`, `${process.pid}\n1\n`]) {
      writeFileSync(join(home, 'duban.lock'), stale);
      await stop(await start(home));
    }
  });

  it('does not outlive its process, and the next start gets its data', async () => {
    const home = await usedHome('killed parent');
    const { child, postmaster } = await startInChild(home);
    child.kill('SIGKILL');
    await until(() => child.signalCode !== null);
    // SIGINT from the kernel where the system can do that, else the next start stops what is left.
    if (process.platform === 'linux') await until(() => !isRunning(postmaster));
    const server = await start(home);
    expect(await query(server, 'select n from written')).toEqual([{ n: 1 }]);
    expect(isRunning(postmaster)).toBe(false);
  });

  it('starts again after the server and its process were killed together', async () => {
    const home = await usedHome('killed both');
    const { child, postmaster } = await startInChild(home);
    process.kill(postmaster, 'SIGKILL');
    child.kill('SIGKILL');
    await until(() => child.signalCode !== null);
    const server = await start(home);
    expect(await query(server, 'select n from written')).toEqual([{ n: 1 }]);
  });

  it('stops a server that was left over', async () => {
    const home = await usedHome('left over');
    const { child, postmaster } = await startInChild(home);
    // As if its duban had gone without taking it along.
    rmSync(join(home, 'duban.lock'));
    const server = await start(home);
    expect(lines).toContain(`stopping a Postgres left over from an earlier run (process ${postmaster})`);
    expect(await query(server, 'select n from written')).toEqual([{ n: 1 }]);
    child.kill('SIGKILL');
  });

  it.each([
    ['is gone', (): number => 999_999_999],
    ['went to another process', (): number => sleeper().pid ?? 0],
  ])('starts when the number in postmaster.pid %s', async (_case, pid) => {
    const home = await usedHome(`stale pid ${_case}`);
    const data = join(home, 'postgres');
    const number = pid();
    writeFileSync(
      join(data, 'postmaster.pid'),
      `${number}\n${data}\n1700000000\n5999\n\n127.0.0.1\n  1  1\nready   \n`,
      {
        mode: 0o600,
      },
    );
    await stop(await start(home));
    for (const child of children) expect(child.exitCode).toBeNull();
  });

  it('refuses a given port that is in use, and leaves the home free', async () => {
    const home = await usedHome('port');
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as AddressInfo;
    await expect(start(home, { port })).rejects.toMatchObject({ code: 'EMBEDDED.PORT_IN_USE' });
    await new Promise((done) => other.close(done));
    const server = await start(home, { port });
    expect(server.port).toBe(port);
  });

  it('does an interrupted first start again', async () => {
    const home = join(folder, 'interrupted');
    mkdirSync(join(home, 'postgres.new-abc', 'base'), { recursive: true });
    writeFileSync(join(home, 'postgres.new-abc', 'PG_VERSION'), '18\n');
    const server = await start(home);
    expect(server.firstStart).toBe(true);
    expect(readdirSync(home).toSorted()).toEqual(['duban.lock', 'postgres', 'postgres-password', 'postgres.log']);
  });

  it('sets a new password when the old one was lost, and says so when it is wrong', async () => {
    const home = await usedHome('password');
    const file = join(home, 'postgres-password');
    writeFileSync(file, 'wrong\n');
    await expect(start(home)).rejects.toMatchObject({ message: expect.stringContaining(file) });
    rmSync(file);
    expect(await query(await start(home), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('refuses what it cannot use, each with a code', async () => {
    const home = await usedHome('other');
    await expect(startEmbeddedPostgres({ home, settings: { no_such_setting: '1' } })).rejects.toMatchObject({
      code: 'EMBEDDED.START_FAILED',
      message: expect.stringContaining('no_such_setting'),
    });
    writeFileSync(join(home, 'postgres', 'PG_VERSION'), '17\n');
    await expect(start(home)).rejects.toMatchObject({ code: 'EMBEDDED.OTHER_VERSION' });
    rmSync(join(home, 'postgres', 'PG_VERSION'));
    await expect(start(home)).rejects.toMatchObject({ code: 'EMBEDDED.OTHER_VERSION' });
    expect(existsSync(join(home, 'postgres', 'base'))).toBe(true);

    const file = join(folder, 'a file');
    writeFileSync(file, '');
    await expect(start(file)).rejects.toMatchObject({ code: 'EMBEDDED.HOME_NOT_WRITABLE' });
    await expect(start(join(file, 'below'))).rejects.toMatchObject({ code: 'EMBEDDED.HOME_NOT_WRITABLE' });
  });

  it('heals a data folder that a copy has opened to others', async () => {
    const home = await usedHome('opened');
    chmodSync(join(home, 'postgres'), 0o755);
    await stop(await start(home));
    expect(statSync(join(home, 'postgres')).mode & 0o777).toBe(0o700);
  });

  /** Starts a home in a process of its own, which writes a row and then waits to be killed. */
  async function startInChild(home: string): Promise<{ child: ChildProcess; postmaster: number }> {
    const child = spawn(process.execPath, ['-e', CHILD, compiled(), home], {
      env: { ...process.env, NODE_PATH: resolve(__dirname, '../../../../node_modules') },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.add(child);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await until(() => output.includes('written') || child.exitCode !== null);
    expect(output).toContain('written');
    const postmaster = Number(readFileSync(join(home, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
    return { child, postmaster };
  }

  /** These sources as plain JavaScript: a process of its own has no Jest to compile them, and there may be no build. */
  function compiled(): string {
    const out = join(folder, 'compiled');
    if (existsSync(out)) return out;
    mkdirSync(out);
    for (const name of readdirSync(__dirname).filter((file) => !file.endsWith('-spec.ts'))) {
      const { code } = transformSync(readFileSync(join(__dirname, name), 'utf8'), {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs' },
      });
      writeFileSync(join(out, name.replace(/\.ts$/, '.js')), code);
    }
    return out;
  }

  function sleeper(): ChildProcess {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    children.add(child);
    return child;
  }
});

const CHILD = `
const [folder, home] = process.argv.slice(1);
const { startEmbeddedPostgres } = require(folder);
const { Client } = require('pg');
(async () => {
  const server = await startEmbeddedPostgres({ home });
  const client = new Client(server.url);
  client.on('error', () => {});
  await client.connect();
  await client.query('create table written as select 1 as n');
  process.stdout.write('written');
  setInterval(() => {}, 1000);
})();`;

async function query(server: { url: string }, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client(server.url);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  for (const end = Date.now() + 15_000; !isTrue();) {
    if (Date.now() > end) throw new Error('it did not come true within 15 s');
    await new Promise((done) => setTimeout(done, 10));
  }
}

/** Processes that still work in a data folder below `folder`; nothing where there is no /proc. */
function serversBelow(folder: string): string[] {
  if (!existsSync('/proc/self')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter((command) => command.includes(` -D ${folder}`));
}
