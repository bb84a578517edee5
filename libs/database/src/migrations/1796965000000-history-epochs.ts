import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The hash of the tree over history may be changed (换算法): each change begins an epoch, a row of `history_tree` with
 * the first leaf that was recorded by its hash, and the checkpoint that began it.
 *
 * Leaves keep their places, so there is one order, and a tree a hash over it: nodes say by which they are. Leaves of
 * before a change are hashed again as its nodes of level 0. Nothing that is there is written anew.
 */
export class HistoryEpochs1796965000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`alter table history_tree drop constraint ck_history_tree_single,
      add start bigint not null default 0 constraint ck_history_tree_start check (start >= 0),
      add begun_by bigint constraint fk_history_tree_begun_by references history_checkpoint (number),
      add constraint ck_history_tree_begun check ((id = 1) = (begun_by is null) and id > 0)`);
    await q.query(`alter table history_tree alter start drop default`);
    const [tree]: { hash: string }[] = await q.query(`select hash from history_tree`);
    // By a default, which writes no row anew: they may be millions, and are written once.
    await q.query(`alter table history_node add algorithm text not null default '${tree?.hash ?? 'sha256'}'
      constraint ck_history_node_algorithm check (algorithm in ('sha256', 'sm3'))`);
    await q.query(`alter table history_node alter algorithm drop default,
      drop constraint pk_history_node, add constraint pk_history_node primary key (algorithm, level, position),
      drop constraint ck_history_node_level,
      add constraint ck_history_node_level check (level >= 0 and level % 4 = 0)`);
  }

  /** Fails where the hash was changed: what was hashed by it cannot be thrown away. */
  async down(q: QueryRunner): Promise<void> {
    await q.query(`alter table history_tree add constraint ck_history_tree_single check (id = 1),
      drop column start, drop column begun_by`);
    await q.query(`alter table history_node drop constraint pk_history_node,
      drop column algorithm, add constraint pk_history_node primary key (level, position),
      drop constraint ck_history_node_level,
      add constraint ck_history_node_level check (level > 0 and level % 4 = 0)`);
  }
}
