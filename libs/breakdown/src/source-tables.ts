import type { ChosenColumn, SourceTable, Span, TableColumn } from './breakdown.types';
import { isEmpty } from './table-cells';
import { areTaskColumns, columnInRow, columnOf, type Column } from './table-header';

/** A table of the source with its head found: for each column what it is, and the first row behind the head. */
export interface HeadedTable extends SourceTable {
  headers: string[];
  columns: (Column | null)[];
  /** The first row of the head. */
  from: number;
  next: number;
  /** Whether it is read as tasks. */
  hasTasks: boolean;
}

/** Titles, notes and blanks stand above a head; so many rows are looked at. */
const MOST_ROWS_ABOVE = 12;
const LONGEST_HEADER = 40;
const FEWEST_COLUMNS = 2;

type Head = Pick<HeadedTable, 'headers' | 'columns' | 'from' | 'next'>;

const isSame = (one: Span | undefined, other: Span | undefined): boolean =>
  one !== undefined && other !== undefined && one.start === other.start && one.end === other.end && !isEmpty(one);

/** The cells of a row that are filled, each once however many places it covers. */
export const distinctCells = (row: readonly Span[]): Span[] =>
  row.filter((cell, index) => !isEmpty(cell) && !isSame(cell, row[index - 1]));

/** Finds what the columns of the tables of a document are: by the names in their heads, and by what a person chose. */
export class TableHeads {
  constructor(
    private readonly folded: string,
    private readonly chosen: readonly ChosenColumn[],
  ) {}

  read(tables: readonly SourceTable[]): HeadedTable[] {
    const headed: HeadedTable[] = [];
    let before: HeadedTable | undefined;
    let end = 0;
    tables.forEach((table, index) => {
      const chosen = this.chosen.filter((one) => one.table === index + 1);
      const found = this.headOf(table, chosen.length > 0) ?? this.continued(table, before);
      const head = found && { ...found, columns: withChosen(found.columns, chosen) };
      // A table in a cell of one that is read is part of the words of that cell.
      const hasTasks = head !== null && table.start >= end && areTaskColumns(head.columns);
      headed.push({ ...table, ...(head ?? { headers: [], columns: [], from: 0, next: 0 }), hasTasks });
      if (!hasTasks) return;
      before = headed.at(-1);
      end = table.end;
    });
    return headed;
  }

  /** Whether the row is the head again, as it is on each page, or another head; then that. */
  headAt(table: SourceTable, index: number): Head | null {
    const row = table.rows[index] ?? [];
    const below = table.rows[index + 1];
    const single = this.names(row);
    const double = below ? this.namesOver(row, below) : null;
    if (double && areTaskColumns(double.map(columnInRow))) return head(double, index, index + 2);
    return single.length >= FEWEST_COLUMNS && areTaskColumns(single.map(columnInRow))
      ? head(single, index, index + 1)
      : null;
  }

  private headOf(table: SourceTable, isChosen: boolean): Head | null {
    const most = Math.min(table.rows.length, MOST_ROWS_ABOVE);
    for (let index = 0; index < most; index++) {
      const found = this.headAt(table, index);
      if (found) return found;
    }
    // No names of ours: the first row of several short cells may still be a head, for a person to say.
    for (let index = 0; index < most; index++) {
      const row = table.rows[index] ?? [];
      const cells = distinctCells(row);
      if (cells.length < FEWEST_COLUMNS || (cells.length < row.length && !isChosen)) continue;
      if (cells.some((cell) => cell.end - cell.start > LONGEST_HEADER) && !isChosen) return null;
      return table.rows.length > index + 1 ? head(this.names(row), index, index + 1) : null;
    }
    return null;
  }

  /** A table without a head that carries on the numbers of the one before it, as where a page or a sheet ended. */
  private continued(table: SourceTable, before: HeadedTable | undefined): Head | null {
    const number = before?.columns.indexOf('number') ?? -1;
    const last = before?.rows.at(-1)?.[number];
    const first = table.rows[0]?.[number];
    if (!before || !last || !first || table.rows[0]?.length !== before.columns.length) return null;
    const numberIn = (cell: Span): number => Number(/^\d{1,5}/.exec(this.words(cell))?.[0] ?? Number.NaN);
    return numberIn(first) === numberIn(last) + 1
      ? { headers: before.headers, columns: before.columns, from: 0, next: 0 }
      : null;
  }

  private words(cell: Span): string {
    return this.folded.slice(cell.start, Math.min(cell.end, cell.start + LONGEST_HEADER + 1)).replace(/[ \n]+/g, '');
  }

  private names(row: readonly Span[]): string[] {
    return row.map((cell) => this.words(cell));
  }

  /** The names of a head over two rows: a cell over several columns stands above those that it is parted into. */
  private namesOver(row: readonly Span[], below: readonly Span[]): string[] | null {
    const reachesDown = row.some((cell, index) => isSame(cell, below[index]));
    const reachesOver = row.some((cell, index) => isSame(cell, row[index + 1]));
    if (distinctCells(row).length < FEWEST_COLUMNS) return null;
    if (!reachesDown && !reachesOver) return this.namesOverUnmerged(row, below);
    let isNamed = false;
    const names = row.map((cell, index) => {
      const under = below[index];
      const [own, parted] = [this.words(cell), under ? this.words(under) : ''];
      if (isSame(cell, under) || parted === '') return own;
      const known = [parted, own + parted].find((name) => columnOf(name) !== null);
      isNamed ||= known !== undefined;
      // What stands below must name something, or it is the first row of the table.
      return known ?? own;
    });
    return isNamed ? names : null;
  }

  /** The same where nothing is merged, as in a text: the places that the cells would cover are empty. */
  private namesOverUnmerged(row: readonly Span[], below: readonly Span[]): string[] | null {
    if (!below.some((cell, index) => !isEmpty(cell) && isEmpty(row[index] ?? cell))) return null;
    const alone = row.filter((cell, index) => !isEmpty(cell) && isEmpty(below[index] ?? cell));
    if (alone.length === 0 || alone.some((cell) => columnInRow(this.words(cell)) === null)) return null;
    let above = '';
    const names = row.map((cell, index) => {
      const under = below[index];
      const [own, parted] = [this.words(cell), under ? this.words(under) : ''];
      above = own === '' ? above : own;
      if (parted === '') return own;
      return [parted, above + parted].find((name) => columnOf(name) !== null) ?? null;
    });
    return names.every((name) => name !== null) ? names : null;
  }
}

const head = (headers: string[], from: number, next: number): Head => ({
  headers,
  columns: headers.map(columnInRow),
  from,
  next,
});

function withChosen(columns: readonly (Column | null)[], chosen: readonly ChosenColumn[]): (Column | null)[] {
  const changed = [...columns];
  for (const { column, field } of chosen) if (column <= changed.length) changed[column - 1] = field;
  return changed;
}

/** The columns of all tables that have a head, for a person to confirm. */
export function columnsOf(tables: readonly HeadedTable[]): TableColumn[] {
  return tables.flatMap(({ name, headers, columns }, table) =>
    headers.map((header, index) => ({
      table: table + 1,
      name,
      column: index + 1,
      header,
      field: columns[index] ?? null,
    })),
  );
}
