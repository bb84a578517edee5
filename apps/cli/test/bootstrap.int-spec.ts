import { spawn, type ChildProcess } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const BOOTSTRAP = resolve(__dirname, '../bootstrap.mjs');

/**
 * Stands in for the compiler: loud on standard output, failing on request, waiting for a file where one is named, and it
 * never deletes anything.
 */
const COMPILER = `
import fs from 'node:fs';
console.log('noise of the compiler');
fs.appendFileSync('builds.log', process.pid + '\\n');
const gate = process.env.BUILD_GATE;
const timer = setInterval(() => {
  if (gate && !fs.existsSync(gate)) return;
  clearInterval(timer);
  fs.cpSync('apps/cli/src', 'dist/apps/cli/src', { recursive: true });
  for (const name of fs.readdirSync('dist/apps/cli/src')) {
    const path = 'dist/apps/cli/src/' + name;
    if (!name.endsWith('.ts')) continue;
    if (fs.readFileSync(path, 'utf8').includes('mistake')) process.exit(1);
    fs.renameSync(path, path.replace(/ts$/, 'js'));
  }
}, 10);`;

const JEST = `console.log('jest ' + process.argv.slice(2).join(' ')); process.exit(7);`;

const COMMAND = `
const args = process.argv.slice(2);
if (args[0] === 'exit') process.exitCode = Number(args[1]);
if (args[0] === 'wait') {
  process.on('SIGTERM', () => process.exit(9));
  setInterval(() => {}, 1000);
}
// Last: whoever reads it may send a signal at once.
console.log(JSON.stringify(args));
`;

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

describe('bootstrap', () => {
  const folder = mkdtempSync(join(tmpdir(), 'duban-bootstrap-'));
  const template = join(folder, 'template');
  const children = new Set<ChildProcess>();
  let first: Ended;

  beforeAll(async () => {
    writeProject(template);
    first = await run(template, ['parse', '计划 1.docx', '--json']);
  });

  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('installs and builds a fresh clone, and leaves standard output to the command', async () => {
    expect(first).toMatchObject({ code: 0, stdout: '["parse","计划 1.docx","--json"]\n' });
    expect(first.stderr).toContain('installing');
    expect(first.stderr).toContain('noise of the compiler');
    expect(builds(template)).toHaveLength(1);
  });

  it('does nothing and says nothing when all is in step', async () => {
    const project = copy('in step');
    expect(await run(project, ['demo'])).toEqual({ code: 0, stdout: '["demo"]\n', stderr: '' });
    const later = new Date(Date.now() + 60_000);
    utimesSync(join(project, 'apps/cli/src/main.ts'), later, later);
    expect(await run(project, ['demo'])).toMatchObject({ stderr: '' });
    expect(builds(project)).toHaveLength(1);
  });

  it('builds again when a source has changed, and forgets one that is gone', async () => {
    const project = copy('changed');
    const source = (name: string): string => join(project, 'apps/cli/src', name);
    writeFileSync(source('more.ts'), '');
    writeFileSync(source('main.ts'), `console.log('second version');`);
    expect((await run(project, [])).stdout).toBe('second version\n');
    expect(existsSync(join(project, 'dist/apps/cli/src/more.js'))).toBe(true);
    rmSync(source('more.ts'));
    await run(project, []);
    expect(existsSync(join(project, 'dist/apps/cli/src/more.js'))).toBe(false);
    expect(builds(project)).toHaveLength(3);

    writeFileSync(source('main.spec.ts'), '');
    await run(project, []);
    expect(builds(project)).toHaveLength(3);
  });

  it('installs again when the lock file and the packages differ, but not when they were installed by hand', async () => {
    const project = copy('lock file');
    rmSync(join(project, 'node_modules/.duban-lock-hash'));
    expect((await run(project, [])).stderr).not.toContain('installing');
    const lockFile = join(project, 'package-lock.json');
    writeFileSync(lockFile, readFileSync(lockFile, 'utf8').replaceAll('1.0.0', '1.0.1'));
    const manifest = join(project, 'tools/jest/package.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('1.0.0', '1.0.1'));
    expect((await run(project, [])).stderr).toContain('installing');
  });

  it('ends with one sentence when the installation fails', async () => {
    const project = copy('no install');
    rmSync(join(project, 'node_modules'), { recursive: true });
    writeFileSync(join(project, 'package-lock.json'), '{"lockfileVersion": 3, "packages": {}}');
    const { code, stdout, stderr } = await run(project, ['parse']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trim().split('\n').at(-1)).toMatch(/^duban: `npm ci` failed .*\.$/);
  });

  it('does not run what was not built to the end', async () => {
    const project = copy('mistake');
    appendFileSync(join(project, 'apps/cli/src/main.ts'), '// mistake');
    for (const _time of ['first', 'second']) {
      const { code, stdout, stderr } = await run(project, []);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/duban: The build failed .*\.\n$/);
    }
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends with its compiler on %s, and the next run builds from nothing', async (signal, code) => {
    const project = copy(signal);
    appendFileSync(join(project, 'apps/cli/src/main.ts'), '\n');
    const { child, ended } = begin(project, ['demo'], { BUILD_GATE: 'never' });
    await until(() => builds(project).length === 2);
    child.kill(signal);
    expect(await ended).toMatchObject({ code, stdout: '' });
    expect(isAlive(lastCompiler(project))).toBe(false);
    expect(existsSync(join(project, 'dist/.lock'))).toBe(false);

    writeFileSync(join(project, 'dist/half.js'), '');
    expect(await run(project, ['demo'])).toMatchObject({ code: 0, stdout: '["demo"]\n' });
    expect(existsSync(join(project, 'dist/half.js'))).toBe(false);
  });

  it('waits while another one builds, and does not build again', async () => {
    const project = copy('two');
    appendFileSync(join(project, 'apps/cli/src/main.ts'), '\n');
    const gate = join(project, 'gate');
    const { child, ended } = begin(project, ['one'], { BUILD_GATE: gate });
    await until(() => builds(project).length === 2);
    const second = begin(project, ['two'], { BUILD_GATE: gate });
    await until(() => second.said().includes('waiting'));
    writeFileSync(gate, '');
    const two = await second.ended;
    expect(two).toMatchObject({ code: 0, stdout: '["two"]\n' });
    expect(two.stderr).toContain(`waiting for another duban (process ${child.pid})`);
    expect(await ended).toMatchObject({ code: 0, stdout: '["one"]\n' });
    expect(builds(project)).toHaveLength(2);
  });

  it('takes over from one that was killed, once its compiler is gone too', async () => {
    const project = copy('killed');
    appendFileSync(join(project, 'apps/cli/src/main.ts'), '\n');
    const gate = join(project, 'gate');
    const { child, ended } = begin(project, ['one'], { BUILD_GATE: gate });
    await until(() => builds(project).length === 2);
    child.kill('SIGKILL');
    const orphan = lastCompiler(project);
    const second = begin(project, ['two'], { BUILD_GATE: gate });
    await until(() => second.said().includes('waiting'));
    expect(isAlive(orphan)).toBe(true);
    writeFileSync(gate, '');
    const two = await second.ended;
    expect(isAlive(orphan)).toBe(false);
    expect(two).toMatchObject({ code: 0, stdout: '["two"]\n' });
    expect(builds(project)).toHaveLength(3);
    await ended;
  });

  it('passes the exit code and signals on', async () => {
    const project = copy('codes');
    expect(await run(project, ['exit', '5'])).toMatchObject({ code: 5 });
    expect(await run(project, ['--test', 'libs', '-t', 'a b'])).toEqual({
      code: 7,
      stdout: 'jest libs -t a b\n',
      stderr: '',
    });
    let stdout = '';
    const { child, ended } = begin(project, ['wait']);
    child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    await until(() => stdout.includes('wait'));
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 9 });
  });

  function copy(name: string): string {
    cpSync(template, join(folder, name), { recursive: true, verbatimSymlinks: true });
    return join(folder, name);
  }

  function begin(
    project: string,
    args: string[],
    env: Record<string, string> = {},
  ): { child: ChildProcess; ended: Promise<Ended>; said: () => string } {
    const child = spawn(process.execPath, [join(project, 'apps/cli/bootstrap.mjs'), ...args], {
      // Elsewhere, since the script must find its project by itself; and as if nobody's npm had started us.
      cwd: folder,
      env: { ...process.env, npm_execpath: '', npm_lifecycle_event: undefined, npm_config_offline: 'true', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = new Promise<Ended>((done) => child.once('close', (code) => done({ code, stdout, stderr })));
    return { child, ended, said: () => stderr };
  }

  function run(project: string, args: string[]): Promise<Ended> {
    return begin(project, args).ended;
  }
});

function writeProject(project: string): void {
  const tool = (name: string): object => ({ name, version: '1.0.0' });
  const dependencies = { jest: 'file:tools/jest', vite: 'file:tools/vite' };
  const files: Record<string, string | object> = {
    'package.json': { ...tool('fixture'), dependencies },
    'package-lock.json': {
      ...tool('fixture'),
      lockfileVersion: 3,
      packages: {
        '': { ...tool('fixture'), dependencies },
        'node_modules/jest': { resolved: 'tools/jest', link: true },
        'node_modules/vite': { resolved: 'tools/vite', link: true },
        'tools/jest': tool('jest'),
        'tools/vite': tool('vite'),
      },
    },
    'tools/jest/package.json': tool('jest'),
    'tools/jest/bin/jest.js': JEST,
    'tools/vite/package.json': tool('vite'),
    'tools/vite/bin/vite.js': '',
    'apps/cli/bootstrap.mjs': readFileSync(BOOTSTRAP, 'utf8'),
    'apps/cli/build.mjs': COMPILER,
    'apps/cli/src/main.ts': COMMAND,
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
}

/** The compilers' process ids, one for each run. */
function builds(project: string): number[] {
  return readFileSync(join(project, 'builds.log'), 'utf8').trim().split('\n').map(Number);
}

function lastCompiler(project: string): number {
  return builds(project).at(-1)!;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  for (const end = Date.now() + 60_000; !isTrue();) {
    if (Date.now() > end) throw new Error('it did not come true within a minute');
    await new Promise((done) => setTimeout(done, 10));
  }
}
