import { takeTurn } from '@duban/domain';
import type { EntityManager } from 'typeorm';
import type { Line } from './line';

/** So many failures one after the other are the line's own, and not those of a message. */
const FAILURES = 3;
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 30 * 60_000;
/** More than that nobody can ask for (Retry-After). */
const LONGEST_ASKED_MS = 24 * 60 * 60_000;
/** One message tries a line that was paused; the others wait for what becomes of it, no longer than a claim lasts. */
const TRIAL_MS = 60_000;
/** Before it is looked again whether there is room among those that are handed over just now. */
const ROOM_MS = 2_000;

interface Held {
  now: Date;
  freeAt: Date | null;
  lastTurnAt: Date | null;
  failures: number;
  pausedUntil: Date | null;
  underWay: number;
}

/**
 * Asks a line for a turn, in the transaction that claims the delivery: whoever else asks waits until it has ended.
 * @returns null where it may go now, else when it may; the delivery that waits has that as its turn
 */
export async function takeLine(
  tx: EntityManager,
  { name, limit, atOnce }: Line,
  delivery: { id: string; isItsTurn: boolean },
): Promise<Date | null> {
  await tx.query(`insert into delivery_line (name) values ($1) on conflict do nothing`, [name]);
  await tx.query(`select from delivery_line where name = $1 for update`, [name]);
  // The clock is read after whoever had the line has ended: the transaction's own began before.
  const [held]: Held[] = await tx.query(
    `select date_trunc('milliseconds', clock_timestamp()) as now, free_at as "freeAt", last_turn_at as "lastTurnAt",
       failures, paused_until as "pausedUntil",
       (select count(*)::int from delivery d where d.line = $1 and d.state = 'sending' and d.claimed_until > now()
         and d.id <> $2) as "underWay"
     from delivery_line where name = $1`,
    [name, delivery.id],
  );
  const now = held!.now.getTime();
  const pausedUntil = held!.pausedUntil?.getTime() ?? null;
  const isFull = atOnce !== null && held!.underWay >= atOnce;
  const turns = { freeAt: held!.freeAt?.getTime() ?? null, lastTurnAt: held!.lastTurnAt?.getTime() ?? null };
  const turn = takeTurn(
    turns,
    limit,
    now,
    delivery.isItsTurn,
    isFull ? Math.max(pausedUntil ?? 0, now + ROOM_MS) : pausedUntil,
  );
  // After a pause one goes first, and the others when it is known what became of it.
  const isTrial = turn.goes && pausedUntil !== null && held!.failures > 0;
  await tx.query(`update delivery_line set free_at = $2, last_turn_at = $3, paused_until = $4 where name = $1`, [
    name,
    dateOf(turn.turns.freeAt),
    dateOf(turn.turns.lastTurnAt),
    isTrial ? new Date(now + TRIAL_MS) : held!.pausedUntil,
  ]);
  const at = turn.goes ? null : new Date(turn.at);
  await tx.query(`update delivery set line = $2, turn_at = $3 where id = $1`, [delivery.id, name, at]);
  return at;
}

/** The line takes messages: those that wait since it failed come forward. */
export async function lineWorks(tx: EntityManager, name: string): Promise<void> {
  const [mended]: [{ name: string }[]] = await tx.query(
    `update delivery_line set failures = 0, paused_until = null, last_turn_at = null
     where name = $1 and (failures > 0 or paused_until is not null) returning name`,
    [name],
  );
  if (mended.length > 0) await comeForward(tx, name);
}

/** Whatever waits for a turn over the line asks for one anew. */
async function comeForward(tx: EntityManager, name: string): Promise<void> {
  await tx.query(`update delivery set turn_at = null where line = $1 and state = 'queued' and turn_at > now()`, [name]);
}

/**
 * The line failed, and not for what the message says: after some times it is paused, longer each time; at once where the
 * other side says for how long (Retry-After).
 * @returns until when; null where it is not paused yet
 */
export async function lineFailed(
  tx: EntityManager,
  name: string,
  { retryAfterMs }: { retryAfterMs: number | null },
): Promise<Date | null> {
  const asked = retryAfterMs === null ? null : Math.min(retryAfterMs, LONGEST_ASKED_MS);
  const [[row]]: [{ until: Date | null }[]] = await tx.query(
    `update delivery_line set failures = failures + 1,
       paused_until = case when $2::float8 is not null or failures + 1 >= $3 then clock_timestamp() + interval '1 millisecond'
         * greatest($2, case when failures + 1 >= $3 then least($5, $4 * 2.0 ^ least(failures + 1 - $3, 20)) end) end
     where name = $1 returning paused_until as until`,
    [name, asked, FAILURES, FIRST_PAUSE_MS, LONGEST_PAUSE_MS],
  );
  return row?.until ?? null;
}

const dateOf = (instant: number | null): Date | null => (instant === null ? null : new Date(Math.round(instant)));
