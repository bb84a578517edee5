import { annualReport } from '@duban/domain';
import { addDays, type LocalDate } from '@duban/kernel';
import { SuspensionService } from '@duban/tasks';
import fc from 'fast-check';
import { planOf } from '../test/city';
import { type Office, useOffice } from '../test/office';
import { instant, type RefLadder, type RefRung, ReferenceYear, workingDay } from '../test/reference-year';
import { ApplicationService } from './application.service';

/*
 * Random years of random rules: many tasks side by side under one clock, each with what its unit and the office do and
 * do not do, over times in which nothing runs. What was sent is held against a year that was done on paper.
 */

const YEARS = Number(process.env.DUBAN_MODEL_YEARS ?? 15);
const SEED = Number(process.env.DUBAN_MODEL_SEED ?? 20230112);
/** Years side by side, in so many plans, each of rules of its own. */
const BATCH = Math.min(YEARS, 200);
const PLANS = Math.min(BATCH, 8);
const UNITS = ['S01', 'S02', 'S03', 'S04', 'Q01', 'Q02'];

// --- what is random

const offsets = (unit: string, from: number, to: number, most: number): fc.Arbitrary<RefRung['offset'][]> =>
  fc
    .uniqueArray(fc.integer({ min: from, max: to }), { maxLength: most })
    .map((list) => list.toSorted((a, b) => a - b).map((n) => ({ [unit]: n }) as unknown as RefRung['offset']));
const to = fc.constantFrom<RefRung['to']>(['contact'], ['head'], ['contact', 'head']);
const anyLadder: fc.Arbitrary<RefLadder> = fc
  .record({
    at: fc.constantFrom('09:00', '08:30', '14:10'),
    before: fc.oneof(
      offsets('workingDays', -8, 0, 3),
      offsets('calendarDays', -14, 0, 3),
      offsets('shareOfTime', 20, 95, 3),
    ),
    after: fc.oneof(offsets('workingDays', 1, 14, 6), offsets('calendarDays', 1, 20, 6)),
    kinds: fc.array(fc.constantFrom('urge', 'notice', 'notice', 'reminder'), { minLength: 9, maxLength: 9 }),
    posts: fc.array(to, { minLength: 9, maxLength: 9 }),
    answers: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 9, maxLength: 9 }),
    others: fc.array(fc.constantFrom(null, null, null, 'lead', 'others'), { minLength: 9, maxLength: 9 }),
  })
  .map(({ at, before, after, kinds, posts, answers, others }): RefLadder => {
    const colours = ['blue', 'orange', 'red'] as const;
    let notices = 0;
    const all = [...before, ...after];
    const rungs = (all.length > 0 ? all : [{ workingDays: 1 }]).map((offset, i): RefRung => {
      const isLate = i >= before.length;
      const isNotice = isLate && kinds[i] === 'notice' && notices < 3;
      return {
        id: `r${i}`,
        offset,
        to: posts[i]!,
        ...(others[i] ? { when: { role: others[i] as 'lead' } } : {}),
        ...(isNotice
          ? {
              kind: 'notice',
              colour: colours[notices++]!,
              answerWithin: { workingDays: answers[i]! },
              copyTo: ['office'],
            }
          : { kind: isLate && kinds[i] !== 'reminder' ? 'urge' : 'reminder' }),
      };
    });
    return { at, rungs };
  });
const anyRules = fc.record({
  main: anyLadder,
  sign: anyLadder,
  rectify: anyLadder,
  signWithin: fc.integer({ min: 0, max: 6 }),
  rectifyWithin: fc.integer({ min: 1, max: 8 }),
  first: fc.integer({ min: 45, max: 150 }),
  second: fc.integer({ min: 160, max: 320 }),
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
] as const;
/** Days after the issue, a time of day, what is tried, and how much of it. */
const anyMove = fc.record({
  day: fc.integer({ min: 0, max: 385 }),
  minute: fc.integer({ min: 0, max: 1439 }),
  move: fc.constantFrom(...MOVES, 'report', 'answer', 'answer', 'reject', 'suspend'),
  much: fc.integer({ min: 1, max: 60 }),
});
const anyYear = fc.record({
  signsOn: fc.constantFrom(0, 1, 2, 4, 7, 20, 400),
  minute: fc.integer({ min: 0, max: 1439 }),
  moves: fc.array(anyMove, { minLength: 2, maxLength: 14 }),
});
/** How long somebody looks at all, and when on each day; then for how long nobody does. */
const anyRunning = fc.array(
  fc.record({
    up: fc.integer({ min: 1, max: 40 }),
    down: fc.constantFrom(0, 0, 1, 2, 3, 5, 9, 16),
    minutes: fc.uniqueArray(fc.integer({ min: 0, max: 1439 }), { minLength: 1, maxLength: 2 }),
  }),
  { minLength: 60, maxLength: 60, size: 'max' },
);

type Rules = typeof anyRules extends fc.Arbitrary<infer T> ? T : never;
type Year = typeof anyYear extends fc.Arbitrary<infer T> ? T : never;
type Move = Year['moves'][number];

/** One task in the product, and on paper. */
interface Walked {
  ref: ReferenceYear;
  unit: string;
  assignmentId: string;
  planned: { main: RefLadder };
}

describe('random years', () => {
  const t = useOffice('2023-01-09T10:00:00+08:00');
  let walked = 0;
  let lines = 0;
  let done = 0;

  it(
    'send what the same year on paper does, to the minute and the post, and each of it once',
    async () => {
      for (let batch = 0; walked < YEARS; batch++) {
        await walk(t.office, SEED + batch);
        walked += BATCH;
      }
      // That something was done and sent, and that the figures are known to who runs many.
      expect(lines).toBeGreaterThan(walked * 4);
      expect(done).toBeGreaterThan(walked);
      console.warn(`${walked} random years from seed ${SEED}: ${done} events, ${lines} follow-ups as on paper`);
    },
    YEARS * 30_000,
  );

  async function walk(office: Office, seed: number): Promise<void> {
    const sample = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number, more: number): T[] =>
      fc.sample(arbitrary, { seed: seed * 10 + more, numRuns });
    const year = Number(office.clock.now().toISOString().slice(0, 4)) + (office.clock.now().getUTCMonth() > 0 ? 1 : 0);
    const begunOn = `${year}-01-09` as LocalDate;
    await runTo(office, instant(begunOn, '10:00'));
    const rules = sample(anyRules, PLANS, 1);
    const years = sample(anyYear, BATCH, 2);
    const all: Walked[] = [];
    for (const [i, rule] of rules.entries()) {
      const own = Math.ceil((BATCH - i) / PLANS);
      all.push(...(await begin(office, `year-${seed}-${i}`, rule, own, year, begunOn)));
    }
    const steps = [
      ...years.flatMap(({ signsOn, minute, moves }, i) => [
        { at: at(begunOn, signsOn, minute), one: all[i]!, move: { move: 'sign', much: 1 } as Move },
        ...moves.map((move) => ({ at: at(begunOn, move.day, move.minute), one: all[i]!, move })),
      ]),
      ...looks(begunOn, sample(anyRunning, 1, 3)[0]!).map((when) => ({ at: when, one: null, move: null })),
    ].toSorted((a, b) => a.at.getTime() - b.at.getTime());
    const issuedAt = office.clock.now();
    for (const { at: when, one, move } of steps) {
      if (when <= issuedAt) continue;
      office.clock.moveTo(when);
      if (one) await act(office, one, move, when);
      else await look(office, all, when);
    }
    await agree(office, all, seed);
  }

  /** A round, as a worker does it: what ends by itself, then what is due. */
  async function look(office: Office, all: readonly Walked[], now: Date): Promise<void> {
    await office.get(SuspensionService).resumeDue(now);
    expect(await office.sweeps.run(now)).toMatchObject({ failed: 0 });
    const today = new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
    for (const { ref } of all) {
      if (ref.resumeOn !== null && ref.resumeOn <= today) ref.resume(now);
      ref.sweep(now);
    }
  }

  async function begin(
    office: Office,
    id: string,
    rule: Rules,
    count: number,
    year: number,
    begunOn: LocalDate,
  ): Promise<Walked[]> {
    const { main, sign, rectify, signWithin, rectifyWithin } = rule;
    const dayIn = (n: number): LocalDate => addDays(`${year}-01-01` as LocalDate, n);
    const [first, second] = [dayIn(rule.first), dayIn(rule.second)];
    const body = {
      ...structuredClone(annualReport),
      id,
      version: 1,
      ladders: { main, sign, rectify },
      rectification: { workingDays: rectifyWithin, ladder: 'rectify' },
      instruction: { ...annualReport.instruction, ladder: 'main' },
      obligations: [
        {
          kind: 'sign_for',
          owedBy: 'every_unit',
          ladder: 'sign',
          due: [{ by: 'working_days_after_issue', workingDays: signWithin }],
        },
        {
          kind: 'progress_report',
          owedBy: 'lead',
          ladder: 'main',
          due: [
            { by: 'day_of_year', day: first.slice(5), period: 'Q1' },
            { by: 'day_of_year', day: second.slice(5), period: 'Q3' },
          ],
        },
        {
          kind: 'completion',
          owedBy: 'every_unit',
          ladder: 'main',
          due: [{ by: 'task_deadline', otherwise: '12-31' }],
        },
      ],
    };
    await office.query(`insert into policy (id, version, body) values ($1, 1, $2)`, [id, JSON.stringify(body)]);
    const units = Array.from({ length: count }, (_, i) => UNITS[i % UNITS.length]!);
    const names: Record<string, string> = {
      S01: '市发改委',
      S02: '市教育局',
      S03: '市住建局',
      S04: '市水务局',
      Q01: '东溪区人民政府',
      Q02: '西溪区人民政府',
    };
    const text = planOf(...units.map((unit, i) => `推进第${i + 1}批改造。（牵头单位：${names[unit]!}）`));
    const planId = await office.begin(text, { policy: id, issuedOn: begunOn, year });
    const now = office.clock.now();
    const rows = await office.query<{ id: string; number: string }>(
      `select a.id, t.number from assignment a join task t on t.id = a.task_id where t.plan_id = $1`,
      [planId],
    );
    return units.map((unit, i) => {
      const ref = new ReferenceYear({ rectification: { workingDays: rectifyWithin, ladder: rectify } });
      ref.owe('sign_for', workingDay(begunOn, signWithin), sign, now);
      ref.owe('progress_report', first, main, now);
      ref.owe('progress_report', second, main, now);
      ref.owe('completion', `${year}-12-31` as LocalDate, main, now);
      const assignmentId = rows.find(({ number }) => number === String(i + 1))!.id;
      return { ref, unit, assignmentId, planned: { main } };
    });
  }

  /** What somebody does, where it can be done: whether it may is for other specs. */
  async function act(office: Office, one: Walked, { move, much }: Move, now: Date): Promise<void> {
    const { ref, unit, assignmentId } = one;
    const contact = `${unit}.contact`;
    const today = new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 10) as LocalDate;
    const isUnderWay = ref.state === 'in_progress' && !ref.isStopped;
    const story = (): void => {
      done++;
      ref.story.push(`${now.toISOString()} ${move} ${much}`);
    };
    const obligationId = async (kind: string, number: number): Promise<string> =>
      (
        await office.query<{ id: string }>(
          `select id from obligation where assignment_id = $1 and kind = $2 order by created_at, id offset $3 limit 1`,
          [assignmentId, kind, number],
        )
      )[0]!.id;
    switch (move) {
      case 'sign': {
        if (ref.state !== 'assigned' || ref.isStopped) return;
        await office.move(contact, assignmentId, 'sign_for');
        ref.state = 'in_progress';
        ref.settle(ref.open('sign_for')!);
        return story();
      }
      case 'report': {
        const owed = ref.open('progress_report');
        if (!owed || ref.isStopped || (ref.state !== 'in_progress' && ref.state !== 'reported')) return;
        await office.submit(contact, assignmentId, {
          obligationId: await obligationId('progress_report', owed.number),
          text: '按序推进。',
        });
        ref.settle(owed);
        return story();
      }
      case 'complete': {
        // Not so early in the year that most of it is over.
        if (!isUnderWay || much < 25) return;
        await office.move(contact, assignmentId, 'report', { text: '办结。', evidence: [{ title: '验收单' }] });
        for (const kind of ['completion', 'rectification'] as const)
          for (let owed = ref.open(kind); owed; owed = ref.open(kind)) ref.settle(owed);
        ref.state = 'reported';
        return story();
      }
      case 'withdraw': {
        if (ref.state !== 'reported' || ref.isStopped) return;
        await office.move(contact, assignmentId, 'withdraw');
        // What was owed last: the completion, or what a return asked for.
        ref.takeUp(
          ref.owed.findLast(({ kind }) => kind === 'completion' || kind === 'rectification')!,
          now,
        );
        ref.state = 'in_progress';
        return story();
      }
      case 'return': {
        if (ref.state !== 'reported' || ref.isStopped) return;
        await office.move('officer', assignmentId, 'return', { reason: '材料不全。' });
        ref.return(now);
        ref.state = 'in_progress';
        return story();
      }
      case 'verify': {
        if (ref.state !== 'reported' || ref.isStopped || much < 40) return;
        await office.move('officer', assignmentId, 'verify');
        for (const owed of ref.owed) if (owed.state === 'open') ref.settle(owed);
        ref.state = 'ended';
        return story();
      }
      case 'extend': {
        const owed = ref.owed.find((it) => it.state === 'open' && it.kind !== 'sign_for' && it.dueOn >= today);
        if (!owed || ref.state === 'ended' || ref.isStopped) return;
        const dueOn = addDays(owed.dueOn, much);
        const applications = office.get(ApplicationService);
        const { id } = await office.as(contact, async (tx, actor, when) =>
          applications.make(tx, actor, when, assignmentId, {
            kind: 'extension',
            reason: '雨季停工。',
            progress: '主体完工。',
            obligationId: await obligationId(owed.kind, owed.number),
            dueOn,
          }),
        );
        await office.as('office', (tx, actor, when) =>
          applications.transition(tx, actor, when, id, { event: 'approve', reason: '同意。' }),
        );
        ref.extend(owed, dueOn, now);
        return story();
      }
      case 'suspend': {
        if (ref.state === 'ended' || ref.isStopped) return;
        const resumeOn = addDays(today, much);
        await office.move('officer', assignmentId, 'suspend', { reason: '待批。', resumeOn });
        ref.suspend(resumeOn, now);
        return story();
      }
      case 'resume': {
        if (!ref.isStopped) return;
        await office.move('officer', assignmentId, 'resume');
        ref.resume(now);
        return story();
      }
      case 'answer':
      case 'accept':
      case 'reject': {
        if (ref.isStopped) return;
        const wanted = move === 'answer' ? ['issued', 'rejected'] : ['answered'];
        const owed = ref.owed.find(
          (it) =>
            it.state === 'open' &&
            wanted.includes(it.notices.findLast(({ version }) => version === it.version)?.state ?? ''),
        );
        if (!owed) return;
        const notice = owed.notices.findLast(({ version }) => version === owed.version)!;
        const id = await obligationId(owed.kind, owed.number);
        const [row] = await office.query<{ id: string }>(
          `select id from supervision_notice where obligation_id = $1 order by issued_at desc, id desc limit 1`,
          [id],
        );
        await office.as(move === 'answer' ? contact : 'officer', (tx, actor, when) =>
          office.notices.transition(tx, actor, when, row!.id, {
            event: move,
            answer: '正在整改。',
            reason: '未见进展。',
          }),
        );
        if (move === 'answer') ref.answer(owed, notice);
        else if (move === 'accept') ref.accept(notice);
        else ref.reject(owed, notice, now);
        return story();
      }
    }
  }

  async function agree(office: Office, all: readonly Walked[], seed: number): Promise<void> {
    const rows = await office.query<{ assignmentId: string; lines: string[]; owed: string[] }>(
      `with owed as (
         select o.*, row_number() over (partition by o.assignment_id, o.kind order by o.created_at, o.id) - 1 as number
         from obligation o where o.assignment_id = any($1))
       select o.assignment_id as "assignmentId",
         array_agg(distinct o.kind || '#' || o.number || ' v' || o.deadline_version || ' ' || o.effective_on) as owed,
         coalesce(array_agg(o.kind || '#' || o.number || ' v' || f.deadline_version || ' ' || f.rung || ' '
           || to_char(f.fired_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || ' of '
           || to_char(f.planned_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || ' ['
           || array_to_string(f.collapsed, ',') || '] ' || p.kind || case when f.is_copy then ' copy' else '' end)
           filter (where f.id is not null), '{}') as lines
       from owed o left join follow_up f on f.obligation_id = o.id left join post p on p.id = f.recipient_post_id
       group by 1`,
      [all.map(({ assignmentId }) => assignmentId)],
    );
    const found = new Map(rows.map((row) => [row.assignmentId, row]));
    for (const { ref, assignmentId, unit, planned } of all) {
      const row = found.get(assignmentId)!;
      const hint = `DUBAN_MODEL_SEED=${seed} DUBAN_MODEL_YEARS=${BATCH}`;
      const about = { hint, unit, story: ref.story, ladder: planned.main };
      expect({ ...about, sent: row.lines.toSorted(), owed: row.owed.toSorted() }).toEqual({
        ...about,
        sent: ref.sent.toSorted(),
        owed: ref.owed.map(({ kind, number, version, dueOn }) => `${kind}#${number} v${version} ${dueOn}`).toSorted(),
      });
      lines += ref.sent.length;
    }
    // Each firing is told once in history, too.
    const [twice] = await office.query<{ n: number }>(
      `select count(*)::int as n from (
         select from history_event where type = 'follow_up.fired'
         group by after->>'obligationId', after->>'deadlineVersion', after->>'rung' having count(*) > 1) more`,
    );
    expect(twice).toEqual({ n: 0 });
  }
});

const at = (from: LocalDate, day: number, minute: number): Date =>
  new Date(instant(addDays(from, day), '00:00').getTime() + minute * 60_000);

/** When somebody looks, through the year and some weeks. */
function looks(from: LocalDate, running: readonly { up: number; down: number; minutes: number[] }[]): Date[] {
  const all: Date[] = [];
  let day = 0;
  for (const { up, down, minutes } of running) {
    for (let i = 0; i < up && day < 400; i++, day++) all.push(...minutes.map((minute) => at(from, day, minute)));
    day += down;
  }
  return all;
}

/** What is left of the years before is done with on the way. */
async function runTo(office: Office, when: Date): Promise<void> {
  if (when <= office.clock.now()) return;
  office.clock.moveTo(when);
  await office.get(SuspensionService).resumeDue(when);
  await office.sweeps.run(when);
}
