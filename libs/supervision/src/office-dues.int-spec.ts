import { parseLocalDate } from '@duban/kernel';
import { CoordinationService } from '@duban/tasks';
import { planOf } from '../test/city';
import { useOffice } from '../test/office';
import { ApplicationService } from './application.service';
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

describe('What waits for a decision', () => {
  const t = useOffice();
  let planId: string;
  let lead: string;
  const told = () =>
    t.office.query<{ kind: string; what: string; post: string; unit: string | null; at: string }>(
      `select n.kind, n.parameters->>'what' as what, p.kind as post, u.code as unit, n.wanted_at::date::text as at
       from notification n join post p on p.id = n.post_id left join unit u on u.id = p.unit_id
       where n.kind in ('office_reminded', 'office_urged') order by n.wanted_at, n.id`,
    );
  const round = async (instant: string): Promise<number> => {
    t.office.sleepTo(instant);
    return (await t.office.get(OfficeDues).run(t.office.clock.now())).told;
  };
  const waiting = (table: string) =>
    t.office.query(`select id from ${table} where next_step is not null or next_step_at is not null`);
  const apply = async (username: string, assignmentId: string) => {
    const { id } = await t.office.obligation(assignmentId, 'completion');
    return t.office.as(username, (tx, actor, at) =>
      t.office.get(ApplicationService).make(tx, actor, at, assignmentId, {
        kind: 'extension',
        reason: '雨季无法施工',
        obligationId: id,
        dueOn: parseLocalDate('2024-03-29'),
        progress: '已完成一半',
      }),
    );
  };
  const decide = (id: string, event: 'deny' | 'withdraw', username: string) =>
    t.office.as(username, (tx, actor, at) =>
      t.office.get(ApplicationService).transition(tx, actor, at, id, { event, reason: '理由不足' }),
    );
  const notice = async (assignmentId: string): Promise<{ id: string; judgeBy: string | null; state: string }> => {
    const [found] = await t.office.query<{ id: string; judgeBy: string | null; state: string }>(
      `select n.id, n.judge_by::text as "judgeBy", n.state from supervision_notice n join obligation o on o.id = n.obligation_id
       where o.assignment_id = $1 order by n.issued_at limit 1`,
      [assignmentId],
    );
    return found!;
  };
  const move = async (username: string, assignmentId: string, event: string, input: object) => {
    const { id } = await notice(assignmentId);
    await t.office.as(username, (tx, actor, at) => t.office.notices.transition(tx, actor, at, id, { event, ...input }));
  };

  beforeAll(async () => {
    planId = await t.office.begin(PLAIN);
    lead = await t.office.assignment(planId, '1', 'S03');
  });

  it('of an application (申请) is owed by its own day, and its office reminded then and urged the working day after', async () => {
    // Thursday: three working days are Friday, Monday and Tuesday.
    const { id, decideBy } = await apply('S03.contact', lead);
    expect(decideBy).toBe('2023-01-17');
    expect(await round('2023-01-17T08:59:00+08:00')).toBe(0);
    expect(await round('2023-01-17T09:00:00+08:00')).toBe(1);
    expect(await round('2023-01-17T09:00:00+08:00')).toBe(0);
    expect(await round('2023-01-18T09:00:00+08:00')).toBe(1);
    expect(await told()).toEqual([
      { kind: 'office_reminded', what: 'application', post: 'office', unit: null, at: '2023-01-17' },
      { kind: 'office_urged', what: 'application', post: 'office', unit: null, at: '2023-01-18' },
    ]);
    await decide(id, 'deny', 'office');
  });

  it('of an application is owed by the lead that set the date, and nothing of one that was taken back', async () => {
    const helper = await t.office.assignment(planId, '1', 'S02');
    await t.office.move('S02.contact', helper, 'sign_for');
    const taken = await apply('S03.contact', lead);
    await decide(taken.id, 'withdraw', 'S03.contact');
    await t.office.query(
      `update application set approver_unit_id = (select id from unit where code = 'S03'), decide_by = '2023-01-19',
         next_step_at = '2023-01-19T09:00:00+08:00' where id = $1`,
      [(await apply('S03.contact', lead)).id],
    );
    expect(await round('2023-01-19T09:00:00+08:00')).toBe(1);
    expect((await told()).at(-1)).toMatchObject({ kind: 'office_reminded', post: 'head', unit: 'S03' });
    await t.office.query(`update application set next_step = null, next_step_at = null`);
  });

  it('of an answer to a notice (督办单) is owed too: one that the office forgets does not hold the ladder unseen', async () => {
    // Not signed for until Monday, 16 January: a notice three working days after.
    await t.office.passTo('2023-01-19T10:00:00+08:00');
    await move('S03.contact', lead, 'answer', { answer: '马上签收' });
    // The last working day before the holiday, and the first after it, which is made up on a Saturday.
    expect(await notice(lead)).toMatchObject({ state: 'answered', judgeBy: '2023-01-28' });
    expect(await round('2023-01-27T18:00:00+08:00')).toBe(0);
    expect(await round('2023-01-28T09:00:00+08:00')).toBe(1);
    expect((await told()).at(-1)).toMatchObject({
      kind: 'office_reminded',
      what: 'supervision_notice',
      post: 'office',
    });
    expect(await round('2023-01-29T09:00:00+08:00')).toBe(1);
    expect((await told()).at(-1)).toMatchObject({ kind: 'office_urged', what: 'supervision_notice' });
  });

  it('is owed again from the day of the next answer, and no more once it is judged or nothing is owed', async () => {
    await move('officer', lead, 'reject', { reason: '没有说明原因' });
    expect([await waiting('supervision_notice'), await notice(lead)]).toMatchObject([[], { judgeBy: null }]);
    t.office.sleepTo('2023-01-30T10:00:00+08:00');
    await move('S03.contact', lead, 'answer', { answer: '人手不足，今日签收' });
    expect((await notice(lead)).judgeBy).toBe('2023-02-01');
    await t.office.move('S03.contact', lead, 'sign_for');
    expect([await waiting('supervision_notice'), await notice(lead)]).toMatchObject([
      [],
      { state: 'closed', judgeBy: null },
    ]);
  });
});
