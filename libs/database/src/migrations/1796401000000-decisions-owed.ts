import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The office owes decisions on applications (申请), and on answers to notices (督办单答复), by a day, and is told of them. */
export class DecisionsOwed1796401000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      alter table application
        add decide_by date,
        add next_step text constraint ck_application_next_step check (next_step in ('remind', 'urge')),
        add next_step_at timestamptz`);
    await q.query(`
      alter table supervision_notice
        add judge_by date,
        add next_step text constraint ck_supervision_notice_next_step check (next_step in ('remind', 'urge')),
        add next_step_at timestamptz`);
    // What waited before has some days from the day of the upgrade, as if it had come then.
    await q.query(`
      update application a set decide_by = (now() at time zone j.time_zone)::date + 5, next_step = 'remind',
        next_step_at = ((now() at time zone j.time_zone)::date + 5 + time '09:00') at time zone j.time_zone
      from jurisdiction j where j.id = a.jurisdiction_id and a.state = 'requested'`);
    await q.query(`
      update supervision_notice n set judge_by = (now() at time zone j.time_zone)::date + 4, next_step = 'remind',
        next_step_at = ((now() at time zone j.time_zone)::date + 4 + time '09:00') at time zone j.time_zone
      from jurisdiction j where j.id = n.jurisdiction_id and n.state = 'answered'`);
    await q.query(`
      alter table application add constraint ck_application_pointer
        check ((next_step is null) = (next_step_at is null) and (state = 'requested' or next_step is null))`);
    await q.query(`
      alter table supervision_notice add constraint ck_supervision_notice_pointer
        check ((next_step is null) = (next_step_at is null) and (state = 'answered' or next_step is null))`);
    for (const table of ['application', 'supervision_notice']) {
      await q.query(`create index ix_${table}_next on ${table} (next_step_at, id) where next_step_at is not null`);
    }
  }

  async down(q: QueryRunner): Promise<void> {
    for (const [table, by] of [
      ['application', 'decide_by'],
      ['supervision_notice', 'judge_by'],
    ]) {
      await q.query(`drop index ix_${table}_next`);
      await q.query(`
        alter table ${table} drop constraint ck_${table}_pointer, drop ${by}, drop next_step, drop next_step_at`);
    }
  }
}
