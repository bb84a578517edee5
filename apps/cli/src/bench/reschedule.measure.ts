import { Transactor } from '@duban/database';
import { annualReport } from '@duban/domain';
import { systemActor } from '@duban/history';
import { parseLocalDate } from '@duban/kernel';
import { ObligationWriter, readObligations } from '@duban/supervision';
import { Plan } from '@duban/tasks';
import { Queue } from 'bullmq';
import { type Measure, scaled } from './measure';
import { OfficeAtWork, ownDatabase, ownPostgres } from './office-at-work';
import { OwnRedis } from '../sizes/own-redis';

const DEADLINES = 10_000;
const QUICK_DEADLINES = 100;
/** What reports of the plan's policy climb: two reminders, an urge, three notices. */
const LADDER = 'three-colour';
const STEPS = annualReport.ladders[LADDER]!.rungs;
const RUNGS = STEPS.length;
const AT_ONCE = 500;
const HOUR_MS = 3_600_000;
/** Dates to which all are moved in turn, on working days. */
const DATES = ['2026-05-12', '2026-05-13', '2026-05-14', '2026-05-15'].map(parseLocalDate);

/**
 * Deadlines read, moved and written in one transaction, with their versions and history, as when a plan comes to go by
 * other rules; against the usual way: one delayed BullMQ job for each rung, which is removed and added, and no record
 * of it.
 */
export const rescheduleMeasure: Measure = {
  name: 'reschedule',
  goal: 0.1,
  prepare: async (isQuick, scale = 1) => {
    const deadlines = isQuick ? QUICK_DEADLINES : scaled(DEADLINES, scale);
    const redis = await OwnRedis.start();
    const server = await ownPostgres();
    const steps = { ladder: LADDER, first: STEPS[0]!.id };
    const office = await OfficeAtWork.open(
      await ownDatabase(server, 'reschedule'),
      { due: 0, pending: deadlines },
      steps,
    );
    const queue = new Queue('rungs', { connection: { url: redis.url } });
    await forEachRung(deadlines, (jobId) => queue.add('rung', {}, { jobId, delay: HOUR_MS }));
    let move = 0;
    return {
      ours: async () => {
        const dueOn = DATES[move++ % DATES.length]!;
        const origin = { rule: 'moved by the bench', base: {} };
        const length = await office.get(Transactor).run(async (tx) => {
          const plan = await tx.getRepository(Plan).findOneByOrFail({});
          const ids: { id: string }[] = await tx.query(`select id from obligation order by id for no key update`);
          const held = await readObligations(
            tx,
            ids.map(({ id }) => id),
          );
          const change = { actor: systemActor('duban bench'), at: office.clock.now(), plan };
          const moves = [...held.values()].map((obligation) => ({ obligation, dueOn, origin, isStopped: false }));
          await office.get(ObligationWriter).redateAll(tx, change, 'Asia/Shanghai', moves);
          return moves.length;
        });
        if (length !== deadlines) throw new Error(`Of ${deadlines} ${length} were moved: the times would say nothing.`);
      },
      other: () =>
        forEachRung(deadlines, async (jobId) => {
          await queue.remove(jobId);
          await queue.add('rung', {}, { jobId, delay: 2 * HOUR_MS });
        }),
      runs: 3,
      warmUps: isQuick ? 0 : 2,
      close: async () => {
        await queue.close();
        await office.close();
        await server.stop();
        await redis.stop();
      },
    };
  },
};

async function forEachRung(deadlines: number, work: (jobId: string) => Promise<unknown>): Promise<void> {
  const ids = Array.from({ length: deadlines * RUNGS }, (_, i) => `duty-${Math.floor(i / RUNGS)}-rung-${i % RUNGS}`);
  while (ids.length > 0) await Promise.all(ids.splice(0, AT_ONCE).map(work));
}
