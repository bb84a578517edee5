export type { Progress } from './formats/format';
export { readPlanDocument, readTables, refuseSecretDocument } from './read-document';
export type { TableCell, TableRow, TableSheet } from './tables';
