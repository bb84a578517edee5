import { NameSettler, UnitDirectory } from '@duban/directory';
import { planOf } from '../../supervision/test/city';
import { type Office, useOffice } from '../../supervision/test/office';
import { Owner } from '../../supervision/test/owner';
import { refuses } from '../../supervision/test/refuses';
import { Reorganising } from '../test/reorganising';
import { Revising } from '../test/revisions';

const COMPLETION = { text: '已完成', evidence: [{ title: '验收单' }] };

describe('A reorganisation of units', () => {
  const t = useOffice();
  let office: Office;
  let reorganising: Reorganising;
  beforeAll(() => {
    office = t.office;
    reorganising = new Reorganising(office);
  });

  const units = (count: number, more?: object) => reorganising.units(count, more);
  const lines = async (sql: string, parameters: unknown[] = []): Promise<string[]> =>
    (await office.query<{ line: string }>(sql, parameters)).map(({ line }) => line);
  const unitOf = async (code: string) => {
    const [unit] = await office.query<{ id: string; name: string; toOn: string | null; parent: string | null }>(
      `select u.id, u.name, u.to_on::text as "toOn", p.code as parent from unit u left join unit p on p.id = u.parent_id
       where u.code = $1`,
      [code],
    );
    return unit!;
  };
  const openOf = (code: string): Promise<string[]> =>
    lines(
      `select concat_ws(' ', o.kind, o.subject, o.due_on) as line from obligation o join unit u on u.id = o.unit_id
       where u.code = $1 and o.state = 'open' order by o.due_on, o.kind, o.subject`,
      [code],
    );
  const reads = async (name: string): Promise<string> => {
    const [{ id }] = (await office.query<{ id: string }>(`select id from jurisdiction`)) as [{ id: string }];
    const readings = await office.transactor.run((tx) => office.get(UnitDirectory).readNames(tx, id, [name]));
    const reading = readings.get(name)!;
    const ids = 'unitIds' in reading ? reading.unitIds : reading.candidates;
    const codes = await lines(`select code as line from unit where id = any($1::uuid[]) order by code`, [ids]);
    return `${'unitIds' in reading ? 'means' : reading.reason} ${codes.join(' ')}`.trim();
  };
  const signFor = (code: string, id: string): Promise<unknown> => office.move(`${code}.contact`, id, 'sign_for');
  const taskId = async (planId: string, number: string): Promise<string> =>
    (await lines(`select id as line from task where plan_id = $1 and number = $2`, [planId, number]))[0]!;

  describe('merges (合并)', () => {
    it('two units into a third: units, posts, accounts, open work and what is owed', async () => {
      const [a, b] = await units(2);
      const c = reorganising.fresh();
      const planId = await office.begin(
        planOf(
          `建成一座桥。（牵头单位：${a.name}；责任单位：${b.name}）`,
          `整修一条路。（牵头单位：市水务局；责任单位：${b.name}）`,
        ),
      );
      const own = await office.assignment(planId, '1', a.code);
      await signFor(a.code, own);
      const owed = await openOf(a.code);
      const proposed = await reorganising.propose({
        units: [a.code, b.code],
        successors: [c],
        reason: '机构改革方案',
        documentNumber: '溪政发〔2023〕5号',
      });
      expect(await reorganising.parts(planId)).toEqual([
        `1 ${a.code} lead in_progress`,
        `1 ${b.code} responsible assigned`,
        `2 ${b.code} responsible assigned`,
        '2 S04 lead assigned',
      ]);
      expect(proposed.preview).toMatchObject({
        units: {
          created: [
            { ...c, officialName: c.name, kind: 'department', accounts: [`${c.code}.head`, `${c.code}.contact`] },
          ],
          ended: [
            { code: a.code, successors: [c.code] },
            { code: b.code, successors: [c.code] },
          ],
          relations: [
            { from: a.code, to: c.code, kind: 'merge' },
            { from: b.code, to: c.code, kind: 'merge' },
          ],
        },
        counts: { moves: 2, merged: 1, added: 0, cancelled: 0, obligations: owed.length + 2, notices: 0 },
      });
      expect(proposed.preview!.units.terms.map(({ username }) => username)).toEqual(
        [a, b].flatMap(({ code }) => [`${code}.contact`, `${code}.head`]),
      );

      const done = await reorganising.confirm(proposed);
      expect(done).toMatchObject({ state: 'carried_out', version: 3, problem: null });
      expect(await reorganising.parts(planId)).toEqual([
        `1 ${c.code} lead in_progress`,
        `1 ${b.code} responsible cancelled`,
        `2 ${c.code} responsible assigned`,
        '2 S04 lead assigned',
      ]);
      expect(await openOf(a.code)).toEqual([]);
      expect(await openOf(b.code)).toEqual([]);
      expect(await openOf(c.code)).toEqual([...owed, 'sign_for 2023-01-16', 'completion 2023-12-31'].sort(byDay));
      expect(await unitOf(a.code)).toMatchObject({ toOn: '2023-01-12' });
      await expect(office.actor(`${a.code}.head`)).rejects.toThrow('holds a post');
      // Whoever is new acts on what was taken over.
      const [obligation] = await office.query<{ id: string }>(
        `select id from obligation where assignment_id = $1 and kind = 'action_plan'`,
        [own],
      );
      await office.submit(`${c.code}.contact`, own, { obligationId: obligation!.id, text: '方案' });
      const moved = await office.query<{ before: object; after: object; reason: string }>(
        `select before, after, reason from history_event where entity_id = $1 and type = 'assignment.moved'`,
        [own],
      );
      expect(moved).toMatchObject([
        {
          before: { unitName: a.name, state: 'in_progress', reorganisationId: null },
          after: { unitName: c.name, state: 'in_progress', reorganisationId: done.id },
          reason: '机构改革方案（溪政发〔2023〕5号）',
        },
      ]);
      expect(
        await lines(
          `select type || ' ' || (after->>'unitName') || ' ' || reason as line from history_event
           where type = 'assignment.cancelled' and after->>'unitName' = $1`,
          [b.name],
        ),
      ).toEqual([`assignment.cancelled ${b.name} merged: 机构改革方案（溪政发〔2023〕5号）`]);
      expect(await reads(a.name)).toBe(`means ${c.code}`);
      expect(await reads(b.name)).toBe(`means ${c.code}`);
    });

    it('several into one of them; of equal parts the less advanced goes on, and nothing is claimed to be done (pneumatic 257)', async () => {
      const [a, b, lead] = await units(3);
      const planId = await office.begin(
        planOf(`办成一件事。（牵头单位：${lead.name}；责任单位：${a.name}、${b.name}）`),
      );
      const reported = await office.assignment(planId, '1', b.code);
      await signFor(b.code, reported);
      await office.move(`${b.code}.contact`, reported, 'report', COMPLETION);
      await reorganising.do({ units: [a.code, b.code], successors: [{ code: b.code }] });
      expect(await reorganising.parts(planId)).toEqual([
        `1 ${b.code} responsible assigned`,
        `1 ${b.code} responsible cancelled`,
        `1 ${lead.code} lead assigned`,
      ]);
      expect(await unitOf(b.code)).toMatchObject({ toOn: null });
      // What was reported stays in the record, with the part that has ended.
      expect(await lines(`select kind as line from report where assignment_id = $1`, [reported])).toEqual([
        'completion',
      ]);
      await signFor(b.code, (await openPart(planId, b.code)).id);
    });

    it('one unit into a new one, which takes its name at once, and its code never (atd-data-tech 13271)', async () => {
      const [a] = await units(1);
      const { code } = reorganising.fresh();
      await refuses(office, 'REORGANISATION.INTO_ITSELF', () =>
        reorganising.propose({ units: [a.code], successors: [{ code: a.code, name: '市丑局' }] }),
      );
      await reorganising.do({ units: [a.code], successors: [{ code, name: a.name }] });
      expect(await reads(a.name)).toBe(`means ${code}`);
      expect((await unitOf(a.code)).name).toBe(a.name);
      await refuses(office, 'UNIT.CODE_TAKEN', () =>
        reorganising.propose({ units: ['S04'], successors: [{ code: a.code, name: '市寅局' }] }),
      );
    });

    it('puts the successor in the listed groups of those that end, and their children under it', async () => {
      const [a, b] = await units(2, { groups: ['zones'] });
      const [child] = await units(1);
      await office.query(`update unit set parent_id = (select id from unit where code = $1) where code = $2`, [
        a.code,
        child.code,
      ]);
      await office.query(
        `insert into unit_group (id, jurisdiction_id, code, name, rule)
         select gen_random_uuid(), jurisdiction_id, 'below', '各下属单位', jsonb_build_object('kinds', '[]'::jsonb, 'under', code, 'except', '[]'::jsonb)
         from unit where code = $1`,
        [a.code],
      );
      const c = reorganising.fresh();
      const done = await reorganising.do({ units: [a.code, b.code], successors: [c] });
      expect(await lines(`select rule->>'under' as line from unit_group where code = 'below'`)).toEqual([c.code]);
      expect(done.preview!.units).toMatchObject({
        rules: [{ code: 'below', from: a.code, to: c.code }],
        placed: [{ code: child.code, from: a.code, to: c.code }],
        groups: [
          { code: 'zones', out: a.code, in: [c.code] },
          { code: 'zones', out: b.code, in: [] },
        ],
      });
      expect(await unitOf(child.code)).toMatchObject({ parent: c.code });
      expect(
        await lines(
          `select u.code as line from unit_group_member m join unit u on u.id = m.unit_id
             join unit_group g on g.id = m.group_id where g.code = 'zones'`,
        ),
      ).toEqual([c.code]);
    });
  });

  const openPart = async (planId: string, code: string): Promise<{ id: string }> => {
    const [part] = await office.query<{ id: string }>(
      `select a.id from assignment a join task t on t.id = a.task_id join unit u on u.id = a.unit_id
       where t.plan_id = $1 and u.code = $2 and a.state not in ('verified', 'cancelled')`,
      [planId, code],
    );
    return part!;
  };

  describe('splits (拆分)', () => {
    it('a unit that ends: matter by matter, one to each, and what is left to the default', async () => {
      const [a] = await units(1);
      const [b, c] = [reorganising.fresh(), reorganising.fresh()];
      const item = (n: string): string => `做好第${n}件事。（牵头单位：${a.name}）`;
      const planId = await office.begin(planOf(item('一'), item('二'), item('三')));
      const owed = await openOf(a.code);
      await reorganising.do({
        kind: 'split',
        units: [a.code],
        successors: [b, c],
        moves: [
          { taskIds: [await taskId(planId, '1')], to: [c.code] },
          { taskIds: [await taskId(planId, '2')], to: [b.code, c.code] },
        ],
        default: b.code,
      });
      expect(await reorganising.parts(planId)).toEqual([
        `1 ${c.code} lead assigned`,
        `2 ${b.code} lead assigned`,
        `2 ${c.code} lead assigned`,
        `3 ${b.code} lead assigned`,
      ]);
      // Three parts of seven obligations each, of which six have no date of the past; one part more is made like at issue.
      expect((await openOf(b.code)).length + (await openOf(c.code)).length).toBe((owed.length / 3) * 4);
      const made = await lines(
        `select v.base->>'reorganisationId' is not null as line from deadline_version v
           join obligation o on o.id = v.obligation_id join unit u on u.id = o.unit_id
           join assignment x on x.id = o.assignment_id join task t on t.id = x.task_id
         where u.code = $1 and t.number = '2' and t.plan_id = $2`,
        [c.code, planId],
      );
      expect(new Set(made)).toEqual(new Set([true]));
      expect(await reads(a.name)).toBe(`ambiguous ${[b.code, c.code].sort().join(' ')}`);
    });

    it('a unit that goes on keeps what no rule names, and how the two are related is recorded (alaveteli 4714)', async () => {
      const [a] = await units(1);
      const b = reorganising.fresh();
      const planId = await office.begin(
        planOf(`做好甲事。（牵头单位：${a.name}）`, `做好乙事。（牵头单位：${a.name}）`),
      );
      await reorganising.do({
        kind: 'split',
        units: [a.code],
        successors: [b],
        continues: true,
        moves: [{ assignmentIds: [await office.assignment(planId, '2', a.code)], to: [b.code] }],
      });
      expect(await reorganising.parts(planId)).toEqual([`1 ${a.code} lead assigned`, `2 ${b.code} lead assigned`]);
      expect(await unitOf(a.code)).toMatchObject({ toOn: null });
      expect(await reads(a.name)).toBe(`means ${a.code}`);
      expect(
        await lines(
          `select f.code || ' ' || u.code || ' ' || r.kind as line from unit_relation r join unit f on f.id = r.from_unit_id
             join unit u on u.id = r.to_unit_id where f.code = $1`,
          [a.code],
        ),
      ).toEqual([`${a.code} ${b.code} split`]);
    });
  });

  describe('abolishes (撤销)', () => {
    it('a unit, its open work to the successor, what it has done to nobody', async () => {
      const [a, b] = await units(2);
      const planId = await office.begin(
        planOf(`做好甲事。（牵头单位：${a.name}）`, `做好乙事。（牵头单位：${a.name}）`),
      );
      const verified = await office.assignment(planId, '1', a.code);
      await signFor(a.code, verified);
      await office.move(`${a.code}.contact`, verified, 'report', COMPLETION);
      await office.move('office', verified, 'verify');
      await reorganising.do({ kind: 'abolish', units: [a.code], successors: [{ code: b.code }] });
      expect(await reorganising.parts(planId)).toEqual([`1 ${a.code} lead verified`, `2 ${b.code} lead assigned`]);
    });

    it('a unit with open work that nobody takes over: cancelled for a reason, or not at all', async () => {
      const [a] = await units(1);
      const planId = await office.begin(
        planOf(`做好甲事。（牵头单位：${a.name}）`, `做好乙事。（牵头单位：${a.name}）`),
      );
      const abolish = { kind: 'abolish' as const, units: [a.code] };
      const refused = await refuses(office, 'REORGANISATION.WORK_WITHOUT_RULE', () => reorganising.propose(abolish));
      expect(refused.details).toMatchObject({ open: 2 });
      await refuses(office, 'REORGANISATION.REASON_REQUIRED', () =>
        reorganising.propose({ ...abolish, cancelOpen: true }),
      );
      await reorganising.do({ ...abolish, cancelOpen: true, reason: '职能取消' });
      expect(await reorganising.parts(planId)).toEqual([`1 ${a.code} lead cancelled`, `2 ${a.code} lead cancelled`]);
      expect(await openOf(a.code)).toEqual([]);
      expect(
        await lines(
          `select distinct reason as line from history_event where type = 'assignment.cancelled' and plan_id = $1`,
          [planId],
        ),
      ).toEqual(['unit_abolished: 职能取消']);
      // Nobody is left to whom it could be said, so nothing waits for ever.
      expect(
        await lines(
          `select n.kind as line from notification n join post p on p.id = n.post_id join unit u on u.id = p.unit_id
           where u.code = $1 and n.composed_at is null`,
          [a.code],
        ),
      ).toEqual([]);
      expect(await reads(a.name)).toBe('unknown');
    });
  });

  it('renames (更名): from its day on it is called so, before it was called otherwise', async () => {
    const [a] = await units(1);
    const planId = await office.begin(planOf(`做好甲事。（牵头单位：${a.name}）`));
    const { name } = reorganising.fresh();
    const done = await reorganising.do({ kind: 'rename', units: [a.code], name });
    expect(done.preview!.units.renamed).toEqual([
      { code: a.code, from: { name: a.name, officialName: a.name }, to: { name, officialName: name } },
    ]);
    expect(
      await lines(
        `select concat_ws(' ', n.name, n.from_on, n.to_on) as line from unit_name n join unit u on u.id = n.unit_id
         where u.code = $1 order by n.from_on`,
        [a.code],
      ),
    ).toEqual([`${a.name} 2023-01-01 2023-01-12`, `${name} 2023-01-12`]);
    expect(await reorganising.parts(planId)).toEqual([`1 ${a.code} lead assigned`]);
    expect(
      await lines(
        `select after->>'unitName' as line from history_event where type = 'assignment.assigned' and plan_id = $1`,
        [planId],
      ),
    ).toEqual([a.name]);
  });

  describe('transfers matters (职责划转)', () => {
    it('between units that go on; a revision of the document does not give them back', async () => {
      const [a, b] = await units(2);
      const words = (month: number): string => `做好甲事，${month}月底前完成。（牵头单位：${a.name}）`;
      const rest = `做好乙事。（牵头单位：${a.name}）`;
      const planId = await office.begin(planOf(words(6), rest));
      await reorganising.do({
        kind: 'transfer',
        units: [a.code],
        successors: [{ code: b.code }],
        moves: [{ taskIds: [await taskId(planId, '1')], to: [b.code] }],
      });
      expect(await reorganising.parts(planId)).toEqual([`1 ${b.code} lead assigned`, `2 ${a.code} lead assigned`]);
      const revision = await Revising.of(office, planId, planOf(words(10), rest));
      await revision.take('changed', '甲事');
      expect(await reorganising.parts(planId)).toEqual([`1 ${b.code} lead assigned`, `2 ${a.code} lead assigned`]);
      expect(await openOf(b.code)).toContain('completion 2023-10-31');
    });
  });

  it('a unit may have an open part beside one in the same task that has ended', async () => {
    const [a, b] = await units(2);
    const planId = await office.begin(planOf(`做好甲事。（牵头单位：${a.name}；责任单位：${b.name}）`));
    await office.move('office', await office.assignment(planId, '1', b.code), 'cancel', {
      cancelReason: 'duplicate',
      reason: '重复',
    });
    await reorganising.do({ units: [a.code, b.code], successors: [{ code: b.code }] });
    expect(await reorganising.parts(planId)).toEqual([
      `1 ${b.code} lead assigned`,
      `1 ${b.code} responsible cancelled`,
    ]);
    // A revision finds the open one, and leaves the other as it is.
    const revision = await Revising.of(
      office,
      planId,
      planOf(`做好甲事，9月底前完成。（牵头单位：${a.name}；责任单位：${b.name}）`),
    );
    await revision.take('changed', '甲事');
    expect(await reorganising.parts(planId)).toEqual([
      `1 ${b.code} lead assigned`,
      `1 ${b.code} responsible cancelled`,
    ]);
  });

  describe('of the record (righttoknow 834, zammad 4660): what was, stays as it was', () => {
    it('no event of before is touched, and each change is an event', async () => {
      const [a, b] = await units(2);
      await office.begin(planOf(`做好甲事。（牵头单位：${a.name}；责任单位：${b.name}）`));
      const events = (): Promise<{ seq: string; line: string }[]> =>
        office.query(`select seq::text, md5(h::text) as line from history_event h order by h.seq`);
      const before = await events();
      await reorganising.do({ units: [a.code, b.code], successors: [reorganising.fresh()] });
      const after = await events();
      expect(after.slice(0, before.length)).toEqual(before);
      expect(after.length).toBeGreaterThan(before.length);
      const relations = `update unit_relation set kind = 'split'`;
      await expect(office.query(relations)).rejects.toThrow('permission denied');
    });

    it('is dated back with a reason: terms and names from then, work from now', async () => {
      const [a] = await units(1);
      const c = reorganising.fresh();
      const planId = await office.begin(planOf(`做好甲事。（牵头单位：${a.name}）`));
      const input = { units: [a.code], successors: [c], effectiveOn: '2023-01-09' };
      await refuses(office, 'REORGANISATION.REASON_REQUIRED', () => reorganising.propose(input));
      await reorganising.do({ ...input, reason: '文件晚到' });
      expect(await unitOf(a.code)).toMatchObject({ toOn: '2023-01-09' });
      expect(
        await lines(
          `select distinct concat_ws(' ', h.from_on, h.to_on) as line from post_holding h join post p on p.id = h.post_id
             join unit u on u.id = p.unit_id where u.code in ($1, $2) order by 1`,
          [a.code, c.code],
        ),
      ).toEqual(['2023-01-01 2023-01-09', '2023-01-09']);
      expect(await reorganising.parts(planId)).toEqual([`1 ${c.code} lead assigned`]);
    });
  });

  it('who is renamed, merged or split is one unit under a present name, not two (open-budget 260, whitehall 6298)', async () => {
    const [a, b] = await units(2);
    const c = reorganising.fresh();
    await reorganising.do({ units: [a.code, b.code], successors: [c] });
    // Nothing ends on its first day.
    office.sleepTo('2023-01-13T09:00:00+08:00');
    const d = reorganising.fresh();
    await reorganising.do({ units: [c.code], successors: [d] });
    for (const { name } of [a, b, c, d]) expect(await reads(name)).toBe(`means ${d.code}`);
    const planId = await office.begin(planOf(`做好甲事。（牵头单位：${a.name}；责任单位：${c.name}）`));
    expect(await reorganising.parts(planId)).toEqual([`1 ${d.code} lead assigned`]);
  });

  it('what a person has said that a name means is what became of that unit; of several nobody knows', async () => {
    const [a, b, c] = await units(3);
    const planId = await office.draft(planOf('做好甲事。（牵头单位：市水务局）'));
    const [{ id: jurisdictionId }] = (await office.query<{ id: string }>(`select id from jurisdiction`)) as [
      { id: string },
    ];
    const settle = async (name: string, codes: string[]): Promise<void> => {
      const unitIds = await lines(`select id as line from unit where code = any($1)`, [codes]);
      await office.as('office', (tx, actor, at) =>
        office.get(NameSettler).settle(tx, actor, at, jurisdictionId, name, { unitIds }, planId),
      );
    };
    await settle('甲字号专班', [a.code]);
    await settle('乙字号专班', [a.code, c.code]);
    await reorganising.do({ units: [a.code], successors: [{ code: b.code }] });
    expect(await reads('甲字号专班')).toBe(`means ${b.code}`);
    expect(await reads('乙字号专班')).toBe(`means ${[b.code, c.code].sort().join(' ')}`);
    const [d, e] = [reorganising.fresh(), reorganising.fresh()];
    await reorganising.do({ kind: 'split', units: [b.code], successors: [d, e], default: d.code });
    expect(await reads('甲字号专班')).toBe(`ambiguous ${[d.code, e.code].sort().join(' ')}`);
    expect(await reads('乙字号专班')).toBe('unknown');
  });

  it('gives an old name to a present unit before any that was called so', async () => {
    const [a] = await units(1);
    const c = reorganising.fresh();
    await reorganising.do({ units: [a.code], successors: [c] });
    const d = reorganising.fresh();
    const [e] = await units(1);
    await reorganising.do({ kind: 'split', units: [e.code], successors: [{ ...d, name: a.name }], continues: true });
    expect(await reads(a.name)).toBe(`means ${d.code}`);
  });

  describe('of messages: posts, not persons', () => {
    it('what waits to be said goes to the same post of the successor, and what comes after goes there by itself', async () => {
      const [a, b] = await units(2);
      const planId = await office.begin(planOf(`做好甲事。（牵头单位：${a.name}）`));
      await office.passTo('2023-01-16T09:30:00+08:00');
      const waiting = (): Promise<string[]> =>
        lines(
          `select concat_ws(' ', u.code, p.kind, n.kind, n.parameters->>'followUpKind') as line from notification n
             join post p on p.id = n.post_id join unit u on u.id = p.unit_id
           where u.code in ($1, $2) and n.composed_at is null order by 1`,
          [a.code, b.code],
        );
      expect(await waiting()).toEqual([`${a.code} contact follow_up reminder`, `${a.code} contact task_issued`]);
      await reorganising.do({ kind: 'abolish', units: [a.code], successors: [{ code: b.code }] });
      expect(await waiting()).toEqual([
        `${b.code} contact follow_up reminder`,
        `${b.code} contact task_issued`,
        `${b.code} contact work_taken_over`,
        `${b.code} head work_taken_over`,
      ]);
      await office.passTo('2023-01-19T09:30:00+08:00');
      const after = await lines(
        `select concat_ws(' ', u.code, p.kind, f.rung) as line from follow_up f join post p on p.id = f.recipient_post_id
           join unit u on u.id = p.unit_id join obligation o on o.id = f.obligation_id join task t on t.id = o.task_id
         where t.plan_id = $1 order by f.fired_at, 1`,
        [planId],
      );
      expect(after).toEqual([
        `${a.code} contact remind`,
        `${b.code} contact urge`,
        `${b.code} head urge`,
        `${b.code} contact blue`,
        `${b.code} head blue`,
      ]);
    });

    it('of what is cancelled nothing more is said, though another unit takes over the rest', async () => {
      const [a, b] = await units(2);
      const planId = await office.begin(
        planOf(`做好甲事。（牵头单位：${a.name}）`, `做好乙事。（牵头单位：${a.name}）`),
        { issuedOn: reorganising.today },
      );
      const tell = `insert into notification (id, jurisdiction_id, post_id, kind, task_id, parameters, wanted_at, send_from)
        select gen_random_uuid(), t.jurisdiction_id, p.id, 'verified', t.id, '{}', now(), now() from task t, post p
          join unit u on u.id = p.unit_id where t.plan_id = $1 and u.code = $2 and p.kind = 'head'`;
      await office.query(tell, [planId, a.code]);
      await reorganising.do({
        kind: 'abolish',
        units: [a.code],
        successors: [{ code: b.code }],
        moves: [{ taskIds: [await taskId(planId, '1')], to: [b.code] }],
        cancelOpen: true,
        reason: '职能取消',
      });
      expect(
        await lines(
          `select concat_ws(' ', u.code, p.kind, t.number, n.composed_at is null) as line from notification n
             join post p on p.id = n.post_id join unit u on u.id = p.unit_id join task t on t.id = n.task_id
           where t.plan_id = $1 and n.kind = 'verified' order by t.number`,
          [planId],
        ),
      ).toEqual([`${b.code} head 1 t`, `${a.code} head 2 f`]);
    });

    it('a notice that stands is answered by the successor, and by nobody else', async () => {
      const [a, b] = await units(2);
      const planId = await office.begin(planOf(`做好甲事。（牵头单位：${a.name}）`), { issuedOn: '2023-01-12' });
      await office.query(
        `update obligation set next_rung = 'blue', next_rung_at = $2 where kind = 'sign_for'
           and task_id in (select id from task where plan_id = $1)`,
        [planId, office.clock.now()],
      );
      await office.sweeps.run(office.clock.now());
      const [notice] = await office.query<{ id: string }>(
        `select n.id from supervision_notice n join obligation o on o.id = n.obligation_id join task t on t.id = o.task_id
         where t.plan_id = $1`,
        [planId],
      );
      const oldHead = await office.actor(`${a.code}.head`);
      const done = await reorganising.do({ units: [a.code], successors: [{ code: b.code }] });
      expect(done.preview!.counts).toMatchObject({ notices: 1 });
      const answer = { event: 'answer', answer: '马上办理' };
      await refuses(office, 'NOTICE.NOT_YOURS', () =>
        office.transactor.run((tx) => office.notices.transition(tx, oldHead, office.clock.now(), notice!.id, answer)),
      );
      const answered = await office.as(`${b.code}.head`, (tx, actor, at) =>
        office.notices.transition(tx, actor, at, notice!.id, answer),
      );
      expect(answered).toMatchObject({ state: 'answered' });
    });
  });

  it('who reported before does not verify after, nor does the unit that was made of theirs', async () => {
    const [a, b, lead] = await units(3);
    const planId = await office.begin(
      planOf(`做好甲事。（牵头单位：${lead.name}；责任单位：${a.name}）`, `做好乙事。（牵头单位：${a.name}）`),
    );
    const part = await office.assignment(planId, '1', a.code);
    await signFor(a.code, part);
    await office.move(`${a.code}.contact`, part, 'report', COMPLETION);
    // The reported part goes to one unit, while the lead comes to be made of the one that reported.
    await reorganising.do({
      kind: 'split',
      units: [a.code],
      successors: [{ code: b.code }, { code: lead.code }],
      moves: [{ assignmentIds: [part], to: [b.code] }],
      default: lead.code,
    });
    expect(await reorganising.parts(planId)).toEqual([
      `1 ${b.code} responsible reported`,
      `1 ${lead.code} lead assigned`,
      `2 ${lead.code} lead assigned`,
    ]);
    await refuses(office, 'ASSIGNMENT.OWN_REPORT', () => office.move(`${lead.code}.head`, part, 'verify'));
    await office.move(`${b.code}.contact`, part, 'withdraw');
    expect(await openOf(b.code)).toEqual(['completion 2023-12-31']);
  });

  describe('is refused, and nothing is changed', () => {
    type Input = Parameters<Reorganising['propose']>[0];
    type Place = { field?: string };
    const CASES: [name: string, code: string, input: (codes: string[]) => Promise<Input> | Input, place?: Place][] = [
      ['a unit into itself', 'REORGANISATION.INTO_ITSELF', ([a]) => ({ units: [a!], successors: [{ code: a! }] })],
      [
        'a unit that is split into itself',
        'REORGANISATION.INTO_ITSELF',
        ([a, b]) => ({ kind: 'split', units: [a!], successors: [{ code: b! }, { code: a! }] }),
        { field: 'successors[1].code' },
      ],
      [
        'a unit named twice',
        'REORGANISATION.UNIT_TWICE',
        ([a, b]) => ({ units: [a!, a!], successors: [{ code: b! }] }),
        { field: 'units[1]' },
      ],
      ['a unit that nobody knows', 'UNIT.UNKNOWN', ([a]) => ({ units: [a!, 'NONE'], successors: [{ code: a! }] })],
      [
        'a successor that nobody knows',
        'UNIT.UNKNOWN',
        ([a]) => ({ units: [a!], successors: [{ code: 'NONE' }] }),
        { field: 'successors[0].code' },
      ],
      [
        'a code that is taken',
        'UNIT.CODE_TAKEN',
        ([a]) => ({ units: [a!], successors: [{ code: 'S01', name: '市卯局' }] }),
      ],
      [
        'a name that is taken',
        'UNIT.NAME_TAKEN',
        ([a]) => ({ units: [a!], successors: [{ ...reorganising.fresh(), name: '溪城市教育局' }] }),
        { field: 'successors[0].name' },
      ],
      ['a name of a group', 'UNIT.NAME_TAKEN', ([a]) => ({ kind: 'rename', units: [a!], name: '各区人民政府' })],
      [
        'the name that it has',
        'REORGANISATION.INTO_ITSELF',
        () => ({ kind: 'rename', units: ['S01'], name: '市发改委' }),
      ],
      ['a rename without a name', 'REORGANISATION.NOT_OF_KIND', ([a]) => ({ kind: 'rename', units: [a!] })],
      [
        'two successors of a merger',
        'REORGANISATION.NOT_OF_KIND',
        ([a, b]) => ({ units: [a!], successors: [{ code: b! }, { code: 'S01' }] }),
        { field: 'successors' },
      ],
      [
        'a unit that an abolition would make',
        'REORGANISATION.NOT_OF_KIND',
        ([a]) => ({ kind: 'abolish', units: [a!], successors: [reorganising.fresh()] }),
      ],
      [
        'a transfer of nothing',
        'REORGANISATION.NOT_OF_KIND',
        ([a, b]) => ({ kind: 'transfer', units: [a!], successors: [{ code: b! }] }),
        { field: 'moves' },
      ],
      [
        'work to somebody who takes nothing over',
        'REORGANISATION.NOT_A_SUCCESSOR',
        ([a, b]) => ({ kind: 'abolish', units: [a!], successors: [{ code: b! }], default: 'S01' }),
        { field: 'default' },
      ],
      [
        'a move of a task in which the unit has no open part',
        'REORGANISATION.NO_OPEN_PART',
        async ([a, b]) => ({
          kind: 'transfer',
          units: [a!],
          successors: [{ code: b! }],
          moves: [
            { taskIds: [await taskId(await office.begin(planOf('做好甲事。（牵头单位：市水务局）')), '1')], to: [b!] },
          ],
        }),
        { field: 'moves[0].taskIds[0]' },
      ],
      [
        'a day before the unit was there',
        'REORGANISATION.BEFORE_UNIT',
        ([a, b]) => ({ units: [a!], successors: [{ code: b! }], effectiveOn: '2022-12-31', reason: '补记' }),
        { field: 'effectiveOn' },
      ],
      [
        'its own first day',
        'REORGANISATION.BEFORE_UNIT',
        ([a, b]) => ({ units: [a!], successors: [{ code: b! }], effectiveOn: '2023-01-01', reason: '补记' }),
      ],
      [
        'a username that is taken',
        'PERSON.USERNAME_TAKEN',
        async ([a]) => {
          const { code, name } = reorganising.fresh();
          await office.query(
            `insert into person (id, username, display_name, created_at) values (gen_random_uuid(), $1, '甲', now())`,
            [`${code}.head`],
          );
          return { units: [a!], successors: [{ code, name }] };
        },
      ],
    ];
    it.each(CASES)('%s', async (_, code, inputOf, place = {}) => {
      const codes = (await units(2)).map((unit) => unit.code);
      const input = await inputOf(codes);
      const error = await refuses(office, code, () => reorganising.propose(input));
      expect(error.details).toMatchObject(place);
    });

    it('a unit that is gone, and one of another jurisdiction', async () => {
      const [a, b, c] = (await units(3)).map(({ code }) => code) as [string, string, string];
      await reorganising.do({ units: [a], successors: [{ code: b }] });
      await refuses(office, 'UNIT.ENDED', () => reorganising.propose({ units: [a], successors: [{ code: c }] }));
      await refuses(office, 'UNIT.ENDED', () => reorganising.propose({ units: [c], successors: [{ code: a }] }));
      await office.query(`insert into jurisdiction (id, name, time_zone, created_at)
        values (gen_random_uuid(), '外县', 'Asia/Shanghai', now()) on conflict do nothing`);
      await office.query(
        `update unit set jurisdiction_id = (select id from jurisdiction where name = '外县') where code = $1`,
        [c],
      );
      await refuses(office, 'REORGANISATION.OTHER_JURISDICTION', () =>
        reorganising.propose({ units: [b], successors: [{ code: c }] }),
      );
      await office.query(`update unit set jurisdiction_id = (select id from jurisdiction where name = '溪城市')`);
      await office.query(`delete from jurisdiction where name = '外县'`);
    });

    it('a successor that stands under the unit that ends, unless it is said where it goes', async () => {
      const [a, b] = (await units(2)).map(({ code }) => code) as [string, string];
      await office.query(`update unit set parent_id = (select id from unit where code = $1) where code = $2`, [a, b]);
      const input = { units: [a], successors: [{ code: b }] };
      await refuses(office, 'REORGANISATION.CYCLE', () => reorganising.propose(input));
      await refuses(office, 'UNIT.ENDED', () => reorganising.propose({ ...input, parents: [{ unit: b, parent: a }] }));
      await reorganising.do({ ...input, parents: [{ unit: b, parent: null }] });
      expect(await unitOf(b)).toMatchObject({ parent: null });
    });

    it.each(['officer', 'security', 'S01.head'])('to %s', async (username) => {
      await refuses(office, 'RIGHTS.NOT_ALLOWED', () =>
        reorganising.propose({ units: ['S01'], successors: [reorganising.fresh()] }, username),
      );
    });
  });

  describe('binds what was seen', () => {
    it('refuses effects that would be others, a version that is old, and a second confirmation', async () => {
      const [a, b] = await units(2);
      const proposed = await reorganising.propose({ units: [a.code], successors: [{ code: b.code }] });
      await office.begin(planOf(`做好甲事。（牵头单位：${a.name}）`));
      const changed = await refuses(office, 'REORGANISATION.PREVIEW_CHANGED', () => reorganising.confirm(proposed));
      const seen = await reorganising.get(proposed.id);
      expect(seen.preview!.digest).toBe(changed.details['digest']);
      expect(seen.preview!.counts).toMatchObject({ moves: 1 });
      await refuses(office, 'REORGANISATION.STALE', () => reorganising.confirm(seen, { expectedVersion: 9 }));
      await reorganising.confirm(seen, { expectedVersion: 1 });
      await refuses(office, 'REORGANISATION.EVENT_NOT_ALLOWED', () => reorganising.confirm(seen));
      await refuses(office, 'REORGANISATION.EVENT_NOT_ALLOWED', () => reorganising.withdraw(seen.id));
    });

    it('work that only goes on is no other effect', async () => {
      const [a, b] = await units(2);
      const planId = await office.begin(planOf(`做好甲事。（牵头单位：${a.name}）`));
      const proposed = await reorganising.propose({ units: [a.code], successors: [{ code: b.code }] });
      await signFor(a.code, await office.assignment(planId, '1', a.code));
      await reorganising.confirm(proposed);
      expect(await reorganising.parts(planId)).toEqual([`1 ${b.code} lead in_progress`]);
    });

    it('refuses one that contradicts another that is bound for the same day', async () => {
      const [a, b] = (await units(2)).map(({ code }) => code) as [string, string];
      const effectiveOn = '2023-02-01';
      const merger = await reorganising.do({ units: [a], successors: [{ code: b }], effectiveOn });
      expect(merger).toMatchObject({ state: 'confirmed', dueAt: new Date('2023-01-31T16:00:00Z') });
      const rename = await reorganising.propose({ kind: 'rename', units: [a], name: '市辰局', effectiveOn });
      const error = await refuses(office, 'REORGANISATION.CONTRADICTS', () => reorganising.confirm(rename));
      expect(error.details).toMatchObject({ reorganisationIds: [merger.id] });
      await reorganising.withdraw(merger.id, { expectedVersion: 2 });
      expect(await reorganising.confirm(rename)).toMatchObject({ state: 'confirmed' });
      await reorganising.withdraw(rename.id);
    });

    it('refuses a second new name for the same day', async () => {
      const [a] = (await units(1)).map(({ code }) => code) as [string];
      const effectiveOn = '2023-02-01';
      const named = (name: string) => reorganising.propose({ kind: 'rename', units: [a], name, effectiveOn });
      const first = await reorganising.confirm(await named('市巳局'));
      const second = await named('市午局');
      const error = await refuses(office, 'REORGANISATION.CONTRADICTS', () => reorganising.confirm(second));
      expect(error.details).toMatchObject({ reorganisationIds: [first.id] });
      await reorganising.withdraw(first.id, { expectedVersion: 2 });
      expect(await reorganising.confirm(second)).toMatchObject({ state: 'confirmed' });
      await reorganising.withdraw(second.id);
    });

    it('a unit that hands work out at that moment is waited for, and none is handed to who is gone', async () => {
      const [a, b] = await units(2);
      const planId = await office.draft(planOf(`做好甲事。（牵头单位：${a.name}）`));
      const proposed = await reorganising.propose({ units: [a.code], successors: [{ code: b.code }] });
      const owner = await Owner.connect(t.database);
      // The reorganisation waits for this row when it holds all its units.
      await owner.holdRows(`select from post where unit_id = (select id from unit where code = $1) for update`, [
        a.code,
      ]);
      await owner.run(`lock table unit_relation in access exclusive mode`);
      const merging = reorganising.confirm(proposed);
      await owner.waiting(1);
      const issuing = office.issue(planId);
      await owner.waiting(2);
      await owner.release();
      await owner.end();
      await merging;
      await expect(issuing).rejects.toMatchObject({ code: 'UNIT.ENDED' });
      await office.issue(planId);
      expect(await reorganising.parts(planId)).toEqual([`1 ${b.code} lead assigned`]);
    });
  });
});

const byDay = (one: string, other: string): number => {
  const day = (line: string): string => line.slice(-10);
  return day(one) < day(other) ? -1 : day(one) > day(other) ? 1 : one < other ? -1 : 1;
};
