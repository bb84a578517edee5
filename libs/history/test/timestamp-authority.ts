import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';

export const hasOpenssl = spawnSync('openssl', ['version']).error === undefined;
if (!hasOpenssl) console.warn('SKIPPED time-stamps of checkpoints: needs openssl (Debian: apt-get install openssl)');

const CONFIG = `
[tsa]
default_tsa = one
[one]
serial = ./serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ordering = yes
tsa_name = yes
ess_cert_id_alg = sha256
`;

/** A time-stamping authority as openssl is one, behind a real HTTP server on a port of its own. */
export class TimestampAuthority {
  private readonly folder = mkdtempSync(join(tmpdir(), 'duban-tsa-'));
  private readonly server: Server;
  /** Answers instead of it; null for its own answer. */
  answer: RequestListener | null = null;
  readonly asked: Buffer[] = [];

  /** @param name of its root, whose certificate is `rootPem` */
  constructor(name: string) {
    const run = (...args: string[]): void => {
      execFileSync('openssl', args, { cwd: this.folder, stdio: 'ignore' });
    };
    const key = ['-newkey', 'rsa:2048', '-nodes'];
    run('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', `/CN=${name} Root`, '-days', '3650');
    run('req', ...key, '-keyout', 'tsa.key', '-out', 'tsa.csr', '-subj', `/CN=${name}`);
    this.put('usage', 'extendedKeyUsage=critical,timeStamping\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n');
    const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '3650'];
    run('x509', '-req', '-in', 'tsa.csr', ...signing, '-extfile', 'usage', '-out', 'tsa.pem');
    this.put('tsa.cnf', CONFIG);
    this.put('serial', '01\n');
    this.server = createServer((request, response) => {
      if (this.answer) return this.answer(request, response);
      void buffer(request).then((question) => {
        this.asked.push(question);
        response.setHeader('content-type', 'application/timestamp-reply').end(this.reply(question));
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/tsr`;
  }

  get rootPem(): string {
    return readFileSync(join(this.folder, 'ca.pem'), 'utf8');
  }

  async start(): Promise<void> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
  }

  /** What it says to a question. */
  reply(question: Buffer): Buffer {
    this.put('question', question);
    const signer = ['-signer', 'tsa.pem', '-inkey', 'tsa.key', '-chain', 'ca.pem'];
    execFileSync(
      'openssl',
      ['ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'question', ...signer, '-out', 'answer'],
      { cwd: this.folder, stdio: 'ignore' },
    );
    return readFileSync(join(this.folder, 'answer'));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private put(name: string, content: string | Buffer): void {
    writeFileSync(join(this.folder, name), content);
  }
}
