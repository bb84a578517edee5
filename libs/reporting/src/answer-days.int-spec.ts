import { Calendars } from '@duban/database';
import { HistoryService } from '@duban/history';
import { CHINA_HOLIDAYS, createWorkingCalendar, parseLocalDate } from '@duban/kernel';
import { ObjectionDays, PolicyService, SuspensionService } from '@duban/tasks';
import { planOf } from '../../supervision/test/city';
import { useOffice } from '../../supervision/test/office';
import { BreakdownReader } from './breakdown.reader';
import { SupervisionReader } from './supervision.reader';
import { TaskReader } from './task.reader';

const calendar = createWorkingCalendar(CHINA_HOLIDAYS);

/** An action plan due on Friday 10 February 2023: blue on Wednesday the 15th, to be answered by Friday the 17th. */
describe('the last day to answer a notice whose part stood still', () => {
  const t = useOffice('2023-01-12T09:30:00+08:00');
  let lead: string;
  let taskId: string;
  const supervision = new SupervisionReader(new Calendars(), calendar);
  const tasks = new TaskReader(
    new HistoryService(),
    new BreakdownReader(),
    calendar,
    new ObjectionDays(new PolicyService(), calendar),
  );

  /** The day as the list and the task tell it, and the one with which it was issued. */
  const shown = async (username = 'S03.contact', asOf?: string): Promise<(string | null)[][]> => {
    const past = asOf === undefined ? undefined : new Date(asOf);
    return t.office.as(username, async (tx, actor, at) => {
      const filter = { limit: 50, taskId, ...(past ? { asOf: past } : {}) };
      const { items } = await supervision.notices(tx, actor, at, filter);
      const task = await tasks.get(tx, actor, at, taskId, past ?? null);
      return [items, task.notices].map((list) =>
        list
          .filter(({ answerFirstDueOn }) => answerFirstDueOn === '2023-02-17')
          .flatMap(({ answerDueOn, answerFirstDueOn }) => [answerDueOn, answerFirstDueOn]),
      );
    });
  };
  const both = (day: string): string[][] => [
    [day, '2023-02-17'],
    [day, '2023-02-17'],
  ];

  beforeAll(async () => {
    const { office } = t;
    const planId = await office.begin(planOf('完成老旧小区改造260个。（牵头单位：市住建局）'));
    lead = await office.assignment(planId, '1', 'S03');
    [{ taskId }] = (await office.query(`select task_id as "taskId" from assignment where id = $1`, [lead])) as [
      { taskId: string },
    ];
    await office.move('S03.contact', lead, 'sign_for');
    await office.passTo('2023-02-16T10:00:00+08:00');
  });

  it('is the one with which it was issued while nothing stood', async () => {
    expect(await shown()).toEqual(both('2023-02-17'));
  });

  it('moves with each working day for which the clock stands', async () => {
    await t.office.move('officer', lead, 'suspend', { reason: '等待批复', resumeOn: parseLocalDate('2023-02-27') });
    expect(await shown()).toEqual(both('2023-02-17'));
    t.office.sleepTo('2023-02-20T10:00:00+08:00');
    // The 16th and the 17th went by.
    expect(await shown()).toEqual(both('2023-02-21'));
  });

  it('is where the ladder has it when the part goes on, for the unit and the office, and in the answer to a command', async () => {
    const { office } = t;
    office.sleepTo('2023-02-27T00:30:00+08:00');
    await office.get(SuspensionService).resumeDue(office.clock.now());
    // Two days were left, the 16th and the 17th, which are now the 27th and the 28th.
    expect(await shown()).toEqual(both('2023-02-28'));
    expect(await shown('office')).toEqual(both('2023-02-28'));
    const { nextRung, nextRungAt } = await office.obligation(lead, 'action_plan');
    expect([nextRung, nextRungAt?.toISOString()]).toEqual(['orange', '2023-03-01T01:00:00.000Z']);
    const [notice] = await office.query<{ id: string }>(
      `select id from supervision_notice where obligation_id = (select id from obligation where assignment_id = $1 and kind = 'action_plan')`,
      [lead],
    );
    const moved = await office.as('S03.contact', (tx, actor, at) =>
      office.notices.transition(tx, actor, at, notice!.id, { event: 'acknowledge' }),
    );
    expect(moved).toMatchObject({ answerDueOn: '2023-02-28', answerFirstDueOn: '2023-02-17' });
  });

  it('is at a past instant what it was then, and in the record the one with which it was issued', async () => {
    expect(await shown('office', '2023-02-16T09:59:00+08:00')).toEqual(both('2023-02-17'));
    expect(await shown('office', '2023-02-20T10:00:00+08:00')).toEqual(both('2023-02-21'));
    const days = await t.office.query(
      `select distinct after->>'answerDueOn' as day from history_event where entity = 'supervision_notice' and task_id = $1`,
      [taskId],
    );
    expect(days).toEqual([{ day: '2023-02-17' }]);
  });
});
