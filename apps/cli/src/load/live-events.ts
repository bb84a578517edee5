import { request } from 'node:http';
import type { Socket } from 'node:net';

export interface Watched {
  asked: number;
  held: number;
  /** By status; 0 where the connection was closed. */
  refused: Record<number, number>;
}

/** Opened at a time. */
const AT_ONCE = 200;
/** Of a local address, there are so many ports for connections to one server. */
const PORTS = 20_000;

/** Watches inboxes by so many connections, keeps those that are let in, and lets them all go at the end. */
export async function watchInboxes(url: string, tokens: readonly string[], asked: number): Promise<Watched> {
  const watched: Watched = { asked, held: 0, refused: {} };
  const sockets: Socket[] = [];
  let next = 0;
  const open = async (): Promise<void> => {
    while (next < asked) {
      const n = next++;
      const localAddress = `127.0.0.${1 + Math.floor(n / PORTS)}`;
      const { status, socket } = await watch(url, tokens[n % tokens.length]!, localAddress);
      if (status === 200 && socket) {
        watched.held++;
        sockets.push(socket);
      } else watched.refused[status] = (watched.refused[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, open));
  for (const socket of sockets) socket.destroy();
  return watched;
}

function watch(
  url: string,
  token: string,
  localAddress: string,
): Promise<{ status: number; socket: Socket | undefined }> {
  return new Promise((done) => {
    const sent = request(
      `${url}/api/v1/inbox/events`,
      { agent: false, localAddress, headers: { authorization: `Bearer ${token}` } },
      (answer) => {
        answer.on('error', () => undefined).resume();
        if (answer.statusCode !== 200) sent.destroy();
        done({ status: answer.statusCode ?? 0, socket: answer.socket });
      },
    );
    sent.on('error', () => done({ status: 0, socket: undefined }));
    sent.end();
  });
}
