import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Indexes for lists that otherwise read or sort whole tables once there are some hundred thousand tasks. An expand
 * step: older code neither needs them nor minds.
 */
export class ListIndexes1795724900000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    for (const { name, on } of INDEXES) await q.query(`create index ${name} on ${on}`);
  }

  async down(q: QueryRunner): Promise<void> {
    for (const { name } of [...INDEXES].reverse()) await q.query(`drop index if exists ${name}`);
  }
}

const INDEXES = [
  // A search looks into the words or for the number: with one of the two not indexed it reads every task.
  { name: 'ix_task_number', on: 'task (number)' },
  // A task without a date of its own comes last.
  { name: 'ix_task_due', on: `task ((coalesce(due_on, date '9999-12-31')), id)` },
  { name: 'ix_obligation_due', on: 'obligation (due_at, id)' },
  { name: 'ix_supervision_notice_issued', on: 'supervision_notice (issued_at, id)' },
  {
    name: 'ix_supervision_notice_standing',
    on: `supervision_notice (colour, obligation_id) where state in ('issued', 'acknowledged', 'answered')`,
  },
  { name: 'ix_notification_task', on: 'notification (task_id) where task_id is not null' },
  // Parts that were taken out of a draft, by the task that they were a part of.
  {
    name: 'ix_history_event_removed_part',
    on: `history_event (((before->>'parentId')::uuid)) where type = 'task.removed'`,
  },
];
