import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Until when a digest is to be read before the next channel is taken, and the lines that came by one for that. */
export class MessageEscalation1796700000001 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`alter table digest add escalate_at timestamptz`);
    await q.query(`create index ix_digest_escalate_at on digest (escalate_at) where escalate_at is not null`);
    await q.query(`
      alter table digest_item
        add escalated_from uuid constraint fk_digest_item_escalated_from references digest`);
    // What was dropped, or merged with a line that said the same, before that was kept as a row.
    await q.query(`
      insert into message_outcome (id, notification_id, unit_id, reason, since)
      select gen_random_uuid(), n.id, p.unit_id,
        case when exists (select from history_event e where e.type = 'notification.dropped' and e.entity = 'notification'
          and e.entity_id = n.id) then 'overtaken' else 'said_already' end, n.composed_at
      from notification n join post p on p.id = n.post_id
      where n.composed_at is not null and not exists (select from digest_item i where i.notification_id = n.id)
        and not exists (select from message_outcome o where o.notification_id = n.id)`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`alter table digest_item drop escalated_from`);
    await q.query(`alter table digest drop escalate_at`);
    await q.query(`delete from message_outcome where person_id is null and reason in ('overtaken', 'said_already')`);
  }
}
