import { readTables } from '@duban/documents';
import { DomainError, invalid } from '@duban/kernel';
import { type UnitFile, unitFileOf } from '../file-places';
import { nameKey } from '../names';
import { lineOfFault } from './json-fault';
import { readUnitSheets } from './unit-sheets';

/**
 * Reads a file of units (单位名录): JSON, a spreadsheet (.xlsx) or CSV, which is seen from its content.
 *
 * @param jurisdiction whose units they are, where the file itself does not say
 * @throws DomainError `UNIT.FILE_NOT_UTF8`, `UNIT.FILE_NOT_JSON` (with `line`), `UNIT.FILE_UNKNOWN`, `DOCUMENT.*`;
 *   `UNIT.IMPORT_INVALID` with `faults`, each with sheet, row and column, where heads of columns are wrong or missing;
 *   `UNIT.OTHER_JURISDICTION`
 */
export async function readUnitFile(
  file: { name: string; bytes: Uint8Array },
  jurisdiction?: string,
): Promise<UnitFile> {
  const read = isJson(file.bytes) ? unitFileOf(parse(file.bytes)) : readUnitSheets(await tablesOf(file));
  return jurisdiction === undefined ? read : { ...read, document: withJurisdiction(read.document, jurisdiction) };
}

/** A JSON file of units is an object; no head of a table begins with a bracket. What is empty is no table, either. */
function isJson(bytes: Uint8Array): boolean {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const first = bytes.subarray(start).find((byte) => !BLANKS.has(byte));
  return first === undefined || first === 0x7b || first === 0x5b;
}

const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

function parse(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid('UNIT.FILE_NOT_UTF8', 'The file is not UTF-8 text.', { field: 'file' });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid('UNIT.FILE_NOT_JSON', `The file is not valid JSON: ${(error as Error).message}.`, {
      field: 'file',
      line: lineOfFault(text),
    });
  }
}

const NO_TABLE = /^BREAKDOWN\.|^DOCUMENT\.(NOT_A|NO_TEXT|SCANNED|NEEDS_LIBREOFFICE)/;

async function tablesOf(file: { name: string; bytes: Uint8Array }): ReturnType<typeof readTables> {
  try {
    return await readTables(file);
  } catch (error) {
    const { code, message, details } = error as DomainError;
    if (code !== undefined && NO_TABLE.test(code)) {
      throw invalid(
        'UNIT.FILE_UNKNOWN',
        'The file is none of units: send JSON in UTF-8, a spreadsheet (.xlsx), or CSV in UTF-8 or GB18030.',
        { field: 'file' },
      );
    }
    throw error instanceof DomainError ? invalid(code, message, { ...details, field: 'file' }) : error;
  }
}

/** @throws DomainError `UNIT.OTHER_JURISDICTION` */
function withJurisdiction(document: unknown, jurisdiction: string): unknown {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return document;
  const own = (document as { jurisdiction?: unknown }).jurisdiction;
  if (own === undefined) return { ...document, jurisdiction };
  if (typeof own === 'string' && nameKey(own) !== nameKey(jurisdiction)) {
    throw invalid(
      'UNIT.OTHER_JURISDICTION',
      `The file is of ${own}, not of ${jurisdiction}. Send the file of ${jurisdiction}, or leave the field out.`,
      { field: 'jurisdiction' },
    );
  }
  return document;
}
