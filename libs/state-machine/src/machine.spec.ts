import { decide, defineMachine, type Guard } from './machine';

interface Facts {
  paid: boolean;
  inStock: boolean;
}

const paid: Guard<Facts> = { code: 'ORDER.UNPAID', message: 'Pay first.', allows: (f) => f.paid };
const inStock: Guard<Facts> = { code: 'ORDER.OUT_OF_STOCK', message: 'Wait for stock.', allows: (f) => f.inStock };

const order = defineMachine<Facts>()({
  name: 'order',
  version: 1,
  initial: 'open',
  states: { open: {}, held: {}, sent: { terminal: true }, dropped: { terminal: true } },
  transitions: [
    {
      on: 'send',
      from: ['open', 'held'],
      to: 'sent',
      actors: ['clerk', 'robot'],
      guards: [paid, inStock],
      effects: ['print_label', 'tell_buyer'],
    },
    { on: 'hold', from: ['open'], to: 'held', actors: ['clerk'] },
    { on: 'drop', from: ['open', 'held'], to: 'dropped', actors: ['buyer'] },
  ],
});

const fine: Facts = { paid: true, inStock: true };

describe('decide', () => {
  it('allows what the machine names, and says what follows', () => {
    expect(decide(order, 'open', 'send', ['clerk'], fine)).toEqual({
      ok: true,
      from: 'open',
      to: 'sent',
      marks: [],
      effects: ['print_label', 'tell_buyer'],
    });
  });

  it('gives an empty list of effects, not none, where nothing follows', () => {
    expect(decide(order, 'open', 'hold', ['clerk'], fine)).toEqual({
      ok: true,
      from: 'open',
      to: 'held',
      marks: [],
      effects: [],
    });
  });

  it.each([
    ['held', 'hold', ['clerk'], ['send']],
    ['held', 'hold', ['clerk', 'buyer'], ['send', 'drop']],
    ['open', 'sell', ['clerk', 'buyer'], ['send', 'hold', 'drop']],
    ['held', 'hold', [], []],
  ] as const)('in %s refuses %s, which it has no transition for, and names those open to %j: %j', (...one) => {
    const [state, event, relations, allowed] = one;
    expect(decide(order, state, event, relations, fine)).toEqual({ ok: false, reason: 'event_not_allowed', allowed });
  });

  it('a terminal state allows nothing', () => {
    expect(decide(order, 'sent', 'drop', ['buyer'], fine)).toEqual({
      ok: false,
      reason: 'event_not_allowed',
      allowed: [],
    });
  });

  it.each(['', 'SEND', 'send ', 'toString', '__proto__'])('an event that nobody defined (%j) is no event', (event) => {
    expect(decide(order, 'open', event, ['clerk'], fine)).toMatchObject({ ok: false, reason: 'event_not_allowed' });
  });

  it('refuses a person who does not stand in the right relation, and names who may', () => {
    expect(decide(order, 'open', 'send', ['buyer'], fine)).toEqual({
      ok: false,
      reason: 'actor_not_allowed',
      actors: ['clerk', 'robot'],
    });
  });

  it('refuses a person who stands in no relation at all', () => {
    expect(decide(order, 'open', 'drop', [], fine)).toMatchObject({ ok: false, reason: 'actor_not_allowed' });
  });

  it('one relation among several is enough', () => {
    expect(decide(order, 'open', 'send', ['buyer', 'robot'], fine).ok).toBe(true);
  });

  it.each([
    [{ paid: false, inStock: true }, 'ORDER.UNPAID', 'Pay first.'],
    [{ paid: true, inStock: false }, 'ORDER.OUT_OF_STOCK', 'Wait for stock.'],
    [{ paid: false, inStock: false }, 'ORDER.UNPAID', 'Pay first.'],
  ])('with %j it is refused by the first guard that does not hold: %s', (facts, code, message) => {
    expect(decide(order, 'open', 'send', ['clerk'], facts)).toEqual({ ok: false, reason: 'guard', code, message });
  });

  it('tells no fact to a person who may not do it anyway', () => {
    expect(decide(order, 'open', 'send', ['buyer'], { paid: false, inStock: false })).toMatchObject({
      reason: 'actor_not_allowed',
    });
  });
});
