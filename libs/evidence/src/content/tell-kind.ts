import { open } from 'node:fs/promises';
import { type DomainError, invalid } from '@duban/kernel';
import { cleanName, withEnding } from './file-name';
import { ACTIVE, isKind, type Kind, KINDS, type KindId, PROGRAM_ENDINGS, PROGRAMS } from './kinds';
import { namesInContainer } from './ole';
import { beginningOfText, isMarked, kindOfText } from './text';
import { namesInZip } from './zip';

const HEAD = 4096;
const OLE = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const ZIP = Buffer.from('504b', 'hex');

/** What a file is by its content, in a word, and what makes it unfit, if anything. */
interface Told {
  what: string;
  isActive?: boolean;
  isProtected?: boolean;
}

/**
 * Says by its content what a file is, and refuses what is no evidence. The name only confirms it.
 * @param given the name as it was sent
 * @throws DomainError invalid `EVIDENCE.EMPTY`, `EVIDENCE.EXECUTABLE`, `EVIDENCE.KIND_MISMATCH`,
 *   `EVIDENCE.ACTIVE_CONTENT`, `EVIDENCE.PROTECTED`, `EVIDENCE.KIND_NOT_ALLOWED`, `EVIDENCE.KIND_UNKNOWN`,
 *   `EVIDENCE.ZIP_BOMB`, `EVIDENCE.BROKEN`
 */
export async function tellKind(
  path: string,
  size: number,
  given: string,
): Promise<{ name: string; mediaType: string }> {
  if (size === 0) throw refused('EMPTY', 'The file is empty.');
  const name = cleanName(given);
  if (PROGRAM_ENDINGS.has(name.ending)) throw executable(`its name ends in .${name.ending}`);
  const { what, isActive = false, isProtected = false } = await tell(path);
  if (PROGRAMS.has(what)) throw executable(`its content is ${what}`);
  const kind: Kind | undefined = isKind(what) ? KINDS[what] : undefined;
  const claims = name.ending !== '' && name.ending !== what;
  if (claims && !kind?.endings.includes(name.ending) && !isSameActive(name.ending, what)) {
    // What we cannot tell, the name may be true of.
    if (what === UNKNOWN && !isEndingOfKind(name.ending)) throw unknownKind(name.ending);
    throw refused(
      'KIND_MISMATCH',
      `The name says that the file is .${name.ending}, and its content is ${kind?.name ?? what}: name it as what it is.`,
      { named: name.ending, content: what },
    );
  }
  if (isActive || ACTIVE.has(what)) {
    throw refused(
      'ACTIVE_CONTENT',
      'The file holds scripts or macros, which run where it is opened: hand it in as PDF, or without them.',
      { content: what },
    );
  }
  if (isProtected) throw refused('PROTECTED', 'The file is protected by a password: save it without one.');
  if (what === UNKNOWN) throw unknownKind(name.ending);
  if (!kind) {
    throw refused('KIND_NOT_ALLOWED', `Files of the kind ${what} are not taken as evidence: hand in what is in it.`, {
      content: what,
    });
  }
  const mediaType = what === 'txt' && name.ending === 'csv' ? 'text/csv' : kind.mediaType;
  return { name: withEnding(name, kind.endings[0]!), mediaType };
}

const UNKNOWN = 'unknown';
const isEndingOfKind = (ending: string): boolean =>
  Object.values<Kind>(KINDS).some(({ endings }) => endings.includes(ending));
/** A page has two endings, and one that has to be refused as active is not refused as misnamed. */
const isSameActive = (ending: string, what: string): boolean =>
  (what === 'html' && /^x?html?$/.test(ending)) || (what === 'mht' && ending === 'mhtml');

async function tell(path: string): Promise<Told> {
  const head = await headOf(path);
  if (head.subarray(0, OLE.length).equals(OLE)) return tellContainer(path);
  // A text in UTF-16 begins as some old recordings do.
  const marked = isMarked(head) ? await beginningOfText(path, head) : null;
  if (marked !== null) return { what: kindOfText(marked) ?? 'txt' };
  const { fileTypeFromFile } = await import('file-type/node');
  const found = (await fileTypeFromFile(path).catch(() => undefined))?.ext;
  if (head.subarray(0, ZIP.length).equals(ZIP)) return tellZip(found ?? 'zip', await namesInZip(path));
  if (found !== undefined && found !== 'xml') return { what: ALIASES[found] ?? found };
  const beginning = await beginningOfText(path, head);
  return { what: beginning === null ? (found ?? UNKNOWN) : (kindOfText(beginning) ?? 'txt') };
}

/** What `file-type` tells apart and we do not. */
const ALIASES: Readonly<Record<string, KindId>> = { m4v: 'mp4', m4b: 'm4a' };

function tellZip(found: string, names: ReadonlySet<string>): Told {
  const has = (name: string): boolean => names.has(name);
  const isMacro = [...names].some((name) => /(^|\/)vbaProject\.bin$/i.test(name)) || has('Basic/script-lc.xml');
  if (has('OFD.xml')) return { what: 'ofd' };
  if (found !== 'zip') return { what: found, isActive: isMacro };
  // A document whose parts stand in an order that nobody expects.
  if (has('AndroidManifest.xml')) return { what: 'apk' };
  const main = { 'word/document.xml': 'docx', 'xl/workbook.xml': 'xlsx', 'ppt/presentation.xml': 'pptx' };
  const what = Object.entries(main).find(([part]) => has('[Content_Types].xml') && has(part))?.[1];
  return { what: what ?? 'zip', isActive: isMacro };
}

async function tellContainer(path: string): Promise<Told> {
  const file = await open(path);
  let names: ReadonlySet<string>;
  try {
    names = await namesInContainer(file);
  } finally {
    await file.close();
  }
  const isActive = names.has('Macros') || names.has('_VBA_PROJECT_CUR');
  if (names.has('EncryptedPackage')) return { what: 'protected document', isProtected: true };
  if (names.has('WordDocument')) return { what: 'doc', isActive };
  if (names.has('Workbook') || names.has('Book')) return { what: 'xls', isActive };
  if (names.has('PowerPoint Document')) return { what: 'ppt', isActive };
  // Tables of an installer have names in letters of their own.
  return { what: [...names].some((name) => name.startsWith('\u4840')) ? 'msi' : UNKNOWN };
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const refused = (reason: string, message: string, details: Readonly<Record<string, unknown>> = {}): DomainError =>
  invalid(`EVIDENCE.${reason}`, message, { field: 'file', ...details });
const executable = (why: string): DomainError =>
  refused('EXECUTABLE', `The file is a program or a script (${why}), and is not taken.`);
const unknownKind = (ending: string): DomainError =>
  refused(
    'KIND_UNKNOWN',
    `What the file is cannot be told${ending === '' ? '' : `, though it is called .${ending}`}: hand it in as PDF.`,
    { named: ending },
  );
