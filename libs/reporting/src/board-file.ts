import { writeCsv, writeWorkbook } from '@duban/directory';
import type { AssignmentState, NoticeColour } from '@duban/domain';
import { localDateOf } from '@duban/kernel';
import type { Light, TaskRow } from './board';

const STATES: Readonly<Record<AssignmentState, string>> = {
  assigned: '待签收',
  in_progress: '办理中',
  reported: '已报办结',
  verified: '已核验',
  cancelled: '已撤销',
  not_implemented: '未能办成',
};
const LIGHT_WORDS: Readonly<Record<Light, string>> = { green: '绿灯', yellow: '黄灯', red: '红灯' };
const COLOURS: Readonly<Record<NoticeColour, string>> = { blue: '蓝色', yellow: '黄色', orange: '橙色', red: '红色' };

const CHINA = 'Asia/Shanghai';
/** Due at the end of a day, a thing is past with the first moment of the next. */
const dayOf = (dueAt: Date): string => localDateOf(new Date(new Date(dueAt).getTime() - 1), CHINA);

const COLUMNS: readonly (readonly [head: string, cell: (row: TaskRow) => string | number | null])[] = [
  ['编号', ({ number }) => number],
  ['所属部分', ({ path }) => path.join(' / ')],
  ['责任事项', ({ content }) => content],
  ['牵头单位', ({ leads }) => leads.join('、')],
  ['单位数', ({ units }) => units],
  ['状态', ({ state }) => state && STATES[state]],
  ['亮灯', ({ light }) => light && LIGHT_WORDS[light]],
  ['督办单', ({ notice }) => notice && COLOURS[notice as NoticeColour]],
  ['下一时限', ({ nextDueAt }) => nextDueAt && dayOf(nextDueAt)],
  ['逾期（件）', ({ overdue }) => overdue],
  ['办结时限', ({ dueOn }) => dueOn],
];

/** The board (台账) as a file for spreadsheets: a line a task, with all of its words. */
export async function boardFile(rows: readonly TaskRow[], format: 'xlsx' | 'csv'): Promise<Buffer> {
  const lines: (string | number | null)[][] = [
    COLUMNS.map(([head]) => head),
    ...rows.map((row) => COLUMNS.map(([, cell]) => cell(row))),
  ];
  return format === 'csv' ? writeCsv(lines) : writeWorkbook([['督办台账', lines]]);
}
