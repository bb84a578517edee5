import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sign-in (登录): what is needed for lock-outs that hold over all processes, remembered passwords, resets by mail,
 * sign-in by a provider, API tokens, second factors, and posts that one administrator proposes and another grants.
 */
export class SignIn1795650000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    for (const statement of CHANGES) await q.query(statement);
    for (const table of TABLES) {
      await q.query(table);
      await q.query(`grant select, insert, update, delete on ${nameOf(table)} to duban_app`);
    }
    await q.query(`create index ix_sign_in_guess_failed on sign_in_guess (last_failed_at)`);
    await q.query(`create index ix_password_history_person on password_history (person_id, id)`);
    await q.query(`create unique index uq_password_reset_wanted on password_reset (username) where settled_at is null`);
    await q.query(`create index ix_password_reset_wanted_at on password_reset (wanted_at)`);
    await q.query(`create index ix_api_token_person on api_token (person_id)`);
    await q.query(`create unique index uq_post_change_proposed on post_change (person_id, post_id, kind)
      where state = 'proposed'`);
    await q.query(`create index ix_post_change_person on post_change (person_id)`);
    // A policy is what it was when somebody signed in by it.
    await q.query(`revoke update, delete on sign_in_policy from duban_app`);
    await q.query(`create trigger tr_sign_in_policy_recorded_once before update or delete on sign_in_policy
      for each row execute function refuse_rewriting()`);
    await q.query(`create trigger tr_sign_in_policy_not_truncated before truncate on sign_in_policy
      for each statement execute function refuse_rewriting()`);
  }

  async down(q: QueryRunner): Promise<void> {
    for (const table of [...TABLES].reverse()) await q.query(`drop table ${nameOf(table)}`);
    for (const statement of BACK) await q.query(statement);
  }
}

const nameOf = (table: string): string => /^create table (\w+)/.exec(table)![1]!;

const KINDS = `'office', 'officer', 'leader', 'auditor', 'admin'`;

const CHANGES = [
  `alter table person
     add must_change_password boolean not null default false,
     add password_set_at timestamptz`,
  `alter table post drop constraint ck_post_kind`,
  `alter table post add constraint ck_post_kind check (kind in (${KINDS}, 'security', 'head', 'contact'))`,
  `alter table session
     add kind text not null default 'bearer' constraint ck_session_kind check (kind in ('bearer', 'cookie')),
     add means text not null default 'password' constraint ck_session_means check (means in ('password', 'provider')),
     add second_factor text not null default 'none' constraint ck_session_second_factor
       check (second_factor in ('none', 'wanted', 'enrolment', 'passed')),
     add address text,
     add device text,
     add idle_minutes integer not null default 720,
     add last_used_at timestamptz not null default now(),
     add provider_session text`,
  `alter table history_event add actor_token_id uuid, add actor_token_name text`,
];

const BACK = [
  `alter table history_event drop actor_token_id, drop actor_token_name`,
  `alter table session drop kind, drop means, drop second_factor, drop address, drop device, drop idle_minutes,
     drop last_used_at, drop provider_session`,
  `delete from post_holding where post_id in (select id from post where kind = 'security')`,
  `delete from post where kind = 'security'`,
  `alter table post drop constraint ck_post_kind`,
  `alter table post add constraint ck_post_kind check (kind in (${KINDS}, 'head', 'contact'))`,
  `alter table person drop must_change_password, drop password_set_at`,
];

/** In the order in which they are made. */
const TABLES = [
  `create table sign_in_policy (
     version integer constraint pk_sign_in_policy primary key,
     body jsonb not null,
     person_id uuid constraint fk_sign_in_policy_person references person,
     created_at timestamptz not null
   )`,
  // Failed tries by account, by address, by second factor; the subject is a hash where a name was typed. Time forgives
  // some of an address's, a part of one, too.
  `create table sign_in_guess (
     subject text constraint pk_sign_in_guess primary key,
     failures double precision not null,
     last_failed_at timestamptz not null default now(),
     locked_until timestamptz
   )`,
  `create table password_history (
     id uuid constraint pk_password_history primary key,
     person_id uuid not null constraint fk_password_history_person references person on delete cascade,
     password_hash text not null
   )`,
  // The name as it was typed: whether it is somebody's is asked when the mail is sent.
  `create table password_reset (
     id uuid constraint pk_password_reset primary key,
     username text not null,
     request_id text not null,
     wanted_at timestamptz not null default now(),
     person_id uuid constraint fk_password_reset_person references person,
     attempts integer not null default 0,
     next_attempt_at timestamptz not null default now(),
     token_hash bytea constraint uq_password_reset_token unique,
     expires_at timestamptz,
     settled_at timestamptz,
     outcome text constraint ck_password_reset_outcome check (outcome in ('sent', 'nobody', 'too_soon', 'failed')),
     used_at timestamptz,
     constraint ck_password_reset_settled check ((settled_at is null) = (outcome is null))
   )`,
  `create table api_token (
     id uuid constraint pk_api_token primary key,
     person_id uuid not null constraint fk_api_token_person references person,
     name text not null,
     purpose text not null,
     scopes text[] not null,
     token_hash bytea not null constraint uq_api_token_hash unique,
     created_at timestamptz not null default now(),
     expires_at timestamptz not null,
     last_used_at timestamptz,
     ended_at timestamptz
   )`,
  // Sign-ins on their way to the provider and back.
  `create table provider_flow (
     state_hash bytea constraint pk_provider_flow primary key,
     browser_hash bytea not null,
     nonce text not null,
     code_verifier text not null,
     return_to text not null,
     expires_at timestamptz not null
   )`,
  `create table person_identity (
     issuer text not null,
     subject text not null,
     person_id uuid not null constraint fk_person_identity_person references person,
     post_ids uuid[] not null,
     linked_at timestamptz not null,
     constraint pk_person_identity primary key (issuer, subject),
     constraint uq_person_identity_person unique (issuer, person_id)
   )`,
  `create table provider_logout (
     token_hash bytea constraint pk_provider_logout primary key,
     received_at timestamptz not null default now()
   )`,
  // The secrets are encrypted with a key that is not in the database.
  `create table second_factor (
     person_id uuid constraint pk_second_factor primary key constraint fk_second_factor_person references person on delete cascade,
     secret bytea,
     pending_secret bytea,
     last_step bigint not null default 0,
     confirmed_at timestamptz,
     constraint ck_second_factor_confirmed check ((secret is null) = (confirmed_at is null))
   )`,
  `create table recovery_code (
     person_id uuid not null constraint fk_recovery_code_person references person on delete cascade,
     code_hash bytea not null,
     used_at timestamptz,
     constraint pk_recovery_code primary key (person_id, code_hash)
   )`,
  `create table post_change (
     id uuid constraint pk_post_change primary key,
     kind text not null constraint ck_post_change_kind check (kind in ('grant', 'take')),
     person_id uuid not null constraint fk_post_change_person references person,
     post_id uuid not null constraint fk_post_change_post references post,
     from_on date not null,
     reason text not null,
     state text not null constraint ck_post_change_state
       check (state in ('proposed', 'confirmed', 'refused', 'withdrawn')),
     proposed_by uuid constraint fk_post_change_proposed_by references person,
     proposed_at timestamptz not null,
     decided_by uuid constraint fk_post_change_decided_by references person,
     decided_at timestamptz,
     version integer not null
   )`,
];
