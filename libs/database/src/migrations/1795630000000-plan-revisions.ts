import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Revised documents (修订) of a plan, taken item by item, and which of them a task's words come from. */
export class PlanRevisions1795630000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      create table plan_revision (
        id uuid constraint pk_plan_revision primary key,
        plan_id uuid not null constraint fk_plan_revision_plan references plan,
        file_name text not null,
        source_text text not null,
        warnings jsonb not null,
        outline jsonb not null,
        state text not null constraint ck_plan_revision_state check (state in ('open', 'closed', 'abandoned')),
        reason text,
        version integer not null,
        created_at timestamptz not null,
        closed_at timestamptz,
        constraint ck_plan_revision_closed check ((state = 'open') = (closed_at is null))
      )`);
    await q.query(`create index ix_plan_revision_plan on plan_revision (plan_id, created_at)`);
    await q.query(`create unique index uq_plan_revision_open on plan_revision (plan_id) where state = 'open'`);
    await q.query(`
      create table plan_revision_item (
        id uuid constraint pk_plan_revision_item primary key,
        revision_id uuid not null constraint fk_plan_revision_item_revision references plan_revision,
        position integer not null,
        kinds text[] not null,
        task_id uuid,
        place integer,
        draft jsonb,
        fields jsonb not null,
        state text not null constraint ck_plan_revision_item_state check (state in ('open', 'taken', 'declined')),
        decided_by uuid constraint fk_plan_revision_item_person references person,
        decided_at timestamptz,
        reason text,
        version integer not null,
        constraint uq_plan_revision_item_position unique (revision_id, position),
        constraint ck_plan_revision_item_kinds
          check (cardinality(kinds) > 0 and kinds <@ array['new', 'gone', 'changed', 'moved']),
        constraint ck_plan_revision_item_decided check ((state = 'open') = (decided_at is null))
      )`);
    await q.query(`create index ix_plan_revision_item_task on plan_revision_item (task_id)`);
    await q.query(`
      alter table task add column source_revision_id uuid
        constraint fk_task_source_revision references plan_revision`);
    await q.query(`grant select, insert, update, delete on plan_revision, plan_revision_item to duban_app`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`alter table task drop column source_revision_id`);
    await q.query(`drop table plan_revision_item`);
    await q.query(`drop table plan_revision`);
  }
}
