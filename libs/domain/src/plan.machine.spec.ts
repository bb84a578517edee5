import { decide, toMermaid } from '@duban/state-machine';
import fc from 'fast-check';
import { describeTable, loosely, readTable } from '../test/machine-table';
import { type PlanFacts, planMachine } from './plan.machine';

const TABLE = readTable(`
  event  relation  draft   issued  closed
  issue  office    issued  -       -
  issue  approver  no      -       -
  close  office    -       no      -
  close  approver  -       closed  -
`);

const FINE: PlanFacts = { taskCount: 22, tasksWithoutUnit: 0, unknownUnits: 0, undecidedTasks: 0 };
const few = fc.constantFrom(0, 1);

describeTable(
  loosely<PlanFacts>(planMachine),
  TABLE,
  {
    granting: () => FINE,
    any: fc.record({ taskCount: few, tasksWithoutUnit: few, unknownUnits: few, undecidedTasks: few }),
  },
  ['closed'],
);

it.each<[Partial<PlanFacts>, string]>([
  [{ taskCount: 0 }, 'PLAN.EMPTY'],
  [{ tasksWithoutUnit: 1 }, 'PLAN.TASK_WITHOUT_UNIT'],
  [{ unknownUnits: 1 }, 'PLAN.UNKNOWN_UNIT'],
  [{ tasksWithoutUnit: 2, unknownUnits: 3 }, 'PLAN.TASK_WITHOUT_UNIT'],
])('is not issued with %j: %s', (facts, code) => {
  expect(decide(planMachine, 'draft', 'issue', ['office'], { ...FINE, ...facts })).toMatchObject({
    ok: false,
    reason: 'guard',
    code,
  });
});

it('is not closed while an open task is undecided', () => {
  const facts = { ...FINE, undecidedTasks: 1 };
  expect(decide(planMachine, 'issued', 'close', ['approver'], facts)).toMatchObject({ code: 'PLAN.UNDECIDED' });
});

it('is issued by nobody but the office', () => {
  expect(decide(planMachine, 'draft', 'issue', [], FINE)).toMatchObject({ ok: false, reason: 'actor_not_allowed' });
});

it('issuing has no effects by name: the service that issues does it all', () => {
  expect(decide(planMachine, 'draft', 'issue', ['office'], FINE)).toMatchObject({ ok: true, effects: [] });
});

it('is drawn as a diagram', () => {
  expect(toMermaid(planMachine)).toMatchInlineSnapshot(`
    "stateDiagram-v2
      [*] --> draft
      draft --> issued: issue
      issued --> closed: close
      closed --> [*]"
  `);
});
