import { CoordinationService } from '@duban/tasks';
import { planOf } from '../test/city';
import { useOffice } from '../test/office';
import { OfficeDues } from './office-dues.service';

const PLAIN = planOf('推进老旧小区改造。（牵头单位：市住建局；责任单位：市教育局）');

describe('What the office owes an answer', () => {
  const t = useOffice();
  let taskId: string;
  const told = () =>
    t.office.query<{ kind: string; at: string }>(
      `select kind, wanted_at::date::text as at from notification where kind in ('office_reminded', 'office_urged') order by wanted_at`,
    );
  const raise = (about: string) =>
    t.office.as('S02.contact', (tx, actor, at) =>
      t.office.get(CoordinationService).raise(tx, actor, at, taskId, { about, with: ['S03'], reason: '口径不一' }),
    );

  beforeAll(async () => {
    const planId = await t.office.begin(PLAIN);
    [taskId] = (await t.office.query<{ id: string }>(`select id from task where plan_id = $1`, [planId])).map(
      ({ id }) => id,
    ) as [string];
  });

  it('is said once, though many rounds find it due at the same time', async () => {
    // Due on Thursday, 19 January.
    await raise('统计口径');
    t.office.sleepTo('2023-01-19T08:59:00+08:00');
    expect(await t.office.get(OfficeDues).run(t.office.clock.now())).toEqual({ told: 0, failed: 0 });
    t.office.sleepTo('2023-01-19T09:00:00+08:00');
    const now = t.office.clock.now();
    const rounds = await Promise.all(Array.from({ length: 4 }, () => t.office.get(OfficeDues).run(now)));
    expect(rounds.reduce((sum, { told: n }) => sum + n, 0)).toBe(1);
    expect((await told()).map(({ kind }) => kind)).toEqual(['office_reminded']);
  });

  it('is urged the working day after, and then no more', async () => {
    t.office.sleepTo('2023-01-20T09:00:00+08:00');
    await t.office.get(OfficeDues).run(t.office.clock.now());
    t.office.sleepTo('2023-02-20T09:00:00+08:00');
    await t.office.get(OfficeDues).run(t.office.clock.now());
    expect(await told()).toEqual([
      { kind: 'office_reminded', at: '2023-01-19' },
      { kind: 'office_urged', at: '2023-01-20' },
    ]);
    expect(await t.office.query(`select from coordination where next_step_at is not null`)).toEqual([]);
  });

  it('is urged alone after a standstill: what was missed collapses into the last', async () => {
    await raise('经费来源');
    t.office.sleepTo('2023-03-20T09:00:00+08:00');
    await t.office.get(OfficeDues).run(t.office.clock.now());
    expect((await told()).slice(2).map(({ kind }) => kind)).toEqual(['office_urged']);
  });
});
