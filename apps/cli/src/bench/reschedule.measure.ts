import { Transactor } from '@duban/database';
import { annualReport } from '@duban/domain';
import { systemActor } from '@duban/history';
import { type LocalDate, parseLocalDate } from '@duban/kernel';
import { ObligationWriter, readObligations } from '@duban/supervision';
import { Plan } from '@duban/tasks';
import { Queue } from 'bullmq';
import { type Measure, scaled } from './measure';
import { OfficeAtWork, ownDatabase, ownPostgres } from './office-at-work';
import { HISTORY_ROWS, SameRows } from './same-rows';
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
    const { deadlines, office, queue, close } = await pending(isQuick, scale);
    let move = 0;
    return {
      ours: () => moveAll(office, deadlines, DATES[move++ % DATES.length]!),
      other: () => movedJobs(queue, deadlines),
      runs: 3,
      warmUps: isQuick ? 0 : 2,
      close,
    };
  },
};

/** What of the goal can be reached: the rows of the same move, written by Postgres alone, against the same jobs. */
export const rescheduleLimitMeasure: Measure = {
  name: 'reschedule-limit',
  goal: 0.1,
  prepare: async (isQuick, scale = 1) => {
    const { deadlines, office, queue, url, close } = await pending(isQuick, scale);
    await moveAll(office, deadlines, DATES[0]!);
    const rows = await SameRows.keep(url, [VERSIONS, HISTORY_ROWS], [DATED]);
    return {
      // As before the move, so that the rows of the move are not there.
      between: () => office.duties.unmove(),
      ours: async () => {
        await rows.write();
        const moved = await office.duties.count('from deadline_version where version > 1');
        if (moved !== deadlines) throw new Error(`Of ${deadlines} ${moved} were moved: the times would say nothing.`);
      },
      other: () => movedJobs(queue, deadlines),
      runs: 3,
      warmUps: isQuick ? 0 : 2,
      close: async () => {
        await rows.end();
        await close();
      },
    };
  },
};

const VERSIONS = { table: 'deadline_version', from: '(select * from deadline_version where version > 1) moved' };
const DATED = {
  table: 'obligation',
  columns: ['deadline_version', 'ladder_since', 'due_on', 'effective_on', 'due_at', 'next_rung', 'next_rung_at'],
  where: 'deadline_version > 1',
};

/** An office with so many deadlines to come, and a queue with a job for each of their rungs. */
async function pending(
  isQuick: boolean,
  scale: number,
): Promise<{ deadlines: number; office: OfficeAtWork; queue: Queue; url: string; close: () => Promise<void> }> {
  const deadlines = isQuick ? QUICK_DEADLINES : scaled(DEADLINES, scale);
  const redis = await OwnRedis.start();
  const server = await ownPostgres();
  const url = await ownDatabase(server, 'reschedule');
  const office = await OfficeAtWork.open(url, { due: 0, pending: deadlines }, { ladder: LADDER, first: STEPS[0]!.id });
  const queue = new Queue('rungs', { connection: { url: redis.url } });
  await forEachRung(deadlines, (jobId) => queue.add('rung', {}, { jobId, delay: HOUR_MS }));
  const close = async (): Promise<void> => {
    await queue.close();
    await office.close();
    await server.stop();
    await redis.stop();
  };
  return { deadlines, office, queue, url, close };
}

async function moveAll(office: OfficeAtWork, deadlines: number, dueOn: LocalDate): Promise<void> {
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
}

const movedJobs = (queue: Queue, deadlines: number): Promise<void> =>
  forEachRung(deadlines, async (jobId) => {
    await queue.remove(jobId);
    await queue.add('rung', {}, { jobId, delay: 2 * HOUR_MS });
  });

async function forEachRung(deadlines: number, work: (jobId: string) => Promise<unknown>): Promise<void> {
  const ids = Array.from({ length: deadlines * RUNGS }, (_, i) => `duty-${Math.floor(i / RUNGS)}-rung-${i % RUNGS}`);
  while (ids.length > 0) await Promise.all(ids.splice(0, AT_ONCE).map(work));
}
