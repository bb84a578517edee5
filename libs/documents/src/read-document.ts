import { extname, join } from 'node:path';
import type { DocumentFile, Progress } from './formats/format';
import { formatOf } from './formats';
import { knowFile } from './known-file';
import { problem } from './problems';
import { type PlanDocument, read, type ReadingOrder, type ReadingResult } from './reading';
import { type ProcessOptions, readInProcess, stopped } from './reading-processes';
import type { TableSheet } from './tables';

/** 20 MiB. */
const MOST_FILE_BYTES = 20 * 1024 * 1024;
/** Compiled, there is a file that a process can be started with. */
const PROGRAM = extname(__filename) === '.js' ? join(__dirname, 'reading.process.js') : null;

export interface ReadingOptions extends Pick<ReadingOrder, 'columns'>, ProcessOptions {
  onProgress?: Progress;
}

/**
 * Reads a file, of whatever kind its content shows, and the plan in it. It does so in a process of its own, so that a
 * large or hostile file neither holds up nor ends what else is done.
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
export async function refuseSecretDocument(file: DocumentFile, options: ProcessOptions = {}): Promise<void> {
  await readFile(file, 'secrecy', options);
}

async function readFile(
  file: DocumentFile,
  wanted: 'plan' | 'secrecy',
  options: ReadingOptions,
): Promise<ReadingResult> {
  const { columns = [], onProgress = () => undefined } = options;
  assertSmall(file, options);
  const order = { wanted, ...file, columns };
  const result = await carryOut(order, onProgress, options);
  if (!('isUnprepared' in result)) return result;
  // It has been looked into there without harm.
  const known = await knowFile(file);
  const bytes = await formatOf(known).prepare!(known, options.signal);
  return carryOut({ ...order, name: `${file.name}.docx`, bytes }, onProgress, options);
}

/**
 * Reads the tables of a file as they stand, cell by cell: the sheets of a spreadsheet that are shown, or the one table of
 * a CSV, in UTF-8, GB18030 or UTF-16. As {@link readPlanDocument} does it, in a process of its own.
 * @throws DomainError DOCUMENT.*, or BREAKDOWN.* where it should be text and is none
 */
export async function readTables(file: DocumentFile, options: ProcessOptions = {}): Promise<TableSheet[]> {
  assertSmall(file, options);
  const order: ReadingOrder = { wanted: 'sheets', ...file };
  const result = await carryOut(order, () => undefined, options);
  if (!('sheets' in result)) throw new Error('sheets were asked for');
  return result.sheets;
}

function assertSmall(file: DocumentFile, { signal }: ProcessOptions): void {
  if (file.bytes.length > MOST_FILE_BYTES) throw problem('DOCUMENT.TOO_LARGE', 'The file is larger than 20 MB.');
  if (signal?.aborted === true) throw stopped();
}

const carryOut = (order: ReadingOrder, onProgress: Progress, options: ProcessOptions): Promise<ReadingResult> =>
  PROGRAM === null ? read(order, onProgress) : readInProcess(PROGRAM, order, onProgress, options);
