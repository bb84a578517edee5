import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A key for each person (个人密钥), by which what history says of them is sealed; null where it was destroyed, and nobody
 * gets another one. No reference to `person`: a key may come before its person, and no row of a person is ever deleted.
 *
 * `made_by` tells whether the transaction that made a key has ended: what is sealed by one that may yet be rolled back
 * is kept nowhere.
 *
 * What vendors reported is recorded once but for where it went, which goes with the person.
 */
export class PersonKeys1796951000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`create table person_key (
      person_id uuid constraint pk_person_key primary key,
      key bytea constraint ck_person_key_length check (octet_length(key) = 64),
      made_by xid8 not null default pg_current_xact_id()
    )`);
    await q.query(`alter table person add erased_at timestamptz`);
    await q.query(REFUSE_BUT);
    await q.query(`drop trigger tr_delivery_receipt_recorded_once on delivery_receipt`);
    await q.query(`create trigger tr_delivery_receipt_recorded_once before update or delete on delivery_receipt
      for each row execute function refuse_rewriting_but('address', 'words')`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop trigger tr_delivery_receipt_recorded_once on delivery_receipt`);
    await q.query(`create trigger tr_delivery_receipt_recorded_once before update or delete on delivery_receipt
      for each row execute function refuse_rewriting()`);
    await q.query(`drop function refuse_rewriting_but()`);
    await q.query(`alter table person drop erased_at cascade`);
    await q.query(`drop table person_key cascade`);
  }
}

/** Lets the named columns be changed, and nothing else. */
const REFUSE_BUT = `create function refuse_rewriting_but() returns trigger language plpgsql as $$
  begin
    if tg_op = 'UPDATE' and to_jsonb(old) - tg_argv = to_jsonb(new) - tg_argv then return new; end if;
    raise exception '% is recorded once: it can be neither changed nor deleted', tg_table_name using errcode = '42501';
  end $$`;
