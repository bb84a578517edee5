import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATES = ['queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'suppressed'];

/**
 * Messages that came back (退信), and the addresses that get none any more. Nobody who has one address that is dead is cut
 * off by another: an address is suppressed, and not a person.
 */
export class Bounces1796720000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(checkOfStates([...STATES, 'bounced']));
    await q.query(`create table bounce (
      id uuid constraint pk_bounce primary key,
      delivery_id uuid not null constraint fk_bounce_delivery references delivery,
      channel text not null,
      address text not null,
      kind text not null constraint ck_bounce_kind check (kind in ('hard', 'soft', 'other', 'delayed')),
      status text not null,
      words text not null,
      report_key text not null,
      received_at timestamptz not null,
      constraint uq_bounce_report unique (delivery_id, report_key)
    )`);
    await q.query(`create index ix_bounce_address on bounce (channel, address, received_at)`);
    await q.query(`create table suppressed_address (
      id uuid constraint pk_suppressed_address primary key,
      channel text not null,
      address text not null,
      reason text not null constraint ck_suppressed_address_reason check (reason in ('hard_bounce', 'soft_bounces')),
      bounce_id uuid not null constraint fk_suppressed_address_bounce references bounce,
      since timestamptz not null,
      lifted_at timestamptz,
      lifted_by uuid constraint fk_suppressed_address_lifted_by references person,
      lift_reason text,
      constraint ck_suppressed_address_lift check ((lifted_at is null) = (lift_reason is null)
        and (lifted_by is null or lifted_at is not null))
    )`);
    await q.query(
      `create unique index uq_suppressed_address on suppressed_address (channel, address) where lifted_at is null`,
    );
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop table suppressed_address`);
    await q.query(`drop table bounce`);
    await q.query(`update delivery set state = 'failed' where state = 'bounced'`);
    await q.query(checkOfStates(STATES));
  }
}

const checkOfStates = (states: readonly string[]): string =>
  `alter table delivery drop constraint ck_delivery_state, add constraint ck_delivery_state
     check (state in (${states.map((state) => `'${state}'`).join(', ')}))`;
