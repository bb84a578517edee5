import { readBreakdown } from '@duban/breakdown';
import { readDocument } from '../reading';

const read = (html: string | Uint8Array, name = 'page.html') =>
  readDocument({ name, bytes: typeof html === 'string' ? Buffer.from(html) : html });
const linesOf = async (body: string): Promise<string[]> =>
  (await read(`<!DOCTYPE html><html><body>${body}</body></html>`)).text.trimEnd().split('\n');

describe('a saved page', () => {
  it.each([
    [
      'paragraphs, and words in a line',
      '<p>修复<b>水渠</b>\n26<span>公里</span></p><div>架桥</div>',
      ['修复水渠 26公里', '架桥'],
    ],
    ['line breaks', '<p>一<br>二</p>', ['一', '二']],
    ['the numbers of lists', '<ol start="3"><li>修渠<li>架桥<ul><li>甲</ul></ol>', ['3.修渠', '4.架桥', '甲']],
    [
      'no scripts, styles, menus and hidden parts',
      '<script>1</script><style>p{}</style><nav>首页</nav><p style="display: none">藏</p><p hidden>藏</p><p>显</p>',
      ['显'],
    ],
    ['entities', '<p>A&amp;B&nbsp;&#8212;C</p>', ['A&B\u00a0—C']],
    [
      'text in tags that are not closed',
      '<p>一<p>二<table><tr><td>三<td>四<tr><td>五</table>',
      ['一', '二', '三\t四', '五\t'].map((line) => line.replace(/\t$/, '')),
    ],
  ])('has %s', async (_what, body, lines) => expect(await linesOf(body)).toEqual(lines));

  it('has tables with merged cells, and tables within tables', async () => {
    const { text, tables } = await read(
      '<html><table><tr><td><table><tr><th rowspan=2>甲<th colspan=2>乙<tr><td>丙<td>丁</table></table>',
    );
    expect(tables.map(({ rows }) => rows.map((row) => row.map(({ start, end }) => text.slice(start, end))))).toEqual([
      [['甲\t乙\n\t丙\t丁']],
      [
        ['甲', '乙', '乙'],
        ['甲', '丙', '丁'],
      ],
    ]);
  });
  it('gives tasks of its table, whatever the layout around it', async () => {
    const page = `<html><head><title>x</title></head><body><table><tr><td><h1>青禾县2031年重点工作责任分解表</h1>
      <table><thead><tr><th>序号<th>工作任务<th>责任单位</thead><tr><td>1<td>修渠<td>县水务局<tr><td>2<td>架桥<td>县交通局</table></table>`;
    const { title, tasks } = readBreakdown(await read(page));
    expect([title, ...tasks.map(({ number, responsible }) => [number, responsible])]).toEqual([
      '青禾县2031年重点工作责任分解表',
      ['1', ['县水务局']],
      ['2', ['县交通局']],
    ]);
  });
  it.each([
    ['by what it says itself', '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">', 'd0dec7fe'],
    ['in spite of what it says', '<meta charset="utf-8">', 'd0dec7fe'],
    ['where it says nothing', '<body>', 'd0dec7fe'],
    ['in the encoding of Taiwan where it says so', '<meta charset="big5">', 'add7'],
  ])('is decoded %s', async (_what, head, hex) => {
    const bytes = Buffer.concat([Buffer.from(`<html>${head}<p>`), Buffer.from(hex, 'hex')]);
    expect((await read(bytes)).text.trim()).toMatch(/^修渠?$/);
  });
  it('is known by its content, as a program wrote it into a file .xls', async () => {
    expect((await read('\ufeff<table><tr><td>甲<td>乙</table>', 'a.xls')).tables).toHaveLength(1);
  });
  it('is read however far its cells reach', async () => {
    const wide = `<html><table>${'<tr><td rowspan=60000 colspan=60000>格'.repeat(30)}</table>`;
    expect((await read(wide)).tables[0]!.rows[0]!.length).toBeLessThanOrEqual(256);
  });
  it.each([
    ['paragraphs', '<p>深'],
    ['line breaks', '<br>深'],
    ['items of lists', '<li>深'],
    ['words in bold', '<p><b>深'],
    ['terms', '<dt>深<dd>深'],
  ])('is read with thousands of %s that are not closed', async (_what, tags) => {
    expect((await read(`<html>${tags.repeat(2_000)}`)).text.match(/深/g)!.length).toBeGreaterThanOrEqual(2_000);
  });
  it.each([
    ['400 deep', '<div>'.repeat(400)],
    ['in a list in a table in a list', '<ul><li><table><tr><td>'.repeat(70)],
  ])('is read where it is nested %s', async (_what, tags) => {
    expect((await read(`<html>${tags}深`)).text.trim()).toBe('深');
  });
  it.each([
    ['elements', '<div>'],
    ['elements that are not known', '<o:x>'],
    ['tables', '<table><tr><td>'],
    ['words in ever other letters', Array.from({ length: 600 }, (_, size) => `<font size=${size}>`).join('')],
    ['elements that are not shown', '<template>'],
  ])('is refused where %s are nested deeper than browsers nest (quadratic time)', async (_what, tags) => {
    await expect(read(`<html><body>${tags.repeat(200_000 / tags.length)}深`)).rejects.toMatchObject({
      code: 'DOCUMENT.TOO_HARD',
      message: expect.stringContaining('nested'),
    });
  });
  it('is refused where it says nothing', async () => {
    await expect(read('<html><script>1</script></html>')).rejects.toMatchObject({ code: 'DOCUMENT.NO_TEXT' });
  });
});
