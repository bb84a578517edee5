import { ask, benchConfig, openApi, signIn } from './api-at-work';
import { EVENTS_OF_PLAN, type InventedPlan, inventYears } from './invented-years';
import { type Measure } from './measure';
import { importUnits, ownDatabase, ownPostgres } from './office-at-work';

const EVENTS = 5_000_000;
/** Boards that are read in one run, of as many plans, each in pages as a page of the console has them. */
const BOARDS = 5;
const PAGE = 100;
const QUICK_TASKS = 20;

interface Page {
  items: { state: string }[];
  next: string | null;
}

/**
 * The board of a plan in the autumn of its year, read off history to its last page, against the board of the same plan
 * now; over HTTP without a connection, as the office.
 */
export const asOfMeasure: Measure = {
  name: 'as-of',
  goal: 3,
  prepare: async (isQuick, scale = 1) => {
    const server = await ownPostgres();
    const url = await ownDatabase(server, 'as_of');
    const app = await openApi(url, benchConfig());
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    await importUnits(app);
    const count = isQuick ? 1 : Math.ceil((EVENTS * scale) / EVENTS_OF_PLAN);
    const plans = await inventYears(url, count, isQuick ? QUICK_TASKS : undefined);
    // Of the oldest years and of the newest alike.
    const chosen = Array.from({ length: BOARDS }, (_, n) => plans[Math.floor((n * plans.length) / BOARDS)]!);
    const token = await signIn(app, 'office');
    const read = async (plan: InventedPlan, asOf: string, state: string): Promise<void> => {
      let lines = 0;
      for (let cursor = ''; ;) {
        const query = `planId=${plan.id}&limit=${PAGE}${asOf}${cursor}`;
        const page: Page = await ask(app, 'GET', `/api/v1/tasks?${query}`, token);
        lines += page.items.filter((line) => line.state === state).length;
        if (page.next === null) break;
        cursor = `&cursor=${encodeURIComponent(page.next)}`;
      }
      if (lines !== plan.tasks)
        throw new Error(`Of ${plan.tasks} tasks ${lines} are ${state}: the times would say nothing.`);
    };
    const readAll = async (stateThen: string | null): Promise<void> => {
      for (const plan of chosen) {
        await (stateThen === null
          ? read(plan, '', 'verified')
          : read(plan, `&asOf=${encodeURIComponent(`${plan.year}-09-01T09:00:00+08:00`)}`, stateThen));
      }
    };
    return {
      ours: () => readAll('reported'),
      other: () => readAll(null),
      runs: 5,
      warmUps: isQuick ? 0 : 1,
      close: async () => {
        await app.close();
        await server.stop();
      },
    };
  },
};
