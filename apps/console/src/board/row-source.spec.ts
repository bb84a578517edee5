import fc from 'fast-check';
import { type PageOf, RowSource } from './row-source';

/** A list of numbers behind cursors, which counts what it is asked. */
function listOf(length: number): {
  readPage: (cursor: string | null, limit: number) => Promise<PageOf<number>>;
  asked: () => number;
} {
  let asked = 0;
  return {
    asked: () => asked,
    readPage: async (cursor, limit) => {
      asked++;
      const from = cursor === null ? 0 : Number(cursor);
      const to = Math.min(length, from + limit);
      const items = Array.from({ length: to - from }, (_, i) => from + i);
      return { items, next: to < length ? String(to) : null };
    },
  };
}

const landmarksOf = (length: number, every: number) =>
  Array.from({ length: Math.ceil(length / every) - 1 }, (_, i) => (i + 1) * every)
    .filter((position) => position < length)
    .map((position) => ({ position, label: null, cursor: String(position) }));

const settled = () => new Promise((resolve) => setImmediate(resolve));
async function allRead(source: RowSource<number>, from: number, to: number): Promise<void> {
  source.ensure(from, to);
  for (let i = 0; i < 60; i++) await settled();
}

describe('the rows of a long list', () => {
  it('are those of the list, wherever it is looked at, with landmarks and without', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 4000 }),
        fc.array(fc.nat(4000), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        async (length, looks, hasLandmarks) => {
          const source = new RowSource(listOf(length).readPage);
          if (hasLandmarks) source.setLandmarks(length, landmarksOf(length, 200));
          for (const look of looks) {
            await allRead(source, look, look + 30);
            for (let i = look; i < Math.min(length, look + 30); i++) expect(source.row(i)).toBe(i);
            expect(source.row(length)).toBeUndefined();
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('a far place is read from the landmark before it, not from the beginning', async () => {
    const list = listOf(1_000_000);
    const source = new RowSource(list.readPage);
    source.setLandmarks(1_000_000, landmarksOf(1_000_000, 600));
    await allRead(source, 777_777, 777_800);
    expect(source.row(777_777)).toBe(777_777);
    expect(list.asked()).toBeLessThan(6);
  });

  it('can be scrolled a block beyond what is there until it is known how many there are', async () => {
    const source = new RowSource(listOf(250).readPage);
    await allRead(source, 0, 50);
    expect([source.total, source.isTotalKnown]).toEqual([200, false]);
    await allRead(source, 200, 249);
    expect([source.total, source.isTotalKnown]).toEqual([250, true]);
  });

  it.each([0, 1, 99, 100, 101, 250])('all %i of them are read for whoever takes them all', async (length) => {
    for (const hasLandmarks of [true, false]) {
      const source = new RowSource(listOf(length).readPage);
      if (hasLandmarks) source.setLandmarks(length, landmarksOf(length, 200));
      await allRead(source, 120, 130);
      const numbers = Array.from({ length }, (_, at) => at);
      expect(await source.all()).toEqual(numbers);
      expect(source.loaded()).toEqual(numbers);
    }
  });

  it('all of them are not a part of them: a line that breaks is told of', async () => {
    const list = listOf(250);
    const source = new RowSource<number>((cursor, limit) =>
      cursor === '100' ? Promise.reject(new Error('away')) : list.readPage(cursor, limit),
    );
    await expect(source.all()).rejects.toThrow('away');
  });

  it('a line that breaks is told of, and read again when it is looked at again', async () => {
    let isBroken = true;
    const list = listOf(10);
    const source = new RowSource<number>((cursor, limit) =>
      isBroken ? Promise.reject(new Error('away')) : list.readPage(cursor, limit),
    );
    await allRead(source, 0, 9);
    expect(source.error).toEqual(new Error('away'));
    isBroken = false;
    await allRead(source, 0, 9);
    expect([source.error, source.row(9)]).toEqual([null, 9]);
  });
});
