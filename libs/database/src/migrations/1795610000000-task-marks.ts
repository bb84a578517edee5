import type { MigrationInterface, QueryRunner } from 'typeorm';

/** From which words of the document each value of a drafted task was read. */
export class TaskMarks1795610000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`alter table task add column marks jsonb not null default '[]'`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`alter table task drop column marks`);
  }
}
