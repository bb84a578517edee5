import { Edge, expectProblem, formOf, ISSUE, type Json, sample, useEdge } from './edge';

const SECRET_WORDS = '整修望江阁';
const PLAN = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）办好民生实事

　　1.${SECRET_WORDS}。（牵头单位：市工信局；责任单位：市发改委）

　　2.铺设一条绿道。（牵头单位：市工信局；责任单位：市发改委）
`;
const NAMED = ['office', 'LD04.contact', 'LD01.head'];
const OTHERS = ['officer', 'leader', 'auditor', 'admin', 'LD04.head', 'LD01.contact'];

describe('A restricted matter', () => {
  let plan: Json;
  let hidden: Json;
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database);
    const office = await opened.as('office');
    plan = await opened.draft(PLAN);
    await office.post(`/plans/${plan.id}/issue`, ISSUE);
    plan = await office.get(`/plans/${plan.id}`);
    hidden = await office.get(`/tasks/${plan.tasks[0].id}`);
    return opened;
  });
  const restrict = async (usernames: string[], path = `/tasks/${hidden.id}`) =>
    (await edge().as('office')).ask('PUT', `${path}/restrictions`, { json: { usernames } });

  it.each([
    ['somebody whom there is not', [...NAMED, 'nobody'], 'RESTRICTION.PERSON_UNKNOWN'],
    ['nobody of the office', ['LD04.contact', 'LD01.head'], 'RESTRICTION.OFFICE_NOT_NAMED'],
    ['nobody of a unit that carries it out', ['office', 'LD04.contact'], 'RESTRICTION.UNIT_NOT_NAMED'],
  ])('is not restricted to %s', async (_, usernames, code) => {
    const before = await edge().written();
    expectProblem(await restrict(usernames), 422, code);
    expect(await edge().written()).toEqual(before);
  });

  it('tells of which units nobody is named', async () => {
    expectProblem(await restrict(['office']), 422, 'RESTRICTION.UNIT_NOT_NAMED', { units: ['市发改委', '市工信局'] });
  });

  it.each([
    ['a unit', '工信', ['LD04.contact', 'LD04.head']],
    ['a unit’s official name', '工业和信息化', ['LD04.contact', 'LD04.head']],
    ['a username, in full width', 'ＬＤ０４．ｈ', ['LD04.head']],
    ['nobody', '查无此人', []],
    ['words that mean something to a search', '%', []],
  ])('is for people who are found by %s', async (_, words, usernames) => {
    const { items } = await (await edge().as('office')).get(`/restrictions/people?q=${encodeURIComponent(words)}`);
    expect(items.map(({ username }: Json) => username)).toEqual(usernames);
  });

  it('is for people who are found with their posts, and with nothing else of their accounts; twenty of many', async () => {
    const office = await edge().as('office');
    const [found, ...others] = (await office.get('/restrictions/people?q=LD04.head')).items;
    expect(others).toEqual([]);
    expect(found).toEqual({
      personId: expect.any(String),
      username: 'LD04.head',
      displayName: expect.any(String),
      posts: [{ kind: 'head', title: null, unitName: '市工信局' }],
    });
    expect((await office.get(`/restrictions/people?q=${encodeURIComponent('局')}`)).items).toHaveLength(20);
    // Whose own name it is comes before those of a unit of that name.
    const byName = await office.get(`/restrictions/people?q=${encodeURIComponent('督查室')}`);
    expect(byName.items.map(({ username }: Json) => username)).toEqual(['office', 'officer']);
  });

  it('is for nobody whose account is closed, or who holds no post yet', async () => {
    const names = async (words: string): Promise<string[]> =>
      (await (await edge().as('office')).get(`/restrictions/people?q=${words}`)).items.map(
        ({ username }: Json) => username,
      );
    expect(await names('LD20')).toEqual(['LD20.contact', 'LD20.head']);
    await edge().query(`update person set is_active = false where username = 'LD20.contact'`);
    await edge().query(
      `update post_holding set from_on = '2099-01-01' where person_id = (select id from person where username = 'LD20.head')`,
    );
    expect(await names('LD20')).toEqual([]);
  });

  it('is restricted by the head of the office alone', async () => {
    for (const username of OTHERS) {
      const caller = await edge().as(username);
      const asked = { json: { usernames: NAMED } };
      expectProblem(await caller.ask('PUT', `/tasks/${hidden.id}/restrictions`, asked), 403, 'RIGHTS.NOT_ALLOWED');
    }
  });

  describe('once it is restricted', () => {
    let numbers: Record<string, Json>;
    beforeAll(async () => {
      numbers = {};
      for (const username of [...NAMED, ...OTHERS]) {
        const caller = await edge().as(username);
        numbers[username] = { board: await caller.get('/dashboard'), tasks: (await caller.all('/tasks')).length };
      }
      expect((await restrict(NAMED)).status).toBe(200);
    });

    it('is as if it were not there for everybody else, whatever their post', async () => {
      const assignment = hidden.assignments[0];
      for (const username of OTHERS) {
        const caller = await edge().as(username);
        expectProblem(await caller.ask('GET', `/tasks/${hidden.id}`), 404, 'TASK.UNKNOWN');
        expectProblem(await caller.ask('GET', `/tasks/${hidden.id}?asOf=2023-01-12`), 404, 'TASK.UNKNOWN');
        expectProblem(await caller.ask('GET', `/tasks/${hidden.id}/history`), 404, 'TASK.UNKNOWN');
        const seen = [
          await caller.ask('GET', `/tasks?q=${encodeURIComponent(SECRET_WORDS)}`),
          await caller.ask('GET', `/plans/${plan.id}`),
          await caller.ask('GET', `/plans/${plan.id}?asOf=2023-01-12`),
          await caller.ask('GET', `/plans/${plan.id}/source`),
          await caller.ask('GET', '/obligations?limit=200'),
          await caller.ask('GET', '/deliveries?limit=200'),
          await caller.ask('GET', '/history?limit=200'),
        ];
        for (const { text } of seen) {
          for (const words of [SECRET_WORDS, hidden.id, assignment.id])
            expect([username, text]).not.toEqual([username, expect.stringContaining(words)]);
        }
        const sign = await caller.ask('POST', `/assignments/${assignment.id}/transitions`, {
          json: { event: 'sign_for' },
        });
        expect([username, sign.status]).toEqual([
          username,
          ['leader', 'auditor', 'admin'].includes(username) ? 403 : 404,
        ]);
      }
    });

    it('is not counted for them', async () => {
      for (const username of OTHERS) {
        const caller = await edge().as(username);
        expect((await caller.all('/tasks')).length).toBe(numbers[username]!.tasks - 1);
        const { tasks, obligations } = await caller.get('/dashboard');
        expect(tasks.assigned).toBe(numbers[username]!.board.tasks.assigned - 1);
        expect(obligations.open).toBeLessThan(numbers[username]!.board.obligations.open);
      }
    });

    it('is there for those who are named, who carry it out', async () => {
      for (const username of NAMED) {
        const caller = await edge().as(username);
        expect((await caller.get(`/tasks/${hidden.id}`)).content).toContain(SECRET_WORDS);
        expect((await caller.all('/tasks')).length).toBe(numbers[username]!.tasks);
      }
      const office = await edge().as('office');
      expect((await office.get(`/plans/${plan.id}/source`)).text).toContain(SECRET_WORDS);
      const contact = await edge().as('LD04.contact');
      const own = hidden.assignments.find((one: Json) => one.unitName === '市工信局');
      await contact.post(`/assignments/${own.id}/transitions`, { event: 'sign_for' });
    });

    it('keeps the plan from being revised by somebody who does not see all of it', async () => {
      const officer = await edge().as('officer');
      const revised = { form: formOf(PLAN.replace('一条绿道', '两条绿道')) };
      expectProblem(await officer.ask('POST', `/plans/${plan.id}/revisions`, revised), 409, 'PLAN.RESTRICTED_PARTS');
    });

    it('is supervised on: reminders go to those who are named, in whichever post, and to nobody else', async () => {
      await edge().passTo('2023-01-20T12:00:00+08:00');
      const people = await edge().query(
        `select distinct p.username from notification n join digest_item i on i.notification_id = n.id
           join digest d on d.id = i.digest_id join person p on p.id = d.person_id
         where n.task_id = $1 and n.kind = 'follow_up' order by 1`,
        [hidden.id],
      );
      const reminded = people.map(({ username }) => username);
      expect(reminded.length).toBeGreaterThan(0);
      expect(reminded.filter((username) => !NAMED.includes(username))).toEqual([]);
      // The reminder is for the contact; of this unit it is the head who is named.
      expect(reminded).toContain('LD01.head');
      const officer = await edge().as('officer');
      for (const list of ['/notices', '/follow-ups', '/deliveries']) {
        expect((await officer.ask('GET', `${list}?limit=200`)).text).not.toContain(SECRET_WORDS);
        expect((await officer.all(`${list}?taskId=${hidden.id}`)).length).toBe(0);
      }
    });

    it('is one like any other when the restriction is lifted; history tells both', async () => {
      const office = await edge().as('office');
      expect((await office.get(`/tasks/${hidden.id}/restrictions`)).items.map((one: Json) => one.username)).toEqual(
        NAMED.toSorted(),
      );
      expect((await restrict([])).status).toBe(200);
      const officer = await edge().as('officer');
      const { items } = await officer.get(`/tasks/${hidden.id}/history?limit=200`);
      const told = items.map(({ type }: Json) => type).filter((type: string) => type.startsWith('restriction.'));
      // Who looked at it meanwhile stands between.
      expect(told.filter((type: string) => type !== 'restriction.read')).toEqual([
        'restriction.set',
        'restriction.lifted',
      ]);
      expect(told).toContain('restriction.read');
    });
  });

  it('may be a whole plan', async () => {
    const whole = await edge().draft(PLAN.replace('责任分解方案', '责任分解方案（二）'));
    expect((await restrict(NAMED, `/plans/${whole.id}`)).status).toBe(200);
    for (const username of OTHERS) {
      const caller = await edge().as(username);
      expectProblem(await caller.ask('GET', `/plans/${whole.id}`), 404, 'PLAN.UNKNOWN');
      expect((await caller.all('/plans')).map((one) => one.id)).not.toContain(whole.id);
    }
    const office = await edge().as('office');
    expect((await office.post(`/plans/${whole.id}/issue`, ISSUE)).assignments).toBe(4);
  });
});

describe('A secret document', () => {
  const edge = useEdge((database) => Edge.open(database));
  const marked = `机密★1年\n${sample.plan}`;

  it.each([
    ['at once', {}],
    ['by a worker', { prefer: 'respond-async' }],
  ])('is refused when it is to be read %s, and nothing of it is kept', async (_, headers) => {
    const office = await edge().as('office');
    const before = await edge().written();
    const answer = await office.ask('POST', '/plans', { form: formOf(marked, '望江计划.txt'), headers });
    expectProblem(answer, 422, 'PLAN.SECRET', { field: 'file', line: 1 });
    expect(answer.text).toContain('涉密');
    expect(answer.text).not.toContain('望江');
    expect(await edge().written()).toEqual(before);
  });

  it('is refused as a revision, and as words that are typed', async () => {
    const office = await edge().as('office');
    const draft = await edge().draft();
    const before = await edge().written();
    expectProblem(
      await office.ask('POST', `/plans/${draft.id}/revisions`, { form: formOf(marked) }),
      422,
      'PLAN.SECRET',
    );
    const path = `/plans/${draft.id}/tasks/${draft.tasks[0].id}`;
    const json = { content: '秘密★5年\n修缮营房。' };
    expectProblem(await office.ask('PATCH', path, { json }), 422, 'PLAN.SECRET', { field: 'content' });
    expect(await edge().written()).toEqual(before);
    await office.do('PATCH', path, { json: { content: '加强商业秘密保护。' } });
  });
});
