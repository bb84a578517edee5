import { differencesOf } from './differences';

describe('the differences of an event', () => {
  it.each([
    ['of a new thing', null, { state: 'open' }, [{ field: 'state', before: null, after: 'open' }]],
    ['of a thing that is gone', { state: 'open' }, null, [{ field: 'state', before: 'open', after: null }]],
    ['where nothing changed', { a: 1, b: null }, { a: 1 }, []],
    [
      'within another field',
      { deadline: { dueOn: '2026-03-01', rule: 'r' } },
      { deadline: { dueOn: '2026-04-01', rule: 'r' } },
      [{ field: 'deadline.dueOn', before: '2026-03-01', after: '2026-04-01' }],
    ],
    [
      'of lists',
      { units: ['甲', '乙'], rows: [{ n: 1 }] },
      { units: ['甲'], rows: [{ n: 1 }, { n: false }] },
      [
        { field: 'units', before: '甲、乙', after: '甲' },
        { field: 'rows[2].n', before: null, after: 'false' },
      ],
    ],
  ])('%s', (_, before, after, expected) => expect(differencesOf(before, after)).toEqual(expected));
});
