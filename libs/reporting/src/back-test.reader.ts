import {
  BackTestCounter,
  type BackTestTotals,
  compareFollowUps,
  conditionHolds,
  type FeltFollowUp,
  type FollowUpKind,
  type Ladder,
  ladderBeside,
  ladderTerm,
  levelBy,
  type LifeEvent,
  NOTHING_KNOWN,
  type NoticeColour,
  type ObligationKind,
  planObligations,
  type Policy,
  replay,
  type Side,
} from '@duban/domain';
import { assertMay, UnitDirectory } from '@duban/directory';
import type { Actor } from '@duban/history';
import {
  addMonths,
  endOfLocalDay,
  invalid,
  type LocalDate,
  localDateOf,
  notFound,
  type WorkingCalendar,
} from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { termsOf } from '@duban/supervision';
import { PolicyDraftService, type Role, type Task, type TriedSource } from '@duban/tasks';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { cursorKey, isCount, isUuid, pageOf } from './page';
import { SimulatedRecipients } from './simulated-recipients';

export interface BackTestInput extends TriedSource {
  /** First and last day, both included. */
  from: LocalDate;
  to: LocalDate;
  /** One plan of the government's; by default all whose documents were issued. */
  planId?: string;
  limit: number;
  cursor?: string;
}

/** A follow-up that one side has and the other has not. */
export interface BackTestDifference extends FeltFollowUp {
  side: Exclude<Side, 'both'>;
  obligationId: string;
  taskId: string;
  taskNumber: string | null;
  subject: string | null;
  rung: string;
}

export interface BackTest {
  policy: { id: string; version: number; name: Policy['name'] };
  from: LocalDate;
  to: LocalDate;
  /** Null on all pages but the first. */
  totals:
    | (Omit<BackTestTotals, 'byUnit'> & {
        obligations: number;
        byUnit: (BackTestTotals['byUnit'][number] & { unitCode: string; unitName: string })[];
      })
    | null;
  items: BackTestDifference[];
  next: string | null;
}

/** Of so many obligations the lives are in memory at once. */
const PAGE = 1000;
const MOST_MONTHS = 24;

interface Row {
  id: string;
  kind: ObligationKind;
  subject: string | null;
  ladder: string;
  policyId: string;
  policyVersion: number;
  createdAt: Date;
  timeZone: string;
  taskId: string;
  taskNumber: string | null;
  leaders: string[];
  leads: string[];
  role: Role;
  year: number;
  issuedOn: LocalDate;
  deadlineDue: LocalDate | null;
  milestones: Task['milestones'];
  receivedOn: LocalDate | null;
  level: string | null;
}
interface Stood {
  id: string;
  at: Date;
  state: 'open' | 'suspended' | 'discharged' | 'lapsed';
  deadlineVersion: number;
  goesOn: boolean;
  effectiveOn: LocalDate;
  unitId: string;
  stoppedDays: number;
}
type Noticed = { id: string; at: Date; what: 'answered' | 'rejected'; colour: NoticeColour; deadlineVersion: number };
interface Sent {
  id: string;
  at: Date;
  rung: string;
  kind: FollowUpKind;
  colour: NoticeColour | null;
  postId: string;
  isCopy: boolean;
}
interface Named {
  unitCode: string;
  unitName: string;
}
type Felt = Omit<BackTestDifference, 'side'>;

/**
 * Holds rules (督办规则) against what really happened (回测): whom they would have sent what in a past span, beside what
 * people did get. Nothing is written, and Postgres is told so. It reads as whoever asks: what is restricted to others is
 * not counted.
 */
@Injectable()
export class BackTestReader {
  constructor(
    private readonly drafts: PolicyDraftService,
    private readonly directory: UnitDirectory,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  /**
   * @param tx a transaction of its own: it is made read-only
   * @throws DomainError RIGHTS.NOT_ALLOWED, POLICY.UNKNOWN, POLICY.UNKNOWN_VERSION, POLICY_DRAFT.UNKNOWN,
   *   POLICY_DRAFT.FAULTY, POLICY_DRAFT.TWO_SOURCES, SIMULATION.FROM_AFTER_TO, SIMULATION.SPAN_TOO_LONG, PLAN.UNKNOWN,
   *   REQUEST.BAD_CURSOR
   */
  async backTest(
    tx: EntityManager,
    actor: Actor,
    now: Date,
    policyId: string,
    input: BackTestInput,
  ): Promise<BackTest> {
    assertMay(actor, 'policy.simulate');
    await tx.query('set transaction read only');
    checkSpan(input);
    const after = cursorKey(input.cursor, [isUuid, isCount]) as [string, number] | null;
    const { id, name, rules } = await this.drafts.tried(tx, policyId, input);
    await assertPlan(tx, input.planId);
    const units = await unitsOf(tx);
    const concerned = [...units].map(([unitId, { unitName }]) => ({ unitId, unitName, leaders: [], leads: [] }));
    const recipients = await SimulatedRecipients.read(tx, this.directory, concerned, input);

    const counter = after === null ? new BackTestCounter() : null;
    const found: { key: [string, number]; item: BackTestDifference }[] = [];
    let obligations = 0;
    let last = after === null ? null : before(after[0]);
    for (;;) {
      const rows: Row[] = await tx.query(ROWS, [last, PAGE, rules.id, input.planId ?? null, input.from, input.to]);
      obligations += rows.length;
      for (const { row, compared } of await this.compare(tx, now, rules, rows, recipients, input)) {
        let n = 0;
        for (const { side, followUp } of compared) {
          counter?.add(side, followUp);
          if (side === 'both') continue;
          const key: [string, number] = [row.id, n++];
          const isPast = after !== null && row.id === after[0] && key[1] <= after[1];
          if (!isPast && found.length <= input.limit) found.push({ key, item: { side, ...followUp } });
        }
      }
      last = rows.at(-1)?.id ?? null;
      if (rows.length < PAGE || (counter === null && found.length > input.limit)) break;
    }
    const page = pageOf(found, input.limit, ({ key }) => key);
    const totals = counter?.totals();
    return {
      policy: { id, version: rules.version, name },
      from: input.from,
      to: input.to,
      totals: totals
        ? { ...totals, obligations, byUnit: totals.byUnit.map((unit) => ({ ...unit, ...units.get(unit.unitId)! })) }
        : null,
      items: page.items.map(({ item }) => item),
      next: page.next,
    };
  }

  private async compare(
    tx: EntityManager,
    now: Date,
    rules: Policy,
    rows: readonly Row[],
    recipients: SimulatedRecipients,
    { from, to }: BackTestInput,
  ): Promise<{ row: Row; compared: { side: Side; followUp: Felt }[] }[]> {
    const ids = rows.map(({ id }) => id);
    const stood = grouped<Stood>(await tx.query(STOOD, [ids]));
    const noticed = grouped<Noticed>(await tx.query(NOTICED, [ids]));
    const held = grouped<{ id: string; at: Date }>(await tx.query(HELD, [ids]));
    const sent = grouped<Sent>(await tx.query(SENT, [ids]));
    return rows.map((row) => {
      const { id, timeZone } = row;
      const clock = { calendar: this.calendar, timeZone };
      const stands = stood.get(id) ?? [];
      const createdOn = localDateOf(row.createdAt, timeZone);
      const life: LifeEvent[] = [
        ...stands.map(({ at, state, deadlineVersion, goesOn, effectiveOn, unitId, stoppedDays }): LifeEvent => {
          const term = ladderTerm(createdOn, stoppedDays, effectiveOn, this.calendar);
          return { at, what: 'stands', state, deadlineVersion, goesOn, term, unitId };
        }),
        ...(noticed.get(id) ?? []),
        ...(held.get(id) ?? []).map(({ at }): LifeEvent => ({ at, what: 'held' })),
      ].toSorted((a, b) => a.at.getTime() - b.at.getTime());
      const unitAt = (at: Date): string => (stands.findLast((one) => one.at <= at) ?? stands[0]!).unitId;
      const felt = (at: Date, unitId: string, one: Omit<Sent, 'id' | 'at'>): Felt[] => {
        const day = localDateOf(at, timeZone);
        if (day < from || to < day) return [];
        const { rung, kind, colour, postId, isCopy } = one;
        const { post } = recipients.describe(postId, day).recipient;
        const { taskId, taskNumber, subject, kind: obligationKind } = row;
        return [
          {
            day,
            unitId,
            obligationKind,
            kind,
            colour,
            postId,
            post,
            isCopy,
            obligationId: id,
            taskId,
            taskNumber,
            subject,
            rung,
          },
        ];
      };
      const real = (sent.get(id) ?? []).flatMap(({ at, ...one }) => felt(at, unitAt(at), one));
      const ladder = this.ladderOf(rules, row);
      const ends = endOfLocalDay(to, timeZone);
      const facts = { isLead: row.role === 'lead', level: levelBy(rules, row.level), ...NOTHING_KNOWN };
      const holds = ({ when }: Ladder['rungs'][number]): boolean => when === undefined || conditionHolds(when, facts);
      const replayed = ladder === null ? [] : replay(ladder, life, ends < now ? ends : now, clock, holds);
      const would = replayed.flatMap(({ at, unitId, fired: { rung } }) => {
        const day = localDateOf(at, timeZone);
        const of = { unitId, unitName: unitId, leaders: row.leaders, leads: row.leads };
        return recipients.of(rung, of, day).flatMap(({ postId, isCopy }) => {
          const colour = rung.kind === 'notice' ? rung.colour : null;
          return felt(at, unitId, { rung: rung.id, kind: rung.kind, colour, postId, isCopy });
        });
      });
      return { row, compared: compareFollowUps(real, would) };
    });
  }

  /** By which ladder the rules follow something up; null where they do not ask for it. */
  private ladderOf(rules: Policy, row: Row): Ladder | null {
    const { kind, subject, policyId, policyVersion } = row;
    if (policyId === rules.id && policyVersion === rules.version) return rules.ladders[row.ladder]!;
    const planned = planObligations(rules, row.year, row.issuedOn, termsOf(row, row.role), this.calendar);
    const same = planned.filter((one) => one.kind === kind);
    const ladder = (same.find((one) => one.subject === subject) ?? same[0])?.ladder;
    if (ladder !== undefined) return rules.ladders[ladder]!;
    const isBesides = kind === 'rectification' || kind === 'instruction' || kind === 'milestone';
    return isBesides ? rules.ladders[ladderBeside(rules, kind)]! : null;
  }
}

function checkSpan({ from, to }: BackTestInput): void {
  if (from > to)
    throw invalid('SIMULATION.FROM_AFTER_TO', `"from", ${from}, lies after "to", ${to}.`, { field: 'from' });
  const last = addMonths(from, MOST_MONTHS);
  if (to > last) {
    throw invalid('SIMULATION.SPAN_TOO_LONG', `At most two years are looked at at once: to ${last}.`, { field: 'to' });
  }
}

async function assertPlan(tx: EntityManager, planId: string | undefined): Promise<void> {
  if (planId === undefined) return;
  const [plan] = await tx.query(`select id from plan where id = $1 and state <> 'draft' and unit_id is null`, [planId]);
  if (!plan) throw notFound('PLAN.UNKNOWN', 'The government has issued no such plan.', { field: 'planId' });
}

async function unitsOf(tx: EntityManager): Promise<Map<string, Named>> {
  const rows: (Named & { id: string })[] = await tx.query(
    `select id, code as "unitCode", name as "unitName" from unit`,
  );
  return new Map(rows.map(({ id, ...named }) => [id, named]));
}

function grouped<T extends { id: string }>(rows: readonly T[]): Map<string, T[]> {
  const byId = new Map<string, T[]>();
  for (const row of rows) {
    const list = byId.get(row.id);
    if (list) list.push(row);
    else byId.set(row.id, [row]);
  }
  return byId;
}

/** The id before one, so that a page goes on with the very obligation in which the last one ended. */
const before = (id: string): string => {
  const digits = (BigInt(`0x${id.replaceAll('-', '')}`) - 1n).toString(16).padStart(32, '0');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

/** What is owed in plans of the government's: a unit's own (二级分解) are its heads' to look at. */
const ROWS = `
  select o.id, o.kind, o.subject, o.ladder, o.policy_id as "policyId", o.policy_version as "policyVersion",
    o.created_at as "createdAt", j.time_zone as "timeZone", t.id as "taskId", coalesce(t.number, parent.number) as "taskNumber",
    case when t.leaders = '{}' then coalesce(parent.leaders, '{}') else t.leaders end as leaders,
    array(select lead.unit_id from assignment lead
      where lead.task_id = t.id and lead.role = 'lead' and lead.state <> 'cancelled' order by lead.id) as leads,
    a.role, p.year, t.deadline_due::text as "deadlineDue", t.milestones, t.received_on::text as "receivedOn", t.level,
    case when t.received_on is null then p.issued_on else (t.created_at at time zone j.time_zone)::date end::text
      as "issuedOn"
  from obligation o
    join assignment a on a.id = o.assignment_id
    join jurisdiction j on j.id = o.jurisdiction_id
    join task t on t.id = o.task_id
    left join task parent on parent.id = t.parent_id
    join plan p on p.id = t.plan_id
  where ($1::uuid is null or o.id > $1) and p.unit_id is null
    and case when $4::uuid is null then p.source = 'document' or p.policy_id = $3 else p.id = $4 end
    and o.created_at < (($6::date + 1)::timestamp at time zone j.time_zone)
    and (o.settled_at is null or o.settled_at >= ($5::date::timestamp at time zone j.time_zone))
  order by o.id limit $2`;

const STOOD = `
  select e.entity_id as id, e.occurred_at as at, e.state,
    (w.after->>'deadlineVersion')::int as "deadlineVersion", coalesce(d.base ? 'recountedFrom', false) as "goesOn",
    w.after->>'effectiveOn' as "effectiveOn", e.unit_id as "unitId", coalesce((d.base->>'stoppedDays')::int, 0) as "stoppedDays"
  from history_entry e
    cross join lateral (select history_after(e.month, e.seq, e.id) as after offset 0) w
    left join deadline_version d on d.obligation_id = e.entity_id and d.version = (w.after->>'deadlineVersion')::int
  where e.entity_id = any($1::uuid[]) and e.entity = 'obligation' and e.has_state
  order by e.occurred_at, e.seq`;

const NOTICED = `
  select n.obligation_id as id, e.occurred_at as at, n.colour, n.deadline_version as "deadlineVersion",
    case e.type when 'supervision_notice.answered' then 'answered' else 'rejected' end as what
  from supervision_notice n
    join history_event e on e.entity_id = n.id and e.entity = 'supervision_notice'
      and e.type in ('supervision_notice.answered', 'supervision_notice.answer_rejected')
  where n.obligation_id = any($1::uuid[])
  order by e.occurred_at, e.seq`;

/** A plan that waits for approval holds the ladder; where none is asked for, it is done with at that instant. */
const HELD = `
  select obligation_id as id, submitted_at as at from action_plan
  where obligation_id = any($1::uuid[]) order by submitted_at`;

const SENT = `
  select obligation_id as id, fired_at as at, rung, kind, colour, recipient_post_id as "postId", is_copy as "isCopy"
  from follow_up where obligation_id = any($1::uuid[]) order by fired_at, id`;
