export type { Progress } from './formats/format';
export { readPlanDocument, readTables, refuseSecretDocument } from './read-document';
export type { TableCell, TableRow, TableSheet } from './tables';
export { wordToPdf } from './libre-office';
export { checkWordTemplate, fillWordTemplate, type TemplateFields, type TemplateValue } from './word/word-template';
