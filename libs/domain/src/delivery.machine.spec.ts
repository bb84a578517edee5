import { decide, toMermaid } from '@duban/state-machine';
import fc from 'fast-check';
import { describeTable, loosely, readTable } from '../test/machine-table';
import { deliveryMachine } from './delivery.machine';

// A state that follows; `-`: the state does not know the event; `no`: this relation may not.
const TABLE = readTable(`
  event     relation  queued      sending     sent       delivered  read  bounced  failed  suppressed
  claim     system    sending     -           -          -          -     -        -       -
  claim     person    no          -           -          -          -     -        -       -
  retry     system    -           queued      -          -          -     -        -       -
  retry     person    -           no          -          -          -     -        -       -
  send      system    -           sent        -          -          -     -        -       -
  send      person    -           no          -          -          -     -        -       -
  deliver   system    -           delivered   delivered  -          -     -        -       -
  deliver   person    -           no          no         -          -     -        -       -
  read      system    -           -           read       read       -     -        -       -
  read      person    -           -           read       read       -     -        -       -
  bounce    system    -           bounced     bounced    -          -     -        -       -
  bounce    person    -           no          no         -          -     -        -       -
  fail      system    -           failed      -          -          -     -        -       -
  fail      person    -           no          -          -          -     -        -       -
  suppress  system    suppressed  suppressed  -          -          -     -        -       -
  suppress  person    no          no          -          -          -     -        -       -
  replay    system    -           -           -          no         -     -        no      no
  replay    person    -           -           -          queued     -     -        queued  queued
`);

describeTable(loosely<unknown>(deliveryMachine), TABLE, { granting: () => null, any: fc.constant(null) }, [
  'read',
  'bounced',
]);

it('a message is claimed before it is sent, so that two workers do not send it twice', () => {
  expect(decide(deliveryMachine, 'queued', 'send', ['system'], null)).toMatchObject({ reason: 'event_not_allowed' });
  expect(decide(deliveryMachine, 'sending', 'claim', ['system'], null)).toMatchObject({ reason: 'event_not_allowed' });
});

it('is drawn as a diagram', () => {
  expect(toMermaid(deliveryMachine)).toMatchInlineSnapshot(`
    "stateDiagram-v2
      [*] --> queued
      queued --> sending: claim
      sending --> queued: retry
      sending --> sent: send
      sending --> delivered: deliver
      sent --> delivered: deliver
      sent --> read: read
      delivered --> read: read
      sending --> bounced: bounce
      sent --> bounced: bounce
      sending --> failed: fail
      queued --> suppressed: suppress
      sending --> suppressed: suppress
      delivered --> queued: replay
      failed --> queued: replay
      suppressed --> queued: replay
      read --> [*]
      bounced --> [*]"
  `);
});
