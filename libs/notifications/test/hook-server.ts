import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** A request that came. */
export interface Came {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A real HTTP server of somebody who takes webhooks; what it answers is the spec's to say. */
export class HookServer {
  readonly came: Came[] = [];
  onRequest: (response: ServerResponse, came: Came) => void = (response) => response.writeHead(204).end();
  port = 0;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  /** @param tls a key and a certificate: then it speaks TLS */
  constructor(private readonly tls?: { key: string; cert: string }) {
    const listener: RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request;
        const came = { method, path, headers, body: Buffer.concat(chunks).toString() };
        this.came.push(came);
        this.onRequest(response, came);
      });
    };
    this.server = tls ? createSecureServer(tls, listener) : createServer(listener);
    this.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    this.server.on('tlsClientError', () => undefined);
  }

  url(path = '/hook'): string {
    return `${this.tls ? 'https' : 'http'}://127.0.0.1:${this.port}${path}`;
  }

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((done) => this.server.close(() => done()));
  }
}
