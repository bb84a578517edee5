import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * History (留痕) in a narrow table, by which events are found, ordered and chained, and their words in parts by month of
 * recording. `history_event` becomes a view that puts both together, so older code goes on reading and writing it.
 *
 * What is there is written anew, once: some 20 µs an event, with all of it locked.
 */
export class HistoryParts1796990000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    // Those that name what moves; after the migrations all are made anew. The system's stays: by it the owner sees rows.
    await q.query(dropPolicies('history_event', '(after|before)'));
    for (const name of OLD_INDEXES) await q.query(`drop index if exists ${name}`);
    await q.query(`alter table history_event rename to history_entry`);
    await q.query(renamed('history_event', 'history_entry'));
    await q.query(`alter function history_words(text, jsonb, jsonb) rename to searched_words`);
    await q.query(SEARCHED_WORDS);
    for (const statement of PARTS) await q.query(statement);
    await q.query(FUNCTION_OF_PARTS_AHEAD);
    await q.query(`select history_part_make(month) from (select distinct ${MONTH} as month from history_entry) there`);
    await q.query(`select history_parts_ahead(${AHEAD})`);
    await q.query(`insert into history_words (month, seq, id, reason, before, after)
      select ${MONTH}, seq, id, reason, before, after from history_entry`);
    await q.query(`create index ix_history_words_searched on history_words
      using gin (searched_words(reason, before, after) gin_trgm_ops)`);
    for (const statement of KEY_FUNCTIONS) await q.query(statement);
    // One writing of the table: each expression sees the row as it was.
    await q.query(
      `alter table history_entry add month date, ${columns.map(([name, { type }]) => `add ${name} ${type}`).join(', ')}`,
    );
    await q.query(`alter table history_entry
      alter month type date using ${MONTH}, alter month set not null,
      ${columns.map(([name, key]) => `alter ${name} type ${key.type} using ${expression(key)}`).join(',\n')},
      alter has_state set not null,
      ${WORDS.map(([name, type]) => `alter ${name} type ${type} using null::${type}`).join(', ')}`);
    await q.query(`alter table history_entry add constraint ck_history_entry_words
      check (reason is null and before is null and after is null)`);
    for (const { name, on } of INDEXES) await q.query(`create index ${name} on history_entry ${on}`);
    for (const statement of FUNCTIONS) await q.query(statement);
    await q.query(`create trigger tr_history_entry_split before insert on history_entry
      for each row execute function history_split()`);
    // Also where a copy is loaded without asking for references.
    await q.query(`alter table history_entry enable always trigger tr_history_entry_split`);
    await q.query(VIEW);
    await q.query(`create trigger tr_history_event_insert instead of insert on history_event
      for each row execute function history_event_insert()`);
    await q.query(`grant select, insert on history_words, history_part to duban_system`);
    await q.query(`grant select on history_words_rest to duban_system`);
    await q.query(`grant select, insert on history_event to ${ROLES}`);
    await q.query(`grant create on schema public to duban_system`);
    for (const signature of OF_THE_SYSTEM) await q.query(`alter function ${signature} owner to duban_system`);
    await q.query(`revoke create on schema public from duban_system`);
    for (const signature of [...OF_THE_SYSTEM, ...OF_THE_OWNER]) {
      await q.query(`revoke all on function ${signature} from public`);
    }
    for (const signature of OF_EVERYBODY) await q.query(`grant execute on function ${signature} to ${ROLES}`);
    await q.query(`grant execute on function ${[...OF_THE_SYSTEM, ...OF_THE_OWNER].join(', ')} to duban_system`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`do $$ begin
      if exists (select from history_part p where p.is_outside
          and p.version = (select max(version) from history_part l where l.month = p.month)) then
        raise exception 'months of history lie outside: attach them first';
      end if; end $$`);
    await q.query(`drop view history_event`);
    await q.query(dropPolicies('history_entry', columns.map(([name]) => name).join('|')));
    await q.query(`drop trigger tr_history_entry_split on history_entry`);
    for (const { name } of INDEXES) await q.query(`drop index ${name}`);
    await q.query(`alter table history_entry drop constraint ck_history_entry_words`);
    await q.query(`alter table history_entry
      ${WORDS.map(([name, type]) => `alter ${name} type ${type} using history_${name}(month, seq, id)`).join(', ')}`);
    await q.query(`alter table history_entry drop month, ${columns.map(([name]) => `drop ${name}`).join(', ')}`);
    for (const signature of [...OF_THE_SYSTEM, ...OF_THE_OWNER, 'history_event_insert()']) {
      await q.query(`drop function ${signature}`);
    }
    await q.query(`drop type history_keys`);
    await q.query(`drop table history_words, history_part`);
    await q.query(`alter function searched_words(text, jsonb, jsonb) rename to history_words`);
    await q.query(renamed('history_entry', 'history_event'));
    await q.query(`alter table history_entry rename to history_event`);
    for (const statement of OLD_INDEX_STATEMENTS) await q.query(statement);
  }
}

/** Of recording, in UTC whatever the session's time zone. */
const MONTH = `date_trunc('month', recorded_at at time zone 'UTC')::date`;
/** Parts that are made before they are needed. */
const AHEAD = 12;
const ROLES = 'duban_system, duban_office, duban_leader, duban_auditor, duban_admin, duban_security, duban_unit';

const WORDS = [
  ['reason', 'text'],
  ['before', 'jsonb'],
  ['after', 'jsonb'],
] as const;

/** What is no identifier is left out: it names nothing. `told` is the state after, or else the one before. */
const uuidIn = (key: string): string =>
  `case when told->>'${key}' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (told->>'${key}')::uuid end`;

/**
 * What of states events are found and judged by, of all entities or of one. In no hash: the self-check holds them against
 * the states.
 */
const KEYS: Record<string, { type: string; of?: string; sql: string }> = {
  has_state: { type: 'boolean', sql: 'after is not null' },
  state: { type: 'text', sql: `after->>'state'` },
  unit_id: { type: 'uuid', sql: uuidIn('unitId') },
  assignment_id: { type: 'uuid', sql: uuidIn('assignmentId') },
  obligation_id: { type: 'uuid', sql: uuidIn('obligationId') },
  parent_id: { type: 'uuid', of: 'task', sql: uuidIn('parentId') },
  position: {
    type: 'integer',
    of: 'task',
    sql: `case when jsonb_typeof(after->'position') = 'number' then (after->>'position')::numeric::integer end`,
  },
  due_on: { type: 'text collate "C"', of: 'task', sql: `after->>'dueOn'` },
  due_at: {
    type: 'timestamptz',
    of: 'obligation',
    sql: `case when after->>'dueAt' ~ '^\\d{4}-\\d\\d-\\d\\d' then (after->>'dueAt')::timestamptz end`,
  },
  role: { type: 'text', of: 'assignment', sql: `after->>'role'` },
  is_stopped: {
    type: 'boolean',
    of: 'assignment',
    sql: `case when jsonb_typeof(after->'marks') = 'array' then jsonb_array_length(after->'marks') > 0 else false end`,
  },
  colour: { type: 'text', of: 'supervision_notice', sql: `after->>'colour'` },
  post_unit_ids: { type: 'uuid[]', of: 'person', sql: 'public.history_post_units(after)' },
};
const columns = Object.entries(KEYS);

/** As one expression over the columns of an event. */
const expression = ({ of, sql }: (typeof KEYS)[string]): string => {
  const told = sql.replaceAll('told', 'coalesce(after, before)');
  return of === undefined ? told : `case when entity = '${of}' then ${told} end`;
};
/** As statements of PL/pgSQL, which look at what the entity has alone. */
const assignments = (into: string, from: string): string => {
  const assign = ([name, { sql }]: (typeof columns)[number]): string =>
    `${into}.${name} := ${sql.replaceAll(/\bafter\b/g, `${from}after`)};`;
  const entities = [...new Set(columns.flatMap(([, { of }]) => of ?? []))];
  return [
    ...columns.filter(([, { of }]) => of === undefined).map(assign),
    `case ${from}entity`,
    ...entities.map(
      (entity) =>
        `when '${entity}' then ${columns
          .filter(([, { of }]) => of === entity)
          .map(assign)
          .join(' ')}`,
    ),
    'else null; end case;',
  ].join('\n');
};

const dropPolicies = (table: string, naming: string): string => `do $$ declare p record; begin
  for p in select policyname from pg_policies where schemaname = current_schema() and tablename = '${table}'
      and (qual ~ '\\m(${naming})\\M' or with_check ~ '\\m(${naming})\\M') loop
    execute format('drop policy %I on ${table}', p.policyname);
  end loop; end $$`;

/** What it was, in a language whose plans are kept: the other is read and planned anew for each row that is written. */
const SEARCHED_WORDS = `create or replace function searched_words(reason text, before jsonb, after jsonb) returns text
  language plpgsql immutable parallel safe cost 1000 as $$
  begin
    return regexp_replace(lower(coalesce(reason, '') || E'\\n' || coalesce(
      (select string_agg(left(new.value #>> '{}', 20000), E'\\n')
       from jsonb_each(coalesce(after, before)) new
       where jsonb_typeof(new.value) in ('string', 'array', 'object')
         and (after is null or new.value is distinct from before -> new.key)
         and ((new.value #>> '{}') ~ '[^\\x01-\\x7f]'
           or new.key in ('name', 'username', 'number', 'title', 'code', 'subject', 'text', 'content', 'fileName'))), '')),
      '(.)', '\\1\\1', 'g');
  end $$`;

/** Indexes, those of constraints too, and triggers are called after their table. */
const renamed = (from: string, to: string): string => `do $$ declare n record; begin
  for n in select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
      where i.indrelid = 'history_entry'::regclass loop
    execute format('alter index %I rename to %I', n.name, replace(n.name, '${from}', '${to}'));
  end loop;
  for n in select tgname as name from pg_trigger where tgrelid = 'history_entry'::regclass and not tgisinternal loop
    execute format('alter trigger %I on history_entry rename to %I', n.name, replace(n.name, '${from}', '${to}'));
  end loop; end $$`;

const PARTS = [
  `create table history_words (
     month date not null,
     seq bigint not null,
     id uuid not null,
     reason text,
     before jsonb,
     after jsonb,
     constraint pk_history_words primary key (month, seq)
   ) partition by range (month)`,
  `create trigger tr_history_words_recorded_once before update or delete on history_words
     for each row execute function refuse_rewriting()`,
  `create trigger tr_history_words_not_truncated before truncate on history_words
     for each statement execute function refuse_rewriting()`,
  // What fits no part; a month that has something in it stays in it.
  `create table history_words_rest partition of history_words default`,
  `create trigger tr_history_words_rest_not_truncated before truncate on history_words_rest
     for each statement execute function refuse_rewriting()`,
  // What became of a month: where it lies since.
  `create table history_part (
     month date not null,
     version integer not null,
     id uuid not null,
     is_outside boolean not null,
     file text,
     sha256 text,
     events integer,
     tablespace text,
     recorded_at timestamptz not null default clock_timestamp(),
     constraint pk_history_part primary key (month, version)
   )`,
  `create trigger tr_history_part_recorded_once before update or delete on history_part
     for each row execute function refuse_rewriting()`,
  `create trigger tr_history_part_not_truncated before truncate on history_part
     for each statement execute function refuse_rewriting()`,
];

/** By the owner of the schema, since a part is a table; the worker calls it. */
const FUNCTION_OF_PARTS_AHEAD = `
  create function history_part_make(made date) returns boolean language plpgsql security definer
    set search_path = public, pg_temp as $$
  declare part text := 'history_words_' || to_char(made, 'YYYY_MM');
  begin
    perform pg_advisory_xact_lock(hashtextextended('history parts', 0));
    if made is distinct from date_trunc('month', made)::date then raise exception '% is no month', made; end if;
    if to_regclass(part) is not null or exists (select from history_words_rest where month = made)
        or (select p.is_outside from history_part p where p.month = made order by p.version desc limit 1) then
      return false;
    end if;
    execute format('create table %I partition of history_words for values from (%L) to (%L)',
      part, made, (made + interval '1 month')::date);
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_rewriting()',
      'tr_' || part || '_not_truncated', part);
    -- Read by the month alone, so as not to plan for all of them.
    execute format('alter table %I enable row level security', part);
    execute format('alter table %I force row level security', part);
    execute format('grant select on %I to duban_system', part);
    execute format('create policy system on %I for select to duban_system using (true)', part);
    return true;
  end $$;
  create function history_parts_ahead(months integer) returns integer language plpgsql security definer
    set search_path = public, pg_temp as $$
  declare present date := date_trunc('month', clock_timestamp() at time zone 'UTC')::date; made integer := 0; m date;
  begin
    for m in select (present + make_interval(months => n))::date from generate_series(0, months) n
        where to_regclass('history_words_' || to_char(present + make_interval(months => n), 'YYYY_MM')) is null loop
      if history_part_make(m) then made := made + 1; end if;
    end loop;
    return made;
  end $$`;

const KEY_FUNCTIONS = [
  `create function history_post_units(state jsonb) returns uuid[] language sql immutable parallel safe as $$
     select case when jsonb_typeof(state->'posts') = 'array' then array(
       select distinct (post->>'unitId')::uuid from jsonb_array_elements(state->'posts') post
       where post->>'unitId' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' order by 1) end
   $$`,
  `create type history_keys as (${columns.map(([name, { type }]) => `${name} ${type}`).join(', ')})`,
  `create function history_keys_of(entity text, before jsonb, after jsonb) returns history_keys
     language plpgsql immutable parallel safe as $$
   declare keys public.history_keys; told jsonb := coalesce(after, before);
   begin
     ${assignments('keys', 'history_keys_of.')}
     return keys;
   end $$`,
];

/**
 * The words of one event, of whose month one table alone is asked. Whoever does not see an event does not know its id,
 * so nobody reads by these what the policies of `history_entry` hide. A month that lies outside is an error of its own.
 */
const words = (name: string, type: string): string => `
  create function history_${name}(of_month date, of_seq bigint, of_id uuid) returns ${type} language plpgsql
    stable parallel safe security definer as $$
  declare found ${type}; part text := 'history_words_' || to_char(of_month, 'YYYY_MM');
  begin
    if to_regclass('public.' || part) is null then part := public.history_part_else(of_month); end if;
    execute 'select ${name} from public.' || part || ' where month = $1 and seq = $2 and id = $3'
      into found using of_month, of_seq, of_id;
    return found;
  end $$`;

const FUNCTIONS = [
  `create function history_part_else(of_month date) returns text language plpgsql stable parallel safe as $$
   declare outside text := (select case when p.is_outside then coalesce(p.file, '') end
     from public.history_part p where p.month = of_month order by p.version desc limit 1);
   begin
     if outside is not null then
       raise exception 'the history of % lies outside of the database', to_char(of_month, 'YYYY-MM')
         using errcode = 'DH001', detail = outside, hint = to_char(of_month, 'YYYY-MM');
     end if;
     return 'history_words_rest';
   end $$`,
  ...WORDS.map(([name, type]) => words(name, type)),
  // Many at a time, one question a month; of months that lie outside there is nothing.
  `create function history_words_among(of_months date[], of_seqs bigint[])
     returns table (seq bigint, reason text, before jsonb, after jsonb) language plpgsql stable as $$
   declare m date; part text;
   begin
     for m in select distinct month from unnest(of_months) month loop
       part := 'history_words_' || to_char(m, 'YYYY_MM');
       if to_regclass('public.' || part) is null then
         if (select p.is_outside from public.history_part p where p.month = m order by p.version desc limit 1) then continue; end if;
         part := 'history_words_rest';
       end if;
       return query execute 'select w.seq, w.reason, w.before, w.after from public.' || part
         || ' w where w.month = $1 and w.seq = any(array(select s from unnest($2, $3) as wanted(s, month) where wanted.month = $1))'
         using m, of_seqs, of_months;
     end loop;
   end $$`,
  `create function history_split() returns trigger language plpgsql security definer as $$
   declare told jsonb := coalesce(new.after, new.before);
   begin
     new.month := ${MONTH.replace('recorded_at', 'new.recorded_at')};
     insert into public.history_words (month, seq, id, reason, before, after)
       values (new.month, new.seq, new.id, new.reason, new.before, new.after);
     ${assignments('new', 'new.')}
     ${WORDS.map(([name]) => `new.${name} := null;`).join(' ')}
     return new;
   end $$`,
  `create function history_event_insert() returns trigger language plpgsql as $$
   begin
     insert into history_entry (id, jurisdiction_id, plan_id, task_id, entity, entity_id, type, actor_person_id,
       actor_post_id, actor_unit_id, actor_name, actor_post, actor_token_id, actor_token_name, actor_delegation_id,
       actor_for_person_id, actor_for_name, request_id, reason, before, after, occurred_at, recorded_at)
     values (new.id, new.jurisdiction_id, new.plan_id, new.task_id, new.entity, new.entity_id, new.type,
       new.actor_person_id, new.actor_post_id, new.actor_unit_id, new.actor_name, new.actor_post, new.actor_token_id,
       new.actor_token_name, new.actor_delegation_id, new.actor_for_person_id, new.actor_for_name, new.request_id,
       new.reason, new.before, new.after, new.occurred_at, coalesce(new.recorded_at, clock_timestamp()));
     return new;
   end $$`,
];

const VIEW = `create view history_event with (security_invoker = true) as
  select seq, id, jurisdiction_id, plan_id, task_id, entity, entity_id, type, actor_person_id, actor_post_id,
    actor_unit_id, actor_name, actor_post, actor_token_id, actor_token_name, actor_delegation_id, actor_for_person_id,
    actor_for_name, request_id, occurred_at, recorded_at, xact, month,
    ${columns.map(([name]) => name).join(', ')},
    ${WORDS.map(([name]) => `history_${name}(month, seq, id) as ${name}`).join(', ')}
  from history_entry`;

const OF_EVERYBODY = WORDS.map(([name]) => `history_${name}(date, bigint, uuid)`);
const OF_THE_SYSTEM = [
  ...OF_EVERYBODY,
  'history_part_else(date)',
  'history_words_among(date[], bigint[])',
  'history_split()',
  'history_keys_of(text, jsonb, jsonb)',
  'history_post_units(jsonb)',
];
const OF_THE_OWNER = ['history_part_make(date)', 'history_parts_ahead(integer)'];

const INDEXES = [
  { name: 'ix_history_entry_removed_part', on: `(parent_id) where type = 'task.removed'` },
  { name: 'ix_history_entry_task_position', on: `(plan_id, position) where entity = 'task' and has_state` },
  {
    name: 'ix_history_entry_task_due',
    on: `((coalesce(due_on, '9999-12-31') collate "C"), entity_id) where entity = 'task' and has_state`,
  },
  { name: 'ix_history_entry_assignment_unit', on: `(unit_id, task_id) where entity = 'assignment' and has_state` },
  {
    name: 'ix_history_entry_grave_notice',
    on: `(task_id) where entity = 'supervision_notice' and colour in ('orange', 'red')`,
  },
  { name: 'ix_history_entry_unit', on: `(unit_id, occurred_at, seq) where unit_id is not null` },
  { name: 'ix_history_entry_person_posts', on: `using gin (post_unit_ids) where post_unit_ids is not null` },
  // By which a month is listed, moved and detached.
  { name: 'ix_history_entry_month', on: `(month, seq)` },
];

const OLD_INDEX_STATEMENTS = [
  `create index ix_history_event_removed_part on history_event (((before->>'parentId')::uuid)) where type = 'task.removed'`,
  `create index ix_history_event_task_position on history_event (plan_id, ((after->>'position')::int))
     where entity = 'task' and after is not null`,
  `create index ix_history_event_task_due on history_event
     ((coalesce(after->>'dueOn', '9999-12-31') collate "C"), entity_id) where entity = 'task' and after is not null`,
  `create index ix_history_event_assignment_unit on history_event ((after->>'unitId'), task_id)
     where entity = 'assignment' and after is not null`,
  `create index ix_history_event_grave_notice on history_event (task_id)
     where entity = 'supervision_notice' and after->>'colour' in ('orange', 'red')`,
  `create index ix_history_event_unit on history_event ((coalesce(after, before) ->> 'unitId'), occurred_at, seq)
     where coalesce(after, before) ? 'unitId'`,
  `create index ix_history_event_words on history_event using gin (history_words(reason, before, after) gin_trgm_ops)`,
  `create index ix_history_event_person_posts on history_event using gin ((after -> 'posts') jsonb_path_ops)
     where entity = 'person' and after ? 'posts'`,
];
const OLD_INDEXES = OLD_INDEX_STATEMENTS.map((statement) => /^create index (\w+)/.exec(statement)![1]!);
