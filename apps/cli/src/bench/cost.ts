import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { startRedisCluster } from '../sizes/redis-group';
import type { Member } from '../sizes/member';
import { ServerSize } from '../sizes/server-size';
import { eventually } from '../sizes/started';
import { type Cost, type CostOfSize, costTable } from './cost-figures';
import { inventBoard } from './invented-board';
import { inventedUnits, MORNING } from './invented-duties';
import { machine } from './machine';
import { type Times, timesOf } from './measure';
import { costPicture } from './pictures';
import { resultFile } from './result-file';

const LIMITS_OFF = { DUBAN_ADDRESS_PER_MINUTE: '0', DUBAN_PERSON_PER_MINUTE: '0', DUBAN_COSTLY_PER_MINUTE: '0' };
const MIB = 1024 * 1024;
/** How often each question is asked, and before that, unmeasured. */
const ASKED = 11;
const WARM_UPS = 3;
/** The same at every size: what is asked is whether it costs more among more. */
const DUE = 500;
const TASKS_OF_NEW_PLAN = 50;
const NEW_PLANS = 3;
const SIGNING_UNITS = 10;
/** Requests after which the memory of the processes is read. */
const REQUESTS = 500;

/** What tables are of, by their names; all others are the rest. */
const GROUPS: Readonly<Record<string, RegExp>> = {
  'tasks and parts': /^(plan|task|assignment|target|milestone|matter)(_|$)/,
  'duties and their dates': /^(obligation|deadline_version)(_|$)/,
  'follow-ups and messages': /^(follow_up|notification|digest|digest_item|delivery|supervision_notice)(_|$)/,
  history: /^history_/,
};

/**
 * Brings the server size up with one api and one worker, or the cluster size, for each number of tasks, and measures what
 * the same work costs among them: prints a table and writes `cost.json` and its picture in DUBAN_HOME.
 * @throws Error with one plain sentence where something is missing
 */
export async function tellCost(sizes: readonly number[], { isCluster }: { isCluster: boolean }): Promise<void> {
  const file = resultFile('cost.json');
  const size = isCluster ? 'the cluster size, reads by a standby' : 'the server size';
  const cost: Cost = { madeOf: `${size}; ${machine()}`, sizes: [] };
  for (const tasks of sizes) {
    process.stderr.write(`measuring ${tasks} tasks …\n`);
    cost.sizes.push(await costOf(tasks, isCluster));
    // Large sizes take long: what is known is kept.
    writeFileSync(file, `${JSON.stringify(cost, null, 2)}\n`);
    writeFileSync(file.replace(/json$/, 'svg'), costPicture(cost));
  }
  process.stdout.write(`${costTable(cost)}\n`);
}

async function costOf(tasks: number, isCluster: boolean): Promise<CostOfSize> {
  const clock = MORNING.toISOString();
  const size = await ServerSize.begin({
    clock,
    apis: 1,
    workers: 1,
    env: LIMITS_OFF,
    ...(isCluster && { hasStandby: true, queue: startRedisCluster }),
  });
  const owner = new Client({ connectionString: size.postgres.url });
  try {
    const [api] = size.apis;
    const office = await Person.signIn(api!, 'office', size.password);
    const admin = await Person.signIn(api!, 'admin', size.password);
    await admin.send('/units/import', fileOf(JSON.stringify(inventedUnits), 'units.json'));
    await inventBoard(size.postgres.url, tasks);
    await owner.connect();
    // What is made here refers to what is made here.
    await owner.query('set session_replication_role = replica');
    await owner.query(PENDING);
    await owner.query('vacuum analyze');
    const unit = await Person.signIn(api!, 'M001.contact', size.password);
    const times: CostOfSize['times'] = {};
    for (const [what, who, path] of await questions(owner, office, unit))
      times[what] = await timeOf(() => who.get(path));
    Object.assign(times, await issueAndSign(size, owner, office));
    const { swept, queue } = await sweep(size, owner);
    times[`a sweep of ${DUE} due`] = timesOf([swept]);
    for (let n = 0; n < REQUESTS; n++)
      await office.get(n % 50 ? `/tasks?limit=50&state=in_progress&sort=due` : '/dashboard');
    const memory = { api: residentMiB(api!), worker: residentMiB(size.workers[0]!) };
    return { tasks, times, memory, database: await sizesOf(owner), queue };
  } finally {
    await owner.end().catch(() => undefined);
    await size.end();
  }
}

/** All that is open has a next step on some later day. */
const PENDING = `update obligation set ladder = 'sign-for', next_rung = 'remind',
    next_rung_at = timestamptz '2026-05-06T09:00:00+08:00' + (hashtext(id::text) & 127) * interval '1 day'
  where state = 'open'`;

const questions = async (owner: Client, office: Person, unit: Person): Promise<[string, Person, string][]> => {
  const { rows } = await owner.query<{ task: string; unit: string }>(
    `select (select id from task order by id limit 1) as task, (select id from unit order by code limit 1) as unit`,
  );
  const { task, unit: unitId } = rows[0]!;
  return [
    ['a page of the board', office, `/tasks?unitId=${unitId}&state=in_progress&sort=due&limit=50`],
    ['the board by words', office, `/tasks?q=${encodeURIComponent('第777件')}&limit=50`],
    ['the dashboard', office, '/dashboard'],
    ['a task with all of it', office, `/tasks/${task}`],
    ['a unit’s own tasks', unit, '/tasks?limit=50'],
    ['what a unit owes', unit, '/obligations?limit=50'],
  ];
};

async function timeOf(work: () => Promise<unknown>): Promise<Times> {
  const taken: number[] = [];
  for (let n = 0; n < WARM_UPS + ASKED; n++) {
    const begun = performance.now();
    await work();
    if (n >= WARM_UPS) taken.push(performance.now() - begun);
  }
  return timesOf(taken);
}

/** Plans that come to those that are there, read and issued, a task of them; then units sign for their parts. */
async function issueAndSign(size: ServerSize, owner: Client, office: Person): Promise<CostOfSize['times']> {
  const [imports, issues]: [number[], number[]] = [[], []];
  let planId = '';
  for (let n = 0; n < NEW_PLANS; n++) {
    const begun = performance.now();
    const { id } = await office.send<{ id: string }>('/plans', fileOf(newPlan(n), 'plan.txt'));
    const imported = performance.now();
    await office.send(`/plans/${id}/issue`, { year: 2026, issuedOn: '2026-04-20', policy: 'annual-report' });
    imports.push((imported - begun) / TASKS_OF_NEW_PLAN);
    issues.push((performance.now() - imported) / TASKS_OF_NEW_PLAN);
    planId = id;
  }
  const { rows } = await owner.query<{ id: string; code: string }>(
    `select a.id, u.code from assignment a join unit u on u.id = a.unit_id join task t on t.id = a.task_id
     where t.plan_id = $1 and a.state = 'assigned' order by u.code`,
    [planId],
  );
  const codes = [...new Set(rows.map(({ code }) => code))].slice(0, SIGNING_UNITS);
  const signed: number[] = [];
  for (const code of codes) {
    const contact = await Person.signIn(size.apis[0]!, `${code}.contact`, size.password);
    for (const { id } of rows.filter((row) => row.code === code)) {
      const begun = performance.now();
      await contact.send(`/assignments/${id}/transitions`, { event: 'sign_for' });
      signed.push(performance.now() - begun);
    }
  }
  return { 'import, a task': timesOf(imports), 'issue, a task': timesOf(issues), 'a transition': timesOf(signed) };
}

const newPlan = (which: number): string => {
  const tasks = Array.from({ length: TASKS_OF_NEW_PLAN }, (_, n) => {
    const unit = (which * TASKS_OF_NEW_PLAN + n) % inventedUnits.units.length;
    const nameOf = (place: number): string => inventedUnits.units[place % inventedUnits.units.length]!.official;
    return `　　${n + 1}.修缮第${which}区第${n}号桥，年底前完成。（牵头单位：${nameOf(unit)}；责任单位：${nameOf(unit + 1)}）\n`;
  });
  return `量城市2026年《政府工作报告》目标任务责任分解方案\n\n（一）办好民生实事\n\n${tasks.join('\n')}`;
};

/** From the moment at which steps are due until all of them are followed up, and what the queue held meanwhile. */
async function sweep(size: ServerSize, owner: Client): Promise<{ swept: number; queue: number }> {
  const servers = (size.queue?.ports ?? [size.redis.port]).map((port) => new Redis(port));
  try {
    const used = async (): Promise<number> =>
      (await Promise.all(servers.map(bytesOfKeys))).reduce((sum, bytes) => sum + bytes, 0);
    const followedUp = async (): Promise<number> => {
      const { rows } = await owner.query<{ count: number }>('select count(*)::int as count from follow_up');
      return rows[0]!.count;
    };
    // What the new plans owe is on its way first.
    await eventually('nothing is due', async () => {
      const { rows } = await owner.query(`select from obligation where next_rung_at <= $1 limit 1`, [MORNING]);
      return rows.length === 0;
    });
    const before = await followedUp();
    let most = 0;
    const begun = performance.now();
    await owner.query(MADE_DUE, [DUE]);
    await eventually(`${DUE} steps are followed up`, async () => {
      most = Math.max(most, await used());
      return (await followedUp()) >= before + DUE;
    });
    return { swept: performance.now() - begun, queue: Math.round(most / 1024) };
  } finally {
    for (const redis of servers) redis.disconnect();
  }
}

/** What all keys of a Redis take; nothing of one that only follows another. */
async function bytesOfKeys(redis: Redis): Promise<number> {
  const [role] = (await redis.role()) as string[];
  if (role !== 'master') return 0;
  const keys = await redis.keys('*');
  const found = await Promise.all(keys.map((key) => redis.memory('USAGE', key)));
  return found.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
}

const MADE_DUE = `with due as (
    update obligation set next_rung_at = '2026-04-21T09:00:00+08:00', due_on = '2026-04-21', effective_on = '2026-04-21',
      due_at = '2026-04-22T00:00:00+08:00'
    where id in (select id from obligation where state = 'open' and next_rung = 'remind' and ladder = 'sign-for'
      and next_rung_at > '2026-05-01' order by id limit $1)
    returning id, due_on, effective_on, due_at)
  update deadline_version d set recorded_on = due.due_on, effective_on = due.effective_on, due_at = due.due_at
  from due where d.obligation_id = due.id`;

async function sizesOf(owner: Client): Promise<Record<string, number>> {
  const { rows } = await owner.query<{ name: string; bytes: string }>(
    `select c.relname as name, pg_total_relation_size(c.oid) as bytes from pg_class c
     where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace`,
  );
  const sums: Record<string, number> = {};
  for (const { name, bytes } of rows) {
    const group = Object.keys(GROUPS).find((one) => GROUPS[one]!.test(name)) ?? 'the rest';
    sums[group] = (sums[group] ?? 0) + Number(bytes) / MIB;
  }
  return Object.fromEntries(Object.entries(sums).map(([group, mib]) => [group, Math.round(mib * 10) / 10]));
}

const residentMiB = ({ pid }: Member): number =>
  Math.round(Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024);

/** Somebody who has signed in, at an api. */
class Person {
  private constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  static async signIn({ port }: Member, username: string, password: string): Promise<Person> {
    const url = `http://127.0.0.1:${port}/api/v1`;
    const { token } = await new Person(url, '').send<{ token: string }>('/sessions', { username, password });
    return new Person(url, token);
  }

  get(path: string): Promise<unknown> {
    return this.ask(path, {});
  }

  send<T>(path: string, content: object | FormData): Promise<T> {
    const body = content instanceof FormData ? content : JSON.stringify(content);
    return this.ask(path, {
      method: 'POST',
      body,
      ...(typeof body === 'string' && { headers: { 'content-type': 'application/json' } }),
    });
  }

  /** @throws Error for an answer that is none of what was asked for */
  private async ask<T>(path: string, init: RequestInit): Promise<T> {
    const headers = { ...(init.headers as object), ...(this.token && { authorization: `Bearer ${this.token}` }) };
    const answer = await fetch(this.url + path, { ...init, headers });
    if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}

function fileOf(text: string, name: string): FormData {
  const form = new FormData();
  form.append('file', new Blob([text]), name);
  return form;
}
