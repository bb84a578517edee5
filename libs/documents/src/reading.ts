import { type Breakdown, type ChosenColumn, readBreakdown, type SourceDocument } from '@duban/breakdown';
import { formatOf } from './formats';
import type { DocumentFile, Progress } from './formats/format';
import { knowFile } from './known-file';
import { readSheets, type TableSheet } from './tables';

/** A file to read, with what a person says that columns of its tables are. */
export interface ReadingOrder extends DocumentFile {
  /** What is wanted of it: the plan in it, or its sheets as they stand. */
  wanted: 'plan' | 'sheets';
  columns?: readonly ChosenColumn[];
}

/** A document with the plan that was read in it; the offsets in the plan are into `text`. */
export interface PlanDocument {
  text: string;
  breakdown: Breakdown;
}

export type ReadingResult = { plan: PlanDocument } | { sheets: TableSheet[] };

/**
 * What a reading thread says: how far it is, what it has read, or why it cannot. A plan comes as JSON, which is read in
 * less time than the copies that threads make of objects: first its `tasks`, some at a time, then the rest as `plan`.
 */
export type ReadingAnswer =
  | { done: number; total: number }
  | { tasks: string }
  | { plan: string }
  | { sheets: TableSheet[] }
  | { refusal: { code: string; message: string; details: Readonly<Record<string, unknown>> } };

/** The text of a file, with its tables. @throws DomainError DOCUMENT.* or BREAKDOWN.* */
export async function readDocument(
  file: DocumentFile,
  onProgress: Progress = () => undefined,
): Promise<SourceDocument> {
  const known = await knowFile(file);
  return formatOf(known).read(known, onProgress);
}

/** Reads a file, here and now. @throws DomainError as {@link readDocument} and {@link readSheets} */
export async function read(
  { columns = [], wanted, ...file }: ReadingOrder,
  onProgress: Progress,
): Promise<ReadingResult> {
  if (wanted === 'sheets') return { sheets: await readSheets(await knowFile(file)) };
  const document = await readDocument(file, onProgress);
  return { plan: { text: document.text, breakdown: readBreakdown(document, { columns }) } };
}
