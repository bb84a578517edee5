import { DataSource, type DataSourceOptions } from 'typeorm';
import { MIGRATIONS } from './migrations';
import { PreparingClient } from './preparing-client';

type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;

/** The role as which the application connects: it owns no table and may nothing until a transaction says who acts. */
const APPLICATION_ROLE = 'duban_app';

/**
 * What every connection of the application starts with. Without compiling (`jit`), which Postgres does where it takes a
 * statement for dear: row policies look dear to it from some thousand tasks on, and each short statement took half a second.
 */
const SESSION = `-c role=${APPLICATION_ROLE} -c jit=off`;

/** How many connections one process may hold. */
const POOL_SIZE = 12;

/** Of every pool. After an hour a connection is closed when it is free, and with it go the statements that it kept. */
const POOLED = { Client: PreparingClient, idleTimeoutMillis: 30_000, maxLifetimeSeconds: 3_600 };

/** A data source of the application: connects as `duban_app`, knows the entities that the libraries own. */
export const applicationDataSource = (
  url: string,
  entities: PostgresOptions['entities'],
  poolSize = POOL_SIZE,
): DataSource =>
  new DataSource({
    type: 'postgres',
    url,
    entities,
    poolSize,
    applicationName: 'duban',
    extra: {
      ...POOLED,
      options: SESSION,
      connectionTimeoutMillis: 10_000,
    },
  });

/** How long a read waits for a connection to the standby, before it is the primary's. */
const STANDBY_CONNECT_MS = 1_000;

/** A data source for reads alone, of a standby (热备): its connections refuse to write even where it is none. */
export const standbyDataSource = (
  url: string,
  entities: PostgresOptions['entities'],
  poolSize = POOL_SIZE,
): DataSource =>
  new DataSource({
    type: 'postgres',
    url,
    entities,
    poolSize,
    applicationName: 'duban-reads',
    installExtensions: false,
    extra: {
      ...POOLED,
      options: `${SESSION} -c default_transaction_read_only=on`,
      connectionTimeoutMillis: STANDBY_CONNECT_MS,
      keepAlive: true,
    },
  });

/**
 * So long a migration waits for a table that others use: all who come after it wait behind it. Shorter than Postgres takes
 * to look for a deadlock, so that of two who wait for each other it is the migration that begins again, and no request.
 */
const LOCK_MS = 700;

/** A data source of the schema's owner, for migrations only. */
export const ownerDataSource = (url: string, entities: PostgresOptions['entities'] = []): DataSource =>
  new DataSource({
    type: 'postgres',
    url,
    entities,
    poolSize: 2,
    applicationName: 'duban-migrate',
    extra: { options: `-c lock_timeout=${LOCK_MS}` },
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
  });
