import { PassThrough, pipeline as pipe, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Transactor } from '@duban/database';
import { assertMay, guardFormula } from '@duban/directory';
import { CheckedStream, ObjectStore } from '@duban/evidence';
import {
  type Actor,
  CheckpointService,
  HistoryService,
  HistoryTree,
  type ListedCheckpoint,
  wordsOf,
} from '@duban/history';
import type { Retention } from '@duban/domain';
import { conflict, DomainError, forbidden, newId, notFound } from '@duban/kernel';
import { NoticeDocuments, writeNotice } from '@duban/supervision';
import type { AssignmentSnapshot, TaskSnapshot } from '@duban/tasks';
import { Injectable } from '@nestjs/common';
import { unparse } from 'papaparse';
import type { EntityManager } from 'typeorm';
import type { ZipFile } from 'yazl';
import { Measured } from './measured';
import { writeMetadata } from './metadata';
import {
  type ArchiveDescription,
  EVIDENCE,
  NO_PIECE,
  NOTICES,
  type Piece,
  PLACES,
  REVISIONS,
  signedText,
} from './package-layout';
import { README } from './readme';

/** Events whose proofs are held in memory at a time. */
const PAGE = 200;
/** Papers of notices, each with its template, that are held in memory at a time. */
const PAPERS = 20;
const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const TIME_ZONE = 'Asia/Shanghai';

export interface MadeArchive {
  planId: string;
  title: string;
  pieces: number;
  bytes: number;
  events: number;
  checkpoint: number;
}

interface ClosedPlan {
  id: string;
  title: string;
  state: string;
  documentNumber: string | null;
  year: number | null;
  issuedOn: string | null;
  fileName: string;
  sourceText: string;
  jurisdictionId: string;
  jurisdiction: string;
  unit: string | null;
  closedAt: Date | null;
  isDisposed: boolean;
}

export interface ArchiveOptions {
  retention: Retention;
  /** Which system made it (形成系统). */
  system: string;
}

/** What is signed and recorded, and waits to be written. */
interface Ready {
  plan: ClosedPlan & { closedAt: Date };
  checkpoint: ListedCheckpoint;
}

type Paper = Awaited<ReturnType<NoticeDocuments['ofPlan']>>[number];

/** What is known of a piece before its bytes went by. */
type Named = Omit<Piece, 'path' | 'size' | 'sha256'>;

/**
 * Makes the archive package (归档信息包) of a closed plan, in the manner of DA/T 70: its document and those of its
 * revisions, evidence, the records of how it was handled (办理情况) with what proves them, metadata, and checksums that are
 * signed. ARCHIVE.md says its format.
 *
 * Bytes go by once and none is held: what the metadata and the checksums say is counted on the way, so they come last.
 */
@Injectable()
export class ArchiveMaker {
  constructor(
    private readonly transactor: Transactor,
    private readonly history: HistoryService,
    private readonly tree: HistoryTree,
    private readonly checkpoints: CheckpointService,
    private readonly store: ObjectStore,
    private readonly documents: NoticeDocuments,
  ) {}

  /**
   * The same for whoever may take it and sees all that is in it, as bytes that are made while they are read. What goes
   * wrong on the way breaks them off.
   *
   * @throws DomainError `RIGHTS.NOT_ALLOWED`, forbidden `ARCHIVE.NOT_ALL_SEEN`, and as {@link make} but for evidence
   */
  async open(actor: Actor, at: Date, planId: string, options: ArchiveOptions): Promise<Readable> {
    await this.transactor.as(actor, (tx) => assertSeesAll(tx, actor, planId));
    const ready = await this.prepare(actor, at, planId, options);
    const bytes = new PassThrough();
    // Whoever reads the bytes hears of it there.
    this.pack(ready, at, options, bytes).catch((error: Error) => bytes.destroy(error));
    return bytes;
  }

  /**
   * Records that it is made, signs what is committed by then, and writes the package. It has all of the plan, also what is
   * restricted (限知事项): it is made on the server.
   *
   * @param sink is ended with the last byte, or destroyed
   * @throws DomainError not_found `PLAN.UNKNOWN`; conflict `ARCHIVE.PLAN_NOT_CLOSED`, `ARCHIVE.DISPOSED`; unavailable `HISTORY.NO_KEY`; and
   *   where evidence is not what was handed in: conflict `EVIDENCE.OBJECT_ALTERED`, not_found `EVIDENCE.OBJECT_MISSING`
   */
  async make(
    actor: Actor,
    at: Date,
    planId: string,
    options: ArchiveOptions,
    sink: NodeJS.WritableStream,
  ): Promise<MadeArchive> {
    return this.pack(await this.prepare(actor, at, planId, options), at, options, sink);
  }

  private async prepare(actor: Actor, at: Date, planId: string, { retention }: ArchiveOptions): Promise<Ready> {
    const plan = await this.transactor.run(async (tx) => {
      const found = await readPlan(tx, planId);
      if (!found) throw notFound('PLAN.UNKNOWN', 'There is no such plan.', { planId });
      if (found.state !== 'closed' || found.closedAt === null) {
        throw conflict('ARCHIVE.PLAN_NOT_CLOSED', `The plan is ${found.state}: it is archived when it is closed.`, {
          planId,
        });
      }
      if (found.isDisposed) {
        throw conflict('ARCHIVE.DISPOSED', 'What the plan was proved with was disposed of; no package has all of it.', {
          planId,
        });
      }
      if (!this.checkpoints.isSigning) {
        throw new DomainError('unavailable', 'HISTORY.NO_KEY', 'Nothing is archived unsigned. Set DUBAN_SIGNING_KEY.');
      }
      const { id: _id, title, jurisdictionId } = found;
      const after = { format: 'DA/T 70', title, retention };
      await this.history.append(tx, actor, at, [
        { type: 'archive_package.made', entity: 'archive_package', entityId: newId(), jurisdictionId, planId, after },
      ]);
      return { ...found, closedAt: found.closedAt };
    });
    return { plan, checkpoint: (await this.checkpoints.make())! };
  }

  private async pack(
    { plan, checkpoint }: Ready,
    at: Date,
    options: ArchiveOptions,
    sink: NodeJS.WritableStream,
  ): Promise<MadeArchive> {
    const { ZipFile } = await import('yazl');
    const writing = new Writing(new ZipFile(), sink, at);
    try {
      await this.write(writing, plan, checkpoint, { at, ...options });
      await writing.end();
    } catch (error) {
      writing.abandon(error as Error);
      throw error;
    }
    const { pieces, bytes } = writing.count();
    return { planId: plan.id, title: plan.title, pieces, bytes, events: writing.events, checkpoint: checkpoint.number };
  }

  private async write(
    writing: Writing,
    plan: ClosedPlan & { closedAt: Date },
    checkpoint: ListedCheckpoint,
    { at, retention, system }: ArchiveOptions & { at: Date },
  ): Promise<void> {
    const origin = checkpoint.note.slice(0, checkpoint.note.indexOf('\n'));
    const author = plan.unit ?? plan.jurisdiction;
    const closedOn = plan.closedAt.toISOString();
    const of = (kind: Piece['kind'], title: string, mediaType: string, more: Partial<Named> = {}): Named => ({
      kind,
      title,
      mediaType,
      author,
      date: closedOn,
      id: null,
      ...more,
    });
    const text = 'text/plain; charset=utf-8';
    await writing.add(PLACES.readme, [README], of('说明文件', '归档信息包说明', text));
    await writing.add(
      PLACES.plan,
      [plan.sourceText],
      of('文件材料', plan.fileName || plan.title, text, { date: plan.issuedOn ?? closedOn }),
    );
    for (const [i, revision] of (await this.revisions(plan.id)).entries()) {
      const path = `${REVISIONS}${i + 1}.txt`;
      await writing.add(
        path,
        [revision.text],
        of('文件材料', revision.fileName, text, { date: revision.at.toISOString() }),
      );
    }
    await writing.add(PLACES.notices, this.notices(plan.id), of('文件材料', '督办单', 'application/jsonl'));
    for await (const { id, issuedAt, paper } of this.papers(plan.id, at)) {
      const named = of('文件材料', `督办单 ${paper.facts.number}`, WORD, { date: issuedAt.toISOString() });
      await writing.add(`${NOTICES}${id}.docx`, [Buffer.from(await writeNotice(paper, 'docx'))], named);
    }
    for await (const file of this.evidence(plan.id)) {
      const { id, name, mediaType, sha256, unit, uploadedAt } = file;
      const bytes = new CheckedStream(sha256);
      // What goes wrong with the one is heard of from the other.
      pipe(await this.store.open(id), bytes, () => undefined);
      const named = of('佐证材料', name, mediaType, { author: unit, date: uploadedAt.toISOString(), id });
      await writing.add(`${EVIDENCE}${id}.${endingOf(name)}`, bytes, named);
    }
    const csv = 'text/csv; charset=utf-8';
    await writing.add(PLACES.tasks, this.tasks(plan.id, at), of('办理记录', '责任事项清单', csv));
    await writing.add(PLACES.handling, this.handling(plan.id, checkpoint.size), of('办理记录', '办理情况', csv));
    await writing.add(
      PLACES.history,
      this.proved(writing, plan.id, checkpoint),
      of('办理记录', '留痕', 'application/jsonl'),
    );
    await writing.add(PLACES.checkpoint, [checkpoint.note], of('存证', '存证', text));
    const keys = await this.transactor.run((tx) => this.checkpoints.publicKeys(tx));
    await writing.add(
      PLACES.keys,
      keys.map(({ publicKey }) => publicKey),
      of('存证', '存证公钥', 'application/x-pem-file'),
    );
    const whole: ArchiveDescription = {
      jurisdiction: plan.jurisdiction,
      system,
      origin,
      planId: plan.id,
      title: plan.title,
      documentNumber: plan.documentNumber ?? '',
      year: plan.year === null ? '' : String(plan.year),
      issuedOn: plan.issuedOn ?? '',
      closedAt: closedOn,
      madeAt: at.toISOString(),
      author,
      retention,
      ...writing.count(),
      events: writing.events,
      checkpoint: checkpoint.number,
    };
    await writing.add(
      PLACES.metadata,
      writeMetadata(whole, writing.pieces()),
      of('说明文件', '元数据', 'application/xml'),
    );
    const listed = await writing.addChecksums();
    const note = this.checkpoints.vouchFor(origin, signedText(plan.id, origin, listed));
    await writing.add(PLACES.signature, [note], of('存证', '签名', text));
  }

  private revisions(planId: string): Promise<{ fileName: string; text: string; at: Date }[]> {
    return this.transactor.run((tx) =>
      tx.query(
        `select file_name as "fileName", source_text as text, created_at as at from plan_revision
         where plan_id = $1 order by created_at, id`,
        [planId],
      ),
    );
  }

  /** What each supervision notice (督办单) said when it was issued. */
  private async *notices(planId: string): AsyncGenerator<string> {
    for (let after = ''; ;) {
      const rows: { number: string }[] = await this.transactor.run((tx) =>
        tx.query(
          `select n.number, n.id as "noticeId", n.colour, n.state, d.template_version as "templateVersion", d.language, d.facts
           from supervision_notice n join obligation o on o.id = n.obligation_id join task t on t.id = o.task_id
             left join notice_document d on d.notice_id = n.id
           where t.plan_id = $1 and n.id::text > $2 order by n.id::text limit $3`,
          [planId, after, PAGE],
        ),
      );
      for (const row of rows) yield `${JSON.stringify(row)}\n`;
      if (rows.length < PAGE) return;
      after = (rows.at(-1) as unknown as { noticeId: string }).noticeId;
    }
  }

  private async *papers(planId: string, at: Date): AsyncGenerator<Paper> {
    for (let after: string | null = null; ;) {
      const from: string | null = after;
      const page: Paper[] = await this.transactor.run((tx) =>
        this.documents.ofPlan(tx, at, planId, { after: from, limit: PAPERS }),
      );
      yield* page;
      if (page.length < PAPERS) return;
      after = page.at(-1)!.id;
    }
  }

  private async *evidence(planId: string): AsyncGenerator<EvidenceOfPlan> {
    for (let after = ''; ;) {
      const rows: EvidenceOfPlan[] = await this.transactor.run((tx) =>
        tx.query(
          `select f.id, f.name, f.media_type as "mediaType", f.sha256, f.uploaded_at as "uploadedAt", u.name as unit
           from evidence_file f join report r on r.id = f.report_id join assignment a on a.id = r.assignment_id
             join task t on t.id = a.task_id join unit u on u.id = f.unit_id
           where t.plan_id = $1 and f.id::text > $2 order by f.id::text limit $3`,
          [planId, after, PAGE],
        ),
      );
      yield* rows;
      if (rows.length < PAGE) return;
      after = rows.at(-1)!.id;
    }
  }

  private async *tasks(planId: string, at: Date): AsyncGenerator<string> {
    const [tasks, parts] = await this.transactor.run(async (tx) => [
      await this.history.statesAt<TaskSnapshot>(tx, { planId }, 'task', at),
      await this.history.statesAt<AssignmentSnapshot>(tx, { planId }, 'assignment', at),
    ]);
    yield `\ufeff${line(['编号', '责任事项', '状态', '完成时限', '牵头单位', '责任单位', '配合单位', '标识'])}`;
    const unitsOf = (taskId: string, role: string): string =>
      parts
        .filter((part) => part.taskId === taskId && part.role === role)
        .map(({ unitName }) => unitName)
        .join('、');
    for (const { id, number, content, state, dueOn } of tasks.toSorted((one, other) => one.position - other.position)) {
      const units = ['lead', 'responsible', 'cooperating'].map((role) => unitsOf(id, role));
      yield line([number ?? '', content, state ?? '', dueOn ?? '', ...units, id]);
    }
  }

  /** For people: who did what, when, and why. */
  private async *handling(planId: string, size: number): AsyncGenerator<string> {
    yield `\ufeff${line(['序号', '时间', '办理人', '岗位', '办理情况', 'In English', '原因'])}`;
    for await (const page of this.eventsOf(planId, size)) {
      const events = await this.transactor.run((tx) =>
        this.history.bySeq(
          tx,
          page.map(({ seq }) => seq),
        ),
      );
      const bySeq = new Map(events.map((event) => [event.seq, event]));
      for (const { seq, index } of page) {
        const event = bySeq.get(seq);
        if (!event) continue;
        const { zh, en } = wordsOf(event);
        const when = event.occurredAt.toLocaleString('sv-SE', { timeZone: TIME_ZONE });
        yield line([index, when, event.actor.name, event.actor.post, zh, en, event.reason ?? '']);
      }
    }
  }

  /** For the checks: each event with the way from its leaf to the root of the checkpoint. */
  private async *proved(writing: Writing, planId: string, { size, hash }: ListedCheckpoint): AsyncGenerator<string> {
    for await (const page of this.eventsOf(planId, size)) {
      const proofs = await this.transactor.run(async (tx) => {
        const found = [];
        for (const { id } of page) found.push(await this.tree.inclusion(tx, id, { size, hash }));
        return found;
      });
      for (const { index, path, event } of proofs) {
        writing.events++;
        yield `{"index":${index},"path":${JSON.stringify(path)},"event":${event}}\n`;
      }
    }
  }

  /** A plan's events in the order of the tree. */
  private async *eventsOf(planId: string, size: number): AsyncGenerator<{ seq: string; id: string; index: string }[]> {
    for (let after = '-1'; ;) {
      const rows: { seq: string; id: string; index: string }[] = await this.transactor.run((tx) =>
        tx.query(
          `select h.seq::text, h.id, l.index::text from history_event h join history_leaf l on l.seq = h.seq
           where h.plan_id = $1 and l.index > $2::bigint and l.index < $3::bigint order by l.index limit $4`,
          [planId, after, size, PAGE],
        ),
      );
      if (rows.length === 0) return;
      yield rows;
      after = rows.at(-1)!.index;
    }
  }
}

interface EvidenceOfPlan {
  id: string;
  name: string;
  mediaType: string;
  sha256: string;
  uploadedAt: Date;
  unit: string;
}

/**
 * A package has all of its plan: who does not see all of that has it made on the server.
 * @throws DomainError not_found `PLAN.UNKNOWN`; forbidden `ARCHIVE.NOT_ALL_SEEN`
 */
async function assertSeesAll(tx: EntityManager, actor: Actor, planId: string): Promise<void> {
  assertMay(actor, 'plan.archive');
  const [plan]: { isCut: boolean }[] = await tx.query(
    `select p.id = any(cut_plans()) or p.id = any(summary_plans()) as "isCut" from plan p where p.id = $1`,
    [planId],
  );
  if (!plan) throw notFound('PLAN.UNKNOWN', 'There is no such plan.', { planId });
  if (!plan.isCut) return;
  throw forbidden(
    'ARCHIVE.NOT_ALL_SEEN',
    'The package would have what is restricted to others, or reported among units alone. It is made on the server, by `duban archive make`.',
    { planId },
  );
}

async function readPlan(tx: EntityManager, planId: string): Promise<ClosedPlan | undefined> {
  const [plan]: ClosedPlan[] = await tx.query(
    `select p.id, p.title, p.state, p.document_number as "documentNumber", p.year, p.issued_on::text as "issuedOn",
       p.file_name as "fileName", p.source_text as "sourceText", p.jurisdiction_id as "jurisdictionId",
       j.name as jurisdiction, u.name as unit,
       (select max(occurred_at) from history_event h where h.plan_id = p.id and h.type = 'plan.closed') as "closedAt",
       exists (select from disposal d join disposal_decision c on c.disposal_id = d.id and c.decision = 'approved'
         where d.plan_id = p.id) as "isDisposed"
     from plan p join jurisdiction j on j.id = p.jurisdiction_id left join unit u on u.id = p.unit_id where p.id = $1`,
    [planId],
  );
  return plan;
}

/** A zip that is written piece by piece, one at a time, each counted and hashed while it goes by. */
class Writing {
  events = 0;
  private readonly written: Piece[] = [];
  private readonly done: Promise<void>;

  constructor(
    private readonly zip: ZipFile,
    sink: NodeJS.WritableStream,
    private readonly mtime: Date,
  ) {
    this.done = pipeline(zip.outputStream, sink);
    // Whoever adds hears of it there.
    this.done.catch(() => undefined);
    zip.on('error', () => undefined);
  }

  async add(
    path: string,
    content: Iterable<string | Buffer> | AsyncIterable<string | Buffer>,
    named: Named,
  ): Promise<void> {
    const counting = new Measured();
    // Never compressed where it is so already; where it is not, it packs well.
    const compress = named.kind !== '佐证材料' || named.mediaType.startsWith('text/');
    this.zip.addReadStream(counting, path, { mtime: this.mtime, mode: 0o100_644, compress });
    await Promise.race([pipeline(Readable.from(content, { objectMode: false }), counting), this.failed()]);
    this.written.push({ ...named, path, size: counting.size, sha256: counting.digest() });
  }

  /** @returns the checksum of the list */
  async addChecksums(): Promise<string> {
    const list = this.written.map(({ path, sha256 }) => `${sha256}  ${path}\n`);
    await this.add(PLACES.checksums, list, { ...this.written[0]!, title: '校验值', kind: '存证', id: null });
    return this.written.at(-1)!.sha256;
  }

  pieces(): Piece[] {
    return this.written.filter(({ path }) => !NO_PIECE.has(path));
  }

  count(): { pieces: number; bytes: number } {
    const pieces = this.pieces();
    return { pieces: pieces.length, bytes: pieces.reduce((sum, { size }) => sum + size, 0) };
  }

  async end(): Promise<void> {
    this.zip.end();
    await this.done;
  }

  abandon(error: Error): void {
    (this.zip.outputStream as Readable).destroy(error);
  }

  /** Where nobody takes the bytes any more, nothing waits for them. */
  private async failed(): Promise<never> {
    await this.done;
    throw new Error('the package was ended before all was in it');
  }
}

const line = (cells: string[]): string => `${unparse([cells.map(guardFormula)])}\r\n`;

const endingOf = (name: string): string => /\.([A-Za-z0-9]{1,8})$/.exec(name)?.[1]?.toLowerCase() ?? 'bin';
