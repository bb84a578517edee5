import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Units in a tree, from a day to a day, with the names that they had; deputies in charge (分管负责人) and handlers (经办人)
 * beside head and contact. A name is free again when its unit is gone; a code never is.
 */
export class UnitTree1795800000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      alter table unit
        add parent_id uuid constraint fk_unit_parent references unit,
        add from_on date,
        add to_on date`);
    await q.query(`
      update unit u set from_on = (u.created_at at time zone j.time_zone)::date,
        to_on = case when not u.is_active
          then greatest((now() at time zone j.time_zone)::date, (u.created_at at time zone j.time_zone)::date + 1) end
      from jurisdiction j where j.id = u.jurisdiction_id`);
    await q.query(`
      alter table unit
        alter from_on set not null,
        drop is_active,
        drop constraint uq_unit_name,
        add constraint ck_unit_term check (to_on is null or to_on >= from_on),
        add constraint ck_unit_parent check (parent_id <> id)`);
    await q.query(`create unique index uq_unit_name on unit (jurisdiction_id, name) where to_on is null`);
    await q.query(`create index ix_unit_parent on unit (parent_id)`);
    await q.query(`
      create table unit_name (
        unit_id uuid not null constraint fk_unit_name_unit references unit,
        from_on date not null,
        to_on date,
        name text not null,
        official_name text not null,
        constraint pk_unit_name primary key (unit_id, from_on),
        constraint ck_unit_name_term check (to_on is null or to_on > from_on)
      )`);
    await q.query(`
      insert into unit_name (unit_id, from_on, to_on, name, official_name)
      select id, from_on, nullif(to_on, from_on), name, official_name from unit`);
    await q.query(`grant select, insert, update, delete on unit_name to duban_app`);
    await q.query(`
      alter table post
        drop constraint ck_post_kind,
        drop constraint ck_post_unit,
        drop constraint uq_post_kind_unit,
        add title text,
        add constraint ck_post_kind check (kind in
          ('office', 'officer', 'leader', 'auditor', 'admin', 'security', 'head', 'deputy', 'contact', 'handler')),
        add constraint ck_post_unit check ((kind in ('head', 'deputy', 'contact', 'handler')) = (unit_id is not null)),
        add constraint ck_post_title check ((kind in ('deputy', 'handler')) = (title is not null)),
        add constraint uq_post_kind_unit unique nulls not distinct (kind, unit_id, title)`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`delete from post where kind in ('deputy', 'handler')`);
    await q.query(`
      alter table post
        drop constraint ck_post_kind,
        drop constraint ck_post_unit,
        drop constraint ck_post_title,
        drop constraint uq_post_kind_unit,
        drop title,
        add constraint ck_post_kind check (kind in
          ('office', 'officer', 'leader', 'auditor', 'admin', 'security', 'head', 'contact')),
        add constraint ck_post_unit check ((kind in ('head', 'contact')) = (unit_id is not null)),
        add constraint uq_post_kind_unit unique nulls not distinct (kind, unit_id)`);
    await q.query(`drop table unit_name`);
    await q.query(`drop index uq_unit_name`);
    await q.query(`alter table unit add is_active boolean not null default true`);
    await q.query(`update unit set is_active = to_on is null`);
    await q.query(`
      alter table unit
        drop constraint ck_unit_term,
        drop constraint ck_unit_parent,
        drop parent_id,
        drop from_on,
        drop to_on,
        add constraint uq_unit_name unique (jurisdiction_id, name)`);
  }
}
