import { UnitDirectory } from '@duban/directory';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PostgresQueryRunner } from 'typeorm/driver/postgres/PostgresQueryRunner.js';
import { planOf } from '../test/city';
import { type Office, useOffice } from '../test/office';
import { Owner } from '../test/owner';

/** Four parts a task: each is signed for by 16 January. */
const ITEM = '推进老旧小区改造。（牵头单位：市住建局；责任单位：市教育局，各区人民政府）';

describe('many sweeps at once', () => {
  const TASKS = 250;
  const t = useOffice();
  let office: Office;
  beforeAll(async () => {
    office = t.office;
    await office.begin(planOf(...Array<string>(TASKS).fill(ITEM)));
  });
  const sweepBy = (sweepers: number) =>
    Promise.all(Array.from({ length: sweepers }, () => office.sweeps.run(office.clock.now())));

  it('fires each of a thousand due rungs once', async () => {
    office.sleepTo('2023-01-16T09:00:00+08:00');
    const results = await sweepBy(8);
    expect(results.reduce((sum, one) => sum + one.obligations, 0)).toBe(1_000);
    const [counted] = await office.query(
      `select count(*)::int as "followUps", count(distinct obligation_id)::int as obligations,
         (select count(*)::int from notification where kind = 'follow_up') as notifications,
         (select count(*)::int from history_event where type = 'follow_up.fired') as events
       from follow_up`,
    );
    expect(counted).toEqual({ followUps: 1_000, obligations: 1_000, notifications: 1_000, events: 1_000 });
  });

  it('numbers a thousand notices without a gap and none twice', async () => {
    office.sleepTo('2023-01-19T09:00:00+08:00');
    const results = await sweepBy(8);
    expect(results.reduce((sum, one) => sum + one.notices, 0)).toBe(1_000);
    expect(results.every((one) => one.failed === 0)).toBe(true);
    const numbers = await office.query<{ n: number }>(
      `select substring(number from '〔2023〕(\\d+)号')::int as n from supervision_notice order by 1`,
    );
    expect(numbers.map(({ n }) => n)).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
  });

  it('looks each leader up once a batch, not once a row', async () => {
    await office.query(`update task set leaders = array['欧阳明'] where position % 2 = 0`);
    await office.query(`update task set leaders = array['王某', '李某'] where position % 4 = 1`);
    const lookUp = jest.spyOn(office.get(UnitDirectory), 'leaderPostByName');
    office.sleepTo('2023-02-09T09:00:00+08:00');
    const { followUps } = await office.sweeps.run(office.clock.now());
    expect(followUps).toBeGreaterThan(TASKS);
    const batches = Math.ceil(TASKS / 200);
    expect(lookUp.mock.calls.length).toBeGreaterThan(0);
    expect(lookUp.mock.calls.length).toBeLessThanOrEqual(2 * batches);
    lookUp.mockRestore();
  });
});

describe('a sweep that is hit', () => {
  afterAll(() => owner.end());
  const t = useOffice();
  let office: Office;
  let owner: Owner;
  let planId: string;
  beforeAll(async () => {
    office = t.office;
    owner = await Owner.connect(t.database);
    planId = await office.begin(planOf(ITEM, ITEM));
    await office.passTo('2023-01-17T09:00:00+08:00');
    office.sleepTo('2023-01-19T09:00:00+08:00');
  });
  const sweep = () => office.sweeps.run(office.clock.now());
  /** Stops a sweep where it writes follow-ups, after numbers and notices: a foreign key waits for the post's row. */
  const barAPost = () =>
    owner.holdRows(
      `select 1 from post p join unit u on u.id = p.unit_id where u.code = 'S03' and p.kind = 'head' for update of p`,
    );

  it('leaves nothing when its session is killed in the middle, and the next does all', async () => {
    const before = await office.rowCounts();
    await barAPost();
    const sweeping = sweep().then(
      () => 'done',
      () => 'killed',
    );
    await owner.run(`select pg_terminate_backend($1)`, await owner.waiting(1));
    expect(await sweeping).toBe('killed');
    await owner.release();
    expect(await office.rowCounts()).toEqual(before);

    expect(await sweep()).toEqual({ obligations: 8, followUps: 16, notices: 8, failed: 0 });
    const numbers = await office.query<{ n: number }>(
      `select substring(number from '〔2023〕(\\d+)号')::int as n from supervision_notice order by 1`,
    );
    expect(numbers.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('does not wait for a row that somebody holds: it is done by the next', async () => {
    const due = await office.query<{ id: string }>(
      `select id from obligation where kind = 'completion' order by id limit 3`,
    );
    await office.query(`update obligation set next_rung = 'remind-5', next_rung_at = $1 where id = any($2)`, [
      office.clock.now(),
      due.map(({ id }) => id),
    ]);
    await owner.holdRows(`select 1 from obligation where id = $1 for update`, [due[1]!.id]);
    expect(await sweep()).toMatchObject({ obligations: 2, failed: 0 });
    await owner.release();
    expect(await sweep()).toMatchObject({ obligations: 1, failed: 0 });
  });

  it('does not come into a deadlock with a unit that signs at that moment', async () => {
    const assignmentId = await office.assignment(planId, '1', 'S03');
    await office.query(
      `update obligation set next_rung = 'remind', next_rung_at = $1, deadline_version = 2
       where assignment_id = $2 and kind = 'sign_for'`,
      [office.clock.now(), assignmentId],
    );
    const tries = jest.spyOn(office.get(DataSource), 'transaction');
    await barAPost();
    // It has the obligation and will want the task, of which its notification speaks …
    const sweeping = sweep();
    await owner.waiting(1);
    // … this has the task and will want the obligation.
    const signing = office.move('S03.contact', assignmentId, 'sign_for');
    await owner.waiting(2);
    await owner.release();
    await Promise.all([sweeping, signing]);
    expect(tries).toHaveBeenCalledTimes(2);
    tries.mockRestore();
    expect(await office.obligation(assignmentId, 'sign_for')).toMatchObject({ state: 'discharged', nextRung: null });
  });
});

describe('a sweep whose session is killed between two of its statements', () => {
  afterAll(() => owner.end());
  const DUTIES = 3;
  const t = useOffice();
  let office: Office;
  let owner: Owner;
  let free: string[];
  beforeAll(async () => {
    office = t.office;
    owner = await Owner.connect(t.database);
    await office.begin(planOf(...Array<string>(60).fill(ITEM)));
    await office.query(`update obligation set next_rung = null, next_rung_at = null`);
    office.sleepTo('2023-01-19T09:00:00+08:00');
    const rows = await office.query<{ id: string }>(`select id from obligation where kind = 'sign_for' order by id`);
    free = rows.map(({ id }) => id);
  });
  afterEach(() => jest.restoreAllMocks());

  /** Gives some duties a notice (督办单) that is due now: its firing has the most statements. */
  const makeDue = async (): Promise<string[]> => {
    const ids = free.splice(0, DUTIES);
    expect(ids).toHaveLength(DUTIES);
    await office.query(`update obligation set next_rung = 'blue', next_rung_at = $1 where id = any($2)`, [
      office.clock.now(),
      ids,
    ]);
    return ids;
  };
  /** Sweeps, and kills its session after so many statements, from the transaction's first to its commit; 0 kills none. */
  const sweepKilledAfter = async (place: number): Promise<{ statements: string[]; isKilled: boolean }> => {
    const statements: string[] = [];
    const source = office.get(DataSource);
    const { query } = PostgresQueryRunner.prototype;
    let isHit = false;
    jest.spyOn(PostgresQueryRunner.prototype, 'query').mockImplementation(async function (
      this: PostgresQueryRunner,
      ...asked: Parameters<typeof query>
    ) {
      const answer: unknown = await query.apply(this, asked);
      if (this.connection !== source || isHit) return answer;
      statements.push(asked[0]);
      if (statements.length !== place) return answer;
      isHit = true;
      const client = (await this.connect()) as { processID: number };
      await owner.run(`select pg_terminate_backend($1, 10000)`, [client.processID]);
      return answer;
    });
    const isKilled = await office.sweeps.run(office.clock.now()).then(
      () => false,
      () => true,
    );
    jest.restoreAllMocks();
    return { statements, isKilled };
  };
  /** What has come of some duties. */
  const outcome = async (ids: readonly string[]): Promise<unknown> => {
    const [counted] = await office.query(
      `select (select count(*)::int from follow_up where obligation_id = any($1)) as "followUps",
         (select count(*)::int from supervision_notice where obligation_id = any($1)) as notices,
         (select count(*)::int from notification where obligation_id = any($1) and kind = 'follow_up') as messages,
         (select count(*)::int from history_event where type = 'follow_up.fired'
            and after->>'obligationId' = any($1::text[])) as events,
         (select count(*)::int from obligation where id = any($1) and last_rung = 'blue' and next_rung is null) as moved`,
      [ids],
    );
    return counted;
  };
  const ONCE = { followUps: DUTIES * 2, notices: DUTIES, messages: DUTIES * 2, events: DUTIES, moved: DUTIES };

  it('fires each due rung once and loses none, whichever of its statements was the last (novu 12124)', async () => {
    // What is read once and kept, as a policy is, is no statement of every sweep.
    await makeDue();
    await office.sweeps.run(office.clock.now());
    const whole = await makeDue();
    const { statements } = await sweepKilledAfter(0);
    expect(await outcome(whole)).toEqual(ONCE);
    // The sweep looks once more when a batch was full; this one was not, so its commit is the last.
    expect(statements[0]).toMatch(/start transaction/i);
    expect(statements.at(-1)).toMatch(/commit/i);
    expect(statements.length).toBeGreaterThan(8);

    for (let place = 1; place <= statements.length; place++) {
      const ids = await makeDue();
      const before = await office.rowCounts();
      const killed = await sweepKilledAfter(place);
      const isCommitted = place === statements.length;
      expect([place, killed.isKilled]).toEqual([place, !isCommitted]);
      if (!isCommitted) expect([place, await office.rowCounts()]).toEqual([place, before]);
      await office.sweeps.run(office.clock.now());
      expect([place, await outcome(ids)]).toEqual([place, ONCE]);
    }
    const numbers = await office.query<{ n: number }>(
      `select substring(number from '〔2023〕(\\d+)号')::int as n from supervision_notice order by 1`,
    );
    expect(numbers.map(({ n }) => n)).toEqual(numbers.map((_, i) => i + 1));
  });
});

describe('a row that fails', () => {
  const t = useOffice();
  let office: Office;
  beforeAll(async () => {
    office = t.office;
    await office.begin(planOf(...Array<string>(60).fill(ITEM)));
  });
  /** What the sweep did, and the obligations that it reported. */
  const sweepAt = async (instant: string) => {
    office.sleepTo(instant);
    const log = jest.spyOn(Logger.prototype, 'error').mockImplementation();
    try {
      const result = await office.sweeps.run(office.clock.now());
      const reported = log.mock.calls.map(([line]) => /^obligation (\S+)/.exec(String(line))?.[1]).sort();
      return { ...result, reported };
    } finally {
      log.mockRestore();
    }
  };
  const rowOf = async (place: number) => {
    const rows = await office.query<{ id: string }>(
      `select id from obligation where kind = 'sign_for' order by next_rung_at, id limit 1 offset $1`,
      [place],
    );
    return rows[0]!.id;
  };
  const unhandled = () =>
    office.query<{ id: string }>(`select id from obligation where next_rung_at <= $1 order by id`, [
      office.clock.now(),
    ]);

  it('holds up no other, is counted, and is done once it is mended: a ladder lacks its rung', async () => {
    const bad = [await rowOf(0), await rowOf(117), await rowOf(239)].sort();
    await office.query(`update obligation set next_rung = 'no-such-rung' where id = any($1)`, [bad]);
    expect(await sweepAt('2023-01-16T09:00:00+08:00')).toEqual({
      obligations: 237,
      followUps: 237,
      notices: 0,
      failed: 3,
      reported: bad,
    });
    expect((await unhandled()).map(({ id }) => id)).toEqual(bad);
    await office.query(`update obligation set next_rung = 'remind' where id = any($1)`, [bad]);
    expect(await sweepAt('2023-01-16T09:05:00+08:00')).toMatchObject({ obligations: 3, failed: 0 });
  });

  it('holds up no other: the database refuses what is written of it', async () => {
    const bad = await rowOf(123);
    const owner = await Owner.connect(t.database);
    await owner.run(`alter table follow_up add constraint ck_spec check (obligation_id <> '${bad}') not valid`);
    try {
      expect(await sweepAt('2023-01-17T09:00:00+08:00')).toEqual({
        obligations: 239,
        followUps: 478,
        notices: 0,
        failed: 1,
        reported: [bad],
      });
      expect(await unhandled()).toEqual([{ id: bad }]);
    } finally {
      await owner.run(`alter table follow_up drop constraint ck_spec`);
      await owner.end();
    }
    expect(await sweepAt('2023-01-17T09:05:00+08:00')).toMatchObject({ obligations: 1, failed: 0 });
  });

  it('holds up no other: a unit that has lost its posts', async () => {
    const [unit] = await office.query<{ id: string }>(
      `insert into unit (id, jurisdiction_id, code, name, official_name, kind, position, from_on, created_at)
       select gen_random_uuid(), jurisdiction_id, 'X99', '市影子局', '溪城市影子局', kind, 99, from_on, created_at
       from unit where code = 'S01' returning id`,
    );
    const bad = await rowOf(7);
    await office.query(`update obligation set unit_id = $2 where id = $1`, [bad, unit!.id]);
    expect(await sweepAt('2023-01-19T09:00:00+08:00')).toEqual({
      obligations: 239,
      followUps: 478,
      notices: 239,
      failed: 1,
      reported: [bad],
    });
    const [series] = await office.query(`select last from number_series`);
    expect(series).toEqual({ last: 239 });
  });
});
