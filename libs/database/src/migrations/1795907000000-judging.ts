import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How a part was verified or why it was returned (核查), what leaders say of a task (领导批示) and the units owe for it, and
 * what people from the public think of what was done (满意度).
 */
export class Judging1795907000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      create table verification (
        id uuid constraint pk_verification primary key,
        assignment_id uuid not null constraint fk_verification_assignment references assignment,
        event text not null constraint ck_verification_event check (event in ('verify', 'return')),
        method text not null constraint ck_verification_method
          check (method in ('documents', 'sample', 'call_back', 'visit')),
        checklist jsonb not null,
        sample jsonb,
        conclusion text not null,
        place text,
        looked_on date,
        person_id uuid not null constraint fk_verification_person references person,
        for_person_id uuid constraint fk_verification_for_person references person,
        post_id uuid not null constraint fk_verification_post references post,
        recorded_at timestamptz not null
      )`);
    await q.query(`create index ix_verification_assignment on verification (assignment_id, recorded_at)`);
    await q.query(`
      create table instruction (
        id uuid constraint pk_instruction primary key,
        jurisdiction_id uuid not null constraint fk_instruction_jurisdiction references jurisdiction,
        task_id uuid not null constraint fk_instruction_task references task,
        number integer not null,
        text text not null,
        leader_name text not null,
        leader_post_id uuid constraint fk_instruction_leader_post references post,
        urgency text not null constraint ck_instruction_urgency check (urgency in ('urgent', 'ordinary', 'hard')),
        due_on date not null,
        person_id uuid not null constraint fk_instruction_person references person,
        for_person_id uuid constraint fk_instruction_for_person references person,
        post_id uuid not null constraint fk_instruction_post references post,
        given_at timestamptz not null,
        constraint uq_instruction_number unique (task_id, number)
      )`);
    await q.query(`create index ix_instruction_given on instruction (given_at, id)`);
    await q.query(`
      create table instruction_unit (
        id uuid constraint pk_instruction_unit primary key,
        instruction_id uuid not null constraint fk_instruction_unit_instruction references instruction,
        assignment_id uuid not null constraint fk_instruction_unit_assignment references assignment,
        unit_id uuid not null constraint fk_instruction_unit_unit references unit,
        obligation_id uuid not null constraint fk_instruction_unit_obligation references obligation,
        constraint uq_instruction_unit unique (instruction_id, assignment_id)
      )`);
    await q.query(`create index ix_instruction_unit_assignment on instruction_unit (assignment_id)`);
    await q.query(`
      create table satisfaction (
        id uuid constraint pk_satisfaction primary key,
        jurisdiction_id uuid not null constraint fk_satisfaction_jurisdiction references jurisdiction,
        task_id uuid not null constraint fk_satisfaction_task references task,
        rating text not null constraint ck_satisfaction_rating
          check (rating in ('satisfied', 'basically', 'unsatisfied', 'not_reached')),
        method text not null constraint ck_satisfaction_method check (method in ('call_back', 'message', 'visit')),
        remark text,
        asked_on date not null,
        person_id uuid not null constraint fk_satisfaction_person references person,
        for_person_id uuid constraint fk_satisfaction_for_person references person,
        post_id uuid not null constraint fk_satisfaction_post references post,
        recorded_at timestamptz not null,
        constraint ck_satisfaction_remark check (rating <> 'unsatisfied' or remark is not null)
      )`);
    await q.query(`create index ix_satisfaction_task on satisfaction (task_id, recorded_at)`);
    for (const table of ['verification', 'instruction', 'instruction_unit', 'satisfaction']) {
      await q.query(`grant select, insert on ${table} to duban_app`);
    }
    await q.query(`
      alter table obligation
        drop constraint ck_obligation_kind,
        add constraint ck_obligation_kind check (kind in
          ('sign_for', 'action_plan', 'progress_report', 'milestone', 'completion', 'rectification', 'instruction'))`);
    await q.query(`
      alter table report
        drop constraint ck_report_kind,
        add constraint ck_report_kind check (kind in
          ('action_plan', 'progress_report', 'milestone', 'completion', 'instruction'))`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop table satisfaction`);
    // Together, since who sees the one is said by the other.
    await q.query(`drop table instruction, instruction_unit`);
    await q.query(`drop table verification`);
    await q.query(`
      alter table report
        drop constraint ck_report_kind,
        add constraint ck_report_kind check (kind in ('action_plan', 'progress_report', 'milestone', 'completion'))`);
    await q.query(`
      alter table obligation
        drop constraint ck_obligation_kind,
        add constraint ck_obligation_kind check (kind in
          ('sign_for', 'action_plan', 'progress_report', 'milestone', 'completion', 'rectification'))`);
  }
}
