import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The first schema: directory, plans, obligations, follow-ups, messages, history.
 *
 * The application works as the role `duban_app`, which owns nothing and may neither change nor delete what is
 * recorded once (history, follow-ups, deadline versions). Triggers refuse the same to everybody else.
 */
export class Initial1795500000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`create extension if not exists pg_trgm`);
    // Roles belong to the whole server: another database of it may have made this one, or whoever runs it.
    await q.query(`
      do $$ begin
        if not exists (select from pg_roles where rolname = 'duban_app') then create role duban_app nologin; end if;
      exception when duplicate_object or unique_violation then null;
      end $$`);
    // A superuser needs no membership; another owner does, to work as the application's role.
    await q.query(`
      do $$ begin
        if not pg_has_role(current_user, 'duban_app', 'member') then
          execute format('grant duban_app to %I', current_user);
        end if;
      end $$`);
    for (const statement of TABLES) await q.query(statement);
    for (const table of RECORDED_ONCE) {
      await q.query(`
        create trigger tr_${table}_recorded_once before update or delete on ${table}
          for each row execute function refuse_rewriting()`);
      await q.query(`
        create trigger tr_${table}_not_truncated before truncate on ${table}
          for each statement execute function refuse_rewriting()`);
    }
    await q.query(`grant usage on schema public to duban_app`);
    for (const table of tableNames()) {
      const rights = RECORDED_ONCE.includes(table) ? 'select, insert' : 'select, insert, update, delete';
      await q.query(`grant ${rights} on ${table} to duban_app`);
    }
  }

  async down(q: QueryRunner): Promise<void> {
    for (const table of tableNames().reverse()) await q.query(`drop table if exists ${table} cascade`);
    await q.query(`drop function if exists refuse_rewriting()`);
  }
}

/** Tables whose rows are facts: written once, never changed, never deleted. */
const RECORDED_ONCE = ['history_event', 'follow_up', 'deadline_version', 'report', 'measurement', 'policy'];

/** In the order in which they are made. */
const tableNames = (): string[] => TABLES.flatMap((statement) => /^create table (\w+)/.exec(statement)?.[1] ?? []);

const TABLES = [
  `create function refuse_rewriting() returns trigger language plpgsql as $$
   begin
     raise exception '% is recorded once: it can be neither changed nor deleted', tg_table_name using errcode = '42501';
   end $$`,

  // Directory (单位、岗位、人员)
  `create table jurisdiction (
     id uuid constraint pk_jurisdiction primary key,
     name text not null constraint uq_jurisdiction_name unique,
     time_zone text not null,
     created_at timestamptz not null
   )`,
  `create table unit (
     id uuid constraint pk_unit primary key,
     jurisdiction_id uuid not null constraint fk_unit_jurisdiction references jurisdiction,
     code text not null constraint uq_unit_code unique,
     name text not null,
     official_name text not null,
     kind text not null,
     position integer not null,
     is_active boolean not null default true,
     created_at timestamptz not null,
     constraint uq_unit_name unique (jurisdiction_id, name)
   )`,
  `create table unit_alias (
     jurisdiction_id uuid not null constraint fk_unit_alias_jurisdiction references jurisdiction,
     name text not null,
     unit_id uuid not null constraint fk_unit_alias_unit references unit,
     constraint pk_unit_alias primary key (jurisdiction_id, name)
   )`,
  `create table unit_group (
     id uuid constraint pk_unit_group primary key,
     jurisdiction_id uuid not null constraint fk_unit_group_jurisdiction references jurisdiction,
     code text not null,
     name text not null,
     constraint uq_unit_group_code unique (jurisdiction_id, code),
     constraint uq_unit_group_name unique (jurisdiction_id, name)
   )`,
  `create table unit_group_member (
     group_id uuid not null constraint fk_unit_group_member_group references unit_group,
     unit_id uuid not null constraint fk_unit_group_member_unit references unit,
     constraint pk_unit_group_member primary key (group_id, unit_id)
   )`,
  `create table person (
     id uuid constraint pk_person primary key,
     username text not null constraint uq_person_username unique,
     display_name text not null,
     email text,
     password_hash text,
     is_active boolean not null default true,
     created_at timestamptz not null
   )`,
  `create table post (
     id uuid constraint pk_post primary key,
     kind text not null constraint ck_post_kind
       check (kind in ('office', 'officer', 'leader', 'auditor', 'admin', 'head', 'contact')),
     unit_id uuid constraint fk_post_unit references unit,
     constraint ck_post_unit check ((kind in ('head', 'contact')) = (unit_id is not null)),
     constraint uq_post_kind_unit unique nulls not distinct (kind, unit_id)
   )`,
  `create index ix_post_unit on post (unit_id)`,
  `create table post_holding (
     id uuid constraint pk_post_holding primary key,
     post_id uuid not null constraint fk_post_holding_post references post,
     person_id uuid not null constraint fk_post_holding_person references person,
     from_on date not null,
     to_on date,
     constraint ck_post_holding_term check (to_on is null or to_on > from_on)
   )`,
  `create index ix_post_holding_post on post_holding (post_id)`,
  `create index ix_post_holding_person on post_holding (person_id)`,
  `create table session (
     id uuid constraint pk_session primary key,
     token_hash bytea not null constraint uq_session_token_hash unique,
     person_id uuid not null constraint fk_session_person references person,
     created_at timestamptz not null default now(),
     expires_at timestamptz not null,
     ended_at timestamptz
   )`,
  `create index ix_session_person on session (person_id)`,
  `create table idempotency_key (
     person_id uuid not null constraint fk_idempotency_key_person references person,
     key text not null,
     fingerprint text not null,
     response jsonb not null,
     created_at timestamptz not null default now(),
     constraint pk_idempotency_key primary key (person_id, key)
   )`,

  // Plans, tasks, assignments (责任分解方案、责任事项、责任分工)
  `create table policy (
     id text not null,
     version integer not null,
     body jsonb not null,
     created_at timestamptz not null default now(),
     constraint pk_policy primary key (id, version)
   )`,
  `create table plan (
     id uuid constraint pk_plan primary key,
     jurisdiction_id uuid not null constraint fk_plan_jurisdiction references jurisdiction,
     title text not null,
     document_number text,
     year integer,
     state text not null constraint ck_plan_state check (state in ('draft', 'issued')),
     issued_on date,
     policy_id text,
     policy_version integer,
     file_name text not null,
     source_text text not null,
     left_out jsonb not null,
     warnings jsonb not null,
     version integer not null,
     created_at timestamptz not null,
     constraint fk_plan_policy foreign key (policy_id, policy_version) references policy,
     constraint ck_plan_issued check (state = 'draft' or (year is not null and issued_on is not null and policy_id is not null))
   )`,
  `create index ix_plan_jurisdiction on plan (jurisdiction_id)`,
  `create table task (
     id uuid constraint pk_task primary key,
     jurisdiction_id uuid not null constraint fk_task_jurisdiction references jurisdiction,
     plan_id uuid not null constraint fk_task_plan references plan,
     parent_id uuid constraint fk_task_parent references task,
     number text,
     position integer not null,
     path text[] not null,
     content text not null,
     drafted_units jsonb not null,
     open_ended text,
     leaders text[] not null,
     is_lead_inferred boolean not null,
     deadline_text text,
     deadline_due date,
     due_on date,
     milestones jsonb not null,
     source_start integer not null,
     source_end integer not null,
     state text constraint ck_task_state
       check (state in ('assigned', 'in_progress', 'reported', 'verified', 'cancelled')),
     version integer not null,
     created_at timestamptz not null,
     constraint uq_task_position unique (plan_id, position)
   )`,
  `create index ix_task_parent on task (parent_id)`,
  `create index ix_task_state on task (state, plan_id, position)`,
  `create index ix_task_content on task using gin (content gin_trgm_ops)`,
  `create table target (
     id uuid constraint pk_target primary key,
     task_id uuid not null constraint fk_target_task references task,
     position integer not null,
     text text not null,
     value numeric not null,
     upper numeric,
     unit text not null,
     comparator text not null constraint ck_target_comparator
       check (comparator in ('eq', 'gte', 'lte', 'gt', 'lt', 'approx', 'range')),
     constraint uq_target_position unique (task_id, position)
   )`,
  `create table assignment (
     id uuid constraint pk_assignment primary key,
     jurisdiction_id uuid not null constraint fk_assignment_jurisdiction references jurisdiction,
     task_id uuid not null constraint fk_assignment_task references task,
     unit_id uuid not null constraint fk_assignment_unit references unit,
     role text not null constraint ck_assignment_role check (role in ('lead', 'responsible', 'cooperating')),
     group_id uuid constraint fk_assignment_group references unit_group,
     is_lead_inferred boolean not null,
     state text not null constraint ck_assignment_state
       check (state in ('assigned', 'in_progress', 'reported', 'verified', 'cancelled')),
     version integer not null,
     created_at timestamptz not null,
     constraint uq_assignment_task_unit unique (task_id, unit_id)
   )`,
  `create index ix_assignment_unit on assignment (unit_id, state)`,

  // Obligations, deadlines, follow-ups, notices (应办事项、催办、督办单)
  `create table obligation (
     id uuid constraint pk_obligation primary key,
     jurisdiction_id uuid not null constraint fk_obligation_jurisdiction references jurisdiction,
     task_id uuid not null constraint fk_obligation_task references task,
     assignment_id uuid not null constraint fk_obligation_assignment references assignment,
     unit_id uuid not null constraint fk_obligation_unit references unit,
     kind text not null constraint ck_obligation_kind check (kind in
       ('sign_for', 'action_plan', 'progress_report', 'milestone', 'completion', 'rectification')),
     subject text,
     state text not null constraint ck_obligation_state check (state in ('open', 'discharged', 'lapsed')),
     ladder text not null,
     deadline_version integer not null,
     due_on date not null,
     effective_on date not null,
     due_at timestamptz not null,
     next_rung text,
     next_rung_at timestamptz,
     last_rung text,
     settled_at timestamptz,
     version integer not null,
     created_at timestamptz not null,
     constraint uq_obligation_subject unique nulls not distinct (assignment_id, kind, subject),
     constraint ck_obligation_pointer check ((next_rung is null) = (next_rung_at is null)),
     constraint ck_obligation_settled check (state = 'open' or next_rung_at is null)
   )`,
  `create index ix_obligation_next_rung on obligation (next_rung_at, id) where next_rung_at is not null`,
  `create index ix_obligation_task on obligation (task_id)`,
  `create index ix_obligation_unit_due on obligation (unit_id, due_at)`,
  `create index ix_obligation_open_due on obligation (due_at, id) where state = 'open'`,
  `create table deadline_version (
     obligation_id uuid not null constraint fk_deadline_version_obligation references obligation,
     version integer not null,
     recorded_on date not null,
     effective_on date not null,
     due_at timestamptz not null,
     rule text not null,
     base jsonb not null,
     calendar_version text not null,
     is_provisional boolean not null,
     decided_by uuid,
     recorded_at timestamptz not null,
     constraint pk_deadline_version primary key (obligation_id, version)
   )`,
  `create table number_series (
     jurisdiction_id uuid not null constraint fk_number_series_jurisdiction references jurisdiction,
     series text not null,
     year integer not null,
     last integer not null,
     constraint pk_number_series primary key (jurisdiction_id, series, year)
   )`,
  `create table supervision_notice (
     id uuid constraint pk_supervision_notice primary key,
     jurisdiction_id uuid not null constraint fk_supervision_notice_jurisdiction references jurisdiction,
     number text not null,
     obligation_id uuid not null constraint fk_supervision_notice_obligation references obligation,
     deadline_version integer not null,
     colour text not null constraint ck_supervision_notice_colour check (colour in ('blue', 'orange', 'red')),
     state text not null constraint ck_supervision_notice_state
       check (state in ('issued', 'acknowledged', 'answered', 'closed', 'raised')),
     issued_at timestamptz not null,
     answer_due_on date,
     answer text,
     answered_at timestamptz,
     in_next_bulletin boolean not null,
     version integer not null,
     constraint uq_supervision_notice_number unique (jurisdiction_id, number),
     constraint uq_supervision_notice_colour unique (obligation_id, deadline_version, colour)
   )`,
  `create table follow_up (
     id uuid constraint pk_follow_up primary key,
     obligation_id uuid not null constraint fk_follow_up_obligation references obligation,
     deadline_version integer not null,
     rung text not null,
     kind text not null constraint ck_follow_up_kind check (kind in ('reminder', 'urge', 'notice')),
     colour text,
     recipient_post_id uuid not null constraint fk_follow_up_post references post,
     is_copy boolean not null,
     planned_at timestamptz not null,
     fired_at timestamptz not null,
     collapsed text[] not null,
     notice_id uuid constraint fk_follow_up_notice references supervision_notice,
     constraint uq_follow_up_rung_recipient unique (obligation_id, deadline_version, rung, recipient_post_id)
   )`,
  `create index ix_follow_up_fired on follow_up (fired_at, id)`,
  `create index ix_follow_up_post on follow_up (recipient_post_id, fired_at)`,
  `create table report (
     id uuid constraint pk_report primary key,
     assignment_id uuid not null constraint fk_report_assignment references assignment,
     obligation_id uuid constraint fk_report_obligation references obligation,
     kind text not null constraint ck_report_kind check (kind in
       ('action_plan', 'progress_report', 'milestone', 'completion')),
     text text not null,
     difficulties text,
     next_steps text,
     evidence jsonb not null,
     shortfall_reason text,
     go_ahead_reason text,
     person_id uuid not null constraint fk_report_person references person,
     post_id uuid not null constraint fk_report_post references post,
     reported_at timestamptz not null
   )`,
  `create index ix_report_assignment on report (assignment_id, reported_at)`,
  `create table measurement (
     id uuid constraint pk_measurement primary key,
     target_id uuid not null constraint fk_measurement_target references target,
     report_id uuid not null constraint fk_measurement_report references report,
     value numeric not null,
     measured_at timestamptz not null,
     constraint uq_measurement_report_target unique (report_id, target_id)
   )`,
  `create index ix_measurement_target on measurement (target_id, measured_at)`,

  // Messages: wanted, composed, delivered
  `create table notification (
     id uuid constraint pk_notification primary key,
     jurisdiction_id uuid not null constraint fk_notification_jurisdiction references jurisdiction,
     post_id uuid not null constraint fk_notification_post references post,
     kind text not null,
     plan_id uuid constraint fk_notification_plan references plan,
     task_id uuid constraint fk_notification_task references task,
     obligation_id uuid constraint fk_notification_obligation references obligation,
     follow_up_id uuid constraint uq_notification_follow_up unique constraint fk_notification_follow_up references follow_up,
     parameters jsonb not null,
     wanted_at timestamptz not null,
     send_from timestamptz not null,
     composed_at timestamptz
   )`,
  `create index ix_notification_waiting on notification (send_from, id) where composed_at is null`,
  `create table digest (
     id uuid constraint pk_digest primary key,
     person_id uuid not null constraint fk_digest_person references person,
     channel text not null,
     window_start timestamptz not null,
     subject text not null,
     composed_at timestamptz not null,
     constraint uq_digest_window unique (person_id, channel, window_start)
   )`,
  `create table digest_item (
     digest_id uuid not null constraint fk_digest_item_digest references digest,
     position integer not null,
     notification_id uuid not null constraint fk_digest_item_notification references notification,
     text text not null,
     constraint pk_digest_item primary key (digest_id, position)
   )`,
  `create index ix_digest_item_notification on digest_item (notification_id)`,
  `create table delivery (
     id uuid constraint pk_delivery primary key,
     digest_id uuid not null constraint uq_delivery_digest unique constraint fk_delivery_digest references digest,
     person_id uuid not null constraint fk_delivery_person references person,
     channel text not null,
     address text,
     state text not null constraint ck_delivery_state
       check (state in ('queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'suppressed')),
     attempts integer not null,
     next_attempt_at timestamptz,
     claimed_until timestamptz,
     last_error text,
     sent_at timestamptz,
     read_at timestamptz,
     created_at timestamptz not null
   )`,
  `create index ix_delivery_due on delivery (next_attempt_at, id) where state in ('queued', 'sending')`,
  `create index ix_delivery_person on delivery (person_id, created_at)`,

  // History (留痕)
  `create table history_event (
     seq bigint generated always as identity constraint pk_history_event primary key,
     id uuid not null constraint uq_history_event_id unique,
     jurisdiction_id uuid,
     plan_id uuid,
     task_id uuid,
     entity text not null,
     entity_id uuid not null,
     type text not null,
     actor_person_id uuid,
     actor_post_id uuid,
     actor_unit_id uuid,
     actor_name text not null,
     actor_post text not null,
     request_id text not null,
     reason text,
     before jsonb,
     after jsonb,
     occurred_at timestamptz not null,
     recorded_at timestamptz not null default clock_timestamp()
   )`,
  `create index ix_history_event_task on history_event (task_id, seq)`,
  `create index ix_history_event_entity on history_event (entity_id, occurred_at, seq)`,
  `create index ix_history_event_plan on history_event (plan_id, entity, entity_id, occurred_at, seq)`,

  // The instant of a demonstration, the same for all processes
  `create table demonstration_clock (
     id integer constraint pk_demonstration_clock primary key constraint ck_demonstration_clock_single check (id = 1),
     instant timestamptz not null
   )`,
];
