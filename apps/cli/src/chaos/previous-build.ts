import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../sizes/root';

/**
 * The version before the last migration, built in a folder of its own: what still runs while the next one is brought out.
 * @param ref what to build; by default the commit before the last that brought a migration
 * @returns its folder and what it is, or in one sentence why there is none
 */
export function buildPrevious(home: string, ref?: string): { folder: string; commit: string } | string {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', ROOT, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const last = ref ?? `${git('log', '-1', '--format=%H', '--', 'libs/database/src/migrations')}^`;
    const commit = git('rev-parse', '--short', last);
    const folder = join(home, 'previous');
    mkdirSync(folder);
    const archive = join(home, 'previous.tar');
    git('archive', '-o', archive, commit);
    execFileSync('tar', ['-xf', archive, '-C', folder]);
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const built = spawnSync(process.execPath, [join(ROOT, 'apps/cli/build.mjs')], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (built.status !== 0) return `the build of ${commit} failed: ${(built.stdout + built.stderr).slice(0, 300)}`;
    return { folder, commit };
  } catch (error) {
    return `there is no earlier version to build here: ${(error as Error).message.split('\n')[0]}`;
  }
}
