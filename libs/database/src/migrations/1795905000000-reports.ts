import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Action plans (办理方案) with their measures, versioned; reports that wait for the head of their unit, and corrections of
 * reports; what was planned beside each figure (序时进度); and the register by which a figure that was given once is known
 * wherever it is asked for again (数据一次填报).
 */
export class Reports1795905000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    for (const statement of UP) await q.query(statement);
    await q.query(`
      create trigger tr_target_curve_recorded_once before update or delete on target_curve
        for each row execute function refuse_rewriting()`);
    await q.query(`
      create trigger tr_target_curve_not_truncated before truncate on target_curve
        for each statement execute function refuse_rewriting()`);
  }

  async down(q: QueryRunner): Promise<void> {
    for (const statement of DOWN) await q.query(statement);
  }
}

const UP = [
  `alter table report
     add period text,
     add behind_reason text,
     add corrects_id uuid constraint fk_report_corrects references report,
     add correction_reason text,
     add constraint ck_report_correction check ((corrects_id is null) = (correction_reason is null))`,
  // Each version is corrected once: the versions of a report are a line, never a tree.
  `create unique index uq_report_corrects on report (corrects_id)`,
  `create index ix_report_obligation on report (obligation_id) where obligation_id is not null`,
  `alter table measurement
     add as_of date,
     add planned_value numeric,
     add planned_share numeric,
     add actual_share numeric,
     add behind numeric,
     add light text constraint ck_measurement_light check (light in ('green', 'yellow', 'red')),
     add source_id uuid constraint fk_measurement_source references measurement`,
  `create table report_confirmation (
     report_id uuid constraint pk_report_confirmation primary key
       constraint fk_report_confirmation_report references report,
     assignment_id uuid not null constraint fk_report_confirmation_assignment references assignment,
     state text not null constraint ck_report_confirmation_state
       check (state in ('submitted', 'confirmed', 'sent_back', 'superseded')),
     reason text,
     decided_by uuid constraint fk_report_confirmation_decided_by references person,
     decided_for uuid constraint fk_report_confirmation_decided_for references person,
     decided_at timestamptz,
     version integer not null
   )`,
  `create index ix_report_confirmation_waiting on report_confirmation (assignment_id) where state = 'submitted'`,
  `create table action_plan (
     id uuid constraint pk_action_plan primary key,
     jurisdiction_id uuid not null constraint fk_action_plan_jurisdiction references jurisdiction,
     task_id uuid not null constraint fk_action_plan_task references task,
     assignment_id uuid not null constraint fk_action_plan_assignment references assignment,
     obligation_id uuid constraint fk_action_plan_obligation references obligation,
     report_id uuid not null constraint fk_action_plan_report references report,
     number integer not null,
     goals text not null,
     leader_in_charge text,
     revision_reason text,
     state text not null constraint ck_action_plan_state
       check (state in ('submitted', 'approved', 'returned', 'superseded')),
     submitted_by uuid not null constraint fk_action_plan_submitted_by references person,
     submitted_for uuid constraint fk_action_plan_submitted_for references person,
     submitted_at timestamptz not null,
     decision_reason text,
     decided_by uuid constraint fk_action_plan_decided_by references person,
     decided_at timestamptz,
     version integer not null,
     constraint uq_action_plan_number unique (assignment_id, number)
   )`,
  `create index ix_action_plan_task on action_plan (task_id)`,
  `create index ix_action_plan_state on action_plan (state, id)`,
  `create table action_plan_measure (
     id uuid constraint pk_action_plan_measure primary key,
     action_plan_id uuid not null constraint fk_action_plan_measure_plan references action_plan,
     position integer not null,
     text text not null,
     due_on date not null,
     person text not null,
     section text,
     is_milestone boolean not null,
     obligation_id uuid constraint fk_action_plan_measure_obligation references obligation,
     state text not null constraint ck_action_plan_measure_state check (state in ('open', 'closed')),
     closing_text text,
     closed_by uuid constraint fk_action_plan_measure_closed_by references person,
     closed_at timestamptz,
     version integer not null,
     constraint uq_action_plan_measure_position unique (action_plan_id, position),
     constraint ck_action_plan_measure_closed check ((state = 'closed') = (closed_at is not null))
   )`,
  `create index ix_action_plan_measure_obligation on action_plan_measure (obligation_id)
     where obligation_id is not null`,
  `create table target_curve (
     target_id uuid not null constraint fk_target_curve_target references target,
     number integer not null,
     points jsonb,
     set_by uuid not null constraint fk_target_curve_set_by references person,
     set_at timestamptz not null,
     constraint pk_target_curve primary key (target_id, number)
   )`,
  `create table indicator (
     id uuid constraint pk_indicator primary key,
     jurisdiction_id uuid not null constraint fk_indicator_jurisdiction references jurisdiction,
     name text not null,
     unit text not null,
     created_at timestamptz not null,
     constraint uq_indicator_name unique (jurisdiction_id, name, unit)
   )`,
  // A link of its own, since a target is known by its words, which a revision may change.
  `create table target_indicator (
     target_id uuid constraint pk_target_indicator primary key
       constraint fk_target_indicator_target references target on delete cascade,
     indicator_id uuid not null constraint fk_target_indicator_indicator references indicator
   )`,
  `create index ix_target_indicator_indicator on target_indicator (indicator_id)`,
];

const DOWN = [
  ...['target_indicator', 'indicator', 'target_curve', 'action_plan_measure', 'action_plan', 'report_confirmation'].map(
    (table) => `drop table ${table} cascade`,
  ),
  `alter table measurement drop column as_of, drop column planned_value, drop column planned_share,
     drop column actual_share, drop column behind, drop column light, drop column source_id`,
  `drop index ix_report_obligation`,
  `alter table report drop column period, drop column behind_reason, drop column corrects_id,
     drop column correction_reason`,
];
