import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A view of the board (常用视图) may be shared with colleagues: those of its owner's unit, or of the same kind of post. */
export class SharedViews1796990220000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      alter table saved_search
        add column shared_with text,
        add constraint ck_saved_search_shared check (shared_with is null or about = 'board')`);
    await q.query(`create index ix_saved_search_shared on saved_search (shared_with) where shared_with is not null`);
  }

  async down(q: QueryRunner): Promise<void> {
    // With the policies that go by it; those of the older code are declared anew after the migrations.
    await q.query(`alter table saved_search drop column shared_with cascade`);
  }
}
