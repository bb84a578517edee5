import type { MigrationInterface, QueryRunner } from 'typeorm';

const ROLES = [
  'duban_system',
  'duban_office',
  'duban_leader',
  'duban_auditor',
  'duban_admin',
  'duban_security',
  'duban_unit',
];

/**
 * A role for each kind of actor, as which transactions work, and who is named for restricted matters (限知事项). What each
 * role may do with which rows is declared in `security/tables.ts` and brought up to date after the migrations.
 */
export class RowLevelSecurity1795804000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    for (const role of ROLES) {
      // Roles belong to the whole server, and several databases of it may be migrated at once.
      await q.query(`
        do $$ begin
          if not exists (select from pg_roles where rolname = '${role}') then create role ${role} nologin noinherit; end if;
        exception when duplicate_object or unique_violation then null;
        end $$`);
      await q.query(`
        do $$ begin
          if not pg_has_role(current_user, '${role}', 'member') then execute format('grant ${role} to %I', current_user); end if;
        end $$`);
    }
    // Without a reference to the task: one that was taken out of a draft has a history that stays restricted.
    await q.query(`
      create table named_person (
        id uuid constraint pk_named_person primary key,
        plan_id uuid constraint fk_named_person_plan references plan,
        task_id uuid,
        person_id uuid not null constraint fk_named_person_person references person,
        constraint ck_named_person_matter check (num_nonnulls(plan_id, task_id) = 1),
        constraint uq_named_person unique nulls not distinct (plan_id, task_id, person_id)
      )`);
    await q.query(`create index ix_named_person_task on named_person (task_id)`);
    await q.query(`create index ix_notification_plan on notification (plan_id) where plan_id is not null`);
    await q.query(`create table table_security (digest text not null)`);
    await q.query(`grant select on table_security to duban_system`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop table table_security`);
    await q.query(BACK);
    for (const table of RECORDED_ONCE) await q.query(`revoke update, delete on ${table} from duban_app`);
    await q.query(`revoke usage on schema public from ${ROLES.join(', ')}`);
    await q.query(`drop index ix_notification_plan`);
    await q.query(`drop table named_person`);
  }
}

const RECORDED_ONCE = [
  'history_event',
  'follow_up',
  'deadline_version',
  'report',
  'measurement',
  'policy',
  'sign_in_policy',
];

/** Everything is again the application's, as before. */
const BACK = `
  do $$ declare p record; begin
    for p in select policyname, tablename from pg_policies where schemaname = current_schema() loop
      execute format('drop policy %I on %I', p.policyname, p.tablename);
    end loop;
    for p in select relname from pg_class where relnamespace = current_schema()::regnamespace and relrowsecurity loop
      execute format('alter table %I no force row level security', p.relname);
      execute format('alter table %I disable row level security', p.relname);
      execute format('revoke all on %I from ${ROLES.join(', ')}', p.relname);
      execute format('grant select, insert, update, delete on %I to duban_app', p.relname);
    end loop;
    for p in select oid::regprocedure as name from pg_proc where pronamespace = current_schema()::regnamespace
        and (proowner = 'duban_system'::regrole or proname in ('duban_person', 'duban_unit')) loop
      execute format('drop function %s', p.name);
    end loop;
  end $$`;
