import { z } from 'zod';
import { invalidRequest } from '../src/requests';

describe('A request that does not fit its schema', () => {
  const schema = z.strictObject({ list: z.array(z.strictObject({ id: z.uuid() })).optional() });
  const faultsOf = (body: unknown): { field: string }[] => [
    ...(invalidRequest(schema.safeParse(body).error!).faults as readonly { field: string }[]),
  ];

  it('is told each fault with its field', () => {
    const fields = faultsOf({ list: [{ id: 'x', more: 1 }], other: 1 }).map(({ field }) => field);
    expect(fields.toSorted()).toEqual(['list.0.id', 'list.0.more', 'other']);
  });

  it.each<[string, unknown]>([
    ['fields that there are not', Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`k${i}`, 1]))],
    ['items that are wrong', { list: Array.from({ length: 20_000 }, () => ({ id: 1 })) }],
    ['a name that is long', { ['n'.repeat(900_000)]: 1 }],
  ])('gets no longer answer for it, with %s (amplification)', (_what, body) => {
    const faults = faultsOf(body);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.length).toBeLessThanOrEqual(50);
    expect(JSON.stringify(faults).length).toBeLessThan(20_000);
  });
});
