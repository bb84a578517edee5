import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadConfig } from '@duban/platform';

/**
 * A file of results in DUBAN_HOME.
 * @throws Error where it cannot be written, before anything is measured
 */
export function resultFile(name: string): string {
  const home = resolve(loadConfig(process.env).DUBAN_HOME);
  const file = join(home, name);
  try {
    mkdirSync(home, { recursive: true });
    writeFileSync(file, '', { flag: 'a' });
    return file;
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`${file} cannot be written (${message}): make it writable, or set DUBAN_HOME to another folder.`, {
      cause: error,
    });
  }
}
