import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../..');
const GROUPS = join(ROOT, 'libs/testing/groups');

it('leave no folder of specs out, and none of the shares of one', () => {
  const calls = readdirSync(GROUPS)
    .filter((name) => name.endsWith('.group.ts'))
    .map((name) => {
      const [, folders, share = '1', of = '1'] =
        /^together\(\[(.*)\](?:, (\d+), (\d+))?\);$/m.exec(readFileSync(join(GROUPS, name), 'utf8')) ?? [];
      return {
        folders: [...(folders ?? '').matchAll(/'([^']+)'/g)].map(([, folder]) => folder!),
        share: +share,
        of: +of,
      };
    });
  for (const group of ['apps', 'libs'])
    for (const name of readdirSync(join(ROOT, group))) {
      const mine = calls.filter(({ folders }) => folders.includes(`${group}/${name}`));
      expect({ name, shares: mine.map(({ share }) => share).sort() }).toEqual({
        name,
        shares: Array.from({ length: mine[0]?.of ?? 1 }, (_, index) => index + 1),
      });
    }
});
