import { Transactor } from '@duban/database';
import { CHINA_HOLIDAYS, createWorkingCalendar, DomainError, localDateOf } from '@duban/kernel';
import { Client } from 'pg';
import { ObjectionDays, PlanRevisionService, readPlanFile, RevisionDecisions } from '@duban/tasks';
import { BreakdownReader, ChangesReader, TaskReader } from '@duban/reporting';
import fc from 'fast-check';
import { planOf } from '../../supervision/test/city';
import { type Office, useOffice } from '../../supervision/test/office';
import { HistoryService } from './history.service';

const UNITS = ['S03', 'S02', 'Q01', 'Q02'];
const PLAN = planOf(
  '推进老旧小区改造。（牵头单位：市住建局；责任单位：市教育局）',
  '整治河道岸线。（改造旧管网〈责任单位：市住建局〉；整治易涝点〈责任单位：各区人民政府〉）',
);

const REVISED = [
  planOf(
    '推进老旧小区改造。（牵头单位：市教育局；责任单位：市住建局、各区人民政府）',
    '整治河道岸线。（改造旧管网〈责任单位：市住建局〉；新建泵站〈责任单位：市教育局〉）',
  ),
  planOf(
    '新建公园。（责任单位：市教育局）',
    '推进老旧小区改造，9月底前完成。（牵头单位：市住建局；责任单位：市教育局）',
  ),
  PLAN.replace('整治易涝点', '整治易涝点和积水点'),
];

/** What each table says of a plan now, in the words that history uses of the same thing. */
const TABLES = {
  plan: `select id, state, version, issued_on::text as "issuedOn", policy_id as "policyId" from plan where id = $1`,
  task: `select id, state, version, content, position, number, due_on::text as "dueOn", leaders from task where plan_id = $1`,
  assignment: `select a.id, a.state, a.version, a.role, a.unit_id as "unitId" from assignment a
    join task t on t.id = a.task_id where t.plan_id = $1`,
  obligation: `select o.id, o.state, o.kind, o.subject, o.due_on::text as "dueOn", o.effective_on::text as "effectiveOn",
      o.deadline_version as "deadlineVersion", to_char(o.settled_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "settledAt"
    from obligation o join task t on t.id = o.task_id where t.plan_id = $1`,
  supervision_notice: `select n.id, n.state, n.version, n.number, n.colour, n.answer, n.answer_due_on::text as "answerDueOn"
    from supervision_notice n join obligation o on o.id = n.obligation_id join task t on t.id = o.task_id
    where t.plan_id = $1`,
  plan_revision: `select id, state, version, reason from plan_revision where plan_id = $1`,
  plan_revision_item: `select i.id, i.state, i.version, i.kinds, i.task_id as "taskId", i.decided_by as "decidedBy"
    from plan_revision_item i join plan_revision r on r.id = i.revision_id where r.plan_id = $1`,
  report: `select r.id, r.kind, r.text, r.obligation_id as "obligationId" from report r
    join assignment a on a.id = r.assignment_id join task t on t.id = a.task_id where t.plan_id = $1`,
} as const;
/** A thing that something can be done with, with its assignment as "a". */
const THINGS = {
  assignment: `select a.id, a.state, a.role, u.code from assignment a`,
  notice: `select n.id, n.state, u.code from supervision_notice n join obligation o on o.id = n.obligation_id
    join assignment a on a.id = o.assignment_id`,
  report: `select o.id, o.state, o.assignment_id as "assignmentId", u.code
    from (select * from obligation where kind in ('action_plan', 'progress_report')) o
    join assignment a on a.id = o.assignment_id`,
};
type Kind = keyof typeof TABLES;
const KINDS = Object.keys(TABLES) as Kind[];

/** What somebody does next; `which` picks the thing, `choice` the event that its state offers. */
interface Step {
  do: 'edit' | 'issue' | 'report' | 'assignment' | 'notice' | 'revise';
  which: number;
  choice: number;
  /** Somebody who may be in no position to: what is refused must leave no trace either. */
  stranger: string | null;
  /** Hours that have passed since the step before. */
  hours: number;
}
const oneOf = (what: Step['do'], weight: number) => ({ weight, arbitrary: fc.constant(what) });
const story: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    do: fc.oneof(
      oneOf('edit', 1),
      oneOf('issue', 1),
      oneOf('report', 3),
      oneOf('assignment', 14),
      oneOf('notice', 4),
      oneOf('revise', 3),
    ),
    which: fc.nat(20),
    choice: fc.nat(20),
    stranger: fc.option(fc.constantFrom('office', ...UNITS.map((unit) => `${unit}.contact`)), { freq: 5 }),
    hours: fc.integer({ min: 1, max: 90 }),
  }),
  { minLength: 30, maxLength: 45 },
);

const CALENDAR = createWorkingCalendar(CHINA_HOLIDAYS);
const RUNS = Number(process.env.STORY_RUNS ?? 3);
/** Random instants that are asked for, `STORY_INSTANTS` in all. */
const INSTANTS_A_RUN = Math.ceil(Number(process.env.STORY_INSTANTS ?? 10) / RUNS);
/** An instant takes some ten milliseconds on a machine that is free. */
const TIME_MS = 120_000 + 100 * RUNS * INSTANTS_A_RUN;
const moments = fc.array(fc.record({ step: fc.nat(10_000), ms: fc.nat(999) }), {
  minLength: INSTANTS_A_RUN,
  maxLength: INSTANTS_A_RUN,
  // Kept small they would all be of the first steps.
  size: 'max',
});
const COMPARED_KINDS = KINDS.filter((kind) => !kind.startsWith('plan_revision'));

type Row = Record<string, unknown> & { id: string };
/** A line of the board, as far as it is there in the past, too. */
type Line = Omit<Awaited<ReturnType<TaskReader['list']>>['items'][number], 'breakdown'>;
interface Recorded {
  at: Date;
  states: Map<Kind, Row[]>;
  board: Line[];
}
const byId = (one: Row, other: Row): number => (one.id < other.id ? -1 : 1);

/** Events that a state offers, some more often than others, and who may do them. */
const OFFERS: Record<string, [event: string, by: 'unit' | 'office' | 'judge'][]> = {
  assigned: [...Array<[string, 'unit']>(6).fill(['sign_for', 'unit']), ['cancel', 'office']],
  in_progress: [...Array<[string, 'unit']>(6).fill(['report', 'unit']), ['cancel', 'office']],
  reported: [
    ['withdraw', 'unit'],
    ['return', 'judge'],
    ['return', 'judge'],
    ['verify', 'judge'],
  ],
  issued: [
    ['acknowledge', 'unit'],
    ['answer', 'unit'],
  ],
  acknowledged: [['answer', 'unit']],
  answered: [
    ['accept', 'office'],
    ['reject', 'office'],
  ],
};

describe('a story', () => {
  const t = useOffice();
  let office: Office;
  let planId: string;
  let compared = 0;
  let lights = 0;
  beforeAll(() => {
    office = t.office;
  });

  const draftedTasks = () =>
    office.query<{ id: string }>(`select id from task where plan_id = $1 order by position`, [planId]);

  async function take(step: Step): Promise<void> {
    if (step.do === 'edit') {
      const tasks = await draftedTasks();
      const taskId = tasks[step.which % tasks.length]!.id;
      await office.as('officer', (tx, actor, at) =>
        office.drafts.editTask(tx, actor, at, { planId, taskId }, { content: `第${step.which}稿` }),
      );
    } else if (step.do === 'revise') {
      await revise(step);
    } else if (step.do === 'issue') {
      const issuedOn = localDateOf(office.clock.now(), 'Asia/Shanghai');
      await office.issue(planId, { issuedOn, year: Number(issuedOn.slice(0, 4)) });
    } else {
      const rows = await office.query<Row & { code: string; state: string; role: string; assignmentId: string }>(
        `${THINGS[step.do]} join task t on t.id = a.task_id join unit u on u.id = a.unit_id
         where t.plan_id = $1 order by a.task_id, a.unit_id, 1`,
        [planId],
      );
      const row = rows[step.which % rows.length];
      if (row) await act(step, row);
    }
  }

  /** Takes or declines an item of the open revision; without one, imports another document; with none left, closes it. */
  async function revise({ which, choice, stranger }: Step): Promise<void> {
    const revisions = office.get(PlanRevisionService);
    const decisions = office.get(RevisionDecisions);
    const [item] = await office.query<{ id: string | null; revisionId: string }>(
      `select i.id, r.id as "revisionId" from plan_revision r
         left join plan_revision_item i on i.revision_id = r.id and i.state = 'open'
       where r.plan_id = $1 and r.state = 'open' order by i.position limit 1`,
      [planId],
    );
    const read = await readPlanFile({ name: 'revised.txt', bytes: Buffer.from(REVISED[which % REVISED.length]!) });
    await office.as<unknown>(stranger ?? 'office', (tx, actor, at) => {
      if (!item) {
        return revisions.import(tx, actor, at, planId, read);
      }
      if (item.id === null) return revisions.close(tx, actor, at, planId, item.revisionId);
      return choice % 4 === 0
        ? decisions.decline(tx, actor, at, planId, item.revisionId, item.id, '不变')
        : decisions.takeAll(tx, actor, at, planId, item.revisionId, { itemIds: [item.id] });
    });
  }

  async function act(step: Step, row: Row & { code: string; state: string; role: string; assignmentId: string }) {
    const unit = step.stranger ?? `${row.code}.contact`;
    if (step.do === 'report') {
      await office.submit(unit, row.assignmentId, { obligationId: row.id, text: '按序推进。' });
      return;
    }
    const offers = OFFERS[row.state] ?? [['report', 'unit']];
    const [event, by] = offers[step.choice % offers.length]!;
    const judge = row.role === 'lead' ? 'officer' : 'S03.contact';
    const who = step.stranger ?? { unit, office: 'office', judge }[by];
    const input = { event, answer: '在办。', reason: '理由', cancelReason: 'merged', goAheadReason: '先行' };
    await office.as<unknown>(who, (tx, actor, at) =>
      step.do === 'notice'
        ? office.notices.transition(tx, actor, at, row.id, input)
        : office.assignments.transition(tx, actor, at, row.id, { ...input, evidence: [{ title: '单' }] }),
    );
  }

  const tablesNow = async () => {
    const states = new Map<Kind, Row[]>();
    for (const kind of KINDS) states.set(kind, (await office.query<Row>(TABLES[kind], [planId])).sort(byId));
    return states;
  };
  /** History's states at an instant, cut down to what the tables were asked for. */
  const statesAt = async (kind: Kind, at: Date, like: readonly Row[]) => {
    const rows = await office
      .get(Transactor)
      .run((tx) => office.get(HistoryService).statesAt<Row>(tx, { planId }, kind, at));
    const keys = Object.keys(like[0] ?? { id: '' });
    return rows.sort(byId).map((row) => Object.fromEntries(keys.map((key) => [key, row[key]])));
  };

  /** The board with its lights: the present one, or that of an instant. */
  const boardOf = (asOf?: Date): Promise<Line[]> =>
    office.as('officer', async (tx, actor) => {
      const days = office.get(ObjectionDays);
      const reader = new TaskReader(office.get(HistoryService), new BreakdownReader(), CALENDAR, days);
      const filter = { planId, sort: 'position' as const, limit: 200, ...(asOf ? { asOf } : {}) };
      const { items } = await reader.list(tx, actor, office.clock.now(), filter);
      return items.map(({ breakdown: _breakdown, ...line }) => ({ ...line, leads: line.leads.toSorted() }));
    });
  const record = async (): Promise<Recorded> => ({
    at: office.clock.now(),
    states: await tablesNow(),
    board: await boardOf(),
  });

  /** Of two instants side by side: what the tables say of each thing that is another then. */
  const compare = async (one: Recorded, other: Recorded) => {
    const [from, to] = [new Date(one.at.getTime() + 1), new Date(other.at.getTime() + 1)];
    if (from >= to) return;
    const changes = new ChangesReader(office.get(HistoryService));
    const things = new Map<string, { before: unknown; after: unknown }>();
    const [then, later] = [one, other].map(({ board }) => new Map(board.map(({ id, light }) => [id, light])));
    const wanted = [...new Set([...then!.keys(), ...later!.keys()])].flatMap((taskId) => {
      const [before, after] = [then!.get(taskId) ?? null, later!.get(taskId) ?? null];
      return before === after ? [] : [{ taskId, before, after }];
    });
    for (let cursor: string | undefined; ;) {
      const asked = { from, to, limit: 40, ...(cursor === undefined ? {} : { cursor }) };
      const page = await office.as('office', (tx, actor) => changes.ofPlan(tx, actor, planId, asked));
      if (cursor === undefined) {
        const told = page.lights.map(({ taskId, before, after }) => ({ taskId, before, after }));
        const byTask = (a: { taskId: string }, b: { taskId: string }): number => (a.taskId < b.taskId ? -1 : 1);
        expect({ from, to, lights: told.toSorted(byTask) }).toEqual({ from, to, lights: wanted.toSorted(byTask) });
        lights += told.length;
      }
      for (const { entity, entityId, before, after } of page.items)
        things.set(`${entity} ${entityId}`, { before, after });
      if (page.next === null) break;
      cursor = page.next;
    }
    for (const kind of COMPARED_KINDS) {
      const [was, is] = [one, other].map(({ states }) => new Map(states.get(kind)!.map((row) => [row.id, row])));
      for (const id of new Set([...was!.keys(), ...is!.keys()])) {
        const [before, after] = [was!.get(id) ?? null, is!.get(id) ?? null];
        const found = things.get(`${kind} ${id}`);
        const wanted = { kind, from, to, before, after };
        if (found) {
          const like = Object.keys(before ?? after!);
          const cut = (state: unknown) => state && Object.fromEntries(like.map((key) => [key, (state as Row)[key]]));
          expect({ ...wanted, before: cut(found.before), after: cut(found.after) }).toEqual(wanted);
          compared++;
        } else expect({ ...wanted, after }).toEqual({ ...wanted, after: before });
      }
    }
  };

  it(
    'reads at each instant as the tables were then, whoever did what, refused or not, and sweeps between',
    async () => {
      let instants = 0;
      await fc.assert(
        fc.asyncProperty(story, moments, async (steps, picked) => {
          planId = await office.draft(PLAN);
          const recorded = [await record()];
          const issue: Step = { do: 'issue', which: 0, choice: 0, stranger: null, hours: 1 };
          for (const step of [{ ...issue, do: 'edit' as const }, issue, ...steps]) {
            const target = new Date(office.clock.now().getTime() + step.hours * 3_600_000);
            // What falls due at once by the last step is done after it, and not at the instant that was looked at.
            office.sleepTo(new Date(office.clock.now().getTime() + 1_000).toISOString());
            await office.passTo(target.toISOString());
            await take(step).catch((error: unknown) => {
              if (!(error instanceof DomainError)) throw error;
            });
            recorded.push(await record());
          }
          for (const { step, ms } of picked) {
            // Nothing happens in the second after a step.
            const { at: after, states, board } = recorded[step % recorded.length]!;
            const at = new Date(after.getTime() + ms);
            instants++;
            expect({ at, board: await boardOf(at) }).toEqual({ at, board });
            for (const [kind, rows] of states) {
              expect({ kind, at, rows: await statesAt(kind, at, rows) }).toEqual({ kind, at, rows });
            }
          }
          for (const { step, ms } of picked.slice(0, 2)) {
            const [one, other] = [recorded[step % recorded.length]!, recorded[ms % recorded.length]!];
            await (one.at < other.at ? compare(one, other) : compare(other, one));
          }
          for (const { at, states } of recorded) {
            for (const [kind, rows] of states) {
              expect({ kind, at, rows: await statesAt(kind, at, rows) }).toEqual({ kind, at, rows });
            }
          }
        }),
        { numRuns: RUNS, endOnFailure: true },
      );
      expect(instants).toBe(RUNS * INSTANTS_A_RUN);
      expect(compared).toBeGreaterThan(0);
      expect(lights).toBeGreaterThan(0);
    },
    TIME_MS,
  );

  it('has an event for every change, with actor, post, request, before and after', async () => {
    planId = await office.draft(PLAN);
    await office.issue(planId, {
      issuedOn: office.clock.now().toISOString().slice(0, 10),
      year: office.clock.now().getUTCFullYear(),
    });
    const id = await office.assignment(planId, '1', 'S03');
    const other = await office.assignment(planId, '1', 'S02');
    const evidence = [{ title: '单' }];
    const from = await lastSeq();
    await office.move('S02.head', other, 'sign_for');
    await office.move('S03.contact', id, 'sign_for');
    await office.move('S03.contact', id, 'report', { evidence, goAheadReason: '先行' });
    await office.move('officer', id, 'return', { reason: '材料不全' });
    await office.move('S03.contact', id, 'report', { evidence, goAheadReason: '先行' });
    await office.move('S03.head', id, 'withdraw');
    const events = await office.query<{ line: string }>(
      `select h.type || ' by ' || h.actor_post || ': ' || coalesce(h.before->>'state', '-') || ' > '
         || coalesce(h.after->>'state', '-') || coalesce(' (' || h.reason || ')', '') as line
       from history_event h where h.seq > $1 order by h.seq`,
      [from],
    );
    expect(events.map(({ line }) => line)).toEqual([
      'assignment.signed_for by head: assigned > in_progress',
      'obligation.discharged by head: open > discharged',
      'assignment.signed_for by contact: assigned > in_progress',
      'task.moved by contact: assigned > in_progress',
      'obligation.discharged by contact: open > discharged',
      'assignment.reported by contact: in_progress > reported (先行)',
      'task.moved by contact: in_progress > reported',
      'report.submitted by contact: - > -',
      'obligation.discharged by contact: open > discharged',
      'assignment.returned by officer: reported > in_progress (材料不全)',
      'task.moved by officer: reported > in_progress',
      'obligation.opened by officer: - > open',
      'assignment.reported by contact: in_progress > reported (先行)',
      'task.moved by contact: in_progress > reported',
      'report.submitted by contact: - > -',
      'obligation.discharged by contact: open > discharged',
      'assignment.withdrawn by head: reported > in_progress',
      'task.moved by head: reported > in_progress',
      'obligation.reinstated by head: discharged > open',
    ]);
    const [traced] = await office.query(
      `select count(distinct request_id)::int as requests, bool_and(h.actor_person_id is not null) as person,
         bool_and(h.actor_name like 'sealed:%') as sealed, bool_and(post.kind = h.actor_post) as post,
         bool_and(h.actor_unit_id is not distinct from post.unit_id) as unit
       from history_event h join person p on p.id = h.actor_person_id join post on post.id = h.actor_post_id
       where h.seq > $1`,
      [from],
    );
    expect(traced).toEqual({ requests: 6, person: true, sealed: true, post: true, unit: true });
  });

  const lastSeq = async () =>
    (await office.query<{ seq: string }>(`select max(seq)::text as seq from history_event`))[0]!.seq;

  it('has one event for every follow-up, with whom it went to', async () => {
    const rows = await office.query(
      `select f.obligation_id as "obligationId", f.rung, array_agg(f.recipient_post_id::text order by 1) as posts
       from follow_up f group by f.obligation_id, f.deadline_version, f.rung order by 1, 2`,
    );
    const events = await office.query(
      `select h.after->>'obligationId' as "obligationId", h.after->>'rung' as rung,
         (select array_agg(r->>'postId' order by 1) from jsonb_array_elements(h.after->'recipients') r) as posts
       from history_event h where h.type = 'follow_up.fired' order by 1, 2`,
    );
    const sorted = (list: unknown[]) =>
      (list as { posts: string[] }[]).map((one) => JSON.stringify({ ...one, posts: [...one.posts].sort() })).sort();
    expect(rows.length).toBeGreaterThan(20);
    expect(sorted(events)).toEqual(sorted(rows));
  });

  it('cannot be rewritten: not a follow-up, not a deadline, not an event, by the owner either', async () => {
    const owner = new Client({ connectionString: t.database.url });
    await owner.connect();
    try {
      for (const [table, column] of [
        ['history_event', 'type'],
        ['history_entry', 'type'],
        ['history_words', 'reason'],
        ['follow_up', 'rung'],
        ['deadline_version', 'rule'],
      ]) {
        for (const statement of [`update ${table} set ${column} = ''`, `delete from ${table}`]) {
          await expect(owner.query(statement)).rejects.toMatchObject({ code: '42501' });
        }
      }
    } finally {
      await owner.end();
    }
  });
});
