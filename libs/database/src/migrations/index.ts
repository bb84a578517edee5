import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { MigrationInterface } from 'typeorm';

type Migration = new () => MigrationInterface;

/** `<milliseconds>-<what>`, as written or as built; no declaration, no map. */
const FILE = /^\d{13}-[\w-]+\.[jt]s$/;

/** Every file of this folder that is named like one, in order of time; what has landed is never edited. */
export const MIGRATIONS: Migration[] = readdirSync(__dirname)
  .filter((file) => FILE.test(file))
  .toSorted()
  .flatMap((file) => Object.values(require(join(__dirname, file)) as Record<string, Migration>));
