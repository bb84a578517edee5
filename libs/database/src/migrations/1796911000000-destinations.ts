import type { MigrationInterface, QueryRunner } from 'typeorm';

const PARTIES = ['digest', 'delivery'];

/**
 * Destinations (推送目的地): programs and groups that get digests of their own, with the keys that sign what they get, and
 * each attempt to reach them. An address may hold what lets anybody write there: it is kept sealed, as keys are.
 */
export class Destinations1796911000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`create table destination (
      id uuid constraint pk_destination primary key,
      channel text not null,
      name text not null,
      shown_address text not null,
      sealed_address bytea not null,
      kinds text[] not null constraint ck_destination_kinds check (cardinality(kinds) > 0),
      per_minute integer not null constraint ck_destination_per_minute check (per_minute > 0),
      paused_at timestamptz,
      ended_at timestamptz,
      stop_reason text,
      version integer not null,
      made_by uuid not null constraint fk_destination_made_by references person,
      made_at timestamptz not null,
      constraint ck_destination_stop check ((stop_reason is null) = (paused_at is null and ended_at is null))
    )`);
    await q.query(`create table destination_key (
      id uuid constraint pk_destination_key primary key,
      destination_id uuid not null constraint fk_destination_key_destination references destination,
      sealed_secret bytea not null,
      made_at timestamptz not null default clock_timestamp(),
      ends_at timestamptz
    )`);
    await q.query(`create index ix_destination_key_destination on destination_key (destination_id)`);
    for (const table of PARTIES) {
      await q.query(`alter table ${table}
        alter person_id drop not null,
        add destination_id uuid constraint fk_${table}_destination references destination,
        add constraint ck_${table}_party check (num_nonnulls(person_id, destination_id) = 1)`);
    }
    await q.query(
      `alter table digest add constraint uq_digest_destination unique (destination_id, channel, window_start)`,
    );
    await q.query(
      `create index ix_delivery_destination on delivery (destination_id, id) where destination_id is not null`,
    );
    await q.query(`alter table message_outcome
      add destination_id uuid constraint fk_message_outcome_destination references destination`);
    await q.query(`create table delivery_attempt (
      id uuid constraint pk_delivery_attempt primary key,
      delivery_id uuid not null constraint fk_delivery_attempt_delivery references delivery,
      destination_id uuid not null constraint fk_delivery_attempt_destination references destination,
      at timestamptz not null,
      took_ms integer not null,
      status integer,
      answer text,
      error text,
      then_state text not null,
      next_attempt_at timestamptz
    )`);
    await q.query(`create index ix_delivery_attempt_destination on delivery_attempt (destination_id, id)`);
    await q.query(`
      create trigger tr_delivery_attempt_recorded_once before update or delete on delivery_attempt
        for each row execute function refuse_rewriting()`);
    await q.query(`
      create trigger tr_delivery_attempt_not_truncated before truncate on delivery_attempt
        for each statement execute function refuse_rewriting()`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop table delivery_attempt cascade`);
    await q.query(`alter table message_outcome drop destination_id cascade`);
    for (const table of PARTIES.toReversed()) {
      await q.query(
        `alter table ${table} drop constraint ck_${table}_party, drop destination_id cascade, alter person_id set not null`,
      );
    }
    await q.query(`drop table destination_key cascade`);
    await q.query(`drop table destination cascade`);
  }
}
