import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Bulletins (通报): what each said when it was published, never changed again. */
export class Bulletins1796985000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      create table bulletin (
        id uuid constraint pk_bulletin primary key,
        jurisdiction_id uuid not null constraint fk_bulletin_jurisdiction references jurisdiction,
        year integer not null,
        number integer not null constraint ck_bulletin_number check (number > 0),
        title text not null,
        covers_from date not null,
        covers_to date not null,
        words text,
        content jsonb not null,
        person_id uuid not null constraint fk_bulletin_person references person,
        for_person_id uuid constraint fk_bulletin_for_person references person,
        post_id uuid not null constraint fk_bulletin_post references post,
        published_at timestamptz not null,
        constraint uq_bulletin_number unique (jurisdiction_id, year, number),
        constraint ck_bulletin_span check (covers_from <= covers_to)
      )`);
    await q.query(`create index ix_bulletin_notices on bulletin using gin ((content->'notices') jsonb_path_ops)`);
    await q.query(`grant select, insert on bulletin to duban_app`);
    await q.query(`
      create trigger tr_bulletin_recorded_once before update or delete on bulletin
        for each row execute function refuse_rewriting()`);
    await q.query(`
      create trigger tr_bulletin_not_truncated before truncate on bulletin
        for each statement execute function refuse_rewriting()`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('drop table bulletin');
  }
}
