import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far an approved disposal (销毁) is carried out, so many files at a time. Those of before were carried out at once. */
export class DisposalRuns1796970000001 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      create table disposal_run (
        disposal_id uuid constraint pk_disposal_run primary key
          constraint fk_disposal_run_disposal references disposal,
        actor jsonb not null,
        files integer not null,
        done integer not null default 0,
        finished_at timestamptz
      )`);
    await q.query(`create index ix_disposal_run_open on disposal_run (disposal_id) where finished_at is null`);
    await q.query(`
      insert into disposal_run (disposal_id, actor, files, done, finished_at)
      select disposal_id, '{}', files, files, decided_at from disposal_decision where decision = 'approved'`);
    await q.query(`grant select, insert, update, delete on disposal_run to duban_app`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop table disposal_run`);
  }
}
