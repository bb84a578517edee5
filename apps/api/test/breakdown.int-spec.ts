import { OfficeDues } from '@duban/supervision';
import { type BreakdownWorld, INTERNAL_WORDS, issueDistrictPlan, openBreakdowns, PLAN } from './breakdown-world';
import { COMPLETION, toldTo } from './cases';
import { Edge, expectProblem, formOf, ISSUE, type Json, useEdge } from './edge';

const CONTENT = '编制厂房施工图';

describe('A bureau that breaks its part down among its sections (二级分解)', () => {
  let world: BreakdownWorld;
  const edge: () => Edge = useEdge(async (database) => {
    world = await openBreakdowns(database);
    return world.edge;
  });
  const upper = (): Json => world.parts['1 LD04'];
  const task = (content: string, ...codes: string[]): Json => ({
    content,
    units: codes.map((code) => ({ unitId: world.unitIds[code] })),
  });
  const breakDown = async (username: string, json: object, part: Json = upper()) =>
    (await edge().as(username)).ask('POST', `/assignments/${part.id}/breakdown`, { json });
  const move = async (username: string, id: string, json: object) =>
    (await edge().as(username)).ask('POST', `/assignments/${id}/transitions`, { json });

  describe('is refused, and nothing is written,', () => {
    const NOTHING = '00000000-0000-4000-8000-000000000000';
    it.each<[string, string, () => object, number, string, object?]>([
      [
        'to a contact who issues',
        'LD04.contact',
        () => ({ tasks: [task(CONTENT, 'S401')] }),
        403,
        'RIGHTS.NOT_ALLOWED',
      ],
      ['to the office', 'office', () => ({ tasks: [task(CONTENT, 'S401')] }), 403, 'RIGHTS.NOT_ALLOWED'],
      ['to another unit', 'LD05.head', () => ({ tasks: [task(CONTENT, 'S401')] }), 403, 'BREAKDOWN.NOT_YOURS'],
      [
        'among units that are not below',
        'LD04.head',
        () => ({ tasks: [task(CONTENT, 'S401', 'LD05')] }),
        422,
        'BREAKDOWN.UNIT_NOT_BELOW',
        { field: 'tasks[0].units[1].unitId' },
      ],
      [
        'to the unit itself',
        'LD04.head',
        () => ({ tasks: [task(CONTENT, 'LD04')] }),
        422,
        'BREAKDOWN.UNIT_NOT_BELOW',
        { field: 'tasks[0].units[0].unitId' },
      ],
      [
        'twice to one unit',
        'LD04.head',
        () => ({ tasks: [task(CONTENT, 'S401', 'S401')] }),
        422,
        'BREAKDOWN.UNIT_TWICE',
        { field: 'tasks[0].units[1].unitId' },
      ],
      [
        'by a date after that of the part above, naming both',
        'LD04.head',
        () => ({ tasks: [{ ...task(CONTENT, 'S401'), dueOn: '2023-07-01' }] }),
        422,
        'BREAKDOWN.DUE_AFTER_UPPER',
        { field: 'tasks[0].dueOn', dueOn: '2023-07-01', upperDueOn: '2023-06-30' },
      ],
      [
        'by a milestone after it',
        'LD04.head',
        () => ({ tasks: [{ ...task(CONTENT, 'S401'), milestones: [{ text: '封顶', due: '2023-08-01' }] }] }),
        422,
        'BREAKDOWN.DUE_AFTER_UPPER',
        { field: 'tasks[0].milestones[0].due', dueOn: '2023-08-01', upperDueOn: '2023-06-30' },
      ],
      [
        'by words that are marked secret',
        'LD04.head',
        () => ({ tasks: [task('机密★\n编制施工图', 'S401')] }),
        422,
        'PLAN.SECRET',
        { field: 'tasks[0].content' },
      ],
      [
        'by a policy that there is not',
        'LD04.head',
        () => ({ tasks: [task(CONTENT, 'S401')], policy: 'x' }),
        422,
        'POLICY.UNKNOWN',
      ],
    ])('%s', async (_, username, body, status, code, place = {}) => {
      const before = await edge().written();
      expectProblem(await breakDown(username, body()), status, code, place);
      expect(await edge().written()).toEqual(before);
    });

    it('of a part that there is not', async () => {
      const answer = await breakDown('LD04.head', { tasks: [task(CONTENT, 'S401')] }, { id: NOTHING });
      expectProblem(answer, 404, 'ASSIGNMENT.UNKNOWN');
    });

    it('to a unit without a contact', async () => {
      await edge().query(`update person set is_active = false where username = 'S402.contact'`);
      const before = await edge().written();
      const answer = await breakDown('LD04.head', { tasks: [task(CONTENT, 'S402')] });
      expectProblem(answer, 422, 'BREAKDOWN.NO_CONTACT', {
        faults: [expect.objectContaining({ code: 'BREAKDOWN.NO_CONTACT' })],
      });
      expect(await edge().written()).toEqual(before);
      await edge().query(`update person set is_active = true where username = 'S402.contact'`);
    });
  });

  describe('from the split to the report upwards', () => {
    let plan: Json;
    let parts: Json[];

    it('is drafted by the contact, and issued by the head', async () => {
      const tasks = [{ ...task('编制厂房施工图', 'S401'), dueOn: '2023-04-28' }, task('落实用电增容', 'S402', 'S401')];
      const answer = await breakDown('LD04.contact', { tasks, issue: false });
      expect([answer.status, answer.body.state, answer.body.unitId]).toEqual([201, 'draft', world.unitIds['LD04']]);
      const id: string = answer.body.id;
      expectProblem(await (await edge().as('office')).ask('GET', `/plans/${id}`), 404, 'PLAN.UNKNOWN');
      expectProblem(await (await edge().as('S401.contact')).ask('GET', `/plans/${id}`), 404, 'PLAN.UNKNOWN');
      const contact = await edge().as('LD04.contact');
      expectProblem(await contact.ask('POST', `/plans/${id}/issue`, { json: ISSUE }), 403, 'RIGHTS.NOT_ALLOWED');
      const head = await edge().as('LD04.head');
      expect(await head.post(`/plans/${id}/issue`, ISSUE)).toMatchObject({ tasks: 2, assignments: 3, leads: 3 });
      plan = await head.get(`/plans/${id}`);
      expect(plan).toMatchObject({ policyId: 'annual-report', policyVersion: 1, visibility: 'summary' });
      // What has no date takes that of the part above.
      expect(plan.tasks.map((one: Json) => [one.upperAssignmentId, one.dueOn])).toEqual([
        [upper().id, '2023-04-28'],
        [upper().id, '2023-06-30'],
      ]);
      parts = plan.tasks.flatMap((one: Json) => one.assignments);
    });

    it('is told to the sections, and shown to them and nobody beside', async () => {
      await edge().passTo('2023-01-12T17:00:00+08:00');
      expect((await toldTo(edge(), 'S401.contact')).flatMap(({ lines }) => lines)).toEqual([
        expect.stringMatching(/^【交办】.*其中2项由贵单位承担/),
      ]);
      const section = await edge().as('S402.contact');
      expect((await section.all('/tasks')).map(({ content }) => content)).toEqual(
        ['落实用电增容。'].map((one) => one.slice(0, -1)),
      );
      expectProblem(await section.ask('GET', `/tasks/${plan.tasks[0].id}`), 403, 'TASK.NOT_YOURS');
      for (const other of ['LD05.head', 'LQ01.contact']) {
        const caller = await edge().as(other);
        expectProblem(await caller.ask('GET', `/plans/${plan.id}`), 404, 'PLAN.UNKNOWN');
        expectProblem(await caller.ask('GET', `/tasks/${plan.tasks[0].id}`), 403, 'TASK.NOT_YOURS');
      }
    });

    it('keeps the part above from being reported while something is open, unless it is said why', async () => {
      expectProblem(await move('LD04.contact', upper().id, COMPLETION), 422, 'ASSIGNMENT.UNITS_NOT_READY');
      await move('LD05.contact', world.parts['1 LD05'].id, COMPLETION);
      expectProblem(await move('LD04.contact', upper().id, COMPLETION), 422, 'ASSIGNMENT.BREAKDOWN_OPEN');
    });

    it('is reported by the sections to the head, whom the office and another unit cannot stand in for', async () => {
      for (const { id, unitId } of parts) {
        const code = unitId === world.unitIds['S401'] ? 'S401' : 'S402';
        expect((await move(`${code}.contact`, id, { event: 'sign_for' })).status).toBe(200);
        const done = await move(`${code}.contact`, id, {
          ...COMPLETION,
          text: `${code}办结`,
          evidence: [{ title: code }],
        });
        expect(done.status).toBe(200);
      }
      const [{ id }] = parts;
      for (const who of ['office', 'LD05.head', 'LD04.contact', 'S401.head']) {
        expectProblem(await move(who, id, { event: 'verify' }), 403, 'ASSIGNMENT.NOT_YOURS');
      }
      await edge().passTo('2023-01-13T17:00:00+08:00');
      const told = (await toldTo(edge(), 'LD04.head')).flatMap(({ lines }) => lines);
      expect(told.filter((line) => line.startsWith('【待审核】'))).toHaveLength(3);
      const office = (await toldTo(edge(), 'office')).flatMap(({ lines }) => lines);
      expect(office.filter((line) => /施工图|用电/.test(line))).toEqual([]);
    });

    it('is returned and verified by the head, with what is to be put right by when', async () => {
      const [first] = parts;
      expect((await move('LD04.head', first.id, { event: 'return', reason: '缺审图意见' })).body.state).toBe(
        'in_progress',
      );
      expect((await move('S401.contact', first.id, COMPLETION)).status).toBe(200);
      for (const { id } of parts)
        expect((await move('LD04.head', id, { event: 'verify' })).body.state).toBe('verified');
      const office = await edge().as('office');
      const { breakdowns } = await office.get(`/tasks/${upper().taskId}`);
      expect(breakdowns).toEqual([
        expect.objectContaining({ assignmentId: upper().id, tasks: 2, leastAdvanced: 'verified', shareDone: 1 }),
      ]);
      const [row] = (await office.all(`/tasks?planId=${world.plan.id}`)).filter(({ id }) => id === upper().taskId);
      expect(row.breakdown).toMatchObject({ tasks: 2, shareDone: 1, lights: { green: 2, yellow: 0, red: 0 } });
    });

    it('is there for the bureau’s own report, and not for the office to read', async () => {
      const path = `/assignments/${upper().id}/breakdown`;
      const own = await (await edge().as('LD04.contact')).get(path);
      expect(own.contributions.map(({ evidence }: Json) => evidence[0].title).toSorted()).toEqual([
        'S401',
        'S402',
        '验收意见',
      ]);
      const above = await (await edge().as('office')).get(path);
      expect(above.items.map(({ content, state, light }: Json) => [content, state, light])).toEqual([
        ['编制厂房施工图', 'verified', 'green'],
        ['落实用电增容', 'verified', 'green'],
      ]);
      expect(above.contributions).toEqual([]);
      // One who only leads beside it sees that there is a part, and nothing below.
      expect(await (await edge().as('LD05.contact')).get(path)).toMatchObject({
        tasks: 0,
        items: [],
        contributions: [],
      });
    });

    it('lets the part above be reported and verified', async () => {
      expect((await move('LD04.contact', upper().id, COMPLETION)).body.state).toBe('reported');
      expect((await move('office', upper().id, { event: 'verify' })).body.state).toBe('verified');
      expectProblem(await breakDown('LD04.head', { tasks: [task(CONTENT, 'S401')] }), 409, 'BREAKDOWN.UPPER_ENDED');
    });

    it('is all told by history, by those who did it, to the auditor', async () => {
      const { items } = await (await edge().as('auditor')).get(`/tasks/${plan.tasks[0].id}/history?limit=200`);
      const actors = items.map(({ type, actor }: Json) => `${type} ${actor.post}`);
      expect(actors).toEqual(
        expect.arrayContaining([
          'task.drafted contact',
          'task.issued head',
          'assignment.returned head',
          'assignment.verified head',
          'report.submitted contact',
        ]),
      );
    });
  });

  it('has it end with the part above, and tells those below (named consequence)', async () => {
    const part = world.parts['3 LQ01'];
    const { body: plan } = await breakDown('LQ01.head', { tasks: [task('改造二号院', 'Q102')] }, part);
    const cancel = { event: 'cancel', cancelReason: 'policy_changed', reason: '政策调整' };
    expect((await move('office', part.id, cancel)).body.state).toBe('cancelled');
    const district = await edge().as('LQ01.head');
    const after = await district.get(`/tasks/${plan.tasks[0].id}`);
    expect([after.state, after.assignments[0].state]).toEqual(['cancelled', 'cancelled']);
    expect(after.obligations.map(({ state }: Json) => state)).not.toContain('open');
    await edge().passTo('2023-01-16T17:00:00+08:00');
    for (const who of ['Q102.contact', 'LQ01.contact', 'LQ01.head']) {
      const lines = (await toldTo(edge(), who)).flatMap((one) => one.lines);
      expect(lines).toContainEqual(expect.stringMatching(/^【上级事项变动】.*改造二号院.*已撤销.*政策调整/));
    }
    const { items } = await (await edge().as('auditor')).get(`/tasks/${plan.tasks[0].id}/history?limit=200`);
    expect(items.find(({ type }: Json) => type === 'assignment.cancelled').reason).toMatch(/政策调整/);
  });

  it('goes down to a section and no further (no endless chain)', async () => {
    const city = world.parts['2 LQ01'];
    const { body: district } = await breakDown('LQ01.head', { tasks: [task('建园舍', 'Q102')] }, city);
    const { body: bureau } = await breakDown(
      'Q102.head',
      { tasks: [task('做设计', 'Q121')] },
      district.tasks[0].assignments[0],
    );
    const group = { tasks: [task('画图', 'Q131')] };
    expectProblem(await breakDown('Q121.head', group, bureau.tasks[0].assignments[0]), 409, 'BREAKDOWN.TOO_DEEP');
    // The district sees what hangs below its own, not the section what hangs above.
    const seen = await (await edge().as('LQ01.head')).get(`/tasks/${bureau.tasks[0].id}`);
    expect(seen.content).toBe('做设计');
    expectProblem(
      await (await edge().as('Q121.contact')).ask('GET', `/tasks/${district.tasks[0].id}`),
      403,
      'TASK.NOT_YOURS',
    );
  });

  it('is refused of a restricted matter (限知事项), and keeps one from being restricted', async () => {
    const office = await edge().as('office');
    const broken = await office.ask('PUT', `/tasks/${world.parts['2 LQ01'].taskId}/restrictions`, {
      json: { usernames: ['office', 'LQ01.head', 'LQ02.head'] },
    });
    expectProblem(broken, 409, 'RESTRICTION.BROKEN_DOWN');
  });
});

describe('A district’s own plan under the city’s', () => {
  let world: BreakdownWorld;
  let issued: Json;
  const edge: () => Edge = useEdge(async (database) => {
    world = await openBreakdowns(database);
    issued = await issueDistrictPlan(world);
    return world.edge;
  });

  it('hangs by its numbers under the district’s parts; what has no number there is its own', () => {
    expect(issued.tasks.map(({ number, upperAssignmentId }: Json) => [number, upperAssignmentId])).toEqual([
      ['2', world.parts['2 LQ01'].id],
      ['3', world.parts['3 LQ01'].id],
      ['9', null],
    ]);
    expect(issued.tasks.map(({ dueOn }: Json) => dueOn)).toEqual(['2023-03-31', '2023-12-31', '2023-12-31']);
    expect(issued.tasks.map((one: Json) => one.assignments[0].unitName)).toEqual([
      '云汀区教育局',
      '云汀区住建局',
      '云汀区住建局',
    ]);
  });

  it('is linked by hand to a part of the district’s own alone', async () => {
    const contact = await edge().as('LQ01.contact');
    const text = `云汀区补充方案\n\n（一）其他\n\n　　1.植树。（责任单位：区住建局）\n`;
    const draft = await contact.do('POST', '/plans', { form: formOf(text) });
    const patch = (upperAssignmentId: string | null) =>
      contact.ask('PATCH', `/plans/${draft.id}/tasks/${draft.tasks[0].id}`, { json: { upperAssignmentId } });
    for (const { id } of [world.parts['3 LQ02'], world.parts['1 LD04']]) {
      expectProblem(await patch(id), 404, 'BREAKDOWN.UPPER_UNKNOWN', { field: 'upperAssignmentId' });
    }
    const { body } = await patch(world.parts['3 LQ01'].id);
    expect(body.tasks[0].upperAssignmentId).toBe(world.parts['3 LQ01'].id);
    const officer = await edge().as('officer');
    const [gov] = (await edge().draft()).tasks;
    const json = { upperAssignmentId: world.parts['3 LQ01'].id };
    const refused = await officer.ask('PATCH', `/plans/${gov.planId}/tasks/${gov.id}`, { json });
    expectProblem(refused, 422, 'BREAKDOWN.NO_UNITS_PLAN');
  });

  it('is late below, and the light is seen in the city, with no word of what was reported', async () => {
    // The bureau's completion is due on 31 March, and nobody reports it.
    await edge().passTo('2023-04-20T12:00:00+08:00');
    const office = await edge().as('office');
    const { taskId, id } = world.parts['2 LQ01'];
    const { breakdowns } = await office.get(`/tasks/${taskId}`);
    expect(breakdowns).toEqual([
      expect.objectContaining({
        assignmentId: id,
        tasks: 1,
        lights: { green: 0, yellow: 0, red: 1 },
        leastAdvanced: 'in_progress',
      }),
    ]);
    const lower = issued.tasks[0].id;
    const seen = [
      await office.ask('GET', `/tasks/${lower}`),
      await office.ask('GET', `/tasks/${lower}/history?limit=200`),
      await office.ask('GET', `/assignments/${id}/breakdown`),
      await office.ask('GET', `/tasks/${lower}?asOf=2023-02-01`),
    ];
    expect(seen.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(seen[0]!.body).toMatchObject({ content: expect.stringContaining('新建幼儿园两所'), reports: [] });
    expect(seen[0]!.body.obligations.length).toBeGreaterThan(0);
    for (const { text } of seen) expect(text).not.toContain(INTERNAL_WORDS);
    expectProblem(await office.ask('GET', `/plans/${issued.id}/source`), 403, 'PLAN.SUMMARY_ONLY');
    // Its own board and lists are not filled with what districts do among themselves.
    expect((await office.all('/tasks')).map((one) => one.planId)).not.toContain(issued.id);
    expect((await office.all('/notices')).map((one) => one.planId)).not.toContain(issued.id);
    expect((await office.all('/plans')).map((one) => one.id)).not.toContain(issued.id);
    expect((await office.all(`/plans?unitId=${world.unitIds['LQ01']}`)).map((one) => one.id)).toContain(issued.id);
  });

  it('goes up its ladder to the district’s head, not to the city’s office', async () => {
    const posts = await edge().query(
      `select distinct p.kind, u.code from follow_up f join obligation o on o.id = f.obligation_id
         join task t on t.id = o.task_id join post p on p.id = f.recipient_post_id left join unit u on u.id = p.unit_id
       where t.plan_id = $1 and f.is_copy order by 1, 2`,
      [issued.id],
    );
    expect(posts).toEqual([{ kind: 'head', code: 'LQ01' }]);
  });

  it('has its notices answered by the bureau, and judged by the district’s head', async () => {
    const bureau = await edge().as('Q101.contact');
    const [notice] = (await bureau.all('/notices')).filter(
      ({ planId, state }) => planId === issued.id && state === 'issued',
    );
    const path = `/notices/${notice.id}/transitions`;
    await bureau.post(path, { event: 'answer', answer: '园址四月交地' });
    // An answer that is forgotten is the district's to be told of, not the government's.
    const [{ due }] = await edge().query(`select next_step_at as due from supervision_notice where id = $1`, [
      notice.id,
    ]);
    await edge().app.get(OfficeDues).run(due);
    const [reminded] = await edge().query(
      `select p.kind, u.code from notification n join post p on p.id = n.post_id join unit u on u.id = p.unit_id
       where n.kind = 'office_reminded' and n.parameters->>'about' = $1`,
      [notice.number],
    );
    expect(reminded).toEqual({ kind: 'head', code: 'LQ01' });
    const accept = { json: { event: 'accept' } };
    expectProblem(await (await edge().as('office')).ask('POST', path, accept), 403, 'NOTICE.NOT_YOURS');
    const told = await (await edge().as('office')).ask('GET', `/notices?planId=${issued.id}&limit=200`);
    expect(told.status).toBe(200);
    expect(told.text).not.toContain('园址四月交地');
    expect((await (await edge().as('LQ01.head')).ask('POST', path, accept)).body.state).toBe('closed');
  });

  it('is told when the date of the part above has moved', async () => {
    const head = await edge().as('LD04.head');
    const lower = await head.post(`/assignments/${world.parts['1 LD04'].id}/breakdown`, {
      tasks: [{ content: '平整厂房用地', units: [{ unitId: world.unitIds['S401'] }] }],
    });
    const office = await edge().as('office');
    const revised = PLAN.replace('6月30日前完成', '5月31日前完成');
    const revision = await office.do('POST', `/plans/${world.plan.id}/revisions`, { form: formOf(revised) });
    await office.post(`/plans/${world.plan.id}/revisions/${revision.id}/take`, {});
    await edge().passTo('2023-04-21T12:00:00+08:00');
    for (const who of ['S401.contact', 'LD04.head']) {
      const lines = (await toldTo(edge(), who)).flatMap((one) => one.lines);
      expect(lines).toContainEqual(expect.stringMatching(/^【上级事项变动】.*平整厂房用地.*时限有调整.*5月31日/));
    }
    expect((await head.get(`/plans/${lower.id}`)).tasks[0].dueOn).toBe('2023-06-30');
  });

  it('comes by a worker where it is long, and waits for its own sender', async () => {
    const contact = await edge().as('LQ01.contact');
    const text = `云汀区专项方案\n\n（一）专项\n\n　　3.修剪行道树。（责任单位：区住建局）\n`;
    const form = formOf(text, 'long.txt', 'file', { upperPlanId: world.plan.id });
    const accepted = await contact.ask('POST', '/plans', { form, headers: { prefer: 'respond-async' } });
    expect(accepted.status).toBe(202);
    expect(await contact.get(`/plan-imports/${accepted.body.id}`)).toMatchObject({ state: 'queued' });
    for (const who of ['office', 'LQ02.contact']) {
      const answer = await (await edge().as(who)).ask('GET', `/plan-imports/${accepted.body.id}`);
      expectProblem(answer, 404, 'IMPORT.UNKNOWN');
    }
  });

  it('shows a sibling district nothing', async () => {
    const sibling = await edge().as('LQ02.head');
    expectProblem(await sibling.ask('GET', `/plans/${issued.id}`), 404, 'PLAN.UNKNOWN');
    expect((await sibling.all('/plans')).map(({ id }) => id)).not.toContain(issued.id);
    expectProblem(await sibling.ask('GET', `/tasks/${issued.tasks[0].id}`), 403, 'TASK.NOT_YOURS');
    // It has a part in the same task, and so sees that there is another.
    expect(await sibling.get(`/assignments/${world.parts['2 LQ01'].id}/breakdown`)).toMatchObject({
      tasks: 0,
      plans: [],
      items: [],
      contributions: [],
    });
    const { breakdowns } = await sibling.get(`/tasks/${world.parts['2 LQ02'].taskId}`);
    expect(breakdowns).toEqual([]);
  });

  it('is opened to the level above by the unit whose it is, and by nobody else', async () => {
    const put = async (who: string, visibility: string) =>
      (await edge().as(who)).ask('PUT', `/plans/${issued.id}/visibility`, { json: { visibility } });
    expectProblem(await put('office', 'full'), 403, 'RIGHTS.NOT_ALLOWED');
    expectProblem(await put('LQ01.contact', 'full'), 403, 'RIGHTS.NOT_ALLOWED');
    expectProblem(await put('LQ02.head', 'full'), 404, 'PLAN.UNKNOWN');
    expect((await put('LQ01.head', 'full')).body.visibility).toBe('full');
    const { reports } = await (await edge().as('office')).get(`/tasks/${issued.tasks[0].id}`);
    expect(reports.map((one: Json) => one.text)).toContain(INTERNAL_WORDS);
    await put('LQ01.head', 'summary');
    expect((await (await edge().as('office')).get(`/tasks/${issued.tasks[0].id}`)).reports).toEqual([]);
  });

  it('is judged by who came after the unit whose it was (机构改革)', async () => {
    const office = await edge().as('office');
    const proposed = await office.post('/reorganisations', {
      kind: 'merge',
      effectiveOn: '2023-04-21',
      reason: '区划调整',
      units: ['LQ01', 'LQ02'],
      successors: [{ code: 'LQ21', name: '云澜区人民政府' }],
    });
    await office.post(`/reorganisations/${proposed.id}/confirm`, { expectedDigest: proposed.preview.digest });
    const [plan] = await edge().query(`select u.code from plan p join unit u on u.id = p.unit_id where p.id = $1`, [
      issued.id,
    ]);
    expect(plan).toEqual({ code: 'LQ21' });
    const { items } = await (await edge().as('auditor')).get(`/history?entity=plan&entityId=${issued.id}&limit=1`);
    expect(items[0]).toMatchObject({ type: 'plan.moved', reason: expect.stringContaining('区划调整') });
  });
});
