export { Calendars, recordedPapers } from './calendars';
export * from './data-source';
export * from './database.module';
export * from './insert-all';
export * from './migrate';
export * from './one-of';
export * from './security/acting';
export * from './transactor';
export * from './demonstration-clock';
