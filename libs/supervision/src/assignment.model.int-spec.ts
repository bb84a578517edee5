import { ASSIGNMENT_EVENTS, type AssignmentMark, type AssignmentState } from '@duban/domain';
import {
  addDays,
  createWorkingCalendar,
  DomainError,
  CHINA_HOLIDAYS,
  type LocalDate,
  localDateOf,
  parseLocalDate,
} from '@duban/kernel';
import { SuspensionService, type TransitionInput } from '@duban/tasks';
import fc from 'fast-check';
import { notTaken, stepOf } from '../../domain/test/walked-machines';
import { planOf } from '../test/city';
import { type Office, useOffice } from '../test/office';
import { ApplicationService } from './application.service';

/*
 * Random people do random things with the parts of a task, and a model of a few plain rules, which knows nothing of the
 * machine, says what must come of it. After every step states, marks, owners, dates and history are held against it.
 */

const RUNS = Number(process.env.DUBAN_MODEL_RUNS ?? 25);
const STEPS = 40;
const ZONE = 'Asia/Shanghai';
const UNITS = ['S01', 'S02', 'S03', 'S04'];
const PEOPLE = [
  ...UNITS.flatMap((code) => [`${code}.contact`, `${code}.head`]),
  'officer',
  'office',
  'leader',
  'auditor',
  'admin',
];
const PLAN = planOf('推进老旧小区改造。（牵头单位：市住建局；责任单位：市教育局、市水务局）');
const calendar = createWorkingCalendar(CHINA_HOLIDAYS);

/** A completion, or what is owed after one was returned. */
interface Owed {
  kind: 'completion' | 'rectification';
  isOwed: boolean;
  due: LocalDate;
  /** The date as it was set, when, from which the time counts for which the clock stood. */
  set: { due: LocalDate; on: LocalDate };
}
interface Part {
  id: string;
  unit: string;
  role: 'lead' | 'responsible';
  state: AssignmentState;
  marks: AssignmentMark[];
  resumeOn: LocalDate | null;
  assignedOn: LocalDate;
  owed: Owed[];
  stops: [from: LocalDate, to: LocalDate | null][];
  verifiedOn: LocalDate | null;
}

const ENDED: AssignmentState[] = ['verified', 'cancelled', 'not_implemented'];
const isOpen = ({ state }: Part): boolean => !ENDED.includes(state);
const isDropped = ({ state }: Part): boolean => state === 'cancelled' || state === 'not_implemented';

/** Day by day, as one would on paper. */
function afterStops({ due, on }: Owed['set'], stops: Part['stops']): LocalDate {
  let moved = due;
  for (const [from, to] of stops) {
    const start = from > on ? from : on;
    if (to === null || start > moved) continue;
    let missed = 0;
    for (let one = start; one < to; one = addDays(one, 1)) if (calendar.isWorkingDay(one)) missed++;
    for (; missed > 0; missed--)
      do moved = addDays(moved, 1);
      while (!calendar.isWorkingDay(moved));
  }
  return moved;
}

class Model {
  constructor(
    readonly parts: Part[],
    public today: LocalDate,
  ) {}

  /** What must come of it: null where it is refused, else it is done here, too. */
  apply(who: string, part: Part, input: TransitionInput): (() => void) | null {
    const isOffice = who === 'office' || who === 'officer';
    const unit = who.includes('.') ? who.split('.')[0]! : null;
    const isOwn = unit === part.unit;
    const leads = (code: string | null) =>
      this.parts.some((p) => p.unit === code && p.role === 'lead' && !isDropped(p));
    const hasLead = this.parts.some((p) => p.role === 'lead' && !isDropped(p));
    const mayVerify = part.role === 'lead' || !hasLead ? isOffice : !isOwn && !isOffice && leads(unit);
    const [suspended, objected] = [part.marks.includes('suspended'), part.marks.includes('objected')];
    const hasReason = Boolean(input.reason);
    const takes = (code: string | undefined) =>
      code !== undefined && code !== part.unit && !this.parts.some((p) => p !== part && p.unit === code && isOpen(p));
    const rules: Record<string, () => boolean> = {
      sign_for: () => isOwn && part.state === 'assigned' && !suspended && !objected,
      object: () =>
        isOwn &&
        part.state === 'assigned' &&
        !suspended &&
        !objected &&
        hasReason &&
        this.today <= calendar.addWorkingDays(part.assignedOn, 5),
      withdraw_objection: () => isOwn && objected,
      settle_objection: () =>
        isOffice &&
        objected &&
        hasReason &&
        !(suspended && input.outcome === 'transferred') &&
        (input.outcome === 'rejected' ||
          input.outcome === 'cancelled' ||
          (input.outcome === 'transferred' && takes(input.toUnit))),
      report: () =>
        isOwn &&
        part.state === 'in_progress' &&
        !suspended &&
        (input.evidence?.length ?? 0) > 0 &&
        (part.role !== 'lead' ||
          Boolean(input.goAheadReason) ||
          this.parts.every(
            (p) => p.role === 'lead' || !['assigned', 'in_progress'].includes(p.state) || p.marks.includes('suspended'),
          )),
      withdraw: () => isOwn && part.state === 'reported' && !suspended,
      // The office returns any part; only whoever verifies a part finds it good.
      return: () => (isOffice || mayVerify) && part.state === 'reported' && !suspended && hasReason,
      // By an application for a review alone, see below.
      restore: () => false,
      verify: () => mayVerify && part.state === 'reported' && !suspended,
      reopen: () =>
        isOffice &&
        part.state === 'verified' &&
        hasReason &&
        input.clock !== undefined &&
        (input.clock !== 'new_date' || input.dueOn !== undefined) &&
        !this.parts.some((p) => p !== part && p.unit === part.unit && isOpen(p)),
      suspend: () => isOffice && isOpen(part) && !suspended && hasReason && input.resumeOn !== undefined,
      resume: () => isOffice && suspended,
      transfer: () => isOffice && isOpen(part) && !suspended && !objected && hasReason && takes(input.toUnit),
      cancel: () => isOffice && isOpen(part) && hasReason && input.cancelReason !== undefined,
      close_unimplemented: () =>
        who === 'office' && isOpen(part) && hasReason && input.unimplementedReason !== undefined,
    };
    if (!rules[input.event]!()) return null;
    return () => this.do(part, input);
  }

  /** The day has come on which suspensions end. */
  wake(): void {
    for (const part of this.parts)
      if (part.resumeOn !== null && part.resumeOn <= this.today) this.mark(part, 'suspended', false);
  }

  private do(part: Part, input: TransitionInput): void {
    const last = () => part.owed.findLast(({ isOwed }) => !isOwed);
    const end = (state: AssignmentState) => {
      part.state = state;
      part.marks = [];
      part.resumeOn = null;
      part.owed = part.owed.filter(({ isOwed }) => !isOwed);
      if (part.stops.at(-1)?.[1] === null) part.stops.at(-1)![1] = this.today;
    };
    switch (input.event) {
      case 'sign_for':
        part.state = 'in_progress';
        break;
      case 'object':
        this.mark(part, 'objected', true);
        break;
      case 'withdraw_objection':
        this.mark(part, 'objected', false);
        break;
      case 'settle_objection':
        this.mark(part, 'objected', false);
        if (input.outcome === 'transferred') this.give(part, input.toUnit!);
        if (input.outcome === 'cancelled') end('cancelled');
        break;
      case 'report':
        part.state = 'reported';
        for (const one of part.owed) one.isOwed = false;
        break;
      case 'withdraw': {
        part.state = 'in_progress';
        last()!.isOwed = true;
        break;
      }
      case 'return': {
        part.state = 'in_progress';
        const due = calendar.addWorkingDays(this.today, 5);
        part.owed.push({ kind: 'rectification', isOwed: true, due, set: { due, on: this.today } });
        break;
      }
      case 'verify':
        end('verified');
        part.verifiedOn = this.today;
        break;
      case 'reopen': {
        part.state = 'in_progress';
        const one = last()!;
        one.isOwed = true;
        if (input.clock === 'same_date') break;
        const due =
          input.clock === 'new_date'
            ? calendar.effectiveDate(input.dueOn!)
            : afterStops({ due: one.due, on: part.verifiedOn! }, [[part.verifiedOn!, this.today]]);
        Object.assign(one, { due, set: { due, on: this.today } });
        break;
      }
      case 'suspend':
        part.resumeOn = input.resumeOn!;
        this.mark(part, 'suspended', true);
        break;
      case 'resume':
        this.mark(part, 'suspended', false);
        break;
      case 'transfer':
        this.give(part, input.toUnit!);
        break;
      case 'cancel':
        end('cancelled');
        break;
      case 'close_unimplemented':
        end('not_implemented');
        break;
    }
  }

  private mark(part: Part, mark: AssignmentMark, isSet: boolean): void {
    const stood = part.marks.length > 0;
    part.marks = part.marks.filter((one) => one !== mark);
    if (isSet) part.marks.push(mark);
    if (mark === 'suspended' && !isSet) part.resumeOn = null;
    if (!stood && isSet) part.stops.push([this.today, null]);
    if (!stood || part.marks.length > 0) return;
    part.stops.at(-1)![1] = this.today;
    for (const one of part.owed) if (one.isOwed) one.due = afterStops(one.set, part.stops);
  }

  private give(part: Part, unit: string): void {
    const earliest = calendar.addWorkingDays(this.today, 5);
    const owed = part.owed.filter(({ isOwed }) => isOwed);
    const last = part.owed.findLast(({ isOwed }) => !isOwed);
    for (const one of owed.length > 0 || !last ? owed : [last]) {
      const due = one.due > earliest ? one.due : earliest;
      Object.assign(one, { isOwed: true, due, set: { due, on: this.today } });
    }
    Object.assign(part, { unit, state: 'assigned', assignedOn: this.today });
  }
}

/** The least advanced of the leads: what was dropped does not count, unless nothing else is left. */
function taskState(parts: readonly Part[]): AssignmentState {
  const states = parts.filter(({ role }) => role === 'lead').map(({ state }) => state);
  for (const state of ['assigned', 'in_progress', 'reported'] as const) if (states.includes(state)) return state;
  if (states.includes('not_implemented')) return 'not_implemented';
  return states.includes('verified') ? 'verified' : 'cancelled';
}

/** What is tried: mostly what the model would let somebody do, so that long ways are walked, and else anything at all. */
interface Try {
  isLikely: boolean;
  part: number;
  event: number;
  who: number;
  days: number;
  options: number;
}
const anyTry: fc.Arbitrary<Try> = fc.record({
  isLikely: fc.constantFrom(true, true, true, false),
  part: fc.nat(2),
  event: fc.nat(1000),
  who: fc.nat(1000),
  days: fc.constantFrom(0, 0, 0, 1, 2, 5, 12),
  options: fc.nat(1000),
});

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!;

function inputOf(event: string, { options: n }: Pick<Try, 'options'>, today: LocalDate): TransitionInput {
  const lacks = n % 11 === 0;
  return {
    event,
    ...(lacks ? {} : { reason: '经研究' }),
    ...(n % 7 === 0 ? {} : { evidence: [{ title: '验收单' }], goAheadReason: n % 5 === 0 ? undefined : '先行报送' }),
    outcome: pick(['rejected', 'transferred', 'cancelled'] as const, n),
    toUnit: pick(UNITS, n >> 2),
    cancelReason: n % 13 === 0 ? undefined : 'merged',
    unimplementedReason: n % 13 === 0 ? undefined : 'force_majeure',
    clock: pick(['same_date', 'stopped', 'new_date', undefined] as const, n),
    dueOn: n % 17 === 0 ? undefined : addDays(today, 1 + (n % 300)),
    resumeOn: n % 19 === 0 ? undefined : addDays(today, 1 + (n % 60)),
  };
}

describe('parts of a task in the hands of random people', () => {
  const t = useOffice('2023-01-12T09:00:00+08:00');
  const taken = new Set<string>();
  let done = 0;
  let refused = 0;

  it(
    'do what the model says, and nothing else',
    async () => {
      const { office } = t;
      await fc.assert(
        fc.asyncProperty(fc.array(anyTry, { minLength: STEPS / 2, maxLength: STEPS }), (tries) => walk(office, tries)),
        // A fixed seed: whether a rare transition was met must not differ from one run to the next.
        { seed: 20230112, numRuns: RUNS, endOnFailure: true },
      );
      expect(done).toBeGreaterThan(RUNS * 5);
      expect(refused).toBeGreaterThan(RUNS * 2);
    },
    RUNS * 20_000,
  );

  it('have a return annulled by a review, and by nothing else', async () => {
    const { office } = t;
    const part = (await begin(office)).parts[0]!;
    await office.move('S03.contact', part.id, 'sign_for');
    const evidence = [{ title: '验收单' }];
    await office.move('S03.contact', part.id, 'report', { evidence, goAheadReason: '先行报送' });
    await office.move('officer', part.id, 'return', { reason: '材料不全' });
    const applications = office.get(ApplicationService);
    const { id } = await office.as('S03.head', (tx, actor, at) =>
      applications.make(tx, actor, at, part.id, { kind: 'review', reason: '材料齐全' }),
    );
    await expect(office.move('office', part.id, 'restore', { reason: '同意' })).rejects.toMatchObject({
      code: 'ASSIGNMENT.NO_REVIEW',
    });
    await office.as('office', (tx, actor, at) =>
      applications.transition(tx, actor, at, id, { event: 'approve', reason: '同意' }),
    );
    const [row] = await office.query(`select state from assignment where id = $1`, [part.id]);
    expect(row).toEqual({ state: 'reported' });
    taken.add(stepOf('assignment', 'restore', 'in_progress'));
  });

  it('took every transition of the machine', () => {
    expect(notTaken('supervision/src/assignment.model.int-spec.ts', taken)).toEqual([]);
  });

  async function walk(office: Office, tries: readonly Try[]): Promise<void> {
    const model = await begin(office);
    for (const one of tries) {
      await pass(office, model, one.days);
      const part = pick(model.parts, one.part);
      const { who, input } = choose(model, part, one);
      const effect = model.apply(who, part, input);
      const before = part.state;
      const events = await countOf(office);
      const outcome = await office.move(who, part.id, input.event, input).then(
        () => null,
        (error: unknown) => error,
      );
      if (outcome !== null && !(outcome instanceof DomainError)) throw outcome;
      const said = `${who}: ${input.event} in ${before} ${part.marks.join('+')}: ${outcome?.code ?? 'done'}`;
      expect(`${said} as ${effect ? 'allowed' : 'refused'}`).toBe(`${said} as ${outcome ? 'refused' : 'allowed'}`);
      if (effect) {
        effect();
        done++;
        taken.add(stepOf('assignment', input.event, before));
        // The office's answer to an objection is done by the same machine.
        const settled = input.event === 'settle_objection' ? input.outcome : undefined;
        if (settled === 'transferred') taken.add(stepOf('assignment', 'transfer', 'assigned'));
        if (settled === 'cancelled') taken.add(stepOf('assignment', 'cancel', 'assigned'));
      } else {
        refused++;
        expect(await countOf(office)).toBe(events);
      }
      await agree(office, model, said);
    }
  }

  function choose(model: Model, part: Part, one: Try): { who: string; input: TransitionInput } {
    const events = [...ASSIGNMENT_EVENTS];
    const input = (event: string): TransitionInput => inputOf(event, one, model.today);
    if (one.isLikely) {
      const likely = events.flatMap((event) =>
        PEOPLE.filter((who) => model.apply(who, part, input(event)) !== null).map((who) => ({ who, event })),
      );
      // Ends are rare: of each event one, and what ends a part seldom.
      const kinds = [...new Set(likely.map(({ event }) => event))].filter(
        (event) =>
          one.options % (part.state === 'reported' ? 3 : 6) === 0 || !['cancel', 'close_unimplemented'].includes(event),
      );
      if (kinds.length > 0) {
        const event = pick(kinds, one.event);
        const { who } = pick(
          likely.filter((it) => it.event === event),
          one.who,
        );
        return { who, input: input(event) };
      }
    }
    return { who: pick(PEOPLE, one.who), input: input(pick(events, one.event)) };
  }

  async function begin(office: Office): Promise<Model> {
    const today = localDateOf(office.clock.now(), ZONE);
    const year = Number(today.slice(0, 4));
    const planId = await office.begin(PLAN, { year, issuedOn: today });
    const due = calendar.effectiveDate(parseLocalDate(`${year}-12-31`));
    const parts = [];
    for (const [unit, role] of [
      ['S03', 'lead'],
      ['S02', 'responsible'],
      ['S04', 'responsible'],
    ] as const) {
      parts.push({
        id: await office.assignment(planId, '1', unit),
        unit,
        role,
        state: 'assigned' as const,
        marks: [],
        resumeOn: null,
        assignedOn: today,
        owed: [{ kind: 'completion' as const, isOwed: true, due, set: { due, on: today } }],
        stops: [],
        verifiedOn: null,
      });
    }
    return new Model(parts, today);
  }

  async function pass(office: Office, model: Model, days: number): Promise<void> {
    for (let i = 0; i < days; i++) {
      model.today = addDays(model.today, 1);
      await office.passTo(`${model.today}T00:00:00+08:00`);
      await office.get(SuspensionService).resumeDue(office.clock.now());
      model.wake();
      await office.passTo(`${model.today}T09:00:00+08:00`);
    }
  }

  const countOf = async (office: Office): Promise<number> =>
    (await office.query<{ n: number }>(`select count(*)::int as n from history_event`))[0]!.n;

  async function agree(office: Office, model: Model, said: string): Promise<void> {
    const ids = model.parts.map(({ id }) => id);
    const rows = await office.query<Record<string, unknown>>(
      `select a.id, u.code as unit, a.state, a.marks, a.resume_on::text as "resumeOn", t.state as task,
         (select json_build_object('state', h.after->>'state', 'marks', h.after->'marks', 'unitId', h.after->>'unitId')
          from history_event h where h.entity_id = a.id order by h.occurred_at desc, h.seq desc limit 1) as kept,
         a.unit_id as "unitId",
         (select array_agg(distinct o.state) from obligation o
          where o.assignment_id = a.id and o.state in ('open', 'suspended')) as clocks,
         (select count(*)::int from obligation o where o.assignment_id = a.id and o.state in ('open', 'suspended')
            and o.unit_id <> a.unit_id) as "othersOwe",
         (select json_agg(json_build_array(o.kind, o.effective_on) order by o.created_at, o.id) from obligation o
          where o.assignment_id = a.id and o.kind in ('completion', 'rectification') and o.state in ('open', 'suspended')) as owed
       from assignment a join unit u on u.id = a.unit_id join task t on t.id = a.task_id where a.id = any($1)`,
      [ids],
    );
    const found = new Map(rows.map((row) => [row.id, row]));
    const sorted = (marks: unknown) => [...(marks as string[])].toSorted();
    for (const part of model.parts) {
      const row = found.get(part.id)!;
      const owed = part.owed.filter(({ isOwed }) => isOwed);
      expect({
        said,
        ...row,
        marks: sorted(row.marks),
        kept: { ...(row.kept as object), marks: sorted((row.kept as { marks: unknown }).marks) },
      }).toEqual({
        said,
        id: part.id,
        unit: part.unit,
        unitId: row.unitId,
        state: part.state,
        marks: sorted(part.marks),
        resumeOn: part.resumeOn,
        task: taskState(model.parts),
        kept: { state: part.state, marks: sorted(part.marks), unitId: row.unitId },
        clocks: isOpen(part) ? (row.clocks === null ? null : [part.marks.length > 0 ? 'suspended' : 'open']) : null,
        othersOwe: 0,
        owed: owed.length === 0 ? null : owed.map(({ kind, due }) => [kind, due]),
      });
    }
  }
});
