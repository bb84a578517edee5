/** How much a line (线路), the way to one server, robot or destination, takes. */
export interface LineLimit {
  /** So many messages at most in any minute, whenever it begins. */
  perMinute: number;
  /** So many of them at most at once, after a pause; at least one, and no more than `perMinute`. */
  burst: number;
}

/** How far a line is taken, in milliseconds; null before anything was. */
export interface LineTurns {
  /** When it would have nothing behind it any more, were each message to take its share of the minute (GCRA). */
  freeAt: number | null;
  /** The last turn that was given to a message which waits. */
  lastTurnAt: number | null;
}

/** What becomes of a message that comes to a line: it goes now, or it has a turn later. */
export type Turn = { goes: true; turns: LineTurns } | { goes: false; at: number; turns: LineTurns };

const MINUTE_MS = 60_000;

/**
 * A limit by what a line takes in a minute: a quarter of it at once, which leaves three quarters for a stream that does not
 * end, since no minute may have more than all. At least two: a turn that is taken a little late does not cost the next
 * one then. Of four a minute or fewer each goes by itself, so that all of them do: two at once would cost as many more.
 */
export const limitOf = (perMinute: number): LineLimit => ({
  perMinute,
  burst: perMinute <= 4 ? 1 : Math.max(2, Math.ceil(perMinute / 4)),
});

/**
 * The share of a minute that one message takes. What comes at once is part of the minute's number, so that no minute has
 * more than that.
 */
const shareOf = ({ perMinute, burst }: LineLimit): number => MINUTE_MS / (perMinute - burst + 1);

/**
 * Whether a message may go now over a line. Whoever comes new stands behind those that wait already; whoever comes in
 * their turn goes, unless turns were taken so late that too many come together: then they are spread out anew.
 *
 * @param now by a clock that all who send have together
 * @param isItsTurn it has waited for a turn, and that has come
 * @param notBefore the line is paused until then; null where it is not
 */
export function takeTurn(
  { freeAt, lastTurnAt }: LineTurns,
  limit: LineLimit | null,
  now: number,
  isItsTurn: boolean,
  notBefore: number | null = null,
): Turn {
  const share = limit === null ? 0 : shareOf(limit);
  const openAt = limit === null || freeAt === null ? now : freeAt - (limit.burst - 1) * share;
  const earliest = Math.max(openAt, notBefore ?? now, now);
  const isBehindOthers = limit !== null && !isItsTurn && lastTurnAt !== null && lastTurnAt > now;
  if (earliest <= now && !isBehindOthers) {
    return { goes: true, turns: { freeAt: limit === null ? null : Math.max(freeAt ?? now, now) + share, lastTurnAt } };
  }
  const at = Math.ceil(Math.max(earliest, lastTurnAt === null ? 0 : lastTurnAt + share));
  return { goes: false, at, turns: { freeAt, lastTurnAt: at } };
}
