import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How many papers were shipped when dates began to say by which position they were computed. */
const SHIPPED = 8;

/**
 * The papers that arrange days off and make-up days (放假安排通知) as data, and by which version of the calendar the dates
 * of what is owed were computed last.
 */
export class CalendarPapers1796200000000 implements MigrationInterface {
  name = 'CalendarPapers1796200000000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      create table calendar_paper (
        id uuid constraint pk_calendar_paper primary key,
        position integer not null constraint uq_calendar_paper_position unique
          constraint ck_calendar_paper_position check (position > 0),
        version text not null constraint uq_calendar_paper_version unique,
        number text not null,
        title text not null,
        issued_on date not null,
        url text not null,
        year integer not null,
        days jsonb not null,
        supersedes text[] not null,
        imported_by uuid constraint fk_calendar_paper_imported_by references person,
        recorded_at timestamptz not null
      )`);
    await q.query(`
      create trigger tr_calendar_paper_recorded_once before update or delete on calendar_paper
        for each row execute function refuse_rewriting()`);
    await q.query(`
      create trigger tr_calendar_paper_not_truncated before truncate on calendar_paper
        for each statement execute function refuse_rewriting()`);
    await q.query(`alter table deadline_version add suspensions jsonb not null default '[]'`);
    // What does not say by which calendar it was computed is taken for old, and looked at again when a paper comes.
    await q.query(`
      alter table obligation
        add calendar_position integer not null default ${SHIPPED},
        add ladder_since integer not null default 1`);
    await q.query(`update obligation set ladder_since = deadline_version where deadline_version > 1`);
    await q.query(`
      create index ix_obligation_calendar on obligation (calendar_position, id) where state in ('open', 'suspended')`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop index ix_obligation_calendar`);
    await q.query(`alter table obligation drop calendar_position, drop ladder_since`);
    await q.query(`alter table deadline_version drop suspensions`);
    await q.query(`drop table calendar_paper`);
  }
}
