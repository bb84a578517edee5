import { development, timesOf, timesSideBySide } from './measure';

describe('timesOf', () => {
  it('takes the middle, the least and the most', () => {
    expect(timesOf([9, 1, 5])).toEqual({ median: 5, least: 1, most: 9 });
  });
});

describe('timesSideBySide', () => {
  it('warms both sides up and measures them in turn', async () => {
    const done: string[] = [];
    const side = (name: string) => async () => void done.push(name);
    const { ours, other } = await timesSideBySide({
      ours: side('a'),
      other: side('b'),
      runs: 3,
    });
    expect(done.join('')).toBe('ababababab');
    for (const { median, least, most } of [ours, other]) {
      expect(least).toBeLessThanOrEqual(median);
      expect(median).toBeLessThanOrEqual(most);
    }
  });
});

describe('development', () => {
  const failing = (reason: unknown) => () => Promise.reject(reason);

  it.each(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'])(
    'says in a sentence which package is missing (%s)',
    async (code) => {
      await expect(development('mammoth', failing(Object.assign(new Error('x'), { code })))).rejects.toThrow(
        'The bench needs the package mammoth, which is not installed: run `npm ci --include=dev`.',
      );
    },
  );

  it('leaves other errors and what is found as they are', async () => {
    const error = new Error('broken');
    await expect(development('mammoth', failing(error))).rejects.toBe(error);
    await expect(development('mammoth', () => Promise.resolve(1))).resolves.toBe(1);
  });
});
