import { HistoryService, systemActor } from '@duban/history';
import type { LocalDate, WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { lockWaiting } from '@duban/supervision';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DigestWriter, servedIn, type Told } from './composing/digest.writer';
import { handoversDue, markHandedOver, readLastWords } from './composing/handovers';
import { type Party, personParty } from './composing/party';
import { type Recipient, Recipients } from './composing/recipients';
import {
  awaitHolders,
  markComposed,
  type OpenJurisdiction,
  openJurisdictions,
  postpone,
  readWaiting,
  type Waiting,
} from './composing/waiting';
import { type Line, lineFor } from './templates/line';
import { MESSAGES, type Messages } from './templates/messages';
import { windowStart } from './timing';

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

/** Everything that one run puts together before it writes. */
class Draft {
  readonly composed: string[] = [];
  readonly postponed: string[] = [];
  /** Dropped: what they ask for is done or has another deadline. */
  readonly overtaken: Waiting[] = [];
  /** Dropped: nobody who would get it may know of the restricted matter. */
  readonly unnamed: Waiting[] = [];
  /** For posts that nobody holds, with the day. */
  readonly waitingForHolder = new Map<string, LocalDate>();
  readonly vacant = new Set<string>();
  readonly told = new Map<string, Told>();
  /** Terms whose holder is told, by this run, of what was open in the post when they took it over. */
  handedOver: string[] = [];

  tell(party: Party, line: Line, notificationId: string, isQuiet: boolean): void {
    const told = this.told.get(party.id) ?? { party, items: [] };
    told.items.push({ ...line, notificationId, isQuiet });
    this.told.set(party.id, told);
  }
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
    const open = await openJurisdictions(tx, this.calendar, now);
    const draft = new Draft();
    if (open.length > 0) {
      await this.draft(tx, now, open, draft);
      await this.draftHandovers(tx, now, open, draft);
    }
    if (draft.vacant.size > 0) {
      this.logger.warn(
        `${draft.waitingForHolder.size} notifications are for posts without a holder: ${[...draft.vacant].join(', ')}`,
      );
    }
    const written = await this.writer.write(tx, now, draft.told.values());
    await markHandedOver(tx, now, draft.handedOver);
    await markComposed(tx, now, draft.composed);
    await postpone(tx, now, draft.postponed);
    await awaitHolders(tx, this.calendar, open, draft.waitingForHolder);
    await this.recordDropped(tx, now, draft);
    return {
      ...written,
      overtaken: draft.overtaken.length,
      withoutHolder: draft.waitingForHolder.size,
      waiting: draft.postponed.length,
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

  private async draft(tx: EntityManager, now: Date, open: readonly OpenJurisdiction[], draft: Draft): Promise<void> {
    for await (const rows of readWaiting(tx, now, open)) {
      for (const { id, today } of open) {
        const ofJurisdiction = rows.filter(({ jurisdictionId }) => jurisdictionId === id);
        await this.draftFor(tx, now, today, ofJurisdiction, draft);
      }
    }
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
    const served = await servedIn(
      tx,
      windowStart(now),
      due.map(({ holder }) => personParty(holder)),
    );
    const handovers = due.filter(({ holder }) => !served.has(holder.personId));
    draft.handedOver = handovers.map(({ termId }) => termId);
    if (handovers.length === 0) return;
    const byTerm = new Map(handovers.map((handover) => [handover.termId, handover]));
    for (const { termId, id, kind, parameters } of await readLastWords(tx, draft.handedOver, draft.composed)) {
      const { holder, today } = byTerm.get(termId)!;
      try {
        draft.tell(personParty(holder), lineFor(kind, parameters, this.messages, today), id, false);
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
    const recipientsOf = await this.recipients.of(tx, today, rows);
    const parties = rows.flatMap(recipientsOf).map(({ party }) => party);
    const served = await servedIn(tx, windowStart(now), parties);
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
      } else if (recipients.some(({ party }) => served.has(party.id))) {
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
    for (const { party, isQuiet } of recipients) draft.tell(party, line, row.id, isQuiet);
  }
}
