import { readBreakdown } from '@duban/breakdown';
import { pdfFile, type Printed, setParagraphs } from '../../test/pdf-file';
import { readDocument } from '../reading';

const read = (pages: Parameters<typeof pdfFile>[0]) => readDocument({ name: 'a', bytes: pdfFile(pages) });
const linesOf = async (pages: readonly (readonly Printed[])[]): Promise<string[]> =>
  (await read(pages)).text.trimEnd().split('\n');
const LONG =
  '修复水渠26公里，清淤河道5条，新建水库1座，改造泵站12处，整治塘堰300口，恢复灌溉面积8万亩，6月底前全部完工。';
const TITLE: Printed = { words: '青禾县2031年重点工作责任分解方案', x: 150, y: 60, size: 18 };

describe('a PDF with text', () => {
  it('is read where its font is named and not embedded', async () => {
    expect(await linesOf([[TITLE]])).toEqual([TITLE.words]);
  });
  it('has its lines joined to paragraphs, over the end of a page too', async () => {
    const paragraphs = Array.from({ length: 40 }, (_, i) => `${i + 1}.${LONG}（责任单位：县水务局、县财政局）`);
    const pages = setParagraphs(paragraphs);
    expect(pages.length).toBeGreaterThan(2);
    expect(await linesOf(pages)).toEqual(paragraphs);
    expect(readBreakdown(await read(pages)).tasks).toHaveLength(40);
  });
  it('has no heads that run over the pages, and no numbers of pages', async () => {
    const paragraphs = Array.from({ length: 60 }, (_, i) => `${i + 1}.${LONG}`);
    const pages = setParagraphs(paragraphs).map((page, index) => [
      { words: '青禾县人民政府办公室文件', x: 200, y: 40 },
      ...page,
      { words: `— ${index + 1} —`, x: 280, y: 810 },
    ]);
    expect(await linesOf(pages)).toEqual(paragraphs);
  });
  it('has its columns one after the other', async () => {
    const half = (from: number): string[] => Array.from({ length: 4 }, (_, i) => `${from + i}.${LONG}`);
    const [left] = setParagraphs(half(1), { x: 60, width: 220 });
    const [right] = setParagraphs(half(5), { x: 315, width: 220 });
    expect(await linesOf([[TITLE, ...left!, ...right!]])).toEqual([TITLE.words, ...half(1), ...half(5)]);
  });
  it('has no blanks between Han and digits, and keeps those between words', async () => {
    const words = '改造 260 个小区，建成 5G 基站， by 2031 at last';
    expect(await linesOf([[{ words, x: 70, y: 100 }]])).toEqual(['改造260个小区，建成5G基站，by 2031 at last']);
  });
  it('keeps cells apart that stand far apart', async () => {
    const row = (y: number, ...words: string[]): Printed[] =>
      words.map((one, i) => ({ words: one, x: 60 + 150 * i, y }));
    expect(await linesOf([[...row(100, '序号', '任务', '责任单位'), ...row(120, '1', '修渠', '县水务局')]])).toEqual([
      '序号\t任务\t责任单位',
      '1\t修渠\t县水务局',
    ]);
  });
  it('names the pages that are pictures, and reads the others', async () => {
    const { warnings, tasks } = readBreakdown(await read([[{ words: `1.${LONG}`, x: 70, y: 100 }], 'picture', []]));
    expect(tasks).toEqual([]);
    expect(warnings.map(({ code, message }) => `${code}: ${message}`)).toContain(
      'pages_without_text: Page 2 of the file is a picture without text, and nothing was read there.',
    );
  });
  it.each([
    ['a scan, with its pages named', pdfFile(['picture', 'picture']), 'DOCUMENT.SCANNED', /Pages 1, 2 /],
    ['blank', pdfFile([[]]), 'DOCUMENT.NO_TEXT', /no text/],
    ['protected by a password', pdfFile([[TITLE]], { isProtected: true }), 'DOCUMENT.PROTECTED', /password/],
    ['cut off', pdfFile([[TITLE]]).subarray(0, 200), 'DOCUMENT.BROKEN', /damaged/],
    ['garbage', Buffer.from('%PDF-1.7\nnothing'), 'DOCUMENT.BROKEN', /damaged/],
  ])('is refused where it is %s', async (_what, bytes, code, message) => {
    await expect(readDocument({ name: 'a.pdf', bytes })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});
