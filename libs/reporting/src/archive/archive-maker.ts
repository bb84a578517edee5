import { pipeline } from 'node:stream';
import { Transactor } from '@duban/database';
import { CheckedStream, ObjectStore } from '@duban/evidence';
import { type Actor, CheckpointService, HistoryService, type ListedCheckpoint } from '@duban/history';
import type { Retention } from '@duban/domain';
import { conflict, DomainError, notFound } from '@duban/kernel';
import { type NoticePaper, writeNotice } from '@duban/supervision';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PackageContent } from './package-content';
import {
  type ArchiveDescription,
  EVIDENCE,
  NOTICES,
  type Piece,
  PLACES,
  REVISIONS,
  signedText,
} from './package-layout';
import { type Named, Writing } from './package-writing';
import { writeMetadata } from './metadata';
import { README } from './readme';

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const TEXT = 'text/plain; charset=utf-8';
const CSV = 'text/csv; charset=utf-8';
const LINES = 'application/jsonl';
/** Files that each package has once, beside those of which there are more or fewer. */
const FIXED = Object.keys(PLACES).length;

export interface MadeArchive {
  planId: string;
  jurisdictionId: string;
  title: string;
  retention: Retention;
  pieces: number;
  events: number;
  checkpoint: number;
  /** Of the package as a file. */
  size: number;
  /** In hexadecimal. */
  sha256: string;
}

interface ClosedPlan {
  id: string;
  title: string;
  documentNumber: string | null;
  year: number | null;
  issuedOn: string | null;
  fileName: string;
  sourceText: string;
  jurisdictionId: string;
  jurisdiction: string;
  unit: string | null;
  closedAt: Date;
}

export interface ArchiveOptions {
  retention: Retention;
  /** Which system made it (形成系统). */
  system: string;
}

/** What the pieces of one package have in common. */
interface Making {
  plan: ClosedPlan;
  checkpoint: ListedCheckpoint;
  at: Date;
  writing: Writing;
  named: (kind: Piece['kind'], title: string, mediaType: string, more?: Partial<Named>) => Named;
}

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
    private readonly checkpoints: CheckpointService,
    private readonly store: ObjectStore,
    private readonly content: PackageContent,
  ) {}

  /**
   * Signs what is committed by then, and writes the package. It has all of the plan, also what is restricted (限知事项):
   * who may have that is asked by others. That it was made is recorded by {@link record}, once all of it is kept.
   *
   * @param sink is ended with the last byte, or destroyed
   * @param onProgress is told of files that are written, and of how many there will be
   * @throws DomainError not_found `PLAN.UNKNOWN`; conflict `ARCHIVE.PLAN_NOT_CLOSED`, `ARCHIVE.DISPOSED`; unavailable `HISTORY.NO_KEY`; and
   *   where evidence is not what was handed in: conflict `EVIDENCE.OBJECT_ALTERED`, not_found `EVIDENCE.OBJECT_MISSING`
   */
  async make(
    at: Date,
    planId: string,
    options: ArchiveOptions,
    sink: NodeJS.WritableStream,
    onProgress: (done: number, total: number) => void = () => undefined,
  ): Promise<MadeArchive> {
    const plan = await this.transactor.run((tx) => closedPlan(tx, planId));
    if (!this.checkpoints.isSigning) {
      throw new DomainError('unavailable', 'HISTORY.NO_KEY', 'Nothing is archived unsigned. Set DUBAN_SIGNING_KEY.');
    }
    const checkpoint = (await this.checkpoints.make())!;
    const { revisions, notices, evidence } = await this.content.count(planId);
    const total = FIXED + revisions + 2 * notices + evidence;
    const { ZipFile } = await import('yazl');
    const writing = new Writing(new ZipFile(), sink, at, (done) => onProgress(Math.min(done, total), total));
    try {
      await this.write({ plan, checkpoint, at, writing, named: namingOf(plan) }, options);
      const { size, sha256 } = await writing.end();
      const { jurisdictionId, title } = plan;
      const { pieces } = writing.count();
      const { events } = writing;
      const { retention } = options;
      return { planId, jurisdictionId, title, retention, pieces, events, checkpoint: checkpoint.number, size, sha256 };
    } catch (error) {
      writing.abandon(error as Error);
      throw error;
    }
  }

  /** That a package was made, and is where it shall be. */
  async record(tx: EntityManager, actor: Actor, at: Date, packageId: string, made: MadeArchive): Promise<void> {
    const { planId, jurisdictionId, events: records, ...rest } = made;
    await this.history.append(tx, actor, at, [
      {
        type: 'archive_package.made',
        entity: 'archive_package',
        entityId: packageId,
        jurisdictionId,
        planId,
        after: { format: 'DA/T 70', ...rest, records },
      },
    ]);
  }

  private async write(making: Making, { retention, system }: ArchiveOptions): Promise<void> {
    const { plan, checkpoint, at, writing, named } = making;
    const origin = checkpoint.note.slice(0, checkpoint.note.indexOf('\n'));
    await this.writeDocuments(making);
    const noticesAsPdf = await this.writeNotices(making);
    await this.writeEvidence(making);
    await this.writeRecords(making);
    const whole: ArchiveDescription = {
      jurisdiction: plan.jurisdiction,
      system,
      origin,
      planId: plan.id,
      title: plan.title,
      documentNumber: plan.documentNumber ?? '',
      year: plan.year === null ? '' : String(plan.year),
      issuedOn: plan.issuedOn ?? '',
      closedAt: plan.closedAt.toISOString(),
      madeAt: at.toISOString(),
      author: plan.unit ?? plan.jurisdiction,
      retention,
      ...writing.count(),
      events: writing.events,
      checkpoint: checkpoint.number,
      noticesAsPdf,
    };
    await writing.add(
      PLACES.metadata,
      writeMetadata(whole, writing.pieces()),
      named('说明文件', '元数据', 'application/xml'),
    );
    const listed = await writing.addChecksums();
    const note = this.checkpoints.vouchFor(origin, signedText(plan.id, origin, listed));
    await writing.add(PLACES.signature, [note], named('存证', '签名', TEXT));
  }

  private async writeDocuments({ plan, writing, named }: Making): Promise<void> {
    await writing.add(PLACES.readme, [README], named('说明文件', '归档信息包说明', TEXT));
    const issued = plan.issuedOn === null ? {} : { date: plan.issuedOn };
    await writing.add(PLACES.plan, [plan.sourceText], named('文件材料', plan.fileName || plan.title, TEXT, issued));
    for (const [i, revision] of (await this.content.revisions(plan.id)).entries()) {
      const date = revision.at.toISOString();
      await writing.add(
        `${REVISIONS}${i + 1}.txt`,
        [revision.text],
        named('文件材料', revision.fileName, TEXT, { date }),
      );
    }
  }

  /** Supervision notices (督办单) as they were issued. @returns whether they are there as PDF, too, in words */
  private async writeNotices({ plan, at, writing, named }: Making): Promise<string> {
    await writing.add(PLACES.notices, this.content.notices(plan.id), named('文件材料', '督办单', LINES));
    let [notices, missing] = [0, 0];
    let canConvert = true;
    for await (const { id, issuedAt, paper } of this.content.papers(plan.id, at)) {
      notices++;
      const [title, more] = [`督办单 ${paper.facts.number}`, { date: issuedAt.toISOString() }];
      const docx = Buffer.from(await writeNotice(paper, 'docx'));
      await writing.add(`${NOTICES}${id}.docx`, [docx], named('文件材料', title, WORD, more));
      const pdf: Buffer | 'no_program' | 'too_hard' = canConvert ? await asPdf(paper) : 'no_program';
      canConvert = pdf !== 'no_program';
      if (typeof pdf === 'string') missing++;
      else await writing.add(`${NOTICES}${id}.pdf`, [pdf], named('文件材料', title, 'application/pdf', more));
    }
    if (!canConvert) return '未附 PDF：制作时没有 LibreOffice';
    return missing === 0 ? `已附 PDF ${notices} 份` : `已附 PDF ${notices - missing} 份，另有 ${missing} 份未能转换`;
  }

  private async writeEvidence({ plan, writing, named }: Making): Promise<void> {
    for await (const { id, name, mediaType, sha256, unit, uploadedAt } of this.content.evidence(plan.id)) {
      const bytes = new CheckedStream(sha256);
      // What goes wrong with the one is heard of from the other.
      pipeline(await this.store.open(id), bytes, () => undefined);
      const more = { author: unit, date: uploadedAt.toISOString(), id };
      await writing.add(`${EVIDENCE}${id}.${endingOf(name)}`, bytes, named('佐证材料', name, mediaType, more));
    }
  }

  private async writeRecords({ plan, checkpoint, at, writing, named }: Making): Promise<void> {
    const { content } = this;
    await writing.add(PLACES.tasks, content.tasks(plan.id, at), named('办理记录', '责任事项清单', CSV));
    const handling = content.handling(plan.id, checkpoint.size);
    await writing.add(PLACES.handling, handling, named('办理记录', '办理情况', CSV));
    const proved = content.proved(plan.id, checkpoint, () => writing.events++);
    await writing.add(PLACES.history, proved, named('办理记录', '留痕', LINES));
    await writing.add(PLACES.checkpoint, [checkpoint.note], named('存证', '存证', TEXT));
    const keys = await this.transactor.run((tx) => this.checkpoints.publicKeys(tx));
    await writing.add(
      PLACES.keys,
      keys.map(({ publicKey }) => publicKey),
      named('存证', '存证公钥', 'application/x-pem-file'),
    );
  }
}

/** Where a notice cannot be converted, the package has it as it was issued, and says so. */
async function asPdf(paper: NoticePaper): Promise<Buffer | 'no_program' | 'too_hard'> {
  try {
    return Buffer.from(await writeNotice(paper, 'pdf'));
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.code === 'DOCUMENT.PDF_NEEDS_LIBREOFFICE') return 'no_program';
    if (error.retryable) throw error;
    return 'too_hard';
  }
}

/** What is not said of a piece is the plan's. */
const namingOf =
  ({ unit, jurisdiction, closedAt }: ClosedPlan): Making['named'] =>
  (kind, title, mediaType, more = {}) => ({
    kind,
    title,
    mediaType,
    author: unit ?? jurisdiction,
    date: closedAt.toISOString(),
    id: null,
    ...more,
  });

/** @throws DomainError not_found `PLAN.UNKNOWN`; conflict `ARCHIVE.PLAN_NOT_CLOSED`, `ARCHIVE.DISPOSED` */
export async function closedPlan(tx: EntityManager, planId: string): Promise<ClosedPlan> {
  const [plan]: (ClosedPlan & { closedAt: Date | null; state: string; isDisposed: boolean })[] = await tx.query(
    `select p.id, p.title, p.state, p.document_number as "documentNumber", p.year, p.issued_on::text as "issuedOn",
       p.file_name as "fileName", p.source_text as "sourceText", p.jurisdiction_id as "jurisdictionId",
       j.name as jurisdiction, u.name as unit,
       (select max(occurred_at) from history_event h where h.plan_id = p.id and h.type = 'plan.closed') as "closedAt",
       exists (select from disposal d join disposal_decision c on c.disposal_id = d.id and c.decision = 'approved'
         where d.plan_id = p.id) as "isDisposed"
     from plan p join jurisdiction j on j.id = p.jurisdiction_id left join unit u on u.id = p.unit_id where p.id = $1`,
    [planId],
  );
  if (!plan) throw notFound('PLAN.UNKNOWN', 'There is no such plan.', { planId });
  if (plan.state !== 'closed' || plan.closedAt === null) {
    throw conflict('ARCHIVE.PLAN_NOT_CLOSED', `The plan is ${plan.state}: it is archived when it is closed.`, {
      planId,
    });
  }
  if (plan.isDisposed) {
    throw conflict('ARCHIVE.DISPOSED', 'What the plan was proved with was disposed of; no package has all of it.', {
      planId,
    });
  }
  return plan;
}

const endingOf = (name: string): string => /\.([A-Za-z0-9]{1,8})$/.exec(name)?.[1]?.toLowerCase() ?? 'bin';
