import { once } from 'node:events';
import { createServer, connect, type Server, type Socket } from 'node:net';

/** Between the api and its database: can be closed, and can swallow what is sent, as a cut cable does. */
export class Proxy {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private port = 0;
  private isSwallowing = false;

  constructor(private readonly target: URL) {}

  /** The address of the target through the proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.toString();
  }

  async open(): Promise<void> {
    this.isSwallowing = false;
    this.server = createServer((near) => {
      const far = connect(Number(this.target.port), this.target.hostname);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.sockets.add(one);
        one.on('data', (bytes) => this.isSwallowing || other.write(bytes));
        one.on('error', () => other.destroy());
        one.on('close', () => {
          this.sockets.delete(one);
          other.destroy();
        });
      }
    });
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as { port: number }).port;
  }

  /** Nothing comes through any more, and nobody is told. */
  swallow(): void {
    this.isSwallowing = true;
  }

  /** Connections are cut, new ones refused. */
  async close(): Promise<void> {
    const closed = once(this.server!, 'close');
    this.server!.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
