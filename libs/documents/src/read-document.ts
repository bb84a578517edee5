import { extname, join } from 'node:path';
import type { DocumentFile, Progress } from './formats/format';
import { formatOf } from './formats';
import { knowFile } from './known-file';
import { problem } from './problems';
import { type PlanDocument, read, type ReadingOrder } from './reading';
import { readInThread, stopped, type ThreadOptions } from './reading-threads';

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
  const { columns = [], onProgress = () => undefined, signal } = options;
  if (file.bytes.length > MOST_FILE_BYTES) throw problem('DOCUMENT.TOO_LARGE', 'The file is larger than 20 MB.');
  if (signal?.aborted === true) throw stopped();
  const known = await knowFile(file);
  const format = formatOf(known);
  const bytes = await format.prepare?.(known, signal);
  const order: ReadingOrder = { name: bytes ? `${file.name}.docx` : file.name, bytes: bytes ?? file.bytes, columns };
  // A short text is read sooner than a thread is started.
  const isShort = format.name === 'text' && order.bytes.length <= SHORT_BYTES;
  return THREAD === null || isShort ? read(order, onProgress) : readInThread(THREAD, order, onProgress, options);
}
