import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people keep under a name are searches of history (检索方案) and, from here on, views of the board (常用视图). */
export class SavedViews1796990200000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      alter table saved_search
        add column about text not null default 'history'
          constraint ck_saved_search_about check (about in ('history', 'board')),
        drop constraint uq_saved_search_name,
        add constraint uq_saved_search_name unique (person_id, about, name)`);
    await q.query(`alter table saved_search alter column about drop default`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`delete from saved_search where about <> 'history'`);
    // With the policies that go by it; those of the older code are declared anew after the migrations.
    await q.query(`
      alter table saved_search
        drop constraint uq_saved_search_name,
        drop column about cascade,
        add constraint uq_saved_search_name unique (person_id, name)`);
  }
}
