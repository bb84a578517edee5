import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');
const GOOD = { version: '1.0.0', license: 'MIT', integrity: 'sha512-x' };

/** What it says of a lock file with one package, while these faults of libraries are known. */
function lookedAt(name: string, entry: object, faults: object[] = []): { status: number | null; said: string } {
  const folder = mkdtempSync(join(tmpdir(), 'duban-lock-'));
  try {
    const file = join(folder, 'package-lock.json');
    writeFileSync(file, JSON.stringify({ packages: { '': {}, [`node_modules/${name}`]: { ...GOOD, ...entry } } }));
    const advisories = join(folder, 'advisories.json');
    writeFileSync(advisories, JSON.stringify({ askedOn: null, faults }));
    const { status, stdout, stderr } = spawnSync(process.execPath, ['.ci/dependencies.mjs', file, advisories], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    return { status, said: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('what is installed', () => {
  it.each([
    ['under MIT', {}],
    ['under a choice of which one is allowed', { license: '(MIT OR GPL-3.0-or-later)' }],
    ['under two that are both allowed', { license: 'Apache-2.0 AND MIT' }],
    ['under a weak copyleft, to test with alone', { license: 'MPL-2.0', dev: true }],
  ])('may be used %s', (_, entry) => {
    expect(lookedAt('left-pad', entry)).toEqual({ status: 0, said: '1 packages, all may be used\n' });
  });

  it.each([
    ['under the GPL', { license: 'GPL-3.0-only' }, 'left-pad 1.0.0: its licence is GPL-3.0-only'],
    ['under the AGPL beside MIT', { license: 'MIT AND AGPL-3.0-only' }, 'its licence is MIT AND AGPL-3.0-only'],
    ['under a weak copyleft, where it is handed on', { license: 'MPL-2.0' }, 'its licence is MPL-2.0'],
    ['under no licence', { license: undefined }, 'its licence is not named'],
    ['under one that nobody knows', { license: 'SEE LICENSE IN x' }, 'its licence is SEE LICENSE IN x'],
    ['without a checksum', { integrity: undefined }, 'it is not held to a checksum'],
    [
      'from elsewhere',
      { resolved: 'https://elsewhere.example/x.tgz' },
      'it comes from https://elsewhere.example/x.tgz',
    ],
    ['with a script that nobody knows', { hasInstallScript: true }, 'it runs a script when it is installed'],
  ])('may not be used %s', (_, entry, fault) => {
    const { status, said } = lookedAt('left-pad', entry);
    expect(status).toBe(1);
    expect(said).toContain(fault);
    expect(said).toContain('1 packages, 1 faults');
  });
});

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

describe('a known fault of a library', () => {
  const fault = { package: 'left-pad', versions: '<1.0.1', url: 'https://advisories.example/1' };

  it.each([
    ['critical', 5, 0],
    ['critical', 9, 1],
    ['high', 12, 0],
    ['high', 16, 1],
    ['moderate', 58, 0],
    ['moderate', 62, 1],
    ['low', 88, 0],
    ['low', 92, 1],
  ])('that is %s and known for %i days: exit %i', (severity, days, expected) => {
    const { status, said } = lookedAt('left-pad', {}, [{ ...fault, severity, knownSince: daysAgo(days) }]);
    expect(status).toBe(expected);
    expect(said).toContain(`left-pad 1.0.0: ${severity}, to be mended by `);
    expect(said.includes('https://advisories.example/1 is overdue')).toBe(expected === 1);
  });

  it('is none of a version that has it no more, nor of another package', () => {
    const old = { ...fault, severity: 'critical', knownSince: '2026-01-01' };
    expect(lookedAt('left-pad', { version: '1.0.1' }, [old]).status).toBe(0);
    expect(lookedAt('right-pad', {}, [old]).status).toBe(0);
  });

  it('is taken down from what npm audit says, keeps its day, and goes when it is mended', () => {
    const folder = mkdtempSync(join(tmpdir(), 'duban-advisories-'));
    const file = join(folder, 'advisories.json');
    const known = { severity: 'high', title: 'It breaks', ...fault, knownSince: '2026-01-01' };
    const { url, package: name, versions: range, severity, title } = known;
    const via = { source: 1, name, dependency: name, title, url, severity, range };
    const take = (report: object) =>
      spawnSync(process.execPath, ['.ci/advisories.mjs', file], { cwd: ROOT, input: JSON.stringify(report) }).status;
    const kept = () => JSON.parse(readFileSync(file, 'utf8')) as { askedOn: string; faults: object[] };
    try {
      writeFileSync(file, JSON.stringify({ askedOn: null, faults: [known] }));
      const other = { ...via, url: 'https://advisories.example/2' };
      const users = { 'left-pad': { via: [via, other] }, 'uses-it': { via: ['left-pad'] } };
      expect(take({ vulnerabilities: users })).toBe(0);
      expect(kept().faults).toEqual([known, { ...known, url: other.url, knownSince: kept().askedOn }]);
      // A server that does not answer has not said that all is well.
      expect(take({ message: '405 Method Not Allowed' })).toBe(1);
      expect(kept().faults).toHaveLength(2);
      expect(take({ vulnerabilities: {} })).toBe(0);
      expect(kept().faults).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
