import type { EntityManager } from 'typeorm';

/** The channel of Postgres (NOTIFY) on which people's ids come whose inbox has changed, with blanks between them. */
export const INBOX_CHANGED = 'duban_inbox';
/** A payload has 8,000 bytes at most, an id 36. */
const MOST_IDS = 200;

/** Says, when the transaction commits, that something in these people's inboxes (收件箱) has changed. A hint: rows tell what. */
export async function hintInboxes(tx: EntityManager, personIds: readonly string[]): Promise<void> {
  const payloads: string[] = [];
  for (let i = 0; i < personIds.length; i += MOST_IDS) payloads.push(personIds.slice(i, i + MOST_IDS).join(' '));
  if (payloads.length > 0)
    await tx.query(`select pg_notify($1, hint) from unnest($2::text[]) hint`, [INBOX_CHANGED, payloads]);
}
