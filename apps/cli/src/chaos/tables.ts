import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DebianPostgres } from '../sizes/debian-postgres';
import type { Found } from './checker';

/** Reads what the checker judges, by statements of its own and none of the product's. */
export async function readTables(postgres: DebianPostgres, store: string, until: number): Promise<Found> {
  const now = new Date(until);
  const ids = async (question: string): Promise<string[]> =>
    (await postgres.ask<{ id: string }>(question)).map(({ id }) => id);
  const [due] = await postgres.ask<{ count: number }>(
    `select count(*)::int as count from obligation where next_rung_at <= $1`,
    [now],
  );
  return {
    events: await postgres.ask(
      `select type, entity_id as "entityId", (after->>'version')::int as version, after->>'state' as state
       from history_event where entity in ('assignment', 'report', 'application')`,
    ),
    reports: await postgres.ask(`select id, kind, obligation_id as "obligationId" from report`),
    applications: await postgres.ask(`select id from application`),
    brokenFiles: await brokenFiles(postgres, store),
    obligations: (await postgres.ask(OBLIGATIONS)) as unknown as Found['obligations'],
    followUps: await postgres.ask(
      `select f.obligation_id as "obligationId", f.deadline_version as "deadlineVersion", f.rung, f.collapsed,
         p.kind as post, p.id as "postId"
       from follow_up f join post p on p.id = f.recipient_post_id`,
    ),
    dueStill: due!.count,
    unsaid: await ids(
      `select f.id from follow_up f where not exists (
         select from notification n join digest_item i on i.notification_id = n.id where n.follow_up_id = f.id)
       and not exists (
         select from notification n join message_outcome o on o.notification_id = n.id where n.follow_up_id = f.id)`,
    ),
    toldTwice: await ids(
      `select i.notification_id as id from digest_item i join digest d on d.id = i.digest_id
       group by i.notification_id, d.person_id, d.destination_id, d.channel having count(*) > 1`,
    ),
    deliveries: await postgres.ask(`select id, channel, state from delivery where channel in ('smtp', 'webhook')`),
  };
}

const OBLIGATIONS = `
  select o.id, o.ladder, o.effective_on::text as "effectiveOn",
    (extract(epoch from o.created_at) * 1000)::float8 as "createdAt",
    (extract(epoch from o.settled_at) * 1000)::float8 as "settledAt",
    o.deadline_version > 1 or o.state = 'suspended'
      or exists (select from supervision_notice n where n.obligation_id = o.id and n.answered_at is not null) as "isMoved"
  from obligation o`;

/** Files that a report refers to and that are not in the store as they were sent. */
async function brokenFiles(postgres: DebianPostgres, store: string): Promise<string[]> {
  const sums = new Map<string, string>();
  for (const name of readdirSync(store, { recursive: true, encoding: 'utf8' })) {
    const path = join(store, name);
    if (!statSync(path).isFile()) continue;
    sums.set(name.split('/').at(-1)!, createHash('sha256').update(readFileSync(path)).digest('hex'));
  }
  const kept = await postgres.ask<{ id: string; sha256: string }>(
    `select id, sha256 from evidence_file where report_id is not null`,
  );
  return kept.filter(({ id, sha256 }) => sums.get(id) !== sha256).map(({ id }) => id);
}
