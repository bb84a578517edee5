import {
  type Assumption,
  firstPointer,
  ladderTerm,
  levelBy,
  FollowUpCounter,
  type FollowUpKind,
  foresee,
  type ForeseenRung,
  type NoticeColour,
  type ObligationKind,
  type LadderTerm,
  obligationsAtIssue,
  type OwedBefore,
  type OwedObligation,
  type PlannedObligation,
  planObligations,
  pointerOnOtherLadder,
  type Policy,
  type SentRung,
  type SimulationTotals,
  takeOver,
  type UnitTotal,
} from '@duban/domain';
import { assertMay, UnitDirectory } from '@duban/directory';
import type { Actor } from '@duban/history';
import {
  addMonths,
  atLocalTime,
  endOfLocalDay,
  type Fault,
  invalid,
  localDateOf,
  type LocalDate,
  notFound,
  type WorkingCalendar,
} from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { CLIMBED, CLIMBED_FROM, termsOf } from '@duban/supervision';
import {
  Plan,
  PlanService,
  PolicyDraftService,
  PolicyService,
  type Role,
  type Task,
  type TriedSource,
} from '@duban/tasks';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { cursorKey, isCount, isInstant, isUuid, pageOf } from './page';
import { SimulatedRecipients } from './simulated-recipients';

export interface SimulationInput extends TriedSource {
  /** First and last day, both included. */
  from: LocalDate;
  to: LocalDate;
  /** One plan; a draft is taken as issued. By default all issued plans. */
  planId?: string;
  /** What concerns one unit. */
  unitId?: string;
  assume: Assumption;
  /** Of a draft: the day of its issue, by default the present one. */
  issuedOn?: LocalDate;
  /** Of a draft: by default what its title says, else the year of the issue. */
  year?: number;
  limit: number;
  cursor?: string;
}

/**
 * Why a plan is in a simulation: it goes by the very version, so its obligations stand as they do; it goes by another,
 * and would take this one over at the present; it is a draft, and would be issued by it.
 */
export type SimulatedPlanBasis = 'goes_by_it' | 'would_take_it_over' | 'would_be_issued';

export interface SimulatedFollowUp {
  at: Date;
  day: LocalDate;
  /** The day, or the date that it is counted from, lies in a year whose holidays are not published. */
  isProvisional: boolean;
  planId: string;
  taskId: string;
  taskNumber: string | null;
  /** Null for what is not owed yet. */
  obligationId: string | null;
  obligationKind: ObligationKind;
  subject: string | null;
  dueOn: LocalDate;
  unitId: string;
  unitCode: string;
  unitName: string;
  rung: string;
  kind: FollowUpKind;
  colour: NoticeColour | null;
  /** Its rung asks how far the unit is: it is sent if nothing is done. */
  isConditional: boolean;
  answerDueOn: LocalDate | null;
  recipient: { postId: string; post: string; unitId: string | null; unitCode: string | null };
  isCopy: boolean;
  /** Who holds the post on that day, as far as is known; nobody where it is vacant. */
  persons: { personId: string; name: string }[];
}

export interface Simulation {
  policy: { id: string; version: number; name: Policy['name'] };
  from: LocalDate;
  to: LocalDate;
  assume: Assumption;
  /** The instant from which it is simulated: what lies before has been sent or not, and is not told here. */
  now: string;
  plans: { id: string; title: string; basis: SimulatedPlanBasis }[];
  /** What keeps a draft from being issued as it is, and is left out. */
  faults: Fault[];
  /** Null on all pages but the first. */
  totals:
    | (Omit<SimulationTotals, 'byUnit'> & {
        byUnit: (UnitTotal & { unitCode: string; unitName: string })[];
        obligations: number;
      })
    | null;
  items: SimulatedFollowUp[];
  next: string | null;
}

/** Something owed, with its place. */
interface Owed extends OwedObligation {
  id: string | null;
  planId: string;
  position: number;
  taskId: string;
  taskNumber: string | null;
  leaders: string[];
  leads: string[];
  unitId: string;
  unitCode: string;
  unitName: string;
  subject: string | null;
}
type Place = Omit<Owed, keyof OwedObligation | 'id' | 'subject'> & { timeZone: string };

const MOST_MONTHS = 24;

/**
 * Tries a policy (督办规则) before it is used (模拟): what it would send, day by day, by the same functions that issue
 * and the sweep go by. Nothing is written, and Postgres is told so.
 */
@Injectable()
export class SimulationReader {
  constructor(
    private readonly policies: PolicyService,
    private readonly drafts: PolicyDraftService,
    private readonly plans: PlanService,
    private readonly directory: UnitDirectory,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  /**
   * @param tx a transaction of its own: it is made read-only
   * @throws DomainError RIGHTS.NOT_ALLOWED, POLICY_DRAFT.UNKNOWN, POLICY_DRAFT.FAULTY, POLICY.UNKNOWN, POLICY.UNKNOWN_VERSION, SIMULATION.FROM_AFTER_TO,
   *   SIMULATION.SPAN_TOO_LONG, SIMULATION.NOT_A_DRAFT, PLAN.UNKNOWN, UNIT.UNKNOWN, REQUEST.BAD_CURSOR
   */
  async simulate(
    tx: EntityManager,
    actor: Actor,
    now: Date,
    policyId: string,
    input: SimulationInput,
  ): Promise<Simulation> {
    assertMay(actor, 'policy.simulate');
    await tx.query('set transaction read only');
    checkSpan(input);
    const after = cursorKey(input.cursor, [isInstant, isUuid, isCount, isUuid, isText, isText, isCount]) as Key | null;
    const { id, name, rules } = await this.drafts.tried(tx, policyId, input);
    await assertUnit(tx, input.unitId);
    const { plans, owed, faults } = await this.owed(tx, now, rules, input);
    const concerned = input.unitId === undefined ? owed : owed.filter(({ unitId }) => unitId === input.unitId);
    concerned.sort(byPlace);

    const span = this.spanOf(now, input, concerned);
    const foreseen = foresee(rules, concerned, span, input.assume, this.calendar);
    const recipients = await SimulatedRecipients.read(tx, this.directory, concerned, input);
    const { items, counter } = this.list(foreseen, recipients, input, after);
    const page = pageOf(items, input.limit, ({ key }) => key);
    return {
      policy: { id, version: rules.version, name },
      from: input.from,
      to: input.to,
      assume: input.assume,
      now: now.toISOString(),
      plans,
      faults,
      totals: counter && this.totals(counter, concerned),
      items: page.items.map(({ item }) => item),
      next: page.next,
    };
  }

  private totals(counter: FollowUpCounter, owed: readonly Owed[]): NonNullable<Simulation['totals']> {
    const units = new Map(owed.map(({ unitId, unitCode, unitName }) => [unitId, { unitCode, unitName }]));
    const totals = counter.totals();
    return {
      ...totals,
      obligations: owed.length,
      byUnit: totals.byUnit.map((unit) => ({ ...unit, ...units.get(unit.unitId)! })),
    };
  }

  /** What is owed in the plans concerned, as it stands or as it would. */
  private async owed(
    tx: EntityManager,
    now: Date,
    policy: Policy,
    input: SimulationInput,
  ): Promise<{ plans: Simulation['plans']; owed: Owed[]; faults: Fault[] }> {
    const { planId } = input;
    const plan = planId === undefined ? null : await tx.getRepository(Plan).findOneBy({ id: planId });
    if (planId !== undefined && !plan) throw notFound('PLAN.UNKNOWN', 'There is no such plan.', { field: 'planId' });
    if (plan?.state === 'draft') {
      const drafted = await this.ofDraft(tx, now, policy, plan, input);
      return { plans: [{ id: plan.id, title: plan.title, basis: 'would_be_issued' }], ...drafted };
    }
    for (const field of ['issuedOn', 'year'] as const) {
      if (input[field] === undefined) continue;
      throw invalid('SIMULATION.NOT_A_DRAFT', `"${field}" is of a draft: name one in "planId".`, { field });
    }
    const parameters = [policy.id, policy.version, planId ?? null];
    const plans: { id: string; title: string; goesByIt: boolean }[] = await tx.query(
      `select p.id, p.title, p.policy_id = $1 and p.policy_version = $2 as "goesByIt"
       from plan p where p.state = 'issued' and ${ASKED} order by p.created_at, p.id`,
      parameters,
    );
    const rows: StandingRow[] = await tx.query(STANDING, parameters);
    const known = await this.policiesOf(tx, rows);
    const standing = rows.map((row) => this.ofStanding(known.get(`${row.policyId} ${row.policyVersion}`)!, row));
    const owed = plans.some(({ goesByIt }) => !goesByIt)
      ? [...standing, ...(await this.ofTakeOver(tx, now, policy, parameters))]
      : standing;
    return {
      plans: plans.map(({ id, title, goesByIt }) => {
        return { id, title, basis: goesByIt ? 'goes_by_it' : 'would_take_it_over' };
      }),
      owed,
      faults: [],
    };
  }

  private async ofDraft(
    tx: EntityManager,
    now: Date,
    policy: Policy,
    plan: Plan,
    input: SimulationInput,
  ): Promise<{ owed: Owed[]; faults: Fault[] }> {
    const timeZone = await this.directory.timeZoneOf(tx, plan.jurisdictionId);
    const today = localDateOf(now, timeZone);
    const issuedOn = input.issuedOn ?? today;
    const year = input.year ?? plan.year ?? Number(issuedOn.slice(0, 4));
    // A plan may carry an earlier day of issue, but it is handed out when it is.
    const at = issuedOn > today ? atLocalTime(issuedOn, '00:00', timeZone) : now;
    const preview = await this.plans.preview(tx, plan, issuedOn, at);
    const places = new Map<string, Place>(
      (await tx.query(DRAFTED_PLACES, [plan.id])).map((place: Place) => [place.taskId, { ...place, timeZone }]),
    );
    const units = await unitsOf(tx, [...new Set(preview.assignments.map(({ unitId }) => unitId))]);
    const tasks = new Map(preview.tasks.map((task) => [task.id, task]));
    const owed = preview.assignments.flatMap(({ taskId, unitId, role }) => {
      const terms = termsOf(tasks.get(taskId)!, role);
      const place = { ...places.get(taskId)!, unitId, ...units.get(unitId)! };
      const leads = preview.assignments.filter((one) => one.taskId === taskId && one.role === 'lead');
      const part = {
        isLead: role === 'lead',
        level: levelBy(policy, terms.level),
        leads: leads.map((one) => one.unitId),
      };
      return obligationsAtIssue(policy, year, issuedOn, terms, this.calendar).made.map((planned): Owed => {
        const effectiveOn = this.calendar.effectiveDate(planned.recordedOn);
        return {
          id: null,
          ...place,
          ...part,
          ...planned,
          ...this.ladderFrom(
            policy,
            planned.ladder,
            { startedOn: localDateOf(at, timeZone), effectiveOn },
            at,
            timeZone,
          ),
        };
      });
    });
    return { owed, faults: preview.faults };
  }

  /**
   * What would be owed if plans that go by other rules took these over now, by the function that changes them.
   */
  private async ofTakeOver(
    tx: EntityManager,
    now: Date,
    policy: Policy,
    parameters: readonly unknown[],
  ): Promise<Owed[]> {
    const assignments: HandedOut[] = await tx.query(HANDED_OUT, [...parameters]);
    const rows: Existing[] = await tx.query(EXISTING, [...parameters]);
    const existing = new Map<string, Existing[]>();
    for (const row of rows) existing.set(row.assignmentId, [...(existing.get(row.assignmentId) ?? []), row]);
    const known = await this.policiesOf(tx, rows);
    return assignments.flatMap(
      ({ assignmentId, role, year, issuedOn, deadlineDue, milestones, receivedOn, level, state, marks, ...place }) => {
        const plannedBy = (rules: Policy): PlannedObligation[] =>
          planObligations(
            rules,
            year,
            issuedOn,
            termsOf({ deadlineDue, milestones, receivedOn, level }, role),
            this.calendar,
          );
        const before = (row: Existing): PlannedObligation | undefined =>
          plannedBy(known.get(`${row.policyId} ${row.policyVersion}`)!).find(
            ({ kind, subject }) => kind === row.kind && subject === row.subject,
          );
        const { timeZone } = place;
        const clock = { calendar: this.calendar, timeZone };
        const today = localDateOf(now, timeZone);
        const part = { isLead: role === 'lead', level: levelBy(policy, level) };
        const has = existing.get(assignmentId) ?? [];
        const all = takeOver(policy, before, plannedBy(policy), has, today, state !== 'assigned', this.calendar);
        return all.flatMap((taken): Owed[] => {
          if (taken.what === 'lapsed' || taken.what === 'past') return [];
          if (taken.what === 'goes_on') {
            const { id, kind, subject, effectiveOn, sent, answerDueOn, isHeld, state: stands } = taken.before;
            const term = this.termOf(taken.before.createdAt, taken.before.stoppedDays, effectiveOn, timeZone);
            const fired = sent.map((one) => ({ ...one, firedAt: new Date(one.firedAt) }));
            const ladder = policy.ladders[taken.ladder]!;
            const { next } = pointerOnOtherLadder(ladder, term, now, clock, fired, answerDueOn);
            const pointer = isHeld || stands === 'suspended' ? null : next;
            const dueAt = endOfLocalDay(effectiveOn, timeZone);
            return [{ id, ...place, ...part, kind, subject, ladder: taken.ladder, ...term, dueAt, pointer }];
          }
          const { kind, subject, ladder, recordedOn } = taken.planned;
          if (state === 'reported' && kind === 'completion') return [];
          const effectiveOn = this.calendar.effectiveDate(recordedOn);
          const startedOn = localDateOf(taken.before?.createdAt ?? now, timeZone);
          const owed = this.ladderFrom(policy, ladder, { startedOn, effectiveOn }, now, timeZone);
          const pointer = marks.length > 0 ? null : owed.pointer;
          return [{ id: taken.before?.id ?? null, ...place, ...part, kind, subject, ladder, ...owed, pointer }];
        });
      },
    );
  }

  private async policiesOf(
    tx: EntityManager,
    rows: readonly { policyId: string; policyVersion: number }[],
  ): Promise<Map<string, Policy>> {
    const known = new Map<string, Policy>();
    for (const { policyId, policyVersion } of rows) {
      const key = `${policyId} ${policyVersion}`;
      if (!known.has(key)) known.set(key, await this.policies.version(tx, policyId, policyVersion));
    }
    return known;
  }

  private ladderFrom(
    policy: Policy,
    ladder: string,
    term: LadderTerm,
    at: Date,
    timeZone: string,
  ): Pick<Owed, 'startedOn' | 'effectiveOn' | 'dueAt' | 'pointer'> {
    const clock = { calendar: this.calendar, timeZone };
    return {
      ...term,
      dueAt: endOfLocalDay(term.effectiveOn, timeZone),
      pointer: firstPointer(policy.ladders[ladder]!, term, at, clock),
    };
  }

  private termOf(createdAt: Date, stoppedDays: number, effectiveOn: LocalDate, timeZone: string): LadderTerm {
    return ladderTerm(localDateOf(createdAt, timeZone), stoppedDays, effectiveOn, this.calendar);
  }

  /** What is open goes by its own rules: those under which it was made, where its plan's change left it with them. */
  private ofStanding(rules: Policy, row: StandingRow): Owed {
    const {
      nextRung,
      nextRungAt,
      createdAt,
      stoppedDays,
      role,
      level,
      policyId: _id,
      policyVersion: _no,
      ...owed
    } = row;
    return {
      ...owed,
      ...this.termOf(createdAt, stoppedDays, owed.effectiveOn, owed.timeZone),
      isLead: role === 'lead',
      level: levelBy(rules, level),
      rules,
      pointer: { rung: nextRung, at: nextRungAt },
    };
  }

  /** From now to the end of the last day where it ends last. */
  private spanOf(now: Date, { to }: SimulationInput, owed: readonly Owed[]): { now: Date; until: Date } {
    const ends = [...new Set(owed.map(({ timeZone }) => timeZone))].map((zone) => endOfLocalDay(to, zone).getTime());
    return { now, until: new Date(Math.max(now.getTime(), ...ends)) };
  }

  /** One page of the follow-ups and, where it is the first, the count of all. */
  private list(
    foreseen: readonly ForeseenRung<Owed>[],
    recipients: SimulatedRecipients,
    { from, to, limit }: SimulationInput,
    after: Key | null,
  ): { items: { key: Key; item: SimulatedFollowUp }[]; counter: FollowUpCounter | null } {
    const counter = after === null ? new FollowUpCounter(from, to, this.calendar) : null;
    const items: { key: Key; item: SimulatedFollowUp }[] = [];
    const begins = after === null ? 0 : Date.parse(after[0]);
    const dayOf = daysByInstant();
    let last: ForeseenRung<Owed> | null = null;
    let n = 0;
    for (const one of foreseen) {
      if (one.at.getTime() < begins) continue;
      const { obligation, at, fired, isConditional } = one;
      const day = dayOf(at, obligation.timeZone);
      if (day < from || to < day) continue;
      // An obligation may have more than one rung at an instant: what it sends then is numbered through.
      if (last?.obligation !== obligation || last.at.getTime() !== at.getTime()) n = 0;
      last = one;
      const { kind, id: rung } = fired.rung;
      const colour = fired.rung.kind === 'notice' ? fired.rung.colour : null;
      for (const { postId, isCopy } of recipients.of(fired.rung, obligation, day)) {
        counter?.add({ day, kind, colour, obligationKind: obligation.kind, unitId: obligation.unitId });
        const place = n++;
        if (items.length > limit) continue;
        const key = keyOf(at, obligation, place);
        if (after && compare(key, after) <= 0) continue;
        const { planId, taskId, taskNumber, unitId, unitCode, unitName, subject, effectiveOn } = obligation;
        const item: SimulatedFollowUp = {
          at,
          day,
          isProvisional: this.calendar.isProvisional(day) || this.calendar.isProvisional(effectiveOn),
          planId,
          taskId,
          taskNumber,
          obligationId: obligation.id,
          obligationKind: obligation.kind,
          subject,
          dueOn: effectiveOn,
          unitId,
          unitCode,
          unitName,
          rung,
          kind,
          colour,
          isConditional,
          answerDueOn: fired.answerDueOn,
          ...recipients.describe(postId, day),
          isCopy,
        };
        items.push({ key, item });
      }
      if (after && items.length > limit) break;
    }
    return { items, counter };
  }
}

/** The order of the list; with the place in it, so that a page goes on where the one before ended. */
type Key = [at: string, planId: string, position: number, unitId: string, kind: string, subject: string, n: number];

const keyOf = (at: Date, { planId, position, unitId, kind, subject }: Owed, n: number): Key => [
  at.toISOString(),
  planId,
  position,
  unitId,
  kind,
  subject ?? '',
  n,
];

/** Thousands of follow-ups share their instant. */
function daysByInstant(): (at: Date, timeZone: string) => LocalDate {
  const known = new Map<string, LocalDate>();
  return (at, timeZone) => {
    const key = `${at.getTime()} ${timeZone}`;
    const day = known.get(key) ?? localDateOf(at, timeZone);
    known.set(key, day);
    return day;
  };
}

const isText = (part: unknown): boolean => typeof part === 'string';

function compare(a: Key, b: Key): number {
  const i = a.findIndex((part, at) => part !== b[at]);
  return i < 0 ? 0 : a[i]! < b[i]! ? -1 : 1;
}

/** The order within an instant; thousands are compared, so without a key for each. */
function byPlace(a: Owed, b: Owed): number {
  if (a.planId !== b.planId) return a.planId < b.planId ? -1 : 1;
  if (a.position !== b.position) return a.position - b.position;
  if (a.unitId !== b.unitId) return a.unitId < b.unitId ? -1 : 1;
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  return (a.subject ?? '') < (b.subject ?? '') ? -1 : 1;
}

function checkSpan({ from, to }: SimulationInput): void {
  if (from > to)
    throw invalid('SIMULATION.FROM_AFTER_TO', `"from", ${from}, lies after "to", ${to}.`, { field: 'from' });
  const last = addMonths(from, MOST_MONTHS);
  if (to > last) {
    throw invalid('SIMULATION.SPAN_TOO_LONG', `At most two years are simulated at once: to ${last}.`, { field: 'to' });
  }
}

async function assertUnit(tx: EntityManager, unitId: string | undefined): Promise<void> {
  if (unitId === undefined || (await unitsOf(tx, [unitId])).has(unitId)) return;
  throw notFound('UNIT.UNKNOWN', 'There is no such unit.', { field: 'unitId' });
}

async function unitsOf(
  tx: EntityManager,
  ids: readonly string[],
): Promise<Map<string, Pick<Owed, 'unitCode' | 'unitName'>>> {
  const rows: { id: string; code: string; name: string }[] = await tx.query(
    `select id, code, name from unit where id = any($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map(({ id, code, name }) => [id, { unitCode: code, unitName: name }]));
}

/** What is owed now, as it is read. */
type StandingRow = Omit<Owed, 'pointer' | 'startedOn' | 'isLead' | 'rules'> & {
  nextRung: string;
  nextRungAt: Date;
  createdAt: Date;
  stoppedDays: number;
  role: Role;
  policyId: string;
  policyVersion: number;
};

/** A unit's part in a task of a plan that goes by other rules. */
interface HandedOut extends Place {
  assignmentId: string;
  role: Role;
  state: string;
  marks: string[];
  year: number;
  issuedOn: LocalDate;
  deadlineDue: LocalDate | null;
  milestones: Task['milestones'];
  receivedOn: LocalDate | null;
  level: string | null;
}

/** What is or was owed for it. */
interface Existing {
  id: string;
  assignmentId: string;
  kind: ObligationKind;
  subject: string | null;
  state: OwedBefore['state'];
  recordedOn: LocalDate;
  effectiveOn: LocalDate;
  policyId: string;
  policyVersion: number;
  createdAt: Date;
  /** Working days by which its clock moved the date. */
  stoppedDays: number;
  sent: (Omit<SentRung, 'firedAt'> & { firedAt: string })[];
  answerDueOn: LocalDate | null;
  /** An answer to a notice waits for the office or was accepted, or an action plan waits for approval. */
  isHeld: boolean;
}

/** Of a task `t` with its `parent`: a part goes by its parent's number and leaders. */
const TASK = `t.id as "taskId", t.plan_id as "planId", t.position, coalesce(t.number, parent.number) as "taskNumber",
  case when t.leaders = '{}' then coalesce(parent.leaders, '{}') else t.leaders end as leaders,
  array(select lead.unit_id from assignment lead
    where lead.task_id = t.id and lead.role = 'lead' and lead.state <> 'cancelled' order by lead.id) as leads`;
const PLACE = `${TASK}, u.id as "unitId", u.code as "unitCode", u.name as "unitName", j.time_zone as "timeZone"`;

const STANDING = `
  select o.id, ${PLACE}, o.kind, o.subject, o.ladder, o.effective_on::text as "effectiveOn", o.due_at as "dueAt",
    o.created_at as "createdAt", coalesce((d.base->>'stoppedDays')::int, 0) as "stoppedDays", a.role, t.level,
    o.policy_id as "policyId", o.policy_version as "policyVersion", o.next_rung as "nextRung", o.next_rung_at as "nextRungAt"
  from obligation o
    join assignment a on a.id = o.assignment_id
    left join deadline_version d on d.obligation_id = o.id and d.version = o.deadline_version
    join jurisdiction j on j.id = o.jurisdiction_id
    join task t on t.id = o.task_id
    left join task parent on parent.id = t.parent_id
    join plan p on p.id = t.plan_id
    join unit u on u.id = o.unit_id
  where o.next_rung_at is not null and p.policy_id = $1 and p.policy_version = $2 and ($3::uuid is null or p.id = $3)`;

/** A register (台账) has the rules of its kind: it takes no others over unless it is asked about. */
const ASKED = `case when $3::uuid is null then p.source = 'document' or p.policy_id = $1 else p.id = $3 end`;
const TAKES_OVER = `p.state = 'issued' and (p.policy_id <> $1 or p.policy_version <> $2) and ${ASKED}`;

const HANDED_OUT = `
  select a.id as "assignmentId", a.role, a.state, a.marks, ${PLACE}, p.year,
    case when t.received_on is not null then (t.created_at at time zone j.time_zone)::date
      when a.created_at > first.at then (a.created_at at time zone j.time_zone)::date else p.issued_on end::text
      as "issuedOn",
    t.deadline_due::text as "deadlineDue", t.milestones, t.received_on::text as "receivedOn", t.level
  from assignment a
    join jurisdiction j on j.id = a.jurisdiction_id
    join task t on t.id = a.task_id
    left join task parent on parent.id = t.parent_id
    join plan p on p.id = t.plan_id
    join unit u on u.id = a.unit_id
    join (select of.plan_id, min(one.created_at) as at from assignment one join task of on of.id = one.task_id group by 1)
      first on first.plan_id = p.id
  where ${TAKES_OVER} and a.state not in ('verified', 'cancelled', 'not_implemented')`;

const EXISTING = `
  select o.id, o.assignment_id as "assignmentId", o.kind, o.subject, o.state, o.due_on::text as "recordedOn",
    o.effective_on::text as "effectiveOn", o.policy_id as "policyId", o.policy_version as "policyVersion",
    o.created_at as "createdAt", coalesce((d.base->>'stoppedDays')::int, 0) as "stoppedDays",
    ${CLIMBED}
  from obligation o
    left join deadline_version d on d.obligation_id = o.id and d.version = o.deadline_version
    join task t on t.id = o.task_id
    join plan p on p.id = t.plan_id
    ${CLIMBED_FROM}
  where ${TAKES_OVER}
  order by o.created_at, o.id`;

const DRAFTED_PLACES = `
  select ${TASK} from task t left join task parent on parent.id = t.parent_id where t.plan_id = $1`;
