import { columnsOf } from '@duban/database';
import { isUrgentMessage, sendFrom, urgentFrom } from '@duban/domain';
import { localDateOf, newId, type WorkingCalendar } from '@duban/kernel';
import type { ReportMessage } from '@duban/tasks';
import { CALENDAR } from '@duban/platform';
import type { TogetherMessage } from '@duban/tasks';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { currentMessageRules } from './message-rules.reader';

/** Any number will do, as long as every process takes the same. */
const WAITING_LOCK = 7_281_948;

/**
 * Lets one transaction at a time do something with what waits to be said: whoever composes messages of it would tear a
 * person's matters apart, and whoever gives it to another post would be too late.
 */
export async function lockWaiting(tx: EntityManager): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock($1)`, [WAITING_LOCK]);
}

/** Something that supervision wants said to whoever holds a post. The words are made when it is sent. */
export interface WantedNotification {
  jurisdictionId: string;
  postId: string;
  kind:
    | 'task_issued'
    | 'matter_registered'
    | 'task_revised'
    | 'follow_up'
    | 'reported'
    | 'returned'
    | 'verified'
    | 'reopened'
    | 'suspended'
    | 'resumed'
    | 'transferred'
    | 'ended'
    | 'objected'
    | 'objection_settled'
    | ReportMessage
    | 'instructed'
    | 'unsatisfied'
    | 'card_given'
    | 'card_withdrawn'
    | TogetherMessage['kind']
    | 'deadline_recounted'
    | 'office_reminded'
    | 'office_urged'
    | 'application_made'
    | 'application_decided'
    | 'disposal_proposed'
    | 'notice_answered'
    | 'notice_rejected'
    | 'work_taken_over'
    | 'upper_moved'
    | 'reorganisation_failed'
    | 'sweep_late';
  planId?: string;
  taskId?: string;
  obligationId?: string;
  followUpId?: string;
  /** All that the words need, as it was known when it was wanted. */
  parameters: Readonly<Record<string, unknown>>;
}

/** Writes what is wanted; composing and delivering it is another library's work. */
@Injectable()
export class NotificationWriter {
  constructor(@Inject(CALENDAR) private readonly calendar: WorkingCalendar) {}

  async write(tx: EntityManager, at: Date, timeZone: string, wanted: readonly WantedNotification[]): Promise<void> {
    if (wanted.length === 0) return;
    const { rules } = await currentMessageRules(tx);
    const from = { office: sendFrom(at, this.calendar, timeZone), urgent: urgentFrom(at, rules, timeZone) };
    const day = localDateOf(from.urgent, timeZone);
    const withUrgency = wanted.map((w) => ({ ...w, isUrgent: isUrgentMessage(rules, w, day) }));
    const rows = withUrgency.map((w) => ({
      id: newId(),
      jurisdiction_id: w.jurisdictionId,
      post_id: w.postId,
      kind: w.kind,
      plan_id: w.planId ?? null,
      task_id: w.taskId ?? null,
      obligation_id: w.obligationId ?? null,
      follow_up_id: w.followUpId ?? null,
      parameters: w.parameters,
      is_urgent: w.isUrgent,
      send_from: w.isUrgent ? from.urgent : from.office,
    }));
    const columns = columnsOf(rows, NOTIFICATION_COLUMNS, 2);
    await tx.query(
      `insert into notification (id, jurisdiction_id, post_id, kind, plan_id, task_id, obligation_id, follow_up_id,
         parameters, is_urgent, send_from, wanted_at)
       select r.*, $1 from ${columns.from}`,
      [at, ...columns.parameters],
    );
  }
}

const NOTIFICATION_COLUMNS = {
  id: 'uuid',
  jurisdiction_id: 'uuid',
  post_id: 'uuid',
  kind: 'text',
  plan_id: 'uuid',
  task_id: 'uuid',
  obligation_id: 'uuid',
  follow_up_id: 'uuid',
  parameters: 'jsonb',
  is_urgent: 'boolean',
  send_from: 'timestamptz',
} as const;
