import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';

/** What the server knows its one client by. */
export const S3_CREDENTIALS = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };

/** A server that speaks S3, with one bucket in a temporary folder; it can go away and come back. */
export class S3Server {
  private readonly directory = mkdtempSync(join(tmpdir(), 'duban-s3-'));
  private server: S3rver | undefined;
  private port = 0;

  /** As DUBAN_OBJECT_STORE takes it. */
  get address(): string {
    return `s3://evidence/duban?endpoint=http://127.0.0.1:${this.port}&region=cn-test-1`;
  }

  async start(): Promise<void> {
    const { port, directory } = this;
    this.server = new S3rver({
      address: '127.0.0.1',
      port,
      silent: true,
      // It reckons with addresses of buckets that do not end in a slash, as the client's do in lists.
      allowMismatchedSignatures: true,
      directory,
      configureBuckets: [{ name: 'evidence' }],
    });
    ({ port: this.port } = await this.server.run());
  }

  async stop(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    const httpServer = (server as unknown as { httpServer?: { closeAllConnections(): void } } | undefined)?.httpServer;
    const closed = server?.close();
    httpServer?.closeAllConnections();
    await closed;
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
