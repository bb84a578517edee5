import { extname, join } from 'node:path';
import type { DocumentFile, DocumentFormat, KnownFile, Progress } from './formats/format';
import { formatOf } from './formats';
import { knowFile } from './known-file';
import { problem } from './problems';
import { type PlanDocument, read, type ReadingOrder, type ReadingResult } from './reading';
import { readInThread, stopped, type ThreadOptions } from './reading-threads';
import type { TableSheet } from './tables';

/** 20 MiB. */
const MOST_FILE_BYTES = 20 * 1024 * 1024;
const SHORT_BYTES = 200_000;
/** Compiled, there is a file that a thread can be started with. */
const THREAD = extname(__filename) === '.js' ? join(__dirname, 'reading.thread.js') : null;

export interface ReadingOptions extends Pick<ReadingOrder, 'columns'>, ThreadOptions {
  onProgress?: Progress;
}

/**
 * Reads a file, of whatever kind its content shows, and the plan in it. It does so in a thread of its own, so that a large
 * or hostile file neither holds up nor ends what else the process does.
 * @throws DomainError DOCUMENT.*, or BREAKDOWN.* where it should be a plain text and is none
 */
export async function readPlanDocument(file: DocumentFile, options: ReadingOptions = {}): Promise<PlanDocument> {
  const result = await readFile(file, 'plan', options);
  if (!('plan' in result)) throw new Error('a plan was asked for');
  return result.plan;
}

/**
 * Refuses a file that is marked as a state secret, before anything of it is kept. Much sooner than to read the plan in it.
 * @throws DomainError `PLAN.SECRET`; DOCUMENT.* where it cannot be read
 */
export async function refuseSecretDocument(file: DocumentFile, options: ThreadOptions = {}): Promise<void> {
  await readFile(file, 'secrecy', options);
}

async function readFile(
  file: DocumentFile,
  wanted: 'plan' | 'secrecy',
  options: ReadingOptions,
): Promise<ReadingResult> {
  const { columns = [], onProgress = () => undefined } = options;
  const known = await knowSmallFile(file, options);
  const format = formatOf(known);
  const bytes = await format.prepare?.(known, options.signal);
  const name = bytes ? `${file.name}.docx` : file.name;
  return carryOut({ wanted, name, bytes: bytes ?? file.bytes, columns }, format, onProgress, options);
}

/**
 * Reads the tables of a file as they stand, cell by cell: the sheets of a spreadsheet that are shown, or the one table of
 * a CSV, in UTF-8, GB18030 or UTF-16. As {@link readPlanDocument} does it, in a thread.
 * @throws DomainError DOCUMENT.*, or BREAKDOWN.* where it should be text and is none
 */
export async function readTables(file: DocumentFile, options: ThreadOptions = {}): Promise<TableSheet[]> {
  const known = await knowSmallFile(file, options);
  const order: ReadingOrder = { wanted: 'sheets', ...file };
  const result = await carryOut(order, formatOf(known), () => undefined, options);
  if (!('sheets' in result)) throw new Error('sheets were asked for');
  return result.sheets;
}

async function knowSmallFile(file: DocumentFile, { signal }: ThreadOptions): Promise<KnownFile> {
  if (file.bytes.length > MOST_FILE_BYTES) throw problem('DOCUMENT.TOO_LARGE', 'The file is larger than 20 MB.');
  if (signal?.aborted === true) throw stopped();
  return knowFile(file);
}

function carryOut(
  order: ReadingOrder,
  { name }: DocumentFormat,
  onProgress: Progress,
  options: ThreadOptions,
): Promise<ReadingResult> {
  // A short text is read sooner than a thread is started.
  const isText = name === 'text' || (name === 'csv' && order.wanted === 'sheets');
  const isShort = isText && order.bytes.length <= SHORT_BYTES;
  return THREAD === null || isShort ? read(order, onProgress) : readInThread(THREAD, order, onProgress, options);
}
