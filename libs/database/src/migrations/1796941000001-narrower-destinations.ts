import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Destinations (推送目的地) that get only what is said to some units, none named for all; and words of messages (消息模板)
 * that are withdrawn: a version without any, by which duban's own hold again.
 */
export class NarrowerDestinations1796941000001 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`alter table destination add unit_ids uuid[] not null default '{}'`);
    await q.query(`alter table message_template alter zh drop not null, alter en drop not null,
      add constraint ck_message_template_withdrawn check ((zh is null) = (en is null))`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`alter table message_template disable trigger tr_message_template_recorded_once`);
    await q.query(`delete from message_template where zh is null`);
    await q.query(`alter table message_template enable trigger tr_message_template_recorded_once`);
    await q.query(`alter table message_template drop constraint ck_message_template_withdrawn,
      alter zh set not null, alter en set not null`);
    await q.query(`alter table destination drop unit_ids`);
  }
}
