import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Files that are handed in as evidence (佐证材料); their bytes are in the object store. A file belongs to at most one
 * report, and from then on to it for good: a trigger refuses the owner, too. Links by which files are read are kept as
 * hashes.
 */
export class EvidenceFiles1795902000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      create table evidence_file (
        id uuid constraint pk_evidence_file primary key,
        unit_id uuid not null constraint fk_evidence_file_unit references unit,
        person_id uuid not null constraint fk_evidence_file_person references person,
        name text not null,
        media_type text not null,
        size integer not null constraint ck_evidence_file_size check (size > 0),
        sha256 text not null constraint ck_evidence_file_sha256 check (sha256 ~ '^[0-9a-f]{64}$'),
        state text not null constraint ck_evidence_file_state check (state in ('unscanned', 'clean')),
        report_id uuid constraint fk_evidence_file_report references report,
        uploaded_at timestamptz not null
      )`);
    await q.query(`create index ix_evidence_file_report on evidence_file (report_id) where report_id is not null`);
    await q.query(`create index ix_evidence_file_unused on evidence_file (uploaded_at, id) where report_id is null`);
    await q.query(`create index ix_evidence_file_sender on evidence_file (person_id) where report_id is null`);
    await q.query(`
      create function keep_evidence() returns trigger language plpgsql as $$
      begin
        if old.report_id is not null then
          raise exception 'evidence of a report can be neither changed nor deleted' using errcode = '42501';
        end if;
        if tg_op = 'DELETE' then return old; end if;
        if to_jsonb(new) - 'report_id' <> to_jsonb(old) - 'report_id' then
          raise exception 'of a file that was handed in nothing changes but its report' using errcode = '42501';
        end if;
        return new;
      end $$`);
    await q.query(`
      create trigger tr_evidence_file_kept before update or delete on evidence_file
        for each row execute function keep_evidence()`);
    await q.query(`
      create trigger tr_evidence_file_not_truncated before truncate on evidence_file
        for each statement execute function refuse_rewriting()`);
    await q.query(`
      create table evidence_link (
        token_hash text constraint pk_evidence_link primary key,
        file_id uuid not null constraint fk_evidence_link_file references evidence_file on delete cascade,
        person_id uuid not null constraint fk_evidence_link_person references person,
        expires_at timestamptz not null
      )`);
    await q.query(`create index ix_evidence_link_file on evidence_link (file_id)`);
    await q.query(`create index ix_evidence_link_expires on evidence_link (expires_at)`);
    await q.query(`grant select, insert, update, delete on evidence_file, evidence_link to duban_app`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop table evidence_link`);
    await q.query(`drop table evidence_file`);
    await q.query(`drop function keep_evidence()`);
  }
}
