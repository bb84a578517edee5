import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Groups of units (集合单位) by rule, and a tree of units that stays one whoever writes it: looked at when a transaction
 * ends, one at a time, since two could each close half of a circle that neither sees. The lock is the directory's.
 */
export class GroupRules1795801000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      alter table unit_group
        add rule jsonb,
        add constraint ck_unit_group_rule check (rule is null or jsonb_typeof(rule) = 'object')`);
    await q.query(`
      create function check_unit_parent() returns trigger language plpgsql as $$
      begin
        perform pg_advisory_xact_lock(7281946);
        if exists (
          with recursive above as (
            select parent_id as id from unit where id = new.id and parent_id is not null
            union
            select u.parent_id from unit u join above a on u.id = a.id where u.parent_id is not null
          )
          select from above where id = new.id
        ) then
          raise exception 'unit % is above itself', new.code
            using errcode = 'check_violation', table = 'unit', constraint = 'ck_unit_tree';
        end if;
        if exists (
          select from unit u join unit p on p.id = u.parent_id
          where u.id = new.id and p.jurisdiction_id <> u.jurisdiction_id
        ) then
          raise exception 'unit % is under a unit of another jurisdiction', new.code
            using errcode = 'check_violation', table = 'unit', constraint = 'ck_unit_parent_jurisdiction';
        end if;
        return null;
      end $$`);
    await q.query(`
      create constraint trigger tr_unit_parent after insert or update of parent_id, jurisdiction_id on unit
        deferrable initially deferred for each row when (new.parent_id is not null)
        execute function check_unit_parent()`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop trigger tr_unit_parent on unit`);
    await q.query(`drop function check_unit_parent()`);
    await q.query(`alter table unit_group drop constraint ck_unit_group_rule, drop rule`);
  }
}
