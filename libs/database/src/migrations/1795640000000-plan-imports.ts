import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Documents that wait for being read into a draft (导入): accepted at once, read by a worker, so that a long one holds up
 * neither the request nor the api. The file goes when it has been read; the draft keeps its text.
 */
export class PlanImports1795640000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      create table plan_import (
        id uuid constraint pk_plan_import primary key,
        person_id uuid not null constraint fk_plan_import_person references person,
        actor jsonb not null,
        file_name text not null,
        file bytea,
        options jsonb not null,
        state text not null constraint ck_plan_import_state check (state in ('queued', 'reading', 'drafted', 'refused')),
        progress_done integer not null,
        progress_total integer not null,
        attempts integer not null,
        claimed_until timestamptz,
        plan_id uuid constraint fk_plan_import_plan references plan,
        problem jsonb,
        created_at timestamptz not null,
        finished_at timestamptz,
        constraint ck_plan_import_file check ((file is null) = (state in ('drafted', 'refused'))),
        constraint ck_plan_import_drafted check ((plan_id is not null) = (state = 'drafted')),
        constraint ck_plan_import_refused check ((problem is not null) = (state = 'refused'))
      )`);
    await q.query(
      `create index ix_plan_import_due on plan_import (created_at, id) where state in ('queued', 'reading')`,
    );
    await q.query(`create index ix_plan_import_created on plan_import (created_at, id)`);
    await q.query(`grant select, insert, update, delete on plan_import to duban_app`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop table plan_import`);
  }
}
