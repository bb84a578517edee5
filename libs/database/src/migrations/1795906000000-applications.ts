import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Applications (申请) of units about their parts, and the year's end (年终结转): a plan is closed, and a task knows the one
 * that it carries on.
 */
export class Applications1795906000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      create table application (
        id uuid constraint pk_application primary key,
        jurisdiction_id uuid not null constraint fk_application_jurisdiction references jurisdiction,
        task_id uuid not null constraint fk_application_task references task,
        assignment_id uuid not null constraint fk_application_assignment references assignment,
        unit_id uuid not null constraint fk_application_unit references unit,
        obligation_id uuid constraint fk_application_obligation references obligation,
        kind text not null constraint ck_application_kind check (kind in ('extension', 'close_unimplemented', 'review')),
        state text not null constraint ck_application_state
          check (state in ('requested', 'approved', 'denied', 'withdrawn')),
        reason text not null,
        progress text,
        present_due_on date,
        asked_due_on date,
        granted_due_on date,
        unimplemented_reason text,
        approver_unit_id uuid constraint fk_application_approver references unit,
        asked_by_unit_id uuid constraint fk_application_asked_by references unit,
        requested_by uuid not null constraint fk_application_requested_by references person,
        requested_for uuid constraint fk_application_requested_for references person,
        requested_at timestamptz not null,
        decided_by uuid constraint fk_application_decided_by references person,
        decided_at timestamptz,
        decision text,
        version integer not null,
        constraint ck_application_decided check ((state = 'requested') = (decided_at is null)),
        constraint ck_application_terms check (
          (kind = 'extension') = (obligation_id is not null and asked_due_on is not null and progress is not null)
          and (kind = 'close_unimplemented') = (unimplemented_reason is not null)),
        constraint ck_application_granted check (granted_due_on is null or kind = 'extension' and state = 'approved')
      )`);
    await q.query(`
      create unique index uq_application_open_extension on application (obligation_id)
        where state = 'requested' and kind = 'extension'`);
    await q.query(`
      create unique index uq_application_open on application (assignment_id, kind)
        where state = 'requested' and kind <> 'extension'`);
    await q.query(`create index ix_application_assignment on application (assignment_id)`);
    await q.query(`create index ix_application_requested on application (requested_at, id)`);
    await q.query(`create index ix_application_obligation on application (obligation_id)`);
    await q.query(`create index ix_application_task on application (task_id)`);
    await q.query(`grant select, insert, update on application to duban_app`);
    await q.query(`
      alter table plan
        drop constraint ck_plan_state,
        add constraint ck_plan_state check (state in ('draft', 'issued', 'closed'))`);
    await q.query(`
      alter table task add carried_from_task_id uuid constraint fk_task_carried_from references task`);
    await q.query(`create index ix_task_carried_from on task (carried_from_task_id)`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`alter table task drop carried_from_task_id`);
    await q.query(`
      alter table plan
        drop constraint ck_plan_state,
        add constraint ck_plan_state check (state in ('draft', 'issued'))`);
    await q.query(`drop table application`);
  }
}
