import { convertedFormat } from './converted.format';
import { csvFormat } from './csv.format';
import { docxFormat } from './docx.format';
import type { DocumentFormat, KnownFile } from './format';
import { htmlFormat } from './html.format';
import { pdfFormat } from './pdf.format';
import { pictureFormat } from './picture.format';
import { protectedFormat } from './protected.format';
import { sheetFormat } from './sheet.format';
import { textFormat } from './text.format';

/** All kinds of files. The first that recognises a file reads it; a new kind is one file and one line. */
const FORMATS: readonly DocumentFormat[] = [
  protectedFormat,
  docxFormat,
  convertedFormat,
  sheetFormat,
  pdfFormat,
  htmlFormat,
  pictureFormat,
  csvFormat,
  textFormat,
];

/** The format of a file. Every file has one: what is nothing else is read as text, or refused as no text. */
export const formatOf = (file: KnownFile): DocumentFormat =>
  FORMATS.find((format) => format.recognises(file)) ?? textFormat;
