import { calendarOfPapers, CHINA_HOLIDAYS, type HolidayEntry, parseLocalDate, type RecordedPaper } from '@duban/kernel';
import { withCalendar } from '@duban/platform';
import { ContributionService, CoordinationService } from '@duban/tasks';
import { planOf } from '../test/city';
import { type Office, useOffice } from '../test/office';
import { Owner } from '../test/owner';
import { refuses } from '../test/refuses';
import { ApplicationService } from './application.service';
import { CalendarPapers } from './calendar-papers.service';
import { DeadlineRecount } from './deadline-recount';
import { PeriodLights } from './period-lights';

const PLAIN = planOf('推进老旧小区改造。（牵头单位：市住建局；责任单位：市教育局）');
const day = parseLocalDate;
const NUMBER = '国办发明电〔2023〕99号';

/** A paper that is made up, so that days which the office knows become others. */
const paperOf = (year: number, days: HolidayEntry[], other: Partial<RecordedPaper> = {}): RecordedPaper => ({
  number: NUMBER,
  title: `${year}年节假日安排（样例）`,
  issuedOn: '2023-01-12',
  url: 'https://www.gov.cn/sample',
  year,
  days,
  supersedes: [],
  ...other,
});

/** An office in which S03 leads and S02 is responsible, as of 12 January 2023. */
function usePlan() {
  const t = useOffice();
  const plan = { office: null as unknown as Office, database: t.database, planId: '', lead: '', other: '' };
  beforeAll(async () => {
    plan.office = t.office;
    plan.planId = await t.office.begin(PLAIN);
    plan.lead = await t.office.assignment(plan.planId, '1', 'S03');
    plan.other = await t.office.assignment(plan.planId, '1', 'S02');
  });
  return plan;
}

const bring = (office: Office, paper: RecordedPaper, username = 'officer') =>
  office.as(username, (tx, actor, at) => office.get(CalendarPapers).import(tx, actor, at, paper));
const recount = (office: Office) => office.get(DeadlineRecount).run(office.clock.now());
const versions = (office: Office, obligationId: string) =>
  office.query<Record<string, unknown>>(
    `select version, recorded_on::text as "recordedOn", effective_on::text as "effectiveOn", rule, base,
       calendar_version as calendar, is_provisional as "isProvisional", decided_by as "decidedBy"
     from deadline_version where obligation_id = $1 order by version`,
    [obligationId],
  );
const told = (office: Office) =>
  office.query<{ unit: string; parameters: Record<string, unknown> }>(
    `select u.code as unit, n.parameters from notification n join post p on p.id = n.post_id
       join unit u on u.id = p.unit_id where n.kind = 'deadline_recounted' order by n.wanted_at, u.code, n.id`,
  );

describe('a paper that makes the day of a report a holiday', () => {
  const t = usePlan();
  const paper = paperOf(2023, [
    { from: '2023-04-20', off: true, holiday: '样例节' },
    { from: '2023-04-22', off: false, holiday: '样例节' },
  ]);

  it('reaches what is open already: it adds a version of the deadline that names it, and keeps the one before (alaveteli 7292)', async () => {
    const { office, lead } = t;
    const report = await office.obligation(lead, 'progress_report', '2023Q1');
    const done = await office.obligation(lead, 'sign_for');
    await office.move('S03.contact', lead, 'sign_for');
    expect(report.effectiveOn).toBe('2023-04-20');
    const change = await bring(office, paper);
    expect(change).toMatchObject({ version: 'cn-2023.2', position: 9, isNew: true });
    expect(change.differences.map(({ date }) => date)).toEqual(['2023-04-20', '2023-04-22']);
    await recount(office);
    expect(await office.obligation(lead, 'progress_report', '2023Q1')).toMatchObject({
      dueOn: '2023-04-20',
      effectiveOn: '2023-04-21',
      // Five working days before the 21st, which the make-up day does not touch.
      nextRung: 'remind-5',
      nextRungAt: new Date('2023-04-13T09:00:00+08:00'),
    });
    expect(await versions(office, report.id)).toEqual([
      expect.objectContaining({ version: 1, effectiveOn: '2023-04-20', calendar: 'cn-2026.1' }),
      expect.objectContaining({
        version: 2,
        recordedOn: '2023-04-20',
        effectiveOn: '2023-04-21',
        calendar: 'cn-2023.2',
        decidedBy: null,
        base: expect.objectContaining({ year: 2023, recountedFrom: 1, paper: NUMBER }),
      }),
    ]);
    // What is settled is never touched.
    expect(await versions(office, done.id)).toHaveLength(1);
  });

  it('tells the units whose date moved, and nobody else', async () => {
    const messages = await told(t.office);
    expect(messages.map(({ unit, parameters }) => [unit, parameters['obligationKind'], parameters['subject']])).toEqual(
      [['S03', 'progress_report', '2023Q1']],
    );
    expect(messages[0]?.parameters).toMatchObject({ from: '2023-04-20', dueOn: '2023-04-21', paper: NUMBER });
  });

  it('does nothing a second time, though several rounds look at once', async () => {
    const { office } = t;
    const before = await office.rowCounts();
    const again = await Promise.all([1, 2, 3].map(() => recount(office)));
    expect(again).toEqual([1, 2, 3].map(() => ({ obligations: 0, recounted: 0, failed: 0 })));
    expect(await bring(office, paper)).toMatchObject({ isNew: false, version: 'cn-2023.2' });
    expect(await office.rowCounts()).toEqual(before);
  });

  it('fires the rungs by the new days, each once', async () => {
    const { office, lead } = t;
    await office.passTo('2023-04-24T10:00:00+08:00');
    const { id } = await office.obligation(lead, 'progress_report', '2023Q1');
    const fired = await office.query<{ rung: string; day: string }>(
      `select rung, (fired_at at time zone 'Asia/Shanghai')::date::text as day from follow_up
       where obligation_id = $1 group by 1, 2 order by 2`,
      [id],
    );
    // Saturday the 22nd is worked by the paper, as is Sunday the 23rd by that of the year.
    expect(fired).toEqual([
      { rung: 'remind-5', day: '2023-04-13' },
      { rung: 'remind-1', day: '2023-04-19' },
      { rung: 'urge', day: '2023-04-22' },
      { rung: 'blue', day: '2023-04-24' },
    ]);
  });

  it('refuses another text under the same number, and names what differs, unless it is said to correct it', async () => {
    const { office } = t;
    const corrected = { ...paper, days: [{ from: '2023-04-21', off: true, holiday: '样例节' }] };
    await refuses(office, 'CALENDAR.PAPER_RECORDED', () => bring(office, corrected));
    const change = await bring(office, { ...corrected, supersedes: [NUMBER] });
    expect(change).toMatchObject({ version: 'cn-2023.3', isNew: true });
    expect(change.differences.map(({ date, after }) => `${date} ${after.working}`)).toEqual([
      '2023-04-20 true',
      '2023-04-21 false',
      '2023-04-22 false',
    ]);
    expect(await office.query(`select from calendar_paper where number = $1`, [NUMBER])).toHaveLength(2);
  });

  it('cannot be rewritten', async () => {
    await expect(t.office.query(`update calendar_paper set year = 2022`)).rejects.toThrow('permission denied');
  });

  it('is not recorded with a fault in it, nor is anything else changed', async () => {
    await refuses(t.office, 'CALENDAR.PAPER_INVALID', () =>
      bring(t.office, paperOf(2023, [{ from: '2023-02-30', off: true, holiday: '样例节' }], { number: '另一号' })),
    );
  });
});

describe('what was sent before a paper', () => {
  const t = usePlan();

  it('stays as it was given, light and notice, when a correction comes late, and the ladder goes on after it', async () => {
    const { office, lead } = t;
    await office.move('S03.contact', lead, 'sign_for');
    await office.passTo('2023-02-15T10:00:00+08:00');
    const plan = await office.obligation(lead, 'action_plan');
    expect(plan).toMatchObject({ effectiveOn: '2023-02-10', nextRung: 'orange' });
    const facts = () =>
      office.query(
        `select f.rung, f.deadline_version, f.fired_at, n.number, n.issued_at, n.answer_due_on::text, n.state
         from follow_up f left join supervision_notice n on n.id = f.notice_id where f.obligation_id = $1
         order by f.fired_at, f.rung, f.id`,
        [plan.id],
      );
    const before = await facts();
    // The day on which it was due was none, as it turns out, and there are two more such days to come.
    await bring(
      office,
      paperOf(2023, [
        { from: '2023-02-10', off: true, holiday: '样例节' },
        { from: '2023-02-16', to: '2023-02-17', off: true, holiday: '样例节' },
      ]),
    );
    await recount(office);
    expect(await facts()).toEqual(before);
    expect(await office.obligation(lead, 'action_plan')).toMatchObject({
      effectiveOn: '2023-02-13',
      nextRung: 'orange',
      // Six working days after Monday the 13th: 14, 15, 20, 21, 22, 23.
      nextRungAt: new Date('2023-02-23T09:00:00+08:00'),
    });
    await office.passTo('2023-02-24T10:00:00+08:00');
    const rungs = await office.query<{ rung: string }>(
      `select rung from follow_up where obligation_id = $1 group by rung, fired_at order by fired_at`,
      [plan.id],
    );
    expect(rungs.map(({ rung }) => rung)).toEqual(['remind-5', 'remind-1', 'urge', 'blue', 'orange']);
  });

  it('holds the ladder while an answer waits, also to a notice of before the paper', async () => {
    const { office, lead } = t;
    const { id } = await office.obligation(lead, 'action_plan');
    await bring(office, paperOf(2023, [{ from: '2023-03-01', off: true, holiday: '样例节' }], { number: '后一号' }));
    await recount(office);
    const [notice] = await office.query<{ id: string }>(
      `select id from supervision_notice where obligation_id = $1 and colour = 'orange'`,
      [id],
    );
    await office.as('S03.head', (tx, actor, at) =>
      office.notices.transition(tx, actor, at, notice!.id, { event: 'acknowledge' }),
    );
    await office.as('S03.head', (tx, actor, at) =>
      office.notices.transition(tx, actor, at, notice!.id, { event: 'answer', answer: '本周内报送' }),
    );
    expect((await office.obligation(lead, 'action_plan')).nextRung).toBeNull();
    await bring(office, paperOf(2023, [{ from: '2023-03-02', off: true, holiday: '样例节' }], { number: '再一号' }));
    await recount(office);
    expect((await office.obligation(lead, 'action_plan')).nextRung).toBeNull();
  });
});

describe('a date that was counted in working days', () => {
  const t = usePlan();

  it('is counted anew from its own base, not from the date before', async () => {
    const { office, other } = t;
    expect(await office.obligation(other, 'sign_for')).toMatchObject({ effectiveOn: '2023-01-16' });
    await bring(office, paperOf(2023, [{ from: '2023-01-13', off: true, holiday: '样例节' }]));
    await recount(office);
    expect(await office.obligation(other, 'sign_for')).toMatchObject({
      dueOn: '2023-01-17',
      effectiveOn: '2023-01-17',
    });
  });

  it('keeps the days for which its clock stood before the paper came', async () => {
    const { office, other } = t;
    await office.move('S02.contact', other, 'sign_for');
    office.sleepTo('2023-04-10T09:00:00+08:00');
    await office.move('officer', other, 'suspend', { reason: '汛期停工', resumeOn: day('2023-05-04') });
    const owed = await office.obligation(other, 'completion');
    office.sleepTo('2023-04-12T09:00:00+08:00');
    await bring(office, paperOf(2023, [{ from: '2023-04-13', off: true, holiday: '样例节' }], { number: '后一号' }));
    await recount(office);
    office.sleepTo('2023-04-17T09:00:00+08:00');
    await office.move('officer', other, 'resume', { reason: '复工' });
    // The clock stood on the 10th, 11th, 12th and 14th; 2023-12-31 takes effect on 2 January 2024.
    const last = (await versions(office, owed.id)).at(-1);
    expect(last).toMatchObject({ effectiveOn: '2024-01-08', base: expect.objectContaining({ stoppedDays: 4 }) });
    // Another holiday among the days that it stood: fewer of them count now.
    await bring(office, paperOf(2023, [{ from: '2023-04-14', off: true, holiday: '样例节' }], { number: '再一号' }));
    await recount(office);
    expect((await versions(office, owed.id)).at(-1)).toMatchObject({
      effectiveOn: '2024-01-05',
      rule: '3 working days for which the clock stood',
      base: expect.objectContaining({ countedFrom: 1, recountedFrom: 2, paper: '再一号', stoppedDays: 3 }),
    });
  });
});

describe('a process that computed by the old calendar while a paper was imported', () => {
  const t = usePlan();

  it('leaves no wrong date for ever: what it wrote says by which calendar, and is found', async () => {
    const { office, planId } = t;
    await bring(office, paperOf(2023, [{ from: '2023-04-20', off: true, holiday: '样例节' }]));
    await recount(office);
    const old = calendarOfPapers(
      CHINA_HOLIDAYS.papers.map((paper) => ({ ...paper, supersedes: [] })),
      CHINA_HOLIDAYS.law,
    );
    // As if its transaction had begun before.
    const actor = await office.actor('office');
    const second = await office.draft(planOf('提升供水能力。（牵头单位：市水务局；责任单位：市教育局）'));
    await office.transactor.as(actor, (tx) =>
      withCalendar(old, () =>
        office.plans.issue(tx, actor, office.clock.now(), second, {
          year: 2023,
          issuedOn: '2023-01-12',
          policy: 'annual-report',
        }),
      ),
    );
    const lead = await office.assignment(second, '1', 'S04');
    expect(await office.obligation(lead, 'progress_report', '2023Q1')).toMatchObject({ effectiveOn: '2023-04-20' });
    expect(await recount(office)).toMatchObject({ recounted: 1, failed: 0 });
    expect(await office.obligation(lead, 'progress_report', '2023Q1')).toMatchObject({ effectiveOn: '2023-04-21' });
    expect(planId).not.toBe(second);
  });

  it('nor a wrong step, though it computed the next one after the date was counted anew', async () => {
    const { office, lead } = t;
    const { id } = await office.obligation(lead, 'progress_report', '2023Q1');
    await office.query(
      `update obligation set calendar_position = 8, next_rung_at = next_rung_at + interval '1 day' where id = $1`,
      [id],
    );
    expect(await recount(office)).toMatchObject({ obligations: 1, recounted: 1 });
    expect((await office.obligation(lead, 'progress_report', '2023Q1')).nextRungAt).toEqual(
      new Date('2023-04-13T09:00:00+08:00'),
    );
  });

  it('is not swept by days that are no more: the sweep waits for the new ones', async () => {
    const { office, lead } = t;
    const { id } = await office.obligation(lead, 'progress_report', '2023Q1');
    await office.query(`update obligation set calendar_position = 8 where id = $1`, [id]);
    office.sleepTo('2023-04-13T09:00:00+08:00');
    await office.sweeps.run(office.clock.now());
    const fired = () => office.query(`select from follow_up where obligation_id = $1`, [id]);
    expect(await fired()).toEqual([]);
    await recount(office);
    await office.sweeps.run(office.clock.now());
    expect(await fired()).toHaveLength(1);
  });
});

describe('a date in a year whose paper is not out', () => {
  const t = useOffice('2026-12-01T09:00:00+08:00');
  let lead: string;

  it('is provisional, and final when the paper comes, with a move or without one', async () => {
    const planId = await t.office.begin(
      planOf('推进老旧小区改造。（牵头单位：市住建局；责任单位：市教育局）').replace('2023', '2026'),
      { year: 2026, issuedOn: '2026-12-01' },
    );
    lead = await t.office.assignment(planId, '1', 'S03');
    const report = await t.office.obligation(lead, 'progress_report', '2026Q4');
    expect(await versions(t.office, report.id)).toMatchObject([{ effectiveOn: '2027-01-20', isProvisional: true }]);
    await bring(
      t.office,
      paperOf(
        2027,
        [
          { from: '2027-01-01', to: '2027-01-03', off: true, holiday: '元旦' },
          { from: '2027-02-05', to: '2027-02-11', off: true, holiday: '春节' },
        ],
        { issuedOn: '2026-11-10' },
      ),
    );
    await recount(t.office);
    expect(
      (await versions(t.office, report.id)).map(({ effectiveOn, isProvisional }) => [effectiveOn, isProvisional]),
    ).toEqual([
      ['2027-01-20', true],
      ['2027-01-20', false],
    ]);
    expect(await told(t.office)).toEqual([]);
  });

  it('goes on with the ladder that it had: what was said of the same day is not overtaken', async () => {
    await t.office.passTo('2027-01-13T10:00:00+08:00');
    const [row] = await t.office.query<{ version: number; since: number }>(
      `select o.deadline_version as version, o.ladder_since as since from obligation o where assignment_id = $1 and subject = '2026Q4'`,
      [lead],
    );
    expect(row).toEqual({ version: 2, since: 1 });
  });
});

describe('a process that dies half-way', () => {
  let owner: Owner;
  afterAll(() => owner.end());
  const t = usePlan();

  it('leaves the rest to the next, and nothing is counted or told twice (alaveteli 7292)', async () => {
    const { office, lead, other } = t;
    owner = await Owner.connect(t.database);
    // More than one transaction takes: of the lead first, then of the other unit, whose part is told of a move, too.
    const more = 600;
    await office.query(
      `insert into obligation (id, jurisdiction_id, task_id, assignment_id, unit_id, kind, subject, state, policy_id,
         policy_version, ladder, deadline_version, due_on, effective_on, due_at, next_rung, next_rung_at, version, created_at)
       select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, jurisdiction_id, task_id, assignment_id, unit_id,
         kind, subject || ' ' || n, state, policy_id, policy_version, ladder, 1, due_on, effective_on, due_at, next_rung,
         next_rung_at, 1, created_at
       from obligation, generate_series(1, $2::int) n where assignment_id = $1 and subject = '2023Q1'`,
      [lead, more],
    );
    await office.query(
      `insert into deadline_version (obligation_id, version, recorded_on, effective_on, due_at, rule, base, is_provisional,
         calendar_version, recorded_at)
       select o.id, 1, d.recorded_on, d.effective_on, d.due_at, d.rule, d.base, false, d.calendar_version, d.recorded_at
       from obligation o join obligation first on first.assignment_id = o.assignment_id and first.subject = '2023Q1'
         join deadline_version d on d.obligation_id = first.id
       where o.subject like '2023Q1 %'`,
    );
    await bring(
      office,
      paperOf(2023, [
        { from: '2023-01-16', off: true, holiday: '样例节' },
        { from: '2023-04-20', off: true, holiday: '样例节' },
      ]),
    );
    await owner.holdRows(
      `select 1 from post p join unit u on u.id = p.unit_id where u.code = 'S02' and p.kind = 'contact' for update of p`,
    );
    const dying = recount(office).then(
      () => 'done',
      () => 'killed',
    );
    await owner.run(`select pg_terminate_backend($1)`, await owner.waiting(1));
    expect(await dying).toBe('killed');
    await owner.release();
    const done = () =>
      office.query<{ versions: number; told: number }>(
        `select (select count(*)::int from deadline_version where version > 1) as versions,
           (select count(*)::int from notification where kind = 'deadline_recounted') as told`,
      );
    expect(await done()).toEqual([{ versions: 500, told: 500 }]);

    const rest = await Promise.all([recount(office), recount(office)]);
    expect(rest.map(({ failed }) => failed)).toEqual([0, 0]);
    // The copies, their original, and what both units have to sign for by the 16th.
    expect(await done()).toEqual([{ versions: more + 3, told: more + 3 }]);
    const twice = await office.query(
      `select obligation_id from notification where kind = 'deadline_recounted' group by 1 having count(*) > 1
       union all select obligation_id from deadline_version where version > 2
       union all select entity_id from history_event where type = 'obligation.rescheduled' group by 1 having count(*) > 1`,
    );
    expect(twice).toEqual([]);
    expect(await recount(office)).toEqual({ obligations: 0, recounted: 0, failed: 0 });
    expect(await office.obligation(other, 'sign_for')).toMatchObject({ effectiveOn: '2023-01-17' });
  });
});

describe('papers that come between two rounds', () => {
  const t = usePlan();

  it('are told together, each of them named', async () => {
    const { office, lead } = t;
    await bring(office, paperOf(2023, [{ from: '2023-04-20', off: true, holiday: '样例节' }], { number: '甲号' }));
    await bring(office, paperOf(2023, [{ from: '2023-04-21', off: true, holiday: '样例节' }], { number: '乙号' }));
    await recount(office);
    const { id } = await office.obligation(lead, 'progress_report', '2023Q1');
    expect((await versions(office, id)).at(-1)).toMatchObject({ version: 2, base: { paper: '甲号、乙号' } });
    expect((await told(office)).map(({ parameters }) => parameters['paper'])).toEqual(['甲号、乙号']);
    const [event] = await office.query<{ reason: string }>(
      `select reason from history_event where entity_id = $1 and type = 'obligation.rescheduled'`,
      [id],
    );
    expect(event?.reason).toBe('甲号 2023年节假日安排（样例）、乙号 2023年节假日安排（样例）');
  });
});

describe('a paper about a report that is late', () => {
  const t = usePlan();

  it('adds a version of its deadline, and repaints no light that was given (righttoknow 102)', async () => {
    const { office, lead } = t;
    await office.move('S03.contact', lead, 'sign_for');
    office.sleepTo('2023-04-24T09:00:00+08:00');
    await office.sweeps.run(office.clock.now());
    const lights = () =>
      office.query(
        `select l.number, l.light, l.cause, l.deadline_version as version from period_light l
           join obligation o on o.id = l.obligation_id where o.assignment_id = $1 order by l.number`,
        [lead],
      );
    await office.get(PeriodLights).run(office.clock.now());
    const given = await lights();
    expect(given).toEqual([expect.objectContaining({ number: 1, cause: 'missing', version: 1 })]);
    await bring(office, paperOf(2023, [{ from: '2023-04-20', to: '2023-04-21', off: true, holiday: '样例节' }]));
    await recount(office);
    const { id } = await office.obligation(lead, 'progress_report', '2023Q1');
    expect((await versions(office, id)).map(({ effectiveOn }) => effectiveOn)).toEqual(['2023-04-20', '2023-04-23']);
    await office.get(PeriodLights).run(office.clock.now());
    expect(await lights()).toEqual(given);
    office.sleepTo('2023-04-28T09:00:00+08:00');
    await office.get(PeriodLights).run(office.clock.now());
    expect(await lights()).toEqual(given);
  });
});

describe('days that are no deadlines of obligations', () => {
  const t = usePlan();
  const open = () =>
    t.office.query<{ what: string; on: string; next: Date | null }>(
      `select 'objection' as what, answer_due_on::text as on, next_step_at as next from objection
       union all select 'coordination', due_on::text, next_step_at from coordination
       union all select 'application', decide_by::text, next_step_at from application
       union all select 'contribution', due_on::text, due_at from contribution order by what`,
    );

  it('go by a new paper, too: of answers that the office owes, of applications and of contributions', async () => {
    const { office, lead, other } = t;
    const [{ taskId }] = (await office.query(`select task_id as "taskId" from assignment where id = $1`, [lead])) as [
      { taskId: string },
    ];
    await office.move('S03.contact', lead, 'sign_for');
    await office.as('S03.contact', (tx, actor, at) =>
      office.get(CoordinationService).raise(tx, actor, at, taskId, { about: '口径', with: ['S02'], reason: '不一' }),
    );
    await office.as('S03.contact', (tx, actor, at) =>
      office
        .get(ContributionService)
        .ask(tx, actor, at, lead, { subject: '供稿', from: [other], dueOn: day('2023-01-18') }),
    );
    const { id } = await office.obligation(lead, 'completion');
    await office.as('S03.contact', (tx, actor, at) =>
      office.get(ApplicationService).make(tx, actor, at, lead, {
        kind: 'extension',
        reason: '雨季无法施工',
        obligationId: id,
        dueOn: day('2024-03-29'),
        progress: '已完成一半',
      }),
    );
    await office.move('S02.contact', other, 'object', { reason: '不属本单位职责' });
    const morning = (on: string) => new Date(`${on}T09:00:00+08:00`);
    expect(await open()).toEqual([
      { what: 'application', on: '2023-01-17', next: morning('2023-01-17') },
      { what: 'contribution', on: '2023-01-18', next: new Date('2023-01-19T00:00:00+08:00') },
      { what: 'coordination', on: '2023-01-19', next: morning('2023-01-19') },
      { what: 'objection', on: '2023-01-19', next: morning('2023-01-19') },
    ]);
    const paper = paperOf(2023, [{ from: '2023-01-17', to: '2023-01-18', off: true, holiday: '样例节' }]);
    await bring(office, paper);
    // Two working days later each, over the spring festival from the 21st to the 27th where they reach it.
    const moved = [
      { what: 'application', on: '2023-01-19', next: morning('2023-01-19') },
      { what: 'contribution', on: '2023-01-18', next: new Date('2023-01-20T00:00:00+08:00') },
      { what: 'coordination', on: '2023-01-28', next: morning('2023-01-28') },
      { what: 'objection', on: '2023-01-28', next: morning('2023-01-28') },
    ];
    expect(await open()).toEqual(moved);
    const events = await office.query<{ type: string; reason: string; was: string; on: string }>(
      `select type, reason, coalesce(before->>'answerDueOn', before->>'dueOn') as was,
         coalesce(after->>'answerDueOn', after->>'dueOn') as on
       from history_event where type in ('objection.recounted', 'coordination.recounted') order by type`,
    );
    const reason = `${paper.number} ${paper.title}`;
    expect(events).toEqual([
      { type: 'coordination.recounted', reason, was: '2023-01-19', on: '2023-01-28' },
      { type: 'objection.recounted', reason, was: '2023-01-19', on: '2023-01-28' },
    ]);
    // The same paper again, and one about other days, change none of them.
    await bring(office, paper);
    await bring(office, paperOf(2023, [{ from: '2023-06-01', off: true, holiday: '样例节' }], { number: '后一号' }));
    expect(await open()).toEqual(moved);
  });

  it('so do the days by which answers to notices are judged, with what is told of them', async () => {
    const { office, lead } = t;
    await recount(office);
    // An action plan due on 10 February: blue on the 15th, answered on Thursday the 16th, to be judged by Monday the 20th.
    await office.passTo('2023-02-16T10:00:00+08:00');
    const { id: obligationId } = await office.obligation(lead, 'action_plan');
    const [notice] = await office.query<{ id: string }>(`select id from supervision_notice where obligation_id = $1`, [
      obligationId,
    ]);
    await office.as('S03.head', (tx, actor, at) =>
      office.notices.transition(tx, actor, at, notice!.id, { event: 'answer', answer: '本周内报送' }),
    );
    const judged = () =>
      office.query<{ on: string; next: Date }>(
        `select judge_by::text as on, next_step_at as next from supervision_notice where id = $1`,
        [notice!.id],
      );
    expect(await judged()).toEqual([{ on: '2023-02-20', next: new Date('2023-02-20T09:00:00+08:00') }]);
    await bring(office, paperOf(2023, [{ from: '2023-02-17', off: true, holiday: '样例节' }], { number: '二月号' }));
    expect(await judged()).toEqual([{ on: '2023-02-21', next: new Date('2023-02-21T09:00:00+08:00') }]);
  });

  it('nor do messages wait for a Monday when the Saturday before is worked', async () => {
    const { office, lead } = t;
    office.sleepTo('2023-03-03T20:00:00+08:00');
    await office.move('officer', lead, 'suspend', { reason: '汛期停工', resumeOn: day('2023-05-04') });
    const waiting = () =>
      office.query<{ from: Date }>(
        `select distinct send_from as from from notification where kind = 'suspended' and composed_at is null`,
      );
    expect(await waiting()).toEqual([{ from: new Date('2023-03-06T09:00:00+08:00') }]);
    await bring(office, paperOf(2023, [{ from: '2023-03-04', off: false, holiday: '样例节' }], { number: '补班号' }));
    expect(await waiting()).toEqual([{ from: new Date('2023-03-04T09:00:00+08:00') }]);
  });
});

describe('a paper that comes while somebody asks for an answer', () => {
  const holiday = (on: string, number: string): RecordedPaper =>
    paperOf(2023, [{ from: day(on), off: true, holiday: '样例节' }], { number });
  const t = usePlan();
  const raise = (about: string, before: () => Promise<unknown>, after: () => Promise<unknown>) =>
    t.office.as('S03.contact', async (tx, actor, at) => {
      await before();
      const [{ taskId }] = (await tx.query(`select task_id as "taskId" from assignment where id = $1`, [t.lead])) as [
        { taskId: string },
      ];
      await t.office.get(CoordinationService).raise(tx, actor, at, taskId, { about, with: ['S02'], reason: '不一' });
      await after();
    });
  const nothing = (): Promise<unknown> => Promise.resolve();
  const dueOf = async (about: string): Promise<string | undefined> =>
    (await t.office.query<{ on: string }>(`select due_on::text as on from coordination where about = $1`, [about]))[0]
      ?.on;

  it('is gone by though the command began before it', async () => {
    const { office, lead } = t;
    await office.move('S03.contact', lead, 'sign_for');
    let isFirst = true;
    await raise(
      '先开始',
      async () => {
        if (isFirst) await bring(office, holiday('2023-01-17', '甲号'));
        isFirst = false;
      },
      nothing,
    );
    // Five working days after the 12th, the 17th being none.
    expect(await dueOf('先开始')).toBe('2023-01-20');
  });

  it('waits for a command that has its day already, and counts that anew', async () => {
    const { office } = t;
    let importing: Promise<unknown> = Promise.resolve();
    const owner = await Owner.connect(t.database);
    try {
      await raise('先写下', nothing, async () => {
        importing = bring(office, holiday('2023-01-18', '乙号'));
        await owner.waiting(1);
      });
      await importing;
    } finally {
      await owner.end();
    }
    expect(await dueOf('先写下')).toBe('2023-01-28');
    expect(await dueOf('先开始')).toBe('2023-01-28');
  });
});
