import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Reorganisations of units (机构改革) and, kept for ever, which unit became which. An assignment knows the unit that it
 * was handed to first, which is the one that the document names, and a unit may have one open part in a task beside any
 * number that have ended.
 */
export class Reorganisations1795803000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      create table reorganisation (
        id uuid constraint pk_reorganisation primary key,
        jurisdiction_id uuid not null constraint fk_reorganisation_jurisdiction references jurisdiction,
        kind text not null constraint ck_reorganisation_kind
          check (kind in ('rename', 'merge', 'split', 'abolish', 'transfer')),
        effective_on date not null,
        reason text,
        document_number text,
        terms jsonb not null,
        state text not null constraint ck_reorganisation_state
          check (state in ('proposed', 'confirmed', 'carried_out', 'withdrawn')),
        due_at timestamptz,
        problem jsonb,
        outcome jsonb,
        proposed_by uuid,
        proposed_at timestamptz not null,
        confirmed_by uuid,
        confirmed_at timestamptz,
        carried_out_at timestamptz,
        version integer not null,
        constraint ck_reorganisation_due check ((state = 'confirmed') = (due_at is not null)),
        constraint ck_reorganisation_carried_out
          check ((state = 'carried_out') = (carried_out_at is not null) and (state = 'carried_out') = (outcome is not null))
      )`);
    await q.query(`create index ix_reorganisation_due on reorganisation (due_at, id) where due_at is not null`);
    await q.query(`create index ix_reorganisation_state on reorganisation (state, id)`);
    await q.query(`
      create table unit_relation (
        reorganisation_id uuid not null constraint fk_unit_relation_reorganisation references reorganisation,
        from_unit_id uuid not null constraint fk_unit_relation_from references unit,
        to_unit_id uuid not null constraint fk_unit_relation_to references unit,
        kind text not null constraint ck_unit_relation_kind check (kind in ('merge', 'split', 'abolish', 'transfer')),
        effective_on date not null,
        constraint pk_unit_relation primary key (reorganisation_id, from_unit_id, to_unit_id),
        constraint ck_unit_relation_units check (from_unit_id <> to_unit_id)
      )`);
    await q.query(`create index ix_unit_relation_from on unit_relation (from_unit_id)`);
    await q.query(`create index ix_unit_relation_to on unit_relation (to_unit_id)`);
    await q.query(`
      create trigger tr_unit_relation_recorded_once before update or delete on unit_relation
        for each row execute function refuse_rewriting()`);
    await q.query(`
      create trigger tr_unit_relation_not_truncated before truncate on unit_relation
        for each statement execute function refuse_rewriting()`);
    await q.query(`
      alter table assignment
        add origin_unit_id uuid constraint fk_assignment_origin_unit references unit,
        add reorganisation_id uuid constraint fk_assignment_reorganisation references reorganisation,
        drop constraint uq_assignment_task_unit`);
    await q.query(`
      create unique index uq_assignment_task_unit on assignment (task_id, unit_id)
        where state not in ('verified', 'cancelled')`);
    await q.query(`create index ix_assignment_task on assignment (task_id)`);
    // What a unit was called is free for another once it is gone.
    await q.query(`
      alter table unit_alias
        drop constraint pk_unit_alias,
        add constraint pk_unit_alias primary key (jurisdiction_id, name, unit_id)`);
    await q.query(`grant select, insert, update on reorganisation to duban_app`);
    await q.query(`grant select, insert on unit_relation to duban_app`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`
      alter table unit_alias
        drop constraint pk_unit_alias,
        add constraint pk_unit_alias primary key (jurisdiction_id, name)`);
    await q.query(`drop index ix_assignment_task`);
    await q.query(`drop index uq_assignment_task_unit`);
    await q.query(`
      alter table assignment
        drop origin_unit_id,
        drop reorganisation_id,
        add constraint uq_assignment_task_unit unique (task_id, unit_id)`);
    await q.query(`drop table unit_relation`);
    await q.query(`drop table reorganisation`);
  }
}
