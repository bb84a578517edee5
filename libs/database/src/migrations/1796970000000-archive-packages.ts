import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Archive packages (归档信息包) that somebody asked for over HTTP: made by a worker, kept for some days, fetched by whoever
 * asked. What is said of one follows from what it has: bytes, a problem, a lease.
 */
export class ArchivePackages1796970000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      create table archive_package (
        id uuid constraint pk_archive_package primary key,
        plan_id uuid not null constraint fk_archive_package_plan references plan,
        person_id uuid not null constraint fk_archive_package_person references person,
        actor jsonb not null,
        retention text not null,
        progress_done integer not null default 0,
        progress_total integer not null default 0,
        attempts integer not null default 0,
        claimed_until timestamptz,
        size bigint,
        sha256 text,
        problem jsonb,
        asked_at timestamptz not null,
        finished_at timestamptz,
        removed_at timestamptz,
        constraint ck_archive_package_made check ((size is null) = (sha256 is null)
          and (sha256 is not null or removed_at is null)),
        constraint ck_archive_package_finished check ((finished_at is not null)::int
          = (sha256 is not null)::int + (problem is not null)::int)
      )`);
    await q.query(`create index ix_archive_package_due on archive_package (asked_at, id) where finished_at is null`);
    await q.query(`create index ix_archive_package_leaving on archive_package (finished_at, id)
      where sha256 is not null and removed_at is null`);
    await q.query(`create index ix_archive_package_plan on archive_package (plan_id)`);
    await q.query(`grant select, insert, update, delete on archive_package to duban_app`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop table archive_package`);
  }
}
