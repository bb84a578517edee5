import {
  allowedPreference,
  decideMessage,
  type MessageDecision,
  type MessagePreference,
  type MessageRules,
  NO_PREFERENCE,
} from '@duban/domain';
import type { WorkingCalendar } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import type { ChannelSet } from '../channels/channel-set';
import { nextWindowStart, windowStart } from '../timing';
import type { PersonParty } from './party';
import type { Recipient } from './recipients';

/** Longer than any holiday: somebody with one digest a day had the last one within it, or may have the next. */
const DAYS_BACK = 20;

/** Says what becomes of a message to a recipient, channel by channel. */
export type MessageDecider = (
  recipient: Recipient,
  message: { wantedAt: Date; isUrgent: boolean },
  /** The channels that come only after others were not read. */
  isLater?: boolean,
) => { channel: string; decision: MessageDecision }[];

/** Reads what people chose and when they had their last digests. */
export async function messageDecider(
  tx: EntityManager,
  now: Date,
  timeZone: string,
  parties: readonly PersonParty[],
  { rules, calendar, channels }: { rules: MessageRules; calendar: WorkingCalendar; channels: ChannelSet },
): Promise<MessageDecider> {
  const ids = [...new Set(parties.map(({ id }) => id))];
  const preferences = await preferencesOf(tx, ids, rules);
  const isAnyDaily = [...preferences.values()].some(({ dailyAt }) => dailyAt !== null);
  const [window, nextWindow] = [windowStart(now), nextWindowStart(now)];
  const since = isAnyDaily ? new Date(window.getTime() - DAYS_BACK * 86_400_000) : window;
  const lastWindows = await lastWindowsOf(tx, ids, since);
  const atLast = { ...rules, escalation: { ...rules.escalation, channels: [] } };
  return ({ party, isStoodInFor }, message, isLater = false) =>
    channels.all.map((channel) => ({
      channel: channel.kind,
      decision: decideMessage(
        {
          ...message,
          now,
          timeZone,
          channel: { kind: channel.kind, disturbs: channel.send !== undefined },
          address: channel.isFor(party.recipient),
          isStoodInFor,
          preference: preferences.get(party.id) ?? NO_PREFERENCE,
          lastWindow: lastWindows.get(`${party.id} ${channel.kind}`) ?? null,
          window,
          nextWindow,
        },
        isLater ? atLast : rules,
        calendar,
      ),
    }));
}

async function preferencesOf(
  tx: EntityManager,
  personIds: readonly string[],
  rules: MessageRules,
): Promise<Map<string, MessagePreference>> {
  const rows: { personId: string; body: MessagePreference }[] = await tx.query(
    `select distinct on (person_id) person_id as "personId", body from message_preference
     where person_id = any($1::uuid[]) order by person_id, version desc`,
    [personIds],
  );
  return new Map(rows.map(({ personId, body }) => [personId, allowedPreference({ ...NO_PREFERENCE, ...body }, rules)]));
}

/** The start of the half hour in which each party had the last digest, by `<id> <channel>`. */
export async function lastWindowsOf(
  tx: EntityManager,
  ids: readonly string[],
  since: Date,
): Promise<Map<string, Date>> {
  const rows: { id: string; channel: string; last: Date }[] = await tx.query(
    `select coalesce(person_id, destination_id) as id, channel, max(window_start) as last from digest
     where window_start >= $1 and (person_id = any($2::uuid[]) or destination_id = any($2::uuid[])) group by 1, 2`,
    [since, ids],
  );
  return new Map(rows.map(({ id, channel, last }) => [`${id} ${channel}`, last]));
}
