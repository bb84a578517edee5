import { assertMay } from '@duban/directory';
import { type Actor, HistoryService } from '@duban/history';
import { invalid, newId, notFound } from '@duban/kernel';
import type { PaperFormat } from '@duban/supervision';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { cursorKey, isCount, type Page, pageOf } from '../page';
import { type BulletinContent, bulletinContent } from './bulletin-content';

/** A span of days, both ends within. */
export interface Span {
  from: string;
  to: string;
}

/** A bulletin without what it says. */
export interface BulletinHead extends Span {
  id: string;
  year: number;
  /** Counts from 1 in each year (第几期). */
  number: number;
  title: string;
  publishedAt: Date;
  publishedBy: string;
}

export type Bulletin = BulletinHead & { words: string | null; content: BulletinContent };

/** A published bulletin with what its head and its dates need. */
export interface BulletinPaper {
  bulletin: Bulletin;
  jurisdiction: string;
  timeZone: string;
}

/** Any number will do, as long as every process takes the same: numbers have no gaps, and come one by one. */
const NUMBERS_LOCK = 7_281_961;

/** Bulletins (通报): put together from what is recorded, and once published never changed again. */
@Injectable()
export class Bulletins {
  constructor(private readonly history: HistoryService) {}

  /** What a bulletin would say now. @throws DomainError BULLETIN.SPAN_BACKWARDS */
  preview(tx: EntityManager, at: Date, span: Span): Promise<BulletinContent> {
    assertForwards(span);
    return bulletinContent(tx, at, span);
  }

  /**
   * Publishes what stands now, under the next number of the year. What is named in it is not named again by the next one.
   * @throws DomainError RIGHTS.NOT_ALLOWED, BULLETIN.SPAN_BACKWARDS
   */
  async publish(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { title, words, ...span }: Span & { title: string; words: string | null },
  ): Promise<Bulletin> {
    assertMay(actor, 'bulletin.publish');
    assertForwards(span);
    await tx.query(`select pg_advisory_xact_lock($1)`, [NUMBERS_LOCK]);
    const content = await bulletinContent(tx, at, span);
    const [{ year, number, jurisdictionId, name }]: [
      { year: number; number: number; jurisdictionId: string; name: string },
    ] = await tx.query(
      `select j.id as "jurisdictionId", y.year, (select display_name from person where id = $2) as name,
         1 + coalesce((select max(number) from bulletin b where b.jurisdiction_id = j.id and b.year = y.year), 0) as number
       from jurisdiction j, lateral (select extract(year from $1::timestamptz at time zone j.time_zone)::int as year) y limit 1`,
      [at, actor.personId],
    );
    const id = newId();
    await tx.query(
      `insert into bulletin (id, jurisdiction_id, year, number, title, covers_from, covers_to, words, content, person_id,
         for_person_id, post_id, published_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        id,
        jurisdictionId,
        year,
        number,
        title,
        span.from,
        span.to,
        words,
        JSON.stringify(content),
        actor.personId,
        actor.delegation?.personId ?? null,
        actor.postId,
        at,
      ],
    );
    await this.history.append(tx, actor, at, [
      {
        type: 'bulletin.published',
        entity: 'bulletin',
        entityId: id,
        jurisdictionId,
        after: { id, year, number, title, ...span, words, content },
      },
    ]);
    return { id, year, number, title, ...span, words, content, publishedAt: at, publishedBy: name };
  }

  /** The newest first. @throws DomainError REQUEST.BAD_CURSOR */
  async list(
    tx: EntityManager,
    { limit, cursor }: { limit: number; cursor?: string | undefined },
  ): Promise<Page<BulletinHead>> {
    const key = cursorKey(cursor, [isCount, isCount]);
    const rows: BulletinHead[] = await tx.query(
      `select ${HEAD} from bulletin b join person p on p.id = b.person_id
       where $2::int is null or (b.year, b.number) < ($2, $3::int) order by b.year desc, b.number desc limit $1`,
      [limit + 1, key?.[0] ?? null, key?.[1] ?? null],
    );
    return pageOf(rows, limit, ({ year, number }) => [year, number]);
  }

  /** @throws DomainError BULLETIN.UNKNOWN */
  async get(tx: EntityManager, id: string): Promise<Bulletin> {
    const [found]: Bulletin[] = await tx.query(
      `select ${HEAD}, b.words, b.content from bulletin b join person p on p.id = b.person_id where b.id = $1`,
      [id],
    );
    if (!found) throw notFound('BULLETIN.UNKNOWN', 'There is no such bulletin.', { bulletinId: id });
    return found;
  }

  /** What the document of a bulletin is made of. That somebody took it is an event. @throws DomainError BULLETIN.UNKNOWN */
  async take(tx: EntityManager, actor: Actor, at: Date, id: string, format: PaperFormat): Promise<BulletinPaper> {
    const bulletin = await this.get(tx, id);
    const [place]: { jurisdictionId: string; jurisdiction: string; timeZone: string }[] = await tx.query(
      `select j.id as "jurisdictionId", j.name as jurisdiction, j.time_zone as "timeZone"
       from bulletin b join jurisdiction j on j.id = b.jurisdiction_id where b.id = $1`,
      [id],
    );
    const { jurisdictionId, ...rest } = place!;
    const { year, number } = bulletin;
    await this.history.append(tx, actor, at, [
      {
        type: 'bulletin_document.downloaded',
        entity: 'bulletin_document',
        entityId: id,
        jurisdictionId,
        after: { year, number, format },
      },
    ]);
    return { bulletin, ...rest };
  }
}

const HEAD = `b.id, b.year, b.number, b.title, b.covers_from::text as "from", b.covers_to::text as "to",
  b.published_at as "publishedAt", p.display_name as "publishedBy"`;

function assertForwards({ from, to }: Span): void {
  if (from > to) throw invalid('BULLETIN.SPAN_BACKWARDS', 'The span ends before it begins.', { field: 'to' });
}
