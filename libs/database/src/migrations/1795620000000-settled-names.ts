import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a person has said that a name in a document means (名称认定). */
export class SettledNames1795620000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      create table settled_name (
        id uuid constraint pk_settled_name primary key,
        jurisdiction_id uuid not null constraint fk_settled_name_jurisdiction references jurisdiction,
        name text not null,
        key text not null,
        unit_ids uuid[] not null,
        group_id uuid constraint fk_settled_name_group references unit_group,
        version integer not null,
        settled_at timestamptz not null,
        constraint uq_settled_name_key unique (jurisdiction_id, key),
        constraint ck_settled_name_meaning check ((group_id is null) = (cardinality(unit_ids) > 0))
      )`);
    await q.query(`grant select, insert, update, delete on settled_name to duban_app`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop table if exists settled_name`);
  }
}
