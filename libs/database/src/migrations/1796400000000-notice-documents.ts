import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Supervision notices (督办单) as documents: the versions of the template, and what each notice said when it was issued. */
export class NoticeDocuments1796400000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      create table notice_template (
        id uuid constraint pk_notice_template primary key,
        version integer not null constraint uq_notice_template_version unique,
        name text not null,
        content bytea not null,
        sha256 text not null,
        is_default boolean not null,
        person_id uuid constraint fk_notice_template_person references person,
        for_person_id uuid constraint fk_notice_template_for_person references person,
        post_id uuid constraint fk_notice_template_post references post,
        put_at timestamptz not null,
        constraint ck_notice_template_put check (is_default or person_id is not null)
      )`);
    await q.query(`
      create table notice_document (
        notice_id uuid constraint pk_notice_document primary key
          constraint fk_notice_document_notice references supervision_notice,
        template_version integer not null
          constraint fk_notice_document_template references notice_template (version),
        language text not null constraint ck_notice_document_language check (language in ('zh', 'en')),
        facts jsonb not null,
        recorded_at timestamptz not null
      )`);
    for (const table of ['notice_template', 'notice_document']) {
      await q.query(`grant select, insert on ${table} to duban_app`);
      await q.query(`
        create trigger tr_${table}_recorded_once before update or delete on ${table}
          for each row execute function refuse_rewriting()`);
      await q.query(`
        create trigger tr_${table}_not_truncated before truncate on ${table}
          for each statement execute function refuse_rewriting()`);
    }
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop table notice_document`);
    await q.query(`drop table notice_template`);
  }
}
