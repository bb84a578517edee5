import type { Transactor } from '@duban/database';
import { SteppedClock } from '@duban/kernel';
import type { JobProducer } from '@duban/queue';
import type { EntityManager } from 'typeorm';
import { Metrics } from '../src/operations/metrics';

describe('the figures of whole tables', () => {
  let asked: string[];
  let open: number;
  let isAway: boolean;
  let now: number;
  let metrics: Metrics;

  beforeEach(() => {
    [asked, open, isAway, now] = [[], 3, false, 1_000];
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    const query = (statement: string): Promise<unknown[]> => {
      asked.push(statement);
      if (isAway) return Promise.reject(new Error('the database is away'));
      if (statement.includes('overdue')) return Promise.resolve([{ state: 'overdue', count: open - 1 }]);
      return Promise.resolve(statement.includes('from obligation group') ? [{ state: 'open', count: open }] : []);
    };
    const transactor = { run: (work: (tx: EntityManager) => unknown) => work({ query } as unknown as EntityManager) };
    const jobs = { counts: () => Promise.resolve({}), lostJobs: 0 };
    metrics = new Metrics(transactor as Transactor, jobs as unknown as JobProducer, new SteppedClock(new Date(0)));
  });
  afterEach(() => jest.restoreAllMocks());

  const figure = async (state: string): Promise<string | undefined> =>
    (await metrics.text()).match(new RegExp(`^duban_obligations\\{state="${state}"\\} (\\d+)$`, 'm'))?.[1];
  const counts = (): number => asked.filter((statement) => statement.includes('group by')).length;

  it('are counted once for some seconds, however many ask; what an index answers is asked each time', async () => {
    expect(await Promise.all([figure('open'), figure('open'), figure('overdue')])).toEqual(['3', '3', '2']);
    expect(counts()).toBe(2);
    open = 7;
    now += 14_999;
    expect([await figure('open'), await figure('overdue')]).toEqual(['3', '6']);
    now += 1;
    expect(await figure('open')).toBe('7');
    expect(counts()).toBe(4);
  });

  it('are missing while the database is away, and there as soon as it is back', async () => {
    isAway = true;
    expect(await figure('open')).toBeUndefined();
    isAway = false;
    expect(await figure('open')).toBe('3');
  });
});
