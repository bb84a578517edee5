import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which checkpoint was handed to which place outside (存证外送), and when; written once. */
export class CheckpointHandouts1796810000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`create table history_handout (
      checkpoint bigint not null
        constraint fk_history_handout_checkpoint references history_checkpoint (number),
      place text not null,
      handed_at timestamptz not null default clock_timestamp(),
      constraint pk_history_handout primary key (checkpoint, place)
    )`);
    await q.query(`create index ix_history_handout_place on history_handout (place, handed_at)`);
    await q.query(`create trigger tr_history_handout_recorded_once before update or delete on history_handout
      for each row execute function refuse_rewriting()`);
    await q.query(`create trigger tr_history_handout_not_truncated before truncate on history_handout
      for each statement execute function refuse_rewriting()`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop table history_handout`);
  }
}
