import { isNeverHeld, type MessageRules, nextWeek, openFrom } from '@duban/domain';
import { HistoryService, systemActor } from '@duban/history';
import { endOfLocalDay, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { currentMessageRules, lockWaiting } from '@duban/supervision';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ChannelSet } from './channels/channel-set';
import { DigestWriter, type Told } from './composing/digest.writer';
import { readBy, settleEscalations, unreadInTime } from './composing/escalations';
import { handoversDue, markHandedOver, readLastWords } from './composing/handovers';
import { type MessageDecider, messageDecider } from './composing/message-decider';
import { channelKey, type Outcome, readBefore, recordOutcomes, settledBefore, toldBefore } from './composing/outcomes';
import { type DestinationDecider, destinationDecider } from './composing/destinations';
import { type DestinationParty, type Party, personParty, type PersonParty } from './composing/party';
import { type Addressees, type Recipient, Recipients } from './composing/recipients';
import { UnitCaps } from './composing/unit-caps';
import {
  markComposed,
  type OpenJurisdiction,
  openJurisdictions,
  putOffTo,
  readHeld,
  readWaiting,
  unitsHeld,
  type Waiting,
} from './composing/waiting';
import { MessageTemplates } from './message-templates.service';
import { type Line, lineFor } from './templates/line';
import type { Messages } from './templates/messages';
import { nextWindowStart, windowStart } from './timing';

export interface ComposeResult {
  /** Digests made, one a person and channel. */
  digests: number;
  /** Deliveries that are now to be sent; those to the inbox are delivered already. */
  deliveryIds: string[];
  /** Reminders and urges dropped, since what they ask for is done or has another deadline. */
  overtaken: number;
  /** Notifications for posts that nobody holds; they wait for a holder. */
  withoutHolder: number;
  /** Notifications left for later: somebody has had a digest in this half hour, or it is not their time. */
  waiting: number;
  /** Notifications that the cap of a unit holds. */
  held: number;
}

/** Everything that one run puts together before it writes. */
class Draft {
  /** Nothing is left to be decided about them. */
  readonly composed: string[] = [];
  readonly waiting = new Map<string, { until: Date; isHeld: boolean }>();
  /** Held by the cap of their unit, unless it is written to in this half hour after all. */
  readonly held = new Map<string, { row: Waiting; told: readonly Recipient[] }>();
  /** Dropped: what they ask for is done or has another deadline. */
  readonly overtaken: Waiting[] = [];
  /** Dropped: nobody who would get it may know of the restricted matter. */
  readonly unnamed: Waiting[] = [];
  /** Posts that nobody holds, and how many wait for a holder. */
  readonly vacant = new Set<string>();
  withoutHolder = 0;
  readonly told = new Map<string, Told>();
  /** Looked at before this run. */
  readonly known: string[] = [];
  readonly outcomes: Outcome[] = [];
  /** Terms whose holder is told, by this run, of what was open in the post when they took it over. */
  readonly handedOver: string[] = [];

  /** People who have another channel, which is taken where they do not read this. */
  readonly withLaterChannel = new Set<string>();
  /** Digests that were to be read by now, and when they are looked at again, if ever. */
  readonly escalated = new Map<string, Date | null>();

  constructor(
    readonly caps: UnitCaps,
    readonly words: Messages,
    readonly decideDestinations: DestinationDecider,
  ) {}

  tell(
    party: Party,
    channel: string,
    line: Line,
    of: { notificationId: string; isUrgent?: boolean; escalatedFrom?: string },
  ): void {
    const told = this.told.get(party.id) ?? { party, items: new Map() };
    const items = told.items.get(channel) ?? [];
    items.push({ ...line, isUrgent: false, escalatedFrom: null, ...of });
    told.items.set(channel, items);
    this.told.set(party.id, told);
  }

  /** It is looked at again when the first has to wait no longer. */
  wait({ id }: Waiting, until: Date): void {
    const before = this.waiting.get(id);
    if (!before || until < before.until) this.waiting.set(id, { until, isHeld: false });
  }

  record(
    { id, unitId }: Pick<Waiting, 'id' | 'unitId'>,
    personId: string | null,
    reason: Outcome['reason'],
    until: Date | null = null,
    channel: string | null = null,
  ): void {
    this.outcomes.push({ notificationId: id, personId, channel, unitId, reason, until });
  }

  recordFor(
    { id: destinationId, channel }: DestinationParty,
    { id, unitId }: Pick<Waiting, 'id' | 'unitId'>,
    reason: Outcome['reason'],
    until: Date | null = null,
  ): void {
    this.outcomes.push({ notificationId: id, personId: null, destinationId, channel, unitId, reason, until });
  }
}

/** What is known of the rows of a batch. */
interface Batch {
  addresseesOf: (row: Waiting) => Addressees;
  decide: MessageDecider;
  /** What was settled of them by an earlier run. */
  settled: ReadonlySet<string>;
  /** What was read of them by somebody, whatever way it came. */
  read: ReadonlySet<string>;
}

/**
 * Makes digests (消息汇总) out of waiting notifications: one a person, channel and half hour, so that nobody gets a
 * message for each matter and each post.
 */
@Injectable()
export class DigestService {
  private readonly logger = new Logger('notifications');

  constructor(
    private readonly recipients: Recipients,
    private readonly writer: DigestWriter,
    private readonly channels: ChannelSet,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
    private readonly templates: MessageTemplates,
    private readonly history: HistoryService,
  ) {}

  /**
   * Composes everything that may be sent at `now`, in the caller's transaction. Composers wait for one another: two at
   * once would tear a person's matters apart into two windows. Whoever else changes one that waits takes the same lock, so
   * that no row needs one of its own.
   */
  async compose(tx: EntityManager, now: Date): Promise<ComposeResult> {
    await lockWaiting(tx);
    const { rules } = await currentMessageRules(tx);
    const open = await openJurisdictions(tx, this.calendar, rules, now);
    const draft = new Draft(
      new UnitCaps(rules, windowStart(now)),
      await this.templates.inForce(tx),
      await destinationDecider(tx, now, this.channels),
    );
    if (open.length > 0) {
      await this.draft(tx, now, rules, open, draft);
      await this.draftHandovers(tx, now, rules, open, draft);
      await this.draftEscalations(tx, now, rules, open, draft);
    }
    if (draft.vacant.size > 0) {
      this.logger.warn(
        `${draft.withoutHolder} notifications are for posts without a holder: ${[...draft.vacant].join(', ')}`,
      );
    }
    const { saidAlready, ...written } = await this.writer.write(
      tx,
      now,
      draft.words,
      [...draft.told.values()].map((told) => ({ ...told, isFollowed: draft.withLaterChannel.has(told.party.id) })),
      open[0] ? readBy(now, open[0].timeZone, rules, this.calendar) : now,
    );
    await settleEscalations(tx, draft.escalated);
    for (const { notificationId, party, channel } of saidAlready) {
      const row = { id: notificationId, unitId: null };
      if (party.kind === 'destination') draft.recordFor(party, row, 'said_already');
      else draft.record(row, party.id, 'said_already', null, channel);
    }
    await draft.caps.write(tx);
    await recordOutcomes(tx, now, draft.known, draft.outcomes);
    await markHandedOver(tx, now, draft.handedOver);
    await markComposed(tx, now, draft.composed);
    await putOffTo(tx, now, draft.waiting);
    await this.recordDropped(tx, now, draft);
    return {
      ...written,
      overtaken: draft.overtaken.length,
      withoutHolder: draft.withoutHolder,
      waiting: draft.waiting.size - draft.withoutHolder - draft.held.size,
      held: draft.held.size,
    };
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

  private async draft(
    tx: EntityManager,
    now: Date,
    rules: MessageRules,
    open: readonly OpenJurisdiction[],
    draft: Draft,
  ): Promise<void> {
    for await (const rows of readWaiting(tx, now, open)) await this.draftAll(tx, now, rules, open, rows, draft);
    await this.release(tx, now, rules, open, draft);
    for (const held of draft.held.values()) this.hold(held, rules, open, draft);
  }

  /** What was held goes with the next digest of its unit, or as soon as the cap allows (上限). */
  private async release(
    tx: EntityManager,
    now: Date,
    rules: MessageRules,
    open: readonly OpenJurisdiction[],
    draft: Draft,
  ): Promise<void> {
    const inOffice = open.filter(({ isOffice }) => isOffice);
    const unitIds = await unitsHeld(tx);
    if (unitIds.length > 0 && inOffice[0]) await draft.caps.load(tx, inOffice[0], unitIds);
    const earlier = await readHeld(
      tx,
      inOffice,
      unitIds.filter((id) => draft.caps.allows(id)),
    );
    const mine = [...draft.held.values()].map(({ row }) => row).filter(({ unitId }) => draft.caps.allows(unitId));
    for (const { id } of mine) draft.held.delete(id);
    const seen = new Set([...draft.composed, ...draft.waiting.keys(), ...mine.map(({ id }) => id)]);
    await this.draftAll(tx, now, rules, open, [...mine, ...earlier.filter(({ id }) => !seen.has(id))], draft);
  }

  private async draftAll(
    tx: EntityManager,
    now: Date,
    rules: MessageRules,
    open: readonly OpenJurisdiction[],
    rows: readonly Waiting[],
    draft: Draft,
  ): Promise<void> {
    for (const jurisdiction of open) {
      const ofJurisdiction = rows.filter(({ jurisdictionId }) => jurisdictionId === jurisdiction.id);
      if (ofJurisdiction.length === 0) continue;
      await this.draftFor(tx, now, rules, jurisdiction, ofJurisdiction, draft);
    }
  }

  /**
   * Whoever takes a post over finds in the inbox what is still open of what was said to it before: of each obligation
   * the last word. They owe it as their predecessor did, without being handed it anew.
   */
  private async draftHandovers(
    tx: EntityManager,
    now: Date,
    rules: MessageRules,
    open: readonly OpenJurisdiction[],
    draft: Draft,
  ): Promise<void> {
    const inOffice = open.filter(({ isOffice }) => isOffice);
    if (inOffice.length === 0) return;
    const due = await handoversDue(tx, inOffice);
    if (due.length === 0) return;
    const parties = due.map(({ holder }) => personParty(holder));
    const decide = await this.decider(tx, now, rules, inOffice[0]!.timeZone, parties);
    const byTerm = new Map(
      due.flatMap((handover) => {
        const party = personParty(handover.holder);
        const decisions = decide({ party, isStoodInFor: false }, { wantedAt: new Date(0), isUrgent: false });
        if (decisions.some(({ decision }) => decision.goes === 'never' && decision.reason === 'later_channel')) {
          draft.withLaterChannel.add(party.id);
        }
        if (decisions.some(({ decision }) => decision.goes === 'later')) return [];
        const ways = decisions.filter(({ decision }) => decision.goes === 'now').map(({ channel }) => channel);
        return [[handover.termId, { ...handover, party, ways }] as const];
      }),
    );
    if (byTerm.size === 0) return;
    draft.handedOver.push(...byTerm.keys());
    for (const { termId, id, kind, parameters } of await readLastWords(tx, draft.handedOver, draft.composed)) {
      const { party, ways, today } = byTerm.get(termId)!;
      try {
        const line = lineFor(kind, parameters, draft.words, today);
        for (const channel of ways) draft.tell(party, channel, line, { notificationId: id });
      } catch (error) {
        this.logger.error(`notification ${id} (${kind}) cannot be handed over in words: ${String(error)}`);
      }
    }
  }

  /** Whoever has not read in time what came by one channel gets it by the next, once (逐级触达). */
  private async draftEscalations(
    tx: EntityManager,
    now: Date,
    rules: MessageRules,
    open: readonly OpenJurisdiction[],
    draft: Draft,
  ): Promise<void> {
    const inOffice = open.filter(({ isOffice }) => isOffice);
    const { digestIds, lines } = await unreadInTime(tx, now, inOffice);
    for (const id of digestIds) draft.escalated.set(id, null);
    if (lines.length === 0) return;
    const parties = lines.map(({ party }) => party);
    const decide = await this.decider(tx, now, rules, inOffice[0]!.timeZone, parties);
    const told = await toldBefore(
      tx,
      lines.map(({ notificationId }) => notificationId),
    );
    const order = rules.escalation.channels;
    for (const one of lines) {
      const { party, notificationId } = one;
      const left = decide({ party, isStoodInFor: false }, { wantedAt: one.composedAt, isUrgent: false }, true)
        .filter(({ channel, decision }) => order.includes(channel) && decision.goes !== 'never')
        .filter(({ channel }) => !told.has(channelKey(notificationId, party.id, channel)))
        .toSorted((a, b) => order.indexOf(a.channel) - order.indexOf(b.channel));
      const [next, ...others] = left;
      if (!next) continue;
      if (next.decision.goes === 'later') draft.escalated.set(one.digestId, next.decision.until);
      else {
        const line = lineFor(one.kind, one.parameters, draft.words, one.today);
        draft.tell(party, next.channel, line, { notificationId, escalatedFrom: one.digestId });
        if (others.length > 0) draft.escalated.set(one.digestId, readBy(now, one.timeZone, rules, this.calendar));
      }
    }
  }

  private decider(
    tx: EntityManager,
    now: Date,
    rules: MessageRules,
    timeZone: string,
    parties: readonly PersonParty[],
  ): Promise<MessageDecider> {
    return messageDecider(tx, now, timeZone, parties, { rules, calendar: this.calendar, channels: this.channels });
  }

  private async draftFor(
    tx: EntityManager,
    now: Date,
    rules: MessageRules,
    jurisdiction: OpenJurisdiction,
    rows: readonly Waiting[],
    draft: Draft,
  ): Promise<void> {
    const { today, timeZone } = jurisdiction;
    const addresseesOf = await this.recipients.of(tx, today, rows);
    const parties = rows.flatMap((row) => addresseesOf(row).told.map(({ party }) => party));
    const known = rows.filter(({ isKnown }) => isKnown).map(({ id }) => id);
    const batch: Batch = {
      addresseesOf,
      decide: await this.decider(tx, now, rules, timeZone, parties),
      settled: await settledBefore(tx, known),
      read: await readBefore(tx, known),
    };
    draft.known.push(...known);
    await draft.caps.load(
      tx,
      jurisdiction,
      rows.flatMap(({ unitId }) => unitId ?? []),
    );
    const tomorrow = openFrom(endOfLocalDay(today, timeZone), false, rules, this.calendar, timeZone);
    for (const row of rows) {
      const { told, notNamed } = addresseesOf(row);
      this.tellDestinations(now, today, row, batch.settled, draft);
      for (const { id } of notNamed) draft.record(row, id, 'not_named');
      if (row.isOvertaken) {
        draft.composed.push(row.id);
        draft.overtaken.push(row);
        recordOvertaken(row, told, batch.settled, this.channels, draft);
      } else if (told.length === 0 && row.namedIds !== null) {
        draft.composed.push(row.id);
        draft.unnamed.push(row);
        if (notNamed.length === 0) draft.record(row, null, 'not_named');
      } else if (told.length === 0) {
        draft.wait(row, tomorrow);
        draft.record(row, null, 'no_holder', tomorrow);
        draft.vacant.add(row.postId);
        draft.withoutHolder++;
      } else if (!isNeverHeld(row) && !draft.caps.allows(row.unitId)) {
        draft.held.set(row.id, { row, told });
      } else this.addLine(now, today, row, told, batch, draft);
    }
  }

  /** What destinations (推送目的地) get does not depend on who holds the post, nor on the cap of its unit. */
  private tellDestinations(
    now: Date,
    today: OpenJurisdiction['today'],
    row: Waiting,
    settled: ReadonlySet<string>,
    draft: Draft,
  ): void {
    for (const decision of draft.decideDestinations(row, settled)) {
      const { party } = decision;
      if (decision.goes === 'never') draft.recordFor(party, row, decision.reason);
      else if (decision.goes === 'later') {
        draft.wait(row, decision.until);
        draft.recordFor(party, row, 'window', decision.until);
      } else {
        const line = this.inWords(row, draft.words, today);
        if (line) draft.tell(party, party.channel, line, { notificationId: row.id, isUrgent: row.isUrgent });
        else {
          draft.wait(row, nextWindowStart(now));
          draft.recordFor(party, row, 'not_in_words', nextWindowStart(now));
        }
      }
    }
  }

  /** One row that cannot be put into words must not hold up the others, nor be lost. */
  private inWords({ id, kind, parameters }: Waiting, words: Messages, today: OpenJurisdiction['today']): Line | null {
    try {
      return lineFor(kind, parameters, words, today);
    } catch (error) {
      this.logger.error(`notification ${id} (${kind}) cannot be put into words: ${String(error)}`);
      return null;
    }
  }

  /** Until the next week begins, or the unit is written to before. */
  private hold(
    { row, told }: { row: Waiting; told: readonly Recipient[] },
    rules: MessageRules,
    open: readonly OpenJurisdiction[],
    draft: Draft,
  ): void {
    const { today, timeZone } = open.find(({ id }) => id === row.jurisdictionId)!;
    const until = openFrom(nextWeek(today, timeZone), false, rules, this.calendar, timeZone);
    const before = draft.waiting.get(row.id)?.until ?? until;
    draft.waiting.set(row.id, { until: before < until ? before : until, isHeld: true });
    for (const { party } of told) draft.record(row, party.id, 'cap', until);
  }

  private addLine(
    now: Date,
    today: OpenJurisdiction['today'],
    row: Waiting,
    recipients: readonly Recipient[],
    { decide, settled, read }: Batch,
    draft: Draft,
  ): void {
    const line = this.inWords(row, draft.words, today);
    if (!line) {
      draft.wait(row, nextWindowStart(now));
      for (const { party } of recipients) draft.record(row, party.id, 'not_in_words', nextWindowStart(now));
      return;
    }
    for (const recipient of recipients) {
      const { party } = recipient;
      for (const { channel, decision } of decide(recipient, row)) {
        if (settled.has(channelKey(row.id, party.id, channel))) continue;
        if (decision.goes !== 'never' && read.has(`${row.id} ${party.id}`)) {
          draft.record(row, party.id, 'read_before', null, channel);
        } else if (decision.goes === 'now') {
          draft.tell(party, channel, line, { notificationId: row.id, isUrgent: row.isUrgent });
          draft.caps.told(row.unitId);
        } else if (decision.goes === 'later') {
          draft.wait(row, decision.until);
          draft.record(row, party.id, decision.reason, decision.until, channel);
        } else {
          if (decision.reason === 'later_channel') draft.withLaterChannel.add(party.id);
          draft.record(row, party.id, decision.reason, null, channel);
        }
      }
    }
    if (!draft.waiting.has(row.id)) draft.composed.push(row.id);
  }
}

/** To whoever was told of it by some channel, it is overtaken for the others alone. */
function recordOvertaken(
  row: Waiting,
  told: readonly Recipient[],
  settled: ReadonlySet<string>,
  channels: ChannelSet,
  draft: Draft,
): void {
  if (told.length === 0) draft.record(row, null, 'overtaken');
  for (const { party } of told) {
    const left = channels.all
      .map(({ kind }) => kind)
      .filter((kind) => !settled.has(channelKey(row.id, party.id, kind)));
    if (left.length === channels.all.length) draft.record(row, party.id, 'overtaken');
    else for (const kind of left) draft.record(row, party.id, 'overtaken', null, kind);
  }
}
