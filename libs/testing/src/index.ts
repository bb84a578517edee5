export * from './test-browser';
export * from './test-clamd';
export * from './test-database';
export * from './test-imap';
export * from './test-redis';
export * from './until';
