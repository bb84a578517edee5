import { columnInRow } from '@duban/breakdown';
import type { SourceWriter } from '../source-writer';
import { lay, type Line, type Piece } from './page-lines';
import { joinLines } from './paragraphs';
import type { ReadPage } from './open-tables';
import type { PageTable, TableCell } from './page-table';

/** So many lines with gaps in them look like a table. */
const FEWEST_ROWS = 3;
const FEWEST_GAPS = 2;
/** In points. */
const SAME_EDGE = 4;

const gapsIn = ({ words }: Line): number => words.split('\t').length - 1;

/** Whether a page may hold a table: only then is it worth the time to look for its lines. */
export const hasCells = (pieces: readonly Piece[]): boolean => lay(pieces).some((line) => gapsIn(line) > 0);

/** Writes down pages, text and tables in their order; a table that goes on over the end of a page is one. */
export function writePages(writer: SourceWriter, pages: readonly ReadPage[]): void {
  let text: { width: number; lines: Line[] }[] = [];
  let table: PageTable | null = null;
  const finish = (): void => {
    if (table) writeTable(writer, table);
    table = null;
    for (const paragraph of joinLines(text)) writer.paragraph(paragraph);
    text = [];
  };
  pages.forEach((page, index) => {
    let top = Number.NEGATIVE_INFINITY;
    for (const next of [...page.tables, null]) {
      const bottom = next?.top ?? Number.POSITIVE_INFINITY;
      const lines = page.lines.filter(({ y }) => y > top && y <= bottom);
      if (lines.length > 0) {
        if (table) finish();
        text.push({ width: page.width, lines });
      }
      if (next && table && haveSameEdges(table, next)) table = joined(table, next);
      else if (next) {
        finish();
        table = next;
      }
      top = next?.bottom ?? bottom;
    }
    if (page.isUnclear || isUnclear(page)) {
      finish();
      writer.note(
        'table_unclear',
        `Page ${index + 1} seems to hold a table without lines around its cells, and cells of several lines may have run into each other: check it, or send the table as Word or Excel.`,
      );
    }
  });
  finish();
}

/** Whether lines outside of tables stand in columns, and not all in as many, as where cells have several lines. */
function isUnclear({ lines }: ReadPage): boolean {
  const rows = lines.filter((line) => gapsIn(line) >= FEWEST_GAPS);
  return rows.length >= FEWEST_ROWS && rows.some((row) => gapsIn(row) !== gapsIn(rows[0] ?? row));
}

const haveSameEdges = (one: PageTable, other: PageTable): boolean =>
  one.edges.length === other.edges.length &&
  one.edges.every((edge, index) => Math.abs(edge - (other.edges[index] ?? 0)) <= SAME_EDGE);

/**
 * Two parts of a table. The first row of the second carries on the last one where it has no number, nor what stands for
 * it; a head above such a row was repeated for the page alone.
 */
function joined(table: PageTable, next: PageTable): PageTable {
  const head = repeatedHead(table, next);
  const number = next.cells.find(({ row, column }) => row === head && column === numberColumn(table));
  const carriesOn = number !== undefined && number.rows === 1 && number.lines.length === 0;
  const first = carriesOn ? head : 0;
  const shift = table.rowCount - first - (carriesOn ? 1 : 0);
  const cells = [...table.cells];
  for (const cell of next.cells) {
    if (cell.row < first) continue;
    const above = carriesOn && cell.row === first ? lastAt(cells, table.rowCount - 1, cell.column) : -1;
    const before = cells[above];
    if (before)
      cells[above] = {
        ...before,
        lines: [
          ...before.lines.slice(0, -1),
          (before.lines.at(-1) ?? '') + (cell.lines[0] ?? ''),
          ...cell.lines.slice(1),
        ],
      };
    else cells.push({ ...cell, row: cell.row + shift });
  }
  return { ...next, edges: table.edges, cells, rowCount: shift + next.rowCount };
}

/** How many rows at the top of a part say what those of the whole say: its head. */
function repeatedHead(table: PageTable, next: PageTable): number {
  const words = ({ cells }: PageTable, row: number): string =>
    cells.flatMap((cell) => (cell.row === row ? `${cell.column}:${cell.lines.join('')}` : [])).join('\t');
  let rows = 0;
  while (rows < next.rowCount && words(next, rows) === words(table, rows)) rows++;
  return rows;
}

const numberColumn = ({ cells }: PageTable): number =>
  cells.find(({ row, lines }) => row === 0 && columnInRow(lines.join('')) === 'number')?.column ?? 0;

const lastAt = (cells: readonly TableCell[], row: number, column: number): number =>
  cells.findIndex(
    (cell) =>
      cell.row <= row && cell.row + cell.rows > row && cell.column <= column && cell.column + cell.columns > column,
  );

function writeTable(writer: SourceWriter, { cells, rowCount }: PageTable): void {
  const rows: TableCell[][] = Array.from({ length: rowCount }, () => []);
  for (const cell of cells) rows[cell.row]?.push(cell);
  writer.openTable();
  for (const row of rows) {
    writer.openRow();
    for (const { columns, rows: covered, lines } of row.sort((one, other) => one.column - other.column)) {
      writer.openCell({ columns, rows: covered });
      for (const line of lines) writer.paragraph(line);
      writer.closeCell();
    }
    writer.closeRow();
  }
  writer.closeTable();
}
