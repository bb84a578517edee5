import fc from 'fast-check';
import { isMemberByRule, isSameRule, unitsAbove } from './group-rules';

const rule = (more: object) => ({ kinds: [], under: null, except: [], ...more });
const unit = (more: object = {}) => ({ code: 'A', kind: 'department', above: new Set(['C', 'D']), ...more });

describe('A group by rule', () => {
  it.each([
    [rule({ kinds: ['department'] }), unit(), true],
    [rule({ kinds: ['department'] }), unit({ kind: '部门' }), true],
    [rule({ kinds: ['district', 'department'] }), unit(), true],
    [rule({ kinds: ['district'] }), unit(), false],
    [rule({ under: 'C' }), unit(), true],
    [rule({ under: 'D' }), unit(), true],
    // Whoever it is under is no member.
    [rule({ under: 'A' }), unit(), false],
    [rule({ under: 'E' }), unit(), false],
    [rule({ kinds: ['section'], under: 'C' }), unit(), false],
    [rule({ kinds: ['department'], except: ['A'] }), unit(), false],
    [rule({ kinds: ['department'], except: ['C'] }), unit(), true],
  ])('%j has %j: %s', (one, place, isMember) => expect(isMemberByRule(one, place)).toBe(isMember));

  it('is the same whatever the order in which it is written', () => {
    expect(isSameRule(rule({ kinds: ['a', 'b'] }), rule({ kinds: ['b', 'a'] }))).toBe(true);
    expect(isSameRule({ except: [], under: null, kinds: ['a'] }, rule({ kinds: ['a'] }))).toBe(true);
    expect([
      isSameRule(null, null),
      isSameRule(null, rule({ under: 'a' })),
      isSameRule(rule({}), rule({ under: 'a' })),
    ]).toEqual([true, false, false]);
  });
});

describe('The units above a unit', () => {
  it('are all of them, to the top, and end in a circle (a tree that is none)', () => {
    const above = unitsAbove([
      { id: '1', code: 'A', parentId: null },
      { id: '2', code: 'B', parentId: '1' },
      { id: '3', code: 'C', parentId: '2' },
      { id: '4', code: 'D', parentId: 'elsewhere' },
      { id: '5', code: 'E', parentId: '6' },
      { id: '6', code: 'F', parentId: '5' },
    ]);
    expect(Object.fromEntries([...above].map(([id, codes]) => [id, [...codes].join(' ')]))).toEqual({
      '1': '',
      '2': 'A',
      '3': 'B A',
      '4': '',
      '5': 'F E',
      '6': 'E F',
    });
  });

  it('are those above the one above it, and it', () => {
    const tree = fc.array(fc.nat(), { minLength: 1, maxLength: 30 }).map((picks) =>
      picks.map((pick, index) => ({
        id: `${index}`,
        code: `c${index}`,
        parentId: index === 0 ? null : `${pick % index}`,
      })),
    );
    fc.assert(
      fc.property(tree, (places) => {
        const above = unitsAbove(places);
        for (const { id, parentId } of places) {
          const expected = parentId === null ? [] : [`c${parentId}`, ...above.get(parentId)!];
          expect([...above.get(id)!]).toEqual(expected);
        }
      }),
    );
  });
});
