import type { NoticeState } from '@duban/domain';

/** All words of a bulletin's document (通报) in one language. */
export interface BulletinWords {
  office: (jurisdiction: string) => string;
  issue: (year: number, number: number) => string;
  span: (from: string, to: string) => string;
  whole: string;
  wholeWords: (counts: Record<'tasks' | 'verified' | 'open' | 'overdue' | 'red' | 'yellow', number>) => string;
  redTasks: string;
  late: string;
  notices: (count: number) => string;
  noNotices: string;
  cards: (count: number) => string;
  columns: Readonly<
    Record<
      'number' | 'task' | 'lead' | 'unit' | 'overdue' | 'standing' | 'about' | 'issued' | 'state' | 'card' | 'why',
      string
    >
  >;
  /** Before each heading, which is numbered by what there is. */
  ordinals: readonly string[];
  item: (number: string) => string;
  states: Readonly<Record<NoticeState, string>>;
  points: (count: number) => string;
  comma: string;
  checkpoint: (checkpoint: { number: number; size: number; root: string; signed: string }) => string;
}

const zh: BulletinWords = {
  office: (jurisdiction) => `${jurisdiction}督查室`,
  issue: (year, number) => `〔${year}〕第${number}期`,
  span: (from, to) => `（${from}至${to}）`,
  whole: '总体情况',
  wholeWords: ({ tasks, verified, open, overdue, red, yellow }) =>
    `目前共有任务${tasks}项，已核验办结${verified}项；应办事项在办${open}件，其中逾期${overdue}件；亮红灯${red}项，亮黄灯${yellow}项。`,
  redTasks: '亮红灯的任务：',
  late: '逾期较多的单位',
  notices: (count) => `督办单（${count}件）`,
  noNotices: '本期没有督办单。',
  cards: (count) => `督办牌（${count}件）`,
  columns: {
    number: '编号',
    task: '任务',
    lead: '牵头单位',
    unit: '单位',
    overdue: '逾期件数',
    standing: '在办督办单',
    about: '事由',
    issued: '发出',
    state: '状态',
    card: '督办牌',
    why: '原因',
  },
  ordinals: ['一、', '二、', '三、', '四、'],
  item: (number) => `第${number}项`,
  states: {
    issued: '已发出',
    acknowledged: '已签收',
    answered: '已回复',
    closed: '已办结',
    raised: '已升级',
  },
  points: (count) => `计${count}分`,
  comma: '、',
  checkpoint: ({ number, size, root, signed }) => `存证：第${number}号，留痕${size}条，根${root}，${signed}签署`,
};

const en: BulletinWords = {
  office: (jurisdiction) => `Supervision office of ${jurisdiction}`,
  issue: (year, number) => `No. ${number} of ${year}`,
  span: (from, to) => `${from} to ${to}`,
  whole: 'As a whole',
  wholeWords: ({ tasks, verified, open, overdue, red, yellow }) =>
    `Tasks: ${tasks}, of which verified ${verified}. Obligations that are open: ${open}, of which overdue ${overdue}. With a red light: ${red}, with a yellow one: ${yellow}.`,
  redTasks: 'Tasks with a red light:',
  late: 'Units with the most that is overdue',
  notices: (count) => `Notices (${count})`,
  noNotices: 'No notices in this span.',
  cards: (count) => `Cards (${count})`,
  columns: {
    number: 'Number',
    task: 'Task',
    lead: 'Lead unit',
    unit: 'Unit',
    overdue: 'Overdue',
    standing: 'Standing notices',
    about: 'About',
    issued: 'Issued',
    state: 'State',
    card: 'Card',
    why: 'Why',
  },
  ordinals: ['1. ', '2. ', '3. ', '4. '],
  item: (number) => `Task ${number}`,
  states: {
    issued: 'issued',
    acknowledged: 'acknowledged',
    answered: 'answered',
    closed: 'closed',
    raised: 'raised',
  },
  points: (count) => `points: ${count}`,
  comma: ', ',
  checkpoint: ({ number, size, root, signed }) =>
    `Checkpoint ${number} of history: ${size} records, root ${root}, signed ${signed}`,
};

export const BULLETIN_WORDS = { zh, en };
