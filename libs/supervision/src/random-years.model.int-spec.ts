import { annualReport } from '@duban/domain';
import { addDays, type HolidayEntry, type LocalDate, type RecordedPaper } from '@duban/kernel';
import { ReorganisationService, SuspensionService, type TransitionInput } from '@duban/tasks';
import fc from 'fast-check';
import { SELF_CHECKS } from '@duban/reporting';
import { Reorganising } from '../../tasks/test/reorganising';
import { planOf } from '../test/city';
import { type Office, useOffice } from '../test/office';
import { dayOf, instant, ReferenceDays } from '../test/reference-days';
import { nameOf, type ReferencePart } from '../test/reference-part';
import type { RefDue, RefLadder, RefRecipient, RefRules, RefRung } from '../test/reference-rules';
import { type ReferencePlan, ReferenceTask } from '../test/reference-task';
import { ApplicationService } from './application.service';
import { CalendarPapers } from './calendar-papers.service';
import { DeadlineRecount } from './deadline-recount';
import { type OpenUnderChange, PlanPolicyService } from './plan-policy.service';

/*
 * Random years of random rules: many tasks side by side under one clock, each with what its units and the office do and
 * do not do, while units are reorganised, plans come to go by other rules, papers arrive that make other days working
 * ones, nothing runs for a time, and the clock is put back. What was sent is held against a year that was done on paper.
 */

const YEARS = Number(process.env.DUBAN_MODEL_YEARS ?? 10);
const SEED = Number(process.env.DUBAN_MODEL_SEED ?? 20230112);
/** Years side by side, in so many plans, each of rules of its own. */
const BATCH = Math.min(YEARS, 100);
const PLANS = Math.min(BATCH, 8);
const UNITS = 9;
/** Of what this library does not do itself: it says what is wanted, others compose and deliver it. */
const NOT_HERE = /^(notification|digest|delivery)\./;

// --- what is random

const offsets = (unit: string, from: number, to: number, most: number): fc.Arbitrary<RefRung['offset'][]> =>
  fc
    .uniqueArray(fc.integer({ min: from, max: to }), { maxLength: most })
    .map((list) => list.toSorted((a, b) => a - b).map((n) => ({ [unit]: n }) as unknown as RefRung['offset']));
const to = fc.constantFrom<RefRecipient[]>(
  ['contact'],
  ['head'],
  ['contact', 'head'],
  ['handler', 'deputy'],
  ['lead_contact', 'contact'],
  ['lead_head', 'leader_in_charge'],
);
const copyTo = fc.constantFrom<RefRecipient[]>(['office'], ['leader_in_charge', 'office'], ['lead_head'], ['contact']);
const when = fc.oneof(
  { weight: 5, arbitrary: fc.constant(undefined) },
  fc.constantFrom<NonNullable<RefRung['when']>>(
    { role: 'lead' },
    { role: 'others' },
    { levels: ['one'] },
    { levels: ['two'] },
    { progressBelow: 60 },
    { behindPlanBy: 10 },
    { role: 'lead', progressBelow: 90 },
    { levels: ['one', 'two'], behindPlanBy: 25 },
  ),
);
const MOST_RUNGS = 9;
const each = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(one, { minLength: MOST_RUNGS, maxLength: MOST_RUNGS });
const anyLadder: fc.Arbitrary<RefLadder> = fc
  .record({
    at: fc.constantFrom('09:00', '08:30', '14:10'),
    before: fc.oneof(
      offsets('workingDays', -8, 0, 3),
      offsets('calendarDays', -14, 0, 3),
      offsets('shareOfTime', 20, 95, 3),
    ),
    after: fc.oneof(offsets('workingDays', 1, 14, 6), offsets('calendarDays', 1, 20, 6)),
    kinds: each(fc.constantFrom('urge', 'notice', 'notice', 'talk', 'reminder')),
    posts: each(to),
    copies: each(copyTo),
    answers: each(fc.integer({ min: 0, max: 5 })),
    conditions: each(when),
  })
  .map(({ at, before, after, kinds, posts, copies, answers, conditions }): RefLadder => {
    const colours = ['blue', 'yellow', 'orange', 'red'] as const;
    let notices = 0;
    const all = [...before, ...after];
    const rungs = (all.length > 0 ? all : [{ workingDays: 1 }]).map((offset, i): RefRung => {
      const isLate = i >= before.length;
      const isNotice = isLate && kinds[i] === 'notice' && notices < colours.length;
      const condition = conditions[i];
      return {
        id: `r${i}`,
        offset,
        to: posts[i]!,
        ...(condition ? { when: condition } : {}),
        ...(isNotice
          ? {
              kind: 'notice',
              colour: colours[notices++]!,
              answerWithin: { workingDays: answers[i]! },
              copyTo: copies[i]!,
            }
          : { kind: kinds[i] === 'talk' ? 'talk' : isLate && kinds[i] !== 'reminder' ? 'urge' : 'reminder' }),
      };
    });
    return { at, rungs };
  });
const dayOfPeriod = fc.oneof(
  fc.record({ dayOfMonth: fc.integer({ min: 1, max: 31 }), monthsAfterEnd: fc.integer({ min: 0, max: 2 }) }),
  fc.record({ workingDaysAfterEnd: fc.integer({ min: 1, max: 25 }) }),
  fc.record({ calendarDaysAfterEnd: fc.integer({ min: 1, max: 40 }) }),
);
const anyReports: fc.Arbitrary<RefDue> = fc.oneof(
  fc
    .record({ first: fc.integer({ min: 1, max: 9 }), more: fc.integer({ min: 0, max: 3 }), on: dayOfPeriod })
    .map(({ first, more, on }): RefDue => {
      const name = (n: number): string => `M${String(n).padStart(2, '0')}`;
      return { by: 'periodic', every: 'month', on, from: name(first), to: name(first + more) };
    }),
  fc.record({
    by: fc.constant('periodic' as const),
    every: fc.constantFrom('two_months', 'quarter', 'half_year', 'year'),
    on: dayOfPeriod,
  }),
  fc.record({
    by: fc.constant('day_of_year' as const),
    day: fc.constantFrom('03-31', '06-18', '10-02'),
    period: fc.constant('Q3'),
  }),
);
const anyRules = fc.record({
  main: anyLadder,
  reports: anyLadder,
  sign: anyLadder,
  rectify: anyLadder,
  signWithin: fc.integer({ min: 0, max: 6 }),
  rectifyWithin: fc.integer({ min: 1, max: 8 }),
  handedOver: fc.integer({ min: 1, max: 12 }),
  due: anyReports,
  reporters: fc.constantFrom('lead', 'every_unit', 'others'),
  completedOn: fc.constantFrom('12-31', '12-31', '10-15', '11-08'),
  levels: fc.constantFrom(['one', 'two'], ['two', 'one']),
});
const MOVES = [
  'sign',
  'report',
  'complete',
  'withdraw',
  'return',
  'verify',
  'extend',
  'suspend',
  'resume',
  'answer',
  'accept',
  'reject',
  'transfer',
] as const;
const day = fc.integer({ min: 0, max: 385 });
const minute = fc.integer({ min: 0, max: 1439 });
/** Days after the issue, a time of day, which of the parts, what is tried, and how much of it. */
const anyMove = fc.record({
  day,
  minute,
  which: fc.nat({ max: 5 }),
  move: fc.constantFrom(...MOVES, 'report', 'report', 'answer', 'answer', 'reject', 'suspend'),
  much: fc.integer({ min: 1, max: 60 }),
});
const anyYear = fc.record({
  signsOn: fc.constantFrom(0, 1, 2, 4, 7, 20, 400),
  minute,
  hasOther: fc.boolean(),
  target: fc.constantFrom(null, 40, 260),
  moves: fc.array(anyMove, { minLength: 4, maxLength: 16, size: 'max' }),
  /** What is reported complete, and what becomes of that. */
  ends: fc.array(
    fc.record({
      day: fc.integer({ min: 20, max: 370 }),
      minute,
      which: fc.nat({ max: 5 }),
      after: fc.integer({ min: 0, max: 25 }),
      move: fc.constantFrom('withdraw', 'return', 'return', 'transfer', 'suspend', 'verify'),
    }),
    { maxLength: 3 },
  ),
});
/** What happens to all of the years side by side. */
const anyWorld = fc.record({
  papers: fc.array(
    fc.record({
      day,
      minute,
      isNextYear: fc.boolean(),
      corrects: fc.boolean(),
      from: fc.array(fc.integer({ min: 0, max: 364 }), { minLength: 1, maxLength: 6 }),
      long: fc.integer({ min: 1, max: 4 }),
    }),
    { minLength: 2, maxLength: 5 },
  ),
  reorganisations: fc.array(
    fc.record({
      day,
      minute,
      kind: fc.constantFrom('merge', 'split', 'transfer', 'abolish', 'rename'),
      units: fc.tuple(fc.nat(), fc.nat()),
      delay: fc.constantFrom(0, 0, 1, 6, 25),
      share: fc.integer({ min: 2, max: 5 }),
    }),
    { minLength: 3, maxLength: 6 },
  ),
  changes: fc.array(
    fc.record({
      day,
      minute,
      plan: fc.nat({ max: PLANS - 1 }),
      open: fc.constantFrom<OpenUnderChange>('from_now_on', 'from_now_on', 'new_only'),
      rules: anyRules,
    }),
    { minLength: 5, maxLength: 12 },
  ),
  /** How long somebody looks at all, and when on each day; then for how long nobody does. */
  running: fc.array(
    fc.record({
      up: fc.integer({ min: 1, max: 40 }),
      down: fc.constantFrom(0, 0, 1, 2, 3, 5, 9, 16),
      minutes: fc.oneof({ weight: 4, arbitrary: fc.tuple(minute) }, fc.tuple(minute, minute)),
    }),
    { minLength: 60, maxLength: 60, size: 'max' },
  ),
  /** From a day on the clock is behind for some days, by minutes. */
  behind: fc.array(
    fc.record({ day, days: fc.integer({ min: 1, max: 12 }), minutes: fc.integer({ min: 1, max: 3000 }) }),
    { minLength: 1, maxLength: 3 },
  ),
});

type Of<T> = T extends fc.Arbitrary<infer V> ? V : never;
type Rules = Of<typeof anyRules>;
type Year = Of<typeof anyYear>;
type Move = Year['moves'][number];
type World = Of<typeof anyWorld>;

/** One task in the product, and on paper. */
interface Walked {
  ref: ReferenceTask;
  taskId: string;
  targetId: string | null;
  partIds: Map<ReferencePart, string>;
}
interface Plan {
  id: string;
  ref: ReferencePlan;
  tasks: Walked[];
}
/** A reorganisation whose day is to come. */
interface Coming {
  at: Date;
  units: string[];
  carryOut: (at: Date) => void;
}

/** A batch of years: the plans, and the units that there are meanwhile. */
interface City {
  plans: Plan[];
  tasks: Walked[];
  units: string[];
  coming: Coming[];
  papers: RecordedPaper[];
}

describe('random years', () => {
  const t = useOffice('2023-01-09T10:00:00+08:00');
  const days = new ReferenceDays();
  const total = { years: 0, done: 0, lines: 0, kinds: new Map<string, number>() };
  const count = (kind: string): void => void total.kinds.set(kind, (total.kinds.get(kind) ?? 0) + 1);

  it(
    'send what the same year on paper does, to the minute and the post, and each of it once',
    async () => {
      for (let batch = 0; total.years < YEARS; batch++) {
        await walk(t.office, SEED + batch);
        total.years += BATCH;
      }
      // That something was done and sent, and that the figures are known to who runs many.
      expect(total.lines).toBeGreaterThan(total.years * 4);
      expect(total.done).toBeGreaterThan(total.years);
      const kinds = [...total.kinds].toSorted().map(([kind, n]) => `${kind} ${n}`);
      console.warn(
        `${total.years} random years from seed ${SEED}: ${total.done} events (${kinds.join(', ')}), ${total.lines} follow-ups as on paper`,
      );
    },
    YEARS * 30_000,
  );

  async function walk(office: Office, seed: number): Promise<void> {
    const sample = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number, more: number): T[] =>
      fc.sample(arbitrary, { seed: seed * 10 + more, numRuns });
    const year = Number(office.clock.now().toISOString().slice(0, 4)) + (office.clock.now().getUTCMonth() > 0 ? 1 : 0);
    const begunOn = `${year}-01-09` as LocalDate;
    await runTo(office, instant(begunOn, '10:00'));
    const years = sample(anyYear, BATCH, 2);
    const [world] = sample(anyWorld, 1, 3) as [World];
    const city: City = { plans: [], tasks: [], units: [], coming: [], papers: [] };
    const reorganising = new Reorganising(office);
    const named = (await Promise.all(Array.from({ length: UNITS / 3 }, () => reorganising.units(3)))).flat();
    city.units = named.map(({ code }) => code);
    const nameBy = new Map(named.map(({ code, name }) => [code, name]));
    for (const [i, rule] of sample(anyRules, PLANS, 1).entries()) {
      const own = years.filter((_, n) => n % PLANS === i);
      city.plans.push(await begin(office, `year-${seed}-${i}`, rule, own, year, begunOn, city.units, nameBy));
    }
    for (const { tasks } of city.plans) city.tasks.push(...tasks);
    // Years go to plans in turn, so a task is found by the turn of its year.
    const taskOf = (i: number): Walked => city.plans[i % PLANS]!.tasks[Math.floor(i / PLANS)]!;

    const steps: { at: Date; run: (now: Date) => Promise<unknown> }[] = [
      ...years.flatMap(({ signsOn, minute: at, moves, ends }, i) => [
        ...[0, 1].map((which) => ({
          at: timeAt(begunOn, signsOn + which, at),
          run: (now: Date) => act(office, city, taskOf(i), { which, move: 'sign', much: 1 }, now),
        })),
        ...ends.flatMap(({ day: on, minute: time, which, after, move }) => [
          {
            at: timeAt(begunOn, on, time),
            run: (now: Date) => act(office, city, taskOf(i), { which, move: 'complete', much: 50 }, now),
          },
          {
            at: timeAt(begunOn, on + after, time + 1),
            run: (now: Date) => act(office, city, taskOf(i), { which, move, much: 45 }, now),
          },
        ]),
        ...moves.map((move) => ({
          at: timeAt(begunOn, move.day, move.minute),
          run: (now: Date) => act(office, city, taskOf(i), move, now),
        })),
      ]),
      ...world.papers.map((paper) => ({
        at: timeAt(begunOn, paper.day, paper.minute),
        run: (now: Date) => bring(office, city, paper, year, now),
      })),
      ...world.reorganisations.map((one) => ({
        at: timeAt(begunOn, one.day, one.minute),
        run: (now: Date) => reorganise(office, reorganising, city, one, now),
      })),
      ...world.changes.map((one) => ({
        at: timeAt(begunOn, one.day, one.minute),
        run: (now: Date) => change(office, city.plans[one.plan]!, one, now),
      })),
      ...looks(begunOn, world.running).map((at) => ({ at, run: (now: Date) => look(office, city, now) })),
    ].toSorted((a, b) => a.at.getTime() - b.at.getTime());
    const issuedAt = office.clock.now();
    for (const { at, run } of steps) {
      if (at <= issuedAt) continue;
      const behind = world.behind.findLast(
        (one) => at >= timeAt(begunOn, one.day, 0) && at < timeAt(begunOn, one.day + one.days, 0),
      );
      const ms = (behind?.minutes ?? 0) * 60_000;
      if (at.getTime() - ms <= issuedAt.getTime()) continue;
      office.clock.moveTo(at);
      office.clock.putBack(ms);
      await run(office.clock.now());
    }
    office.clock.putBack(0);
    await look(office, city, office.clock.now());
    await agree(office, city, seed);
  }

  /** A round, as a worker does it: units as they are on the day, what ends by itself, other days, then what is due. */
  async function look(office: Office, city: City, now: Date): Promise<void> {
    const due = city.coming.filter(({ at }) => at <= now);
    expect(await office.get(ReorganisationService).carryOutDue(now)).toEqual({
      carriedOut: due.length,
      problems: 0,
      failed: 0,
    });
    for (const one of due.toSorted((a, b) => a.at.getTime() - b.at.getTime())) one.carryOut(now);
    city.coming = city.coming.filter((one) => !due.includes(one));
    expect(await office.get(SuspensionService).resumeDue(now)).toMatchObject({ failed: 0 });
    expect(await office.get(DeadlineRecount).run(now)).toMatchObject({ failed: 0 });
    expect(await office.sweeps.run(now)).toMatchObject({ failed: 0 });
    const today = dayOf(now);
    const parts = city.tasks.flatMap(({ ref }) => ref.parts);
    for (const part of parts) {
      if (part.resumeOn !== null && part.resumeOn <= today && !part.hasEnded) part.resume(now);
    }
    for (const part of parts) part.recount(now);
    for (const part of parts) part.sweep(now);
  }

  async function begin(
    office: Office,
    id: string,
    rule: Rules,
    years: readonly Year[],
    year: number,
    issuedOn: LocalDate,
    units: readonly string[],
    nameBy: ReadonlyMap<string, string>,
  ): Promise<Plan> {
    const rules = rulesOf(id, 1, rule);
    await office.query(`insert into policy (id, version, body) values ($1, 1, $2)`, [id, JSON.stringify(rules)]);
    const chosen = years.map(({ hasOther }, i) => {
      const lead = units[i % units.length]!;
      const other = hasOther ? units[(i + 1 + (i % 3)) % units.length]! : null;
      return { lead, other };
    });
    const items = chosen.map(({ lead, other }, i) => {
      const { target } = years[i]!;
      const named = `（牵头单位：${nameBy.get(lead)!}${other ? `；责任单位：${nameBy.get(other)!}` : ''}）`;
      return target === null ? `推进老旧小区改造。${named}` : `完成老旧小区改造${target}个。${named}`;
    });
    const planId = await office.begin(planOf(...items), { policy: id, issuedOn, year });
    const now = office.clock.now();
    const rows = await office.query<{ taskId: string; number: string; partId: string; role: string; targetId: string }>(
      `select t.id as "taskId", t.number, a.id as "partId", a.role, g.id as "targetId"
       from assignment a join task t on t.id = a.task_id left join target g on g.task_id = t.id where t.plan_id = $1`,
      [planId],
    );
    const ref: ReferencePlan = { rules, year, issuedOn, days };
    const tasks = chosen.map(({ lead, other }, i): Walked => {
      const task = new ReferenceTask(ref, lead, other, years[i]!.target, now);
      const own = rows.filter(({ number }) => number === String(i + 1));
      expect(own).toHaveLength(other ? 2 : 1);
      return {
        ref: task,
        taskId: own[0]!.taskId,
        targetId: own[0]!.targetId,
        partIds: new Map(task.parts.map((part) => [part, own.find(({ role }) => role === part.role)!.partId])),
      };
    });
    return { id: planId, ref, tasks };
  }

  /** A paper arrives, maybe long after the days that it arranges. */
  async function bring(
    office: Office,
    city: City,
    { isNextYear, corrects, from, long }: World['papers'][number],
    planYear: number,
    now: Date,
  ): Promise<void> {
    const year = planYear + (isNextYear ? 1 : 0);
    const wrong = corrects ? city.papers.findLast((one) => one.year === year) : undefined;
    const named = new Map<LocalDate, HolidayEntry>();
    for (const n of from)
      for (let i = 0; i < long; i++) {
        const date = addDays(`${year}-01-01` as LocalDate, n + i);
        const { holiday, paper } = days.calendar.dayKind(date);
        // What another paper arranges stands.
        if (!date.startsWith(String(year)) || (holiday !== undefined && paper !== wrong?.number)) continue;
        const isWeekday = ![0, 6].includes(new Date(`${date}T12:00:00Z`).getUTCDay());
        named.set(date, { from: date, off: isWeekday, holiday: '样例节' });
      }
    if (named.size === 0) return;
    const paper: RecordedPaper = {
      number: wrong?.number ?? `样例〔${year}〕${days.position}号`,
      title: `${year}年节假日安排（样例）`,
      issuedOn: dayOf(now),
      url: 'https://www.gov.cn/sample',
      year,
      days: [...named.values()],
      supersedes: wrong ? [wrong.number] : [],
    };
    await office.as('officer', (tx, actor, at) => office.get(CalendarPapers).import(tx, actor, at, paper));
    days.learn(paper);
    city.papers.push(paper);
    tell(city.tasks, 'paper', now, paper.days.map((one) => one.from).join(' '));
  }

  /** Units are merged, split, abolished or renamed, or give some of their matters to others. */
  async function reorganise(
    office: Office,
    reorganising: Reorganising,
    city: City,
    { kind, units: [one, other], delay, share }: World['reorganisations'][number],
    now: Date,
  ): Promise<void> {
    const free = city.units.filter((unit) => !city.coming.some(({ units }) => units.includes(unit)));
    if (free.length < 5) return;
    const a = free[one % free.length]!;
    const rest = free.filter((unit) => unit !== a);
    const b = rest[other % rest.length]!;
    const effectiveOn = addDays(dayOf(now), delay);
    const has = (unit: string, n: number): Walked[] =>
      city.tasks.filter(
        ({ ref, taskId }) =>
          parseInt(taskId.slice(-2), 16) % share === n &&
          ref.parts.some((part) => part.unit === unit && !part.hasEnded),
      );
    const common = { effectiveOn, reason: '机构改革。' };
    let units = [a];
    let made: string[] = [];
    let ended = [a];
    let goesTo: (task: Walked) => string[] | null = () => null;
    if (kind === 'rename') {
      ended = [];
      await reorganising.do({ ...common, kind, units, name: reorganising.fresh().name });
    } else if (kind === 'merge') {
      const c = reorganising.fresh();
      [units, ended, made] = [[a, b], [a, b], [c.code]];
      goesTo = () => made;
      await reorganising.do({ ...common, kind, units, successors: [c] });
    } else if (kind === 'abolish') {
      goesTo = () => [b];
      await reorganising.do({ ...common, kind, units, successors: [{ code: b }] });
    } else if (kind === 'split') {
      const [c, d] = [reorganising.fresh(), reorganising.fresh()];
      const [toOther, toBoth] = [has(a, 0), has(a, 1)];
      made = [c.code, d.code];
      goesTo = (task) => (toOther.includes(task) ? [d.code] : toBoth.includes(task) ? [c.code, d.code] : [c.code]);
      await reorganising.do({
        ...common,
        kind,
        units,
        successors: [c, d],
        default: c.code,
        moves: [
          ...(toOther.length > 0 ? [{ taskIds: toOther.map(({ taskId }) => taskId), to: [d.code] }] : []),
          ...(toBoth.length > 0 ? [{ taskIds: toBoth.map(({ taskId }) => taskId), to: [c.code, d.code] }] : []),
        ],
      });
    } else {
      const given = has(a, 0);
      if (given.length === 0) return;
      ended = [];
      goesTo = (task) => (given.includes(task) ? [b] : null);
      await reorganising.do({
        ...common,
        kind,
        units,
        successors: [{ code: b }],
        moves: [{ taskIds: given.map(({ taskId }) => taskId), to: [b] }],
      });
    }
    const concerned = [...units, b, ...made];
    const carryOut = (at: Date): void => {
      for (const task of city.tasks) {
        const giving = task.ref.parts.some((part) => units.includes(part.unit) && !part.hasEnded);
        if (!giving) continue;
        const involved = kind === 'merge' || kind === 'split' ? [...units, ...made] : [...units, b];
        task.ref.reorganise(involved, (part) => (units.includes(part.unit) ? goesTo(task) : null), at);
      }
      city.units = [...city.units.filter((unit) => !ended.includes(unit)), ...made];
      tell(city.tasks, kind, at, [...units, ...made, b].join(' '));
    };
    const at = instant(effectiveOn, '00:00');
    if (at <= now) carryOut(now);
    else city.coming.push({ at, units: concerned, carryOut });
  }

  /** A plan comes to go by other rules: for what is open, too, or only for what is owed anew. */
  async function change(
    office: Office,
    plan: Plan,
    { open, rules: rule }: World['changes'][number],
    now: Date,
  ): Promise<void> {
    const { id, version } = plan.ref.rules;
    const rules = rulesOf(id, version + 1, rule);
    await office.query(`insert into policy (id, version, body) values ($1, $2, $3)`, [
      id,
      rules.version,
      JSON.stringify(rules),
    ]);
    await office.as('office', async (tx, actor, at) => {
      const service = office.get(PlanPolicyService);
      const { digest } = await service.preview(tx, actor, at, plan.id, { open });
      await service.change(tx, actor, at, plan.id, { open, digest, reason: '办法修订。' });
    });
    plan.ref.rules = rules;
    if (open === 'from_now_on')
      for (const { ref } of plan.tasks) for (const part of ref.parts) if (!part.hasEnded) part.goBy(rules, now);
    tell(plan.tasks, open, now, `${id} ${rules.version}`);
  }

  function tell(tasks: readonly Walked[], what: string, at: Date, more: string): void {
    count(what);
    for (const { ref } of tasks) ref.story.push(`${at.toISOString()} ${what} ${more}`);
  }

  /** What somebody does, where it can be done: whether it may is for other specs. */
  async function act(
    office: Office,
    city: City,
    walked: Walked,
    { move, much, which }: Pick<Move, 'move' | 'much' | 'which'>,
    now: Date,
  ): Promise<void> {
    const { ref, targetId } = walked;
    const part = ref.parts[which % ref.parts.length]!;
    if (move === 'sign' && which >= ref.parts.length) return;
    const { unit } = part;
    // Whoever ended with a matter of its own has nobody any more.
    if (!city.units.includes(unit)) return;
    const contact = `${unit}.contact`;
    const today = dayOf(now);
    const isUnderWay = part.state === 'in_progress' && !part.isStopped;
    const partId = await partIdOf(office, walked, part);
    const story = (): void => {
      total.done++;
      count(move);
      ref.story.push(`${now.toISOString()} ${move} ${much} ${part.role} ${unit}`);
    };
    const obligationId = async (name: string): Promise<string> => {
      const rows = await office.query<{ id: string }>(
        `select id from obligation where assignment_id = $1 and kind || '#' || coalesce(subject, '') = $2`,
        [partId, name],
      );
      expect(rows).toHaveLength(1);
      return rows[0]!.id;
    };
    const figure = ref.hasTarget && targetId !== null ? { measurements: [{ targetId, value: much * 5 }] } : {};
    const why = { behindReason: '雨季停工。', goAheadReason: '不再等待。', shortfallReason: '雨季停工。' };
    switch (move) {
      case 'sign': {
        if (part.state !== 'assigned' || part.isStopped) return;
        await office.move(contact, partId, 'sign_for');
        part.signFor();
        return story();
      }
      case 'report': {
        const owed = part.open('progress_report');
        if (!owed || part.isStopped || (part.state !== 'in_progress' && part.state !== 'reported')) return;
        const isMeasured = much % 3 > 0;
        await office.submit(contact, partId, {
          obligationId: await obligationId(nameOf(owed)),
          text: '按序推进。',
          behindReason: why.behindReason,
          ...(isMeasured ? figure : {}),
        });
        part.report(owed);
        if (isMeasured && ref.hasTarget) part.figures.push({ value: much * 5, at: now });
        return story();
      }
      case 'complete': {
        // Not so early in the year that most of it is over.
        if (!isUnderWay || much < 25) return;
        const input: Partial<TransitionInput> = { text: '办结。', evidence: [{ title: '验收单' }], ...why, ...figure };
        await office.move(contact, partId, 'report', input);
        part.complete();
        if (ref.hasTarget) part.figures.push({ value: much * 5, at: now });
        return story();
      }
      case 'withdraw': {
        if (part.state !== 'reported' || part.isStopped) return;
        await office.move(contact, partId, 'withdraw');
        part.withdraw(now);
        return story();
      }
      case 'return': {
        if (part.state !== 'reported' || part.isStopped) return;
        await office.move('officer', partId, 'return', { reason: '材料不全。' });
        part.return(now);
        return story();
      }
      case 'verify': {
        if (part.state !== 'reported' || part.isStopped || much < 40) return;
        const leads = ref.parts.filter(({ role, state }) => role === 'lead' && state !== 'cancelled');
        const judge = part.role === 'lead' || leads.length === 0 ? null : leads[0]!.unit;
        if (judge !== null && !city.units.includes(judge)) return;
        await office.move(judge === null ? 'officer' : `${judge}.contact`, partId, 'verify');
        part.verify();
        return story();
      }
      case 'extend': {
        const owed = part.owed.find((it) => it.state === 'open' && it.kind !== 'sign_for' && it.dueOn >= today);
        if (!owed || part.hasEnded || part.isStopped) return;
        const dueOn = addDays(owed.dueOn, much);
        const applications = office.get(ApplicationService);
        const owedId = await obligationId(nameOf(owed));
        const { id } = await office.as(contact, async (tx, actor, at) =>
          applications.make(tx, actor, at, partId, {
            kind: 'extension',
            reason: '雨季停工。',
            progress: '主体完工。',
            obligationId: owedId,
            dueOn,
          }),
        );
        await office.as('office', (tx, actor, at) =>
          applications.transition(tx, actor, at, id, { event: 'approve', reason: '同意。' }),
        );
        part.extend(owed, dueOn, now);
        return story();
      }
      case 'suspend': {
        if (part.hasEnded || part.isStopped) return;
        const resumeOn = addDays(today, much);
        await office.move('officer', partId, 'suspend', { reason: '待批。', resumeOn });
        part.suspend(resumeOn, now);
        return story();
      }
      case 'resume': {
        if (!part.isStopped || part.hasEnded) return;
        await office.move('officer', partId, 'resume');
        part.resume(now);
        return story();
      }
      case 'transfer': {
        if (part.hasEnded || part.isStopped) return;
        const busy = ref.parts.filter((one) => !one.hasEnded).map((one) => one.unit);
        const others = city.units.filter((one) => !busy.includes(one));
        const toUnit = others[much % others.length]!;
        await office.move('officer', partId, 'transfer', { toUnit, reason: '职责调整。' });
        part.handOver(toUnit, now);
        return story();
      }
      case 'answer':
      case 'accept':
      case 'reject': {
        if (part.isStopped) return;
        const wanted = move === 'answer' ? ['issued', 'rejected'] : ['answered'];
        const owed = part.owed.find((it) => it.state === 'open' && wanted.includes(part.standing(it)?.state ?? ''));
        if (!owed) return;
        const notice = part.standing(owed)!;
        const [row] = await office.query<{ id: string }>(
          `select id from supervision_notice where obligation_id = $1 order by issued_at desc, id desc limit 1`,
          [await obligationId(nameOf(owed))],
        );
        await office.as(move === 'answer' ? contact : 'officer', (tx, actor, at) =>
          office.notices.transition(tx, actor, at, row!.id, {
            event: move,
            answer: '正在整改。',
            reason: '未见进展。',
          }),
        );
        if (move === 'answer') part.answer(owed, notice);
        else if (move === 'accept') part.accept(notice);
        else part.reject(owed, notice, now);
        return story();
      }
    }
  }

  /** Parts that were added later are found in the order in which they were. */
  async function partIdOf(office: Office, { ref, taskId, partIds }: Walked, part: ReferencePart): Promise<string> {
    const known = partIds.get(part);
    if (known !== undefined) return known;
    const rows = await office.query<{ id: string }>(
      `select id from assignment where task_id = $1 order by created_at, role = 'lead' desc, id`,
      [taskId],
    );
    expect(rows).toHaveLength(ref.parts.length);
    ref.parts.forEach((one, i) => partIds.set(one, rows[i]!.id));
    return partIds.get(part)!;
  }

  async function agree(office: Office, { tasks }: City, seed: number): Promise<void> {
    const rows = await office.query<{ partId: string; lines: string[]; owed: string[] }>(
      `with owed as (
         select o.*, o.kind || '#' || coalesce(o.subject, '') as name
         from obligation o where o.task_id = any($1))
       select o.assignment_id as "partId",
         array_agg(distinct o.name || ' v' || o.deadline_version || ' ' || o.effective_on) as owed,
         coalesce(array_agg(o.name || ' v' || f.deadline_version || ' ' || f.rung || ' ' || f.kind || ' '
           || coalesce(f.colour, '-') || ' '
           || to_char(f.fired_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || ' of '
           || to_char(f.planned_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || ' ['
           || array_to_string(f.collapsed, ',') || '] ' || coalesce(u.code || '.', '') || p.kind
           || case when f.is_copy then ' copy' else '' end)
           filter (where f.id is not null), '{}') as lines
       from owed o left join follow_up f on f.obligation_id = o.id left join post p on p.id = f.recipient_post_id
         left join unit u on u.id = p.unit_id
       group by 1`,
      [tasks.map(({ taskId }) => taskId)],
    );
    const found = new Map(rows.map((row) => [row.partId, row]));
    for (const walked of tasks) {
      for (const part of walked.ref.parts) {
        const row = found.get(await partIdOf(office, walked, part));
        const hint = `DUBAN_MODEL_SEED=${seed} DUBAN_MODEL_YEARS=${BATCH}`;
        const about = {
          hint,
          unit: part.unit,
          role: part.role,
          story: walked.ref.story,
          plan: walked.ref.plan.rules.id,
        };
        expect({ ...about, sent: row?.lines.toSorted() ?? [], owed: row?.owed.toSorted() ?? [] }).toEqual({
          ...about,
          sent: part.sent.toSorted(),
          owed: part.owed.map((owed) => `${nameOf(owed)} v${owed.version} ${owed.dueOn}`).toSorted(),
        });
        total.lines += part.sent.length;
      }
    }
    // Each firing is told once in history, too.
    const [twice] = await office.query<{ n: number }>(
      `select count(*)::int as n from (
         select from history_event where type = 'follow_up.fired'
         group by after->>'obligationId', after->>'deadlineVersion', after->>'rung' having count(*) > 1) more`,
    );
    expect(twice).toEqual({ n: 0 });
    const broken: Record<string, unknown[]> = {};
    for (const { code, sql } of SELF_CHECKS.filter((check) => !NOT_HERE.test(check.code))) {
      const rows = await office.query(`select * from (${sql}) broken where $1::timestamptz is not null limit 3`, [
        office.clock.now(),
      ]);
      if (rows.length > 0) broken[code] = rows;
    }
    expect(broken).toEqual({});
  }
});

function rulesOf(id: string, version: number, rule: Rules): RefRules {
  const { main, reports, sign, rectify, signWithin, rectifyWithin, handedOver, due, reporters, completedOn, levels } =
    rule;
  const rules: RefRules = {
    id,
    version,
    levels: levels.map((level) => ({ id: level, name: { zh: level, en: level } })),
    ladders: { main, reports, sign, rectify },
    rectification: { workingDays: rectifyWithin, ladder: 'rectify' },
    handedOver: { workingDays: handedOver },
    obligations: [
      {
        kind: 'sign_for',
        owedBy: 'every_unit',
        ladder: 'sign',
        due: [{ by: 'working_days_after_issue', workingDays: signWithin }],
      },
      { kind: 'progress_report', owedBy: reporters, ladder: 'reports', due: [due] },
      {
        kind: 'completion',
        owedBy: 'every_unit',
        ladder: 'main',
        due: [{ by: 'task_deadline', otherwise: completedOn }],
      },
    ],
  };
  return {
    ...structuredClone(annualReport),
    ...rules,
    instruction: { ...annualReport.instruction, ladder: 'main' },
  } as RefRules;
}

const timeAt = (from: LocalDate, n: number, at: number): Date =>
  new Date(instant(addDays(from, n), '00:00').getTime() + at * 60_000);

/** When somebody looks, through the year and some weeks. */
function looks(from: LocalDate, running: World['running']): Date[] {
  const all: Date[] = [];
  let n = 0;
  for (const { up, down, minutes } of running) {
    for (let i = 0; i < up && n < 400; i++, n++) all.push(...minutes.map((at) => timeAt(from, n, at)));
    n += down;
  }
  return all;
}

/** What is left of the years before is done with on the way. */
async function runTo(office: Office, at: Date): Promise<void> {
  if (at <= office.clock.now()) return;
  office.clock.moveTo(at);
  await office.get(ReorganisationService).carryOutDue(at);
  await office.get(SuspensionService).resumeDue(at);
  await office.get(DeadlineRecount).run(at);
  await office.sweeps.run(at);
}
