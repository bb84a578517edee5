import { labelOfKind } from '../unit-kinds';
import type { UnitListing } from '../unit-listing';
import { joinList } from './cell-lists';
import { type Cell, writeCsv, writeWorkbook } from './table-file';
import { type Column, GROUP_COLUMNS, GROUP_SHEETS, UNIT_COLUMNS, UNIT_SHEETS } from './unit-columns';

export const EXPORT_FORMATS = ['json', 'xlsx', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const EXPORT_TYPES = {
  json: 'application/json',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv',
} as const satisfies Record<ExportFormat, string>;

/**
 * Writes a directory as a file that imports again as no change. A CSV file has no groups of its own: it names their
 * codes, and imports where they are known.
 */
export async function writeUnitFile(listing: UnitListing, format: ExportFormat): Promise<Buffer> {
  if (format === 'json') return Buffer.from(`${JSON.stringify(listing, null, 2)}\n`);
  const units = unitRows(listing);
  if (format === 'csv') return writeCsv(units);
  return writeWorkbook([
    [UNIT_SHEETS[0], units],
    [GROUP_SHEETS[0], groupRows(listing)],
  ]);
}

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
