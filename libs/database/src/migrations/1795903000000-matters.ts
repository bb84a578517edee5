import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Matters from elsewhere (事项登记): registers (台账) are plans of another source, and a matter is a task of one with its
 * day of receipt and its level, what is known of its source beside it, and who asked for it apart. An expand step: older
 * code sees plans and tasks as ever.
 */
export class Matters1795903000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      alter table plan add column source text not null default 'document'
          constraint ck_plan_source check (source in ('document', 'register')),
        add column matter_kind text,
        add constraint ck_plan_register check ((source = 'register') = (matter_kind is not null)
          and (source = 'document' or state <> 'draft'))`);
    await q.query(
      `create unique index uq_plan_register on plan (jurisdiction_id, matter_kind, year) where source = 'register'`,
    );
    await q.query(`alter table task add column received_on date, add column level text`);
    await q.query(`
      create table matter (
        id uuid constraint pk_matter primary key,
        task_id uuid not null constraint fk_matter_task references task constraint uq_matter_task unique,
        jurisdiction_id uuid not null constraint fk_matter_jurisdiction references jurisdiction,
        kind text not null,
        year integer not null,
        serial integer not null,
        source jsonb not null,
        petitioner text,
        due_reason text,
        same_as uuid constraint fk_matter_same_as references task,
        version integer not null,
        registered_at timestamptz not null,
        constraint uq_matter_serial unique (jurisdiction_id, kind, year, serial)
      )`);
    await q.query(`create index ix_matter_registered on matter (registered_at, task_id)`);
    await q.query(`create index ix_matter_reference on matter ((source->>'reference'))`);
    await q.query(`
      create table petitioner (
        task_id uuid constraint pk_petitioner primary key
          constraint fk_petitioner_matter references matter (task_id),
        name text not null,
        phone text
      )`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop table petitioner`);
    await q.query(`drop table matter`);
    await q.query(`alter table task drop column level, drop column received_on`);
    await q.query(`drop index uq_plan_register`);
    await q.query(`alter table plan drop column matter_kind, drop column source`);
  }
}
