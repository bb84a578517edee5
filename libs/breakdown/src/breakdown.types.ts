/** Character offsets (UTF-16 code units) into the text that was read, half-open. */
export interface Span {
  start: number;
  end: number;
}

/**
 * A table that the format of a file marks as one. A cell is a span of the document's text; one that covers several places
 * stands in each of them, and an empty one has an empty span. All rows have as many cells as the widest.
 */
export interface SourceTable extends Span {
  /** The name of the sheet, or null where tables have none. */
  name: string | null;
  rows: Span[][];
  /** For each row its number as the sheet counts, from 1, where blank rows are left out; else null. */
  rowNumbers: number[] | null;
}

/** What the reader of a file has to say of it: `at` is an offset into the text. */
export interface SourceNote {
  code: string;
  at: number;
  message: string;
}

/** What a file says: its text, and where in it tables stand, in order; a table in a cell follows the one around it. */
export interface SourceDocument {
  text: string;
  tables: SourceTable[];
  notes: SourceNote[];
  /** Where the text itself ends, if its footnotes stand behind it: they are words of no task. */
  end?: number;
}

/** Something a person should look at before the draft is issued. `code` is stable; `line`, from 1, is that of `start`. */
export interface Warning {
  code: string;
  line: number;
  start: number;
  message: string;
}

/** How a measured value is compared with the target's. `eq` is a plain number, met at or above it. */
export type Comparator = 'eq' | 'gte' | 'lte' | 'gt' | 'lt' | 'approx' | 'range';

/** A number the task promises (量化指标). 万 and 亿 are written out: 1.5万名 is 15000 名. `upper` only for `range`. */
export interface Target {
  text: string;
  value: number;
  upper?: number;
  unit: string;
  comparator: Comparator;
}

/** A date as written, and the calendar date (`YYYY-MM-DD`) it means, or null where none follows (持续推进). */
export interface DateWords {
  text: string;
  due: string | null;
}

/** A name, and where it stands. */
export interface Named extends Span {
  name: string;
}

/** The fields of a task whose source words are marked. */
export type MarkedField =
  | 'number'
  | 'content'
  | 'lead'
  | 'responsible'
  | 'cooperating'
  | 'supervising'
  | 'leaders'
  | 'deadline'
  | 'milestone'
  | 'target';

/**
 * The words of the text that a value of a task was read from. Units, leaders, milestones and targets have one each, in
 * the order of the field; content put together of several stretches has one for each of them. A leader or a date that a
 * heading gives to all tasks below it is marked in the heading.
 */
export interface Mark extends Span {
  field: MarkedField;
}

/** One numbered item (责任事项), or a part of one that has units of its own. Unit names are as written, one each. */
export interface DraftTask {
  number: string | null;
  /** The headings above it as written, outermost first; empty for a part. */
  path: string[];
  content: string;
  lead: string[];
  responsible: string[];
  cooperating: string[];
  supervising: string[];
  /** Names of people without their titles. */
  leaders: string[];
  /** The open tail of the unit list as written (等相关部门). */
  openEnded: string | null;
  /** The date of completion; earlier dates of the same task are milestones. */
  deadline: DateWords | null;
  milestones: DateWords[];
  /** A target stands with the part whose stretch of text promises it, else with the task: never with both. */
  targets: Target[];
  subtasks: DraftTask[];
  /** True where the text names no lead, neither for the task nor for a part: the responsible units will lead. */
  leadInferred: boolean;
  source: Span;
  marks: Mark[];
}

/** What the cells of one column of a table are read as; null for a column that is not read. */
export type ColumnField =
  | 'number'
  | 'category'
  | 'content'
  | 'lead'
  | 'responsible'
  | 'cooperating'
  | 'supervising'
  | 'leaders'
  | 'deadline'
  | 'measures'
  | 'other';

/** A column of a table that the file marks, for a person to confirm or to choose. `table` and `column` count from 1. */
export interface TableColumn {
  table: number;
  /** The name of the sheet, or null. */
  name: string | null;
  column: number;
  /** What the head of the table calls it. */
  header: string;
  field: ColumnField | null;
}

/** A person's word on a column, which goes before what its name says. */
export type ChosenColumn = Pick<TableColumn, 'table' | 'column' | 'field'>;

/** A responsibility breakdown (责任分解方案) as a draft plan. What is not a task, its headings or the title is left out. */
export interface Breakdown {
  title: string | null;
  documentNumber: string | null;
  year: number | null;
  leftOut: Span[];
  tasks: DraftTask[];
  warnings: Warning[];
  /** The columns of the tables that the file marks. */
  columns: TableColumn[];
}
