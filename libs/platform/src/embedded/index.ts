export { startEmbeddedPostgres } from './embedded-postgres';
export type { EmbeddedPostgres, EmbeddedPostgresOptions } from './embedded-postgres';
export type { EmbeddedPostgresErrorCode } from './embedded-postgres.errors';
