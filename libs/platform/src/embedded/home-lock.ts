import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres.errors';

/** Homes held by this process: any other lock with our own pid can only be a leftover of an earlier process. */
const heldHere = new Set<string>();

/** A lock that another process has created but not yet filled is given this long. */
const FILLING_MS = 1_000;

/** Several processes may find the same stale lock and replace it; the last one has it, which shows after this long. */
const SETTLING_MS = 100;

/** Holds one home for this process until `release` is called. */
export interface HomeLock {
  release(): void;
}

interface Holder {
  pid: number;
  /** See {@link startedAt}; empty where it is not known. */
  started: string;
}

/** Takes `<home>/duban.lock`, or throws `EMBEDDED.HOME_BUSY`. A lock whose process is gone is taken over. */
export async function lockHome(home: string): Promise<HomeLock> {
  const file = join(home, 'duban.lock');
  if (heldHere.has(file)) throw busy(home, process.pid);
  heldHere.add(file);
  const mine = `${process.pid}\n${startedAt(process.pid) ?? ''}\n`;
  try {
    await take(home, file, mine);
  } catch (error) {
    heldHere.delete(file);
    throw error;
  }
  return {
    release() {
      if (heldHere.delete(file) && read(file) === mine) rmSync(file, { force: true });
    },
  };
}

async function take(home: string, file: string, mine: string): Promise<void> {
  for (const patience = Date.now() + FILLING_MS; ;) {
    if (create(file, mine)) return;
    const found = read(file);
    if (found === undefined) continue;
    const holder = parse(found);
    if (holder === undefined && Date.now() < patience) {
      await sleep(20);
      continue;
    }
    if (holder !== undefined && holds(holder)) throw busy(home, holder.pid);
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, mine);
    if (read(file) === found) renameSync(draft, file);
    rmSync(draft, { force: true });
    await sleep(SETTLING_MS);
    if (read(file) === mine) return;
  }
}

function busy(home: string, pid: number): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'EMBEDDED.HOME_BUSY',
    `Another duban (process ${pid}) is using ${home}: stop it, or set DUBAN_HOME to another folder.`,
  );
}

function parse(text: string): Holder | undefined {
  const [pid, started] = text.split('\n');
  return text.endsWith('\n') && /^\d+$/.test(pid ?? '') ? { pid: Number(pid), started: started ?? '' } : undefined;
}

function holds(holder: Holder): boolean {
  if (holder.pid === process.pid || !isRunning(holder.pid)) return false;
  const started = startedAt(holder.pid);
  return started === undefined || holder.started === '' || started === holder.started;
}

/**
 * When a process started, in the kernel's ticks. A number comes round again, quickly so in a container where each
 * start counts from 1, so a pid alone does not name a process. Undefined where there is no /proc.
 */
function startedAt(pid: number): string | undefined {
  return procStat(pid)?.[19];
}

/** The fields of /proc/<pid>/stat from the state on. */
function procStat(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name may hold blanks and brackets; the fields after the last bracket are plain.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/**
 * Whether a process with this number runs, whoever owns it. A dead one that nobody has collected does not count: in a
 * container whose first process collects nothing it stays for good.
 */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return procStat(pid)?.[0] !== 'Z';
}

function create(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
