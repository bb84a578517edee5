import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The Merkle tree over history and its signed checkpoints (存证), each row written once.
 *
 * An event keeps the transaction that wrote it, so that those which may have become visible since the last look are
 * found quickly. Events of before get this migration's, and their leaves with the first look.
 */
export class HistoryProof1795805000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`alter table history_event add xact xid8 not null default pg_current_xact_id()`);
    await q.query(`create index ix_history_event_xact on history_event (xact)`);
    for (const statement of TABLES) {
      const table = nameOf(statement);
      await q.query(statement);
      await q.query(`grant select, insert on ${table} to duban_app`);
      await q.query(`create trigger tr_${table}_recorded_once before update or delete on ${table}
        for each row execute function refuse_rewriting()`);
      await q.query(`create trigger tr_${table}_not_truncated before truncate on ${table}
        for each statement execute function refuse_rewriting()`);
    }
  }

  async down(q: QueryRunner): Promise<void> {
    for (const statement of [...TABLES].reverse()) await q.query(`drop table ${nameOf(statement)}`);
    await q.query(`alter table history_event drop xact`);
  }
}

const nameOf = (table: string): string => /^create table (\w+)/.exec(table)![1]!;

const TABLES = [
  `create table history_tree (
     id integer constraint pk_history_tree primary key constraint ck_history_tree_single check (id = 1),
     origin text not null,
     hash text not null constraint ck_history_tree_hash check (hash in ('sha256', 'sm3'))
   )`,
  // No foreign key: a partition of events that is put elsewhere keeps its leaves here.
  `create table history_leaf (
     index bigint constraint pk_history_leaf primary key constraint ck_history_leaf_index check (index >= 0),
     seq bigint not null constraint uq_history_leaf_seq unique,
     hash bytea not null constraint ck_history_leaf_hash check (length(hash) = 32)
   )`,
  // Of every fourth level; those between are made from at most eight of these, or of the leaves.
  `create table history_node (
     level smallint not null,
     position bigint not null,
     hash bytea not null constraint ck_history_node_hash check (length(hash) = 32),
     constraint pk_history_node primary key (level, position),
     constraint ck_history_node_level check (level > 0 and level % 4 = 0)
   )`,
  `create table history_key (
     public_key text constraint pk_history_key primary key,
     key_id text not null,
     first_used_at timestamptz not null default clock_timestamp()
   )`,
  `create table history_checkpoint (
     number bigint constraint pk_history_checkpoint primary key constraint ck_history_checkpoint_number check (number > 0),
     size bigint not null constraint ck_history_checkpoint_size check (size > 0),
     root bytea not null constraint ck_history_checkpoint_root check (length(root) = 32),
     hash text not null constraint ck_history_checkpoint_hash check (hash in ('sha256', 'sm3')),
     signed_at timestamptz not null,
     key_ids text[] not null,
     note text not null
   )`,
];
