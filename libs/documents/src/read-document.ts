import { type Breakdown, type ChosenColumn, readBreakdown, type SourceDocument } from '@duban/breakdown';
import { FORMATS } from './formats';
import type { DocumentFile, Progress } from './formats/format';
import { knowFile } from './known-file';
import { problem } from './problems';

/** 20 MiB. */
const MOST_FILE_BYTES = 20 * 1024 * 1024;

/**
 * The text of a file, with its tables. What kind of file it is shows in its content.
 * @throws DomainError DOCUMENT.*, or BREAKDOWN.* where it should be a plain text and is none
 */
export async function readDocument(
  file: DocumentFile,
  { onProgress = () => undefined }: { onProgress?: Progress } = {},
): Promise<SourceDocument> {
  if (file.bytes.length > MOST_FILE_BYTES) throw problem('DOCUMENT.TOO_LARGE', 'The file is larger than 20 MB.');
  const known = await knowFile(file);
  const format = FORMATS.find((one) => one.recognises(known));
  if (!format) throw problem('DOCUMENT.NOT_A_DOCUMENT', 'The file is no document.');
  return format.read(known, onProgress);
}

/** A document with the plan that was read in it; the offsets in the plan are into `text`. */
interface PlanDocument {
  text: string;
  breakdown: Breakdown;
}

/**
 * Reads a file and the plan in it.
 * @param columns what a person says that columns of tables are
 * @throws DomainError as {@link readDocument}
 */
export async function readPlanDocument(
  file: DocumentFile,
  { columns = [], onProgress }: { columns?: readonly ChosenColumn[]; onProgress?: Progress } = {},
): Promise<PlanDocument> {
  const document = await readDocument(file, { onProgress });
  return { text: document.text, breakdown: readBreakdown(document, { columns }) };
}
