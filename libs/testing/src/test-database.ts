import { randomBytes } from 'node:crypto';
import { applicationDataSource, Transactor } from '@duban/database';
import { Client } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';

type Entities = Extract<DataSourceOptions, { type: 'postgres' }>['entities'];

export interface TestDatabase {
  /** The spec's own look at the tables, as the system: it sees all. */
  readonly source: DataSource;
  /** As the application connects: it may nothing by itself. */
  readonly applicationSource: DataSource;
  /** As the schema's owner. */
  readonly url: string;
  readonly transactor: Transactor;
}

/** A database of its own for a spec file, cloned from the migrated template and dropped when the file is done. */
export function useTestDatabase(entities: Entities = []): TestDatabase {
  const name = `duban_test_${randomBytes(6).toString('hex')}`;
  let source: DataSource | undefined;
  let application: DataSource | undefined;
  let transactor: Transactor | undefined;

  beforeAll(async () => {
    await administer(`create database ${name} template duban_template`);
    application = await applicationDataSource(databaseUrl(name), entities).initialize();
    source = await new DataSource({
      type: 'postgres',
      url: databaseUrl(name),
      entities,
      poolSize: 5,
      applicationName: 'duban-spec',
      extra: { options: '-c role=duban_system' },
    }).initialize();
    transactor = new Transactor(application);
  });
  afterAll(async () => {
    if (source?.isInitialized) await source.destroy();
    if (application?.isInitialized) await application.destroy();
    await administer(`drop database if exists ${name} with (force)`);
  });

  return {
    get source() {
      if (!source) throw new Error('the test database is there from beforeAll on');
      return source;
    },
    get applicationSource() {
      if (!application) throw new Error('the test database is there from beforeAll on');
      return application;
    },
    get url() {
      return databaseUrl(name);
    },
    get transactor() {
      if (!transactor) throw new Error('the test database is there from beforeAll on');
      return transactor;
    },
  };
}

function serverUrl(): string {
  const url = process.env.DUBAN_TEST_SERVER_URL;
  if (!url) throw new Error("Jest's global setup has not run: start the tests by npm test");
  return url;
}

function databaseUrl(name: string): string {
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return url.toString();
}

/** Cloning locks the template for a moment; another file may be cloning it just now. */
async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        await client.query(statement);
        return;
      } catch (error) {
        if (attempt === 20 || (error as { code?: string }).code !== '55006') throw error;
        await new Promise((resolve) => setTimeout(resolve, 50 * attempt));
      }
    }
  } finally {
    await client.end();
  }
}
