import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Episodes in which what was due was not followed up for long: one is open at a time, whichever process sees it. */
export class SweepAlarms1796500000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`create table sweep_alarm (
      id uuid constraint pk_sweep_alarm primary key,
      oldest_due_at timestamptz not null,
      began_at timestamptz not null,
      ended_at timestamptz,
      constraint ck_sweep_alarm_term check (ended_at is null or ended_at >= began_at)
    )`);
    await q.query(`create unique index uq_sweep_alarm_open on sweep_alarm ((true)) where ended_at is null`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop table sweep_alarm`);
  }
}
