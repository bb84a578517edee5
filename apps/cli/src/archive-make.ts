import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Transactor } from '@duban/database';
import { systemActor } from '@duban/history';
import type { Retention } from '@duban/domain';
import { newId } from '@duban/kernel';
import { ArchiveMaker, ReportingModule } from '@duban/reporting';
import { onGround } from './on-ground';

/**
 * Writes the archive package (归档信息包) of a closed plan, and records that it did.
 * @throws Error with one sentence where the file is there already, or cannot be written
 */
export async function makeArchive(
  planId: string,
  file: string,
  { retention }: { retention: Retention },
): Promise<void> {
  await onGround(
    async (app, { clock }) => {
      const sink = createWriteStream(file, { flags: 'wx' });
      await new Promise<void>((done, fail) =>
        sink.once('open', () => done()).once('error', (error) => fail(unwritable(file, error))),
      );
      try {
        const maker = app.get(ArchiveMaker, { strict: false });
        const made = await maker.make(clock.now(), planId, { retention, system: 'duban' }, sink);
        const actor = systemActor('duban archive make');
        await app.get(Transactor, { strict: false }).run((tx) => maker.record(tx, actor, clock.now(), newId(), made));
        const { title, pieces, events, checkpoint } = made;
        process.stdout.write(
          `${file}: 《${title}》 ${pieces} 件，${events} 条办理记录，存证第 ${checkpoint} 号 (${pieces} pieces, ${events} records, checkpoint ${checkpoint}).\n`,
        );
      } catch (error) {
        // A part of an archive would only be taken for one that was tampered with.
        sink.destroy();
        await rm(file, { force: true });
        throw error;
      }
    },
    [ReportingModule],
  );
}

function unwritable(file: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'EEXIST'
    ? new Error(`${file} is there already; name a new file.`)
    : new Error(`${file} cannot be written (${message}): make it writable, or name another file.`);
}
