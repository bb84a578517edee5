import { nameKey } from '../names';

/** A column of a table of units or of groups. */
export interface Column {
  /** Where its value goes in the entry of the JSON file. */
  field: string;
  /** The first heads it in an export; all are understood, in whatever order the columns are. */
  headings: readonly [string, ...string[]];
  /** What stands in it: a text, several of them, or a whole number. */
  holds: 'text' | 'list' | 'number';
  isNeeded?: true;
  /** What an empty cell says, where that is more than that nothing is said. */
  empty?: null;
}

/** The sheet of units. A CSV file has this table and no other. */
export const UNIT_COLUMNS = [
  { field: 'jurisdiction', headings: ['辖区', '所属辖区', 'jurisdiction'], holds: 'text' },
  { field: 'position', headings: ['排序', '排序号', 'position'], holds: 'number' },
  { field: 'code', headings: ['编码', '单位编码', '代码', '单位代码', 'code'], holds: 'text', isNeeded: true },
  { field: 'name', headings: ['名称', '单位名称', '简称', '单位简称', 'name'], holds: 'text', isNeeded: true },
  { field: 'official', headings: ['全称', '单位全称', '规范名称', 'official', 'official name'], holds: 'text' },
  { field: 'aliases', headings: ['别称', '别名', 'aliases', 'alias'], holds: 'list' },
  { field: 'kind', headings: ['类别', '单位类别', '类型', 'kind'], holds: 'text', isNeeded: true },
  { field: 'parent', headings: ['上级单位编码', '上级编码', '上级单位', 'parent'], holds: 'text', empty: null },
  { field: 'groups', headings: ['集合单位编码', '集合单位', 'groups'], holds: 'list' },
] as const satisfies readonly Column[];

/** The sheet of groups. A group has a rule where one of the last three cells is filled. */
export const GROUP_COLUMNS = [
  { field: 'code', headings: ['编码', '集合单位编码', 'code'], holds: 'text', isNeeded: true },
  { field: 'name', headings: ['名称', '集合单位名称', '集合单位', 'name'], holds: 'text', isNeeded: true },
  { field: 'rule.kinds', headings: ['成员类别', 'kinds'], holds: 'list' },
  { field: 'rule.under', headings: ['成员上级单位编码', '成员上级编码', 'under'], holds: 'text' },
  { field: 'rule.except', headings: ['除外单位编码', '除外编码', 'except'], holds: 'list' },
] as const satisfies readonly Column[];

/** The first is what an export calls the sheet. */
export const UNIT_SHEETS = ['单位', '单位名录', 'units'] as const;
export const GROUP_SHEETS = ['集合单位', 'groups'] as const;
/** Sheets and columns that say something to people only. */
export const REMARK_SHEETS = ['说明', '填写说明', 'notes'] as const;
export const REMARK_COLUMNS = ['序号', '备注', 'no', 'remarks'] as const;

/** What a head of a column comes to: without signs that it must be filled in (编码*, 名称（必填）), in small letters. */
export const headingKey = (heading: string): string =>
  nameKey(heading)
    .replace(/\([^()]*\)$/, '')
    .replace(/^[*＊]+|[*＊]+$/g, '')
    .toLowerCase();

export const isAmong = (names: readonly string[], heading: string): boolean =>
  names.some((name) => headingKey(name) === headingKey(heading));
