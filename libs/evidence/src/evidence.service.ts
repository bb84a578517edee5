import { createHash, randomBytes } from 'node:crypto';
import { pipeline, type Readable } from 'node:stream';
import { isAnothers, Transactor } from '@duban/database';
import { assertMay } from '@duban/directory';
import { type Actor, type Change, HistoryService } from '@duban/history';
import { conflict, type DomainError, forbidden, invalid, notFound } from '@duban/kernel';
import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CheckedStream } from './checked-stream';
import { type CitedFile, citedFile, COLUMNS, type EvidenceFile, READ_COLUMNS, unusedSnapshot } from './evidence-file';
import type { StoredFile } from './intake';
import { Scanner } from './scanner';
import { ObjectStore } from './store/object-store';

/** Files that one person may have waiting for a report. */
const MOST_UNUSED = 200;
const LINK_MINUTES = 5;
const TOKEN_BYTES = 32;

/** The report that takes files to itself, and where it belongs. */
export interface CitingReport {
  reportId: string;
  assignmentId: string;
  jurisdictionId: string;
  planId: string;
  taskId: string;
}

/** By which decision evidence goes, and whose it is. */
export interface Disposing {
  disposalId: string;
  planId: string;
  jurisdictionId: string;
}

/** A piece of evidence as a person names it, who may refer to a file. */
interface Reference {
  fileId?: string;
}

export interface DownloadLink {
  token: string;
  expiresAt: Date;
}

export interface Download {
  file: EvidenceFile;
  stream: Readable;
}

/** Files that units hand in as evidence (佐证材料): kept, referred to by one report, read by short-lived links. */
@Injectable()
export class EvidenceService {
  private readonly logger = new Logger('evidence');

  constructor(
    private readonly transactor: Transactor,
    private readonly history: HistoryService,
    private readonly store: ObjectStore,
    private readonly scanner: Scanner,
  ) {}

  /** Writes of a file that lies in the store already. @throws DomainError conflict `EVIDENCE.TOO_MANY_UNUSED` */
  async keep(tx: EntityManager, actor: Actor, at: Date, stored: StoredFile): Promise<EvidenceFile> {
    assertMay(actor, 'assignment.act');
    if (actor.personId === null || actor.unitId === null) {
      throw forbidden('EVIDENCE.OF_NO_UNIT', 'Evidence is handed in for a unit, by whoever has a post there.');
    }
    const file: EvidenceFile = {
      ...stored,
      unitId: actor.unitId,
      personId: actor.personId,
      reportId: null,
      uploadedAt: at,
      disposedAt: null,
    };
    const [waiting]: { count: number }[] = await tx.query(
      `select count(*)::int as count from evidence_file where person_id = $1 and report_id is null`,
      [actor.personId],
    );
    if (waiting!.count >= MOST_UNUSED) {
      throw conflict(
        'EVIDENCE.TOO_MANY_UNUSED',
        `You have ${MOST_UNUSED} files that no report refers to: report, or take some of them back.`,
        { limit: MOST_UNUSED },
      );
    }
    await tx.query(
      `insert into evidence_file (id, unit_id, person_id, name, media_type, size, sha256, state, uploaded_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [file.id, file.unitId, file.personId, file.name, file.mediaType, file.size, file.sha256, file.state, at],
    );
    await this.record(tx, actor, at, 'uploaded', file.id, { after: unusedSnapshot(file) });
    return file;
  }

  /**
   * Evidence with what is known of the files that it refers to, which are locked for the report that is to be written.
   * @throws DomainError not_found `EVIDENCE.UNKNOWN`; forbidden `EVIDENCE.NOT_YOURS`; conflict `EVIDENCE.ALREADY_USED`;
   *   invalid `EVIDENCE.UNSCANNED`
   */
  async cited<T extends Reference>(
    tx: EntityManager,
    actor: Actor,
    evidence: readonly T[],
  ): Promise<(T & Partial<CitedFile>)[]> {
    const ids = evidence.flatMap(({ fileId }) => fileId ?? []);
    if (ids.length === 0) return [...evidence];
    const rows: EvidenceFile[] = await tx.query(
      `select ${COLUMNS} from evidence_file f where f.id = any($1::uuid[]) order by f.id for update`,
      [ids],
    );
    const files = new Map(rows.map((file) => [file.id, file]));
    const cited: (T & Partial<CitedFile>)[] = [];
    for (const [position, one] of evidence.entries()) {
      const { fileId } = one;
      if (fileId === undefined) {
        cited.push(one);
        continue;
      }
      const place = { field: `evidence.${position}.fileId`, fileId };
      const file = files.get(fileId) ?? (await this.seen(tx, fileId));
      if (!file) throw await this.notFor(tx, fileId, place);
      if (file.unitId !== actor.unitId) throw notYours(place);
      if (file.reportId !== null || ids.indexOf(fileId) !== ids.lastIndexOf(fileId)) throw alreadyUsed(place);
      if (file.state === 'unscanned' && this.scanner.isThere) {
        throw invalid('EVIDENCE.UNSCANNED', 'The file came before there was a scanner: hand it in once more.', place);
      }
      cited.push({ ...one, ...citedFile(file) });
    }
    return cited;
  }

  /** Gives the cited files to the report, which has just been written: from now on they stay. */
  async bind(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { reportId, assignmentId, ...place }: CitingReport,
    cited: readonly Partial<CitedFile>[],
  ): Promise<void> {
    const ids = cited.flatMap(({ fileId }) => fileId ?? []);
    if (ids.length === 0) return;
    const [rows]: [EvidenceFile[], number] = await tx.query(
      `update evidence_file f set report_id = $2 where f.id = any($1::uuid[]) and f.report_id is null returning ${COLUMNS}`,
      [ids, reportId],
    );
    if (rows.length !== ids.length) throw new Error('a file that was locked for a report is gone');
    await this.history.append(
      tx,
      actor,
      at,
      rows.map((file) => ({
        type: 'evidence_file.bound',
        entity: 'evidence_file',
        entityId: file.id,
        ...place,
        before: unusedSnapshot({ ...file, reportId: null }),
        after: { ...file, assignmentId },
      })),
    );
  }

  /**
   * Takes back a file that no report refers to; its object is dropped when that is committed.
   * @throws DomainError not_found `EVIDENCE.UNKNOWN`; forbidden `EVIDENCE.NOT_YOURS`; conflict `EVIDENCE.ALREADY_USED`
   */
  async takeBack(tx: EntityManager, actor: Actor, at: Date, id: string): Promise<void> {
    assertMay(actor, 'assignment.act');
    const place = { fileId: id };
    const [locked]: EvidenceFile[] = await tx.query(
      `select ${COLUMNS} from evidence_file f where f.id = $1 for update`,
      [id],
    );
    const file = locked ?? (await this.seen(tx, id));
    if (!file) throw await this.notFor(tx, id, place);
    if (file.unitId !== actor.unitId) throw notYours(place);
    if (file.reportId !== null) throw alreadyUsed(place);
    if (file.personId !== actor.personId) throw notYours(place);
    await tx.query(`delete from evidence_file where id = $1`, [id]);
    await this.record(tx, actor, at, 'taken_back', id, { before: unusedSnapshot(file) });
  }

  /** Files of a plan's reports that are not disposed of, in the order of their ids. As the system. */
  ofPlan(
    tx: EntityManager,
    planId: string,
    { after, limit }: { after: string | null; limit: number },
  ): Promise<Pick<EvidenceFile, 'id' | 'size' | 'sha256'>[]> {
    return tx.query(
      `select f.id, f.size, f.sha256 from evidence_file f join report r on r.id = f.report_id
         join assignment a on a.id = r.assignment_id join task t on t.id = a.task_id
       where t.plan_id = $1 and f.disposed_at is null and ($2::uuid is null or f.id > $2) order by f.id limit $3`,
      [planId, after, limit],
    );
  }

  /**
   * Disposes of evidence of a plan (销毁), so many files at most, which was decided on by one who sees all of it. Rows stay,
   * with their checksums; what takes the bytes out of the store is {@link EvidenceSweeper}, once this is committed. As the
   * system.
   *
   * @returns the files that went; fewer than the limit where none is left
   */
  async dispose(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { disposalId, planId, jurisdictionId }: Disposing,
    limit: number,
  ): Promise<EvidenceFile[]> {
    const ids = (await this.ofPlan(tx, planId, { after: null, limit })).map(({ id }) => id);
    const [files]: [(EvidenceFile & { assignmentId: string; taskId: string })[], number] = await tx.query(
      `update evidence_file f set disposal_id = $2, disposed_at = $3
       from report r join assignment a on a.id = r.assignment_id join task t on t.id = a.task_id
       where r.id = f.report_id and f.id = any($1::uuid[]) and f.disposed_at is null
       returning ${COLUMNS}, a.id as "assignmentId", t.id as "taskId"`,
      [ids, disposalId, at],
    );
    await this.history.append(
      tx,
      actor,
      at,
      files
        .toSorted((one, other) => (one.id < other.id ? -1 : 1))
        .map(({ taskId, ...file }) => ({
          type: 'evidence_file.disposed' as const,
          entity: 'evidence_file' as const,
          entityId: file.id,
          jurisdictionId,
          planId,
          taskId,
          before: { ...file, disposedAt: null },
          after: { ...file, disposalId },
        })),
    );
    return files;
  }

  /**
   * A link by which its owner alone, for some minutes, reads a file that they may see: by the report that it belongs to,
   * or because they uploaded it. What is kept of it is a hash.
   * @throws DomainError not_found `EVIDENCE.UNKNOWN`, `EVIDENCE.DISPOSED`; forbidden `EVIDENCE.NOT_YOURS`
   */
  async link(tx: EntityManager, actor: Actor, id: string): Promise<DownloadLink> {
    const file = await this.seen(tx, id);
    if (!file) throw await this.notFor(tx, id, { fileId: id });
    assertReads(actor, file);
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const [row]: { expiresAt: Date }[] = await tx.query(
      // By the database's clock: it measures machines, not duties.
      `insert into evidence_link (token_hash, file_id, person_id, expires_at)
       values ($1, $2, $3, now() + $4 * interval '1 minute') returning expires_at as "expiresAt"`,
      [hashOf(token), id, actor.personId, LINK_MINUTES],
    );
    return { token, expiresAt: row!.expiresAt };
  }

  /**
   * What a link leads to. Who looked at what is recorded before the first byte; what rights there were when the link was
   * made is not enough.
   * @throws DomainError not_found `EVIDENCE.LINK_UNKNOWN`, `EVIDENCE.LINK_EXPIRED`, `EVIDENCE.DISPOSED`,
   *   `EVIDENCE.OBJECT_MISSING`; forbidden `EVIDENCE.NOT_YOURS`; unavailable `EVIDENCE.STORE_UNAVAILABLE`
   */
  async download(actor: Actor, at: Date, token: string): Promise<Download> {
    const { id } = await this.transactor.as(actor, (tx) => this.linked(tx, actor, token));
    // No transaction waits for the store; and what it cannot give nobody has looked at.
    const object = await this.store.open(id);
    try {
      const file = await this.transactor.as(actor, async (tx) => {
        const found = await this.linked(tx, actor, token);
        await this.recordDownload(tx, actor, at, found);
        return found;
      });
      const stream = new CheckedStream(file.sha256);
      pipeline(object, stream, (error) => {
        // Whoever stops reading is no fault.
        if (error && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') this.logger.error(`evidence ${id}: ${error.message}`);
      });
      return { file, stream };
    } catch (error) {
      object.destroy();
      throw error;
    }
  }

  private async linked(tx: EntityManager, actor: Actor, token: string): Promise<EvidenceFile> {
    const [found]: (EvidenceFile & { isExpired: boolean })[] = await tx.query(
      `select ${READ_COLUMNS}, l.expires_at <= now() as "isExpired"
       from evidence_link l join evidence_file f on f.id = l.file_id
       where l.token_hash = $1 and l.person_id = $2`,
      [hashOf(token), actor.personId],
    );
    if (!found) throw notFound('EVIDENCE.LINK_UNKNOWN', 'There is no such link of yours. Ask for one.');
    const { isExpired, ...file } = found;
    if (isExpired) throw notFound('EVIDENCE.LINK_EXPIRED', 'The link is too old. Ask for another.');
    assertReads(actor, file);
    return file;
  }

  private async recordDownload(tx: EntityManager, actor: Actor, at: Date, file: EvidenceFile): Promise<void> {
    const [place]: Pick<Change, 'planId' | 'taskId' | 'jurisdictionId'>[] = await tx.query(
      `select t.plan_id as "planId", t.id as "taskId", a.jurisdiction_id as "jurisdictionId"
       from report r join assignment a on a.id = r.assignment_id join task t on t.id = a.task_id where r.id = $1`,
      [file.reportId],
    );
    const after = file.reportId === null ? unusedSnapshot(file) : { ...file };
    await this.record(tx, actor, at, 'downloaded', file.id, { ...place, after });
  }

  /** As far as the database shows it to the actor. */
  private async seen(tx: EntityManager, id: string): Promise<EvidenceFile | undefined> {
    const [found]: EvidenceFile[] = await tx.query(`select ${READ_COLUMNS} from evidence_file f where f.id = $1`, [id]);
    return found;
  }

  private async notFor(tx: EntityManager, id: string, place: object): Promise<DomainError> {
    return (await isAnothers(tx, 'evidence_file', id))
      ? notYours(place)
      : notFound('EVIDENCE.UNKNOWN', 'There is no such file.', { ...place });
  }

  private record(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    what: 'uploaded' | 'taken_back' | 'downloaded',
    id: string,
    change: Partial<Change>,
  ): Promise<void> {
    return this.history.append(tx, actor, at, [
      { ...change, type: `evidence_file.${what}`, entity: 'evidence_file', entityId: id },
    ]);
  }
}

/** Until a report refers to it, nobody can say whose sight it is for but who uploaded it. */
function assertReads(actor: Actor, { id, reportId, personId, disposedAt }: EvidenceFile): void {
  if (reportId === null && personId !== actor.personId) throw notYours({ fileId: id });
  if (disposedAt === null) return;
  throw notFound('EVIDENCE.DISPOSED', 'The time for which this file was kept is over, and it was disposed of.', {
    fileId: id,
    disposedAt: disposedAt.toISOString(),
  });
}

const notYours = (place: object): DomainError =>
  forbidden('EVIDENCE.NOT_YOURS', 'This file is not yours to use.', { ...place });
const alreadyUsed = (place: object): DomainError =>
  conflict('EVIDENCE.ALREADY_USED', 'A report refers to this file already; it stays with it.', { ...place });

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
