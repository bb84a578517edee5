/** Words on a page, their place from the top left in points. */
export interface Printed {
  words: string;
  x: number;
  y: number;
  size?: number;
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
export function setParagraphs(paragraphs: readonly string[], { x = LEFT, width = WIDTH } = {}): Printed[][] {
  const pages: Printed[][] = [[]];
  let y = TOP;
  const print = (words: string, at: number): void => {
    if (y > BOTTOM) {
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

/**
 * A PDF as offices get it, its Chinese font named and not embedded, so that it is read by a table of codes (CMap).
 * A page given as `picture` is a scan; `isProtected` asks for a password.
 */
export function pdfFile(pages: readonly (readonly Printed[] | 'picture')[], { isProtected = false } = {}): Uint8Array {
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
            .map(({ words, x, y, size = SIZE }) => {
              const hex = Buffer.from(words, 'utf16le').swap16().toString('hex');
              return `BT /F ${size} Tf 1 0 0 1 ${x} ${PAGE.height - y} Tm <${hex}> Tj ET`;
            })
            .join('\n');
    const content = add(stream('', drawn));
    return add(
      `<< /Type /Page /Parent ${tree} 0 R /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] /Contents ${content} 0 R /Resources << /Font << /F ${font} 0 R >> /XObject << /I ${image} 0 R >> >> >>`,
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
