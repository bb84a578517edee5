import { Transactor } from '@duban/database';
import { SessionService, SignInService, UnitImportService } from '@duban/directory';
import { type Comparator, periodEnd, plannedAt } from '@duban/domain';
import type { Actor } from '@duban/history';
import { atLocalTime, type LocalDate, localDateOf, parseLocalDate, SteppedClock, WorkingCalendar } from '@duban/kernel';
import { Round } from '@duban/notifications';
import { CALENDAR, type Logger, NestLog } from '@duban/platform';
import { NoticeService } from '@duban/supervision';
import {
  ActionPlanService,
  AssignmentService,
  PlanService,
  readPlanFile,
  type ReportInput,
  ReportService,
} from '@duban/tasks';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { EntityManager } from 'typeorm';
import { type Ground, GroundModule } from '../../../api/src/ground.module';
import { dayOf, type Duty, lot } from './deeds';
import { readSample, type Sample } from './sample';
import * as words from './words';

const TIME_ZONE = 'Asia/Shanghai';
/** The sample is issued on the first working day from here on. */
const ISSUE_DAY = '01-08';
/** People act at this time of a working day, an hour after what came due in the morning. */
const ACTING_TIME = '10:00';

const NO_WAYS_TO_PEOPLE = {
  SMTP_URL: undefined,
  SMS_URL: undefined,
  WECOM_URL: undefined,
  DINGTALK_URL: undefined,
  FEISHU_URL: undefined,
};

/**
 * Imports the sample plan of the current year, issues it on its January date and plays the year up to today through
 * the same commands that people use, with the reminders and notices that fall due on the way.
 */
export async function playSample(ground: Ground, log: Logger, say: (line: string) => void): Promise<void> {
  const now = ground.clock.now();
  const password = ground.config.DUBAN_DEMO_PASSWORD;
  if (!password) throw new Error('the sample is played by demonstration accounts, which need a password');
  const year = Number(localDateOf(now, TIME_ZONE).slice(0, 4));
  const begin = atLocalTime(parseLocalDate(`${year}-${ISSUE_DAY}`), '09:00', TIME_ZONE);
  const clock = new SteppedClock(begin < now ? begin : now);
  // Nobody is written to about an invented city.
  const config = { ...ground.config, ...NO_WAYS_TO_PEOPLE };
  const app = await NestFactory.createApplicationContext(GroundModule.forRoot({ ...ground, config, clock }), {
    logger: new NestLog(log),
    abortOnError: false,
  });
  try {
    await new Player(app, clock, readSample(year), year, now, password, say).play();
  } finally {
    await app.close();
  }
}

interface OpenDuty extends Duty {
  id: string;
  assignmentId: string;
  taskId: string;
  unitCode: string;
  state: string;
  period: string | null;
  /** When the task is due. */
  dueOn: LocalDate | null;
}

interface Awaiting {
  id: string;
  key: string;
  /** Who judges it: the office, or a lead's contact. */
  judge: string;
  since: LocalDate;
  wasReturned: boolean;
}

class Player {
  private readonly transactor: Transactor;
  private readonly calendar: WorkingCalendar;
  private readonly actors = new Map<string, Actor>();
  private requests = 0;

  constructor(
    private readonly app: INestApplicationContext,
    private readonly clock: SteppedClock,
    private readonly sample: Sample,
    private readonly year: number,
    private readonly until: Date,
    private readonly password: string,
    private readonly say: (line: string) => void,
  ) {
    this.transactor = this.get(Transactor);
    this.calendar = app.get<WorkingCalendar>(CALENDAR, { strict: false });
  }

  async play(): Promise<void> {
    this.say(`importing the sample plan of ${this.year}`);
    const planId = await this.importPlan();
    const issueDay = this.calendar.effectiveDate(parseLocalDate(`${this.year}-${ISSUE_DAY}`));
    const issueAt = atLocalTime(issueDay, ACTING_TIME, TIME_ZONE);
    if (issueAt > this.until) return;
    await this.passTo(issueAt);
    await this.as('office', (tx, actor, at) =>
      this.get(PlanService).issue(tx, actor, at, planId, {
        year: this.year,
        issuedOn: issueDay,
        policy: 'annual-report',
      }),
    );
    this.say(`issued on ${issueDay}; playing the year up to ${localDateOf(this.until, TIME_ZONE)}`);
    let month = '';
    for (let day = issueDay; ; day = this.calendar.addWorkingDays(day, 1)) {
      const at = atLocalTime(day, ACTING_TIME, TIME_ZONE);
      if (at > this.until) break;
      await this.passTo(at);
      if (day.slice(0, 7) !== month) {
        month = day.slice(0, 7);
        this.say(`  ${month}`);
      }
      await this.actOn(day);
    }
    await this.passTo(this.until);
  }

  private async importPlan(): Promise<string> {
    await this.as('admin', (tx, actor, at) => this.get(UnitImportService).import(tx, actor, at, this.sample.units));
    const read = await readPlanFile({ name: `sample-${this.year}.txt`, bytes: this.sample.plan });
    return this.as('office', (tx, actor, at) => this.get(PlanService).draft(tx, actor, at, read));
  }

  /** Everything that falls due on the way, in order. */
  private passTo(to: Date): Promise<void> {
    return this.get(Round).playTo(to, async (step) => this.clock.moveTo(step));
  }

  /** What people do on one working day. */
  private async actOn(day: LocalDate): Promise<void> {
    for (const duty of await this.openDuties()) {
      const conduct = this.sample.conductOf(duty.unitCode);
      const planned = dayOf(duty, conduct, this.year, this.calendar);
      if (planned !== null && planned <= day) await this.fulfil(duty, planned, day);
    }
    for (const one of await this.awaitingJudgement()) await this.judge(one, day);
    await this.approvePlans(day);
    await this.handleNotices(day);
  }

  private async fulfil(duty: OpenDuty, planned: LocalDate, day: LocalDate): Promise<void> {
    const contact = `${duty.unitCode}.contact`;
    const assignments = this.get(AssignmentService);
    if (duty.kind === 'sign_for') {
      await this.as(contact, (tx, actor, at) =>
        assignments.transition(tx, actor, at, duty.assignmentId, { event: 'sign_for' }),
      );
    } else if (duty.state !== 'in_progress') {
      return;
    } else if (duty.kind === 'completion' || duty.kind === 'rectification') {
      await this.complete(duty, contact, planned, day);
    } else {
      const more = await this.contentOf(duty, day);
      await this.as(contact, (tx, actor, at) =>
        this.get(ReportService).submit(tx, actor, at, duty.assignmentId, {
          obligationId: duty.id,
          ...words.report(duty.kind, duty.period, lot(duty.key, 1000)),
          ...more,
        }),
      );
    }
  }

  /** What a plan says of its measures, and a periodic report of its figures. */
  private async contentOf(duty: OpenDuty, day: LocalDate): Promise<Partial<ReportInput>> {
    if (duty.kind === 'action_plan') return { actionPlan: words.actionPlan(this.year, duty.dueOn) };
    if (duty.kind !== 'progress_report') return {};
    const targets: { id: string; value: number; upper: number | null; comparator: Comparator; issuedOn: LocalDate }[] =
      await this.transactor.run((tx) =>
        tx.query(
          `select g.id, g.value::float, g.upper::float, g.comparator, p.issued_on::text as "issuedOn"
           from target g join task t on t.id = g.task_id join plan p on p.id = t.plan_id
           where g.task_id = $1 order by g.position`,
          [duty.taskId],
        ),
      );
    const end = (duty.period && periodEnd(duty.period)) || day;
    // Every fourth is behind the plan, and says why.
    const isBehind = lot(duty.key, 4) === 0;
    const measurements = targets.map(({ id, issuedOn, ...target }) => {
      const to = duty.dueOn ?? parseLocalDate(`${this.year}-12-31`);
      const planned = plannedAt({ target, from: issuedOn, to, points: null }, end < day ? end : day) ?? target.value;
      const isLevel = planned === target.value || target.value <= 0;
      return { targetId: id, value: isLevel ? target.value : figureNear(planned, target.value, isBehind) };
    });
    return { measurements, ...(isBehind ? { behindReason: words.BEHIND_REASON } : {}) };
  }

  /** Plans that were handed in are approved after some days. */
  private async approvePlans(day: LocalDate): Promise<void> {
    const plans: { id: string; since: string }[] = await this.transactor.run((tx) =>
      tx.query(
        `select p.id, to_char(p.submitted_at at time zone $1, 'YYYY-MM-DD') as since from action_plan p
           join assignment a on a.id = p.assignment_id
         where p.state = 'submitted' and a.state <> 'cancelled' order by p.submitted_at, p.id`,
        [TIME_ZONE],
      ),
    );
    for (const { id, since } of plans) {
      if (day < this.calendar.addWorkingDays(parseLocalDate(since), 3)) continue;
      await this.as('officer', (tx, actor, at) =>
        this.get(ActionPlanService).decide(tx, actor, at, id, { event: 'approve' }),
      );
    }
  }

  private async complete(duty: OpenDuty, contact: string, planned: LocalDate, day: LocalDate): Promise<void> {
    const { unreported, targets } = await this.transactor.run(async (tx) => {
      const [row]: { unreported: number }[] = await tx.query(
        `select count(*)::int as unreported from assignment
         where task_id = $1 and role <> 'lead' and state in ('assigned', 'in_progress')`,
        [duty.taskId],
      );
      const rows: { id: string; value: number; text: string }[] = await tx.query(
        `select id, value::float as value, text from target where task_id = $1 order by position`,
        [duty.taskId],
      );
      return { unreported: row!.unreported, targets: rows };
    });
    // A lead waits three weeks for the others, then goes ahead and says so.
    const isWaiting = duty.isLead && unreported > 0 && day < this.calendar.addWorkingDays(planned, 15);
    if (isWaiting) return;
    await this.as(contact, (tx, actor, at) =>
      this.get(AssignmentService).transition(tx, actor, at, duty.assignmentId, {
        event: 'report',
        ...words.completion(lot(duty.key, 1000)),
        measurements: duty.isLead ? targets.map(({ id, value }) => ({ targetId: id, value })) : [],
        ...(duty.isLead && unreported > 0 ? { goAheadReason: words.GOING_AHEAD } : {}),
      }),
    );
  }

  private async judge(one: Awaiting, day: LocalDate): Promise<void> {
    if (day < this.calendar.addWorkingDays(one.since, 2 + lot(one.key, 3))) return;
    const isReturned = !one.wasReturned && one.judge === 'officer' && lot(one.key, 5) === 0;
    await this.as(one.judge, (tx, actor, at) =>
      this.get(AssignmentService).transition(
        tx,
        actor,
        at,
        one.id,
        isReturned ? { event: 'return', reason: words.RETURN_REASON } : { event: 'verify' },
      ),
    );
  }

  private async handleNotices(day: LocalDate): Promise<void> {
    const notices: { id: string; number: string; state: string; unitCode: string; since: string }[] =
      await this.transactor.run((tx) =>
        tx.query(
          `select n.id, n.number, n.state, u.code as "unitCode",
             to_char(coalesce(n.answered_at, n.issued_at) at time zone $1, 'YYYY-MM-DD') as since
           from supervision_notice n join obligation o on o.id = n.obligation_id join unit u on u.id = o.unit_id
           where n.state in ('issued', 'acknowledged', 'answered') order by n.issued_at, n.number`,
          [TIME_ZONE],
        ),
      );
    const service = this.get(NoticeService);
    for (const { id, number, state, unitCode, since } of notices) {
      if (day <= since || this.sample.conductOf(unitCode) === 'silent') continue;
      if (state === 'answered') {
        const isRejected = lot(number, 4) === 0;
        const input = isRejected ? { event: 'reject', reason: words.REJECT_REASON } : { event: 'accept' };
        await this.as('officer', (tx, actor, at) => service.transition(tx, actor, at, id, input));
      } else if (lot(number, 3) > 0) {
        const input = { event: 'answer', answer: words.NOTICE_ANSWER };
        await this.as(`${unitCode}.head`, (tx, actor, at) => service.transition(tx, actor, at, id, input));
      }
    }
  }

  private openDuties(): Promise<OpenDuty[]> {
    return this.transactor.run((tx) =>
      tx.query(
        `select o.id, o.assignment_id as "assignmentId", o.task_id as "taskId", u.code as "unitCode", a.state, o.kind,
           o.subject as period, t.due_on::text as "dueOn", a.role = 'lead' as "isLead", t.deadline_due is not null as "hasOwnDeadline",
           o.effective_on::text as "effectiveOn", to_char(o.created_at at time zone $1, 'YYYY-MM-DD') as "openSince",
           concat_ws(' ', coalesce(t.number, parent.number) || '.' || t.position, u.code, o.kind, o.subject) as key
         from obligation o join assignment a on a.id = o.assignment_id join unit u on u.id = o.unit_id
           join task t on t.id = o.task_id left join task parent on parent.id = t.parent_id
         where o.state = 'open' order by a.role = 'lead', o.due_at, o.id`,
        [TIME_ZONE],
      ),
    );
  }

  private awaitingJudgement(): Promise<Awaiting[]> {
    return this.transactor.run((tx) =>
      tx.query(
        `select a.id, concat_ws(' ', t.position, u.code) as key,
           to_char(max(r.reported_at) at time zone $1, 'YYYY-MM-DD') as since, count(r.id) > 1 as "wasReturned",
           case when a.role = 'lead' then 'officer' else
             (select lu.code || '.contact' from assignment l join unit lu on lu.id = l.unit_id
              where l.task_id = a.task_id and l.role = 'lead' order by l.id limit 1) end as judge
         from assignment a join task t on t.id = a.task_id join unit u on u.id = a.unit_id
           join report r on r.assignment_id = a.id and r.kind = 'completion'
         where a.state = 'reported' group by a.id, t.position, u.code order by a.id`,
        [TIME_ZONE],
      ),
    );
  }

  /** Runs one command as the holder of an account, at the clock's instant. */
  private async as<T>(username: string, work: (tx: EntityManager, actor: Actor, at: Date) => Promise<T>): Promise<T> {
    const actor = this.actors.get(username) ?? (await this.signIn(username));
    this.actors.set(username, actor);
    return this.transactor.run((tx) =>
      work(tx, { ...actor, requestId: `sample-${username}-${++this.requests}` }, this.clock.now()),
    );
  }

  private async signIn(username: string): Promise<Actor> {
    const sessions = this.get(SessionService);
    const { token } = await this.get(SignInService).signIn(username, this.password, 'sample');
    return this.transactor.run(async (tx) => {
      const actor = await sessions.authenticate(tx, token, 'sample');
      await sessions.end(tx, token);
      return actor;
    });
  }

  private get<T>(type: Type<T>): T {
    return this.app.get<T>(type, { strict: false });
  }
}

/** A figure at the plan, or a fifth behind it, in steps that people count by. */
function figureNear(planned: number, whole: number, isBehind: boolean): number {
  const step = Number.isInteger(whole) ? 1 : 0.01;
  const steps = isBehind ? Math.floor((planned * 0.8) / step) : Math.ceil(planned / step);
  return Math.min(Number((steps * step).toFixed(2)), whole);
}
