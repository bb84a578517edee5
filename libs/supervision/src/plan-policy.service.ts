import { createHash } from 'node:crypto';
import {
  ENDED_STATES,
  firstPointer,
  ladderTerm,
  type ObligationKind,
  type PlannedObligation,
  planObligations,
  pointerOnOtherLadder,
  type Policy,
  type RungPointer,
  type SentRung,
  takeOver,
  type TakenOver,
} from '@duban/domain';
import { consequences } from '@duban/database';
import { assertMay, UnitDirectory } from '@duban/directory';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, invalid, type LocalDate, localDateOf, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { Assignment, holdPlan, Plan, planChange, planSnapshot, PolicyService, type Role, Task } from '@duban/tasks';
import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import {
  type Obligation,
  type ObligationSnapshot,
  obligationSnapshot,
  OWED,
  readObligations,
} from './obligation.entity';
import { termsOf } from './obligation.terms';
import { type DeadlineOrigin, obligationChange, ObligationWriter, type Redating } from './obligation.writer';
import { holdsLadder, lastDayToAnswer } from './stopped-parts';

/**
 * What becomes of what is open when a plan comes to go by other rules: they hold for it from now on, too, or only for what
 * is owed anew.
 */
export const OPEN_UNDER_CHANGE = ['from_now_on', 'new_only'] as const;
export type OpenUnderChange = (typeof OPEN_UNDER_CHANGE)[number];

export interface PlanPolicyWish {
  /** By default the policy by which the plan goes. */
  policy?: string;
  /** By default the newest. */
  version?: number;
  open: OpenUnderChange;
}

/** One obligation that the change concerns. */
export interface ChangedObligation {
  /** Null for what is not owed yet. */
  obligationId: string | null;
  taskId: string;
  taskNumber: string | null;
  unitId: string;
  unitName: string;
  kind: ObligationKind;
  subject: string | null;
  what: 'opened' | 'redated' | 'goes_on' | 'lapsed' | 'past';
  dueOnBefore: LocalDate | null;
  dueOn: LocalDate | null;
  /** Why this date, where it is another. */
  rule: string | null;
  ladderBefore: string | null;
  ladder: string | null;
  /** What would be sent next, before and after. */
  nextBefore: RungPointer | null;
  next: RungPointer | null;
}

export interface PlanPolicyPreview {
  planId: string;
  from: { policy: string; version: number };
  to: { policy: string; version: number };
  open: OpenUnderChange;
  /** Of all that the change would do: what is said yes to is what was read. */
  digest: string;
  /** Open obligations that stay with the rules under which they were made. */
  staying: number;
  totals: Record<ChangedObligation['what'], number>;
  items: ChangedObligation[];
}

/** An obligation as far as other rules ask. */
interface Row {
  id: string;
  assignmentId: string;
  kind: ObligationKind;
  subject: string | null;
  state: Obligation['state'];
  recordedOn: LocalDate;
  effectiveOn: LocalDate;
  policyId: string;
  policyVersion: number;
  ladder: string;
  nextRung: string | null;
  nextRungAt: Date | null;
  version: number;
  createdAt: Date;
  /** Working days by which its clock moved the present date. */
  stoppedDays: number;
  sent: (Omit<SentRung, 'firedAt'> & { firedAt: string })[];
  answerDueOn: LocalDate | null;
  noticeAt: Date | null;
  /** An answer to a notice waits for the office or was accepted, or an action plan waits for approval. */
  isHeld: boolean;
}

interface Part {
  assignmentId: string;
  role: Role;
  state: Assignment['state'];
  marks: Assignment['marks'];
  taskId: string;
  taskNumber: string | null;
  unitId: string;
  unitName: string;
  /** The day from which its dates run. */
  from: LocalDate;
  deadlineDue: LocalDate | null;
  milestones: Task['milestones'];
  receivedOn: LocalDate | null;
  level: string | null;
}

/** Something that the change does, with its part. */
interface Effect {
  part: Part;
  taken: TakenOver<Row>;
  last: string | null;
  item: ChangedObligation;
}

/**
 * Has an issued plan go by other rules (变更督办规则). What is open is asked about: it goes by them from now on, or stays
 * with those under which it was made.
 */
@Injectable()
export class PlanPolicyService {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly policies: PolicyService,
    private readonly writer: ObligationWriter,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  /**
   * @throws DomainError PLAN.UNKNOWN, PLAN.RESTRICTED_PARTS, PLAN.CLOSED, PLAN.NOT_ISSUED and others of `holdPlan`;
   *   POLICY.UNKNOWN, POLICY.UNKNOWN_VERSION, PLAN.SAME_POLICY
   */
  async preview(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    wish: PlanPolicyWish,
  ): Promise<PlanPolicyPreview> {
    assertMay(actor, 'policy.enable');
    const plan = await holdPlan(tx, actor, planId);
    const { preview } = await this.worked(tx, at, plan, wish);
    return preview;
  }

  /**
   * Notices that were given stand, nothing that was sent is sent again, and what was missed is made up for by one step on
   * the next working day at most.
   * @throws DomainError as {@link preview}; PLAN.POLICY_STALE with the digest as it is
   */
  async change(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    { digest, reason, ...wish }: PlanPolicyWish & { digest: string; reason: string },
  ): Promise<PlanPolicyPreview> {
    assertMay(actor, 'policy.enable');
    const plan = await holdPlan(tx, actor, planId);
    const { policy, effects, preview } = await this.worked(tx, at, plan, wish);
    if (preview.digest !== digest) {
      throw conflict('PLAN.POLICY_STALE', 'Something has changed since you looked at what would change. Look again.', {
        digest: preview.digest,
      });
    }
    const before = { ...planSnapshot(plan) };
    Object.assign(plan, { policyId: policy.id, policyVersion: policy.version });
    await tx.getRepository(Plan).save(plan);
    const change = planChange('plan.policy_changed', plan, before);
    await this.history.append(tx, actor, at, [{ ...change, reason, after: { ...change.after, open: wish.open } }]);
    await consequences(tx, () => this.carryOut(tx, actor, at, plan, policy, effects));
    return preview;
  }

  /** What the change would do, with the rows that it concerns locked: the sweep waits for as long. */
  private async worked(
    tx: EntityManager,
    at: Date,
    plan: Plan,
    { policy: wanted, version, open }: PlanPolicyWish,
  ): Promise<{ policy: Policy; effects: Effect[]; preview: PlanPolicyPreview }> {
    if (plan.state === 'draft' || plan.policyId === null || plan.policyVersion === null || plan.year === null) {
      throw conflict('PLAN.NOT_ISSUED', 'A draft goes by no rules yet; say by which when you issue it.', {
        planId: plan.id,
      });
    }
    const { rules: policy } = await this.policies.view(tx, wanted ?? plan.policyId, version);
    if (policy.id === plan.policyId && policy.version === plan.policyVersion) {
      throw invalid('PLAN.SAME_POLICY', `The plan goes by version ${policy.version} of "${policy.id}" already.`, {
        field: version === undefined ? 'policy' : 'version',
      });
    }
    const effects =
      open === 'new_only' ? [] : await consequences(tx, () => this.effectsOf(tx, at, plan, plan.year!, policy));
    const [owed]: { n: number }[] = await tx.query(
      `select count(*)::int as n from obligation o join task t on t.id = o.task_id
       where t.plan_id = $1 and o.state = any($2)`,
      [plan.id, OWED],
    );
    const items = effects.map(({ item }) => item);
    const count = (what: ChangedObligation['what']): number => items.filter((item) => item.what === what).length;
    const to = { policy: policy.id, version: policy.version };
    return {
      policy,
      effects,
      preview: {
        planId: plan.id,
        from: { policy: plan.policyId, version: plan.policyVersion },
        to,
        open,
        digest: createHash('sha256')
          .update(JSON.stringify([plan.version, to, open, effects.map(readOf)]))
          .digest('hex'),
        staying: open === 'new_only' ? owed!.n : 0,
        totals: {
          opened: count('opened'),
          redated: count('redated'),
          goes_on: count('goes_on'),
          lapsed: count('lapsed'),
          past: count('past'),
        },
        items,
      },
    };
  }

  private async effectsOf(tx: EntityManager, at: Date, plan: Plan, year: number, policy: Policy): Promise<Effect[]> {
    const timeZone = await this.directory.timeZoneOf(tx, plan.jurisdictionId);
    const today = localDateOf(at, timeZone);
    const clock = { calendar: this.calendar, timeZone };
    await tx.query(
      `select o.id from obligation o join task t on t.id = o.task_id
       where t.plan_id = $1 order by o.id for no key update of o`,
      [plan.id],
    );
    const parts: Part[] = await tx.query(PARTS, [plan.id, ENDED_STATES]);
    const rows: Row[] = await tx.query(ROWS, [plan.id]);
    for (const row of rows) {
      const { assignmentId, answerDueOn, noticeAt } = row;
      if (answerDueOn === null || noticeAt === null) continue;
      const notice = { answerDueOn, issuedAt: noticeAt };
      row.answerDueOn = await lastDayToAnswer(tx, assignmentId, notice, timeZone, this.calendar);
    }
    const rowsOf = new Map<string, Row[]>();
    for (const row of rows) rowsOf.set(row.assignmentId, [...(rowsOf.get(row.assignmentId) ?? []), row]);
    const known = new Map<string, Policy>();
    for (const { policyId, policyVersion } of rows) {
      const key = `${policyId} ${policyVersion}`;
      if (!known.has(key)) known.set(key, await this.policies.version(tx, policyId, policyVersion));
    }
    return parts.flatMap((part): Effect[] => {
      const plannedBy = (rules: Policy): PlannedObligation[] =>
        planObligations(rules, year, part.from, termsOf(part, part.role), this.calendar);
      const gave = new Map<Policy, PlannedObligation[]>();
      const before = (row: Row): PlannedObligation | undefined => {
        const rules = known.get(`${row.policyId} ${row.policyVersion}`)!;
        const planned = gave.get(rules) ?? plannedBy(rules);
        gave.set(rules, planned);
        return planned.find(({ kind, subject }) => kind === row.kind && subject === row.subject);
      };
      const existing = rowsOf.get(part.assignmentId) ?? [];
      const isSignedFor = part.state !== 'assigned';
      const all = takeOver(policy, before, plannedBy(policy), existing, today, isSignedFor, this.calendar);
      return all
        .filter((taken) => part.state !== 'reported' || taken.what !== 'opened' || taken.planned.kind !== 'completion')
        .map((taken) => {
          const stands = this.standingOf(policy, taken, part, at, clock);
          return { part, taken, last: stands.last, item: itemOf(part, taken, stands.next) };
        });
    });
  }

  /** Where something that goes on stands on its new ladder. */
  private standingOf(
    policy: Policy,
    taken: TakenOver<Row>,
    { marks }: Part,
    at: Date,
    clock: { calendar: WorkingCalendar; timeZone: string },
  ): ReturnType<typeof pointerOnOtherLadder> {
    if (taken.what !== 'goes_on') {
      if (taken.what === 'lapsed' || taken.what === 'past' || marks.length > 0) return { last: null, next: null };
      const effectiveOn = this.calendar.effectiveDate(taken.planned.recordedOn);
      const startedOn = localDateOf(taken.before?.createdAt ?? at, clock.timeZone);
      const next = firstPointer(policy.ladders[taken.planned.ladder]!, { startedOn, effectiveOn }, at, clock);
      return { last: null, next };
    }
    const { createdAt, stoppedDays, effectiveOn, sent, answerDueOn, isHeld, state } = taken.before;
    const term = ladderTerm(localDateOf(createdAt, clock.timeZone), stoppedDays, effectiveOn, this.calendar);
    const fired = sent.map((one) => ({ ...one, firedAt: new Date(one.firedAt) }));
    const stands = pointerOnOtherLadder(policy.ladders[taken.ladder]!, term, at, clock, fired, answerDueOn);
    return isHeld || state === 'suspended' ? { ...stands, next: null } : stands;
  }

  private async carryOut(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    plan: Plan,
    policy: Policy,
    effects: readonly Effect[],
  ): Promise<void> {
    const timeZone = await this.directory.timeZoneOf(tx, plan.jurisdictionId);
    const ids = effects.flatMap(({ taken }) => (taken.before ? [taken.before.id] : []));
    const obligations = await readObligations(tx, ids);
    const assignments = new Map(
      (await tx.getRepository(Assignment).findBy({ id: In(effects.map(({ part }) => part.assignmentId)) })).map(
        (assignment) => [assignment.id, assignment],
      ),
    );
    const change = { actor, at, plan };
    const rules = { policyId: policy.id, policyVersion: policy.version };
    const lapsed: Obligation[] = [];
    const goingOn: { obligation: Obligation; before: ObligationSnapshot }[] = [];
    const redated: Redating[] = [];
    const opened: Obligation[] = [];
    const origins = new Map<string, DeadlineOrigin>();
    const redatedTasks: string[] = [];
    for (const { part, taken, last, item } of effects) {
      if (taken.what === 'past') continue;
      const obligation = taken.before && obligations.get(taken.before.id)!;
      if (taken.what === 'lapsed') {
        lapsed.push(obligation!);
        continue;
      }
      if (taken.what === 'goes_on') {
        const before = obligationSnapshot(obligation!);
        Object.assign(obligation!, {
          ...rules,
          ladder: taken.ladder,
          lastRung: last,
          nextRung: item.next?.rung ?? null,
          nextRungAt: item.next?.at ?? null,
        });
        goingOn.push({ obligation: obligation!, before });
        continue;
      }
      const { planned } = taken;
      const assignment = assignments.get(part.assignmentId)!;
      const origin = {
        rule: planned.rule,
        base: { ...planned.base, policy: policy.id, policyVersion: policy.version },
      };
      if (obligation) {
        // What had lapsed may be of a unit that has given the part to another since (移交).
        Object.assign(obligation, { ...rules, ladder: planned.ladder, unitId: assignment.unitId });
        const isStopped = assignment.marks.length > 0;
        redated.push({ obligation, dueOn: planned.recordedOn, origin, isStopped });
      } else {
        const one = this.writer.open(policy, timeZone, at, assignment, { ...planned, dueOn: planned.recordedOn });
        origins.set(one.id, origin);
        opened.push(one);
      }
      if (planned.kind === 'completion' && part.role === 'lead') redatedTasks.push(part.taskId);
    }
    await this.writer.settle(tx, change, 'lapsed', lapsed);
    await this.writer.update(
      tx,
      goingOn.map(({ obligation }) => obligation),
    );
    await this.history.append(
      tx,
      actor,
      at,
      goingOn.map(({ obligation, before }) =>
        obligationChange('obligation.policy_changed', obligation, plan.id, { ...before }),
      ),
    );
    await this.writer.redateAll(tx, change, timeZone, redated);
    await this.writer.insert(tx, actor, at, plan.id, 'obligation.opened', opened, origins);
    await this.writer.redateTasks(tx, actor, at, redatedTasks);
  }
}

/** Of an effect, what somebody who reads the preview says yes to; the rows by their versions. */
const readOf = ({ taken, item }: Effect): unknown => [
  taken.before?.id ?? item.taskId,
  taken.before?.version ?? item.unitId,
  item.kind,
  item.subject,
  item.what,
  item.dueOn,
  item.ladder,
];

function itemOf(part: Part, taken: TakenOver<Row>, next: RungPointer | null): ChangedObligation {
  const { before } = taken;
  const planned = taken.what === 'goes_on' || taken.what === 'lapsed' ? null : taken.planned;
  const of = before ?? planned!;
  const ladder = taken.what === 'goes_on' ? taken.ladder : (planned?.ladder ?? null);
  return {
    obligationId: before?.id ?? null,
    taskId: part.taskId,
    taskNumber: part.taskNumber,
    unitId: part.unitId,
    unitName: part.unitName,
    kind: of.kind,
    subject: of.subject,
    what: taken.what,
    dueOnBefore: before?.recordedOn ?? null,
    dueOn: planned?.recordedOn ?? (taken.what === 'goes_on' ? taken.before.recordedOn : null),
    rule: planned?.rule ?? null,
    ladderBefore: before?.ladder ?? null,
    ladder,
    nextBefore: before?.nextRung ? { rung: before.nextRung, at: before.nextRungAt! } : null,
    next,
  };
}

/** A part that came later than the issue has its dates from the day on which it came. */
const PARTS = `
  select a.id as "assignmentId", a.role, a.state, a.marks, t.id as "taskId", coalesce(t.number, parent.number) as "taskNumber",
    u.id as "unitId", u.name as "unitName", t.deadline_due::text as "deadlineDue", t.milestones,
    t.received_on::text as "receivedOn", t.level,
    case when a.created_at > (select min(one.created_at) from assignment one join task of on of.id = one.task_id
        where of.plan_id = p.id)
      then (a.created_at at time zone j.time_zone)::date else p.issued_on end::text as "from"
  from assignment a
    join jurisdiction j on j.id = a.jurisdiction_id
    join task t on t.id = a.task_id
    left join task parent on parent.id = t.parent_id
    join plan p on p.id = t.plan_id
    join unit u on u.id = a.unit_id
  where p.id = $1 and not (a.state = any($2))
  order by t.position, a.id`;

/** Of an obligation `o`, what was sent about its present date, and whether something holds its ladder. */
export const CLIMBED = `coalesce(f.sent, '[]') as sent, n.answer_due_on::text as "answerDueOn",
    coalesce(${holdsLadder('n')}, false)
      or exists (select from action_plan ap where ap.obligation_id = o.id and ap.state = 'submitted') as "isHeld"`;
export const CLIMBED_FROM = `left join lateral (
      select jsonb_agg(jsonb_build_object('rung', s.rung, 'kind', s.kind, 'colour', s.colour, 'firedAt', s.fired_at)
        order by s.fired_at, s.planned_at) as sent
      from (select distinct rung, kind, colour, fired_at, planned_at from follow_up
        where obligation_id = o.id and deadline_version >= o.ladder_since) s) f on true
    left join lateral (
      select n.id, n.state, n.answer_due_on, n.issued_at from supervision_notice n
      where n.obligation_id = o.id and n.deadline_version >= o.ladder_since
      order by n.issued_at desc, n.id desc limit 1) n on true`;

const ROWS = `
  select o.id, o.assignment_id as "assignmentId", o.kind, o.subject, o.state, o.due_on::text as "recordedOn",
    o.effective_on::text as "effectiveOn", o.policy_id as "policyId", o.policy_version as "policyVersion", o.ladder,
    o.next_rung as "nextRung", o.next_rung_at as "nextRungAt", o.version, o.created_at as "createdAt",
    coalesce((d.base->>'stoppedDays')::int, 0) as "stoppedDays", n.issued_at as "noticeAt", ${CLIMBED}
  from obligation o
    join task t on t.id = o.task_id
    left join deadline_version d on d.obligation_id = o.id and d.version = o.deadline_version
    ${CLIMBED_FROM}
  where t.plan_id = $1
  order by o.created_at, o.id`;
