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
  it('is read however deep it is nested, and however far its cells reach', async () => {
    expect((await read(`<html>${'<div>'.repeat(5_000)}深`)).text).toBe('深\n');
    const wide = `<html><table>${'<tr><td rowspan=60000 colspan=60000>格'.repeat(30)}</table>`;
    expect((await read(wide)).tables[0]!.rows[0]!.length).toBeLessThanOrEqual(256);
  });
  it('is refused where it says nothing', async () => {
    await expect(read('<html><script>1</script></html>')).rejects.toMatchObject({ code: 'DOCUMENT.NO_TEXT' });
  });
});
