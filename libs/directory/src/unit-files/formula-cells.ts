/*
 * A spreadsheet takes what begins with one of these signs in a CSV file for a formula, and runs it (CSV injection). An
 * apostrophe before it makes it text; a cell that begins with apostrophes and such a sign gets one more, so that none is
 * lost on the way back. In .xlsx a cell says by itself that it is text.
 */
const FORMULA = /^'*[=+\-@＝＋－＠\t\r]/;
const GUARDED = /^'+[=+\-@＝＋－＠\t\r]/;

export const guardFormula = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

export const unguardFormula = (text: string): string => (GUARDED.test(text) ? text.slice(1) : text);
