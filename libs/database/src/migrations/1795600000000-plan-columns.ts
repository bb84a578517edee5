import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The columns of the tables in a plan's document, for a person to confirm. */
export class PlanColumns1795600000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`alter table plan add column columns jsonb not null default '[]'`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`alter table plan drop column columns`);
  }
}
