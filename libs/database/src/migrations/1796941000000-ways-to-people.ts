import type { MigrationInterface, QueryRunner } from 'typeorm';

const REASONS = [
  'outside_hours',
  'no_holder',
  'cap',
  'quiet_hours',
  'daily_digest',
  'window',
  'not_in_words',
  'overtaken',
  'not_named',
  'moved',
  'stand_in',
  'no_address',
  'preference',
  'later_channel',
  'said_already',
];

/**
 * Telephones and the programs of vendors as ways to people: where somebody is reached by them, what the other side calls
 * a message, what it reports of it later (回执), and the tokens by which vendors know us, which all workers share.
 */
export class WaysToPeople1796941000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`alter table person add mobile text, add accounts jsonb not null default '{}'`);
    await q.query(
      `alter table delivery add remote_id text, add ask_at timestamptz, add asked integer not null default 0`,
    );
    await q.query(`create index ix_delivery_remote on delivery (channel, remote_id) where remote_id is not null`);
    await q.query(`create index ix_delivery_ask on delivery (ask_at) where ask_at is not null`);
    await q.query(`create table delivery_receipt (
      id uuid constraint pk_delivery_receipt primary key,
      channel text not null,
      remote_id text not null,
      address text not null,
      said text not null,
      outcome text not null,
      words text,
      received_at timestamptz not null,
      constraint uq_delivery_receipt unique (channel, remote_id, address, said)
    )`);
    await q.query(`
      create trigger tr_delivery_receipt_recorded_once before update or delete on delivery_receipt
        for each row execute function refuse_rewriting()`);
    await q.query(`
      create trigger tr_delivery_receipt_not_truncated before truncate on delivery_receipt
        for each statement execute function refuse_rewriting()`);
    await q.query(`create table access_token (
      name text constraint pk_access_token primary key,
      sealed_token bytea,
      ends_at timestamptz,
      renewing_until timestamptz
    )`);
    await q.query(checkOfReasons([...REASONS, 'read_before']));
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`delete from message_outcome where reason = 'read_before'`);
    await q.query(checkOfReasons(REASONS));
    await q.query(`drop table access_token`);
    await q.query(`drop table delivery_receipt cascade`);
    await q.query(`alter table delivery drop remote_id, drop ask_at, drop asked`);
    await q.query(`alter table person drop mobile, drop accounts`);
  }
}

const checkOfReasons = (reasons: readonly string[]): string =>
  `alter table message_outcome drop constraint ck_message_outcome_reason, add constraint ck_message_outcome_reason
     check (reason in (${reasons.map((reason) => `'${reason}'`).join(', ')}))`;
