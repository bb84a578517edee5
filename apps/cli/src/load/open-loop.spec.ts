import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { askAtRate, percentile } from './open-loop';

describe('A percentile', () => {
  it('is one of the latencies, and not exceeded by its share of them', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (all, share) => {
        const found = percentile(all, share);
        expect(all).toContain(found);
        expect(all.filter((one) => one <= found).length).toBeGreaterThanOrEqual(share * all.length);
      }),
    );
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe('Asking at a rate', () => {
  it('does not wait for answers, and counts the wait of all that were due meanwhile', async () => {
    // Whatever comes is held until the last has come: asked one after the other, they would never be answered.
    const waiting: (() => void)[] = [];
    const server = createServer((_request, answer) => {
      waiting.push(() => answer.writeHead(200).end());
      if (waiting.length === 20) for (const go of waiting) go();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const question = { method: 'GET', path: '/', token: 't' } as const;
    const stage = await askAtRate(`http://127.0.0.1:${port}`, 100, 0.2, () => question);
    server.close();
    expect(stage).toMatchObject({ good: 20, refused: 0, failed: 0 });
    // The first was due 190 ms before the last, which all of them have waited for.
    expect(Math.max(...stage.latencies) - Math.min(...stage.latencies)).toBeGreaterThan(100);
  });

  it('tells refusals from failures', async () => {
    let n = 0;
    const server = createServer((request, answer) => {
      if (n++ % 2 === 0) answer.writeHead(503).end();
      else request.socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const question = { method: 'GET', path: '/', token: 't' } as const;
    const stage = await askAtRate(`http://127.0.0.1:${port}`, 100, 0.1, () => question);
    server.close();
    expect([stage.good, stage.refused, stage.failed]).toEqual([0, 5, 5]);
  });
});
