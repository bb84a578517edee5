import { type ChosenColumn, COLUMN_FIELDS } from '@duban/breakdown';
import { type Fault, invalid } from '@duban/kernel';
import { z } from 'zod';
import { textOrNull } from '../schemas';

const field = z.enum(COLUMN_FIELDS).nullable().meta({ description: 'What its cells are; null for one not read.' });
const place = z.int().min(1).max(100_000);

/** A column of a table in a document, as the answer has it. */
export const column = z.object({
  table: z.int().meta({ description: 'From 1, in the order of the document.' }),
  name: textOrNull.meta({ description: 'The name of the sheet.' }),
  column: z.int().meta({ description: 'From 1.' }),
  header: z.string(),
  field,
});
/** The form's field that says what columns are. */
export const chosenColumns = {
  type: 'string',
  description:
    'What columns of tables are, where their names do not say it: JSON, [{"table": 1, "column": 2, "field": "content"}].',
};
const chosen = z.array(z.strictObject({ table: place, column: place, field })).max(1_000);

/**
 * What a form says that columns are.
 * @throws DomainError PLAN.BAD_COLUMNS, with the table and the column of each fault
 */
export function readChosenColumns(text: string | undefined): ChosenColumn[] {
  if (text === undefined) return [];
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalid('PLAN.BAD_COLUMNS', 'The field "columns" is not JSON.', { field: 'columns' });
  }
  const read = chosen.safeParse(json);
  if (read.success) return read.data;
  throw invalid('PLAN.BAD_COLUMNS', 'Columns are [{"table": 1, "column": 2, "field": "content"}].', {
    field: 'columns',
    faults: read.error.issues.slice(0, 100).map((issue) => faultOf(issue.path, json)),
  });
}

function faultOf([index, ...path]: readonly PropertyKey[], json: unknown): Fault {
  const entry: unknown = typeof index === 'number' && Array.isArray(json) ? json[index] : undefined;
  const { table, column } = (entry ?? {}) as { table?: unknown; column?: unknown };
  const where = entry === undefined ? '' : ` (table ${JSON.stringify(table)}, column ${JSON.stringify(column)})`;
  const what = path[0] === 'field' ? `a field is one of ${COLUMN_FIELDS.join(', ')} or null` : 'it is no such entry';
  return {
    code: 'PLAN.BAD_COLUMNS',
    message: `The column cannot be chosen${where}: ${what}.`,
    field: `columns${typeof index === 'number' ? `[${index}]` : ''}${path.map((part) => `.${String(part)}`).join('')}`,
    ...(typeof column === 'number' || typeof column === 'string' ? { column: String(column) } : {}),
  };
}
