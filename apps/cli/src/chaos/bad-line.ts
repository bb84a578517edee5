import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A line over TCP that can be made bad: between people and the proxy, or between a process and its server. */
export class BadLine {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private delayMs = 0;
  private isSwallowing = false;
  private isOpen = true;

  private constructor(
    private readonly server: Server,
    private readonly target: number,
  ) {}

  /** @param target a port of this machine */
  static async to(target: number): Promise<BadLine> {
    const server = createServer();
    const line = new BadLine(server, target);
    server.on('connection', (near: Socket) => line.carry(near));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return line;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** All connections of this moment end without a word. */
  cut(): void {
    for (const pair of this.pairs) pair.forEach((socket) => socket.destroy());
  }

  /** Nobody gets through until it is closed and opened again. */
  block(): void {
    this.isOpen = false;
    this.cut();
  }

  /** Everything takes so much longer. */
  slow(ms: number): void {
    this.delayMs = ms;
  }

  /** What is asked arrives, and the answer is lost with the connection. */
  swallowAnswers(): void {
    this.isSwallowing = true;
  }

  mend(): void {
    this.isOpen = true;
    this.delayMs = 0;
    this.isSwallowing = false;
  }

  async end(): Promise<void> {
    this.block();
    this.server.close();
    await once(this.server, 'close');
  }

  private carry(near: Socket): void {
    if (!this.isOpen) {
      near.destroy();
      return;
    }
    const far = connect(this.target, '127.0.0.1');
    const pair = [near, far] as const;
    this.pairs.add(pair);
    const end = (): void => {
      this.pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const [socket, other] of [pair, [far, near]] as const) {
      socket.setNoDelay(true);
      socket.on('error', end);
      // What was sent before the end still arrives before it.
      socket.on('close', () => this.later(() => other.destroySoon()));
    }
    near.on('close', () => this.pairs.delete(pair));
    near.on('data', (bytes) => this.later(() => far.write(bytes)));
    far.on('data', (bytes) => {
      if (this.isSwallowing) end();
      else this.later(() => near.write(bytes));
    });
  }

  /** In their order: each waits as long as those before it. */
  private later(write: () => unknown): void {
    if (this.delayMs === 0) write();
    else setTimeout(write, this.delayMs);
  }
}
