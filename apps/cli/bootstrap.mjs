// The first thing that `npm start`, `npm test` and `npm run -s duban -- …` run. It brings a fresh clone to where the
// command line can be loaded, and does nothing but a quick check once that is done. No dependency: there may be none.
// Standard output belongs to the command (`duban parse --json`); everything said here goes to standard error.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const lockFile = join(root, 'package-lock.json');
const installStamp = join(root, 'node_modules/.duban-lock-hash');
const dist = join(root, 'dist');
const main = join(dist, 'apps/cli/src/main.js');
const buildStamp = join(dist, '.stamp');
const guard = join(dist, '.lock');

const WATCH_MS = 200;
const BEAT_MS = 2_000;
const BEAT_MISSED_MS = 60_000;
const SETTLING_MS = 200;
/** npm does not end by itself when asked to; what it leaves is not taken for an installation. */
const ENDING_MS = 2_000;
const OF_ANY_RUN = /^--(ci|forceExit|logHeapUsage|maxWorkers=.+|onlyFailures|runInBand|silent|verbose)$/;
/** What the console is built from, beside its sources. */
const CONSOLE = ['apps/console/index.html', 'apps/console/vite.config.mjs', 'apps/console/public/icon.svg'];
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

let child;
let isHolding = false;
let caught;

await bootstrap(process.argv.slice(2));

async function bootstrap(args) {
  checkNode();
  if (process.env.npm_lifecycle_event !== undefined) endWithParent();
  if (!isInstalled() || !isBuilt()) await prepare().catch(failIfReadOnly);
  if (args[0] === '--test') {
    const stopListening = listen((signal) => child?.kill(signal));
    process.exitCode = await run(
      process.execPath,
      ['node_modules/jest/bin/jest.js', ...(await tests(args.slice(1)))],
      'inherit',
    );
    stopListening();
    return;
  }
  process.argv = [process.argv[0], main, ...args];
  await import(pathToFileURL(main).href);
}

/** A whole run takes the specs in groups; one that names what it wants takes the files themselves. */
async function tests(args) {
  if (!args.every((arg) => OF_ANY_RUN.test(arg))) return args;
  const { WHOLE_RUN } = await import('../../libs/testing/groups/alone.mjs');
  return [...args, ...WHOLE_RUN.flatMap((pattern) => ['--testRegex', pattern])];
}

/** The framework is ESM only, and these are the versions in which `require` loads that. */
function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const isFit = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (!isFit)
    fail(`Node 20.19 or newer (of 22: 22.12) is needed, and this is ${process.version}: install a newer Node.`);
}

/**
 * npm starts scripts through a shell, and passes SIGTERM on to that shell only, which dies of it without a word to us.
 * Then, or when npm was killed, nobody is left whom we could be running for.
 */
function endWithParent() {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, WATCH_MS).unref();
}

/** Installs and builds what is missing, one process at a time. */
async function prepare() {
  const stopListening = listen((signal) => {
    caught ??= signal;
    if (child === undefined) leave();
    child.kill(signal);
    setTimeout(() => child?.kill('SIGKILL'), ENDING_MS).unref();
  });
  const release = await takeGuard();
  // Again: the process that held the guard may have done it.
  if (!isInstalled()) await install();
  if (!isBuilt()) await build();
  release();
  stopListening();
}

// --- packages

function isInstalled() {
  const wanted = lockHash();
  if (read(installStamp) === wanted) return true;
  if (!matchesLock()) return false;
  // Installed by hand: remember, for the next look to be a quick one.
  tryTo(() => fs.writeFileSync(installStamp, wanted));
  return true;
}

function lockHash() {
  return createHash('sha256')
    .update(read(lockFile) ?? '')
    .digest('hex');
}

/** Compares the lock file with npm's own record of what it has put into node_modules, written when it had finished. */
function matchesLock() {
  const record = read(join(root, 'node_modules/.package-lock.json'));
  if (record === undefined) return false;
  const { '': _project, ...wanted } = JSON.parse(read(lockFile) ?? '{}').packages ?? {};
  const found = JSON.parse(record).packages ?? {};
  const isSame = ([path, { version, integrity, optional }]) =>
    found[path] === undefined
      ? optional === true
      : found[path].version === version && found[path].integrity === integrity;
  return Object.entries(wanted).every(isSame) && Object.keys(found).every((path) => path in wanted);
}

async function install() {
  say('installing packages with `npm ci`, which takes a minute or so …');
  fs.rmSync(installStamp, { force: true });
  const wanted = lockHash();
  // The npm that started us, if one did. The build needs the development packages whatever NODE_ENV says.
  const npm = process.env.npm_execpath ?? '';
  const [program, ...first] = npm.endsWith('npm-cli.js') ? [process.execPath, npm] : ['npm'];
  const flags = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const code = await run(program, [...first, 'ci', ...flags], ['ignore', 2, 2]);
  if (caught) leave();
  if (code !== 0) {
    fail(`\`npm ci\` failed (exit ${code}): see above, check the network and npm's registry setting, and try again.`);
  }
  fs.writeFileSync(installStamp, wanted);
}

// --- build

function isBuilt() {
  return fs.existsSync(main) && read(buildStamp) === sourceStamp();
}

/** Changes with any file that goes into the build. By content, since a copied or checked out tree has other times. */
function sourceStamp() {
  const folders = ['apps', 'libs'].flatMap((group) => list(group).map((name) => `${group}/${name}`));
  const files = [
    'apps/cli/build.mjs',
    ...CONSOLE,
    'package-lock.json',
    ...folders.flatMap((folder) => list(`${folder}/src`, true).map((name) => `${folder}/src/${name}`)),
  ].filter((file) => !/[.-]spec\.ts$/.test(file));
  const hash = createHash('sha256');
  for (const file of files.sort((a, b) => (a < b ? -1 : 1))) {
    const stat = fs.statSync(join(root, file), { throwIfNoEntry: false });
    if (stat?.isFile()) hash.update(`${file}\0${stat.size}\0`).update(fs.readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

async function build() {
  say('building …');
  const stamp = sourceStamp();
  // No stamp, no finished build: what is there can't be trusted.
  if (!fs.existsSync(buildStamp) || !fs.existsSync(main)) clearDist();
  fs.rmSync(buildStamp, { force: true });
  const code = await run(process.execPath, ['apps/cli/build.mjs'], ['ignore', 2, 2]);
  if (caught) leave();
  if (code !== 0 || !fs.existsSync(main))
    fail(`The build failed (exit ${code}): mend what is named above, and try again.`);
  removeOrphans();
  await buildConsole();
  fs.writeFileSync(buildStamp, stamp);
}

/** The pages for people; what it says is for those who build alone. */
async function buildConsole() {
  const vite = ['node_modules/vite/bin/vite.js', 'build', '--config', 'apps/console/vite.config.mjs'];
  const code = await run(process.execPath, [...vite, '--logLevel', 'warn'], ['ignore', 2, 2]);
  if (caught) leave();
  if (code !== 0) fail(`The console's build failed (exit ${code}): mend what is named above, and try again.`);
}

function clearDist() {
  for (const name of fs.readdirSync(dist)) {
    if (join(dist, name) !== guard) fs.rmSync(join(dist, name), { recursive: true, force: true });
  }
}

/** The compiler leaves what it made of a source that is no longer there. */
function removeOrphans() {
  const made = ['apps', 'libs'].flatMap((group) => list(`dist/${group}`, true).map((file) => `${group}/${file}`));
  for (const name of made) {
    const source = name.replace(/(\.d\.ts|\.js)(\.map)?$/, '');
    const isOrphan = source !== name && !['.ts', '.tsx', '.js'].some((end) => fs.existsSync(join(root, source + end)));
    if (isOrphan) fs.rmSync(join(dist, name), { force: true });
  }
}

// --- one at a time

/** Waits for the guard, a folder in dist with the pid of its holder, who touches it as long as it is at work. */
async function takeGuard() {
  const pidFile = join(guard, 'pid');
  const mine = String(process.pid);
  fs.mkdirSync(dist, { recursive: true });
  let hasSaid = false;
  while (!tryTo(() => fs.mkdirSync(guard), 'EEXIST') && !(await inherit(pidFile, mine))) {
    if (!hasSaid) say(`waiting for another duban (process ${read(pidFile) ?? '?'}) that is installing or building …`);
    hasSaid = true;
    await sleep(SETTLING_MS);
  }
  fs.writeFileSync(pidFile, mine);
  isHolding = true;
  const beat = setInterval(() => tryTo(() => fs.utimesSync(guard, new Date(), new Date())), BEAT_MS).unref();
  const release = () => {
    isHolding = false;
    clearInterval(beat);
    process.removeListener('exit', release);
    if (read(pidFile) === mine) fs.rmSync(guard, { recursive: true, force: true });
  };
  process.on('exit', release);
  return release;
}

/** Takes over from a holder that is gone. Of several who try at once, the last to write its pid has it. */
async function inherit(pidFile, mine) {
  const found = read(pidFile);
  const touched = fs.statSync(guard, { throwIfNoEntry: false })?.mtimeMs;
  if (touched === undefined) return false;
  // The npm or the compiler of a killed holder goes on for a while.
  const isGone =
    found !== undefined && [found, read(join(guard, 'child'))].every((pid) => pid === mine || !exists(pid));
  // A number alone could by now be another process's, above all in a container.
  if (!isGone && Date.now() - touched < BEAT_MISSED_MS) return false;
  const draft = `${pidFile}.${mine}`;
  const isWritten = tryTo(() => fs.writeFileSync(draft, mine), 'ENOENT');
  if (!isWritten || read(pidFile) !== found || !tryTo(() => fs.renameSync(draft, pidFile), 'ENOENT')) return false;
  await sleep(SETTLING_MS);
  return read(pidFile) === mine;
}

function exists(pid) {
  try {
    return pid !== undefined && process.kill(Number(pid), 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

// --- small things

/** Runs a program below the root and returns its exit code, as a shell would give it. */
function run(program, args, stdio) {
  return new Promise((resolve) => {
    child = spawn(program, args, { cwd: root, stdio });
    if (isHolding && child.pid !== undefined) fs.writeFileSync(join(guard, 'child'), String(child.pid));
    const end = (code, signal) => {
      child = undefined;
      resolve(code ?? 128 + constants.signals[signal]);
    };
    child.once('error', (error) => {
      say(error.message);
      end(127);
    });
    child.once('exit', end);
  });
}

function listen(handler) {
  for (const signal of SIGNALS) process.on(signal, handler);
  return () => {
    for (const signal of SIGNALS) process.removeListener(signal, handler);
  };
}

function leave() {
  process.exit(128 + constants.signals[caught]);
}

/** @returns {string[]} */
function list(folder, recursive = false) {
  try {
    return fs.readdirSync(join(root, folder), { recursive });
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  }
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether it worked; errors other than the expected one are thrown, and without one named all are expected. */
function tryTo(action, expected) {
  try {
    action();
    return true;
  } catch (error) {
    if (expected !== undefined && error.code !== expected) throw error;
    return false;
  }
}

function say(line) {
  process.stderr.write(`duban: ${line}\n`);
}

function failIfReadOnly(error) {
  if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
  fail(`${root} needs an installation or a build and cannot be written (${error.message}): start once as its owner.`);
}

function fail(sentence) {
  say(sentence);
  process.exit(1);
}
