import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Finds in history who ever held a post of a unit, so that its holders at a past instant are read off their own last
 * states. Events of persons that say nothing of posts are not in it. An expand step: older code does not mind.
 */
export class DirectoryAsOf1796930000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(
      `create index ix_history_event_person_posts on history_event using gin ((after -> 'posts') jsonb_path_ops)
       where entity = 'person' and after ? 'posts'`,
    );
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop index if exists ix_history_event_person_posts`);
  }
}
