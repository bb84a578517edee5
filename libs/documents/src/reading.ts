import { type Breakdown, type ChosenColumn, readBreakdown, type SourceDocument } from '@duban/breakdown';
import { formatOf } from './formats';
import type { DocumentFile, Progress } from './formats/format';
import { knowFile } from './known-file';

/** A file to read, with what a person says that columns of its tables are. */
export interface ReadingOrder extends DocumentFile {
  columns?: readonly ChosenColumn[];
}

/** A document with the plan that was read in it; the offsets in the plan are into `text`. */
export interface PlanDocument {
  text: string;
  breakdown: Breakdown;
}

/**
 * What a reading thread says: how far it is, what it has read, or why it cannot. A plan comes as JSON, which is read in
 * less time than the copies that threads make of objects: first its `tasks`, some at a time, then the rest as `plan`.
 */
export type ReadingAnswer =
  | { done: number; total: number }
  | { tasks: string }
  | { plan: string }
  | { refusal: { code: string; message: string; details: Readonly<Record<string, unknown>> } };

/** The text of a file, with its tables. @throws DomainError DOCUMENT.* or BREAKDOWN.* */
export async function readDocument(
  file: DocumentFile,
  onProgress: Progress = () => undefined,
): Promise<SourceDocument> {
  const known = await knowFile(file);
  return formatOf(known).read(known, onProgress);
}

/** Reads a file and the plan in it, here and now. @throws DomainError as {@link readDocument} */
export async function read({ columns = [], ...file }: ReadingOrder, onProgress: Progress): Promise<PlanDocument> {
  const document = await readDocument(file, onProgress);
  return { text: document.text, breakdown: readBreakdown(document, { columns }) };
}
