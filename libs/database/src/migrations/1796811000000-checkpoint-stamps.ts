import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Time-stamps (可信时间戳, RFC 3161) of checkpoints, each the token as its authority gave it; written once. */
export class CheckpointStamps1796811000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`create table history_stamp (
      checkpoint bigint not null
        constraint fk_history_stamp_checkpoint references history_checkpoint (number),
      authority text not null,
      token bytea not null,
      stamped_at timestamptz not null,
      constraint pk_history_stamp primary key (checkpoint, authority)
    )`);
    await q.query(`create trigger tr_history_stamp_recorded_once before update or delete on history_stamp
      for each row execute function refuse_rewriting()`);
    await q.query(`create trigger tr_history_stamp_not_truncated before truncate on history_stamp
      for each statement execute function refuse_rewriting()`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop table history_stamp`);
  }
}
