import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A key and a certificate of 127.0.0.1 that was good in 2020, signed by itself. */
export function expiredCertificate(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'duban-certificate-'));
  const at = (name: string): string => join(folder, name);
  const openssl = (...given: string[]): unknown => execFileSync('openssl', given, { cwd: folder, stdio: 'pipe' });
  try {
    writeFileSync(at('index'), '');
    writeFileSync(at('serial'), '01\n');
    writeFileSync(
      at('settings'),
      `[ca]\ndefault_ca=own\n[own]\ndir=.\nnew_certs_dir=.\ndatabase=index\nserial=serial\ndefault_md=sha256\npolicy=any\n` +
        `[any]\ncommonName=supplied\n[req]\ndistinguished_name=name\n[name]\n` +
        `[ext]\nsubjectAltName=IP:127.0.0.1\nbasicConstraints=CA:TRUE\n`,
    );
    openssl(
      'req',
      '-new',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'key',
      '-out',
      'csr',
      '-subj',
      '/CN=mail',
      '-config',
      'settings',
    );
    const term = ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'];
    openssl(
      'ca',
      '-batch',
      '-config',
      'settings',
      '-selfsign',
      '-keyfile',
      'key',
      '-in',
      'csr',
      '-out',
      'cert',
      '-extensions',
      'ext',
      '-notext',
      ...term,
    );
    return { key: readFileSync(at('key'), 'utf8'), cert: readFileSync(at('cert'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
