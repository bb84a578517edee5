/**
 * The text of a check that a column holds one of the values, such as the states of its machine: whoever adds one has
 * the entity right at once, and the migration that is missing is named by a spec. Values are names in the code, never
 * what somebody entered.
 */
export function oneOf(column: string, values: readonly string[]): string {
  return `${column} in (${values.map((value) => `'${value}'`).join(', ')})`;
}
