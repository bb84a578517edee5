import { newId } from './ids';

describe('newId', () => {
  const ids = Array.from({ length: 20_000 }, () => newId());

  it('is a UUID of version 7', () => {
    const form = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    expect(ids.filter((id) => !form.test(id))).toEqual([]);
  });

  it('is never given twice', () => {
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('sorts as made, even many within one millisecond', () => {
    expect(ids).toEqual(ids.toSorted());
  });
});
