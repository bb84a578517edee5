import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Messages by which an administrator tries a channel (试发): to themselves, or to a destination. Sent by a worker, and kept
 * for a while with what was answered.
 */
export class ChannelTests1796980000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      create table channel_test (
        id uuid constraint pk_channel_test primary key,
        channel text not null,
        destination_id uuid constraint fk_channel_test_destination references destination,
        person_id uuid not null constraint fk_channel_test_person references person on delete cascade,
        asked_at timestamptz not null default now(),
        due_at timestamptz not null default now(),
        claimed_until timestamptz,
        finished_at timestamptz,
        outcome text constraint ck_channel_test_outcome
          check (outcome in ('accepted', 'refused', 'unreachable', 'not_configured', 'no_address', 'expired')),
        status integer,
        answer text,
        error text,
        took_ms integer,
        constraint ck_channel_test_finished check ((finished_at is null) = (outcome is null))
      )`);
    await q.query(`create index ix_channel_test_due on channel_test (due_at, id) where finished_at is null`);
    await q.query(`create index ix_channel_test_person on channel_test (person_id, asked_at)`);
    await q.query(`create index ix_channel_test_destination on channel_test (destination_id)`);
    await q.query(`grant select, insert, update, delete on channel_test to duban_app`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('drop table channel_test');
  }
}
