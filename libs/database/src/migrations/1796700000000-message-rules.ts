import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The office's rules of messages and what people choose within them, as versions that stay; which messages are urgent,
 * which units were written to in which half hours, and what became of a message that was not sent, or not yet.
 */
export class MessageRules1796700000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      create table message_rules (
        version integer constraint pk_message_rules primary key,
        body jsonb not null,
        person_id uuid not null constraint fk_message_rules_person references person,
        post_id uuid constraint fk_message_rules_post references post,
        put_at timestamptz not null
      )`);
    await q.query(`
      create table message_preference (
        person_id uuid not null constraint fk_message_preference_person references person,
        version integer not null,
        body jsonb not null,
        put_at timestamptz not null,
        constraint pk_message_preference primary key (person_id, version)
      )`);
    for (const table of ['message_rules', 'message_preference']) {
      await q.query(`grant select, insert on ${table} to duban_app`);
      await q.query(`
        create trigger tr_${table}_recorded_once before update or delete on ${table}
          for each row execute function refuse_rewriting()`);
      await q.query(`
        create trigger tr_${table}_not_truncated before truncate on ${table}
          for each statement execute function refuse_rewriting()`);
    }
    await q.query(`
      alter table notification
        add is_urgent boolean not null default false,
        add looked_at timestamptz,
        add held_at timestamptz`);
    await q.query(`
      create index ix_notification_held on notification (post_id) where held_at is not null and composed_at is null`);
    await q.query(`alter table digest add is_urgent boolean not null default false`);
    await q.query(`
      create table unit_told (
        unit_id uuid not null constraint fk_unit_told_unit references unit,
        window_start timestamptz not null,
        constraint pk_unit_told primary key (unit_id, window_start)
      )`);
    await q.query(`
      insert into unit_told (unit_id, window_start)
      select distinct p.unit_id, g.window_start
      from digest g join digest_item i on i.digest_id = g.id join notification n on n.id = i.notification_id
        join post p on p.id = n.post_id
      where p.unit_id is not null`);
    await q.query(`
      create table message_outcome (
        id uuid constraint pk_message_outcome primary key,
        notification_id uuid not null constraint fk_message_outcome_notification references notification,
        person_id uuid constraint fk_message_outcome_person references person,
        channel text,
        unit_id uuid constraint fk_message_outcome_unit references unit,
        reason text not null constraint ck_message_outcome_reason check (reason in (
          'outside_hours', 'no_holder', 'cap', 'quiet_hours', 'daily_digest', 'window', 'not_in_words', 'overtaken',
          'not_named', 'moved', 'stand_in', 'no_address', 'preference', 'later_channel',
          'said_already')),
        since timestamptz not null,
        until timestamptz,
        ended_at timestamptz,
        constraint ck_message_outcome_ended check (ended_at is null or until is not null)
      )`);
    await q.query(`create index ix_message_outcome_notification on message_outcome (notification_id)`);
    await q.query(`create index ix_message_outcome_person on message_outcome (person_id, since)`);
    await q.query(`
      create index ix_message_outcome_held on message_outcome (unit_id) where reason = 'cap' and ended_at is null`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop table message_outcome cascade`);
    await q.query(`drop table unit_told cascade`);
    await q.query(`alter table digest drop is_urgent`);
    await q.query(`alter table notification drop is_urgent, drop looked_at, drop held_at`);
    await q.query(`drop table message_preference cascade`);
    await q.query(`drop table message_rules cascade`);
  }
}
