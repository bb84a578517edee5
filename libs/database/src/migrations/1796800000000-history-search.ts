import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Indexes by which history is searched (审计检索) a page at a time: each has the time of the event after what narrows the
 * search, so that a page is read from where it begins. An expand step: older code does not mind.
 */
export class HistorySearch1796800000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(HISTORY_WORDS);
    for (const { name, on } of INDEXES) await q.query(`create index ${name} on history_event ${on}`);
    await q.query(`create table saved_search (
      id uuid constraint pk_saved_search primary key,
      person_id uuid not null constraint fk_saved_search_person references person,
      name text not null,
      filter jsonb not null,
      version integer not null,
      created_at timestamptz not null,
      constraint uq_saved_search_name unique (person_id, name)
    )`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop table saved_search`);
    for (const { name } of [...INDEXES].reverse()) await q.query(`drop index if exists ${name}`);
    await q.query(`drop function history_words(text, jsonb, jsonb)`);
  }
}

/**
 * The words that an event brought: its reason, and what it changed. What it left as it was is found at the event that
 * wrote it, and so an event that only moves a state has next to nothing here.
 *
 * Trigrams need three characters, and most Chinese words have two: each character stands here twice, so that of two there
 * are four. Whoever looks for something doubles it, too.
 */
const HISTORY_WORDS = `create function history_words(reason text, before jsonb, after jsonb) returns text
  language sql immutable parallel safe cost 1000 as $$
    select regexp_replace(lower(coalesce(reason, '') || E'\\n' || coalesce(
      (select string_agg(left(new.value #>> '{}', 20000), E'\\n')
       from jsonb_each(coalesce(after, before)) new
       where jsonb_typeof(new.value) in ('string', 'array', 'object')
         and (after is null or new.value is distinct from before -> new.key)
         and ((new.value #>> '{}') ~ '[^\\x01-\\x7f]'
           or new.key in ('name', 'username', 'number', 'title', 'code', 'subject', 'text', 'content', 'fileName'))), '')),
      '(.)', '\\1\\1', 'g')
  $$`;

const INDEXES = [
  { name: 'ix_history_event_happened', on: `(occurred_at, seq)` },
  { name: 'ix_history_event_recorded', on: `(recorded_at, seq)` },
  { name: 'ix_history_event_type', on: `(type, occurred_at, seq)` },
  { name: 'ix_history_event_kind', on: `(entity, occurred_at, seq)` },
  { name: 'ix_history_event_plan_time', on: `(plan_id, occurred_at, seq) where plan_id is not null` },
  { name: 'ix_history_event_person', on: `(actor_person_id, occurred_at, seq) where actor_person_id is not null` },
  {
    name: 'ix_history_event_for_person',
    on: `(actor_for_person_id, occurred_at, seq) where actor_for_person_id is not null`,
  },
  { name: 'ix_history_event_acting_unit', on: `(actor_unit_id, occurred_at, seq) where actor_unit_id is not null` },
  {
    name: 'ix_history_event_unit',
    on: `((coalesce(after, before) ->> 'unitId'), occurred_at, seq) where coalesce(after, before) ? 'unitId'`,
  },
  { name: 'ix_history_event_request', on: `(request_id)` },
  { name: 'ix_history_event_words', on: `using gin (history_words(reason, before, after) gin_trgm_ops)` },
];
