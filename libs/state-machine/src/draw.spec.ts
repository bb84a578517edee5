import { toMermaid } from './draw';
import { defineMachine } from './machine';

describe('toMermaid', () => {
  it('draws one arrow for each state that a transition starts from, and an end for each terminal state', () => {
    const machine = defineMachine<unknown>()({
      name: 'order',
      version: 1,
      initial: 'open',
      states: { open: {}, held: {}, sent: { terminal: true }, dropped: { terminal: true } },
      transitions: [
        { on: 'send', from: ['open', 'held'], to: 'sent', actors: ['clerk'] },
        { on: 'hold', from: ['open'], to: 'held', actors: ['clerk'] },
        { on: 'drop', from: ['held'], to: 'dropped', actors: ['buyer'] },
      ],
    });
    expect(toMermaid(machine).split('\n')).toEqual([
      'stateDiagram-v2',
      '  [*] --> open',
      '  open --> sent: send',
      '  held --> sent: send',
      '  open --> held: hold',
      '  held --> dropped: drop',
      '  sent --> [*]',
      '  dropped --> [*]',
    ]);
  });
});
