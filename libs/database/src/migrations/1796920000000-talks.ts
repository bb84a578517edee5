import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A step of a ladder may be a summons to a talk (约谈). */
export class Talks1796920000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await only(q, `'reminder', 'urge', 'talk', 'notice'`);
  }

  async down(q: QueryRunner): Promise<void> {
    await only(q, `'reminder', 'urge', 'notice'`);
  }
}

async function only(q: QueryRunner, kinds: string): Promise<void> {
  await q.query(`alter table follow_up drop constraint ck_follow_up_kind`);
  await q.query(`alter table follow_up add constraint ck_follow_up_kind check (kind in (${kinds}))`);
}
