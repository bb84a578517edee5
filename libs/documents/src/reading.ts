import {
  type Breakdown,
  type ChosenColumn,
  readBreakdown,
  secrecyMarkLine,
  type SourceDocument,
} from '@duban/breakdown';
import { formatOf } from './formats';
import type { DocumentFile, Progress } from './formats/format';
import { knowFile } from './known-file';
import { problem } from './problems';
import { readSheets, type TableSheet } from './tables';

/** A file to read, with what a person says that columns of its tables are. */
export interface ReadingOrder extends DocumentFile {
  /** What is wanted of it: the plan in it, its sheets as they stand, or only whether it is marked as a secret. */
  wanted: 'plan' | 'sheets' | 'secrecy';
  columns?: readonly ChosenColumn[];
}

/** A document with the plan that was read in it; the offsets in the plan are into `text`. */
export interface PlanDocument {
  text: string;
  breakdown: Breakdown;
}

/** `isUnprepared` where another program has to make a file of another kind of it first. */
export type ReadingResult =
  { plan: PlanDocument } | { sheets: TableSheet[] } | { isOpen: true } | { isUnprepared: true };

/**
 * What a reading process says: how far it is, what it has read, or why it cannot. A plan comes as JSON, which is read in
 * less time than the copies that processes make of objects: first its `tasks`, some at a time, then the rest as `plan`.
 */
export type ReadingAnswer =
  | { done: number; total: number }
  | { tasks: string }
  | { plan: string }
  | Exclude<ReadingResult, { plan: PlanDocument }>
  /** What nobody foresaw. */
  | { failure: string }
  | { refusal: { code: string; message: string; details: Readonly<Record<string, unknown>> } };

/** The text of a file, with its tables. @throws DomainError DOCUMENT.* or BREAKDOWN.* */
export async function readDocument(
  file: DocumentFile,
  onProgress: Progress = () => undefined,
): Promise<SourceDocument> {
  const known = await knowFile(file);
  return formatOf(known).read(known, onProgress);
}

/**
 * Reads a file, here and now.
 * @throws DomainError as {@link readDocument} and {@link readSheets}; `PLAN.SECRET` where the document is marked as a
 *   state secret (涉密)
 */
export async function read(
  { columns = [], wanted, ...file }: ReadingOrder,
  onProgress: Progress,
): Promise<ReadingResult> {
  if (wanted === 'sheets') return { sheets: await readSheets(await knowFile(file)) };
  const known = await knowFile(file);
  const format = formatOf(known);
  if (format.prepare) return { isUnprepared: true };
  const document = await format.read(known, onProgress);
  const line = secrecyMarkLine(document.text);
  // Neither the text nor the name: whoever reads a log must not learn more than that there was one.
  if (line !== null) {
    throw problem(
      'PLAN.SECRET',
      'The document is marked as a state secret (绝密、机密、秘密). This system is not for secret matters (本系统不处理涉密事项); ' +
        'nothing of it was kept. Handle it by the rules for secrets.',
      { line },
    );
  }
  if (wanted === 'secrecy') return { isOpen: true };
  return { plan: { text: document.text, breakdown: readBreakdown(document, { columns }) } };
}
