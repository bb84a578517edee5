import { HistoryService, type Actor } from '@duban/history';
import { CHINA_HOLIDAYS, createWorkingCalendar } from '@duban/kernel';
import { Calendars } from '@duban/database';
import { useTestDatabase } from '@duban/testing';
import { Client } from 'pg';
import type { EntityManager } from 'typeorm';
import { ObjectionDays, PolicyService } from '@duban/tasks';
import { BreakdownReader } from './breakdown.reader';
import { HistoryReader } from './history.reader';
import { SupervisionReader } from './supervision.reader';
import { TaskReader } from './task.reader';

/** Units, plans, tasks a plan; each task has three assignments and each of those two obligations. */
const [UNITS, PLANS, TASKS_A_PLAN] = [500, 100, 150];
const TASKS = PLANS * TASKS_A_PLAN;
/** More than any page with what it shows of its rows, far less than any table. */
const MOST_ROWS = 5_000;

const id = (kind: number, n: string): string =>
  `('00000000-0000-7000-800${kind}-' || lpad((${n})::text, 12, '0'))::uuid`;
const idOf = (kind: number, n: number): string => `00000000-0000-7000-800${kind}-${String(n).padStart(12, '0')}`;
const CITY = idOf(0, 0);

/** Two events of each thing in the first 6,000 tasks, a month apart. */
const history = (entity: string, table: string, planId: string, taskId: string, after: string): string => `
  insert into history_entry (id, jurisdiction_id, plan_id, task_id, entity, entity_id, type, actor_name, actor_post,
      request_id, after, occurred_at, actor_person_id)
    select gen_random_uuid(), '${CITY}', ${planId}, ${taskId}, '${entity}', x.id, '${entity}.moved', 'n', 'system', 'r',
      ${after}, timestamptz '2026-01-08' + n * interval '30 days', '${idOf(9, 1)}'
    from ${table} x cross join generate_series(1, 2) n where ${taskId} < ${id(3, '6000')};`;

/**
 * Without the checks of foreign keys: only how the lists are read matters here. Statistics of all rows, in this session
 * and in that of the autovacuum: from a sample of them the planner may now and then choose otherwise.
 */
const SEED = `
  set session_replication_role = replica;
  do $$ begin execute format('alter database %I set default_statistics_target = 1000', current_database()); end $$;
  set default_statistics_target = 1000;
  insert into jurisdiction values ('${CITY}', '云泽市', 'Asia/Shanghai', now());
  insert into unit (id, jurisdiction_id, code, name, official_name, kind, position, from_on, created_at)
    select ${id(1, 'n')}, '${CITY}', 'U' || n, '单位' || n, '单位' || n, 'department', n, current_date, now()
    from generate_series(0, ${UNITS - 1}) n;
  insert into plan (id, jurisdiction_id, title, year, state, issued_on, policy_id, policy_version, file_name, source_text,
      left_out, warnings, version, created_at)
    select ${id(2, 'n')}, '${CITY}', '方案' || n, 2026, 'issued', '2026-01-08', 'annual-report', 1, 'f', '', '[]', '[]', 1,
      now() from generate_series(0, ${PLANS - 1}) n;
  insert into task (id, jurisdiction_id, plan_id, number, position, path, content, drafted_units, leaders,
      is_lead_inferred, due_on, milestones, source_start, source_end, state, version, created_at)
    select ${id(3, 'n')}, '${CITY}', ${id(2, `n / ${TASKS_A_PLAN}`)}, n::text, n % ${TASKS_A_PLAN}, '{}',
      '疏浚' || md5(n::text), '{}', '{}', false, date '2026-01-01' + n % 365, '[]', 0, 1, 'in_progress', 1, now()
    from generate_series(0, ${TASKS - 1}) n;
  insert into assignment (id, jurisdiction_id, task_id, unit_id, role, is_lead_inferred, state, version, assigned_at, created_at)
    select ${id(4, 'n')}, '${CITY}', ${id(3, 'n / 3')}, ${id(1, `n * 7 % ${UNITS}`)},
      case n % 3 when 0 then 'lead' else 'responsible' end, false, 'in_progress', 1, now(), now()
    from generate_series(0, ${3 * TASKS - 1}) n;
  insert into obligation (id, jurisdiction_id, task_id, assignment_id, unit_id, kind, state, policy_id, policy_version,
      ladder, deadline_version,
      due_on, effective_on, due_at, settled_at, version, created_at)
    select ${id(5, 'n')}, '${CITY}', ${id(3, 'n / 6')}, ${id(4, 'n / 2')}, ${id(1, `n / 2 * 7 % ${UNITS}`)},
      case n % 2 when 0 then 'sign_for' else 'completion' end, case n % 20 when 1 then 'open' else 'discharged' end,
      'annual-report', 1, 'three-colour', 1, date '2026-01-01' + n % 365, date '2026-01-01' + n % 365,
      timestamptz '2026-01-02' + n % 365 * interval '1 day', null, 1, now()
    from generate_series(0, ${6 * TASKS - 1}) n;
  insert into deadline_version select id, 1, due_on, effective_on, due_at, 'r', '{}', 'c', false, null, now()
    from obligation;
  insert into supervision_notice (id, jurisdiction_id, number, obligation_id, deadline_version, colour, state, issued_at,
      in_next_bulletin, version)
    select ${id(6, 'n')}, '${CITY}', 'n' || n, ${id(5, 'n * 6')}, 1,
      case n % 500 when 0 then 'red' else 'blue' end, 'issued',
      timestamptz '2026-01-02' + n * interval '1 hour', false, 1 from generate_series(0, ${TASKS - 1}) n;
  ${history(
    'task',
    'task',
    'x.plan_id',
    'x.id',
    `jsonb_build_object('planId', x.plan_id, 'position', x.position,
      'number', x.number, 'path', '[]'::jsonb, 'content', x.content, 'state', x.state, 'dueOn', x.due_on,
      'leadInferred', false, 'version', n)`,
  )}
  ${history(
    'assignment',
    'assignment',
    'null',
    'x.task_id',
    `jsonb_build_object('unitId', x.unit_id, 'role', x.role,
      'unitName', '单位', 'state', case n when 1 then 'assigned' else x.state end)`,
  )}
  ${history(
    'obligation',
    'obligation',
    'null',
    'x.task_id',
    `jsonb_build_object('unitId', x.unit_id,
      'state', case n when 1 then 'open' else x.state end, 'dueAt', x.due_at)`,
  )}
  ${history(
    'supervision_notice',
    'supervision_notice',
    'null',
    `(select task_id from obligation where id = x.obligation_id)`,
    `jsonb_build_object('colour', x.colour, 'state', x.state)`,
  )}
  ${history('follow_up', 'obligation', 'null', 'x.task_id', `'{}'::jsonb`)}
  analyze;`;

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Join Filter'?: number;
  Plans?: Node[];
}

/** Rows that were taken up from tables, those too that were then thrown away; the directory is small and may be read. */
const rowsRead = (node: Node): number =>
  (node.Plans ?? []).reduce((sum, one) => sum + rowsRead(one), 0) +
  (node['Rows Removed by Join Filter'] ?? 0) * node['Actual Loops'] +
  (/Scan/.test(node['Node Type']) && node['Relation Name'] !== 'unit'
    ? (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
    : 0);

const actorOf = (post: Actor['post'], unitId: string | null): Actor => ({
  personId: idOf(9, 1),
  name: '某人',
  post,
  postId: idOf(9, 2),
  unitId,
  requestId: 'spec',
});
const OFFICE = actorOf('office', null);
const AUDITOR = actorOf('auditor', null);
const CONTACT = actorOf('contact', idOf(1, 7));

const calendar = createWorkingCalendar(CHINA_HOLIDAYS);

describe('a list reads its page and not its tables', () => {
  const database = useTestDatabase();
  const tasks = new TaskReader(
    new HistoryService(),
    new BreakdownReader(),
    calendar,
    new ObjectionDays(new PolicyService(), calendar),
  );
  const supervision = new SupervisionReader(new Calendars(), calendar);
  const history = new HistoryReader(new HistoryService());
  const now = new Date('2026-06-01T01:00:00Z');
  const page = { sort: 'position', limit: 50 } as const;
  const asOf = new Date('2026-04-01T01:00:00Z');
  const cursorOf = (...key: unknown[]): string => Buffer.from(JSON.stringify(key)).toString('base64url');

  beforeAll(async () => {
    const owner = new Client({ connectionString: database.url });
    await owner.connect();
    await owner.query(SEED);
    await owner.end();
  });

  /** Runs what a reader asks, as the one who asks it, and says how much of the tables it took. */
  async function reads(actor: Actor, ask: (tx: EntityManager) => Promise<unknown>): Promise<number> {
    let rows = 0;
    await database.transactor.as(actor, async (tx) => {
      // Tables of this size are cheaper read whole: asked is what an index can do when they are large.
      await tx.query('set local enable_seqscan = off; set local random_page_cost = 1.1');
      const query = async (statement: string, parameters: unknown[]): Promise<unknown[]> => {
        const [explained] = await tx.query(`explain (analyze, timing off, format json) ${statement}`, parameters);
        rows += rowsRead(explained['QUERY PLAN'][0].Plan);
        // What comes before the page is asked for tells what to ask.
        return / limit \$\d/.test(statement) ? [] : tx.query(statement, parameters);
      };
      await ask({ query, queryRunner: tx.queryRunner } as unknown as EntityManager);
    });
    return rows;
  }

  const lists: [string, (tx: EntityManager, actor: Actor) => Promise<unknown>, actor?: Actor][] = [
    ['tasks in the order of the plans', (tx, actor) => tasks.list(tx, actor, now, page)],
    ['tasks of a unit, for its contact', (tx, actor) => tasks.list(tx, actor, now, page), CONTACT],
    ['tasks of a unit, for the office', (tx, actor) => tasks.list(tx, actor, now, { ...page, unitId: idOf(1, 9) })],
    ['tasks as they were', (tx, actor) => tasks.list(tx, actor, now, { ...page, asOf })],
    ['tasks of a plan as they were', (tx, actor) => tasks.list(tx, actor, now, { ...page, asOf, planId: idOf(2, 7) })],
    [
      'tasks of a unit as they were, for its contact',
      (tx, actor) => tasks.list(tx, actor, now, { ...page, asOf }),
      CONTACT,
    ],
    ['tasks as they were, by date', (tx, actor) => tasks.list(tx, actor, now, { ...page, asOf, sort: 'due' })],
    ['tasks as they were, the last first', (tx, actor) => tasks.list(tx, actor, now, { ...page, asOf, sort: '-due' })],
    [
      'tasks as they were, from a page on',
      (tx, actor) =>
        tasks.list(tx, actor, now, { ...page, asOf, sort: 'due', cursor: cursorOf('2026-06-01', idOf(3, 3)) }),
    ],
    ['tasks that were red', (tx, actor) => tasks.list(tx, actor, now, { ...page, asOf, light: 'red' })],
    ['tasks by date', (tx, actor) => tasks.list(tx, actor, now, { ...page, sort: 'due' })],
    ['tasks by date, the last first', (tx, actor) => tasks.list(tx, actor, now, { ...page, sort: '-due' })],
    ['tasks of a number', (tx, actor) => tasks.list(tx, actor, now, { ...page, q: '2412' })],
    ['red tasks', (tx, actor) => tasks.list(tx, actor, now, { ...page, light: 'red' })],
    [
      'tasks with something due before long',
      (tx, actor) => tasks.list(tx, actor, now, { ...page, dueBefore: new Date('2026-01-05T00:00:00Z') }),
    ],
    ['obligations', (tx, actor) => supervision.obligations(tx, actor, now, { limit: 50 })],
    ['open obligations', (tx, actor) => supervision.obligations(tx, actor, now, { limit: 50, state: 'open' })],
    [
      'obligations of a unit, for its contact',
      (tx, actor) => supervision.obligations(tx, actor, now, { limit: 50 }),
      CONTACT,
    ],
    ['notices of a unit, for its contact', (tx, actor) => supervision.notices(tx, actor, now, { limit: 50 }), CONTACT],
    ['words', (tx, actor) => tasks.list(tx, actor, now, { ...page, q: 'abcd' })],
    [
      'obligations of a task and its parts',
      (tx, actor) => supervision.obligations(tx, actor, now, { limit: 50, taskId: idOf(3, 77) }),
    ],
    [
      'notices of a task and its parts',
      (tx, actor) => supervision.notices(tx, actor, now, { limit: 50, taskId: idOf(3, 77) }),
    ],
    ['notices', (tx, actor) => supervision.notices(tx, actor, now, { limit: 50 })],
    ...(
      [
        ['all', {}],
        ['a kind', { entity: 'obligation' }],
        ['a type', { type: 'assignment.moved' }],
        ['a person', { personId: idOf(9, 1) }],
        ['a unit', { unitId: idOf(1, 7) }],
        ['a person and a unit', { personId: idOf(9, 1), unitId: idOf(1, 7) }],
        ['a plan', { planId: idOf(2, 7) }],
        ['a task', { taskId: idOf(3, 77) }],
        ['a thing', { entityId: idOf(4, 77) }],
        ['a time', { happenedFrom: '2026-02-01T00:00:00Z', happenedTo: '2026-03-01T00:00:00Z' }],
        ['a kind at a time', { entity: 'task', happenedTo: '2026-03-01T00:00:00Z' }],
        ['a time of recording', { recordedFrom: '2026-02-01T00:00:00Z' }],
        ['a request', { requestId: 'none' }],
        ['words', { q: 'abcd' }],
      ] as const
    ).flatMap(([name, filter]): typeof lists =>
      [AUDITOR, OFFICE].map((who) => [
        `history of ${name}, for the ${who.post}`,
        (tx, actor) => history.search(tx, actor, filter, { limit: 50 }),
        who,
      ]),
    ),
  ];

  it.each(lists)('%s', async (_name, ask, actor = OFFICE) => {
    const rows = await reads(actor, (tx) => ask(tx, actor));
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(MOST_ROWS);
  });

  it.each(['position', 'due', '-due'] as const)('from each landmark the list goes on where it stands, by %s', (sort) =>
    database.transactor.as(OFFICE, async (tx) => {
      const { total, every, items } = await tasks.landmarks(tx, OFFICE, now, { sort });
      expect([total, every, items.length]).toEqual([TASKS, 200, TASKS / 200 - 1]);
      for (const { position, cursor } of [items[0]!, items[30]!, items.at(-1)!]) {
        const before = items.find((one) => one.position === position - every)?.cursor;
        const { next } = await tasks.list(tx, OFFICE, now, {
          sort,
          limit: every,
          ...(before ? { cursor: before } : {}),
        });
        expect(next).toBe(cursor);
      }
      expect(await tasks.landmarks(tx, OFFICE, now, { sort, planId: idOf(2, 7) })).toMatchObject({
        total: TASKS_A_PLAN,
        items: [],
      });
    }),
  );
});
