import { readBreakdown } from '@duban/breakdown';
import { cell, list, num, numbered, paragraph, row, run, table, wordFile } from '../../test/word-file';
import { readDocument } from '../reading';

const read = (body: string, parts: Record<string, string> = {}) =>
  readDocument({ name: 'plan.docx', bytes: wordFile(body, parts) });
const linesOf = async (body: string, parts: Record<string, string> = {}): Promise<string[]> =>
  (await read(body, parts)).text.trimEnd().split('\n');
const LISTS =
  list(
    1,
    ['chineseCountingThousand', '%1、'],
    ['chineseCounting', '（%2）'],
    ['decimal', '%3．'],
    ['decimalEnclosedCircleChinese', '%4'],
  ) +
  list(2, ['decimal', '%1.'], ['decimal', '%1.%2']) +
  list(3, ['chineseCounting', '第%1条'], ['chineseCounting', '%1.%2', '<w:isLgl/>']) +
  list(4, ['bullet', '\uf0b7']);
const NUMBERING = {
  numbering: `${LISTS}${num(1, 1)}${num(2, 2)}${num(3, 3)}${num(4, 4)}${num(5, 2, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>')}${num(6, 2)}`,
};

describe('the numbers that Word makes itself', () => {
  it('are there, at all levels, and begin anew under each heading', async () => {
    const body = [
      numbered('水利', 1),
      numbered('灌区', 1, 1),
      numbered('修渠。', 1, 2),
      numbered('清淤。', 1, 2),
      numbered('一段', 1, 3),
      numbered('水库', 1, 1),
      numbered('架桥。', 1, 2),
      numbered('交通', 1),
      numbered('公路', 1, 1),
    ];
    expect(await linesOf(body.join(''), NUMBERING)).toEqual([
      '一、水利',
      '（一）灌区',
      '1．修渠。',
      '2．清淤。',
      '①一段',
      '（二）水库',
      '1．架桥。',
      '二、交通',
      '（一）公路',
    ]);
  });
  it.each([
    ['go on in another list of the same kind', [numbered('甲', 2), numbered('乙', 6)], ['1.甲', '2.乙']],
    [
      'start again where they are told to',
      [numbered('甲', 2), numbered('乙', 5), numbered('丙', 5)],
      ['1.甲', '1.乙', '2.丙'],
    ],
    ['hold those above', [numbered('甲', 2), numbered('乙', 2, 1), numbered('丙', 2, 1)], ['1.甲', '1.1 乙', '1.2 丙']],
    ['are digits where the level says so', [numbered('甲', 3), numbered('乙', 3, 1)], ['第一条 甲', '1.1 乙']],
    ['are none for a bullet', [numbered('甲', 4)], ['甲']],
    ['are none for list 0 and an unknown list', [numbered('甲', 0), numbered('乙', 99)], ['甲', '乙']],
    [
      'are not counted for an empty paragraph',
      [numbered('甲', 2), numbered(' ', 2), numbered('乙', 2)],
      ['1.甲', '2.乙'],
    ],
  ])('%s', async (_what, body, lines) => expect(await linesOf(body.join(''), NUMBERING)).toEqual(lines));
  it('come from the style of a paragraph, and from the style that it is based on', async () => {
    const styles = `<w:style w:type="paragraph" w:styleId="A"><w:name w:val="题"/><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style><w:style w:type="paragraph" w:styleId="B"><w:basedOn w:val="A"/></w:style>`;
    const body = paragraph('甲', '<w:pStyle w:val="A"/>') + paragraph('乙', '<w:pStyle w:val="B"/>');
    expect(await linesOf(body, { ...NUMBERING, styles })).toEqual(['（一）甲', '（二）乙']);
  });
});

describe('the text of a Word document', () => {
  it.each([
    ['insertions', `<w:p><w:ins>${run('新')}</w:ins>${run('旧')}</w:p>`, ['新旧']],
    ['no deletions', `<w:p><w:del><w:r><w:delText>删</w:delText></w:r></w:del>${run('留')}</w:p>`, ['留']],
    [
      'a move once',
      `<w:p><w:moveFrom>${run('移')}</w:moveFrom></w:p><w:p><w:moveTo>${run('移')}</w:moveTo></w:p>`,
      ['移'],
    ],
    [
      'two paragraphs as one where the mark between them was deleted',
      `${paragraph('前', '<w:rPr><w:del/></w:rPr>')}${paragraph('后')}`,
      ['前后'],
    ],
    ['no hidden text', paragraph(run('隐', '<w:vanish/>') + run('显', '<w:vanish w:val="0"/>')), ['显']],
    [
      'soft breaks and tabs',
      `<w:p><w:r><w:t>一</w:t><w:br/><w:t>二</w:t><w:tab/><w:t>三</w:t></w:r></w:p>`,
      ['一', '二\t三'],
    ],
    [
      'no tab stops and no codes of fields',
      `<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:instrText>PAGE</w:instrText><w:t>页</w:t></w:r></w:p>`,
      ['页'],
    ],
    [
      'a text box once',
      `<w:p>${run('正文')}<w:r><mc:AlternateContent><mc:Choice><w:txbxContent>${paragraph('框')}</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>${paragraph('框')}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>`,
      ['框', '正文'],
    ],
    [
      'what is filled in, and no prompt',
      `<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>${paragraph('单击')}</w:sdtContent></w:sdt><w:sdt><w:sdtPr/><w:sdtContent>${paragraph('填了')}</w:sdtContent></w:sdt>`,
      ['填了'],
    ],
    [
      'no pronunciation',
      `<w:p><w:r><w:ruby><w:rt>${run('pin')}</w:rt><w:rubyBase>${run('拼')}</w:rubyBase></w:ruby></w:r></w:p>`,
      ['拼'],
    ],
  ])('has %s', async (_what, body, lines) => expect(await linesOf(body)).toEqual(lines));
  it('has footnotes behind it, and no line above them', async () => {
    const footnotes = `<w:footnote w:type="separator">${paragraph('—')}</w:footnote><w:footnote>${paragraph('注释')}</w:footnote>`;
    expect(await linesOf(paragraph('正文'), { footnotes })).toEqual(['正文', '注释']);
  });
  it('has footnotes that are words of no task (footnote in the last task)', async () => {
    const footnotes = `<w:footnote>${paragraph('老旧小区指2000年以前建成的，县财政局负责解释。')}</w:footnote>`;
    const body =
      paragraph('1.修复水渠26公里。（责任单位：县水务局）') + paragraph('2.改造老旧小区12个。（责任单位：县住建局）');
    const { tasks, leftOut } = readBreakdown(await read(body, { footnotes }));
    expect(tasks.map(({ content, responsible }) => [content, responsible])).toEqual([
      ['修复水渠26公里。', ['县水务局']],
      ['改造老旧小区12个。', ['县住建局']],
    ]);
    expect(leftOut).toHaveLength(1);
  });
  it('has no table of contents', async () => {
    const styles = `<w:style w:styleId="T1"><w:name w:val="toc 1"/></w:style>`;
    expect(
      await linesOf(paragraph('一、水利\t1', '<w:pStyle w:val="T1"/>') + paragraph('一、水利'), { styles }),
    ).toEqual(['一、水利']);
  });
  it('is made of whole characters where a program wrote them in parts (NFD) (formr 111)', async () => {
    expect(await linesOf(paragraph('Cafe\u0301'))).toEqual(['Café']);
  });
  it('is read from a file with macros, which are not looked at', async () => {
    const bytes = wordFile(paragraph('正文'), { vbaProject: '' });
    expect((await readDocument({ name: 'a.docm', bytes })).text).toBe('正文\n');
  });
});

describe('the tables of a Word document', () => {
  it('have merged cells in each place that they cover', async () => {
    const { text, tables } = await read(
      table(
        row(cell('甲', '<w:gridSpan w:val="2"/>'), cell('乙')),
        row(cell('丙', '<w:vMerge w:val="restart"/>'), cell('丁'), cell('')),
        row(cell('', '<w:vMerge/>'), cell('戊'), cell('己')),
      ),
    );
    const [only] = tables;
    expect(only!.rows.map((cells) => cells.map(({ start, end }) => text.slice(start, end)))).toEqual([
      ['甲', '甲', '乙'],
      ['丙', '丁', ''],
      ['丙', '戊', '己'],
    ]);
    expect(text).toBe('甲\t乙\n丙\t丁\t\n\t戊\t己\n');
  });
  it('stand in cells of others, with paragraphs around them', async () => {
    const { text, tables } = await read(
      table(row(cell(paragraph('上') + table(row(cell('甲'), cell('乙'))) + paragraph('下')), cell('右'))),
    );
    expect(
      tables.map(({ rows }) => rows.map((cells) => cells.map(({ start, end }) => text.slice(start, end)))),
    ).toEqual([[['上\n甲\t乙\n下', '右']], [['甲', '乙']]]);
  });
  it('give tasks with the units, dates and headings of their cells', async () => {
    const body =
      paragraph('青禾县2031年重点工作任务分解表') +
      paragraph('一、水利') +
      table(
        row(
          cell('序号'),
          cell('工作任务'),
          cell('责任分工', '<w:gridSpan w:val="2"/>'),
          cell('完成时限', '<w:vMerge w:val="restart"/>'),
        ),
        row(cell(''), cell(''), cell('牵头单位'), cell('配合单位'), cell('', '<w:vMerge/>')),
        row(
          cell('1'),
          cell('修复水渠26公里。'),
          cell('县水务局'),
          cell(paragraph('县财政局') + paragraph('县发改局')),
          cell('6月底前'),
        ),
        row(
          cell('2'),
          cell('新建水库1座。'),
          cell('县水务局', '<w:vMerge w:val="restart"/>'),
          cell(''),
          cell('长期坚持'),
        ),
        row(cell('3'), cell('清淤河道5条。'), cell('', '<w:vMerge/>'), cell('各乡镇人民政府'), cell('10月底前')),
      );
    const breakdown = readBreakdown(await read(body));
    expect(breakdown.title).toBe('青禾县2031年重点工作任务分解表');
    expect(
      breakdown.tasks.map((task) => [
        task.number,
        task.path,
        task.content,
        task.lead,
        task.cooperating,
        task.deadline?.due,
      ]),
    ).toEqual([
      ['1', ['一、水利'], '修复水渠26公里。', ['县水务局'], ['县财政局', '县发改局'], '2031-06-30'],
      ['2', ['一、水利'], '新建水库1座。', ['县水务局'], [], null],
      ['3', ['一、水利'], '清淤河道5条。', ['县水务局'], ['各乡镇人民政府'], '2031-10-31'],
    ]);
    expect(breakdown.columns.map(({ header, field }) => [header, field])).toEqual([
      ['序号', 'number'],
      ['工作任务', 'content'],
      ['牵头单位', 'lead'],
      ['配合单位', 'cooperating'],
      ['完成时限', 'deadline'],
    ]);
  });
});

describe('a Word document that cannot be read', () => {
  it.each([
    ['without text', wordFile(paragraph(' ')), 'DOCUMENT.NO_TEXT'],
    ['that is cut off', wordFile(paragraph('正文')).subarray(0, 300), 'DOCUMENT.BROKEN'],
    ['with XML that does not end', wordFile('<w:p>'), 'DOCUMENT.BROKEN'],
    [
      'with entities that stand for other files',
      wordFile(paragraph('&x;'), {}, '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
      'DOCUMENT.BROKEN',
    ],
    ['with entities that are not declared', wordFile(paragraph('&x;')), 'DOCUMENT.BROKEN'],
  ])('is one %s', async (_what, bytes, code) => {
    await expect(readDocument({ name: 'a.docx', bytes })).rejects.toMatchObject({ kind: 'invalid', code });
  });
});
