import { decodeText, type SourceDocument } from '@duban/breakdown';
import { parse } from 'papaparse';
import { SourceWriter } from '../source-writer';
import type { DocumentFormat, KnownFile, Progress } from './format';

const DELIMITERS = [',', ';', '\t'];
/** So many records are looked at to tell a table from a text with commas. */
const SAMPLE = 20;
const FEWEST_COLUMNS = 3;
const LONGEST_NAME = 20;
const PROGRESS_ROWS = 5_000;

/** A table as text, its cells apart by commas, semicolons or tabs. */
export const csvFormat: DocumentFormat = {
  name: 'csv',
  recognises: (file) => delimiterOf(file) !== null,
  read: readCsv,
};

/** What parts the cells, if all records have as many, or null. */
function delimiterOf(file: KnownFile): string | null {
  if (!/[,;\t]/.test(file.beginning)) return null;
  let text: string;
  try {
    ({ text } = decodeText(file.bytes));
  } catch {
    return null;
  }
  const isNamed = /\.(?:csv|tsv|xls)$/i.test(file.name);
  return (
    DELIMITERS.find((delimiter) => {
      const { data: records } = parse<string[]>(text, { delimiter, preview: SAMPLE, skipEmptyLines: true });
      const width = records[0]?.length ?? 0;
      if (records.length < 2 || width < FEWEST_COLUMNS) return false;
      if (records.some((record) => record.length !== width)) return false;
      // Tabs stand in texts too, where a table lost its lines; then the name must say that it is a table.
      return isNamed || (delimiter !== '\t' && (records[0] ?? []).every((cell) => cell.length <= LONGEST_NAME));
    }) ?? null
  );
}

function readCsv(file: KnownFile, progress: Progress): SourceDocument {
  const { text } = decodeText(file.bytes);
  const { data: records } = parse<string[]>(text, { delimiter: delimiterOf(file) ?? ',' });
  const writer = new SourceWriter();
  writer.openTable();
  records.forEach((record, index) => {
    if (index % PROGRESS_ROWS === 0) progress(index, records.length);
    if (record.every((cell) => cell.trim() === '')) return;
    writer.openRow(index + 1);
    for (const cell of record) {
      writer.openCell();
      writer.paragraph(cell);
      writer.closeCell();
    }
    writer.closeRow();
  });
  writer.closeTable();
  return writer.finish();
}
