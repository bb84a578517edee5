import fc from 'fast-check';
import { limitOf, type LineLimit, type LineTurns, takeTurn } from './turns';

const MINUTE = 60_000;
const NONE: LineTurns = { freeAt: null, lastTurnAt: null };

describe('limitOf', () => {
  it.each([
    [1, 1],
    [2, 1],
    [4, 1],
    [5, 2],
    [20, 5],
    [600, 150],
  ])('%i a minute: %i at once', (perMinute, burst) => {
    expect(limitOf(perMinute)).toEqual({ perMinute, burst });
  });
});

it.each([1, 2, 3, 4, 20])(
  'a line of %i a minute takes what it says of a stream that does not end, or three quarters of it',
  (n) => {
    const limit = limitOf(n);
    const taken: number[] = [];
    let turns = NONE;
    for (let now = 0; now < 60 * MINUTE; now += 500) {
      const turn = takeTurn(turns, limit, now, true);
      turns = turn.turns;
      if (turn.goes) taken.push(now);
    }
    const inAnHour = taken.length;
    expect(inAnHour).toBeLessThanOrEqual(60 * n + limit.burst);
    expect(inAnHour).toBeGreaterThanOrEqual(n <= 4 ? 60 * n - 1 : 45 * n);
  },
);

describe('takeTurn', () => {
  it('lets as many go at once as the limit says, and spreads the rest', () => {
    let turns = NONE;
    const said = Array.from({ length: 5 }, () => {
      const turn = takeTurn(turns, { perMinute: 6, burst: 3 }, 0, false);
      turns = turn.turns;
      return turn.goes ? 'goes' : turn.at;
    });
    expect(said).toEqual(['goes', 'goes', 'goes', 15_000, 30_000]);
  });

  it('has whoever comes new wait behind those that wait', () => {
    const limit = { perMinute: 2, burst: 1 };
    const first = takeTurn(NONE, limit, 0, false);
    const second = takeTurn(first.turns, limit, 0, false);
    const third = takeTurn(second.turns, limit, 0, false);
    expect(third).toMatchObject({ goes: false, at: 60_000 });
    expect(takeTurn(third.turns, limit, 30_000, false)).toMatchObject({ goes: false, at: 90_000 });
    expect(takeTurn(third.turns, limit, 30_000, true)).toMatchObject({ goes: true });
  });

  it('has all wait while the line is paused, without a limit too', () => {
    expect(takeTurn(NONE, null, 0, false, 5_000)).toMatchObject({ goes: false, at: 5_000 });
    expect(takeTurn(NONE, null, 5_000, true, 5_000)).toMatchObject({ goes: true });
    expect(takeTurn(NONE, null, 0, false)).toEqual({ goes: true, turns: NONE });
  });
});

/** Messages that come when they come, to workers that look at turns as late as they do. */
interface Come {
  at: number;
  /** By how much each of its turns is taken too late. */
  late: number;
}

function send(limit: LineLimit, messages: readonly Come[]): { sent: number[]; looks: number } {
  const waiting = messages.map(({ at, late }) => ({ at, late, isItsTurn: false }));
  const sent: number[] = [];
  let [turns, looks] = [NONE, 0];
  while (waiting.length > 0) {
    waiting.sort((a, b) => a.at - b.at);
    const one = waiting[0]!;
    const turn = takeTurn(turns, limit, one.at, one.isItsTurn);
    turns = turn.turns;
    looks++;
    if (turn.goes) {
      sent.push(one.at);
      waiting.shift();
    } else {
      expect(turn.at).toBeGreaterThan(one.at);
      one.at = turn.at + one.late;
      one.isItsTurn = true;
    }
  }
  return { sent, looks };
}

const anyLimit = fc
  .integer({ min: 1, max: 120 })
  .chain((perMinute) =>
    fc.record({ perMinute: fc.constant(perMinute), burst: fc.integer({ min: 1, max: perMinute }) }),
  );

describe('the limit of a line', () => {
  it('holds in any minute, whenever messages come and however late turns are taken, and none waits for ever', () => {
    fc.assert(
      fc.property(
        anyLimit,
        fc.array(fc.record({ at: fc.nat(3 * MINUTE), late: fc.oneof(fc.nat(200), fc.nat(5 * MINUTE)) }), {
          maxLength: 150,
        }),
        (limit, messages) => {
          const { sent } = send(limit, messages);
          expect(sent).toHaveLength(messages.length);
          // From any message on the one that is `perMinute` later comes a whole minute later; a millisecond is lost by
          // rounding at most.
          for (let i = limit.perMinute; i < sent.length; i++) {
            expect(sent[i]! - sent[i - limit.perMinute]!).toBeGreaterThanOrEqual(MINUTE - 1);
          }
        },
      ),
    );
  });

  it('is used up: punctual workers look at each message twice at most, and no turn is left empty', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 120 }), fc.integer({ min: 1, max: 300 }), (perMinute, count) => {
        const limit = limitOf(perMinute);
        const { sent, looks } = send(
          limit,
          Array.from({ length: count }, () => ({ at: 0, late: 0 })),
        );
        const share = MINUTE / (limit.perMinute - limit.burst + 1);
        expect(looks).toBeLessThanOrEqual(2 * count);
        const last = Math.max(0, count - limit.burst) * share;
        expect(sent.at(-1)).toBeGreaterThanOrEqual(Math.floor(last));
        expect(sent.at(-1)).toBeLessThanOrEqual(last + count);
      }),
    );
  });

  it('costs a few looks each after nobody has looked for long', () => {
    const limit = limitOf(20);
    const late = Array.from({ length: 200 }, () => ({ at: 0, late: 0 }));
    // All turns were missed: everybody comes at once, in their turn.
    let turns: LineTurns = { freeAt: 15_000, lastTurnAt: 750_000 };
    const again = late.map(() => {
      const turn = takeTurn(turns, limit, 3_600_000, true);
      turns = turn.turns;
      return turn.goes ? 3_600_000 : turn.at;
    });
    expect(again.filter((at) => at === 3_600_000)).toHaveLength(5);
    expect(new Set(again).size).toBe(196);
  });
});
