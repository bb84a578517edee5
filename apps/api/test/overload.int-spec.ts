import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { SteppedClock } from '@duban/kernel';
import { until } from '@duban/testing';
import fastify from 'fastify';
import { Client } from 'pg';
import { type Answer, Edge, expectProblem, START, useEdge, untilWaitedFor } from './edge';
import { CLIENT_LIMITS, cutOffSlowReaders } from '../src/limits/slow-clients';

describe('More requests than can be worked on', () => {
  const edge = useEdge((database) =>
    Edge.open(database, { settings: { DUBAN_REQUESTS_AT_ONCE: '1' }, clock: new SteppedClock(new Date(START)) }),
  );

  it('are refused with when to come again, while the process tells how it is and people may leave', async () => {
    const contact = await edge().as('LD01.contact');
    const leaving = await edge().signIn('LD02.contact');
    const client = new Client({ connectionString: edge().databaseUrl });
    await client.connect();
    try {
      await client.query('begin; lock table session in access exclusive mode');
      const all: Promise<Answer>[] = [contact.ask('GET', '/inbox')];
      await untilWaitedFor(client);
      // Ten wait for each that is worked on.
      for (let i = 0; i < 10; i++) all.push(contact.ask('GET', '/inbox'));
      const next = await contact.ask('GET', '/inbox');
      expectProblem(next, 503, 'SERVICE.OVERLOADED');
      expect(next.headers['retry-after']).toBe('5');
      const big = { raw: '{'.repeat(2_000_000), headers: { 'content-type': 'application/json' } };
      expectProblem(await contact.ask('POST', '/matters', big), 503, 'SERVICE.OVERLOADED');
      expect((await edge().nobody().ask('GET', '/healthz')).status).toBe(200);
      const left = leaving.ask('DELETE', '/sessions/current');
      await client.query('commit');
      expect((await left).status).toBe(204);
      expect((await Promise.all(all)).map(({ status }) => status)).toEqual(Array<number>(11).fill(200));
      expect((await contact.ask('GET', '/inbox')).status).toBe(200);
    } finally {
      await client.end();
    }
  });

  it('wait for no place in a process that is late with everything', async () => {
    const contact = await edge().as('LD01.contact');
    const client = new Client({ connectionString: edge().databaseUrl });
    await client.connect();
    try {
      await client.query('begin; lock table session in access exclusive mode');
      const all = [contact.ask('GET', '/inbox')];
      await untilWaitedFor(client);
      // Fewer than there are places to wait.
      for (let i = 0; i < 9; i++) {
        all.push(contact.ask('GET', '/inbox'));
        const end = performance.now() + 400;
        while (performance.now() < end);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await client.query('commit');
      const statuses = new Set((await Promise.all(all)).map(({ status }) => status));
      expect([...statuses].toSorted()).toEqual([200, 503]);
    } finally {
      await client.end();
    }
  });
});

describe('A client that is slow, or says two things', () => {
  const LIMITS = { headersMs: 300, requestMs: 600, readingMs: 300, lookedAtMs: 50, mostConnections: 3 };
  const sockets: Socket[] = [];
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database, { clients: LIMITS });
    await opened.app.listen(0, '127.0.0.1');
    return opened;
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  async function call(port: number, text: string): Promise<{ socket: Socket; said: () => string }> {
    const socket = connect(port, '127.0.0.1').setEncoding('latin1');
    sockets.push(socket);
    let said = '';
    socket.on('data', (chunk: string) => (said += chunk)).on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(text);
    return { socket, said: () => said };
  }
  const portOf = (): number => (edge().app.getHttpServer().address() as AddressInfo).port;

  it.each([
    ['does not end the head of a request', 'GET /healthz HTTP/1.1\r\nhost: duban\r\nx-slow: '],
    [
      'does not send its body',
      'POST /api/v1/sessions HTTP/1.1\r\nhost: duban\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
    ],
  ])('that %s is told so, and left', async (_, text) => {
    const { socket, said } = await call(portOf(), text);
    await until(() => socket.closed);
    expect(said()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it.each([
    ['a length and pieces', 'content-length: 5\r\ntransfer-encoding: chunked'],
    ['two lengths', 'content-length: 5\r\ncontent-length: 6'],
    ['a length that is no number', 'content-length: +5'],
    ['a blank before the colon', 'content-length : 5'],
    ['pieces and something behind them', 'transfer-encoding: chunked, identity'],
    ['a header that goes on in the next line', 'x-a: b\r\n content-length: 5'],
  ])('is refused where nobody can say where its message ends: by %s (request smuggling)', async (_, headers) => {
    const next = 'GET /healthz HTTP/1.1\r\nhost: duban\r\n\r\n';
    const { socket, said } = await call(
      portOf(),
      `POST /api/v1/sessions HTTP/1.1\r\nhost: duban\r\ncontent-type: application/json\r\n${headers}\r\n\r\n0\r\n\r\n${next}`,
    );
    await until(() => socket.closed);
    expect(said()).toMatch(/^HTTP\/1\.1 400 /);
    // What was hidden behind it is no request.
    expect(said()).not.toContain('HTTP/1.1 200');
  });

  it('is closed as it comes, where there are too many connections already', async () => {
    for (let i = 0; i < LIMITS.mostConnections; i++) {
      const { said } = await call(portOf(), 'GET /healthz HTTP/1.1\r\nhost: duban\r\n\r\n');
      await until(() => said().includes('alive'));
    }
    const { socket, said } = await call(portOf(), 'GET /healthz HTTP/1.1\r\nhost: duban\r\n\r\n');
    await until(() => socket.closed);
    expect(said()).toBe('');
  });

  it('that does not take its answer is left, and one that waits for it is not', async () => {
    const app = fastify();
    cutOffSlowReaders(app, { ...CLIENT_LIMITS, readingMs: LIMITS.readingMs });
    let isLeft = false;
    app.get('/large', async (_request, reply) => {
      reply.raw.once('close', () => {
        isLeft = true;
      });
      return Buffer.alloc(64 * 1024 * 1024);
    });
    let answer: (text: string) => void = () => undefined;
    app.get('/late', () => new Promise<string>((resolve) => (answer = resolve)));
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    const waiting = await call(port, 'GET /late HTTP/1.1\r\nhost: duban\r\n\r\n');
    const { socket } = await call(port, 'GET /large HTTP/1.1\r\nhost: duban\r\n\r\n');
    socket.pause();
    await until(() => isLeft);
    answer('at last');
    await until(() => waiting.said().includes('at last'));
    for (const one of sockets) one.destroy();
    await app.close();
  });
});
