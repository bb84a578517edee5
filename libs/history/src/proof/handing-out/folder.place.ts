import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ListedCheckpoint } from '../checkpoint.service';
import { type CheckpointPlace, contradicts, fileNameOf } from './checkpoint-place';

/** A folder, at best of another machine, or on a medium that is written once. */
export class FolderPlace implements CheckpointPlace {
  readonly everyMs = 0;

  constructor(private readonly folder: string) {}

  get name(): string {
    return `file://${this.folder}`;
  }

  async hand(checkpoint: ListedCheckpoint): Promise<void> {
    const file = fileNameOf(checkpoint);
    await mkdir(this.folder, { recursive: true });
    const incoming = join(this.folder, `.${randomUUID()}`);
    try {
      const handle = await open(incoming, 'wx', 0o444);
      try {
        await handle.writeFile(checkpoint.note);
        await handle.sync();
      } finally {
        await handle.close();
      }
      // A link, and not a new name: that would take the place of what is there.
      await link(incoming, join(this.folder, file));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if ((await readFile(join(this.folder, file), 'utf8')) !== checkpoint.note) throw contradicts(this.name, file);
    } finally {
      await rm(incoming, { force: true });
    }
  }
}
