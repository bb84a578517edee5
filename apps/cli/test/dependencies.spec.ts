import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');
const GOOD = { version: '1.0.0', license: 'MIT', integrity: 'sha512-x' };

/** What it says of a lock file with one package. */
function lookedAt(name: string, entry: object): { status: number | null; said: string } {
  const folder = mkdtempSync(join(tmpdir(), 'duban-lock-'));
  try {
    const file = join(folder, 'package-lock.json');
    writeFileSync(file, JSON.stringify({ packages: { '': {}, [`node_modules/${name}`]: { ...GOOD, ...entry } } }));
    const { status, stdout, stderr } = spawnSync(process.execPath, ['.ci/dependencies.mjs', file], {
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
