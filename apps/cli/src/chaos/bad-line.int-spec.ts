import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BadLine } from './bad-line';

describe('a bad line', () => {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked++;
    response.end('answer');
  });
  let line: BadLine;
  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
    line = await BadLine.to((server.address() as AddressInfo).port);
  });
  afterAll(async () => {
    await line.end();
    server.close();
  });
  const ask = async (): Promise<string> =>
    (await fetch(`http://127.0.0.1:${line.port}/`, { headers: { connection: 'close' } })).text();

  it('carries everything while it is good, and while it is slow', async () => {
    expect(await ask()).toBe('answer');
    line.slow(20);
    expect(await ask()).toBe('answer');
    line.mend();
  });

  it('loses an answer to what arrived', async () => {
    const before = asked;
    line.swallowAnswers();
    await expect(ask()).rejects.toThrow();
    expect(asked).toBe(before + 1);
    line.mend();
  });

  it('lets nothing through while it is blocked, and everything afterwards', async () => {
    const before = asked;
    line.block();
    await expect(ask()).rejects.toThrow();
    expect(asked).toBe(before);
    line.mend();
    expect(await ask()).toBe('answer');
  });
});
