import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What an exhaustive search of one property found. */
export interface Verdict {
  errors: number;
  /** Assertion, never claim or acceptance cycle, in Spin's words; null where nothing was found. */
  fault: string | null;
  states: number;
}

const isInstalled = ['spin', 'gcc'].every(
  (name) => spawnSync(name, [name === 'spin' ? '-V' : '--version']).status === 0,
);

/** Specs that need Spin; where it is missing they are skipped, and it is said how to get it. */
export function describeWithSpin(name: string, specs: () => void): void {
  if (!isInstalled) {
    console.warn(`SKIPPED "${name}": needs spin and gcc (Debian: apt-get install spin gcc libc6-dev)`);
    describe.skip(name, specs);
    return;
  }
  describe(name, specs);
}

/**
 * Walks every interleaving of a model, with weak fairness.
 *
 * @param mutations guards that are taken away, by the names that the model has for them
 * @throws Error where the model cannot be compiled, or the search is not exhaustive
 */
export function search(model: string, property: string, mutations: readonly string[] = []): Verdict {
  const folder = mkdtempSync(join(tmpdir(), 'duban-spin-'));
  const run = (program: string, ...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stdout.slice(-2_000)}${stderr.slice(-2_000)}`);
    return stdout;
  };
  try {
    run('spin', ...mutations.map((name) => `-D${name}`), '-a', model);
    // Faults are found at once; what is sound is walked to its end.
    run('gcc', mutations.length > 0 ? '-O0' : '-O1', '-w', '-o', 'pan', 'pan.c');
    const told = run('./pan', '-a', '-f', '-m100000', '-N', property);
    // A search that was cut short has shown nothing.
    if (/max search depth too small|out of memory|reached -DMEMLIM/.test(told)) throw new Error(told.slice(0, 2_000));
    return {
      errors: Number(/errors: (\d+)/.exec(told)?.[1] ?? Number.NaN),
      fault: /^pan:1: (assertion violated|acceptance cycle)/m.exec(told)?.[1] ?? null,
      states: Number(/^\s*(\d+)(?:\s+\(.*\)\s*)? states, stored/m.exec(told)?.[1] ?? Number.NaN),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
