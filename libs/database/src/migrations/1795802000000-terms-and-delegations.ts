import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Posts that are closed, terms of office that end (任期) and pass to a successor (接任), and delegations during leave
 * (代行): who acted for whom stands in history and on reports.
 */
export class TermsAndDelegations1795802000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`alter table post add closed_on date`);
    // Who holds a post already has been told of what is open.
    await q.query(`alter table post_holding add handed_over_at timestamptz`);
    await q.query(`update post_holding set handed_over_at = now()`);
    await q.query(`create index ix_post_holding_handover on post_holding (from_on) where handed_over_at is null`);
    // What was said to a post is asked for when somebody takes it over.
    await q.query(`create index ix_notification_post on notification (post_id) where obligation_id is not null`);
    await q.query(`
      alter table post_change
        add to_on date,
        add succeeds boolean not null default false,
        add constraint ck_post_change_term check (to_on is null or to_on > from_on and kind = 'grant'),
        add constraint ck_post_change_succeeds check (not succeeds or kind = 'grant')`);
    await q.query(`
      create table delegation (
        id uuid constraint pk_delegation primary key,
        post_id uuid not null constraint fk_delegation_post references post,
        person_id uuid not null constraint fk_delegation_person references person,
        delegate_id uuid not null constraint fk_delegation_delegate references person,
        from_on date not null,
        until_on date not null,
        plan_ids uuid[] not null,
        task_ids uuid[] not null,
        reason text not null,
        state text not null constraint ck_delegation_state check (state in ('standing', 'ended')),
        made_by uuid not null constraint fk_delegation_made_by references person,
        made_at timestamptz not null,
        ended_by uuid constraint fk_delegation_ended_by references person,
        ended_at timestamptz,
        end_reason text,
        version integer not null,
        constraint ck_delegation_term check (until_on >= from_on),
        constraint ck_delegation_persons check (person_id <> delegate_id),
        constraint ck_delegation_ended check ((state = 'ended') = (ended_at is not null))
      )`);
    await q.query(`create index ix_delegation_post on delegation (post_id) where state = 'standing'`);
    await q.query(`create index ix_delegation_delegate on delegation (delegate_id) where state = 'standing'`);
    await q.query(`grant select, insert, update, delete on delegation to duban_app`);
    await q.query(`
      alter table history_event
        add actor_delegation_id uuid,
        add actor_for_person_id uuid,
        add actor_for_name text`);
    await q.query(`alter table report add for_person_id uuid constraint fk_report_for_person references person`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`alter table report drop for_person_id`);
    await q.query(`
      alter table history_event drop actor_delegation_id, drop actor_for_person_id, drop actor_for_name`);
    await q.query(`drop table delegation`);
    await q.query(`
      alter table post_change
        drop constraint ck_post_change_term, drop constraint ck_post_change_succeeds, drop to_on, drop succeeds`);
    await q.query(`drop index ix_notification_post`);
    await q.query(`drop index ix_post_holding_handover`);
    await q.query(`alter table post_holding drop handed_over_at`);
    await q.query(`alter table post drop closed_on`);
  }
}
