import { strToU8, zipSync } from 'fflate';

const NAMESPACES =
  'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="urn:wps" xmlns:v="urn:v"';
const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';

/** A Word file with the XML of its parts as given, for what no program lets one write at will. */
export function wordFile(body: string, parts: Readonly<Record<string, string>> = {}, doctype = ''): Uint8Array {
  const names = Object.keys(parts);
  const type = 'application/vnd.openxmlformats-officedocument.wordprocessingml';
  const related = (kind: string, target: string, id: number): string =>
    `<Relationship Id="r${id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${kind}" Target="${target}"/>`;
  const relations = (all: string): Uint8Array =>
    strToU8(
      `${DECLARATION}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${all}</Relationships>`,
    );
  const overrides = [['document', 'document.main'], ...names.map((name) => [name, name])].map(
    ([part, kind]) => `<Override PartName="/word/${part}.xml" ContentType="${type}.${kind}+xml"/>`,
  );
  const entries: Record<string, Uint8Array> = {
    '[Content_Types].xml': strToU8(
      `${DECLARATION}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${overrides.join('')}</Types>`,
    ),
    '_rels/.rels': relations(related('officeDocument', 'word/document.xml', 1)),
    'word/_rels/document.xml.rels': relations(names.map((name, at) => related(name, `${name}.xml`, at + 1)).join('')),
    'word/document.xml': strToU8(
      `${DECLARATION}${doctype}<w:document ${NAMESPACES}><w:body>${body}<w:sectPr/></w:body></w:document>`,
    ),
  };
  for (const [name, xml] of Object.entries(parts))
    entries[`word/${name}.xml`] = strToU8(`${DECLARATION}<w:${name} ${NAMESPACES}>${xml}</w:${name}>`);
  return zipSync(entries);
}

export const run = (words: string, properties = ''): string =>
  `<w:r><w:rPr>${properties}</w:rPr><w:t xml:space="preserve">${words}</w:t></w:r>`;
export const paragraph = (words: string, properties = ''): string =>
  `<w:p><w:pPr>${properties}</w:pPr>${words.startsWith('<') ? words : run(words)}</w:p>`;
export const numbered = (words: string, numId: number, level = 0): string =>
  paragraph(words, `<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="${numId}"/></w:numPr>`);
export const cell = (words: string, properties = ''): string =>
  `<w:tc><w:tcPr>${properties}</w:tcPr>${words.startsWith('<') ? words : paragraph(words)}</w:tc>`;
export const row = (...cells: string[]): string => `<w:tr>${cells.join('')}</w:tr>`;
export const table = (...rows: string[]): string => `<w:tbl><w:tblPr/><w:tblGrid/>${rows.join('')}</w:tbl>`;

const level = (at: number, [format, words, more = '']: readonly [string, string, string?]): string =>
  `<w:lvl w:ilvl="${at}"><w:start w:val="1"/><w:numFmt w:val="${format}"/>${more}<w:lvlText w:val="${words}"/></w:lvl>`;
/** A list of so many levels, and numbers that use it. */
export const list = (id: number, ...levels: (readonly [string, string, string?])[]): string =>
  `<w:abstractNum w:abstractNumId="${id}">${levels.map((one, at) => level(at, one)).join('')}</w:abstractNum>`;
export const num = (id: number, of: number, more = ''): string =>
  `<w:num w:numId="${id}"><w:abstractNumId w:val="${of}"/>${more}</w:num>`;
