import type { ColumnField, Span } from './breakdown.types';
import { roleOfLabel } from './clause-labels';
import { cellsOf } from './table-cells';

/** What the cells of one column are. */
export type Column = ColumnField;

/** A table's head: its columns from the left, how its lines are cut, and whether each line holds a whole row. */
export interface TableHeader extends Span {
  columns: Column[];
  rowsAreLines: boolean;
  /** How cells are told apart; `none`: they run together. */
  mark: 'wide' | 'blank' | 'none';
  /** The index of the line behind the head. */
  next: number;
}

const NAMES: readonly (readonly [Column, readonly string[]])[] = [
  ['number', ['序号', '编号', '项号', '序']],
  ['category', ['类别', '分类', '领域', '板块', '类型', '大项', '工作类别', '任务类别', '项目类别', '任务分类']],
  [
    'content',
    [
      '事项',
      '任务',
      '项目',
      '内容',
      '问题',
      '措施',
      '工作事项',
      '工作任务',
      '工作内容',
      '工作目标',
      '工作措施',
      '工作举措',
      '工作要求',
      '重点任务',
      '重点工作',
      '重点事项',
      '重点工作任务',
      '主要任务',
      '主要内容',
      '主要工作',
      '主要措施',
      '具体任务',
      '具体内容',
      '具体措施',
      '具体事项',
      '目标任务',
      '任务内容',
      '任务名称',
      '任务事项',
      '任务分解',
      '项目名称',
      '项目内容',
      '建设内容',
      '实施内容',
      '改革事项',
      '改革任务',
      '目标',
      '年度目标',
      '目标要求',
      '任务目标',
    ],
  ],
  ['lead', ['牵头']],
  ['responsible', ['单位', '部门', '责任', '分工', '任务分工', '责任分工']],
  ['leaders', ['市领导', '县领导', '区领导', '责任领导', '领导']],
  ['deadline', ['时限', '时间', '期限', '完成日期']],
  // What a task promises stands in its words, too.
  ['other', ['备注', '说明', '进展', '级别', '地点', '总投资', '投资额', '资金来源', '目标值', '目标数', '指标值']],
];
const COLUMNS = new Map<string, Column>(
  NAMES.flatMap(([column, names]) => names.map((name) => [name, column] as const)),
);
/** What a name that is not known says by its last word, where nothing else in it says otherwise. */
const LAST_WORDS: readonly (readonly [Column, RegExp])[] = [
  ['other', /(?:电话|联系人|联系方式|备注|说明|情况|进展|投资|金额|资金|经费|地点|位置|来源|依据|性质|级别|形式)$/],
  ['deadline', /(?:时限|时间|期限|日期|节点|时间要求|进度要求|进度安排|时间安排)$/],
  ['leaders', /(?:领导|责任人|负责人|负责同志)$/],
  ['responsible', /(?:责任|承办|落实|实施|完成)(?:单位|部门|科室|处室|主体)$/],
  ['category', /(?:类别|分类|领域|板块|类型)$/],
  [
    'content',
    /(?:任务|事项|内容|措施|举措|目标|指标|要点|项目|工作|问题|建议|提案|议案|案由|题目|标题|名称|要求|标准|成果)$/,
  ],
];
export const COLUMN_FIELDS: readonly ColumnField[] = [
  'number',
  'category',
  'content',
  'lead',
  'responsible',
  'cooperating',
  'supervising',
  'leaders',
  'deadline',
  'measures',
  'other',
];
const UNITS: ReadonlySet<Column> = new Set<Column>(['lead', 'responsible', 'cooperating']);
const LONGEST_NAME = 14;
const MOST_COLUMNS = 12;
/** A head whose names run together begins with one of these, and is no longer. */
const NUMBER_NAMES = ['序号', '编号', '项号'];
const LONGEST_RUN = 60;
const FEWEST_COLUMNS = 3;

/** A cell of the head without blanks and without a bracket at its end (完成时限（年）), which says no more. */
const nameIn = (cell: string): string => cell.replace(/[ \n]/g, '').replace(/[(〔[][^)〕\]]*[)〕\]]$/, '');

/** The column that a cell of the head names, or null. */
export function columnOf(cell: string): Column | null {
  if (cell.length > LONGEST_NAME) return null;
  const name = nameIn(cell);
  return COLUMNS.get(name) ?? roleOfLabel(name);
}

/** The column that a cell names where all names of the head stand side by side: by its last word, if nothing else tells. */
export const columnInRow = (cell: string): Column | null =>
  columnOf(cell) ??
  (cell.length > LONGEST_NAME ? null : (LAST_WORDS.find(([, lastWord]) => lastWord.test(nameIn(cell)))?.[0] ?? null));

/** Whether columns are those of a table of tasks: it has one of tasks and one of units. */
export const areTaskColumns = (columns: readonly (Column | null)[]): boolean =>
  columns.includes('content') && columns.some((column) => column !== null && UNITS.has(column));

const isHead = (columns: readonly Column[]): boolean => columns.length >= FEWEST_COLUMNS && areTaskColumns(columns);

/** A head in one line, its names apart by tabs, gaps or blanks. */
function headInLine(text: string, folded: string, line: Span): Pick<TableHeader, 'columns' | 'mark'> | null {
  for (const mark of ['wide', 'blank'] as const) {
    const cells = cellsOf(text, folded, line, mark);
    if (cells.length < FEWEST_COLUMNS || cells.length > MOST_COLUMNS) continue;
    const columns = cells.map((cell) => {
      const name = folded.slice(cell.start, cell.end);
      return columnInRow(name);
    });
    if (columns.every((column) => column !== null) && isHead(columns)) return { columns, mark };
  }
  return null;
}

/** A head whose names stand on lines of their own; one name may be broken over two. */
function headOverLines(
  folded: string,
  lines: readonly Span[],
  index: number,
): { columns: Column[]; next: number } | null {
  const columns: Column[] = [];
  let next = index;
  while (columns.length < MOST_COLUMNS) {
    const line = lines[next];
    const below = lines[next + 1];
    if (!line || line.end - line.start > LONGEST_NAME) break;
    const own = columnOf(folded.slice(line.start, line.end));
    const joined =
      below && below.end - line.start <= LONGEST_NAME ? columnOf(folded.slice(line.start, below.end)) : null;
    const column = joined ?? own;
    if (column === null) break;
    columns.push(column);
    next += joined === null ? 1 : 2;
  }
  return isHead(columns) ? { columns, next } : null;
}

/** The columns of a head whose names run together, or null. */
function columnsRunTogether(folded: string, line: Span): Column[] | null {
  const words = folded.slice(line.start, Math.min(line.end, line.start + LONGEST_RUN + 1));
  if (words.length > LONGEST_RUN || !NUMBER_NAMES.some((start) => words.startsWith(start)) || /[ \t|,。]/.test(words))
    return null;
  const columns = cut(words);
  return columns && columns.length >= FEWEST_COLUMNS && columns[1] === 'content' && areTaskColumns(columns)
    ? columns
    : null;
}

/** Into as few names as there can be, each of a column that is known. */
function cut(words: string): Column[] | null {
  const best: (Column[] | null)[] = Array.from({ length: words.length + 1 }, () => null);
  best[words.length] = [];
  for (let at = words.length - 1; at >= 0; at--) {
    for (let end = Math.min(words.length, at + LONGEST_NAME); end > at; end--) {
      const rest = best[end];
      const column = rest ? columnOf(words.slice(at, end)) : null;
      if (rest && column && (best[at] === null || rest.length + 1 < best[at]!.length)) best[at] = [column, ...rest];
    }
  }
  return best[0] ?? null;
}

/** The head that begins at the line `index`, or null. A table needs a column of tasks and one of units. */
export function readTableHeader(
  text: string,
  folded: string,
  lines: readonly Span[],
  index: number,
): TableHeader | null {
  const line = lines[index];
  if (!line) return null;
  const inLine = headInLine(text, folded, line);
  if (inLine) return { ...line, ...inLine, rowsAreLines: true, next: index + 1 };
  const together = columnsRunTogether(folded, line);
  if (together) return { ...line, columns: together, rowsAreLines: true, mark: 'none', next: index + 1 };
  const overLines = headOverLines(folded, lines, index);
  const last = overLines && lines[overLines.next - 1];
  return overLines && last
    ? { start: line.start, end: last.end, ...overLines, rowsAreLines: false, mark: 'wide' }
    : null;
}
