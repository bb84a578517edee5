import type { MigrationInterface, QueryRunner } from 'typeorm';

const RECORDED_ONCE = ['retention_schedule', 'disposal_hold', 'disposal', 'disposal_decision'];

/**
 * How long each kind of matter is kept (保管期限), what is kept from disposal for now (暂停处置), and disposals (销毁):
 * proposed by one, decided by another, each written once. Of evidence that is disposed of the row stays, with its
 * checksum, and says by which disposal and when its bytes had left the store; nothing else of it changes.
 */
export class Retention1796960000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      create table retention_schedule (
        version integer constraint pk_retention_schedule primary key,
        body jsonb not null,
        reason text not null,
        person_id uuid not null constraint fk_retention_schedule_person references person,
        post_id uuid constraint fk_retention_schedule_post references post,
        put_at timestamptz not null
      )`);
    await q.query(`
      create table disposal_hold (
        plan_id uuid not null constraint fk_disposal_hold_plan references plan,
        version integer not null,
        is_held boolean not null,
        reason text not null,
        person_id uuid not null constraint fk_disposal_hold_person references person,
        set_at timestamptz not null,
        constraint pk_disposal_hold primary key (plan_id, version)
      )`);
    await q.query(`
      create table disposal (
        id uuid constraint pk_disposal primary key,
        plan_id uuid not null constraint fk_disposal_plan references plan,
        reason text not null,
        person_id uuid not null constraint fk_disposal_person references person,
        for_person_id uuid constraint fk_disposal_for_person references person,
        proposed_at timestamptz not null
      )`);
    await q.query(`create index ix_disposal_plan on disposal (plan_id)`);
    await q.query(`create index ix_disposal_proposed on disposal (proposed_at, id)`);
    await q.query(`
      create table disposal_decision (
        disposal_id uuid constraint pk_disposal_decision primary key
          constraint fk_disposal_decision_disposal references disposal,
        decision text not null constraint ck_disposal_decision_decision check (decision in ('approved', 'refused')),
        reason text not null,
        files integer not null,
        bytes bigint not null,
        register_sha256 text,
        person_id uuid not null constraint fk_disposal_decision_person references person,
        for_person_id uuid constraint fk_disposal_decision_for_person references person,
        decided_at timestamptz not null,
        constraint ck_disposal_decision_register check ((decision = 'approved') = (register_sha256 is not null))
      )`);
    for (const table of RECORDED_ONCE) {
      await q.query(`grant select, insert on ${table} to duban_app`);
      await q.query(`
        create trigger tr_${table}_recorded_once before update or delete on ${table}
          for each row execute function refuse_rewriting()`);
      await q.query(`
        create trigger tr_${table}_not_truncated before truncate on ${table}
          for each statement execute function refuse_rewriting()`);
    }
    await q.query(`
      alter table evidence_file
        add disposal_id uuid constraint fk_evidence_file_disposal references disposal,
        add disposed_at timestamptz,
        add removed_at timestamptz,
        add constraint ck_evidence_file_disposed check ((disposal_id is null) = (disposed_at is null)
          and (disposed_at is not null or removed_at is null) and (report_id is not null or disposed_at is null))`);
    await q.query(`
      create index ix_evidence_file_leaving on evidence_file (id) where disposed_at is not null and removed_at is null`);
    await q.query(
      `create index ix_evidence_file_disposal on evidence_file (disposal_id) where disposal_id is not null`,
    );
    await q.query(keepEvidence(DISPOSED));
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(keepEvidence(''));
    await q.query(`alter table evidence_file drop disposal_id, drop disposed_at, drop removed_at`);
    for (const table of RECORDED_ONCE.toReversed()) await q.query(`drop table ${table} cascade`);
  }
}

/** First disposed of, once; then gone from the store, once. */
const DISPOSED = `
  if tg_op = 'UPDATE' and old.report_id is not null and old.disposed_at is null and new.removed_at is null
    and to_jsonb(new) - array['disposal_id', 'disposed_at'] = to_jsonb(old) - array['disposal_id', 'disposed_at']
    then return new;
  end if;
  if tg_op = 'UPDATE' and old.disposed_at is not null and old.removed_at is null
    and to_jsonb(new) - 'removed_at' = to_jsonb(old) - 'removed_at' then return new;
  end if;`;

const keepEvidence = (allowed: string): string => `
  create or replace function keep_evidence() returns trigger language plpgsql as $$
  begin
    ${allowed}
    if old.report_id is not null then
      raise exception 'evidence of a report can be neither changed nor deleted' using errcode = '42501';
    end if;
    if tg_op = 'DELETE' then return old; end if;
    if to_jsonb(new) - 'report_id' <> to_jsonb(old) - 'report_id' then
      raise exception 'of a file that was handed in nothing changes but its report' using errcode = '42501';
    end if;
    return new;
  end $$`;
