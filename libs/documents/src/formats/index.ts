import { csvFormat } from './csv.format';
import { docxFormat } from './docx.format';
import type { DocumentFormat } from './format';
import { htmlFormat } from './html.format';
import { pdfFormat } from './pdf.format';
import { sheetFormat } from './sheet.format';
import { textFormat } from './text.format';

/** All kinds of files. The first that recognises a file reads it; a new kind is one file and one line. */
export const FORMATS: readonly DocumentFormat[] = [
  docxFormat,
  sheetFormat,
  pdfFormat,
  htmlFormat,
  csvFormat,
  textFormat,
];
