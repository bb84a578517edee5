import type { SourceDocument } from '@duban/breakdown';
import { problem } from '../problems';
import { SourceWriter } from '../source-writer';
import { WordNumbering } from '../word/word-numbering';
import { WordReader } from '../word/word-reader';
import { WordStyles } from '../word/word-styles';
import { attribute, readXml } from '../xml';
import { unzip } from '../zip';
import type { DocumentFormat } from './format';

const TYPES = '[Content_Types].xml';
const USUAL = 'word/document.xml';
const BODY = /wordprocessingml\.(?:document|template)\.main\+xml|ms-word\.(?:document|template)\.macroEnabled/;
const PARTS = /(?:^|\/)(?:numbering|styles|footnotes|endnotes)\.xml$/;

/** Word's own format since 2007, with or without macros, which are not looked at. */
export const docxFormat: DocumentFormat = {
  name: 'docx',
  recognises: ({ entries }) => entries.has(USUAL) || [...entries].some((name) => /^word\/document\d*\.xml$/.test(name)),
  read: ({ bytes }) => readDocx(bytes),
};

/** @throws DomainError DOCUMENT.BROKEN, DOCUMENT.NO_TEXT, DOCUMENT.ZIP_BOMB */
function readDocx(bytes: Uint8Array): SourceDocument {
  const parts = unzip(bytes, (name) => name === TYPES || /^word\/document\d*\.xml$/.test(name) || PARTS.test(name));
  const body = parts.get(bodyName(parts.get(TYPES)) ?? USUAL) ?? parts.get(USUAL);
  if (!body) throw problem('DOCUMENT.BROKEN', 'The file is no whole Word document: its text is missing.');
  const part = (name: string): Uint8Array | undefined => parts.get(`word/${name}.xml`);
  const writer = new SourceWriter();
  const styles = new WordStyles(part('styles'));
  const reader = new WordReader(writer, styles, new WordNumbering(part('numbering'), styles));
  reader.read(body);
  writer.endText();
  for (const notes of [part('footnotes'), part('endnotes')]) if (notes) reader.read(notes);
  return writer.finish();
}

/** Where the text stands, by the list of contents of the zip. */
function bodyName(types: Uint8Array | undefined): string | undefined {
  let found: string | undefined;
  if (types)
    readXml(types, {
      open: (_name, attributes) => {
        if (BODY.test(attribute(attributes, 'ContentType') ?? ''))
          found ??= attribute(attributes, 'PartName')?.replace(/^\//, '');
      },
      close: () => undefined,
      text: () => undefined,
    });
  return found;
}
