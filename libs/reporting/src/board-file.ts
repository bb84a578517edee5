import { writeCsv, writeWorkbook } from '@duban/directory';
import type { AssignmentState, NoticeColour } from '@duban/domain';
import { localDateOf } from '@duban/kernel';
import type { Light, TaskRow } from './board';

export const BOARD_FILE_FORMATS = ['xlsx', 'csv'] as const;
export const BOARD_FILE_LANGUAGES = ['zh', 'en'] as const;
export interface BoardFile {
  format: (typeof BOARD_FILE_FORMATS)[number];
  language: (typeof BOARD_FILE_LANGUAGES)[number];
}

interface Words {
  sheet: string;
  heads: Readonly<Record<keyof typeof CELLS, string>>;
  states: Readonly<Record<AssignmentState, string>>;
  lights: Readonly<Record<Light, string>>;
  colours: Readonly<Record<NoticeColour, string>>;
  comma: string;
}

const CHINA = 'Asia/Shanghai';
/** Due at the end of a day, a thing is past with the first moment of the next. */
const dayOf = (dueAt: Date): string => localDateOf(new Date(new Date(dueAt).getTime() - 1), CHINA);

/** The columns, in their order. */
const CELLS = {
  number: ({ number }: TaskRow) => number,
  section: ({ path }: TaskRow) => path.join(' / '),
  content: ({ content }: TaskRow) => content,
  leads: ({ leads }: TaskRow, { comma }: Words) => leads.join(comma),
  units: ({ units }: TaskRow) => units,
  state: ({ state }: TaskRow, { states }: Words) => state && states[state],
  light: ({ light }: TaskRow, { lights }: Words) => light && lights[light],
  notice: ({ notice }: TaskRow, { colours }: Words) => notice && colours[notice as NoticeColour],
  next: ({ nextDueAt }: TaskRow) => nextDueAt && dayOf(nextDueAt),
  overdue: ({ overdue }: TaskRow) => overdue,
  due: ({ dueOn }: TaskRow) => dueOn,
} as const;

const WORDS: Readonly<Record<BoardFile['language'], Words>> = {
  zh: {
    sheet: '督办台账',
    heads: {
      number: '编号',
      section: '所属部分',
      content: '责任事项',
      leads: '牵头单位',
      units: '单位数',
      state: '状态',
      light: '亮灯',
      notice: '督办单',
      next: '下一时限',
      overdue: '逾期（件）',
      due: '办结时限',
    },
    states: {
      assigned: '待签收',
      in_progress: '办理中',
      reported: '已报办结',
      verified: '已核验',
      cancelled: '已撤销',
      not_implemented: '未能办成',
    },
    lights: { green: '绿灯', yellow: '黄灯', red: '红灯' },
    colours: { blue: '蓝色', yellow: '黄色', orange: '橙色', red: '红色' },
    comma: '、',
  },
  en: {
    sheet: 'Board',
    heads: {
      number: 'No.',
      section: 'Section',
      content: 'Task',
      leads: 'Lead',
      units: 'Units',
      state: 'State',
      light: 'Light',
      notice: 'Notice',
      next: 'Next date',
      overdue: 'Overdue',
      due: 'Completion',
    },
    states: {
      assigned: 'assigned',
      in_progress: 'in progress',
      reported: 'reported done',
      verified: 'verified',
      cancelled: 'cancelled',
      not_implemented: 'not implemented',
    },
    lights: { green: 'green', yellow: 'yellow', red: 'red' },
    colours: { blue: 'blue', yellow: 'yellow', orange: 'orange', red: 'red' },
    comma: ', ',
  },
};

/** The board (台账) as a file for spreadsheets: a line a task, with all of its words. */
export async function boardFile(rows: readonly TaskRow[], { format, language }: BoardFile): Promise<Buffer> {
  const words = WORDS[language];
  const columns = Object.keys(CELLS) as (keyof typeof CELLS)[];
  const lines: (string | number | null)[][] = [
    columns.map((column) => words.heads[column]),
    ...rows.map((row) => columns.map((column) => CELLS[column](row, words))),
  ];
  return format === 'csv' ? writeCsv(lines) : writeWorkbook([[words.sheet, lines]]);
}
