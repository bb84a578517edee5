import { gb18030, utf16, utf16Big, utf8Marked } from './encodings';
import { webPage } from './web-page';
import { pdfFile, type Printed, setParagraphs } from './pdf-file';
import { list, num, numbered, paragraph, wordFile } from './word-file';

/** A paragraph of a plan, what is its label apart: 「一、」 or 「1.」. */
export interface Line {
  kind: 'title' | 'heading' | 'item' | 'plain';
  label: string;
  words: string;
}
/** How a file is made; each kind looks at what concerns it. */
export interface ProseLooks {
  /** Whether Word, or the browser, makes the numbers. */
  isNumbered: boolean;
  /** The width of the lines of a page, in points, and where its text ends. */
  width: number;
  bottom: number;
  hasRunningHead: boolean;
}
export interface ProseKind {
  name: string;
  write(lines: readonly Line[], looks: ProseLooks): Uint8Array;
}

const whole = ({ label, words }: Line): string => label + words;
export const escaped = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const textOf = (lines: readonly Line[]): string => lines.map(whole).join('\n');

function writeWord(lines: readonly Line[], { isNumbered }: ProseLooks): Uint8Array {
  const format = lines.find(({ kind }) => kind === 'item')?.label.replace(/^\d+/, '%1') ?? '%1.';
  const numbering =
    list(1, ['chineseCounting', '%1、']) + list(2, ['decimal', escaped(format)]) + num(1, 1) + num(2, 2);
  const body = lines.map((line) => {
    const words = escaped(line.words);
    if (isNumbered && line.kind === 'heading') return numbered(words, 1);
    if (isNumbered && line.kind === 'item') return numbered(words, 2);
    return paragraph(escaped(line.label) + words);
  });
  return wordFile(body.join(''), { numbering });
}

function writePage(lines: readonly Line[]): Uint8Array {
  const body = lines.map((line) =>
    line.kind === 'title'
      ? `<h1>${escaped(whole(line))}</h1>`
      : `<p style="text-indent:2em"><span>${escaped(line.label)}</span>${escaped(line.words)}</p>`,
  );
  return webPage(body.join('\n'));
}

function writePdf(lines: readonly Line[], { width, bottom, hasRunningHead }: ProseLooks): Uint8Array {
  const [title, ...rest] = lines;
  const pages = setParagraphs(rest.map(whole), { width, bottom });
  const heads = (page: number): Printed[] => [
    // It runs over three pages at least, or nobody could tell it from a line of the text.
    ...(hasRunningHead && pages.length > 2 ? [{ words: '云溪市人民政府办公室文件', x: 200, y: 40 }] : []),
    { words: `— ${page + 1} —`, x: 280, y: 810 },
  ];
  const first: Printed[] = title ? [{ words: whole(title), x: 140, y: 65, size: 18 }] : [];
  return pdfFile(pages.map((page, index) => [...(index === 0 ? first : []), ...page, ...heads(index)]));
}

export const PROSE_KINDS: readonly ProseKind[] = [
  { name: 'text in GB18030', write: (lines) => gb18030(textOf(lines)) },
  { name: 'text in UTF-8 with its mark', write: (lines) => utf8Marked(textOf(lines)) },
  { name: 'text in UTF-16', write: (lines) => utf16(textOf(lines)) },
  { name: 'text in UTF-16, big end first', write: (lines) => utf16Big(textOf(lines)) },
  { name: 'a Word document', write: writeWord },
  { name: 'a saved page', write: writePage },
  { name: 'a PDF', write: writePdf },
];
