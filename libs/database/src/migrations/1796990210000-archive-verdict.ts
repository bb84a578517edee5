import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the four checks (四性检测) found of an archive package when it was made; those made before were not checked by us. */
export class ArchiveVerdict1796990210000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      alter table archive_package
        add column verdict jsonb,
        add constraint ck_archive_package_verdict check (verdict is null or sha256 is not null)`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`alter table archive_package drop column verdict`);
  }
}
