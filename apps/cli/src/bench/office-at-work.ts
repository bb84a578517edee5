import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, Transactor } from '@duban/database';
import { UnitImportService } from '@duban/directory';
import { systemActor } from '@duban/history';
import { SteppedClock } from '@duban/kernel';
import { createLog, type EmbeddedPostgres, loadConfig, NestLog, startEmbeddedPostgres } from '@duban/platform';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Client } from 'pg';
import { GroundModule } from '../../../api/src/ground.module';
import { InventedDuties, type InventedLadder, inventedUnits, MORNING } from './invented-duties';

/** As an administrator would set them on a machine of the smallest size; nothing that could lose a commit. */
const SETTINGS = { shared_buffers: '512MB', max_wal_size: '8GB', checkpoint_timeout: '30min', max_connections: '100' };

/** A Postgres of the measure's own, in a folder that goes with it. */
export async function ownPostgres(settings: Record<string, string> = {}): Promise<EmbeddedPostgres> {
  const home = mkdtempSync(join(tmpdir(), 'duban-bench-'));
  process.once('exit', () => rmSync(home, { recursive: true, force: true }));
  return startEmbeddedPostgres({ home, settings: { ...SETTINGS, ...settings } });
}

/** A migrated database of a name of its own on a server. */
export async function ownDatabase(server: EmbeddedPostgres, name: string): Promise<string> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(`create database ${name} template template0 encoding 'UTF8'`);
  await client.end();
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  await migrate(url.href);
  return url.href;
}

/** The libraries at work on invented duties, in this process, on a Tuesday morning. */
export class OfficeAtWork {
  private constructor(
    private readonly app: INestApplicationContext,
    readonly clock: SteppedClock,
    readonly duties: InventedDuties,
  ) {}

  static async open(
    url: string,
    size: { due: number; pending: number },
    steps?: InventedLadder,
  ): Promise<OfficeAtWork> {
    const clock = new SteppedClock(MORNING);
    const ground = { config: loadConfig({}), clock, databaseUrl: url };
    const app = await NestFactory.createApplicationContext(GroundModule.forRoot(ground), {
      logger: new NestLog(createLog('fatal')),
      abortOnError: false,
    });
    await importUnits(app);
    return new OfficeAtWork(app, clock, await InventedDuties.write(url, size, steps));
  }

  get<T>(type: Type<T>): T {
    return this.app.get(type, { strict: false });
  }

  async close(): Promise<void> {
    await this.duties.end();
    await this.app.close();
  }
}

/** The directory of invented units, with their accounts. */
export async function importUnits(app: INestApplicationContext): Promise<void> {
  const opened = new Date('2026-01-02T09:00:00+08:00');
  await app
    .get(Transactor, { strict: false })
    .run((tx) =>
      app.get(UnitImportService, { strict: false }).import(tx, systemActor('duban bench'), opened, inventedUnits),
    );
}
