import { QueueRebuilder } from '@duban/notifications';
import { JobProducer } from '@duban/queue';
import { ArchivePackages, ReportingModule } from '@duban/reporting';
import { onGround } from './on-ground';

/** More than ever wait. What should lie beyond is found by the sweeps. */
const MOST_PACKAGES = 10_000;

/** Gives the queue all hints anew, and prints how many of each kind. */
export async function rebuildQueue(): Promise<void> {
  const rebuilt = await onGround(
    async (app) => {
      const hints = await app.get(QueueRebuilder, { strict: false }).rebuild();
      const ids = await app.get(ArchivePackages, { strict: false }).dueIds(MOST_PACKAGES);
      const jobs = app.get(JobProducer, { strict: false });
      for (const packageId of ids) await jobs.add('archives', 'package.make', { packageId });
      return { ...hints, archivePackages: ids.length };
    },
    [ReportingModule],
  );
  for (const [kind, count] of Object.entries(rebuilt)) process.stdout.write(`${kind}: ${count}\n`);
}
