import { Agent, request } from 'node:http';

/** How many there are, and how many work at once. */
export const CONNECTIONS = 16;

/** Sixteen connections to a server on this machine, which are kept. */
export class Connections {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

  /** @param url where the server listens, without a path */
  constructor(private readonly url: string) {}

  /**
   * @param content sent as JSON where it is given
   * @param status the one answer that is expected; any that is no error where it is left out
   * @throws Error for another answer
   */
  ask(method: 'GET' | 'POST', path: string, token: string, content?: object, status?: number): Promise<void> {
    const body = content && JSON.stringify(content);
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    return new Promise((done, fail) => {
      const sent = request(this.url + path, { method, agent: this.agent, headers }, (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.once('error', fail);
        answer.once('end', () => {
          if (status === undefined ? answer.statusCode! < 300 : answer.statusCode === status) done();
          else fail(new Error(`${method} ${path}: ${answer.statusCode} ${Buffer.concat(pieces).toString()}`));
        });
      });
      sent.once('error', fail);
      sent.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

/** Works from one number up to another, by as many at once as there are connections: each takes the next when it is done. */
export async function inParallel(from: number, to: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = from;
  const connection = async (): Promise<void> => {
    while (next < to) await work(next++);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
}
