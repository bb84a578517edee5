import type { TITLED_POSTS } from '@duban/domain';
import { type Actor, type EventType, HistoryService } from '@duban/history';
import { conflict, invalid, localDateOf, newId, notFound } from '@duban/kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { lockDirectory } from './directory-lock';
import { CHINA_TIME_ZONE } from './jurisdiction';
import { cleanCode, cleanText, PRINTABLE } from './names';
import { readPostsAt } from './past-directory';
import { termsIn } from './post-holdings';
import type { PostState, PostView } from './post-view';
import { assertMay } from './rights';

export interface NewPost {
  kind: (typeof TITLED_POSTS)[number];
  /** What tells it from the unit's others of the kind: 分管城建, 综合科. */
  title: string;
}

/** Posts of units: head and contact come with the unit, deputies in charge (分管负责人) and handlers (经办人) are made. */
@Injectable()
export class PostService {
  constructor(@Inject(HistoryService) private readonly history: HistoryService) {}

  /**
   * Makes a post, or opens again the one of this title that was closed.
   *
   * @throws DomainError `RIGHTS.NOT_ALLOWED`; not_found `UNIT.UNKNOWN`; conflict `UNIT.ABOLISHED`, `POST.TITLE_TAKEN`
   */
  async create(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    unitCode: string,
    { kind, title: given }: NewPost,
  ): Promise<PostState> {
    assertMay(actor, 'post.create');
    await lockDirectory(tx);
    const unit = await findUnit(tx, unitCode);
    if (unit.isAbolished) throw conflict('UNIT.ABOLISHED', 'This unit is no more, and gets no posts.');
    const title = cleanText(given);
    if (title === '' || !PRINTABLE.test(title)) {
      throw invalid('POST.TITLE_UNREADABLE', 'A title is text that can be read.', { field: 'title' });
    }
    const [same]: PostState[] = await tx.query(`${POST} where unit_id = $1 and kind = $2 and title = $3`, [
      unit.id,
      kind,
      title,
    ]);
    if (same && same.closedOn === null) {
      throw conflict('POST.TITLE_TAKEN', 'The unit has a post of this kind and title already.', { field: 'title' });
    }
    const id = same?.id ?? newId();
    if (same) await tx.query(`update post set closed_on = null where id = $1`, [id]);
    else
      await tx.query(`insert into post (id, kind, unit_id, title) values ($1, $2, $3, $4)`, [id, kind, unit.id, title]);
    const after: PostState = { id, unitId: unit.id, kind, title, closedOn: null };
    await this.record(tx, actor, at, unit.jurisdictionId, same ? 'post.opened_again' : 'post.created', same, after);
    return after;
  }

  /**
   * Closes a post that nobody holds, today or later.
   *
   * @throws DomainError `RIGHTS.NOT_ALLOWED`; not_found `UNIT.UNKNOWN`, `POST.UNKNOWN`; conflict `POST.HELD` with by whom;
   *   invalid `POST.EVERY_UNIT_HAS_IT` for head and contact
   */
  async close(tx: EntityManager, actor: Actor, at: Date, unitCode: string, postId: string): Promise<void> {
    assertMay(actor, 'post.create');
    await lockDirectory(tx);
    const unit = await findUnit(tx, unitCode);
    const [before]: PostState[] = await tx.query(`${POST} where id = $1 and unit_id = $2`, [postId, unit.id]);
    if (!before || before.closedOn !== null) {
      throw notFound('POST.UNKNOWN', 'The unit has no such post, or no more.', { postId });
    }
    if (before.title === null) {
      throw invalid('POST.EVERY_UNIT_HAS_IT', 'Every unit has a head and a contact; they may be vacant.', { postId });
    }
    const closedOn = localDateOf(at, CHINA_TIME_ZONE);
    const [holder] = await termsIn(tx, postId, { fromOn: closedOn, toOn: null });
    if (holder) {
      throw conflict(
        'POST.HELD',
        `${holder.displayName} (${holder.username}) holds this post, or will. Take it first.`,
        {
          holder: holder.username,
        },
      );
    }
    await tx.query(`update post set closed_on = $2 where id = $1`, [postId, closedOn]);
    await this.record(tx, actor, at, unit.jurisdictionId, 'post.closed', before, { ...before, closedOn });
  }

  /**
   * The posts that a unit has on a day, each with who holds it then; head first, then by title.
   *
   * @param on `YYYY-MM-DD`; the day of `asOf`, else of `at`, where it is left out
   * @param asOf by what was known at this instant; null for the present
   * @throws DomainError `RIGHTS.NOT_ALLOWED`; not_found `UNIT.UNKNOWN`
   */
  async list(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    unitCode: string,
    { on, asOf = null }: { on?: string; asOf?: Date | null } = {},
  ): Promise<PostView[]> {
    assertMay(actor, 'unit.read');
    const day = on ?? localDateOf(asOf ?? at, CHINA_TIME_ZONE);
    if (asOf) {
      const wanted = cleanCode(unitCode);
      const posts = PRINTABLE.test(wanted) ? await readPostsAt(tx, asOf, wanted, day) : null;
      if (posts === null) throw unknownUnit(unitCode);
      return posts;
    }
    const { id } = await findUnit(tx, unitCode);
    return tx.query(
      `select post.*, coalesce(held.holders, '[]') as holders
       from (${POST} where unit_id = $1 and (closed_on is null or closed_on > $2::date)) post
       left join lateral (
         select jsonb_agg(jsonb_build_object('personId', p.id, 'username', p.username, 'displayName', p.display_name,
           'fromOn', h.from_on, 'toOn', h.to_on) order by h.from_on, p.username) as holders
         from post_holding h join person p on p.id = h.person_id
         where h.post_id = post.id and h.from_on <= $2::date and (h.to_on is null or h.to_on > $2::date)
       ) held on true
       order by array_position(array['head', 'deputy', 'contact', 'handler'], post.kind), post.title collate "C"`,
      [id, day],
    );
  }

  private record(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    jurisdictionId: string,
    type: EventType,
    before: PostState | undefined,
    after: PostState,
  ): Promise<void> {
    return this.history.append(tx, actor, at, [
      { type, entity: 'post', entityId: after.id, jurisdictionId, before: before ?? null, after },
    ]);
  }
}

const POST = `select id, unit_id as "unitId", kind, title, closed_on::text as "closedOn" from post`;

async function findUnit(
  tx: EntityManager,
  code: string,
): Promise<{ id: string; jurisdictionId: string; isAbolished: boolean }> {
  const wanted = cleanCode(code);
  const [unit]: { id: string; jurisdictionId: string; isAbolished: boolean }[] = PRINTABLE.test(wanted)
    ? await tx.query(
        `select id, jurisdiction_id as "jurisdictionId", to_on is not null as "isAbolished" from unit where code = $1`,
        [wanted],
      )
    : [];
  if (!unit) throw unknownUnit(code);
  return unit;
}

const unknownUnit = (unitCode: string): Error =>
  notFound('UNIT.UNKNOWN', 'There is no unit of this code. Check its spelling.', { unitCode });
