import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { SourceDocument } from '@duban/breakdown';
import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist';
import { type DrawnPage, headLines, withOpenTables } from '../pdf/open-tables';
import { linesOf, type Piece } from '../pdf/page-lines';
import { outsideOf, ruledTables } from '../pdf/ruled-tables';
import { rulesOf } from '../pdf/rules';
import { withoutRunningHeads } from '../pdf/running-heads';
import { hasCells, writePages } from '../pdf/page-writer';
import { problem, protectedFile } from '../problems';
import { SourceWriter } from '../source-writer';
import type { DocumentFormat, KnownFile, Progress } from './format';

type Library = typeof import('pdfjs-dist');

/** A sign that stands more slanted than this is a watermark. */
const MOST_SLANT = 0.05;
const MOST_NAMED_PAGES = 20;
/** Has no types, and needs none. */
const SECOND_HALF: string = 'pdfjs-dist/legacy/build/pdf.worker.mjs';

/** PDF with text in it. */
export const pdfFormat: DocumentFormat = {
  name: 'pdf',
  // A printer's job, or a stray byte, may stand before it.
  recognises: ({ beginning }) => beginning.slice(0, 1024).includes('%PDF-'),
  read: readPdf,
};

/** @throws DomainError DOCUMENT.BROKEN, DOCUMENT.PROTECTED, DOCUMENT.SCANNED, DOCUMENT.NO_TEXT */
async function readPdf({ bytes }: KnownFile, progress: Progress): Promise<SourceDocument> {
  const library = await loadLibrary();
  const folder = dirname(createRequire(__filename).resolve('pdfjs-dist/package.json'));
  const loading = library.getDocument({
    // It takes the bytes away from us.
    data: new Uint8Array(bytes),
    cMapUrl: `${join(folder, 'cmaps')}/`,
    cMapPacked: true,
    standardFontDataUrl: `${join(folder, 'standard_fonts')}/`,
    verbosity: 0,
    isEvalSupported: false,
    useSystemFonts: false,
  });
  try {
    const document = await loading.promise;
    return await new PdfReader(library, document, progress).read();
  } catch (error) {
    throw refusalOf(error);
  } finally {
    await loading.destroy();
  }
}

async function loadLibrary(): Promise<Library> {
  // Its second half is found here and not looked for beside the first.
  const [library, worker] = await Promise.all([import('pdfjs-dist/legacy/build/pdf.mjs'), import(SECOND_HALF)]);
  (globalThis as { pdfjsWorker?: unknown }).pdfjsWorker = worker;
  return library;
}

function refusalOf(error: unknown): unknown {
  const { name } = error as Error;
  if (name === 'PasswordException') return protectedFile();
  if (name === 'InvalidPDFException' || name === 'FormatError' || name === 'MissingPDFException')
    return problem('DOCUMENT.BROKEN', 'The file is damaged or cut off: open it in its program and save it again.');
  return error;
}

class PdfReader {
  constructor(
    private readonly library: Library,
    private readonly document: PDFDocumentProxy,
    private readonly progress: Progress,
  ) {}

  async read(): Promise<SourceDocument> {
    const pages: DrawnPage[] = [];
    const scanned: number[] = [];
    for (let number = 1; number <= this.document.numPages; number++) {
      const page = await this.document.getPage(number);
      const { width, height } = page.getViewport({ scale: 1 });
      const pieces = await this.piecesOf(page);
      const rules = hasCells(pieces) ? await rulesOf(this.library, page) : [];
      const tables = ruledTables(rules, pieces);
      const lines = linesOf(outsideOf(tables, pieces));
      pages.push({ width, height, lines, tables, rules });
      if (pieces.length === 0 && (await this.showsPictures(page))) scanned.push(number);
      page.cleanup();
      this.progress(number, this.document.numPages);
    }
    const writer = new SourceWriter();
    if (scanned.length > 0) {
      const named = `${scanned.slice(0, MOST_NAMED_PAGES).join(', ')}${scanned.length > MOST_NAMED_PAGES ? ' and more' : ''}`;
      const words = `${scanned.length === 1 ? 'Page' : 'Pages'} ${named} of the file ${scanned.length === 1 ? 'is a picture' : 'are pictures'} without text`;
      if (scanned.length === pages.length || pages.every(({ lines, tables }) => lines.length + tables.length === 0))
        throw problem('DOCUMENT.SCANNED', `${words}: have the text recognised (OCR) first.`, { pages: scanned });
      writer.note('pages_without_text', `${words}, and nothing was read there.`);
    }
    const heads = new Set(pages.flatMap(({ lines }) => [...headLines(lines)]));
    const own = withoutRunningHeads(pages, (line) => heads.has(line));
    writePages(writer, withOpenTables(own));
    return writer.finish();
  }

  private async piecesOf(page: PDFPageProxy): Promise<Piece[]> {
    const { transform } = page.getViewport({ scale: 1 });
    const { items } = await page.getTextContent({ includeMarkedContent: false });
    return items.flatMap((item) => {
      if (!('str' in item) || item.str.trim() === '') return [];
      const [a = 0, b = 0, c = 0, d = 0, x = 0, y = 0] = this.library.Util.transform(
        transform,
        item.transform as number[],
      ) as number[];
      if (Math.abs(b) > MOST_SLANT * Math.abs(a)) return [];
      return [{ words: item.str, x, y, width: item.width, size: Math.hypot(c, d) }];
    });
  }

  private async showsPictures(page: PDFPageProxy): Promise<boolean> {
    const { OPS } = this.library;
    const { fnArray } = await page.getOperatorList();
    const pictures = new Set([OPS.paintImageXObject, OPS.paintInlineImageXObject, OPS.paintImageMaskXObject]);
    return fnArray.some((operator) => pictures.has(operator));
  }
}
