import { type Holder, isInMatter, type StandIn, UnitDirectory } from '@duban/directory';
import { sendFrom } from '@duban/domain';
import { HistoryService, systemActor } from '@duban/history';
import { endOfLocalDay, type LocalDate, localDateOf, newId, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { lockWaiting } from '@duban/supervision';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ChannelSet } from './channels/channel-set';
import { moved, recordMade } from './delivery.move';
import { OVERTAKEN } from './overtaken';
import { arrange, subjectOf } from './templates/digest';
import { type Line, lineFor } from './templates/line';
import { MESSAGES, type Messages } from './templates/messages';
import { nextWindowStart, windowStart } from './timing';

/** Notifications read at a time: bounds the memory for their parameters. */
const BATCH = 5_000;
/** Rows written by one statement. */
const WRITE_BATCH = 5_000;

export interface ComposeResult {
  /** Digests made, one a person and channel. */
  digests: number;
  /** Deliveries that are now to be sent; those to the inbox are delivered already. */
  deliveryIds: string[];
  /** Reminders and urges dropped, since what they ask for is done or has another deadline. */
  overtaken: number;
  /** Notifications for posts that nobody holds; they wait for a holder. */
  withoutHolder: number;
  /** Notifications left for the next half hour: their person has had a digest in this one. */
  waiting: number;
}

/** A jurisdiction in its working hours. */
interface OpenJurisdiction {
  id: string;
  timeZone: string;
  today: LocalDate;
}

interface Waiting {
  id: string;
  jurisdictionId: string;
  postId: string;
  planId: string | null;
  taskId: string | null;
  parentId: string | null;
  kind: string;
  parameters: unknown;
  isOvertaken: boolean;
  /** Of a restricted matter (限知事项): who alone may know of it; null of any other. */
  namedIds: string[] | null;
}

type Item = Line & {
  notificationId: string;
  /** For the inbox alone: somebody stands in, and is told by all channels. */
  isQuiet: boolean;
};

/** Who is told of a notification. */
interface Recipient {
  holder: Holder;
  isQuiet: boolean;
}

/** Everything that one run puts together before it writes. */
interface Draft {
  composed: string[];
  postponed: string[];
  /** Dropped: what they ask for is done or has another deadline. */
  overtaken: Waiting[];
  /** Dropped: nobody who would get it may know of the restricted matter. */
  unnamed: Waiting[];
  /** For posts that nobody holds: they wait for a holder, and are looked at again in the morning. */
  waitingForHolder: Map<string, LocalDate>;
  vacant: Set<string>;
  withoutHolder: number;
  people: Map<string, { holder: Holder; items: Item[] }>;
  /** Terms whose holder is told, by this run, of what was open in the post when they took it over. */
  handedOver: string[];
}

/** A term that has begun, of somebody who has not been told yet of what is open in the post. */
interface Handover {
  termId: string;
  holder: Holder;
  today: LocalDate;
}

/**
 * Makes digests (消息汇总) out of waiting notifications: one a person, channel and half hour, so that nobody gets a
 * message for each matter and each post.
 */
@Injectable()
export class DigestService {
  private readonly logger = new Logger('notifications');

  constructor(
    private readonly directory: UnitDirectory,
    private readonly channels: ChannelSet,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
    @Inject(MESSAGES) private readonly messages: Messages,
    private readonly history: HistoryService,
  ) {}

  /**
   * Composes everything that may be sent at `now`, in the caller's transaction. Composers wait for one another: two at
   * once would tear a person's matters apart into two windows. Whoever else changes one that waits takes the same lock, so
   * that no row needs one of its own.
   */
  async compose(tx: EntityManager, now: Date): Promise<ComposeResult> {
    await lockWaiting(tx);
    const open = await this.openJurisdictions(tx, now);
    const draft: Draft = {
      composed: [],
      postponed: [],
      overtaken: [],
      unnamed: [],
      waitingForHolder: new Map(),
      vacant: new Set(),
      withoutHolder: 0,
      people: new Map(),
      handedOver: [],
    };
    if (open.length > 0) {
      await this.draft(tx, now, open, draft);
      await this.draftHandovers(tx, now, open, draft);
    }
    if (draft.vacant.size > 0) {
      this.logger.warn(
        `${draft.withoutHolder} notifications are for posts without a holder: ${[...draft.vacant].join(', ')}`,
      );
    }
    const written = await this.write(tx, now, draft);
    await settle(tx, now, draft);
    await this.awaitHolders(tx, open, draft);
    await this.recordDropped(tx, now, draft);
    return {
      ...written,
      overtaken: draft.overtaken.length,
      withoutHolder: draft.withoutHolder,
      waiting: draft.postponed.length,
    };
  }

  /** What became due while nobody composed may not go out at night: it is put off to the morning. */
  private async openJurisdictions(tx: EntityManager, now: Date): Promise<OpenJurisdiction[]> {
    const all: { id: string; timeZone: string }[] = await tx.query(
      `select id, time_zone as "timeZone" from jurisdiction`,
    );
    const open: OpenJurisdiction[] = [];
    for (const { id, timeZone } of all) {
      const from = sendFrom(now, this.calendar, timeZone);
      if (from <= now) open.push({ id, timeZone, today: localDateOf(now, timeZone) });
      else {
        await tx.query(
          `update notification set send_from = $3 where composed_at is null and send_from <= $2 and jurisdiction_id = $1`,
          [id, now, from],
        );
      }
    }
    return open;
  }

  private async awaitHolders(tx: EntityManager, open: readonly OpenJurisdiction[], draft: Draft): Promise<void> {
    for (const { today, timeZone } of open) {
      const ids = [...draft.waitingForHolder].filter(([, day]) => day === today).map(([id]) => id);
      if (ids.length === 0) continue;
      const tomorrow = endOfLocalDay(today, timeZone);
      await tx.query(`update notification set send_from = $1 where id = any($2::uuid[])`, [
        sendFrom(tomorrow, this.calendar, timeZone),
        ids,
      ]);
    }
  }

  private async recordDropped(tx: EntityManager, now: Date, { overtaken, unnamed }: Draft): Promise<void> {
    const dropped = [
      ...overtaken.map((row) => ({ row, reason: 'what it reminds of is done or has another deadline' })),
      ...unnamed.map((row) => ({ row, reason: 'nobody in the post is named for the restricted matter' })),
    ];
    await this.history.append(
      tx,
      systemActor(`digest-${now.toISOString()}`),
      now,
      dropped.map(({ row: { id, jurisdictionId, postId, kind }, reason }) => ({
        type: 'notification.dropped',
        entity: 'notification',
        entityId: id,
        jurisdictionId,
        reason,
        after: { id, postId, kind },
      })),
    );
  }

  private async draft(tx: EntityManager, now: Date, open: readonly OpenJurisdiction[], draft: Draft): Promise<void> {
    const days = new Map(open.map(({ id, today }) => [id, today]));
    // One pass, however many there are: page by page each page would sort the rest again.
    await tx.query(`declare waiting no scroll cursor for ${WAITING}`, [now, [...days.keys()]]);
    let rows: Waiting[];
    do {
      rows = await tx.query(`fetch ${BATCH} from waiting`);
      for (const [jurisdictionId, today] of days) {
        const ofJurisdiction = rows.filter((row) => row.jurisdictionId === jurisdictionId);
        await this.draftFor(tx, now, today, ofJurisdiction, draft);
      }
    } while (rows.length === BATCH);
    await tx.query(`close waiting`);
  }

  /**
   * Whoever takes a post over finds in the inbox what is still open of what was said to it before: of each obligation
   * the last word. They owe it as their predecessor did, without being handed it anew.
   */
  private async draftHandovers(
    tx: EntityManager,
    now: Date,
    open: readonly OpenJurisdiction[],
    draft: Draft,
  ): Promise<void> {
    const due = await handoversDue(tx, open);
    const served = await servedIn(tx, windowStart(now), due);
    const handovers = due.filter(({ holder }) => !served.has(holder.personId));
    draft.handedOver = handovers.map(({ termId }) => termId);
    if (handovers.length === 0) return;
    const rows: { termId: string; id: string; kind: string; parameters: unknown }[] = await tx.query(STILL_OPEN, [
      draft.handedOver,
      draft.composed,
    ]);
    const byTerm = new Map(handovers.map((handover) => [handover.termId, handover]));
    for (const { termId, id, kind, parameters } of rows) {
      const { holder, today } = byTerm.get(termId)!;
      try {
        const line = lineFor(kind, parameters, this.messages, today);
        const person = draft.people.get(holder.personId) ?? { holder, items: [] };
        person.items.push({ ...line, notificationId: id, isQuiet: false });
        draft.people.set(holder.personId, person);
      } catch (error) {
        this.logger.error(`notification ${id} (${kind}) cannot be handed over in words: ${String(error)}`);
      }
    }
  }

  private async draftFor(
    tx: EntityManager,
    now: Date,
    today: LocalDate,
    rows: readonly Waiting[],
    draft: Draft,
  ): Promise<void> {
    if (rows.length === 0) return;
    const recipientsOf = await this.recipients(tx, today, rows);
    const served = await servedIn(tx, windowStart(now), rows.flatMap(recipientsOf));
    for (const row of rows) {
      const recipients = recipientsOf(row);
      if (row.isOvertaken) {
        draft.composed.push(row.id);
        draft.overtaken.push(row);
      } else if (recipients.length === 0 && row.namedIds !== null) {
        draft.composed.push(row.id);
        draft.unnamed.push(row);
      } else if (recipients.length === 0) {
        draft.waitingForHolder.set(row.id, today);
        draft.vacant.add(row.postId);
        draft.withoutHolder++;
      } else if (recipients.some(({ holder }) => served.has(holder.personId))) {
        draft.postponed.push(row.id);
      } else this.addLine(today, row, recipients, draft);
    }
  }

  private addLine(today: LocalDate, row: Waiting, recipients: readonly Recipient[], draft: Draft): void {
    let line: Line;
    try {
      line = lineFor(row.kind, row.parameters, this.messages, today);
    } catch (error) {
      // One row that cannot be put into words must not hold up the others, nor be lost.
      this.logger.error(`notification ${row.id} (${row.kind}) cannot be put into words: ${String(error)}`);
      draft.postponed.push(row.id);
      return;
    }
    draft.composed.push(row.id);
    for (const { holder, isQuiet } of recipients) {
      const person = draft.people.get(holder.personId) ?? { holder, items: [] };
      person.items.push({ ...line, notificationId: row.id, isQuiet });
      draft.people.set(holder.personId, person);
    }
  }

  /**
   * Who is told of each row, today: whoever holds its post, and whoever stands in for them in its matter (代行). The holder
   * on leave gets no mail of it, but finds it in the inbox on coming back. Of a restricted matter (限知事项) only those who
   * are named for it.
   */
  private async recipients(
    tx: EntityManager,
    today: LocalDate,
    rows: readonly Waiting[],
  ): Promise<(row: Waiting) => Recipient[]> {
    const postIds = [...new Set(rows.map((row) => row.postId))];
    const holders = byPost(await this.directory.holders(tx, postIds, today));
    const standIns = byPost(await this.directory.standIns(tx, postIds, today));
    const colleagues = await colleaguesByPost(
      tx,
      today,
      rows.filter(({ namedIds }) => namedIds !== null),
    );
    return (row) => {
      const told = new Map<string, Recipient>();
      for (const holder of holders.get(row.postId) ?? []) {
        const standing = (standIns.get(row.postId) ?? []).filter(
          (standIn) =>
            standIn.holderId === holder.personId && isInMatter(standIn.matter, row) && isNamed(row, standIn.personId),
        );
        for (const standIn of standing) told.set(standIn.personId, { holder: standIn, isQuiet: false });
        // Somebody may hold the post and stand in for another holder of it: then nothing is quiet.
        if (!told.has(holder.personId)) told.set(holder.personId, { holder, isQuiet: standing.length > 0 });
      }
      const named = [...told.values()].filter(({ holder }) => isNamed(row, holder.personId));
      if (row.namedIds === null || named.length > 0) return named;
      // Of a restricted matter whoever is named in the unit, where its post is held by nobody who is.
      return (colleagues.get(row.postId) ?? [])
        .filter(({ personId }) => isNamed(row, personId))
        .map((holder) => ({ holder, isQuiet: false }));
    };
  }

  private async write(
    tx: EntityManager,
    now: Date,
    { people }: Draft,
  ): Promise<Pick<ComposeResult, 'digests' | 'deliveryIds'>> {
    const digests: object[] = [];
    const items: object[] = [];
    const deliveries: { id: string }[] = [];
    const deliveryIds: string[] = [];
    for (const { holder, items: all } of people.values()) {
      for (const channel of this.channels.all) {
        const address = channel.isFor(holder);
        // What waits in the inbox disturbs nobody's leave.
        const lines = arrange(channel.send ? all.filter(({ isQuiet }) => !isQuiet) : all);
        if (address === null || lines.length === 0) continue;
        const subject = subjectOf(lines, this.messages);
        const digest_id = newId();
        const delivery_id = newId();
        digests.push({ id: digest_id, person_id: holder.personId, channel: channel.kind, subject });
        lines.forEach(({ notificationId, text }, i) =>
          items.push({ digest_id, position: i + 1, notification_id: notificationId, text }),
        );
        const state = channel.send ? 'queued' : moved('queued', ['claim', 'deliver']);
        const delivery = {
          id: delivery_id,
          digest_id,
          person_id: holder.personId,
          channel: channel.kind,
          address,
          state,
          next_attempt_at: channel.send ? now : null,
          sent_at: channel.send ? null : now,
        };
        deliveries.push(delivery);
        if (channel.send) deliveryIds.push(delivery_id);
      }
    }
    await insertAll(tx, INSERT_DIGESTS, digests, [windowStart(now), now]);
    await insertAll(tx, INSERT_ITEMS, items);
    await insertAll(tx, INSERT_DELIVERIES, deliveries, [now]);
    for (let i = 0; i < deliveries.length; i += WRITE_BATCH) {
      const ids = deliveries.slice(i, i + WRITE_BATCH).map(({ id }) => id);
      await recordMade(tx, this.history, systemActor(`digest-${now.toISOString()}`), now, ids);
    }
    return { digests: digests.length, deliveryIds };
  }
}

function byPost<T extends Holder | StandIn>(people: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of people) groups.set(one.postId, [...(groups.get(one.postId) ?? []), one]);
  return groups;
}

const isNamed = ({ namedIds }: Waiting, personId: string): boolean => namedIds === null || namedIds.includes(personId);

/** Who holds any post of the unit to which each post belongs, once a person. */
async function colleaguesByPost(
  tx: EntityManager,
  today: LocalDate,
  rows: readonly Waiting[],
): Promise<Map<string, Holder[]>> {
  if (rows.length === 0) return new Map();
  const holders: Holder[] = await tx.query(
    `select distinct on (asked.id, p.id) asked.id as "postId", p.id as "personId", p.username,
       p.display_name as "displayName", p.email
     from unnest($1::uuid[]) asked(id)
       join post mine on mine.id = asked.id
       join post any_post on any_post.unit_id = mine.unit_id
       join post_holding h on h.post_id = any_post.id and h.from_on <= $2 and (h.to_on is null or h.to_on > $2)
       join person p on p.id = h.person_id and p.is_active
     order by asked.id, p.id`,
    [[...new Set(rows.map(({ postId }) => postId))], today],
  );
  return byPost(holders);
}

/** People who have had their digest in the window. */
async function servedIn(
  tx: EntityManager,
  window: Date,
  recipients: readonly { holder: Holder }[],
): Promise<Set<string>> {
  const rows: { personId: string }[] = await tx.query(
    `select distinct person_id as "personId" from digest where window_start = $1 and person_id = any($2::uuid[])`,
    [window, [...new Set(recipients.map(({ holder }) => holder.personId))]],
  );
  return new Set(rows.map(({ personId }) => personId));
}

async function handoversDue(tx: EntityManager, open: readonly OpenJurisdiction[]): Promise<Handover[]> {
  const rows: (Holder & { termId: string; today: LocalDate })[] = await tx.query(
    `select h.id as "termId", h.post_id as "postId", p.id as "personId", p.username, p.display_name as "displayName",
       p.email, o.today
     from post_holding h join post on post.id = h.post_id left join unit u on u.id = post.unit_id
       join person p on p.id = h.person_id and p.is_active
       join lateral (select * from jsonb_to_recordset($1::jsonb) as o(id uuid, today text)
         where o.id = u.jurisdiction_id or post.unit_id is null limit 1) o on true
     where h.handed_over_at is null and h.from_on <= o.today::date and (h.to_on is null or h.to_on > o.today::date)
     order by h.from_on, h.id`,
    [JSON.stringify(open)],
  );
  return rows.map(({ termId, today, ...holder }) => ({ termId, today, holder }));
}

async function settle(tx: EntityManager, now: Date, { composed, postponed, handedOver }: Draft): Promise<void> {
  if (handedOver.length > 0) {
    await tx.query(`update post_holding set handed_over_at = $1 where id = any($2::uuid[])`, [now, handedOver]);
  }
  for (let i = 0; i < composed.length; i += WRITE_BATCH) {
    await tx.query(`update notification set composed_at = $1 where id = any($2::uuid[])`, [
      now,
      composed.slice(i, i + WRITE_BATCH),
    ]);
  }
  if (postponed.length > 0) {
    await tx.query(`update notification set send_from = $1 where id = any($2::uuid[])`, [
      nextWindowStart(now),
      postponed,
    ]);
  }
}

async function insertAll(
  tx: EntityManager,
  statement: string,
  rows: readonly object[],
  more: readonly unknown[] = [],
): Promise<void> {
  for (let i = 0; i < rows.length; i += WRITE_BATCH) {
    await tx.query(statement, [JSON.stringify(rows.slice(i, i + WRITE_BATCH)), ...more]);
  }
}

/** Whether a naming is for what the notification `n` tells, about the task `t` if any. */
const ABOUT = (naming: string): string => `(${naming}.plan_id = n.plan_id or ${naming}.task_id in (t.id, t.parent_id))`;

const WAITING = `
  select n.id, n.jurisdiction_id as "jurisdictionId", n.post_id as "postId", n.plan_id as "planId",
    n.task_id as "taskId", t.parent_id as "parentId", n.kind, n.parameters, ${OVERTAKEN} as "isOvertaken",
    case when exists (select from named_person m where ${ABOUT('m')}) then array(
      select m.person_id from named_person m where ${ABOUT('m')} group by m.person_id
      having count(*) = (select count(distinct coalesce(o.plan_id, o.task_id)) from named_person o where ${ABOUT('o')}))
    end as "namedIds"
  from notification n
    left join task t on t.id = n.task_id
    left join obligation o on o.id = n.obligation_id
    left join follow_up f on f.id = n.follow_up_id
  where n.composed_at is null and n.send_from <= $1 and n.jurisdiction_id = any($2::uuid[])
  order by n.send_from, n.id`;

/**
 * Of each term in $1, and each open obligation of its post: the last that was said, unless it was said to its holder, or
 * something is about to be by the notifications in $2.
 */
const STILL_OPEN = `
  select distinct on (h.id, o.id) h.id as "termId", n.id, n.kind, n.parameters
  from post_holding h
    join notification n on n.post_id = h.post_id and n.composed_at is not null
    join obligation o on o.id = n.obligation_id and o.state = 'open'
    left join follow_up f on f.id = n.follow_up_id
  where h.id = any($1::uuid[]) and not (${OVERTAKEN})
    and not exists (select from digest_item i join digest g on g.id = i.digest_id
      where i.notification_id = n.id and g.person_id = h.person_id)
    and not exists (select from notification now where now.id = any($2::uuid[])
      and now.post_id = h.post_id and now.obligation_id = o.id)
  order by h.id, o.id, n.wanted_at desc, n.id desc`;

const INSERT_DIGESTS = `
  insert into digest (id, person_id, channel, window_start, subject, composed_at)
  select r.id, r.person_id, r.channel, $2, r.subject, $3
  from jsonb_to_recordset($1::jsonb) as r(id uuid, person_id uuid, channel text, subject text)`;

const INSERT_ITEMS = `
  insert into digest_item (digest_id, position, notification_id, text)
  select r.digest_id, r.position, r.notification_id, r.text
  from jsonb_to_recordset($1::jsonb) as r(digest_id uuid, position int, notification_id uuid, text text)`;

const INSERT_DELIVERIES = `
  insert into delivery (id, digest_id, person_id, channel, address, state, attempts, next_attempt_at, sent_at, created_at)
  select r.id, r.digest_id, r.person_id, r.channel, r.address, r.state, 0, r.next_attempt_at, r.sent_at, $2
  from jsonb_to_recordset($1::jsonb) as r(id uuid, digest_id uuid, person_id uuid, channel text, address text,
    state text, next_attempt_at timestamptz, sent_at timestamptz)`;
