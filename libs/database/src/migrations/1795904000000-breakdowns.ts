import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Second-level breakdowns (二级分解): a plan may be a unit's own, and its tasks name the upper part that they carry out.
 * An expand step: what is there already is the government's.
 */
export class Breakdowns1795904000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      alter table plan
        add unit_id uuid constraint fk_plan_unit references unit,
        add visibility text not null default 'summary' constraint ck_plan_visibility
          check (visibility in ('summary', 'full'))`);
    await q.query(`create index ix_plan_unit on plan (unit_id) where unit_id is not null`);
    await q.query(`
      alter table task
        add upper_assignment_id uuid constraint fk_task_upper_assignment references assignment,
        add constraint ck_task_upper_assignment check (upper_assignment_id is null or parent_id is null)`);
    await q.query(
      `create index ix_task_upper_assignment on task (upper_assignment_id) where upper_assignment_id is not null`,
    );
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop index ix_task_upper_assignment`);
    await q.query(`alter table task drop upper_assignment_id`);
    await q.query(`drop index ix_plan_unit`);
    // With the policies that go by it; those of the older code are declared anew after the migrations.
    await q.query(`alter table plan drop visibility, drop unit_id cascade`);
  }
}
