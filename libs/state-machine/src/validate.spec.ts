import { type Machine } from './machine';
import { assertSound, faultsOf } from './validate';

type Sketch = Machine<unknown>;

const sound: Sketch = {
  name: 'door',
  version: 1,
  initial: 'shut',
  states: { shut: {}, open: {}, walled_up: { terminal: true } },
  transitions: [
    { on: 'open', from: ['shut'], to: 'open', actors: ['anyone'] },
    { on: 'close', from: ['open'], to: 'shut', actors: ['anyone'], effects: ['ring'] },
    { on: 'wall_up', from: ['shut'], to: 'walled_up', actors: ['mason'] },
  ],
};
const plus = (transition: Sketch['transitions'][number]): Sketch => ({
  ...sound,
  transitions: [...sound.transitions, transition],
});

describe('faultsOf', () => {
  it('finds nothing in a sound machine, whether or not the effects are looked at', () => {
    expect(faultsOf(sound)).toEqual([]);
    expect(faultsOf(sound, ['ring', 'another'])).toEqual([]);
  });

  it.each<[string, Sketch, string[]]>([
    [
      'an initial state that does not exist',
      { ...sound, initial: 'ajar' },
      [
        'the initial state ajar is not defined',
        'no path leads to shut',
        'no path leads to open',
        'no path leads to walled_up',
      ],
    ],
    [
      'a target that does not exist',
      plus({ on: 'kick', from: ['shut'], to: 'broken', actors: ['anyone'] }),
      ['kick names the unknown state broken'],
    ],
    [
      'a source that does not exist',
      plus({ on: 'kick', from: ['broken'], to: 'open', actors: ['anyone'] }),
      ['kick names the unknown state broken'],
    ],
    [
      'a transition from nowhere',
      plus({ on: 'kick', from: [], to: 'open', actors: ['anyone'] }),
      ['kick starts from no state'],
    ],
    [
      'a transition that nobody may take',
      plus({ on: 'kick', from: ['shut'], to: 'open', actors: [] }),
      ['kick is open to nobody'],
    ],
    [
      'two transitions for the same state and event: the second would never be taken',
      plus({ on: 'open', from: ['open', 'shut'], to: 'shut', actors: ['mason'] }),
      ['two transitions share open from shut'],
    ],
    [
      'a terminal state with an exit',
      plus({ on: 'tear_down', from: ['walled_up'], to: 'shut', actors: ['mason'] }),
      ['walled_up is terminal and yet has the exit tear_down'],
    ],
    [
      'a state that no path reaches, though it has an exit',
      {
        ...plus({ on: 'repair', from: ['broken'], to: 'shut', actors: ['mason'] }),
        states: { ...sound.states, broken: {} },
      },
      ['no path leads to broken'],
    ],
    [
      'two states that lead to each other only',
      {
        ...sound,
        states: { ...sound.states, here: {}, there: {} },
        transitions: [
          ...sound.transitions,
          { on: 'go', from: ['here'], to: 'there', actors: ['anyone'] },
          { on: 'come', from: ['there'], to: 'here', actors: ['anyone'] },
        ],
      },
      ['no path leads to here', 'no path leads to there'],
    ],
    [
      'a state in which a thing is stuck for ever',
      {
        ...plus({ on: 'kick', from: ['shut'], to: 'broken', actors: ['anyone'] }),
        states: { ...sound.states, broken: {} },
      },
      ['broken has no exit and is not terminal'],
    ],
  ])('%s', (_, machine, faults) => {
    expect(faultsOf(machine)).toEqual(faults.map((fault) => `door: ${fault}`));
  });

  it('an effect that nothing handles would be promised and never done', () => {
    expect(faultsOf(sound, [])).toEqual(['door: close has the effect ring, which nothing handles']);
    expect(faultsOf(sound, ['wring'])).toEqual(['door: close has the effect ring, which nothing handles']);
  });
});

describe('assertSound', () => {
  it('is content with sound machines, or with none', () => {
    expect(() => assertSound([])).not.toThrow();
    expect(() => assertSound([sound, { ...sound, name: 'gate' }], ['ring'])).not.toThrow();
  });

  it('names every fault of every machine at once, so that one start shows them all', () => {
    const stuck: Sketch = { ...sound, name: 'hatch', states: { ...sound.states, broken: {} } };
    expect(() => assertSound([sound, { ...sound, name: 'gate', initial: 'open' }, stuck], [])).toThrow(
      new Error(
        [
          'unsound state machine:',
          'door: close has the effect ring, which nothing handles',
          'gate: close has the effect ring, which nothing handles',
          'hatch: close has the effect ring, which nothing handles',
          'hatch: no path leads to broken',
          'hatch: broken has no exit and is not terminal',
        ].join('\n'),
      ),
    );
  });
});
