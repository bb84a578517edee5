import { consequences } from '@duban/database';
import { type Actor, ERASED, HistoryService } from '@duban/history';
import { conflict, forbidden, localDateOf, notFound } from '@duban/kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { lockDirectory } from './directory-lock';
import { CHINA_TIME_ZONE } from './jurisdiction';
import { cleanCode, PRINTABLE } from './names';
import { PersonEntity } from './person.entity';
import { readPersonStates } from './person-state';
import { assertMay, assertNotOwn } from './rights';
import { accountSubject, factorSubject } from './sign-in/lock-out';

export interface ErasedPerson {
  id: string;
  /** What the account is called from now on. */
  username: string;
  erasedAt: Date;
}

/**
 * Erases a person by law (依法删除): who is named nowhere any more but in what was published, while everything that they
 * did stays, and history verifies as before. It cannot be taken back.
 */
@Injectable()
export class ErasureService {
  constructor(@Inject(HistoryService) private readonly history: HistoryService) {}

  /**
   * The system administrator closes the account first, the security administrator decides: neither does it alone
   * (三员分立). Whoever holds a post, or has something under way, hands it over first.
   *
   * @throws DomainError `RIGHTS.NOT_ALLOWED`, `RIGHTS.OWN_ACCOUNT`, `PERSON.UNKNOWN`; forbidden `API_TOKEN.NOT_FOR_THIS`;
   *   conflict `PERSON.ERASED`, `PERSON.ACCOUNT_OPEN`, `PERSON.HOLDS_POSTS` with the posts, `PERSON.OPEN_MATTERS` with
   *   how many of each
   */
  async erase(tx: EntityManager, actor: Actor, at: Date, username: string, reason: string): Promise<ErasedPerson> {
    assertMay(actor, 'person.erase');
    if (actor.token) {
      throw forbidden('API_TOKEN.NOT_FOR_THIS', 'What cannot be taken back is decided by people, not by API tokens.');
    }
    await lockDirectory(tx);
    const name = cleanCode(username);
    const person = PRINTABLE.test(name)
      ? await tx.findOne(PersonEntity, { where: { username: name }, lock: { mode: 'pessimistic_write' } })
      : null;
    if (person === null) throw notFound('PERSON.UNKNOWN', 'There is no account of this name. Check its spelling.');
    assertNotOwn(actor, person.id);
    if (person.erasedAt !== null) throw conflict('PERSON.ERASED', 'This person was erased already.');
    if (person.isActive) {
      throw conflict('PERSON.ACCOUNT_OPEN', 'The account is open. The system administrator closes it first.');
    }
    await assertHandedOver(tx, person.id, localDateOf(at, CHINA_TIME_ZONE));
    const erased: ErasedPerson = { id: person.id, username: `erased-${person.id}`, erasedAt: at };
    await consequences(tx, async () => {
      for (const statement of OF_THE_PERSON) await tx.query(statement, [person.id]);
      await tx.query(`delete from sign_in_guess where subject = any($1)`, [
        [accountSubject(person.username), factorSubject(person.id)],
      ]);
      await tx.query(`delete from password_reset where username = $1 or person_id = $2`, [person.username, person.id]);
      await this.history.forget(tx, person.id);
    });
    const nothing = { email: null, mobile: null, accounts: {}, passwordHash: null };
    await tx.update(
      PersonEntity,
      { id: person.id },
      { ...nothing, username: erased.username, displayName: ERASED.zh, erasedAt: at },
    );
    const [after] = await readPersonStates(tx, [person.id]);
    await this.history.append(tx, actor, at, [
      { type: 'person.erased', entity: 'person', entityId: person.id, reason, after },
    ]);
    return erased;
  }
}

/** What belongs to posts goes with these; what is the person's own has come to an end. */
async function assertHandedOver(tx: EntityManager, personId: string, today: string): Promise<void> {
  const posts: { kind: string; unitCode: string | null }[] = await tx.query(
    `select post.kind, u.code as "unitCode" from post_holding h join post on post.id = h.post_id
       left join unit u on u.id = post.unit_id
     where h.person_id = $1 and (h.to_on is null or h.to_on > $2::date) order by h.from_on, h.id`,
    [personId, today],
  );
  if (posts.length > 0) {
    throw conflict('PERSON.HOLDS_POSTS', 'The person holds posts, or will. Hand them over first.', { posts });
  }
  // Asked as the system: the security administrator sees no matters, and is told how many.
  const [open]: { proposals: number; restricted: number; messages: number; delegations: number }[] = await consequences(
    tx,
    () =>
      tx.query(
        `select
           (select count(*)::int from post_change where person_id = $1 and state = 'proposed') as proposals,
           (select count(*)::int from named_person n left join task t on t.id = n.task_id
              left join plan p on p.id = coalesce(n.plan_id, t.plan_id)
            where n.person_id = $1 and p.state <> 'closed'
              and coalesce(t.state, '') not in ('verified', 'cancelled', 'not_implemented')) as restricted,
           (select count(*)::int from delivery where person_id = $1 and state in ('queued', 'sending')) as messages,
           (select count(*)::int from delegation where $1 in (person_id, delegate_id) and state = 'standing') as delegations`,
        [personId],
      ),
  );
  if (Object.values(open!).some((count) => count > 0)) {
    throw conflict(
      'PERSON.OPEN_MATTERS',
      'Something of the person is under way: proposals of posts, restricted matters for which they are named, messages, or delegations. End that first.',
      { ...open },
    );
  }
}

/**
 * What tables have of a person (`$1`) beside history, as far as it names them, says where they were or lets them in. A
 * spec looks for what was forgotten in all columns of all tables.
 */
const OF_THE_PERSON: readonly string[] = [
  `delete from person_identity where person_id = $1`,
  `delete from second_factor where person_id = $1`,
  `delete from recovery_code where person_id = $1`,
  `delete from password_history where person_id = $1`,
  `delete from evidence_link where person_id = $1`,
  `update session set ended_at = coalesce(ended_at, now()), address = null, device = null, provider_session = null
   where person_id = $1`,
  `update api_token set ended_at = coalesce(ended_at, now()) where person_id = $1`,
  // Answers that are kept to be given again, to whoever asked about the person, too.
  `delete from idempotency_key where person_id = $1 or position($1::text in response::text) > 0`,
  `update plan_import set actor = jsonb_set(actor, '{name}', to_jsonb('${ERASED.zh}'::text))
   where actor->>'personId' = $1::text`,
  `update plan_import set actor = jsonb_set(actor, '{delegation,name}', to_jsonb('${ERASED.zh}'::text))
   where actor->'delegation'->>'personId' = $1::text`,
  `update archive_package set actor = jsonb_set(actor, '{name}', to_jsonb('${ERASED.zh}'::text))
   where actor->>'personId' = $1::text`,
  `update archive_package set actor = jsonb_set(actor, '{delegation,name}', to_jsonb('${ERASED.zh}'::text))
   where actor->'delegation'->>'personId' = $1::text`,
  `update disposal_run set actor = jsonb_set(actor, '{name}', to_jsonb('${ERASED.zh}'::text))
   where actor->>'personId' = $1::text`,
  `update disposal_run set actor = jsonb_set(actor, '{delegation,name}', to_jsonb('${ERASED.zh}'::text))
   where actor->'delegation'->>'personId' = $1::text`,
  // Before the deliveries, by which it is known whose they are.
  `update suppressed_address s set address = 'erased ' || s.id
   from bounce b join delivery d on d.id = b.delivery_id where b.id = s.bounce_id and d.person_id = $1`,
  `update bounce b set address = 'erased ' || b.id, words = '${ERASED.zh}'
   from delivery d where d.id = b.delivery_id and d.person_id = $1`,
  `update delivery_receipt r set address = 'erased ' || r.id, words = null
   where exists (select from delivery d where d.person_id = $1 and d.channel = r.channel and d.remote_id = r.remote_id)
     or exists (select from person p where p.id = $1 and (r.address = p.mobile
       or r.address in (select value from jsonb_each_text(p.accounts))))`,
  `update delivery set address = null, last_error = null where person_id = $1`,
];
