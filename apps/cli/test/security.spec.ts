import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../..');
const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
/** How many requirements of level 1 and 2 each chapter of ASVS 5.0 has. */
const REQUIREMENTS = {
  1: 27,
  2: 11,
  3: 19,
  4: 10,
  5: 9,
  6: 35,
  7: 18,
  8: 7,
  9: 7,
  10: 29,
  11: 14,
  12: 9,
  13: 13,
  14: 9,
  15: 13,
  16: 16,
  17: 7,
};

const STANDS = ['met', 'n/a', 'operator', 'partly', 'gap'];

describe('The page on security', () => {
  it('names tests and files that are there', () => {
    const named = [...page.matchAll(/`((?:apps|libs)\/[\w./-]+)`/g)].map(([, path]) => path!);
    expect(named.length).toBeGreaterThan(100);
    expect([...new Set(named)].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('goes through each requirement once, and says of each how it stands', () => {
    const rows = [...page.matchAll(/^\| (\d+)\.(\d+)\.(\d+) +\| (\S.*?) *\| (\S+) +\| (\S.*?) *\|$/gm)];
    const ids = rows.map(([, ...cells]) => cells.slice(0, 3).join('.'));
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    const counts = Object.fromEntries(
      Object.keys(REQUIREMENTS).map((chapter) => [chapter, rows.filter(([, found]) => found === chapter).length]),
    );
    expect(counts).toEqual(REQUIREMENTS);
    const stands = rows.map(([, , , , , stand]) => stand!);
    expect(stands.filter((stand) => !STANDS.includes(stand))).toEqual([]);
    const count = (stand: string): number => stands.filter((one) => one === stand).length;
    expect(page.replaceAll(/\s+/g, ' ')).toContain(
      `Of ${rows.length} requirements ${count('met')} are met, ${count('n/a')} are of things that duban has not, ` +
        `${count('operator')} are for whoever runs it, ${count('partly')} are met in part and ${count('gap')} are gaps.`,
    );
  });
});
