import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const hasLibreOffice = spawnSync('soffice', ['--version']).status === 0;

/** Specs that need LibreOffice; where it is missing they are skipped, and it is said how to get it. */
export function describeWithLibreOffice(name: string, specs: () => void): void {
  if (hasLibreOffice) describe(name, specs);
  else {
    console.warn(
      `SKIPPED "${name}": needs LibreOffice (Debian: apt-get install libreoffice-writer-nogui libreoffice-calc-nogui)`,
    );
    describe.skip(name, specs);
  }
}

/** A file as LibreOffice saves it in another format. */
export function savedAs(format: string, bytes: Uint8Array, ending = 'docx'): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'duban-saved-'));
  try {
    const source = join(folder, `source.${ending}`);
    writeFileSync(source, bytes);
    const out = join(folder, 'out');
    const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`;
    spawnSync('soffice', ['--headless', profile, '--convert-to', format, '--outdir', out, source]);
    const [made] = readdirSync(out);
    return new Uint8Array(readFileSync(join(out, made!)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
