import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Words of messages (消息模板) that an office puts in place of those of duban, in both languages, as versions that stay. */
export class MessageTemplates1796922000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      create table message_template (
        id uuid constraint pk_message_template primary key,
        name text not null,
        version integer not null,
        about text not null,
        zh text not null,
        en text not null,
        person_id uuid not null constraint fk_message_template_person references person,
        post_id uuid constraint fk_message_template_post references post,
        put_at timestamptz not null,
        constraint uq_message_template_version unique (name, version)
      )`);
    await q.query(`grant select, insert on message_template to duban_app`);
    await q.query(`
      create trigger tr_message_template_recorded_once before update or delete on message_template
        for each row execute function refuse_rewriting()`);
    await q.query(`
      create trigger tr_message_template_not_truncated before truncate on message_template
        for each statement execute function refuse_rewriting()`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`drop table message_template cascade`);
  }
}
