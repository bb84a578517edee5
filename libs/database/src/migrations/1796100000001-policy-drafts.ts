import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rules (督办规则) are written as drafts and enabled as versions, by somebody; presets, which nobody enabled, give way to these. */
export class PolicyDrafts1796100000001 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      create table policy_draft (
        id uuid constraint pk_policy_draft primary key,
        policy_id text not null,
        based_on_id text,
        based_on_version integer,
        rules jsonb not null,
        written_by uuid not null constraint fk_policy_draft_written_by references person,
        written_at timestamptz not null,
        version integer not null,
        constraint fk_policy_draft_based_on foreign key (based_on_id, based_on_version) references policy
      )`);
    await q.query(`alter table policy add enabled_by uuid constraint fk_policy_enabled_by references person`);
  }

  async down(q: QueryRunner): Promise<void> {
    // With the policies that go by it; those of the older code are declared anew after the migrations.
    await q.query(`alter table policy drop enabled_by cascade`);
    await q.query(`drop table policy_draft`);
  }
}
