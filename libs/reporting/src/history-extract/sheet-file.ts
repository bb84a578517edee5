import { strToU8, Zip, ZipDeflate } from 'fflate';

/*
 * A spreadsheet (.xlsx, ECMA-376) written as it is sent: rows go in by pages, and nothing of them stays in memory. Every
 * cell says that it is a text or a number, so none is taken for a formula.
 */

export type Cell = string | number | null;
export interface Sheet {
  name: string;
  /** Of columns, in characters. */
  widths: readonly number[];
  pages: AsyncIterable<readonly Cell[][]> | Iterable<readonly Cell[][]>;
}

/** What Excel takes into one cell; more makes the file unreadable to it. */
const MOST_CHARACTERS = 32_767;
const CUT = '…';

export async function* sheetFile(sheets: readonly Sheet[]): AsyncGenerator<Buffer> {
  const made: Buffer[] = [];
  const zip = new Zip((error, bytes) => {
    if (error) throw error;
    if (bytes.length > 0) made.push(Buffer.from(bytes));
  });
  for (const [path, text] of fixedParts(sheets.map(({ name }) => name))) {
    const part = new ZipDeflate(path);
    zip.add(part);
    part.push(strToU8(text), true);
  }
  for (const [index, { widths, pages }] of sheets.entries()) {
    const part = new ZipDeflate(`xl/worksheets/sheet${index + 1}.xml`);
    zip.add(part);
    part.push(strToU8(sheetHead(widths)));
    for await (const rows of pages) {
      part.push(strToU8(rows.map(rowOf).join('')));
      yield* made.splice(0);
    }
    part.push(strToU8('</sheetData></worksheet>'), true);
  }
  zip.end();
  yield* made.splice(0);
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const SHEET_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

const fixedParts = (names: readonly string[]): [path: string, text: string][] => [
  [
    '[Content_Types].xml',
    `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${SHEET_TYPE}.sheet.main+xml"/>${names
      .map(
        (_, i) => `<Override PartName="/xl/worksheets/sheet${i + 1}.xml" ContentType="${SHEET_TYPE}.worksheet+xml"/>`,
      )
      .join('')}</Types>`,
  ],
  [
    '_rels/.rels',
    `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  ],
  [
    'xl/workbook.xml',
    `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${names
      .map((name, i) => `<sheet name="${escaped(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`)
      .join('')}</sheets></workbook>`,
  ],
  [
    'xl/_rels/workbook.xml.rels',
    `${XML}<Relationships xmlns="${PACKAGE}/relationships">${names
      .map(
        (_, i) => `<Relationship Id="rId${i + 1}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`,
      )
      .join('')}</Relationships>`,
  ],
];

const sheetHead = (widths: readonly number[]): string =>
  `${XML}<worksheet xmlns="${MAIN}"><cols>${widths
    .map((width, i) => `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`)
    .join('')}</cols><sheetData>`;

const rowOf = (cells: readonly Cell[]): string => `<row>${cells.map(cellOf).join('')}</row>`;

function cellOf(cell: Cell): string {
  if (cell === null || cell === '') return '<c/>';
  if (typeof cell === 'number') return `<c><v>${cell}</v></c>`;
  const text = cell.length > MOST_CHARACTERS ? `${cell.slice(0, MOST_CHARACTERS - CUT.length)}${CUT}` : cell;
  return `<c t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** What XML 1.0 has no place for: control characters, and halves of pairs, which a cut may leave. */
const UNWRITABLE = /[^\t\n\r\P{Cc}]|[\ufffe\uffff]|\p{Surrogate}/gu;
const escaped = (text: string): string =>
  text.replace(UNWRITABLE, '\ufffd').replace(/[&<>"]/g, (character) => ENTITIES[character]!);
