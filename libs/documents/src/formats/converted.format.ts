import { convert } from '../libre-office';
import { docxFormat } from './docx.format';
import { type DocumentFormat, type KnownFile } from './format';

/** What LibreOffice makes a Word file of: Word's old format and WPS's, RTF, OpenDocument, Word's XML of 2003. */
export const convertedFormat: DocumentFormat = {
  name: 'converted',
  recognises: (file) => endingOf(file) !== null,
  prepare: (file, signal) => convert(file.bytes, endingOf(file) ?? 'doc', signal),
  read: (file, progress) => docxFormat.read(file, progress),
};

/** The ending by which LibreOffice knows the kind, or null where it is none of these. */
function endingOf({ beginning, streams, type }: KnownFile): string | null {
  if (streams.has('WordDocument')) return 'doc';
  if (beginning.startsWith('{\\rtf')) return 'rtf';
  if (type.includes('opendocument.text')) return 'odt';
  return beginning.includes('progid="Word.Document"') ? 'xml' : null;
}
