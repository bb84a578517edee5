import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Messages in an inbox (收件箱) get numbers in the order in which they came, one after the other for each person: by the
 * last that they have seen whoever reads on loses none. An id is made before its row is there for others to see.
 */
export class InboxPositions1796720000001 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`alter table delivery add inbox_position integer`);
    await q.query(`update delivery d set inbox_position = numbered.position from (
      select id, row_number() over (partition by person_id order by created_at, id) as position
      from delivery where channel = 'inbox') numbered where numbered.id = d.id`);
    await q.query(
      `create unique index uq_delivery_inbox on delivery (person_id, inbox_position) where inbox_position is not null`,
    );
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`alter table delivery drop column inbox_position`);
  }
}
