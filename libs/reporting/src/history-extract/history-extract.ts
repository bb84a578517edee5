import { Transactor } from '@duban/database';
import { guardFormula } from '@duban/directory';
import { type Actor, CheckpointService, HistoryService, inEnglish, type ListedCheckpoint } from '@duban/history';
import { invalid, newId } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import { unparse } from 'papaparse';
import { type FoundEvent, type HistoryFilter, HistoryReader, type Place } from '../history.reader';
import { type Cell, sheetFile } from './sheet-file';
import { EXTRACT_WORDS } from './words';

export const EXTRACT_FORMATS = ['xlsx', 'csv', 'jsonl'] as const;
export type ExtractFormat = (typeof EXTRACT_FORMATS)[number];
export const EXTRACT_LANGUAGES = ['zh', 'en'] as const;
export type ExtractLanguage = (typeof EXTRACT_LANGUAGES)[number];

/** Events in one extract: what a spreadsheet still opens with ease. The whole of history goes out as a bundle. */
export const MOST_EXTRACTED = 100_000;
/** Events that are held in memory at a time. */
const PAGE = 500;

/** What is written beside the events. */
interface Extract {
  actor: Actor;
  at: Date;
  filter: HistoryFilter;
  language: ExtractLanguage;
  checkpoint: ListedCheckpoint | null;
}

/**
 * What a search of history finds, as a file (留痕摘录) with the newest checkpoint (存证) on it and the leaf of each event,
 * so that each of them can be proved to stand in the tree. That it was taken is an event itself.
 */
@Injectable()
export class HistoryExtract {
  readonly most: number = MOST_EXTRACTED;

  constructor(
    private readonly transactor: Transactor,
    private readonly reader: HistoryReader,
    private readonly history: HistoryService,
    private readonly checkpoints: CheckpointService,
  ) {}

  /**
   * @throws DomainError invalid HISTORY.TOO_MANY_FOUND with `most`
   * @returns the bytes, read in short transactions while they are sent
   */
  async extract(
    actor: Actor,
    at: Date,
    filter: HistoryFilter,
    { format, language }: { format: ExtractFormat; language: ExtractLanguage },
  ): Promise<AsyncGenerator<Buffer>> {
    const found = await this.transactor.as(actor, (tx) => this.reader.count(tx, actor, filter, this.most + 1));
    if (found > this.most) {
      throw invalid(
        'HISTORY.TOO_MANY_FOUND',
        `The search finds more than ${this.most} events, which is as many as a file takes. Narrow it by time or kind, or take the whole history as a bundle.`,
        { most: this.most },
      );
    }
    await this.transactor.as(actor, (tx) =>
      this.history.append(tx, actor, at, [
        { type: 'history.extracted', entity: 'history_export', entityId: newId(), after: { format, filter, found } },
      ]),
    );
    // Only now: what was found before is under the signature.
    const checkpoint = this.checkpoints.isSigning ? await this.checkpoints.make() : await this.newest();
    return this.bytes({ actor, at, filter, language, checkpoint }, format);
  }

  private async newest(): Promise<ListedCheckpoint | null> {
    const [newest] = await this.transactor.run((tx) => this.checkpoints.newest(tx, { before: null, limit: 1 }));
    return newest ?? null;
  }

  private bytes(extract: Extract, format: ExtractFormat): AsyncGenerator<Buffer> {
    if (format === 'jsonl') return this.lines(extract);
    return format === 'csv' ? this.values(extract) : this.book(extract);
  }

  private async *lines(extract: Extract): AsyncGenerator<Buffer> {
    const { actor, at, filter, checkpoint } = extract;
    const exportedBy = { personId: actor.personId, name: actor.name, post: actor.post };
    yield lineOf({ duban: 'history-extract', format: 1, exportedAt: at, exportedBy, filter, checkpoint });
    let events = 0;
    for await (const page of this.pages(extract)) {
      events += page.length;
      yield Buffer.concat(page.map(lineOf));
    }
    // A file that breaks off is told from a whole one.
    yield lineOf({ end: { events } });
  }

  private async *values(extract: Extract): AsyncGenerator<Buffer> {
    const { columns } = EXTRACT_WORDS[extract.language];
    yield Buffer.from(`\ufeff${csvOf([[...columns]])}`);
    let events = 0;
    for await (const page of this.pages(extract)) {
      events += page.length;
      yield Buffer.from(csvOf(page.map((event) => rowOf(event, extract.language))));
    }
    const rest = proofRows(extract, events).map((row) => [
      ...row,
      ...Array<null>(columns.length - row.length).fill(null),
    ]);
    yield Buffer.from(csvOf([Array<null>(columns.length).fill(null), ...rest]));
  }

  private book(extract: Extract): AsyncGenerator<Buffer> {
    const { sheet, proofSheet, columns } = EXTRACT_WORDS[extract.language];
    let events = 0;
    const rows = async function* (pages: AsyncGenerator<FoundEvent[]>): AsyncGenerator<Cell[][]> {
      yield [[...columns]];
      for await (const page of pages) {
        events += page.length;
        yield page.map((event) => rowOf(event, extract.language));
      }
    };
    const proof = function* (): Generator<Cell[][]> {
      yield proofRows(extract, events);
    };
    return sheetFile([
      { name: sheet, widths: columns.map((_, i) => (i === 4 ? 60 : 20)), pages: rows(this.pages(extract)) },
      { name: proofSheet, widths: [20, 80], pages: proof() },
    ]);
  }

  /** As it was counted at most: what is recorded meanwhile, of before, does not make the file grow without end. */
  private async *pages({ actor, filter }: Extract): AsyncGenerator<FoundEvent[]> {
    let place: Place | null = null;
    for (let left = this.most; left > 0;) {
      const from: Place | null = place;
      const { items, next }: { items: FoundEvent[]; next: Place | null } = await this.transactor.as(actor, (tx) =>
        this.reader.page(tx, actor, filter, from, Math.min(PAGE, left)),
      );
      if (items.length > 0) yield items;
      if (next === null) return;
      left -= items.length;
      place = next;
    }
  }
}

const lineOf = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value)}\n`);

/** Line ends as RFC 4180 has them. */
const csvOf = (rows: readonly Cell[][]): string =>
  `${unparse(
    rows.map((row) => row.map((cell) => (typeof cell === 'string' ? guardFormula(cell) : cell))),
    { newline: '\r\n' },
  )}\r\n`;

function rowOf(event: FoundEvent, language: ExtractLanguage): Cell[] {
  const { actor } = event;
  const cells = [
    Number(event.seq),
    event.leafIndex,
    event.occurredAt.toISOString(),
    event.recordedAt.toISOString(),
    event.words[language],
    event.type,
    event.entity,
    event.entityId,
    event.planId,
    event.taskId,
    actor.name,
    actor.post,
    actor.unitId,
    actor.onBehalfOf?.name ?? null,
    actor.token?.name ?? null,
    event.reason,
    event.requestId,
    event.before && JSON.stringify(event.before),
    event.after && JSON.stringify(event.after),
    event.id,
  ];
  return language === 'zh' ? cells : cells.map((cell) => (typeof cell === 'string' ? inEnglish(cell) : cell));
}

function proofRows({ actor, at, filter, language, checkpoint }: Extract, events: number): Cell[][] {
  const words = EXTRACT_WORDS[language];
  return [
    [words.exportedAt, at.toISOString()],
    [words.exportedBy, actor.name],
    [words.search, JSON.stringify(filter)],
    [words.events, events],
    ...(checkpoint
      ? [
          [words.number, checkpoint.number],
          [words.size, checkpoint.size],
          [words.root, checkpoint.root],
          [words.hash, checkpoint.hash],
          [words.signedAt, checkpoint.signedAt.toISOString()],
          [words.keyIds, checkpoint.keyIds.join(', ')],
          [words.note, checkpoint.note],
        ]
      : [[words.notSigned]]),
  ];
}
