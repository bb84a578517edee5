import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A part may end without success, be suspended (中止) and objected to (异议). Marks stand beside the state; what is owed of
 * a part whose clock stands is neither open nor settled. Since when a unit has its part is known for those of before by
 * when they were made: none of them was transferred.
 */
export class AssignmentMarks1795900000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    for (const table of ['task', 'assignment']) {
      await q.query(`
        alter table ${table}
          drop constraint ck_${table}_state,
          add constraint ck_${table}_state check (state in
            ('assigned', 'in_progress', 'reported', 'verified', 'cancelled', 'not_implemented'))`);
    }
    await q.query(`
      alter table assignment
        add marks text[] not null default '{}'
          constraint ck_assignment_marks check (marks <@ array['suspended', 'objected']::text[]),
        add resume_on date,
        add assigned_at timestamptz,
        add constraint ck_assignment_resume_on check (('suspended' = any(marks)) = (resume_on is not null))`);
    await q.query(`update assignment set assigned_at = created_at`);
    await q.query(`alter table assignment alter assigned_at set not null`);
    await q.query(`create index ix_assignment_resume_on on assignment (resume_on, id) where resume_on is not null`);
    await q.query(`drop index uq_assignment_task_unit`);
    await q.query(`
      create unique index uq_assignment_task_unit on assignment (task_id, unit_id)
        where state not in ('verified', 'cancelled', 'not_implemented')`);
    await q.query(`
      alter table obligation
        drop constraint ck_obligation_state,
        add constraint ck_obligation_state check (state in ('open', 'suspended', 'discharged', 'lapsed'))`);
    await q.query(`
      create table objection (
        id uuid constraint pk_objection primary key,
        assignment_id uuid not null constraint fk_objection_assignment references assignment,
        unit_id uuid not null constraint fk_objection_unit references unit,
        reason text not null,
        raised_by uuid not null constraint fk_objection_raised_by references person,
        raised_at timestamptz not null,
        answer_due_on date not null,
        outcome text constraint ck_objection_outcome
          check (outcome in ('withdrawn', 'rejected', 'transferred', 'cancelled')),
        answer text,
        settled_by uuid constraint fk_objection_settled_by references person,
        settled_at timestamptz,
        constraint ck_objection_settled check ((outcome is null) = (settled_at is null))
      )`);
    await q.query(`create unique index uq_objection_open on objection (assignment_id) where outcome is null`);
    await q.query(`create index ix_objection_assignment on objection (assignment_id)`);
    await q.query(`create index ix_objection_due on objection (answer_due_on, id) where outcome is null`);
    await q.query(`grant select, insert, update on objection to duban_app`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop table objection`);
    await q.query(`
      alter table obligation
        drop constraint ck_obligation_state,
        add constraint ck_obligation_state check (state in ('open', 'discharged', 'lapsed'))`);
    await q.query(`drop index uq_assignment_task_unit`);
    await q.query(`
      create unique index uq_assignment_task_unit on assignment (task_id, unit_id)
        where state not in ('verified', 'cancelled')`);
    await q.query(`drop index ix_assignment_resume_on`);
    await q.query(`alter table assignment drop marks, drop resume_on, drop assigned_at`);
    for (const table of ['assignment', 'task']) {
      await q.query(`
        alter table ${table}
          drop constraint ck_${table}_state,
          add constraint ck_${table}_state check (state in
            ('assigned', 'in_progress', 'reported', 'verified', 'cancelled'))`);
    }
  }
}
