import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Supervision notices (督办单) may be yellow, between blue and orange: some cities have blue, yellow and red. */
export class YellowNotices1796921000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await only(q, `'blue', 'yellow', 'orange', 'red'`);
  }

  async down(q: QueryRunner): Promise<void> {
    await only(q, `'blue', 'orange', 'red'`);
  }
}

async function only(q: QueryRunner, colours: string): Promise<void> {
  await q.query(`alter table supervision_notice drop constraint ck_supervision_notice_colour`);
  await q.query(
    `alter table supervision_notice add constraint ck_supervision_notice_colour check (colour in (${colours}))`,
  );
}
