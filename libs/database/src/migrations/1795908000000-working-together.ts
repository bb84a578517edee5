import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Co-units contribute to the report of the lead (供稿), which keeps whose each sentence is; the office settles
 * disagreements (协调) and is reminded of what it owes an answer, of objections too; a group may be done with some of its
 * members.
 */
export class WorkingTogether1795908000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      create table contribution (
        id uuid constraint pk_contribution primary key,
        jurisdiction_id uuid not null constraint fk_contribution_jurisdiction references jurisdiction,
        task_id uuid not null constraint fk_contribution_task references task,
        lead_assignment_id uuid not null constraint fk_contribution_lead references assignment,
        assignment_id uuid not null constraint fk_contribution_assignment references assignment,
        unit_id uuid not null constraint fk_contribution_unit references unit,
        obligation_id uuid constraint fk_contribution_obligation references obligation,
        subject text,
        question text,
        due_on date not null,
        due_at timestamptz not null,
        state text not null constraint ck_contribution_state
          check (state in ('asked', 'submitted', 'returned', 'accepted', 'withdrawn')),
        submission integer not null,
        sentences text[] not null,
        figures jsonb not null,
        reason text,
        asked_by uuid not null constraint fk_contribution_asked_by references person,
        asked_at timestamptz not null,
        submitted_by uuid constraint fk_contribution_submitted_by references person,
        submitted_for uuid constraint fk_contribution_submitted_for references person,
        submitted_at timestamptz,
        decided_by uuid constraint fk_contribution_decided_by references person,
        decided_at timestamptz,
        version integer not null,
        constraint ck_contribution_submitted
          check (submission = 0 or (submitted_by is not null and submitted_at is not null))
      )`);
    await q.query(`create index ix_contribution_task on contribution (task_id)`);
    await q.query(`create index ix_contribution_lead on contribution (lead_assignment_id, state)`);
    await q.query(`create index ix_contribution_assignment on contribution (assignment_id, state)`);
    await q.query(`
      create table report_sentence (
        id uuid constraint pk_report_sentence primary key,
        report_id uuid not null constraint fk_report_sentence_report references report,
        position integer not null,
        text text not null,
        unit_id uuid constraint fk_report_sentence_unit references unit,
        person_id uuid not null constraint fk_report_sentence_person references person,
        contribution_id uuid constraint fk_report_sentence_contribution references contribution,
        submission integer,
        sentence integer,
        original text,
        constraint uq_report_sentence_position unique (report_id, position),
        constraint ck_report_sentence_quoted
          check ((contribution_id is null) = (sentence is null) and (contribution_id is null) = (submission is null)
            and (original is null or contribution_id is not null))
      )`);
    await q.query(`
      create table coordination (
        id uuid constraint pk_coordination primary key,
        jurisdiction_id uuid not null constraint fk_coordination_jurisdiction references jurisdiction,
        task_id uuid not null constraint fk_coordination_task references task,
        assignment_id uuid not null constraint fk_coordination_assignment references assignment,
        unit_id uuid not null constraint fk_coordination_unit references unit,
        with_unit_ids uuid[] not null,
        about text not null,
        reason text not null,
        state text not null constraint ck_coordination_state check (state in ('raised', 'settled', 'withdrawn')),
        due_on date not null,
        decision text,
        raised_by uuid not null constraint fk_coordination_raised_by references person,
        raised_at timestamptz not null,
        settled_by uuid constraint fk_coordination_settled_by references person,
        settled_at timestamptz,
        next_step text constraint ck_coordination_next_step check (next_step in ('remind', 'urge')),
        next_step_at timestamptz,
        version integer not null,
        constraint ck_coordination_settled check ((state = 'raised') = (settled_at is null)),
        constraint ck_coordination_pointer
          check ((next_step is null) = (next_step_at is null) and (state = 'raised' or next_step is null))
      )`);
    await q.query(`create index ix_coordination_task on coordination (task_id)`);
    await q.query(`create index ix_coordination_due on coordination (due_on, id) where state = 'raised'`);
    await q.query(
      `create index ix_coordination_next on coordination (next_step_at, id) where next_step_at is not null`,
    );
    await q.query(`
      alter table objection
        add next_step text constraint ck_objection_next_step check (next_step in ('remind', 'urge')),
        add next_step_at timestamptz`);
    await q.query(`
      update objection o set next_step = 'remind', next_step_at = (o.answer_due_on + time '09:00') at time zone j.time_zone
      from assignment a join jurisdiction j on j.id = a.jurisdiction_id
      where a.id = o.assignment_id and o.outcome is null`);
    await q.query(`
      alter table objection add constraint ck_objection_pointer
        check ((next_step is null) = (next_step_at is null) and (outcome is null or next_step is null))`);
    await q.query(`create index ix_objection_next on objection (next_step_at, id) where next_step_at is not null`);
    await q.query(`
      create table group_completion (
        id uuid constraint pk_group_completion primary key,
        jurisdiction_id uuid not null constraint fk_group_completion_jurisdiction references jurisdiction,
        task_id uuid not null constraint fk_group_completion_task references task,
        group_id uuid not null constraint fk_group_completion_group references unit_group,
        rule text not null constraint ck_group_completion_rule check (rule in ('all', 'any', 'at_least')),
        at_least integer,
        set_by uuid not null constraint fk_group_completion_set_by references person,
        set_at timestamptz not null,
        version integer not null,
        constraint uq_group_completion unique (task_id, group_id),
        constraint ck_group_completion_at_least check ((rule = 'at_least') = (at_least is not null) and at_least > 0)
      )`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop table group_completion`);
    await q.query(`drop index ix_objection_next`);
    await q.query(`alter table objection drop constraint ck_objection_pointer, drop next_step, drop next_step_at`);
    await q.query(`drop table coordination`);
    await q.query(`drop table report_sentence`);
    await q.query(`drop table contribution`);
  }
}
