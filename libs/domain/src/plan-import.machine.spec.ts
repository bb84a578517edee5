import { decide, toMermaid } from '@duban/state-machine';
import fc from 'fast-check';
import { describeTable, loosely, readTable } from '../test/machine-table';
import { planImportMachine } from './plan-import.machine';

// A state that follows; `-`: the state does not know the event.
const TABLE = readTable(`
  event   relation  queued   reading  drafted  refused
  claim   system    reading  -        -        -
  retry   system    -        queued   -        -
  draft   system    -        drafted  -        -
  refuse  system    refused  refused  -        -
`);

describeTable(loosely<unknown>(planImportMachine), TABLE, { granting: () => null, any: fc.constant(null) }, [
  'drafted',
  'refused',
]);

it('a document is claimed before it is read, so that two workers do not draft it twice', () => {
  expect(decide(planImportMachine, 'queued', 'draft', ['system'], null)).toMatchObject({ reason: 'event_not_allowed' });
  expect(decide(planImportMachine, 'reading', 'claim', ['system'], null)).toMatchObject({
    reason: 'event_not_allowed',
  });
});

it('is drawn as a diagram', () => {
  expect(toMermaid(planImportMachine)).toMatchInlineSnapshot(`
    "stateDiagram-v2
      [*] --> queued
      queued --> reading: claim
      reading --> queued: retry
      reading --> drafted: draft
      queued --> refused: refuse
      reading --> refused: refuse
      drafted --> [*]
      refused --> [*]"
  `);
});
