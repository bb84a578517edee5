import type { CellObject } from '@e965/xlsx';
import { unparse } from 'papaparse';
import { labelOfKind } from '../unit-kinds';
import type { UnitListing } from '../unit-listing';
import { joinList } from './cell-lists';
import { guardFormula } from './formula-cells';
import { type Column, GROUP_COLUMNS, GROUP_SHEETS, UNIT_COLUMNS, UNIT_SHEETS } from './unit-columns';

export const EXPORT_FORMATS = ['json', 'xlsx', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const EXPORT_TYPES = {
  json: 'application/json',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv',
} as const satisfies Record<ExportFormat, string>;

/** Of columns, in characters. */
const WIDTH = 20;

/**
 * Writes a directory as a file that imports again as no change. A CSV file has no groups of its own: it names their
 * codes, and imports where they are known.
 */
export async function writeUnitFile(listing: UnitListing, format: ExportFormat): Promise<Buffer> {
  if (format === 'json') return Buffer.from(`${JSON.stringify(listing, null, 2)}\n`);
  const units = unitRows(listing);
  return format === 'csv' ? writeCsv(units) : writeBook(units, groupRows(listing));
}

type Cell = string | number | null;

function unitRows({ jurisdiction, units }: UnitListing): Cell[][] {
  const rows = units.map((unit) => {
    const { aliases, groups, kind } = unit;
    const cells: Record<string, Cell> = {
      ...unit,
      jurisdiction,
      kind: labelOfKind(kind),
      aliases: joinList(aliases),
      groups: joinList(groups),
    };
    return UNIT_COLUMNS.map(({ field }) => cells[field] ?? null);
  });
  return [headsOf(UNIT_COLUMNS), ...rows];
}

function groupRows({ groups }: UnitListing): Cell[][] {
  const rows = groups.map(({ code, name, rule }) => {
    const cells: Record<string, Cell> = {
      code,
      name,
      'rule.kinds': rule && joinList(rule.kinds.map(labelOfKind)),
      'rule.under': rule && rule.under,
      'rule.except': rule && joinList(rule.except),
    };
    return GROUP_COLUMNS.map(({ field }) => cells[field] ?? null);
  });
  return [headsOf(GROUP_COLUMNS), ...rows];
}

const headsOf = (columns: readonly Column[]): string[] => columns.map(({ headings }) => headings[0]);

/** UTF-8 with the mark by which Excel knows it. */
function writeCsv(rows: readonly Cell[][]): Buffer {
  const guarded = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? guardFormula(cell) : cell)));
  return Buffer.from(`\ufeff${unparse(guarded, { newline: '\r\n' })}\r\n`);
}

async function writeBook(units: readonly Cell[][], groups: readonly Cell[][]): Promise<Buffer> {
  const { utils, write } = await import('@e965/xlsx');
  const book = utils.book_new();
  for (const [name, rows] of [[UNIT_SHEETS[0], units] as const, [GROUP_SHEETS[0], groups] as const]) {
    const sheet = utils.aoa_to_sheet(rows.map((row) => row.map(typed)));
    sheet['!cols'] = (rows[0] ?? []).map(() => ({ wch: WIDTH }));
    utils.book_append_sheet(book, sheet, name);
  }
  // With the texts in one list, as Excel has them: what stands in a cell itself is unescaped twice by readers.
  return write(book, { type: 'buffer', bookType: 'xlsx', bookSST: true, compression: true }) as Buffer;
}

/** Each cell says what it is: a code with zeros before it stays one, and what looks like a formula stays text. */
function typed(cell: Cell): CellObject | null {
  if (cell === null || cell === '') return null;
  return typeof cell === 'number' ? { t: 'n', v: cell } : { t: 's', v: cell.replace(ESCAPE, '_x005F_'), z: '@' };
}

/** In a spreadsheet `_x000D_` is a character by its number; what only looks like one has its first sign written so. */
const ESCAPE = /_(?=x[0-9A-Fa-f]{4}_)/g;
