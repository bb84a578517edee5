import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Courses of targets by milestones and seasons, and how many working days a figure is behind them; the lights of periods
 * (亮灯) as versions that stay, with the cards (督办牌) that follow from them.
 */
export class Lights1796300000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      alter table target_curve
        add shape text constraint ck_target_curve_shape check (shape in ('linear', 'steps', 'milestones', 'seasonal')),
        add shares numeric[],
        add season text`);
    await q.query(`update target_curve set shape = case when points is null then 'linear' else 'steps' end`);
    await q.query(`alter table target_curve alter shape set not null`);
    await q.query(`
      alter table measurement
        add behind_days integer,
        drop constraint ck_measurement_light,
        add constraint ck_measurement_light check (light in ('green', 'yellow', 'orange', 'red'))`);

    await q.query(`
      create table period_light (
        id uuid constraint pk_period_light primary key,
        jurisdiction_id uuid not null constraint fk_period_light_jurisdiction references jurisdiction,
        plan_id uuid not null constraint fk_period_light_plan references plan,
        task_id uuid not null constraint fk_period_light_task references task,
        assignment_id uuid not null constraint fk_period_light_assignment references assignment,
        unit_id uuid not null constraint fk_period_light_unit references unit,
        obligation_id uuid not null constraint fk_period_light_obligation references obligation,
        number integer not null,
        light text constraint ck_period_light_light check (light in ('green', 'yellow', 'orange', 'red')),
        cause text not null constraint ck_period_light_cause
          check (cause in ('missing', 'reported', 'confirmed', 'corrected', 'caught_up', 'redated', 'rung')),
        rule text not null,
        why jsonb not null,
        figures jsonb not null,
        behind numeric,
        behind_days integer,
        achieved numeric,
        not_started boolean not null,
        report_id uuid constraint fk_period_light_report references report,
        deadline_version integer not null,
        policy_id text not null,
        policy_version integer not null,
        recorded_at timestamptz not null,
        constraint uq_period_light_number unique (obligation_id, number),
        constraint ck_period_light_cleared check ((light is null) = (cause = 'redated'))
      )`);
    await q.query(`create index ix_period_light_assignment on period_light (assignment_id)`);
    await q.query(`create index ix_period_light_unit on period_light (plan_id, unit_id)`);
    await q.query(`create index ix_period_light_task on period_light (task_id)`);

    await q.query(`
      create table card (
        id uuid constraint pk_card primary key,
        jurisdiction_id uuid not null constraint fk_card_jurisdiction references jurisdiction,
        plan_id uuid not null constraint fk_card_plan references plan,
        task_id uuid not null constraint fk_card_task references task,
        assignment_id uuid not null constraint fk_card_assignment references assignment,
        unit_id uuid not null constraint fk_card_unit references unit,
        obligation_id uuid not null constraint fk_card_obligation references obligation,
        period text,
        rule text not null,
        cause text not null,
        colour text constraint ck_card_colour check (colour in ('yellow', 'red')),
        points numeric not null,
        measures text[] not null,
        why jsonb not null,
        policy_id text not null,
        policy_version integer not null,
        given_at timestamptz not null,
        constraint uq_card_cause unique (cause, rule)
      )`);
    await q.query(`create index ix_card_unit on card (plan_id, unit_id)`);
    await q.query(`create index ix_card_given on card (given_at, id)`);
    await q.query(`
      create table card_withdrawal (
        card_id uuid constraint pk_card_withdrawal primary key constraint fk_card_withdrawal_card references card,
        reason text not null,
        person_id uuid not null constraint fk_card_withdrawal_person references person,
        for_person_id uuid constraint fk_card_withdrawal_for references person,
        withdrawn_at timestamptz not null
      )`);

    await q.query(`alter table obligation add next_light_at timestamptz`);
    await q.query(`
      create function obligation_next_light() returns trigger language plpgsql as $$
      begin
        if new.state <> 'open' then
          new.next_light_at := null;
        elsif tg_op = 'INSERT' or old.state <> 'open' or new.deadline_version <> old.deadline_version then
          new.next_light_at := new.due_at;
        end if;
        return new;
      end $$`);
    await q.query(`
      create trigger obligation_next_light before insert or update of state, deadline_version, due_at on obligation
      for each row when (new.kind = 'progress_report' and new.subject is not null)
      execute function obligation_next_light()`);
    await q.query(`
      update obligation set next_light_at = due_at
      where kind = 'progress_report' and subject is not null and state = 'open'`);
    await q.query(
      `create index ix_obligation_next_light on obligation (next_light_at, id) where next_light_at is not null`,
    );
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop trigger obligation_next_light on obligation`);
    await q.query(`drop function obligation_next_light`);
    await q.query(`alter table obligation drop column next_light_at`);
    await q.query(`drop table card_withdrawal`);
    await q.query(`drop table card`);
    await q.query(`drop table period_light`);
    await q.query(`
      alter table measurement
        drop column behind_days,
        drop constraint ck_measurement_light,
        add constraint ck_measurement_light check (light in ('green', 'yellow', 'red'))`);
    await q.query(`alter table target_curve drop column shape, drop column shares, drop column season`);
  }
}
