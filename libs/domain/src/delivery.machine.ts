import { defineMachine } from '@duban/state-machine';

/** One message on its way to one person through one channel. `replay` is a person's, and `read`, unless the other side says it. */
export const deliveryMachine = defineMachine<unknown>()({
  name: 'delivery',
  version: 1,
  initial: 'queued',
  states: {
    queued: {},
    sending: {},
    sent: {},
    delivered: {},
    read: { terminal: true },
    bounced: { terminal: true },
    failed: {},
    suppressed: {},
  },
  transitions: [
    { on: 'claim', from: ['queued'], to: 'sending', actors: ['system'] },
    { on: 'retry', from: ['sending'], to: 'queued', actors: ['system'] },
    { on: 'send', from: ['sending'], to: 'sent', actors: ['system'] },
    { on: 'deliver', from: ['sending', 'sent'], to: 'delivered', actors: ['system'] },
    { on: 'read', from: ['sent', 'delivered'], to: 'read', actors: ['person', 'system'] },
    // Back it comes in the dialogue with the mail server, or hours after that one took it.
    { on: 'bounce', from: ['sending', 'sent'], to: 'bounced', actors: ['system'] },
    { on: 'fail', from: ['sending'], to: 'failed', actors: ['system'] },
    { on: 'suppress', from: ['queued', 'sending'], to: 'suppressed', actors: ['system'] },
    // By hand, of what goes to a program: it had it and lost it, or could not take it then.
    { on: 'replay', from: ['delivered', 'failed', 'suppressed'], to: 'queued', actors: ['person'] },
  ],
});

export type DeliveryState = keyof typeof deliveryMachine.states;
export type DeliveryEvent = (typeof deliveryMachine.transitions)[number]['on'];
