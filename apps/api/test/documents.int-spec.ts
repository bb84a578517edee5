import { cell, paragraph, row, table, wordFile } from '../../../libs/documents/test/word-file';
import { type Case, refuseAll, type Request } from './cases';
import { Edge, formOf, useEdge } from './edge';

const NAMED = wordFile(
  paragraph('临澜市2023年重点工作分解表') +
    table(
      row(cell('序号'), cell('工作任务'), cell('牵头单位'), cell('谁配合')),
      row(cell('1'), cell('修复水渠26公里。'), cell('市水务局'), cell('市财政局')),
    ),
);
const file = Buffer.from(NAMED);
const withColumns = (columns: unknown): FormData =>
  formOf(file, 'plan.docx', 'file', { columns: typeof columns === 'string' ? columns : JSON.stringify(columns) });

describe('A document that is no plain text', () => {
  const edge = useEdge((database) => Edge.open(database));

  it('is read, and its columns are shown with the draft, also as of then', async () => {
    const office = await edge().as('office');
    const draft = await office.do('POST', '/plans', { form: formOf(file, 'plan.docx') });
    expect(draft.tasks).toMatchObject([
      { number: '1', content: '修复水渠26公里。', lead: ['市水务局'], cooperating: [] },
    ]);
    expect(draft.columns).toEqual([
      { table: 1, name: null, column: 1, header: '序号', field: 'number' },
      { table: 1, name: null, column: 2, header: '工作任务', field: 'content' },
      { table: 1, name: null, column: 3, header: '牵头单位', field: 'lead' },
      { table: 1, name: null, column: 4, header: '谁配合', field: null },
    ]);
    expect((await office.get(`/plans/${draft.id}`)).columns).toEqual(draft.columns);
  });

  it('is read by the columns that a person chooses, whatever their names', async () => {
    const office = await edge().as('office');
    const columns = [{ table: 1, column: 4, field: 'cooperating' }];
    const draft = await office.do('POST', '/plans', { form: withColumns(columns) });
    expect(draft.tasks).toMatchObject([{ lead: ['市水务局'], cooperating: ['市财政局'] }]);
    expect(draft.columns[3]).toMatchObject({ header: '谁配合', field: 'cooperating' });
  });

  const upload = (form: FormData): Request => ['office', 'POST', '/plans', { form }];
  const at = (field: string): unknown =>
    expect.arrayContaining([expect.objectContaining({ field: expect.stringContaining(field) })]);
  const cases: Case[] = [
    ['with columns that are no JSON', () => upload(withColumns('[')), '422 PLAN.BAD_COLUMNS', { field: 'columns' }],
    [
      'with a column as an unknown field',
      () => upload(withColumns([{ table: 1, column: 4, field: 'boss' }])),
      '422 PLAN.BAD_COLUMNS',
      { faults: [expect.objectContaining({ column: '4', message: expect.stringContaining('table 1') })] },
    ],
    [
      'with a column that it does not have',
      () => upload(withColumns([{ table: 1, column: 9, field: 'lead' }])),
      '422 PLAN.UNKNOWN_COLUMN',
      { faults: at('columns[0]') },
    ],
    [
      'that is cut off',
      () => upload(formOf(file.subarray(0, 300), 'plan.docx')),
      '422 DOCUMENT.BROKEN',
      { field: 'file' },
    ],
    [
      'without a word in it',
      () => upload(formOf(Buffer.from(wordFile(paragraph(' '))), 'plan.docx')),
      '422 DOCUMENT.NO_TEXT',
      { field: 'file' },
    ],
  ];
  describe('is refused', () => refuseAll(edge, () => undefined, cases));
});
