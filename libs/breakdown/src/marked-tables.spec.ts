import fc from 'fast-check';
import type { ChosenColumn, SourceDocument, SourceTable, Span } from './breakdown.types';
import { fold, isBlank } from './folded-text';
import { readBreakdown } from './read-breakdown';

/** A cell; `<` is the cell on its left again, `^` the one above: merged cells. */
type Written = readonly (readonly string[])[];

/** A document of paragraphs and tables, as a reader of files makes it. */
function documentOf(
  ...blocks: readonly (string | { name?: string; numbers?: number[]; rows: Written })[]
): SourceDocument {
  let text = '';
  const tables: SourceTable[] = [];
  for (const block of blocks) {
    if (typeof block === 'string') {
      text += `${block}\n`;
      continue;
    }
    const start = text.length;
    const rows: Span[][] = [];
    for (const words of block.rows) {
      if (rows.length > 0) text += '\n';
      const row: Span[] = [];
      for (const [index, cell] of words.entries()) {
        if (cell === '<') {
          row.push(row.at(-1)!);
          continue;
        }
        if (index > 0) text += '\t';
        if (cell === '^') row.push(rows.at(-1)![index]!);
        else {
          row.push({ start: text.length, end: text.length + cell.length });
          text += cell;
        }
      }
      rows.push(row);
    }
    tables.push({ name: block.name ?? null, start, end: text.length, rows, rowNumbers: block.numbers ?? null });
    text += '\n';
  }
  return { text, tables, notes: [] };
}
const tasksOf = (document: SourceDocument, columns: ChosenColumn[] = []) =>
  readBreakdown(document, { columns }).tasks.map((task) => [
    task.number,
    task.path.join('/'),
    task.content,
    task.lead.join(),
    task.responsible.join(),
    task.deadline?.due ?? null,
  ]);
const HEAD = ['序号', '工作任务', '牵头单位', '责任单位', '完成时限'];
const TITLE = '青禾县2031年重点工作责任分解表';

describe('tables that the file marks', () => {
  it('are read below a title in the table, with headings between the rows, and sums left out', () => {
    const document = documentOf({
      rows: [
        [TITLE, '<', '<', '<', '<'],
        HEAD,
        ['一、水利', '<', '<', '<', '<'],
        ['1', '修渠26公里。', '县水务局', '县财政局', '2031-06-30'],
        ['二、交通', '', '', '', ''],
        ['2', '架桥3座。', '县交通局', '', '9月底前'],
        ['合计', '', '2', '', ''],
      ],
    });
    expect(readBreakdown(document)).toMatchObject({ title: TITLE, year: 2031 });
    expect(tasksOf(document)).toEqual([
      ['1', '一、水利', '修渠26公里。', '县水务局', '县财政局', '2031-06-30'],
      ['2', '二、交通', '架桥3座。', '县交通局', '', '2031-09-30'],
    ]);
  });
  it('are read with a head that comes again, and with a head over two rows', () => {
    const head = [
      ['序号', '工作任务', '责任分工', '<', '完成时限'],
      ['^', '^', '牵头', '配合单位', '^'],
    ];
    const rows = [...head, ['1', '修渠', '县水务局', '县财政局', ''], ...head, ['2', '架桥', '县交通局', '', '']];
    expect(tasksOf(documentOf(TITLE, { rows })).map((task) => task.slice(0, 4))).toEqual([
      ['1', '', '修渠', '县水务局'],
      ['2', '', '架桥', '县交通局'],
    ]);
  });
  it('are read with categories over several rows, merged or written once', () => {
    const head = ['类别', '序号', '工作任务', '责任单位'];
    const merged = documentOf({
      rows: [
        head,
        ['水利', '1', '修渠', '县水务局'],
        ['^', '2', '清淤', '县水务局'],
        ['交通', '3', '架桥', '县交通局'],
      ],
    });
    const once = documentOf({
      rows: [head, ['水利', '1', '修渠', '县水务局'], ['', '2', '清淤', '县水务局'], ['交通', '3', '架桥', '县交通局']],
    });
    const paths = ['水利', '水利', '交通'];
    expect(tasksOf(merged).map(([, path]) => path)).toEqual(paths);
    expect(tasksOf(once).map(([, path]) => path)).toEqual(paths);
  });
  it('make one task of rows below one cell of words, and a heading of a cell above several of them', () => {
    const units = documentOf({
      rows: [
        ['序号', '任务', '责任单位'],
        ['1', '修渠', '县水务局'],
        ['^', '^', '县财政局'],
        ['2', '架桥', '县交通局'],
      ],
    });
    expect(tasksOf(units).map((task) => [task[0], task[2], task[4]])).toEqual([
      ['1', '修渠', '县水务局,县财政局'],
      ['2', '架桥', '县交通局'],
    ]);
    const measures = documentOf({
      rows: [
        ['序号', '重点任务', '具体措施', '责任单位'],
        ['1', '兴修水利', '修渠', '县水务局'],
        ['2', '^', '清淤', '县财政局'],
      ],
    });
    expect(tasksOf(measures).map((task) => task.slice(0, 3))).toEqual([
      ['1', '兴修水利', '修渠'],
      ['2', '兴修水利', '清淤'],
    ]);
  });
  it('join two columns of words, whatever stands between them', () => {
    const document = documentOf({
      rows: [
        ['任务', '责任单位', '具体内容'],
        ['修渠', '县水务局', '共26公里。'],
      ],
    });
    expect(tasksOf(document).map((task) => task[2])).toEqual(['修渠\n共26公里。']);
  });
  it('take the number out of the words where there is no column of it', () => {
    const document = documentOf({
      rows: [
        ['任务', '责任单位'],
        ['1.修渠', '县水务局'],
        ['2．架桥', '县交通局'],
      ],
    });
    expect(tasksOf(document).map((task) => task.slice(0, 3))).toEqual([
      ['1', '', '修渠'],
      ['2', '', '架桥'],
    ]);
  });
  it('are several, in sheets that name their part, and go on without a head', () => {
    const document = documentOf(
      '产业',
      { name: '产业', rows: [HEAD, ['1', '招商', '县商务局', '', '']] },
      '民生',
      { name: '民生', rows: [HEAD, ['1', '建学校', '县教育局', '', ''], ['2', '建医院', '县卫健局', '', '']] },
      { rows: [['3', '建公园', '县住建局', '', '']] },
    );
    expect(tasksOf(document).map((task) => task.slice(0, 4))).toEqual([
      ['1', '产业', '招商', '县商务局'],
      ['1', '民生', '建学校', '县教育局'],
      ['2', '民生', '建医院', '县卫健局'],
      ['3', '', '建公园', '县住建局'],
    ]);
  });
  it('stand beside tasks in the text, which is read as ever', () => {
    const document = documentOf(
      `${TITLE}\n1.修渠。（责任单位：县水务局）`,
      { rows: [HEAD, ['2', '架桥', '县交通局', '', '']] },
      '3.植树。（责任单位：县林业局）',
    );
    expect(tasksOf(document).map((task) => task.slice(0, 3))).toEqual([
      ['1', '', '修渠。'],
      ['2', '', '架桥'],
      ['3', '', '植树。'],
    ]);
  });
  it('are part of the text where they hold no tasks', () => {
    const document = documentOf(
      `${TITLE}\n1.修渠。`,
      { rows: [['（责任单位：县水务局）']] },
      '2.架桥。（责任单位：县交通局）',
    );
    expect(tasksOf(document).map((task) => [task[0], task[4]])).toEqual([
      ['1', '县水务局'],
      ['2', '县交通局'],
    ]);
  });

  describe('show their columns', () => {
    const rows = [
      ['序号', '要办的事', '谁来办'],
      ['1', '修渠', '县水务局'],
      ['2', '架桥', '县交通局'],
    ];

    it('with what each is read as, for a person to confirm', () => {
      expect(readBreakdown(documentOf({ name: '台账', rows })).columns).toEqual([
        { table: 1, name: '台账', column: 1, header: '序号', field: 'number' },
        { table: 1, name: '台账', column: 2, header: '要办的事', field: null },
        { table: 1, name: '台账', column: 3, header: '谁来办', field: null },
      ]);
      expect(tasksOf(documentOf({ rows }))).toEqual([]);
    });
    it('and are read as a person chooses', () => {
      const chosen: ChosenColumn[] = [
        { table: 1, column: 2, field: 'content' },
        { table: 1, column: 3, field: 'lead' },
      ];
      expect(tasksOf(documentOf({ rows }), chosen).map((task) => task.slice(0, 4))).toEqual([
        ['1', '', '修渠', '县水务局'],
        ['2', '', '架桥', '县交通局'],
      ]);
      const units = documentOf({ rows: [HEAD, ['1', '修渠', '县水务局', '县财政局', '']] });
      expect(tasksOf(units, [{ table: 1, column: 3, field: null }])[0]!.slice(3, 5)).toEqual(['', '县财政局']);
    });
  });

  it('name the sheet and the row as the sheet counts it, of what is wrong', () => {
    const rows = [HEAD, ['1', '修渠', '', '', ''], ['2', '架桥', '', '县交通局', '']];
    const { warnings } = readBreakdown(documentOf(TITLE, { name: '台账', numbers: [3, 4, 9], rows }));
    expect(warnings.map(({ code, message }) => [code, message.split(':')[0]])).toEqual([
      ['no_units', 'Sheet 台账, row 4'],
      ['lead_inferred', 'Sheet 台账, row 9'],
    ]);
  });

  const words = fc.constantFrom(
    '',
    '',
    '1',
    '2',
    '修渠。',
    '县水务局',
    '一、水利',
    '合计',
    '年底前',
    ...HEAD,
    '<',
    '^',
    '说明，很长的一段话。',
  );
  const block = fc.oneof(
    fc.constantFrom(TITLE, '一、水利', '1.修渠。（责任单位：县水务局）', '说明'),
    fc
      .record({ rows: fc.array(fc.array(words, { minLength: 5, maxLength: 5 }), { minLength: 1, maxLength: 8 }) })
      .map(({ rows }) => ({
        rows: [HEAD, ...rows].map((row, index) =>
          row.map((cell, at) => ((cell === '<' && at === 0) || (cell === '^' && index === 0) ? '' : cell)),
        ),
      })),
  );

  it('lose no character: each is in a task, a heading, the title or left out', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 5 }), (blocks) => {
        const document = documentOf(...blocks);
        const { tasks, leftOut, title } = readBreakdown(document);
        const covered = new Uint8Array(document.text.length);
        for (const { start, end } of [...tasks.map((task) => task.source), ...leftOut]) {
          expect(start).toBeLessThanOrEqual(end);
          covered.fill(1, start, end);
        }
        const said = `${title ?? ''}\n${tasks.flatMap((task) => task.path).join('\n')}`;
        const folded = fold(document.text);
        for (let at = 0; at < folded.length; at++)
          if (covered[at] === 0 && !isBlank(folded[at])) expect(said).toContain(document.text[at]);
      }),
      { numRuns: 500 },
    );
  });
});
