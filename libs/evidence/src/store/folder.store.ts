import { randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { once } from 'node:events';
import { Logger } from '@nestjs/common';
import { ObjectStore, objectMissing, storeUnavailable } from './object-store';

/** What is being written; a crash leaves it here, for the sweep to find. */
const INCOMING = 'incoming';
const KEY = /^[\w-]+(\/[\w-]+)?$/;

/** A folder of this machine, or one that all processes have mounted. */
export class FolderStore extends ObjectStore {
  private readonly logger = new Logger('evidence');

  constructor(private readonly root: string) {
    super();
  }

  get place(): string {
    return `the folder ${this.root}`;
  }

  put(key: string, path: string): Promise<void> {
    return this.whileThere(async () => {
      const incoming = join(this.root, INCOMING, randomUUID());
      const place = this.pathOf(key);
      await mkdir(dirname(incoming), { recursive: true, mode: 0o700 });
      await mkdir(dirname(place), { recursive: true, mode: 0o700 });
      try {
        await copyFile(path, incoming);
        await settled(incoming);
        await rename(incoming, place);
        await settled(dirname(place));
      } catch (error) {
        await rm(incoming, { force: true }).catch(() => undefined);
        throw error;
      }
    });
  }

  open(key: string): Promise<Readable> {
    return this.whileThere(async () => {
      await access(this.root, constants.R_OK);
      const stream = createReadStream(this.pathOf(key));
      try {
        await once(stream, 'open');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw objectMissing(key);
        throw error;
      }
      return stream;
    });
  }

  remove(key: string): Promise<void> {
    return this.whileThere(() => rm(this.pathOf(key), { force: true }));
  }

  async *olderThan(instant: Date): AsyncIterable<string> {
    for (const folder of await this.whileThere(() => namesIn(this.root))) {
      for (const name of await this.whileThere(() => namesIn(join(this.root, folder)))) {
        const found = await this.whileThere(() => stat(join(this.root, folder, name)).catch(whenGone));
        if (found && found.mtime < instant) yield folder === INCOMING ? `${INCOMING}/${name}` : name;
      }
    }
  }

  /** Spread over folders, since some file systems grow slow with many names in one. */
  private pathOf(key: string): string {
    if (!KEY.test(key)) throw new Error(`${key} is no key of an object`);
    return key.startsWith(`${INCOMING}/`) ? join(this.root, key) : join(this.root, key.slice(-2), key);
  }

  private async whileThere<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      // Only what the file system says has no area in its code.
      if (code === undefined || code.includes('.')) throw error;
      this.logger.error(`${this.place}: ${message}`);
      throw storeUnavailable();
    }
  }
}

const whenGone = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'ENOENT') return null;
  throw error;
};

const namesIn = async (folder: string): Promise<string[]> => (await readdir(folder).catch(whenGone)) ?? [];

/** On the disk, and not only on its way there: the row that follows says that the file is kept. */
async function settled(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
