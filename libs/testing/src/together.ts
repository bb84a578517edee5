import { readdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { ALONE } from '../groups/alone.mjs';

const ROOT = resolve(__dirname, '../../..');
const SPEC = /\.(int-)?spec\.ts$/;

/**
 * Runs the spec files below folders in one process, each as a block of its own, except those that are run alone.
 * @param share which of `of` shares of them, from 1 on; the large ones are dealt out first
 */
export function together(folders: readonly string[], share = 1, of = 1): void {
  const files = folders
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(ROOT, folder, name)),
    )
    .filter((file) => SPEC.test(file) && !ALONE.test(file))
    .sort((one, other) => statSync(other).size - statSync(one).size || (one < other ? -1 : 1));
  for (const [place, file] of files.entries()) {
    if (place % of !== share - 1) continue;
    describe(relative(ROOT, file), () => {
      require(file);
    });
  }
}
