export * from './breakdown.types';
export { decodeText, type Encoding } from './decode-text';
export * from './differences';
export { wordsOf } from './likeness';
export { readBreakdown } from './read-breakdown';
export { readTermFromIssue, type TermFromIssue } from './term-from-issue';
export { readStandingUnits, type StandingUnitsRule } from './standing-units';
export { areTaskColumns, COLUMN_FIELDS, columnInRow } from './table-header';
export { isParty, startsLikeUnit, unitAtStart } from './unit-names';
