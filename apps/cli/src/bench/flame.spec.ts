import { framesOf, profiled } from './flame';

const callFrame = (functionName: string, url: string) => ({
  functionName,
  url,
  scriptId: '1',
  lineNumber: 0,
  columnNumber: 0,
});

describe('framesOf', () => {
  it('lays calls beside one another by their time, and leaves out what was no work', () => {
    const { busyMs, frames } = framesOf({
      startTime: 0,
      endTime: 10_000,
      nodes: [
        { id: 1, callFrame: callFrame('(root)', ''), children: [2, 3, 4] },
        { id: 2, callFrame: callFrame('decide', 'file:///duban/dist/libs/domain/a.js'), children: [5] },
        { id: 3, callFrame: callFrame('(idle)', '') },
        { id: 4, callFrame: callFrame('(garbage collector)', '') },
        { id: 5, callFrame: callFrame('query', '/duban/node_modules/pg/lib/client.js'), children: [6] },
        { id: 6, callFrame: callFrame('', 'node:net') },
      ],
      samples: [2, 5, 6, 3, 4],
      timeDeltas: [1000, 2000, 3000, 50_000, 2000],
    });
    expect(busyMs).toBe(8);
    expect(frames).toEqual([
      { name: 'decide', origin: 'duban', from: 0, share: 0.75, depth: 0 },
      { name: 'query', origin: 'package', from: 0, share: 0.625, depth: 1 },
      { name: '(nameless)', origin: 'node', from: 0, share: 0.375, depth: 2 },
      { name: '(garbage collector)', origin: 'engine', from: 0.75, share: 0.25, depth: 0 },
    ]);
  });

  it('finds in a real profile the function that took the time', async () => {
    const busy = (): number => {
      let sum = 0;
      for (let n = 0; n < 3_000_000; n++) sum += Math.sqrt(n);
      return sum;
    };
    const { frames, busyMs } = await profiled(async () => busy());
    expect(busyMs).toBeGreaterThan(0);
    expect(frames.map(({ name }) => name)).toContain('busy');
  });
});
