import { kindForDestinations } from '../notification.kinds';
import type { EntityManager } from 'typeorm';
import type { ChannelSet } from '../channels/channel-set';
import { nextWindowStart, windowStart } from '../timing';
import { lastWindowsOf } from './message-decider';
import { channelKey } from './outcomes';
import type { DestinationParty } from './party';
import type { Waiting } from './waiting';

/** What becomes of a message to a destination. */
export type DestinationDecision =
  | { party: DestinationParty; goes: 'now' }
  | { party: DestinationParty; goes: 'later'; until: Date }
  | { party: DestinationParty; goes: 'never'; reason: 'overtaken' | 'not_named' };

/** Says for each message to which destinations it goes, and when: once a run. */
export type DestinationDecider = (row: Waiting, settled: ReadonlySet<string>) => DestinationDecision[];

/**
 * Reads which destinations want what. They get what is said to posts, whoever holds those, and no more than one digest a
 * half hour; what is restricted to some people (限知事项) goes to none. One that is paused by hand gets its digests when it
 * goes on.
 */
export async function destinationDecider(
  tx: EntityManager,
  now: Date,
  channels: ChannelSet,
): Promise<DestinationDecider> {
  const rows: { id: string; channel: string; address: string; kinds: string[]; unitIds: string[] }[] = await tx.query(
    `select id, channel, shown_address as address, kinds, unit_ids as "unitIds" from destination
     where ended_at is null and channel = any($1::text[]) order by id`,
    [channels.kindsToDestinations],
  );
  if (rows.length === 0) return () => [];
  const window = windowStart(now);
  const lastWindows = await lastWindowsOf(
    tx,
    rows.map(({ id }) => id),
    window,
  );
  const destinations = rows.map(({ id, channel, address, kinds, unitIds }) => ({
    party: { kind: 'destination', id, channel, address } as const,
    kinds: new Set(kinds),
    unitIds: new Set(unitIds),
    hasHadDigest: lastWindows.has(`${id} ${channel}`),
  }));
  const decided = new Set<string>();
  return (row, settled) => {
    // What a cap holds is looked at twice.
    if (decided.has(row.id)) return [];
    decided.add(row.id);
    const kind = kindForDestinations(row.kind, row.parameters);
    return destinations
      .filter(({ unitIds }) => unitIds.size === 0 || (row.unitId !== null && unitIds.has(row.unitId)))
      .filter(({ party, kinds }) => kinds.has(kind) && !settled.has(channelKey(row.id, party.id, party.channel)))
      .map(({ party, hasHadDigest }) => {
        if (row.isOvertaken) return { party, goes: 'never', reason: 'overtaken' };
        if (row.namedIds !== null) return { party, goes: 'never', reason: 'not_named' };
        return hasHadDigest ? { party, goes: 'later', until: nextWindowStart(now) } : { party, goes: 'now' };
      });
  };
}
