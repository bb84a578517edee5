/** Words on a page, their place from the top left in points. */
export interface Printed {
  words: string;
  x: number;
  y: number;
  size?: number;
}

/** A line as a program draws it around cells: a thin box, its place from the top left in points. */
export interface Drawn {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const PAGE = { width: 595, height: 842 };
const LEFT = 70;
const WIDTH = 455;
const TOP = 90;
const BOTTOM = 760;
const SIZE = 12;
const LEADING = 20;

const widthOf = (words: string, size: number): number =>
  [...words].reduce((sum, character) => sum + (character < '\u0100' ? 0.5 : 1) * size, 0);

/** Sets paragraphs as a program does: the first line indented, lines filled, page after page. */
export function setParagraphs(
  paragraphs: readonly string[],
  { x = LEFT, width = WIDTH, bottom = BOTTOM } = {},
): Printed[][] {
  const pages: Printed[][] = [[]];
  let y = TOP;
  const print = (words: string, at: number): void => {
    if (y > bottom) {
      pages.push([]);
      y = TOP;
    }
    pages.at(-1)!.push({ words, x: at, y });
    y += LEADING;
  };
  for (const paragraph of paragraphs) {
    let [line, indent] = ['', 2 * SIZE];
    for (const character of paragraph) {
      if (widthOf(line + character, SIZE) > width - indent) {
        print(line, x + indent);
        [line, indent] = ['', 0];
      }
      line += character;
    }
    print(line, x + indent);
  }
  return pages;
}

const PADDING = 5;
const THIN = 0.5;

/** A cell of a table; null stands where another covers the place. */
export type TableCell = { words: string; columns?: number; rows?: number } | null;

export interface TableLooks {
  widths: readonly number[];
  x?: number;
  y?: number;
  size?: number;
  /** Which lines are drawn: around the cells, between the rows, above and below the head and at the end (三线表), or none. */
  rules?: 'all' | 'rows' | 'three' | 'none';
  /** Where words stand in the height of their row. */
  height?: 'middle' | 'top';
  /** Room between rows, in points. */
  gap?: number;
}

/** Sets a table, the words of its cells wrapped. */
export function setTable(
  rows: readonly (readonly TableCell[])[],
  { widths, x: left = LEFT, y: top = TOP, size = SIZE, rules = 'all', height: place = 'middle', gap = 4 }: TableLooks,
): (Printed | Drawn)[] {
  const edges = widths.reduce<number[]>((all, width) => [...all, (all.at(-1) ?? left) + width], [left]);
  const leading = size * 1.3;
  const linesOf = ({ words }: { words: string }, width: number): string[] =>
    words.split('\n').flatMap((paragraph) => wrap(paragraph, width - 2 * PADDING, size));
  const widthOfCell = (column: number, columns: number): number =>
    (edges[column + columns] ?? 0) - (edges[column] ?? 0);
  const heights = rows.map((cells) =>
    Math.max(
      ...cells.map((one, column) =>
        one === null ? 1 : Math.ceil(linesOf(one, widthOfCell(column, one.columns ?? 1)).length / (one.rows ?? 1)),
      ),
    ),
  );
  const tops = heights.reduce<number[]>((all, lines) => [...all, (all.at(-1) ?? top) + lines * leading + gap], [top]);
  const across = [0, 1, tops.length - 1].map((at) => tops[at] ?? 0);
  const right = edges.at(-1) ?? left;
  const drawn = across.map((y): Drawn => ({ x: left, y, width: right - left, height: THIN }));
  const printed = rows.flatMap((cells, at) =>
    cells.flatMap((one, column): (Printed | Drawn)[] => {
      if (one === null) return [];
      const { columns = 1, rows: covered = 1 } = one;
      const [x, y] = [edges[column] ?? 0, tops[at] ?? 0];
      const [width, height] = [widthOfCell(column, columns), (tops[at + covered] ?? 0) - y];
      const lines = linesOf(one, width);
      const first = y + (place === 'top' ? gap / 2 : (height - lines.length * leading) / 2) + size;
      const level = [
        { x, y, width, height: THIN },
        { x, y: y + height, width, height: THIN },
      ];
      const upright = [
        { x, y, width: THIN, height },
        { x: x + width, y, width: THIN, height },
      ];
      return [
        ...(rules === 'all' || rules === 'rows' ? level : []),
        ...(rules === 'all' ? upright : []),
        ...lines.map((words, index) => ({ words, x: x + PADDING, y: first + index * leading, size })),
      ];
    }),
  );
  return rules === 'three' ? [...drawn, ...printed] : printed;
}

/** Parts a paragraph into lines as programs do: no number is broken, and no line begins with a mark. */
function wrap(paragraph: string, width: number, size: number): string[] {
  const lines = [''];
  for (const [part] of paragraph.matchAll(/(?:[\w.%]+|.)[，。、；：！？）”%]*/gu)) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && widthOf(line + part, size) > width) lines.push(part);
    else lines[lines.length - 1] = line + part;
  }
  return lines;
}

/**
 * A PDF as offices get it, its Chinese font named and not embedded, so that it is read by a table of codes (CMap).
 * A page given as `picture` is a scan; `isProtected` asks for a password.
 */
export function pdfFile(
  pages: readonly (readonly (Printed | Drawn)[] | 'picture')[],
  { isProtected = false, size: { width, height } = PAGE } = {},
): Uint8Array {
  const objects: string[] = [];
  const add = (body: string): number => objects.push(body);
  const stream = (dictionary: string, bytes: string): string =>
    `<< ${dictionary} /Length ${bytes.length} >>\nstream\n${bytes}\nendstream`;
  const catalog = add('');
  const tree = add('');
  const descriptor = add(
    '<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>',
  );
  const descendant = add(
    `<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 /W [1 95 500] /FontDescriptor ${descriptor} 0 R >>`,
  );
  const font = add(
    `<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [${descendant} 0 R] >>`,
  );
  const image = add(
    stream('/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8', 'x'),
  );
  const kids = pages.map((page) => {
    const drawn =
      page === 'picture'
        ? 'q 500 0 0 700 40 40 cm /I Do Q'
        : page
            .map((one) => {
              const { x, y } = one;
              if (!('words' in one)) return `${x} ${height - y - one.height} ${one.width} ${one.height} re f`;
              const { words, size = SIZE } = one;
              const hex = Buffer.from(words, 'utf16le').swap16().toString('hex');
              return `BT /F ${size} Tf 1 0 0 1 ${x} ${height - y} Tm <${hex}> Tj ET`;
            })
            .join('\n');
    const content = add(stream('', drawn));
    return add(
      `<< /Type /Page /Parent ${tree} 0 R /MediaBox [0 0 ${width} ${height}] /Contents ${content} 0 R /Resources << /Font << /F ${font} 0 R >> /XObject << /I ${image} 0 R >> >> >>`,
    );
  });
  objects[catalog - 1] = `<< /Type /Catalog /Pages ${tree} 0 R >>`;
  objects[tree - 1] = `<< /Type /Pages /Count ${kids.length} /Kids [${kids.map((kid) => `${kid} 0 R`).join(' ')}] >>`;
  const zeros = `<${'00'.repeat(32)}>`;
  const lock = isProtected ? add(`<< /Filter /Standard /V 1 /R 2 /O ${zeros} /U ${zeros} /P -44 >>`) : 0;
  let file = '%PDF-1.4\n';
  const places = objects.map((body, index) => {
    const at = file.length;
    file += `${index + 1} 0 obj\n${body}\nendobj\n`;
    return String(at).padStart(10, '0');
  });
  const start = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.map((at) => `${at} 00000 n \n`).join('')}`;
  file += `trailer\n<< /Size ${objects.length + 1} /Root ${catalog} 0 R${lock ? ` /Encrypt ${lock} 0 R /ID [<00> <00>]` : ''} >>\n`;
  return Buffer.from(`${file}startxref\n${start}\n%%EOF\n`, 'latin1');
}
