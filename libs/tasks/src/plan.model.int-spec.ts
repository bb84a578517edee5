import { DomainError } from '@duban/kernel';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { notTaken, stepOf } from '../../domain/test/walked-machines';
import { CITY, planOf } from '../../supervision/test/city';
import { type Office, useOffice } from '../../supervision/test/office';
import { PlanCloseService, type TaskDecision } from './plan-close.service';

/*
 * Random people draft, mend, spoil, issue and close plans, the government's and a unit's own (二级分解). A model of plain
 * rules says who may do what with which plan, what an issue and a close ask for, and what becomes of each task.
 */

const RUNS = Math.ceil(Number(process.env.DUBAN_MODEL_RUNS ?? 25) / 4);
const STEPS = 25;
const TODAY = '2023-01-12';
const PEOPLE = [
  'office',
  'office',
  'officer',
  'S03.head',
  'S03.head',
  'S03.contact',
  'S02.head',
  'S31.head',
  'leader',
  'auditor',
  'admin',
  'security',
];
/** A bureau with two sections of its own. */
const UNITS = {
  ...CITY,
  units: [
    ...CITY.units,
    { code: 'S31', name: '市住建局质安科', kind: 'department', parent: 'S03' },
    { code: 'S32', name: '市住建局房产科', kind: 'department', parent: 'S03' },
  ],
};

/** Whom a task names in the draft: somebody, nobody, somebody whom the directory does not know. */
type Named = 'known' | 'none' | 'unknown';
interface Task {
  id: string;
  named: Named;
  state: 'draft' | 'assigned' | 'cancelled' | 'not_implemented';
  isRemoved: boolean;
}
interface Plan {
  id: string;
  /** Whose own it is; null for the government's. */
  unit: string | null;
  state: 'draft' | 'issued' | 'closed';
  tasks: Task[];
  /** Where what is carried over went. */
  carried: number;
}

const isOffice = (who: string): boolean => who === 'office' || who === 'officer';
const isHead = (who: string): boolean => who.endsWith('.head');
const unitOf = (who: string): string | null => (who.includes('.') ? who.split('.')[0]! : null);
const nameIn = ({ unit }: Pick<Plan, 'unit'>, named: Named): string[] =>
  named === 'none' ? [] : [named === 'unknown' ? '市星际局' : unit === null ? '市水务局' : '市住建局质安科'];

type Decided = 'carry_over' | 'give_up' | 'nothing';

class Model {
  constructor(
    readonly plan: Plan,
    private readonly taken: Set<string>,
  ) {}

  get left(): Task[] {
    return this.plan.tasks.filter(({ isRemoved }) => !isRemoved);
  }

  get open(): Task[] {
    return this.left.filter(({ state }) => state === 'assigned');
  }

  edit(who: string, task: Task, named: Named | null): string | null {
    const refusal = this.refusalTo(who, () => true);
    if (refusal !== null) return refusal;
    if (this.plan.state !== 'draft') return 'PLAN.NOT_DRAFT';
    if (named === null) task.isRemoved = true;
    else task.named = named;
    return null;
  }

  issue(who: string, year: number, issuedOn: string): string | null {
    const refusal = this.refusalTo(who, isHead);
    if (refusal !== null) return refusal;
    if (year < 2000) return 'PLAN.YEAR_OUT_OF_RANGE';
    if (issuedOn > TODAY) return 'PLAN.ISSUED_IN_FUTURE';
    if (this.plan.state !== 'draft') return 'PLAN.ALREADY_ISSUED';
    if (this.left.length === 0) return 'PLAN.EMPTY';
    if (this.left.some(({ named }) => named === 'none')) return 'PLAN.TASK_WITHOUT_UNIT';
    if (this.left.some(({ named }) => named === 'unknown')) return 'PLAN.UNKNOWN_UNIT';
    this.step('issue', 'issued');
    for (const task of this.left) task.state = 'assigned';
    return null;
  }

  close(who: string, decided: readonly Decided[], isStale: boolean): string | null {
    // Of the office its head alone.
    if (who === 'officer') return 'RIGHTS.NOT_ALLOWED';
    const refusal = this.refusalTo(who, isHead);
    if (refusal !== null) return refusal;
    if (this.plan.state === 'closed') return 'PLAN.CLOSED';
    if (this.plan.state === 'draft') return 'PLAN.NOT_ISSUED';
    if (isStale) return 'PLAN.CLOSE_STALE';
    if (this.open.some((_, i) => decided[i] === 'nothing')) return 'PLAN.UNDECIDED';
    for (const [i, task] of this.open.entries()) {
      if (decided[i] === 'carry_over') this.plan.carried++;
      task.state = decided[i] === 'carry_over' ? 'cancelled' : 'not_implemented';
    }
    this.step('close', 'closed');
    return null;
  }

  /** Of the government's plans whoever is of the office, of a unit's own its people; whoever else, for which reason. */
  private refusalTo(who: string, suits: (who: string) => boolean): string | null {
    const { unit } = this.plan;
    if (unit === null) return isOffice(who) ? null : 'RIGHTS.NOT_ALLOWED';
    if (unit === unitOf(who) && suits(who)) return null;
    // Nobody else knows of a draft.
    if (isOffice(who)) return this.plan.state === 'draft' ? 'PLAN.UNKNOWN' : 'PLAN.OF_A_UNIT';
    return 'RIGHTS.NOT_ALLOWED';
  }

  private step(event: string, to: Plan['state']): void {
    this.taken.add(stepOf('plan', event, this.plan.state));
    this.plan.state = to;
  }
}

interface Try {
  what: 'mend' | 'spoil' | 'remove' | 'issue' | 'cancel' | 'close';
  isLikely: boolean;
  who: number;
  which: number;
  more: number;
}
const anyTry: fc.Arbitrary<Try> = fc.record({
  what: fc.constantFrom(
    ...(['mend', 'mend', 'mend', 'spoil', 'remove', 'issue', 'issue', 'cancel', 'close', 'close'] as const),
  ),
  isLikely: fc.constantFrom(true, true, false),
  who: fc.nat(1000),
  which: fc.nat(1000),
  more: fc.nat(1000),
});
const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!;

describe('plans in the hands of random people', () => {
  const t = useOffice(`${TODAY}T09:00:00+08:00`, UNITS);
  const taken = new Set<string>();
  let office: Office;
  /** Plans of the year after: the government's, and the bureau's own. */
  let nextId: string;
  let nextOfUnit: string;
  let done = 0;
  let refused = 0;
  beforeAll(async () => {
    office = t.office;
    nextId = await office.draft(planOf('做好明年的事。（牵头单位：市教育局）').replace('2023年', '2024年'));
    nextOfUnit = await office.draft(
      planOf('做好来年的事。（牵头单位：市住建局质安科）').replace('2023年', '2024年'),
      'S03.contact',
    );
  });
  beforeEach(() => {
    jest.spyOn(Logger.prototype, 'error').mockImplementation();
  });
  afterEach(() => jest.restoreAllMocks());

  it(
    'come to what the model says, and what is refused changes nothing',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.boolean(),
          fc.array(fc.constantFrom<Named>('known', 'known', 'none', 'unknown'), { minLength: 1, maxLength: 3 }),
          fc.array(anyTry, { minLength: STEPS, maxLength: STEPS, size: 'max' }),
          async (isOfUnit, named, tries) => {
            const model = await begin(isOfUnit ? 'S03' : null, named);
            for (const one of tries) await walk(model, one);
          },
        ),
        // A fixed seed: whether a rare transition was met must not differ from one run to the next.
        { seed: 20230112, numRuns: RUNS, endOnFailure: true },
      );
      expect(done).toBeGreaterThan(RUNS * 3);
      expect(refused).toBeGreaterThan(RUNS * 3);
    },
    RUNS * 60_000,
  );

  it('are closed with a decision on each open task, and not before they were issued', async () => {
    const model = await begin(null, ['none', 'known', 'known']);
    await close(model, 'office', [], false);
    await issue(model, 'officer', 2023, TODAY);
    await edit(model, 'officer', model.plan.tasks[0]!, 'known');
    await issue(model, 'officer', 2023, TODAY);
    await close(model, 'officer', ['give_up', 'give_up', 'give_up'], false);
    await close(model, 'office', ['give_up', 'carry_over', 'nothing'], false);
    await close(model, 'office', ['give_up', 'carry_over', 'give_up'], false);
    await close(model, 'office', [], false);
    expect(model.plan).toMatchObject({ state: 'closed', carried: 1 });
  });

  it('of a unit are its own to issue and to close, and nobody does it for it', async () => {
    const model = await begin('S03', ['known', 'known']);
    for (const who of ['S03.contact', 'office', 'S02.head', 'S03.head']) await issue(model, who, 2023, TODAY);
    for (const who of ['office', 'officer', 'S03.contact', 'S02.head', 'S31.head']) {
      await close(model, who, ['give_up', 'carry_over'], false);
    }
    expect(model.plan.state).toBe('issued');
    await close(model, 'S03.head', ['give_up', 'carry_over'], false);
    await close(model, 'S03.head', [], false);
    expect(model.plan).toMatchObject({ state: 'closed', carried: 1 });
  });

  it('took every transition of the machine', () => {
    expect(notTaken('tasks/src/plan.model.int-spec.ts', taken)).toEqual([]);
  });

  async function walk(model: Model, { what, isLikely, who: whoever, which, more }: Try): Promise<void> {
    const own = model.plan.unit === null ? 'office' : `${model.plan.unit}.head`;
    const who = isLikely ? own : pick(PEOPLE, whoever);
    if (what === 'issue') return issue(model, who, more % 9 === 0 ? 1999 : 2023, more % 7 === 0 ? '2023-01-13' : TODAY);
    if (what === 'close') {
      const decided = model.open.map((_, i) => pick(['carry_over', 'give_up', 'give_up'] as const, more + i));
      return close(model, who, more % 6 === 0 ? ['nothing', ...decided.slice(1)] : decided, more % 5 === 0);
    }
    if (what === 'cancel') {
      if (model.open.length === 0) return;
      const task = pick(model.open, which);
      const [part] = await office.query<{ id: string }>(`select id from assignment where task_id = $1`, [task.id]);
      await office.move(own, part!.id, 'cancel', { cancelReason: 'duplicate', reason: '重复' });
      task.state = 'cancelled';
      return agree(model, `${own} cancels`);
    }
    if (model.left.length === 0) return;
    // Mostly something is left to be issued.
    if (what === 'remove' && model.left.length === 1 && more % 4 > 0) return;
    const named = what === 'mend' ? 'known' : what === 'spoil' ? pick(['none', 'unknown'] as const, more) : null;
    const broken = model.left.filter((task) => task.named !== 'known');
    return edit(model, who, pick(what === 'mend' && broken.length > 0 ? broken : model.left, which), named);
  }

  async function begin(unit: string | null, named: readonly Named[]): Promise<Model> {
    const text = planOf(...named.map((_, i) => `做好第${i + 1}件事。（牵头单位：${nameIn({ unit }, 'known')[0]}）`));
    const drafter = unit === null ? 'officer' : `${unit}.contact`;
    const id = await office.draft(text, drafter);
    const rows = await office.query<{ id: string }>(`select id from task where plan_id = $1 order by position`, [id]);
    expect(rows).toHaveLength(named.length);
    const tasks = rows.map((row): Task => ({ ...row, named: 'known', state: 'draft', isRemoved: false }));
    const model = new Model({ id, unit, state: 'draft', tasks, carried: 0 }, taken);
    await agree(model, 'drafted');
    for (const [i, task] of tasks.entries()) if (named[i] !== 'known') await edit(model, drafter, task, named[i]!);
    return model;
  }

  async function edit(model: Model, who: string, task: Task, named: Named | null): Promise<void> {
    const { plan } = model;
    const where = { planId: plan.id, taskId: task.id };
    await ask(model, `${who} makes of a task ${named ?? 'nothing'}`, model.edit(who, task, named), () =>
      office.as(who, (tx, actor, at) =>
        named === null
          ? office.drafts.removeTask(tx, actor, at, where)
          : office.drafts.editTask(tx, actor, at, where, { lead: nameIn(plan, named), responsible: [] }),
      ),
    );
  }

  async function issue(model: Model, who: string, year: number, issuedOn: string): Promise<void> {
    const { length: tasks } = model.left;
    const made = await ask(model, `${who} issues`, model.issue(who, year, issuedOn), () =>
      office.issue(model.plan.id, { year, issuedOn }, who),
    );
    if (made) expect(made).toMatchObject({ tasks, assignments: tasks, leads: tasks });
  }

  async function close(model: Model, who: string, decided: readonly Decided[], isStale: boolean): Promise<void> {
    const { id, state, unit } = model.plan;
    const decisions = model.open.flatMap(({ id: taskId }, i): TaskDecision[] => {
      const base = { taskId, reason: '年终结转' };
      if (decided[i] === 'carry_over')
        return [{ ...base, decision: 'carry_over', toPlanId: unit === null ? nextId : nextOfUnit }];
      return decided[i] === 'give_up' ? [{ ...base, decision: 'give_up', unimplementedReason: 'funds_withdrawn' }] : [];
    });
    const service = office.get(PlanCloseService);
    const seen =
      state === 'issued'
        ? (await office.as(unit === null ? 'office' : `${unit}.head`, (tx, actor) => service.preview(tx, actor, id)))
            .digest
        : '';
    const closed = await ask(model, `${who} closes`, model.close(who, decided, isStale), () =>
      office.as(who, (tx, actor, at) => service.close(tx, actor, at, id, isStale ? 'of yesterday' : seen, decisions)),
    );
    if (closed) expect(closed.givenUp.length).toBe(decisions.filter((it) => it.decision === 'give_up').length);
  }

  async function ask<T>(
    model: Model,
    said: string,
    expected: string | null,
    work: () => Promise<T>,
  ): Promise<T | null> {
    const before = await history();
    const outcome = await work().catch((error: unknown) => error);
    if (outcome instanceof Error && !(outcome instanceof DomainError)) throw outcome;
    const code = outcome instanceof DomainError ? outcome.code : null;
    const about = `${said} (${model.plan.unit ?? 'government'})`;
    expect({ about, code }).toEqual({ about, code: expected });
    if (code === null) done++;
    else {
      refused++;
      expect(await history()).toBe(before);
    }
    await agree(model, about);
    return code === null ? (outcome as T) : null;
  }

  const history = async (): Promise<number> =>
    (await office.query<{ n: number }>(`select count(*)::int as n from history_event`))[0]!.n;

  async function agree({ plan, left }: Model, said: string): Promise<void> {
    const [row] = await office.query(
      `select p.state, (select h.after->>'state' from history_event h where h.entity_id = p.id order by h.seq desc limit 1)
           as kept,
         array(select h.type from history_event h where h.entity_id = p.id and h.type in ('plan.issued', 'plan.closed')
           order by h.seq) as told,
         (select count(*)::int from history_event h join task t on t.id = h.entity_id
           where t.plan_id = p.id and h.type = 'task.carried_over') as carried
       from plan p where p.id = $1`,
      [plan.id],
    );
    const tasks = await office.query(
      `select t.id, t.state, (select array_agg(a.state) from assignment a where a.task_id = t.id) as parts,
         (select count(*)::int from obligation o where o.task_id = t.id and o.state = 'open') > 0 as "isOwed"
       from task t where t.plan_id = $1 order by t.position`,
      [plan.id],
    );
    expect({ said, row, tasks }).toEqual({
      said,
      row: {
        state: plan.state,
        kept: plan.state,
        told: ['plan.issued', 'plan.closed'].slice(0, ['draft', 'issued', 'closed'].indexOf(plan.state)),
        carried: plan.carried,
      },
      tasks: left.map(({ id, state }) => ({
        id,
        state: state === 'draft' ? null : state,
        parts: state === 'draft' ? null : [state],
        isOwed: state === 'assigned',
      })),
    });
  }
});
