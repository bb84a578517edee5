import { decide, type Machine } from '@duban/state-machine';
import fc from 'fast-check';

/** One cell of a table written by hand: what an event does in a state, asked for in a relation. */
export interface Cell {
  state: string;
  event: string;
  relation: string;
  /** The state that follows, `-` where the state does not know the event, `no` where the relation may not. */
  outcome: string;
}

/** Any machine, its names as plain text: a table must be able to name what the machine does not have. */
type Loose<Facts> = Machine<Facts, string, string, string, string>;
export const loosely = <Facts>(machine: unknown): Loose<Facts> => machine as Loose<Facts>;

/** Reads a table: a heading `event relation` and the states, then a line for each event and relation. */
export function readTable(text: string): Cell[] {
  const [heading, ...lines] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const states = heading!.slice(2);
  return lines.flatMap(([event, relation, ...outcomes]) => {
    if (outcomes.length !== states.length) throw new Error(`the line of ${event} ${relation} has not a cell a state`);
    return states.map((state, i) => ({ state, event: event!, relation: relation!, outcome: outcomes[i]! }));
  });
}

function outcomeOf<Facts>(machine: Loose<Facts>, { state, event, relation }: Cell, facts: Facts): string {
  // Marks are as the event needs them.
  const { needs } = machine.transitions.find((t) => t.on === event && t.from.includes(state)) ?? {};
  const decision = decide(machine, state, event, [relation], facts, needs);
  if (decision.ok) return decision.to;
  if (decision.reason === 'guard') return `refused: ${decision.code}`;
  return decision.reason === 'event_not_allowed' ? '-' : 'no';
}

/** Every state × event × relation of the machine, each as text, to hold a table against: no cell may be left out. */
function everyCell(machine: Loose<never>): string[] {
  const relations = [...new Set(machine.transitions.flatMap((t) => t.actors))];
  const events = [...new Set(machine.transitions.map((t) => t.on))];
  return Object.keys(machine.states)
    .flatMap((state) => events.flatMap((event) => relations.map((relation) => `${state} ${event} ${relation}`)))
    .toSorted();
}

const cellNames = (table: readonly Cell[]): string[] =>
  table.map(({ state, event, relation }) => `${state} ${event} ${relation}`).toSorted();

/** The arrows of a table, `from event to`, each once. */
const arrowsOf = (table: readonly Cell[]): string[] => [
  ...new Set(
    table.flatMap(({ state, event, outcome }) => (/^(-|no)$/.test(outcome) ? [] : [`${state} ${event} ${outcome}`])),
  ),
];

/** Tries: what somebody asks of the machine, knowing its words but not its rules. */
const tries = <Facts>(machine: Loose<Facts>, facts: fc.Arbitrary<Facts>) =>
  fc.array(
    fc
      .tuple(
        // Half of them by whoever may: of many events and relations hardly a path would come to its end else.
        fc.oneof(
          fc.constantFrom(
            ...machine.transitions.flatMap((t) => t.actors.map((relation) => ({ event: t.on, relation }))),
          ),
          fc.record({
            event: fc.constantFrom(...new Set(machine.transitions.map((t) => t.on))),
            relation: fc.constantFrom(...new Set(machine.transitions.flatMap((t) => t.actors))),
          }),
        ),
        facts,
      )
      .map(([asked, given]) => ({ ...asked, facts: given })),
    { maxLength: 30, size: 'max' },
  );

/** The arrows that a path of tries takes from the initial state. */
function walk<Facts>(
  machine: Loose<Facts>,
  path: readonly { event: string; relation: string; facts: Facts }[],
): string[] {
  let state = machine.initial;
  let marks: readonly string[] = [];
  return path.flatMap(({ event, relation, facts }) => {
    const decision = decide(machine, state, event, [relation], facts, marks);
    if (!decision.ok) return [];
    const arrow = `${state} ${event} ${decision.to}`;
    state = decision.to;
    marks = decision.marks;
    return [arrow];
  });
}

/** The specs that every machine has in common: the whole table, every arrow taken, no way out of an end. */
export function describeTable<Facts>(
  machine: Loose<Facts>,
  table: readonly Cell[],
  facts: { granting: (cell: Cell) => Facts; any: fc.Arbitrary<Facts> },
  terminal: readonly string[],
): void {
  describe('every state × event × relation, with all guards granting', () => {
    it('stands in the table', () => {
      expect(cellNames(table)).toEqual(everyCell(machine));
    });

    it.each(table)('$state: $event by $relation gives $outcome', (cell) => {
      expect(outcomeOf(machine, cell, facts.granting(cell))).toBe(cell.outcome);
    });
  });

  describe('generated paths', () => {
    it('reach every state, take every transition of the table, and no other', () => {
      const taken = new Set<string>();
      // A fixed seed: whether a rare arrow was met must not differ from one run to the next.
      fc.assert(
        fc.property(tries(machine, facts.any), (path) => walk(machine, path).forEach((arrow) => taken.add(arrow))),
        { seed: 20230112, numRuns: 12_000 },
      );
      expect([...taken].toSorted()).toEqual(arrowsOf(table).toSorted());
      const reached = [machine.initial, ...[...taken].map((arrow) => arrow.split(' ')[2]!)];
      expect([...new Set(reached)].toSorted()).toEqual(Object.keys(machine.states).toSorted());
    });

    it('never leave a terminal state', () => {
      expect(Object.keys(machine.states).filter((state) => machine.states[state]!.terminal)).toEqual(terminal);
      fc.assert(
        fc.property(tries(machine, facts.any), (path) => {
          const left = walk(machine, path).map((arrow) => arrow.split(' ')[0]!);
          expect(left.filter((state) => terminal.includes(state))).toEqual([]);
        }),
      );
    });
  });
}
