import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How far each line (线路) is taken, the way to a mail server or a destination, so that its limit holds over all workers;
 * and what waits for a turn. Turns are by the database's clock, since they measure machines.
 */
export class DeliveryLines1796910000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`create table delivery_line (
      name text constraint pk_delivery_line primary key,
      free_at timestamptz,
      last_turn_at timestamptz,
      failures integer not null default 0,
      paused_until timestamptz
    )`);
    await q.query(`alter table delivery add line text, add turn_at timestamptz`);
    await q.query(`create index ix_delivery_line on delivery (line) where state in ('queued', 'sending')`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop index ix_delivery_line`);
    await q.query(`alter table delivery drop line, drop turn_at`);
    await q.query(`drop table delivery_line`);
  }
}
