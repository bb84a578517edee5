import { DatabaseModule, Transactor } from '@duban/database';
import { AccountService, DIRECTORY_ENTITIES, DirectoryModule, UnitImportService } from '@duban/directory';
import { EvidenceModule } from '@duban/evidence';
import { type Actor, HistoryModule } from '@duban/history';
import { SteppedClock } from '@duban/kernel';
import { loadConfig, PlatformModule } from '@duban/platform';
import {
  CalendarPapers,
  NoticeService,
  SUPERVISION_ENTITIES,
  SupervisionModule,
  SweepService,
} from '@duban/supervision';
import {
  AssignmentService,
  type AssignmentSnapshot,
  PlanDraftService,
  type PlanIssueInput,
  type PlanIssueResult,
  PlanService,
  PolicyService,
  readPlanFile,
  type ReportInput,
  ReportService,
  type ReportSnapshot,
  TASKS_ENTITIES,
  TasksModule,
  type TransitionInput,
} from '@duban/tasks';
import { type TestDatabase, useTestDatabase } from '@duban/testing';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { EntityManager } from 'typeorm';
import { CITY } from './city';

/** Who must be able to act at an instant holds a post since an earlier day. */
const OPENED_ON = new Date('2023-01-01T09:00:00+08:00');
const ISSUED_ON = '2023-01-12';

/** A machine's clock: it may also be put back, which that of a demonstration never is. */
export class MachineClock extends SteppedClock {
  private behindMs = 0;

  override now(): Date {
    return new Date(super.now().getTime() - this.behindMs);
  }

  /** Runs behind by so much from now on. */
  putBack(ms: number): void {
    this.behindMs = ms;
  }
}

/** An office with its libraries on a real database, for specs: people act through the same services as the api. */
export class Office {
  private requests = 0;

  private constructor(
    private readonly app: INestApplicationContext,
    private readonly database: TestDatabase,
    readonly clock: MachineClock,
    readonly transactor: Transactor,
  ) {}

  /** Opens with a directory of units; its clock stands at `instant`. */
  static async open(
    database: TestDatabase,
    instant = `${ISSUED_ON}T09:00:00+08:00`,
    units: unknown = CITY,
  ): Promise<Office> {
    const clock = new MachineClock(new Date(instant));
    const app = await Test.createTestingModule({
      imports: [
        PlatformModule.forRoot(loadConfig({}), clock),
        DatabaseModule.forRoot(database.url, [...DIRECTORY_ENTITIES, ...TASKS_ENTITIES, ...SUPERVISION_ENTITIES]),
        HistoryModule,
        DirectoryModule,
        EvidenceModule,
        TasksModule,
        SupervisionModule,
      ],
    }).compile();
    await app.init();
    return Office.over(app, database, clock, units);
  }

  /** Opens with a directory of units over libraries that somebody else has wired. */
  static async over(
    app: INestApplicationContext,
    database: TestDatabase,
    clock: MachineClock,
    units: unknown = CITY,
  ): Promise<Office> {
    const office = new Office(app, database, clock, app.get(Transactor, { strict: false }));
    await office.transactor.run(async (tx) => {
      await office.get(PolicyService).ensurePresets(tx);
      await office.get(CalendarPapers).ensureShipped(tx);
      await office.get(AccountService).ensureGovernmentAccounts(tx, OPENED_ON);
    });
    // The office's own word: what an admin imports waits for the security administrator.
    const head = await office.actor('office');
    await office.transactor.as(head, (tx) => office.get(UnitImportService).import(tx, head, OPENED_ON, units));
    return office;
  }

  get<T>(type: Type<T>): T {
    return this.app.get(type, { strict: false });
  }

  get plans(): PlanService {
    return this.get(PlanService);
  }

  get drafts(): PlanDraftService {
    return this.get(PlanDraftService);
  }

  get assignments(): AssignmentService {
    return this.get(AssignmentService);
  }

  get notices(): NoticeService {
    return this.get(NoticeService);
  }

  get sweeps(): SweepService {
    return this.get(SweepService);
  }

  /** The holder of an account in the first post that it holds, each time by a request of its own. */
  async actor(username: string): Promise<Actor> {
    const [found] = await this.query<Omit<Actor, 'requestId'>>(
      `select p.id as "personId", p.display_name as name, post.kind as post, post.id as "postId", post.unit_id as "unitId"
       from person p join post_holding h on h.person_id = p.id join post on post.id = h.post_id
       where p.username = $1 and h.to_on is null order by h.id limit 1`,
      [username],
    );
    if (!found) throw new Error(`nobody called ${username} holds a post`);
    return { ...found, requestId: `spec-${++this.requests}-${username}` };
  }

  /** Runs one command as the holder of an account, at the clock's instant. */
  async as<T>(username: string, work: (tx: EntityManager, actor: Actor, at: Date) => Promise<T>): Promise<T> {
    const actor = await this.actor(username);
    const at = this.clock.now();
    return this.transactor.as(actor, (tx) => work(tx, actor, at));
  }

  async draft(text: string | Uint8Array, username = 'officer'): Promise<string> {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    const read = await readPlanFile({ name: 'plan.txt', bytes });
    return this.as(username, (tx, actor, at) => this.plans.draft(tx, actor, at, read));
  }

  issue(planId: string, input: Partial<PlanIssueInput> = {}, username = 'office'): Promise<PlanIssueResult> {
    const whole = { year: 2023, issuedOn: ISSUED_ON, policy: 'annual-report', ...input };
    return this.as(username, (tx, actor, at) => this.plans.issue(tx, actor, at, planId, whole));
  }

  /** Drafts and issues a plan. */
  async begin(text: string | Uint8Array, input: Partial<PlanIssueInput> = {}): Promise<string> {
    const planId = await this.draft(text);
    await this.issue(planId, input);
    return planId;
  }

  /** The id of a unit's assignment to the numbered task of a plan. */
  async assignment(planId: string, taskNumber: string, unitCode: string): Promise<string> {
    const [found] = await this.query<{ id: string }>(
      `select a.id from assignment a join task t on t.id = a.task_id left join task parent on parent.id = t.parent_id
         join unit u on u.id = a.unit_id
       where t.plan_id = $1 and coalesce(t.number, parent.number) = $2 and u.code = $3`,
      [planId, taskNumber, unitCode],
    );
    if (!found) throw new Error(`${unitCode} has no part in task ${taskNumber}`);
    return found.id;
  }

  move(
    username: string,
    assignmentId: string,
    event: string,
    input: Partial<TransitionInput> = {},
  ): Promise<AssignmentSnapshot> {
    return this.as(username, (tx, actor, at) =>
      this.assignments.transition(tx, actor, at, assignmentId, { event, ...input }),
    );
  }

  submit(username: string, assignmentId: string, input: ReportInput): Promise<ReportSnapshot> {
    return this.as(username, (tx, actor, at) => this.get(ReportService).submit(tx, actor, at, assignmentId, input));
  }

  async obligation(assignmentId: string, kind: string, subject: string | null = null): Promise<ObligationRow> {
    const rows = await this.obligations(assignmentId);
    const found = rows.find((row) => row.kind === kind && (subject === null || row.subject === subject));
    if (!found) throw new Error(`no ${kind} ${subject ?? ''} is owed`);
    return found;
  }

  obligations(assignmentId: string): Promise<ObligationRow[]> {
    return this.query(
      `select id, kind, subject, state, due_on::text as "dueOn", effective_on::text as "effectiveOn",
         next_rung as "nextRung", next_rung_at as "nextRungAt"
       from obligation where assignment_id = $1 order by due_on, kind, subject`,
      [assignmentId],
    );
  }

  query<T>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    return this.database.source.query(sql, parameters);
  }

  /** How many rows each table has. */
  async rowCounts(): Promise<Record<string, number>> {
    const tables = await this.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'migrations'
         and tablename not like 'history\\_words%' order by 1`,
    );
    const counts = tables.map(({ name }) => `select '${name}' as name, count(*)::int as n from "${name}"`);
    const rows = await this.query<{ name: string; n: number }>(counts.join(' union all '));
    // Words of events come with their entries, and both are history.
    return Object.fromEntries(rows.map(({ name, n }) => [name === 'history_entry' ? 'history_event' : name, n]));
  }

  /** Moves the clock and sweeps at every instant at which something is due on the way, as a running system does. */
  async passTo(instant: string): Promise<void> {
    const target = new Date(instant);
    for (;;) {
      const [row] = await this.query<{ next: Date | null }>(`select min(next_rung_at) as next from obligation`);
      const next = row?.next;
      if (!next || next > target) break;
      if (next > this.clock.now()) this.clock.moveTo(next);
      await this.sweeps.run(this.clock.now());
    }
    this.sleepTo(instant);
  }

  /** Moves the clock without a sweep: the system was down. */
  sleepTo(instant: string): void {
    this.clock.moveTo(new Date(instant));
  }

  async close(): Promise<void> {
    await this.app.close();
  }
}

export interface ObligationRow {
  id: string;
  kind: string;
  subject: string | null;
  state: string;
  dueOn: string;
  effectiveOn: string;
  nextRung: string | null;
  nextRungAt: Date | null;
}

/** An office on a database of its own for the specs of a file or a `describe`. */
export function useOffice(
  instant?: string,
  units?: unknown,
): { readonly office: Office; readonly database: TestDatabase } {
  let office: Office | undefined;
  // Hooks run as they are registered: the office is closed before its database is dropped.
  afterAll(() => office?.close());
  const database = useTestDatabase();
  beforeAll(async () => {
    office = await Office.open(database, instant, units);
  });
  return {
    database,
    get office() {
      if (!office) throw new Error('the office is there from beforeAll on');
      return office;
    },
  };
}
