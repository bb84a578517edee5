import fc from 'fast-check';
import { columnsOf } from './columns';

describe('Rows as an array a column', () => {
  it('are named and numbered from a parameter on', () => {
    const { from, parameters } = columnsOf([{ id: 'a', n: 1 }], { id: 'uuid', n: 'int' }, 3);
    expect(from).toBe('unnest($3::uuid[], $4::int[]) as r(id, n)');
    expect(parameters).toEqual(['{"a"}', '{1}']);
  });

  it.each([
    ['nothing', null, '{NULL}'],
    ['what is left out', undefined, '{NULL}'],
    ['the word null, which is a word', 'null', '{"null"}'],
    ['an empty text', '', '{""}'],
    ['marks that mean something in an array', '{a,"b"}\\', String.raw`{"{a,\"b\"}\\"}`],
    ['several lines', '一\n二', '{"一\n二"}'],
    ['a truth', false, '{false}'],
    ['an instant', new Date('2026-01-02T03:04:05.678Z'), '{"2026-01-02T03:04:05.678Z"}'],
    ['an object', { say: '"\\' }, String.raw`{"{\"say\":\"\\\"\\\\\"}"}`],
    ['a list', ['a'], String.raw`{"[\"a\"]"}`],
  ])('say %s as Postgres reads it', (_name, value, expected) => {
    expect(columnsOf([{ value }], { value: 'text' }, 1).parameters).toEqual([expected]);
  });

  it('escape what JSON has of quotes and backslashes, and nothing else', () => {
    fc.assert(
      fc.property(fc.object({ withNullPrototype: false }), (value) => {
        const escaped = JSON.stringify(value).replaceAll(/["\\]/g, String.raw`\$&`);
        expect(columnsOf([{ value }], { value: 'jsonb' }, 1).parameters).toEqual([`{"${escaped}"}`]);
      }),
    );
  });
});
