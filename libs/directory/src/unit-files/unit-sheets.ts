import type { TableCell, TableRow, TableSheet } from '@duban/documents';
import { DomainError, type ErrorPlace, type Fault } from '@duban/kernel';
import { entryOf, type FileList, type FilePlaces, type UnitFile } from '../file-places';
import { nameKey } from '../names';
import { splitList } from './cell-lists';
import { unguardFormula } from './formula-cells';
import {
  type Column,
  GROUP_COLUMNS,
  GROUP_SHEETS,
  headingKey,
  isAmong,
  REMARK_COLUMNS,
  REMARK_SHEETS,
  UNIT_COLUMNS,
  UNIT_SHEETS,
} from './unit-columns';

/** The heads of columns stand in one of the first rows, under a title perhaps. */
const LAST_HEAD_ROW = 20;
/** So many of the known heads make a row the one of heads. */
const FEWEST_HEADS = 2;
/** Excel keeps that many digits of a number; what was longer has lost some. */
const MOST_DIGITS = 15;

/**
 * Makes a document in the shape of the JSON file of tables of units. Nothing is guessed: a column that is not known is
 * a fault, as is a cell that Excel has made a date or a fraction of.
 * @throws DomainError `UNIT.IMPORT_INVALID` with all faults of sheets and heads, each with its place
 */
export function readUnitSheets(sheets: readonly TableSheet[]): UnitFile {
  const { units, groups, faults: unknown } = chooseSheets(sheets);
  if (!units) throw wrongHeads([noHead(sheets[0]?.name ?? null), ...unknown]);
  const unitTable = findTable(units, UNIT_COLUMNS);
  const groupTable = groups ? findTable(groups, GROUP_COLUMNS) : null;
  const faults = [...unknown, ...unitTable.faults, ...(groupTable?.faults ?? [])];
  if (faults.length > 0) throw wrongHeads(faults);

  const reading = new SheetReading({ units: unitTable, ...(groupTable ? { groups: groupTable } : {}) });
  return reading.read();
}

function wrongHeads(faults: readonly Fault[]): DomainError {
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
  const message = `The file of units has ${count}. ${faults[0]?.message}`;
  return new DomainError('invalid', 'UNIT.IMPORT_INVALID', message, { faults });
}

function chooseSheets(sheets: readonly TableSheet[]): {
  units: TableSheet | undefined;
  groups: TableSheet | undefined;
  faults: Fault[];
} {
  const filled = sheets.filter(({ name, rows }) => rows.length > 0 && !isAmong(REMARK_SHEETS, name ?? ''));
  const groups = filled.find(({ name }) => isAmong(GROUP_SHEETS, name ?? ''));
  const others = filled.filter((sheet) => sheet !== groups);
  const units = others.find(({ name }) => isAmong(UNIT_SHEETS, name ?? '')) ?? others[0];
  const faults = others.flatMap((sheet): Fault[] => {
    if (sheet === units) return [];
    const message = `The sheet ${sheet.name} is not known. Units stand in one sheet, ${UNIT_SHEETS[0]}, and groups in another, ${GROUP_SHEETS[0]}: remove this one, or name it ${REMARK_SHEETS[0]}.`;
    return [{ code: 'UNIT.UNKNOWN_SHEET', message, ...inSheet(sheet.name) }];
  });
  return { units, groups, faults };
}

const inSheet = (name: string | null): ErrorPlace => (name === null ? {} : { sheet: name });

function noHead(sheet: string | null): Fault {
  const needed = UNIT_COLUMNS.filter((column) => 'isNeeded' in column).map(({ headings }) => headings[0]);
  const where = sheet === null ? 'The file' : `The sheet ${sheet}`;
  const message = `${where} has no row with heads of columns among its first ${LAST_HEAD_ROW}. Give one, with ${needed.join('、')} at least.`;
  return { code: 'UNIT.NO_HEADINGS', message, ...inSheet(sheet) };
}

/** A table with what its columns are. */
interface Table {
  sheet: string | null;
  /** By their numbers, from 1. */
  columns: Map<number, Column & { heading: string }>;
  rows: TableRow[];
  faults: Fault[];
}

function findTable({ name: sheet, rows }: TableSheet, known: readonly Column[]): Table {
  const columnOf = (heading: string): Column | undefined =>
    known.find(({ headings }) => headings.some((one) => headingKey(one) === headingKey(heading)));
  const table: Table = { sheet, columns: new Map(), rows: [], faults: [] };
  const { columns, faults } = table;
  const headIndex = rows.findIndex(
    ({ number, cells }) =>
      number <= LAST_HEAD_ROW &&
      new Set(cells.map(({ text }) => columnOf(text)).filter((column) => column !== undefined)).size >= FEWEST_HEADS,
  );
  const head = rows[headIndex];
  if (!head) {
    faults.push(noHead(sheet));
    return table;
  }
  table.rows = rows.slice(headIndex + 1);
  const add = (code: string, message: string, row: number, column?: string): unknown =>
    faults.push({ code, message, ...inSheet(sheet), row, ...(column === undefined ? {} : { column }) });

  const named = new Set<number>();
  for (const { column: number, text } of head.cells) {
    const heading = text.trim();
    const place = placeOf(number, heading);
    named.add(number);
    if (isAmong(REMARK_COLUMNS, heading)) continue;
    const column = columnOf(heading);
    const twin = column && [...columns.values()].find(({ field }) => field === column.field);
    if (!column) {
      const choice = [...known.map(({ headings }) => headings[0]), ...REMARK_COLUMNS.slice(0, 2)].join('、');
      const message = `The column ${place} is not known. Name it as one of ${choice}, or remove it.`;
      add('UNIT.UNKNOWN_COLUMN', message, head.number, place);
    } else if (twin) {
      const message = `The column ${place} says the same as ${twin.heading}. Remove one of them.`;
      add('UNIT.COLUMN_TWICE', message, head.number, place);
    } else columns.set(number, { ...column, heading });
  }
  for (const { field, headings, isNeeded } of known) {
    if (!isNeeded || [...columns.values()].some((column) => column.field === field)) continue;
    add('UNIT.MISSING_COLUMN', `There is no column ${headings[0]}. Add it.`, head.number);
  }
  for (const { number, cells } of table.rows) {
    for (const cell of cells) {
      if (named.has(cell.column)) continue;
      named.add(cell.column);
      const place = placeOf(cell.column, '');
      const message = `The column ${place} has no head. Give it one, or remove what stands in it.`;
      add('UNIT.UNKNOWN_COLUMN', message, number, place);
    }
  }
  return table;
}

/** A column as people see it: its letter and its head (B 名称). */
const placeOf = (number: number, heading: string): string => `${letterOf(number)} ${heading}`.trim();

/** A for 1, AA for 27. */
function letterOf(number: number): string {
  let letters = '';
  for (let rest = number; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  }
  return letters;
}

type Entry = Record<string, unknown>;

class SheetReading implements FilePlaces {
  private readonly faults: Fault[] = [];
  /** The rows of the entries, by their places in the lists. */
  private readonly rows: Record<FileList, number[]> = { units: [], groups: [] };

  constructor(private readonly tables: { units: Table; groups?: Table }) {}

  read(): UnitFile {
    const units = this.readEntries('units', this.tables.units);
    const { groups: groupTable } = this.tables;
    const saysRules = [...(groupTable?.columns.values() ?? [])].some(({ field }) => field.startsWith(RULE));
    const groups = groupTable && this.readEntries('groups', groupTable).map((entry) => toGroup(entry, saysRules));
    const jurisdiction = this.takeJurisdiction(units);
    const document = {
      ...(jurisdiction === undefined ? {} : { jurisdiction }),
      units,
      ...(groups ? { groups } : {}),
    };
    return { document, places: this, faults: this.faults };
  }

  named(field: string): string {
    const { sheet, row, column } = this.at(field);
    if (row === undefined) return NAMES[field] ?? field;
    const inRow = column === undefined ? `row ${row}` : `row ${row}, column ${column}`;
    return sheet === undefined ? inRow.replace('row', 'Row') : `Sheet ${sheet}, ${inRow}`;
  }

  at(field: string): ErrorPlace {
    const entry = field === 'jurisdiction' ? { list: 'units' as const, index: 0, part: field } : entryOf(field);
    if (!entry) return inSheet(this.tables[field as FileList]?.sheet ?? null);
    const { list, index, part } = entry;
    const table = this.tables[list];
    const row = this.rows[list][index];
    const name = part.replace(/\[\d+\]/g, '');
    const found = [...(table?.columns ?? [])].find(([, column]) => `${column.field}.`.startsWith(`${name}.`));
    if (!found && field === 'jurisdiction') return inSheet(table?.sheet ?? null);
    return {
      ...inSheet(table?.sheet ?? null),
      ...(row === undefined ? {} : { row }),
      ...(found ? { column: placeOf(found[0], found[1].heading) } : {}),
    };
  }

  row(list: FileList, index: number): number {
    return this.rows[list][index] ?? 0;
  }

  private readEntries(list: FileList, table: Table): Entry[] {
    const entries: Entry[] = [];
    for (const { number, cells } of table.rows) {
      const filled = new Map(cells.map((cell) => [cell.column, cell]));
      // A row with nothing but its number is as good as blank, and so is one with nothing but whose it is.
      const says = [...table.columns].some(([column, { field }]) => filled.has(column) && field !== 'jurisdiction');
      if (!says) continue;
      const index = this.rows[list].push(number) - 1;
      const entry: Entry = {};
      for (const [at, column] of table.columns) {
        const cell = filled.get(at);
        const value = cell ? this.valueOf(cell, column, table, `${list}[${index}].${column.field}`) : column.empty;
        if (value !== undefined) entry[column.field] = value;
      }
      entries.push(entry);
    }
    return entries;
  }

  private valueOf(cell: TableCell, column: Column, table: Table, field: string): unknown {
    const refuse = (code: string, says: string): undefined => {
      this.faults.push({ code, message: `${this.named(field)}: ${says}`, field, ...this.at(field) });
    };
    // In a CSV file the apostrophe before a formula is part of the text.
    const text = (table.sheet === null ? unguardFormula(cell.text.trim()) : cell.text).trim();
    if (cell.type === 'date')
      return refuse('UNIT.CELL_IS_DATE', 'Excel has made a date of it. Make the cell text, and write it anew.');
    if (cell.type === 'error')
      return refuse('UNIT.CELL_IS_ERROR', `the cell shows the error ${text}. Write what is meant.`);
    if (cell.type === 'boolean') return refuse('UNIT.CELL_NOT_TEXT', `the cell is ${text}, and no text. Make it text.`);
    if (/[\r\n]/.test(text))
      return refuse('UNIT.LINE_BREAK', 'the cell has several lines. Write it in one; several names are apart by 、.');
    if (column.holds === 'number') {
      const digits = text.normalize('NFKC');
      return /^\d{1,9}$/.test(digits) ? Number(digits) : refuse('UNIT.WRONG_TYPE', 'give a whole number.');
    }
    if (cell.type === 'number' && !(/^\d+$/.test(text) && text.length <= MOST_DIGITS)) {
      return refuse(
        'UNIT.CELL_NOT_TEXT',
        `Excel has made a number of it (${text}). Make the cell text, and write it anew.`,
      );
    }
    if (column.holds === 'text') return text;
    return (
      splitList(text) ?? refuse('UNIT.BAD_QUOTES', 'a quotation mark is not closed, or something stands behind it.')
    );
  }

  /** All units of a file are of one jurisdiction; each row may say so. */
  private takeJurisdiction(units: Entry[]): string | undefined {
    let first: string | undefined;
    units.forEach((unit, index) => {
      const { jurisdiction } = unit;
      delete unit['jurisdiction'];
      if (typeof jurisdiction !== 'string') return;
      first ??= jurisdiction;
      if (nameKey(jurisdiction) === nameKey(first)) return;
      const field = `units[${index}].jurisdiction`;
      const message = `${this.named(field)}: the units before are of ${first}. A file is of one jurisdiction: split it.`;
      this.faults.push({ code: 'UNIT.OTHER_JURISDICTION', message, field, ...this.at(field) });
    });
    return first;
  }
}

const RULE = 'rule.';
/** What is of the whole file, in a sentence. */
const NAMES: Readonly<Record<string, string>> = {
  jurisdiction: `The jurisdiction (${UNIT_COLUMNS[0].headings[0]}: a column of that head, or the field jurisdiction of the form)`,
  units: 'The table of units',
  groups: 'The table of groups',
};

/** Puts the parts of a rule together; a sheet without their columns says nothing of rules. */
function toGroup(entry: Entry, saysRules: boolean): Entry {
  const group: Entry = {};
  const rule: Entry = {};
  for (const [field, value] of Object.entries(entry)) {
    if (field.startsWith(RULE)) rule[field.slice(RULE.length)] = value;
    else group[field] = value;
  }
  if (saysRules) group['rule'] = Object.keys(rule).length > 0 ? rule : null;
  return group;
}
