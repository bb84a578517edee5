import fc from 'fast-check';
import { JSON_PLACES } from './file-places';
import { readUnitDocument } from './unit-document';
import { findParentFaults, findRuleFaults } from './unit-tree';
import type { UnitView } from './unit-view';

/** A stored unit; `parent` by its code, which is its id, too. */
const stored = (code: string, parent: string | null = null, more: Partial<UnitView> = {}): UnitView => ({
  id: code,
  jurisdictionId: 'j',
  code,
  name: `${code}局`,
  officialName: `${code}局`,
  kind: 'department',
  position: 1,
  parentId: parent,
  fromOn: '2031-01-01',
  toOn: null,
  isActive: true,
  aliases: [],
  formerNames: [],
  settledNames: [],
  groups: [],
  posts: [],
  ...more,
});
const gone = { isActive: false, toOn: '2031-02-01' };
const listed = (code: string, parent?: string | null) => ({
  code,
  name: `${code}局`,
  kind: 'department',
  ...(parent === undefined ? {} : { parent }),
});

const faultsOf = (units: object[], known: UnitView[]): string[] => {
  const file = readUnitDocument({ jurisdiction: '云山市', units });
  expect(file.faults).toEqual([]);
  return findParentFaults(file, { jurisdictionId: 'j', units: known, groups: [] }, JSON_PLACES).map(
    ({ code, field, row }) => `${code} ${field} ${row}`,
  );
};

describe('The tree after an import', () => {
  it.each<[string, object[], UnitView[], string[]]>([
    ['a unit above in the file, further down', [listed('A', 'B'), listed('B')], [], []],
    ['a unit above that is stored', [listed('A', 'B')], [stored('B')], []],
    ['a unit above that is taken away', [listed('A', null)], [stored('A', 'B'), stored('B')], []],
    ['units that change places', [listed('A', 'B'), listed('B', null)], [stored('A'), stored('B', 'A')], []],
    ['nobody', [listed('A', 'X')], [], ['UNIT.UNKNOWN_PARENT units[0].parent 1']],
    ['one that is gone', [listed('A', 'B')], [stored('B', null, gone)], ['UNIT.UNKNOWN_PARENT units[0].parent 1']],
    [
      'one of another jurisdiction',
      [listed('A', 'B')],
      [stored('B', null, { jurisdictionId: 'k' })],
      ['UNIT.UNKNOWN_PARENT units[0].parent 1'],
    ],
    ['itself', [listed('B'), listed('A', 'A')], [], ['UNIT.OWN_PARENT units[1].parent 2']],
    [
      'a circle of the file',
      [listed('A', 'B'), listed('B', 'C'), listed('C', 'A'), listed('D', 'A')],
      [],
      ['A', 'B', 'C'].map((_, i) => `UNIT.PARENT_CYCLE units[${i}].parent ${i + 1}`),
    ],
    [
      'a circle through stored units',
      [listed('D'), listed('A', 'C')],
      [stored('A'), stored('B', 'A'), stored('C', 'B')],
      ['UNIT.PARENT_CYCLE units[1].parent 2'],
    ],
    [
      'a circle through a unit that the file lists without saying what is above it',
      [listed('A', 'B'), listed('B')],
      [stored('A'), stored('B', 'A')],
      ['UNIT.PARENT_CYCLE units[0].parent 1'],
    ],
  ])('with %s', (_, units, known, faults) => expect(faultsOf(units, known)).toEqual(faults));

  it('counts a unit above that has another fault as there', () => {
    const file = readUnitDocument({ jurisdiction: '云山市', units: [listed('A', 'B'), { ...listed('B'), kind: '' }] });
    expect(findParentFaults(file, { jurisdictionId: null, units: [], groups: [] }, JSON_PLACES)).toEqual([]);
  });

  it('says what the circle is', () => {
    const file = readUnitDocument({ jurisdiction: '云山市', units: [listed('A', 'B'), listed('B', 'A')] });
    const [fault] = findParentFaults(file, { jurisdictionId: null, units: [], groups: [] }, JSON_PLACES);
    expect(fault?.message).toBe('A局 would be above itself: A → B → A. Correct one of them.');
  });

  it('has no circle where none is found, and one where one is', () => {
    const size = 8;
    const code = (index: number): string => `U${index}`;
    const picks = fc.array(fc.option(fc.nat(size - 1)), { minLength: size, maxLength: size });
    fc.assert(
      fc.property(picks, picks, fc.nat(size), (before, after, listedCount) => {
        // What is stored is a tree: whoever is above comes earlier.
        const known = before.map((pick, i) => stored(code(i), pick === null || pick >= i ? null : code(pick)));
        const units = after
          .slice(0, Math.max(1, listedCount))
          .map((pick, i) => listed(code(i), pick === null ? null : code(pick)));
        const parents = new Map(known.map(({ code: one, parentId }) => [one, parentId]));
        for (const unit of units) parents.set(unit.code, (unit as { parent?: string | null }).parent ?? null);
        const comesBack = [...parents.keys()].some((start) => {
          let at = parents.get(start) ?? null;
          for (let steps = 0; at !== null && steps <= size; steps++) {
            if (at === start) return true;
            at = parents.get(at) ?? null;
          }
          return false;
        });
        expect(faultsOf(units, known).length > 0).toBe(comesBack);
      }),
    );
  });
});

describe('A rule in the file', () => {
  const ruleFaults = (rule: object, known: UnitView[] = []): string[] => {
    const file = readUnitDocument({
      jurisdiction: '云山市',
      units: [listed('A'), { ...listed('B'), kind: '中心城区' }],
      groups: [{ code: 'g', name: '各局', rule }],
    });
    const faults = findRuleFaults(file, { jurisdictionId: 'j', units: known, groups: [] }, JSON_PLACES);
    return [...file.faults, ...faults].map(({ code, field, row }) => `${code} ${field} ${row}`);
  };

  it.each<[object, UnitView[], string[]]>([
    [{ kinds: ['department', '国企', '中心城区'] }, [], []],
    [{ under: 'A', except: ['B'] }, [], []],
    [{ kinds: ['科室'], under: 'C' }, [stored('C', null, gone)], []],
    [{ kinds: ['新城区'] }, [stored('C', null, { kind: '新城区' })], []],
    [{ kinds: ['section', '新城区'] }, [], ['UNIT.UNKNOWN_KIND groups[0].rule.kinds[1] 1']],
    [{ kinds: ['section'], under: 'X' }, [], ['UNIT.UNKNOWN_UNIT groups[0].rule.under 1']],
    [
      { kinds: ['section'], except: ['A', 'X'] },
      [stored('X', null, { jurisdictionId: 'k' })],
      ['UNIT.UNKNOWN_UNIT groups[0].rule.except[1] 1'],
    ],
    [{}, [], ['UNIT.EMPTY_RULE groups[0].rule 1']],
    [{ except: ['A'] }, [], ['UNIT.EMPTY_RULE groups[0].rule 1']],
    [{ kind: ['section'], under: 'A' }, [], ['UNIT.UNKNOWN_FIELD groups[0].rule.kind 1']],
    [{ kinds: 'section' }, [], ['UNIT.WRONG_TYPE groups[0].rule.kinds 1']],
  ])('%j', (rule, known, faults) => expect(ruleFaults(rule, known)).toEqual(faults));
});
