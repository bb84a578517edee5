import fc from 'fast-check';
import { OPEN_STATES } from './assignment.machine';
import { type OpenPart, PART_ROLES, type PartChange, reorganisedParts } from './reorganised-parts';

/** `A1 lead reported`: the part of unit A in task 1. */
function partOf(words: string): OpenPart {
  const [id, role, state] = words.split(' ') as [string, OpenPart['role'], OpenPart['state']];
  return { id, taskId: id.slice(1), unit: id[0]!, role, state };
}

const wordsOf = ({ change, partId, to, role, into }: PartChange): string =>
  [change, partId, to === null ? '' : `to ${to}`, change === 'added' ? role : '', into ? `into ${into}` : '']
    .filter((word) => word !== '')
    .join(' ');

describe('reorganisedParts', () => {
  /** Parts, where those of a unit go (`-`: nobody takes them over), and what changes. */
  const TABLE: [name: string, parts: string[], rules: Record<string, string>, changes: string[]][] = [
    ['a part goes to the successor', ['A1 lead reported'], { A: 'C' }, ['moves A1 to C']],
    ['a part that nobody takes over ends', ['A1 lead assigned'], { A: '-' }, ['cancelled A1']],
    ['a part whose unit keeps it stays', ['A1 lead assigned', 'B1 responsible assigned'], { A: 'A' }, []],
    [
      'two units become a third',
      ['A1 lead in_progress', 'B2 responsible assigned'],
      { A: 'C', B: 'C' },
      ['moves A1 to C', 'moves B2 to C'],
    ],
    [
      'the stronger role stays, though it is more advanced',
      ['A1 lead reported', 'B1 responsible assigned'],
      { A: 'B' },
      ['merged B1 to B into A1', 'moves A1 to B'],
    ],
    [
      "the unit's own stays where its role is the stronger",
      ['A1 cooperating assigned', 'B1 responsible reported'],
      { A: 'B' },
      ['merged A1 to B into B1'],
    ],
    [
      'of equal roles the less advanced stays',
      ['A1 responsible in_progress', 'B1 responsible reported'],
      { A: 'B' },
      ['merged B1 to B into A1', 'moves A1 to B'],
    ],
    [
      'of two that are alike the one that need not move stays',
      ['A1 lead assigned', 'B1 lead assigned'],
      { A: 'B' },
      ['merged A1 to B into B1'],
    ],
    [
      'of three one stays',
      ['A1 responsible assigned', 'B1 lead reported', 'D1 lead in_progress'],
      { A: 'C', B: 'C', D: 'C' },
      ['merged B1 to C into D1', 'merged A1 to C into D1', 'moves D1 to C'],
    ],
    [
      'a matter that goes to several: the first takes it over, the others get one of their own',
      ['A1 lead in_progress'],
      { A: 'BCD' },
      ['moves A1 to B', 'added A1 to C lead', 'added A1 to D lead'],
    ],
    ['a unit that goes on may be the first', ['A1 lead in_progress'], { A: 'AB' }, ['added A1 to B lead']],
    ['or one of the others', ['A1 lead reported'], { A: 'BA' }, ['moves A1 to B', 'added A1 to A lead']],
    [
      'nothing is added for who has a part of that role already, however advanced',
      ['A1 responsible assigned', 'C1 responsible reported'],
      { A: 'BC' },
      ['moves A1 to B'],
    ],
    [
      'a part is added in the place of a weaker one',
      ['A1 lead reported', 'C1 cooperating in_progress'],
      { A: 'BC' },
      ['merged C1 to C', 'moves A1 to B', 'added A1 to C lead'],
    ],
    ['a matter that goes to one unit twice goes there once', ['A1 lead assigned'], { A: 'BB' }, ['moves A1 to B']],
  ];

  it.each(TABLE)('%s', (_, parts, rules, changes) => {
    const goesTo = ({ unit }: OpenPart): string[] | null => {
      const to = rules[unit];
      return to === undefined ? null : to === '-' ? [] : [...to];
    };
    expect(reorganisedParts(parts.map(partOf), goesTo).map(wordsOf)).toEqual(changes);
  });

  /** Any open parts of five units in three tasks, one a unit and task, and any rules. */
  const situation = fc
    .uniqueArray(fc.tuple(fc.constantFrom('A', 'B', 'C', 'D', 'E'), fc.constantFrom('1', '2', '3')), {
      selector: ([unit, task]) => unit + task,
    })
    .chain((places) =>
      fc.tuple(
        fc.tuple(
          ...places.map(([unit, taskId]) =>
            fc.record({
              id: fc.constant(unit + taskId),
              taskId: fc.constant(taskId),
              unit: fc.constant(unit),
              role: fc.constantFrom(...PART_ROLES),
              state: fc.constantFrom(...OPEN_STATES),
            }),
          ),
        ),
        fc.dictionary(
          fc.constantFrom(...places.map(([unit, task]) => unit + task), 'none'),
          fc.array(fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F'), { maxLength: 3 }),
        ),
      ),
    );

  it('loses no open part, doubles none, leaves one a unit and task, keeps the strongest role and claims nothing', () => {
    fc.assert(
      fc.property(situation, ([parts, rules]) => {
        const changes = reorganisedParts(parts, ({ id }) => rules[id] ?? null);
        const changed = new Map(changes.filter(({ change }) => change !== 'added').map((one) => [one.partId, one]));
        expect(changed.size).toBe(changes.filter(({ change }) => change !== 'added').length);
        const open = [
          ...parts.flatMap((part) => {
            const change = changed.get(part.id);
            if (!change) return [part];
            return change.change === 'moves' ? [{ ...part, unit: change.to! }] : [];
          }),
          ...changes
            .filter(({ change }) => change === 'added')
            .map(({ taskId, to, role }) => ({ id: `new ${taskId}${to}`, taskId, unit: to!, role, state: 'assigned' })),
        ];
        const byPlace = new Map(open.map((part) => [part.taskId + part.unit, part]));
        expect(byPlace.size).toBe(open.length);

        // Who is to have something in a task, with the strongest role among what led there.
        const wanted = new Map<string, OpenPart[]>();
        for (const part of parts) {
          for (const unit of rules[part.id] ?? [part.unit]) {
            wanted.set(part.taskId + unit, [...(wanted.get(part.taskId + unit) ?? []), part]);
          }
        }
        expect([...byPlace.keys()].toSorted()).toEqual([...wanted.keys()].toSorted());
        for (const [place, origins] of wanted) {
          const stays = byPlace.get(place)!;
          const strongest = PART_ROLES.find((role) => origins.some((part) => part.role === role));
          expect(stays.role).toBe(strongest);
          const advance = (state: string): number => (OPEN_STATES as readonly string[]).indexOf(state);
          // What goes on there is no more advanced than any of its rank that went on there.
          const equals = origins.filter(
            (part) => part.role === strongest && (rules[part.id]?.[0] ?? part.unit) === place.slice(1),
          );
          for (const equal of equals) expect(advance(stays.state)).toBeLessThanOrEqual(advance(equal.state));
        }
        for (const { change, partId, into } of changes) {
          if (change === 'cancelled') expect(rules[partId]).toEqual([]);
          if (change === 'merged' && into !== null) expect(open.map(({ id }) => id)).toContain(into);
        }
      }),
    );
  });
});
