import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ownerDataSource, postgresCode, Transactor } from '@duban/database';
import { type Clock, conflict, invalid, newId, notFound } from '@duban/kernel';
import { CONFIG, type Config } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../actor';
import { HistoryService } from '../history.service';
import { eventLine } from '../proof/event-line';
import { CheckpointService, type ListedCheckpoint } from '../proof/checkpoint.service';
import { HistoryTree } from '../proof/history-tree';
import { leafHash } from '../proof/merkle';
import { OUTSIDE } from './outside';
import { type MonthEvent, monthEndLine, monthHeaderLine, readMonth } from './month-file';

/** Parts that are there before they are needed. */
const MONTHS_AHEAD = 12;
const LOOK_AGAIN_MS = 3_600_000;
/** Events of a page. */
const PAGE = 1_000;
/** A table that all write to is waited for in short tries, so that none of them waits behind it. */
const TRIES = 100;
const BETWEEN_TRIES_MS = 100;
const RECORDED_AT = Buffer.from('"recordedAt":"');
const BUSY = new Set(['55P03', '40P01']);

/** A month of recording, as `2024-03`, and where what its events say lies. */
export interface ListedPart {
  month: string;
  events: number;
  /** Bytes of its words with their indexes; null where they have no table of their own. */
  bytes: number | null;
  tablespace: string | null;
  /** `rest`: in the table for what fits no month. */
  state: 'here' | 'rest' | 'outside';
  /** Where it lies outside, as far as is known. */
  file: string | null;
}

/**
 * The words of history in parts by month of recording (按月分区): made ahead, moved to other storage, detached into a
 * file, and attached again. Leaves, nodes, checkpoints and what events are found by stay, whatever becomes of a month.
 */
@Injectable()
export class HistoryParts {
  private lookAt = 0;

  constructor(
    private readonly transactor: Transactor,
    private readonly history: HistoryService,
    private readonly tree: HistoryTree,
    private readonly checkpoints: CheckpointService,
    @Inject(CONFIG) private readonly config: Pick<Config, 'DATABASE_URL'>,
  ) {}

  /** For the worker's rounds: parts are there before the months are. */
  async keepAhead(): Promise<void> {
    if (Date.now() < this.lookAt) return;
    await this.transactor.run((tx) => tx.query(`select history_parts_ahead($1)`, [MONTHS_AHEAD]));
    this.lookAt = Date.now() + LOOK_AGAIN_MS;
  }

  /** Each month that has events or a part, the oldest first. */
  list(): Promise<ListedPart[]> {
    return this.transactor.run((tx) =>
      tx.query(
        `with counted as (select month, count(*)::int as events from history_entry group by month),
           part as (
             select to_date(substr(c.relname, 15), 'YYYY_MM') as month, c.oid,
               coalesce(t.spcname, (select s.spcname from pg_database d join pg_tablespace s on s.oid = d.dattablespace
                 where d.datname = current_database())) as tablespace
             from pg_inherits i join pg_class c on c.oid = i.inhrelid left join pg_tablespace t on t.oid = c.reltablespace
             where i.inhparent = 'history_words'::regclass and c.relname ~ '^history_words_\\d{4}_\\d\\d$')
         select to_char(month, 'YYYY-MM') as month, coalesce(counted.events, 0) as events,
           pg_total_relation_size(part.oid)::float8 as bytes, part.tablespace,
           case when outside.month is not null then 'outside' when part.oid is null then 'rest' else 'here' end as state,
           outside.file
         from counted full join part using (month) left join ${OUTSIDE} outside using (month)
         order by 1`,
      ),
    );
  }

  /**
   * Puts a month into another tablespace.
   * @throws DomainError as {@link assertFree}; HISTORY.TABLESPACE_UNKNOWN
   */
  async move(actor: Actor, at: Date, month: string, tablespace: string): Promise<void> {
    await this.asOwner(async (tx) => {
      const part = await this.partOf(tx, month);
      await this.assertFree(tx, month);
      const known = await tx.query(`select from pg_tablespace where spcname = $1`, [tablespace]);
      if (known.length === 0) {
        throw invalid(
          'HISTORY.TABLESPACE_UNKNOWN',
          `There is no tablespace ${tablespace}: create it in Postgres first.`,
          {
            field: 'tablespace',
          },
        );
      }
      const moved: { sql: string }[] = await tx.query(
        `select format('alter table %I set tablespace %I', $1::text, $2::text) as sql
         union all select format('alter index %I set tablespace %I', c.relname, $2::text)
         from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = $1::regclass`,
        [part, tablespace],
      );
      for (const { sql } of moved) await tx.query(sql);
      await this.record(tx, actor, at, 'history.part_moved', { month, tablespace, isOutside: false });
    });
  }

  /**
   * Writes a month into a file, verifies what is written against the tree, and takes the month out of the database.
   * What is still worked on, or is on hold, stays.
   *
   * @throws DomainError as {@link assertFree}; HISTORY.MONTH_IN_USE
   */
  async detach(actor: Actor, clock: Clock, month: string, folder: string): Promise<{ file: string; events: number }> {
    const checkpoint = await this.signed();
    const origin = await this.transactor.run(async (tx) => {
      await this.partOf(tx, month);
      await this.assertFree(tx, month);
      await this.assertPast(tx, month);
      return (await this.tree.tree(tx))!.origin;
    });
    const file = resolve(join(folder, `${origin.replace('/', '-')}-${month}.jsonl`));
    const sha256 = await this.write(file, { origin, month }, checkpoint.size);
    try {
      const { events } = await this.verify(file, checkpoint);
      await this.asOwner(async (tx) => {
        const part = await this.partOf(tx, month);
        await this.assertFree(tx, month);
        await tx.query(`alter table history_words detach partition ${part}`);
        const [row]: { events: number }[] = await tx.query(
          `select (select count(*)::int from ${part}) as words, count(*)::int as events from history_entry where month = $1`,
          [dayOf(month)],
        );
        if (row!.events !== events) throw new Error(`${month} has ${row!.events} events, and the file ${events}`);
        await tx.query(`drop table ${part}`);
        await this.record(tx, actor, clock.now(), 'history.part_detached', {
          month,
          file,
          sha256,
          events,
          isOutside: true,
        });
      });
      return { file, events };
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
  }

  /**
   * Takes a month back from its file, after its events were verified against the tree, and once more as they are stored.
   * @throws DomainError HISTORY.MONTH_NOT_OUTSIDE, HISTORY.FILE_DIFFERS; UnreadableBundle
   */
  async attach(actor: Actor, clock: Clock, given: string): Promise<{ month: string; events: number }> {
    const file = resolve(given);
    const checkpoint = await this.signed();
    const { month, events } = await this.verify(file, checkpoint);
    await this.asOwner(async (tx) => {
      const [outside]: { events: number }[] = await tx.query(`select events from ${OUTSIDE} o where o.month = $1`, [
        dayOf(month),
      ]);
      if (!outside) {
        throw conflict('HISTORY.MONTH_NOT_OUTSIDE', `The history of ${month} is in the database.`, { month });
      }
      await this.record(tx, actor, clock.now(), 'history.part_attached', { month, file, events, isOutside: false });
      await tx.query(`select history_part_make($1)`, [dayOf(month)]);
      const { events: read } = await readMonth(file);
      let indexes: [first: number, last: number] | null = null;
      let page: MonthEvent[] = [];
      const store = async (): Promise<void> => {
        const rows = page.splice(0).map(({ event }) => wordsOf(event));
        await tx.query(
          `insert into history_words (month, seq, id, reason, before, after)
           select $1::date, * from unnest($2::bigint[], $3::uuid[], $4::text[], $5::jsonb[], $6::jsonb[])`,
          [
            dayOf(month),
            rows.map(({ seq }) => seq),
            rows.map(({ id }) => id),
            rows.map(({ reason }) => reason),
            rows.map(({ before }) => before),
            rows.map(({ after }) => after),
          ],
        );
      };
      for await (const event of read()) {
        indexes = [indexes?.[0] ?? event.index, event.index];
        if (page.push(event) >= PAGE) await store();
      }
      await store();
      page = [];
      // What is stored, and not only what was read: by the leaves that the tree has.
      if (indexes) await this.assertStored(tx, month, indexes, events);
    });
    return { month, events };
  }

  /** @throws DomainError HISTORY.FILE_DIFFERS where the events of a file are not those of the month, all of them */
  private async verify(file: string, checkpoint: ListedCheckpoint): Promise<{ month: string; events: number }> {
    const { header, events } = await readMonth(file);
    const { month, origin } = header;
    const tree = await this.transactor.run((tx) => this.tree.tree(tx));
    if (tree?.origin !== origin) {
      throw differs(file, `it is of ${origin}, and this history is ${tree?.origin ?? 'empty'}`);
    }
    let count = 0;
    const counting = async function* (): AsyncGenerator<MonthEvent> {
      for await (const event of events()) {
        // The last of this name in the canonical order: those within a state come before it.
        const at = event.event.lastIndexOf(RECORDED_AT) + RECORDED_AT.length;
        if (event.event.toString('latin1', at, at + month.length) !== month) {
          throw differs(file, `the event ${event.index} is of another month`);
        }
        count++;
        yield event;
      }
    };
    const root = await this.tree.rootWith(counting(), checkpoint.size);
    if (root?.toString('base64') !== checkpoint.root) {
      throw differs(file, `with its events the tree is not the one that the checkpoint ${checkpoint.number} signed`);
    }
    const [row]: { events: number }[] = await this.transactor.run((tx) =>
      tx.query(`select count(*)::int as events from history_entry where month = $1`, [dayOf(month)]),
    );
    if (row!.events !== count) throw differs(file, `it has ${count} events, and the month has ${row!.events}`);
    return { month, events: count };
  }

  private async write(
    file: string,
    { origin, month }: { origin: string; month: string },
    size: number,
  ): Promise<string> {
    const sink = createWriteStream(file, { flags: 'wx' });
    const digest = createHash('sha256');
    await new Promise<void>((done, fail) =>
      sink.once('open', () => done()).once('error', (error) => fail(unwritable(file, error))),
    );
    const put = async (bytes: Buffer): Promise<void> => {
      digest.update(bytes);
      if (!sink.write(bytes)) await once(sink, 'drain');
    };
    try {
      await put(monthHeaderLine({ origin, month }));
      let events = 0;
      for await (const leaf of this.leavesOf(month, size)) {
        if (!leaf.event) throw new Error(`the event ${leaf.index} is gone: history was tampered with`);
        await put(eventLine(leaf.index, leaf.hash, leaf.event));
        events++;
      }
      await put(monthEndLine(events));
      sink.end();
      await once(sink, 'close');
      return digest.digest('hex');
    } catch (error) {
      sink.destroy();
      await rm(file, { force: true });
      throw error;
    }
  }

  private async *leavesOf(month: string, size: number) {
    const [range]: { first: string | null; last: string }[] = await this.transactor.run((tx) =>
      tx.query(
        `select min(l.index)::text as first, max(l.index)::text as last
         from history_entry h join history_leaf l on l.seq = h.seq where h.month = $1`,
        [dayOf(month)],
      ),
    );
    if (!range?.first) return;
    for (let from = Number(range.first), end = Math.min(Number(range.last) + 1, size); from < end; from += PAGE) {
      const leaves = await this.transactor.run((tx) =>
        this.tree.leaves(tx, { from, size: Math.min(end, from + PAGE), limit: PAGE }),
      );
      yield* leaves.filter((leaf) => leaf.month === month);
    }
  }

  private async assertStored(
    tx: EntityManager,
    month: string,
    [first, last]: [number, number],
    events: number,
  ): Promise<void> {
    let count = 0;
    const hashAt = await this.tree.hashAt(tx);
    for (let from = first; from <= last; from += PAGE) {
      const leaves = await this.tree.leaves(tx, { from, size: Math.min(last + 1, from + PAGE), limit: PAGE });
      for (const leaf of leaves.filter((one) => one.month === month)) {
        if (!leaf.event || !leafHash(hashAt(leaf.index), leaf.event).equals(leaf.hash)) {
          throw new Error(`the event ${leaf.index} is stored otherwise than it was hashed; nothing was attached`);
        }
        count++;
      }
    }
    if (count !== events) throw new Error(`${count} of ${events} events were stored; nothing was attached`);
  }

  private async signed(): Promise<ListedCheckpoint> {
    const checkpoint = await this.checkpoints.make();
    if (!checkpoint) throw notFound('HISTORY.MONTH_UNKNOWN', 'Nothing has been recorded yet.', { field: 'month' });
    this.checkpoints.assertOwn(checkpoint);
    return checkpoint;
  }

  /** Of what is there. @throws DomainError HISTORY.MONTH_UNKNOWN, HISTORY.MONTH_OUTSIDE */
  private async partOf(tx: EntityManager, month: string): Promise<string> {
    if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
      throw invalid('HISTORY.MONTH_UNKNOWN', `${month} is no month, such as 2024-03.`, { field: 'month' });
    }
    const part = `history_words_${month.replace('-', '_')}`;
    const [row]: { there: boolean; file: string | null; outside: boolean }[] = await tx.query(
      `select to_regclass($1) is not null as there, (select file from ${OUTSIDE} o where o.month = $2) as file,
         exists (select from ${OUTSIDE} o where o.month = $2) as outside`,
      [part, dayOf(month)],
    );
    if (row!.outside) {
      throw conflict('HISTORY.MONTH_OUTSIDE', `The history of ${month} lies outside, in ${row!.file}.`, {
        month,
        file: row!.file,
      });
    }
    if (!row!.there) {
      throw notFound('HISTORY.MONTH_UNKNOWN', `There is no part for ${month}; \`duban history parts\` lists them.`, {
        field: 'month',
      });
    }
    return part;
  }

  /** @throws DomainError conflict HISTORY.MONTH_ON_HOLD */
  private async assertFree(tx: EntityManager, month: string): Promise<void> {
    const [held]: { title: string }[] = await tx.query(
      `select p.title from plan p where p.id in (select plan_id from history_entry where month = $1)
         and (select o.is_held from disposal_hold o where o.plan_id = p.id order by o.version desc limit 1) limit 1`,
      [dayOf(month)],
    );
    if (held) {
      throw conflict(
        'HISTORY.MONTH_ON_HOLD',
        `The history of ${month} has events of 《${held.title}》, which is on hold: it stays where it is.`,
        { month },
      );
    }
  }

  /** What goes on reads its own past. @throws DomainError conflict HISTORY.MONTH_IN_USE */
  private async assertPast(tx: EntityManager, month: string): Promise<void> {
    const [row]: { isOver: boolean; open: string | null; left: number }[] = await tx.query(
      `select $1::date < date_trunc('month', clock_timestamp() at time zone 'UTC')::date as "isOver",
         (select p.title from plan p where p.state <> 'closed'
            and p.id in (select plan_id from history_entry where month = $1) limit 1) as open,
         (select count(*)::int from history_entry h where h.month = $1
            and not exists (select from history_leaf l where l.seq = h.seq)) as left`,
      [dayOf(month)],
    );
    const { isOver, open, left } = row!;
    if (isOver && open === null && left === 0) return;
    throw conflict(
      'HISTORY.MONTH_IN_USE',
      open === null
        ? `The history of ${month} is not over, or is not signed yet.`
        : `The history of ${month} has events of 《${open}》, which is not closed: what goes on reads its own past.`,
      { month },
    );
  }

  private async record(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    type: 'history.part_moved' | 'history.part_detached' | 'history.part_attached',
    state: { month: string; isOutside: boolean; file?: string; sha256?: string; events?: number; tablespace?: string },
  ): Promise<void> {
    const { month, isOutside, file = null, sha256 = null, events = null, tablespace = null } = state;
    const [{ id }]: [{ id: string }] = await tx.query(
      `insert into history_part (month, version, id, is_outside, file, sha256, events, tablespace)
       select $1, coalesce(max(version), 0) + 1, coalesce((array_agg(id))[1], $2::uuid), $3, $4, $5, $6, $7
       from history_part where month = $1 returning id`,
      [dayOf(month), newId(), isOutside, file, sha256, events, tablespace],
    );
    await this.history.append(tx, actor, at, [
      { type, entity: 'history_part', entityId: id, after: { id, month, isOutside, file, sha256, events, tablespace } },
    ]);
  }

  /** Parts are tables: only the owner of the schema changes them. All of it or nothing. */
  private async asOwner<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    const { DATABASE_URL: url } = this.config;
    if (url === undefined) throw new Error('DATABASE_URL is not set: name the Postgres database.');
    const source = await ownerDataSource(url).initialize();
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          return await source.transaction(work);
        } catch (error) {
          if (attempt === TRIES || !BUSY.has(postgresCode(error) ?? '')) throw error;
          await delay(BETWEEN_TRIES_MS);
        }
      }
    } finally {
      await source.destroy();
    }
  }
}

const dayOf = (month: string): string => `${month}-01`;

const differs = (file: string, reason: string): Error =>
  conflict('HISTORY.FILE_DIFFERS', `${file} is not the history of this month: ${reason}.`, { file });

/** Of the canonical form: a state that JSON's numbers cannot hold stands as the text that Postgres gave. */
function wordsOf(event: Buffer) {
  const { seq, id, reason = null, before, after } = JSON.parse(event.toString('utf8')) as Record<string, unknown>;
  const state = (value: unknown): string | null =>
    value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value);
  return { seq, id, reason, before: state(before), after: state(after) };
}

function unwritable(file: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'EEXIST'
    ? new Error(`${file} is there already; name another folder.`)
    : new Error(`${file} cannot be written (${message}): name a folder that can.`);
}
