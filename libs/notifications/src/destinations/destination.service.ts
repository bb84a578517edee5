import { assertMay, SecretBox } from '@duban/directory';
import { limitOf } from '@duban/domain';
import { type Actor, HistoryService, systemActor } from '@duban/history';
import { conflict, invalid, newId, notFound } from '@duban/kernel';
import { type Config, CONFIG } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { DestinationChannel } from '../channels/channel';
import { ChannelSet } from '../channels/channel-set';
import { moveDelivery } from '../delivery.move';
import type { Page } from '../delivery.reader';
import type { Line } from '../lines/line';
import { DESTINATION_KINDS } from '../notification.kinds';

/** What may be said of a destination (推送目的地). */
export interface DestinationTerms {
  name: string;
  /** Where it is reached, as a URL. Answers and history show it without what lets anybody write there. */
  address: string;
  /** What it gets, of {@link DESTINATION_KINDS}. */
  kinds: readonly string[];
  /** To which units, by their codes, that is said; none: to all. */
  units: readonly string[];
  /** How many messages it takes in a minute. */
  perMinute: number;
}

export type DestinationState = 'active' | 'paused' | 'ended';

export interface DestinationView extends DestinationTerms {
  id: string;
  channel: string;
  state: DestinationState;
  /** Why it is paused or has ended; null while it is active. */
  stopReason: string | null;
  /** It failed again and again, and is left alone until then; null where it is not. */
  brokenUntil: Date | null;
  /** Digests that wait to go there. */
  waiting: number;
  /** The keys that sign what goes there, the newest first: when each was made, and when it ends. */
  keys: { madeAt: Date; endsAt: Date | null }[];
  version: number;
  madeAt: Date;
}

/** One attempt to hand a digest over, as it is kept. */
export interface DeliveryAttempt {
  id: string;
  deliveryId: string;
  subject: string;
  at: Date;
  tookMs: number;
  /** What was answered, and the beginning of its body; null where nothing was. */
  status: number | null;
  answer: string | null;
  error: string | null;
  /** What the delivery was after it, and when it is tried next. */
  thenState: string;
  nextAttemptAt: Date | null;
}

interface Held {
  id: string;
  channel: string;
  name: string;
  address: string;
  kinds: string[];
  units: string[];
  perMinute: number;
  pausedAt: Date | null;
  endedAt: Date | null;
  version: number;
}

const LONGEST_OVERLAP_HOURS = 24 * 7;
/** Messages handed over at the same time: one that hangs must not take all workers. */
const AT_ONCE = 2;

/** The line (线路) of a destination. */
export const lineOfDestination = ({ id, perMinute }: { id: string; perMinute: number }): Line => ({
  name: `destination ${id}`,
  limit: limitOf(perMinute),
  atOnce: AT_ONCE,
});

/** What is sealed is of its row alone. */
const addressOf = (id: string): string => `address of destination ${id}`;
const keyOf = (id: string): string => `key ${id}`;

/** Destinations (推送目的地): what they get, their keys, their pauses, what became of each attempt, and replays by hand. */
@Injectable()
export class DestinationService {
  constructor(
    private readonly channels: ChannelSet,
    private readonly box: SecretBox,
    private readonly history: HistoryService,
    @Inject(CONFIG) private readonly config: Pick<Config, 'DUBAN_SECRET'>,
  ) {}

  async list(
    tx: EntityManager,
    { after, limit }: { after?: string | null; limit: number },
  ): Promise<Page<DestinationView>> {
    const rows: DestinationView[] = await tx.query(
      `${VIEW} where ($1::uuid is null or o.id < $1) order by o.id desc limit $2`,
      [after ?? null, limit + 1],
    );
    const items = rows.slice(0, limit);
    return { items, next: rows.length > limit ? items.at(-1)!.id : null };
  }

  /**
   * @param given with the key that the other side gave, where it is theirs to give
   * @returns with the key of ours that signs what goes there, which nobody is shown again
   * @throws DomainError `RIGHTS.NOT_ALLOWED`, invalid `DESTINATION.*` with the field
   */
  async create(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    {
      channel: kind,
      perMinute,
      secret: theirs,
      ...given
    }: Omit<DestinationTerms, 'perMinute' | 'units'> & {
      channel: string;
      units?: readonly string[];
      perMinute?: number;
      secret?: string;
    },
  ): Promise<{ destination: DestinationView; secret: string | null }> {
    assertMay(actor, 'destination.manage');
    this.assertKey();
    const channel = this.channelOf(kind);
    const id = newId();
    const key = keyFor(channel, theirs);
    const terms = this.checked(channel, { units: [], ...given, perMinute: perMinute ?? channel.perMinute.usual });
    const unitIds = await unitIdsOf(tx, terms.units);
    await tx.query(
      `insert into destination (id, channel, name, shown_address, sealed_address, kinds, per_minute, version, made_by, made_at, unit_ids)
       values ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $10)`,
      [
        id,
        kind,
        terms.name,
        terms.shownAddress,
        this.box.seal(Buffer.from(terms.address), addressOf(id)),
        terms.kinds,
        terms.perMinute,
        actor.personId,
        at,
        unitIds,
      ],
    );
    if (key !== null) await this.addKey(tx, id, key);
    await this.tell(tx, actor, at, id, 'created', null, { channel: kind, ...recorded(terms) });
    return { destination: await this.view(tx, id), secret: theirs === undefined ? key : null };
  }

  /** What is left out stays. @throws DomainError as {@link create}, conflict `DESTINATION.STALE` */
  async change(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    expectedVersion: number,
    given: Partial<DestinationTerms>,
  ): Promise<DestinationView> {
    assertMay(actor, 'destination.manage');
    const held = await this.hold(tx, id);
    if (held.version !== expectedVersion) {
      throw conflict('DESTINATION.STALE', 'Somebody has changed the destination since you read it. Read it again.', {
        version: held.version,
      });
    }
    if (given.address !== undefined) this.assertKey();
    const channel = this.channelOf(held.channel);
    const terms = this.checked(channel, { ...held, ...given }, given.address === undefined ? held.address : undefined);
    const unitIds = await unitIdsOf(tx, terms.units);
    await tx.query(
      `update destination set name = $2, shown_address = $3, kinds = $4, per_minute = $5, unit_ids = $6, version = version + 1 where id = $1`,
      [id, terms.name, terms.shownAddress, terms.kinds, terms.perMinute, unitIds],
    );
    if (given.address !== undefined) {
      await tx.query(`update destination set sealed_address = $2 where id = $1`, [
        id,
        this.box.seal(Buffer.from(terms.address), addressOf(id)),
      ]);
      await tryAgain(tx, id);
    }
    await this.tell(tx, actor, at, id, 'changed', recorded({ ...held, shownAddress: held.address }), recorded(terms));
    return this.view(tx, id);
  }

  /**
   * Makes a new key, or takes the one that the other side gives. Old ones of ours go on signing beside it for some hours,
   * so that no message is lost while whoever verifies takes the new one; what they gave holds as long as they say.
   * @throws DomainError `RIGHTS.NOT_ALLOWED`, `DESTINATION.UNKNOWN`, invalid `DESTINATION.*` with the field
   */
  async rotateKey(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    overlapHours: number,
    theirs?: string,
  ): Promise<{ destination: DestinationView; secret: string | null }> {
    assertMay(actor, 'destination.manage');
    this.assertKey();
    if (overlapHours > LONGEST_OVERLAP_HOURS) {
      throw invalid('DESTINATION.OVERLAP_TOO_LONG', 'An old key goes on signing for a week at most.', {
        field: 'overlapHours',
      });
    }
    const held = await this.hold(tx, id);
    const channel = this.channelOf(held.channel);
    const key = keyFor(channel, theirs);
    if (key === null) {
      throw channel.keys === null
        ? noKeys()
        : invalid('DESTINATION.KEY_REQUIRED', 'The other side gives this key: say in "secret" which one.', {
            field: 'secret',
          });
    }
    await tx.query(
      `update destination_key set ends_at = least(coalesce(ends_at, 'infinity'), clock_timestamp() + $2 * interval '1 hour')
       where destination_id = $1`,
      [id, theirs === undefined ? overlapHours : 0],
    );
    await this.addKey(tx, id, key);
    await this.tell(tx, actor, at, id, 'key_rotated', null, { name: held.name, overlapHours });
    return { destination: await this.view(tx, id), secret: theirs === undefined ? key : null };
  }

  /** What is for it waits until it goes on. @throws DomainError `DESTINATION.NOT_ACTIVE` */
  async pause(tx: EntityManager, actor: Actor, at: Date, id: string, reason: string): Promise<DestinationView> {
    assertMay(actor, 'destination.manage');
    const held = await this.hold(tx, id);
    if (held.pausedAt ?? held.endedAt) throw conflict('DESTINATION.NOT_ACTIVE', 'It gets nothing as it is.', { id });
    await tx.query(`update destination set paused_at = $2, stop_reason = $3, version = version + 1 where id = $1`, [
      id,
      at,
      reason,
    ]);
    await this.tell(tx, actor, at, id, 'paused', null, { name: held.name }, reason);
    return this.view(tx, id);
  }

  /**
   * It gets messages again: what waits, and what is new, at once. One that has ended, by its own word or by hand, too.
   * @throws DomainError `DESTINATION.ACTIVE`
   */
  async resume(tx: EntityManager, actor: Actor, at: Date, id: string, reason: string): Promise<DestinationView> {
    assertMay(actor, 'destination.manage');
    const held = await this.hold(tx, id);
    const [line]: object[] = await tx.query(
      `select from delivery_line where name = $1 and paused_until > clock_timestamp()`,
      [lineOfDestination(held).name],
    );
    if (!held.pausedAt && !held.endedAt && !line) {
      throw conflict('DESTINATION.ACTIVE', 'It gets messages as it is.', { id });
    }
    await tx.query(
      `update destination set paused_at = null, ended_at = null, stop_reason = null, version = version + 1 where id = $1`,
      [id],
    );
    await tryAgain(tx, id);
    await this.tell(tx, actor, at, id, 'resumed', null, { name: held.name }, reason);
    return this.view(tx, id);
  }

  /**
   * It gets nothing any more, and whatever waits for it is not sent; what was stays to be read.
   * @throws DomainError `RIGHTS.NOT_ALLOWED`, notFound `DESTINATION.UNKNOWN`, conflict `DESTINATION.ENDED`
   */
  async end(tx: EntityManager, actor: Actor, at: Date, id: string, reason: string): Promise<DestinationView> {
    assertMay(actor, 'destination.manage');
    await this.hold(tx, id);
    if (!(await this.endAs(tx, actor, at, id, reason))) {
      throw conflict('DESTINATION.ENDED', 'It has ended already.', { id });
    }
    return this.view(tx, id);
  }

  /** It said itself that it wants no more. */
  async endGone(tx: EntityManager, id: string, at: Date): Promise<void> {
    await this.endAs(tx, systemActor(`destination-${id}`), at, id, 'it answered 410 (gone)');
  }

  private async endAs(tx: EntityManager, actor: Actor, at: Date, id: string, reason: string): Promise<boolean> {
    const [ended]: [{ name: string }[]] = await tx.query(
      `update destination set ended_at = $2, stop_reason = $3, version = version + 1
       where id = $1 and ended_at is null returning name`,
      [id, at, reason],
    );
    if (ended.length === 0) return false;
    await tx.query(`update delivery set turn_at = null where destination_id = $1 and state = 'queued'`, [id]);
    await this.tell(tx, actor, at, id, 'ended', null, { name: ended[0]!.name }, reason);
    return true;
  }

  /** Newest first. @throws DomainError `DESTINATION.UNKNOWN` */
  async attempts(
    tx: EntityManager,
    id: string,
    { after, limit, deliveryId }: { after?: string | null; limit: number; deliveryId?: string },
  ): Promise<Page<DeliveryAttempt>> {
    await this.view(tx, id);
    const rows: DeliveryAttempt[] = await tx.query(
      `select a.id, a.delivery_id as "deliveryId", g.subject, a.at, a.took_ms as "tookMs", a.status, a.answer, a.error,
         a.then_state as "thenState", a.next_attempt_at as "nextAttemptAt"
       from delivery_attempt a join delivery d on d.id = a.delivery_id join digest g on g.id = d.digest_id
       where a.destination_id = $1 and ($2::uuid is null or a.id < $2) and ($3::uuid is null or a.delivery_id = $3)
       order by a.id desc limit $4`,
      [id, after ?? null, deliveryId ?? null, limit + 1],
    );
    const items = rows.slice(0, limit);
    return { items, next: rows.length > limit ? items.at(-1)!.id : null };
  }

  /**
   * Sends once more what was delivered, failed or not sent, with the same id: whoever had it knows it by that.
   * @throws DomainError notFound `DELIVERY.UNKNOWN`, conflict `DELIVERY.EVENT_NOT_ALLOWED`, `DESTINATION.ENDED`
   */
  async replay(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    deliveryId: string,
  ): Promise<{ deliveryId: string }> {
    assertMay(actor, 'destination.manage');
    const destination = await this.hold(tx, id);
    if (destination.endedAt) throw conflict('DESTINATION.ENDED', 'It has ended. Resume it first.', { id });
    const [held]: { id: string; state: 'failed' }[] = await tx.query(
      `select id, state from delivery where id = $1 and destination_id = $2 for update`,
      [deliveryId, id],
    );
    if (!held) throw notFound('DELIVERY.UNKNOWN', 'There is no such message to this destination.', { deliveryId });
    await tx.query(`update delivery set attempts = 0, turn_at = null where id = $1`, [deliveryId]);
    await moveDelivery(tx, this.history, actor, at, held, 'replay', { next_attempt_at: at });
    return { deliveryId };
  }

  /** Where it is reached, and the keys that hold just now. */
  async opened(tx: EntityManager, id: string): Promise<{ address: string; secrets: string[] }> {
    const [row]: { address: Buffer }[] = await tx.query(
      `select sealed_address as address from destination where id = $1`,
      [id],
    );
    const keys: { id: string; secret: Buffer }[] = await tx.query(
      `select id, sealed_secret as secret from destination_key
       where destination_id = $1 and (ends_at is null or ends_at > clock_timestamp()) order by made_at desc, id desc`,
      [id],
    );
    return {
      address: this.box.open(row!.address, addressOf(id)).toString(),
      secrets: keys.map((key) => this.box.open(key.secret, keyOf(key.id)).toString()),
    };
  }

  private async addKey(tx: EntityManager, destinationId: string, secret: string): Promise<void> {
    const id = newId();
    await tx.query(`insert into destination_key (id, destination_id, sealed_secret) values ($1, $2, $3)`, [
      id,
      destinationId,
      this.box.seal(Buffer.from(secret), keyOf(id)),
    ]);
  }

  private assertKey(): void {
    if (this.config.DUBAN_SECRET !== undefined) return;
    throw invalid(
      'DESTINATION.NO_KEY',
      'Destinations need a key under which their secrets are kept. Whoever runs the installation sets DUBAN_SECRET.',
    );
  }

  private channelOf(kind: string): DestinationChannel {
    const channel = this.channels.toDestination(kind);
    if (channel) return channel;
    const known = this.channels.kindsToDestinations;
    throw invalid('DESTINATION.UNKNOWN_CHANNEL', `There is no channel ${kind}. There are: ${known.join(', ')}.`, {
      field: 'channel',
      known,
    });
  }

  /** @param shown the address as it is shown, where it stays */
  private checked(
    channel: DestinationChannel,
    { name, address, kinds, units, perMinute }: DestinationTerms,
    shown?: string,
  ): DestinationTerms & { shownAddress: string } {
    const unknown = kinds.filter((kind) => !DESTINATION_KINDS.includes(kind));
    if (unknown.length > 0) {
      throw invalid('DESTINATION.UNKNOWN_KIND', `Nothing of these kinds is ever said: ${unknown.join(', ')}.`, {
        field: 'kinds',
        known: DESTINATION_KINDS,
      });
    }
    const { most } = channel.perMinute;
    if (perMinute > most) {
      throw invalid(
        'DESTINATION.TOO_MANY',
        `By ${channel.kind} a destination takes ${most} messages a minute at most.`,
        {
          field: 'perMinute',
          most,
        },
      );
    }
    return {
      name,
      address,
      kinds: [...new Set(kinds)],
      units: [...new Set(units)],
      perMinute,
      shownAddress: shown ?? channel.shownAddress(reachableUrl(channel, address)),
    };
  }

  /** Locks its row. @throws DomainError `DESTINATION.UNKNOWN` */
  async hold(tx: EntityManager, id: string): Promise<Held> {
    const [held]: Held[] = await tx.query(
      `select id, channel, name, shown_address as address, kinds, ${UNITS}, per_minute as "perMinute", paused_at as "pausedAt",
         ended_at as "endedAt", version from destination where id = $1 for update`,
      [id],
    );
    if (!held) throw unknownDestination(id);
    return held;
  }

  private async view(tx: EntityManager, id: string): Promise<DestinationView> {
    const [view]: DestinationView[] = await tx.query(`${VIEW} where o.id = $1`, [id]);
    if (!view) throw unknownDestination(id);
    return view;
  }

  private async tell(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    what: 'created' | 'changed' | 'key_rotated' | 'paused' | 'resumed' | 'ended',
    before: Readonly<Record<string, unknown>> | null,
    after: Readonly<Record<string, unknown>>,
    reason: string | null = null,
  ): Promise<void> {
    await this.history.append(tx, actor, at, [
      {
        type: `destination.${what}`,
        entity: 'destination',
        entityId: id,
        reason,
        before: before && { id, ...before },
        after: { id, ...after },
      },
    ]);
  }
}

/**
 * A new key of ours, or theirs; null where they give none.
 * @throws DomainError invalid `DESTINATION.KEY_IS_OURS`, `DESTINATION.NO_KEYS`
 */
function keyFor({ keys }: DestinationChannel, theirs: string | undefined): string | null {
  if (keys === null && theirs !== undefined) throw noKeys();
  if (keys?.from !== 'us') return theirs ?? null;
  if (theirs === undefined) return keys.make();
  throw invalid('DESTINATION.KEY_IS_OURS', 'Keys of this channel are made here, and shown to you once.', {
    field: 'secret',
  });
}

const noKeys = () =>
  invalid('DESTINATION.NO_KEYS', 'Nothing that goes by this channel is signed: the address holds the key.', {
    field: 'secret',
  });

const unknownDestination = (id: string) => notFound('DESTINATION.UNKNOWN', 'There is no such destination.', { id });

/** What history keeps of it: no address by which anybody could write there. */
const recorded = ({
  name,
  shownAddress,
  kinds,
  units,
  perMinute,
}: DestinationTerms & { shownAddress: string }): object & Record<string, unknown> => ({
  name,
  address: shownAddress,
  kinds,
  units,
  perMinute,
});

/** @throws DomainError invalid `DESTINATION.UNKNOWN_UNIT` */
async function unitIdsOf(tx: EntityManager, codes: readonly string[]): Promise<string[]> {
  if (codes.length === 0) return [];
  const rows: { id: string; code: string }[] = await tx.query(
    `select distinct on (code) id, code from unit where code = any($1::text[]) order by code, to_on desc nulls first`,
    [codes],
  );
  const unknown = codes.filter((code) => !rows.some((row) => row.code === code));
  if (unknown.length === 0) return rows.map(({ id }) => id);
  throw invalid('DESTINATION.UNKNOWN_UNIT', `There are no units with these codes: ${unknown.join(', ')}.`, {
    field: 'units',
  });
}

/**
 * What a name leads to is looked at when something is sent there, since it may change.
 * @throws DomainError invalid `DESTINATION.BAD_ADDRESS`, `DESTINATION.ADDRESS_NOT_ALLOWED`
 */
function reachableUrl(channel: DestinationChannel, address: string): URL {
  const url = urlOf(address);
  const reason = channel.refusalOf(url);
  if (reason === null) return url;
  throw invalid('DESTINATION.ADDRESS_NOT_ALLOWED', `Nothing is sent to this address: ${reason}.`, { field: 'address' });
}

/** @throws DomainError invalid `DESTINATION.BAD_ADDRESS` */
function urlOf(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url;
  throw invalid(
    'DESTINATION.BAD_ADDRESS',
    'An address such as https://oa.city.example/duban, without a name and password in it.',
    {
      field: 'address',
    },
  );
}

/** Whatever waits for it is tried now, and its line is as if it had never failed. */
async function tryAgain(tx: EntityManager, id: string): Promise<void> {
  await tx.query(`update delivery_line set failures = 0, paused_until = null, last_turn_at = null where name = $1`, [
    `destination ${id}`,
  ]);
  await tx.query(`update delivery set turn_at = null where destination_id = $1 and state = 'queued'`, [id]);
}

const UNITS = `array(select u.code from unit u where u.id = any(unit_ids) order by u.code) as units`;

const VIEW = `
  select o.id, o.channel, o.name, o.shown_address as address, o.kinds, ${UNITS}, o.per_minute as "perMinute",
    case when o.ended_at is not null then 'ended' when o.paused_at is not null then 'paused' else 'active' end as state,
    o.stop_reason as "stopReason", o.version, o.made_at as "madeAt",
    (select l.paused_until from delivery_line l where l.name = 'destination ' || o.id and l.failures > 0
       and l.paused_until > clock_timestamp()) as "brokenUntil",
    (select count(*)::int from delivery d where d.destination_id = o.id and d.state in ('queued', 'sending')) as waiting,
    (select coalesce(json_agg(json_build_object('madeAt', k.made_at, 'endsAt', k.ends_at) order by k.made_at desc), '[]')
       from destination_key k where k.destination_id = o.id and (k.ends_at is null or k.ends_at > clock_timestamp())) as keys
  from destination o`;
