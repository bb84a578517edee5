import { until } from '@duban/testing';
import fc from 'fast-check';
import { Lane } from '../src/limits/admission';

const OVERLOADED = { kind: 'unavailable', code: 'SERVICE.OVERLOADED' };

describe('A lane', () => {
  it('lets in so many at once, the others in their order, and refuses who comes when all places are taken', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 5 }), async (atOnce, waiting) => {
        const lane = new Lane(atOnce, waiting);
        const inside: { number: number; leave: () => void }[] = [];
        const order: number[] = [];
        const entries = Array.from({ length: atOnce + waiting }, (_, number) =>
          lane.enter().then((leave) => {
            inside.push({ number, leave });
            order.push(number);
          }),
        );
        await new Promise(setImmediate);
        expect(inside).toHaveLength(atOnce);
        expect(lane.isFull).toBe(true);
        await expect(lane.enter()).rejects.toMatchObject(OVERLOADED);
        while (inside.length > 0) {
          const { leave } = inside.shift()!;
          leave();
          // Both the end of an answer and that of its connection say so.
          leave();
          await new Promise(setImmediate);
          expect(inside.length).toBeLessThanOrEqual(atOnce);
        }
        await Promise.all(entries);
        expect(order).toEqual(Array.from({ length: atOnce + waiting }, (_, number) => number));
        expect(lane.isFull).toBe(false);
      }),
    );
  });

  it('refuses who has waited too long, and keeps no place for them', async () => {
    const lane = new Lane(1, 1, 1);
    const leave = await lane.enter();
    await expect(lane.enter()).rejects.toMatchObject(OVERLOADED);
    expect(lane.isFull).toBe(false);
    leave();
    let isIn = false;
    void lane.enter().then(() => {
      isIn = true;
    });
    await until(() => isIn);
  });
});
