import { convert } from '../libre-office';
import { problem } from '../problems';
import { docxFormat } from './docx.format';
import { type DocumentFormat, type KnownFile } from './format';

/** Where the flags of a document stand in Word's old format, and the one of a protected one. */
const FLAGS = 0x0a;
const IS_ENCRYPTED = 0x01;

/** What LibreOffice makes a Word file of: Word's old format and WPS's, RTF, OpenDocument, Word's XML of 2003. */
export const convertedFormat: DocumentFormat = {
  name: 'converted',
  recognises: (file) => endingOf(file) !== null,
  prepare: async (file, signal) => {
    const { header } = file;
    if (header && ((header[FLAGS + 1] ?? 0) & IS_ENCRYPTED) !== 0)
      throw problem('DOCUMENT.PROTECTED', 'The file is protected by a password: save it without one.');
    return convert(file.bytes, endingOf(file) ?? 'doc', signal);
  },
  read: (file, progress) => docxFormat.read(file, progress),
};

/** The ending by which LibreOffice knows the kind, or null where it is none of these. */
function endingOf({ beginning, streams, type }: KnownFile): string | null {
  if (streams.has('WordDocument')) return 'doc';
  if (beginning.startsWith('{\\rtf')) return 'rtf';
  if (type.includes('opendocument.text')) return 'odt';
  return beginning.includes('progid="Word.Document"') ? 'xml' : null;
}
