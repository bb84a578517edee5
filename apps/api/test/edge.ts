import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DemonstrationClock } from '@duban/database';
import type { Clock } from '@duban/kernel';
import { createLog, loadConfig, type Logger } from '@duban/platform';
import { type TestDatabase, until, useTestDatabase } from '@duban/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Client } from 'pg';
import { ApiModule } from '../src/api.module';
import { createApi } from '../src/application';
import type { ClientLimits } from '../src/limits/slow-clients';

/** Signs history in all specs that do not say otherwise. */
const SIGNING_KEY = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const SAMPLE = join(__dirname, '../../cli/sample');
export const PASSWORD = 'edge-password';
export const START = '2023-01-12T09:00:00+08:00';
export const ISSUE = { year: 2023, issuedOn: '2023-01-12' };

export const sample = {
  plan: readFileSync(join(SAMPLE, 'plan.txt'), 'utf8').replaceAll('{{year}}', '2023'),
  units: readFileSync(join(SAMPLE, 'units.json'), 'utf8'),
};

/** A body of JSON as a spec reads it: what is in it is for the spec to know. */
// eslint-disable-next-line typescript/no-explicit-any
export type Json = any;

export interface Answer {
  status: number;
  headers: Record<string, string | undefined>;
  text: string;
  bytes: Buffer;
  body: Json;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Bytes = string | Buffer;

/** What to send: `json` as a body of JSON, `form` as multipart, `raw` as it is. */
export interface Sent {
  json?: unknown;
  form?: FormData;
  raw?: Bytes;
  headers?: Record<string, string>;
}

export function formOf(bytes: Bytes, name = 'plan.txt', field = 'file', fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [key, value] of Object.entries(fields)) form.append(key, value);
  form.append(field, new Blob([bytes]), name);
  return form;
}

/** Somebody who sends requests, signed in or not. */
export class Caller {
  constructor(
    private readonly app: NestFastifyApplication,
    readonly token: string | null,
    private readonly postId: string | null = null,
  ) {}

  /** The same person, acting in one of their posts. */
  readonly in = (postId: string): Caller => new Caller(this.app, this.token, postId);

  async ask(method: Method, path: string, sent: Sent = {}): Promise<Answer> {
    const headers: Record<string, string> = {};
    if (this.token !== null) headers['authorization'] = `Bearer ${this.token}`;
    if (this.postId !== null) headers['duban-post'] = this.postId;
    let payload: Bytes | undefined = sent.raw;
    if (sent.json !== undefined) {
      headers['content-type'] = 'application/json';
      payload = JSON.stringify(sent.json);
    }
    if (sent.form) {
      const encoded = new Response(sent.form);
      headers['content-type'] = encoded.headers.get('content-type')!;
      payload = Buffer.from(await encoded.arrayBuffer());
    }
    const url = /^\/(api\/|healthz|readyz|metrics|$)/.test(path) ? path : `/api/v1${path}`;
    const response = await this.app.inject({ method, url, headers: { ...headers, ...sent.headers }, payload });
    const type = String(response.headers['content-type'] ?? '');
    return {
      status: response.statusCode,
      headers: response.headers as Answer['headers'],
      text: response.body,
      bytes: response.rawPayload,
      body: /[/+]json\b/.test(type) && response.body !== '' ? response.json() : null,
    };
  }

  /** The body of an answer that must be a good one. */
  async do(method: Method, path: string, sent: Sent = {}): Promise<Json> {
    const answer = await this.ask(method, path, sent);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  get = (path: string): Promise<Json> => this.do('GET', path);
  post = (path: string, json: unknown, headers: Record<string, string> = {}): Promise<Json> =>
    this.do('POST', path, { json, headers });

  /** All items of a list, page by page. */
  async all(path: string, limit = 200): Promise<Json[]> {
    const items: Json[] = [];
    for (let cursor = ''; ;) {
      const page = await this.get(`${path}${path.includes('?') ? '&' : '?'}limit=${limit}${cursor}`);
      items.push(...page.items);
      if (page.next === null) return items;
      cursor = `&cursor=${encodeURIComponent(page.next)}`;
    }
  }
}

/** The api on a database of its own, with the sample's directory. */
/** Stands in the address to which a gateway of short messages reports. */
export const SMS_REPORT_TOKEN = 'sms-report-'.repeat(4);

export class Edge {
  planId = '';
  private readonly callers = new Map<string, Promise<Caller>>();

  private constructor(
    readonly app: NestFastifyApplication,
    private readonly database: TestDatabase,
  ) {}

  /**
   * @param clock by default the demonstration's, which an admin moves
   * @param settings environment variables
   * @param databaseUrl where the api finds the database another way than the spec does
   */
  static async open(
    database: TestDatabase,
    {
      clock,
      databaseUrl = database.url,
      settings = {},
      log = createLog('fatal'),
      clients,
    }: {
      clock?: Clock;
      databaseUrl?: string;
      settings?: Record<string, string>;
      log?: Logger;
      clients?: ClientLimits;
    } = {},
  ): Promise<Edge> {
    const ground = {
      config: loadConfig({
        DUBAN_DEMO_PASSWORD: PASSWORD,
        DUBAN_SECRET: 's'.repeat(32),
        DUBAN_SIGNING_KEY: SIGNING_KEY,
        SMS_REPORT_TOKEN,
        // Specs ask as fast as they can; the one on limits sets them.
        DUBAN_ADDRESS_PER_MINUTE: '0',
        DUBAN_PERSON_PER_MINUTE: '0',
        DUBAN_COSTLY_PER_MINUTE: '0',
        ...settings,
      }),
      clock: clock ?? (await DemonstrationClock.open(database.url, new Date(START))),
      databaseUrl,
    };
    const app = await createApi(ApiModule.forRoot(ground), ground, log, clients);
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    const edge = new Edge(app, database);
    const admin = await edge.as('admin');
    await admin.do('POST', '/units/import', { form: formOf(sample.units, 'units.json') });
    return edge;
  }

  readonly nobody = (): Caller => new Caller(this.app, null);

  /** Signs in once an account. */
  as(username: string): Promise<Caller> {
    const known = this.callers.get(username) ?? this.signIn(username);
    this.callers.set(username, known);
    return known;
  }

  /** For an account whose sessions were ended. */
  async signInAgain(username: string): Promise<void> {
    this.callers.delete(username);
    await this.as(username);
  }

  async signIn(username: string): Promise<Caller> {
    const { token } = await this.nobody().post('/sessions', { username, password: PASSWORD });
    return new Caller(this.app, token);
  }

  async draft(text: Bytes = sample.plan): Promise<Json> {
    const office = await this.as('office');
    return office.do('POST', '/plans', { form: formOf(text) });
  }

  /** Drafts and issues the sample plan. */
  async issue(): Promise<this> {
    const office = await this.as('office');
    const draft = await this.draft();
    this.planId = draft.id;
    await office.post(`/plans/${draft.id}/issue`, ISSUE);
    return this;
  }

  /** Moves the clock, and with it the supervision. */
  async passTo(now: string): Promise<void> {
    const admin = await this.as('admin');
    await admin.do('PUT', '/clock', { json: { now } });
  }

  /** The numbered task of the sample plan, as the office sees it. */
  async task(number: string): Promise<Json> {
    const [row] = await this.query(`select id from task where plan_id = $1 and number = $2`, [this.planId, number]);
    const office = await this.as('office');
    return office.get(`/tasks/${row!.id}`);
  }

  /** The assignment of a unit to a numbered task, with the obligations that it has. */
  async part(number: string, unitCode: string): Promise<{ id: string; obligations: Json[] }> {
    const [row] = await this.query(
      `select a.id from assignment a join task t on t.id = a.task_id join unit u on u.id = a.unit_id
       where t.plan_id = $1 and t.number = $2 and u.code = $3`,
      [this.planId, number, unitCode],
    );
    if (!row) throw new Error(`${unitCode} has no part in task ${number}`);
    const task = await this.task(number);
    return { id: row.id, obligations: task.obligations.filter((o: Json) => o.assignmentId === row.id) };
  }

  get databaseUrl(): string {
    return this.database.url;
  }

  query(sql: string, parameters: unknown[] = []): Promise<Json[]> {
    return this.database.source.query(sql, parameters);
  }

  /**
   * What stands in each table but those of sessions and of failed tries: how many rows, and the last transaction that
   * wrote one, counted from some early one. Whatever is changed is a new row of a later transaction.
   */
  async written(): Promise<Record<string, string>> {
    const tables = await this.query(
      `select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'history\\_words%'
         and tablename not in ('migrations', 'session', 'sign_in_guess') order by 1`,
    );
    const sums = tables.map(
      ({ name }) => `select '${name}' as name,
        count(*) || ' rows, by ' || coalesce(age('10'::xid) - min(age(xmin)), 0) as stands from "${name}"`,
    );
    const rows = await this.query(sums.join(' union all '));
    // Words of events come with their entries, and both are history.
    return Object.fromEntries(
      rows.map(({ name, stands }) => [name === 'history_entry' ? 'history_event' : name, stands]),
    );
  }

  close(): Promise<void> {
    return this.app.close();
  }
}

/** One api for a spec file, opened by `prepare`. */
export function useEdge(prepare: (database: TestDatabase) => Promise<Edge>): () => Edge {
  const database = useTestDatabase();
  let edge: Edge | undefined;
  beforeAll(async () => {
    edge = await prepare(database);
  });
  afterAll(() => edge?.close());
  return () => {
    if (!edge) throw new Error('the api is there from beforeAll on');
    return edge;
  };
}

/** What no answer may tell of: our code, our statements. */
const INSIDES = /\bat \S+ \(|node_modules|\.[jt]s:\d|QueryFailed|TypeError|RangeError|\b(select|insert into|update) /i;

/** The whole of a problem (RFC 9457), whatever was asked. */
export function expectProblem(answer: Answer, status: number, code: string, place: object = {}): void {
  expect({ status: answer.status, text: answer.text }).toMatchObject({
    status,
    text: expect.stringContaining(`"code":"${code}"`),
  });
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(answer.body).toMatchObject({
    type: 'about:blank',
    title: expect.stringMatching(/^[A-Z]/),
    status,
    code,
    detail: expect.stringMatching(/\S/),
    instance: expect.stringMatching(/^\//),
    requestId: answer.headers['x-request-id'],
    ...place,
  });
  expect(answer.text).not.toMatch(INSIDES);
}

/** Until some request waits for what this connection has locked. */
export async function untilWaitedFor(client: Client): Promise<void> {
  const waiting = `select from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))`;
  await until(async () => (await client.query(waiting)).rows.length > 0);
}
