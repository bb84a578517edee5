import { actOnSample, COMPLETION, type Parts } from './cases';
import { type Caller, Edge, type Json, useEdge } from './edge';

/** The tasks' order by day, ties by id; a task without a day comes last. */
const byDay = (a: Json, b: Json): number => {
  const [one, other] = [a, b].map((task) => `${task.dueOn ?? '9999-12-31'} ${task.id}`) as [string, string];
  return one < other ? -1 : 1;
};
const idsOf = (rows: Json[]): string[] => rows.map((row) => row.id);
const withoutMarks = (tasks: Json[]): Json[] =>
  tasks.map(({ marks, ...task }) => {
    expect(marks.length).toBeGreaterThan(0);
    return { ...task, subtasks: withoutMarks(task.subtasks) };
  });

describe('Reading', () => {
  let parts: Parts;
  let office: Caller;
  let draftId: string;
  const edge = useEdge(async (database) => {
    const opened = await (await Edge.open(database)).issue();
    office = await opened.as('office');
    parts = await actOnSample(opened);
    draftId = (await opened.draft()).id;
    const cancel = { event: 'cancel', reason: '并入另一事项。', cancelReason: 'merged' };
    const third = await opened.task('3');
    for (const { id } of third.assignments) await office.post(`/assignments/${id}/transitions`, cancel);
    return opened;
  });

  describe('the board', () => {
    it.each([
      ['position', 1],
      ['position', 7],
      ['due', 1],
      ['due', 7],
      ['-due', 3],
    ])('by %s in pages of %i gives each task once, in the same order as in one page', async (sort, limit) => {
      const whole = (await office.get(`/tasks?sort=${sort}&limit=200`)).items;
      expect(whole.length).toBeGreaterThan(80);
      expect(idsOf(await office.all(`/tasks?sort=${sort}`, limit))).toEqual(idsOf(whole));
    });

    it('is in the order of the document, of the day, or of the day backwards, ties by id', async () => {
      const of = async (sort: string): Promise<Json[]> => (await office.get(`/tasks?limit=200&sort=${sort}`)).items;
      const byPosition = (await of('position')).filter((task) => task.planId === edge().planId);
      expect(byPosition.map((task) => task.position)).toEqual(byPosition.map((_, i) => i));
      const sorted = await of('due');
      expect(new Set(sorted.map((task) => task.dueOn)).size).toBeGreaterThan(4);
      expect(idsOf(sorted)).toEqual(idsOf(sorted.toSorted(byDay)));
      expect(idsOf(await of('-due'))).toEqual(idsOf(sorted.toReversed()));
    });

    it('keeps its pages while somebody moves tasks', async () => {
      const whole = idsOf((await office.get(`/tasks?planId=${edge().planId}&sort=due&limit=200`)).items);
      const first = await office.get(`/tasks?planId=${edge().planId}&sort=due&limit=20`);
      const part = await edge().part('4', 'LD03');
      await (await edge().as('LD03.head')).post(`/assignments/${part.id}/transitions`, { event: 'sign_for' });
      const rest = await office.get(`/tasks?planId=${edge().planId}&sort=due&limit=200&cursor=${first.next}`);
      expect([...idsOf(first.items), ...idsOf(rest.items)]).toEqual(whole);
    });

    it('is narrowed by plan, unit and state, together', async () => {
      const all = await office.all('/tasks');
      const only = async (query: string): Promise<string[]> => idsOf(await office.all(`/tasks?${query}`));
      expect(await only(`planId=${draftId}`)).toEqual(idsOf(all.filter((task) => task.planId === draftId)));
      expect(await only('state=reported')).toEqual(idsOf(all.filter((task) => task.state === 'reported')));
      const [{ id: unitId }] = await edge().query(`select id from unit where code = 'LA01'`);
      const plan = await office.get(`/plans/${edge().planId}`);
      const hasPart = (task: Json): boolean =>
        task.assignments.some((a: Json) => a.unitId === unitId) || task.subtasks.some(hasPart);
      const mine = idsOf(plan.tasks.filter(hasPart));
      const parents = new Set(idsOf(plan.tasks));
      expect(mine.length).toBeGreaterThan(1);
      expect((await only(`unitId=${unitId}`)).filter((id) => parents.has(id))).toEqual(mine);
      expect(await only(`unitId=${unitId}&state=reported&planId=${edge().planId}`)).toHaveLength(1);
      expect(await only(`unitId=${unitId}&planId=${draftId}`)).toEqual([]);
    });

    it.each(['green', 'yellow', 'red'])(
      'by the light %s gives the tasks that show it, no draft and nothing cancelled',
      async (light) => {
        const all = await office.all('/tasks');
        const lit = await office.all(`/tasks?light=${light}`);
        expect(idsOf(lit)).toEqual(idsOf(all.filter((task) => task.light === light)));
        expect(lit.every((task) => task.light === light)).toBe(true);
        expect(lit.filter((task) => task.state === null || task.state === 'cancelled')).toEqual([]);
      },
    );

    it('shows a light by what stands: none, something overdue, a blue notice', async () => {
      const all = await office.all(`/tasks?planId=${edge().planId}`);
      const light = (number: string): string => all.find((task) => task.number === number).light;
      // 1: others have not signed for it; 2: reported; 3: cancelled.
      expect([light('1'), light('2'), light('3')]).toEqual(['yellow', 'green', null]);
      expect(all.filter((task) => task.light === 'yellow').length).toBeGreaterThan(30);
      expect(all.find((task) => task.number === '1')).toMatchObject({ overdue: 5, notice: 'blue' });
    });

    it('by what is due before an instant gives the tasks whose next day lies before it, and not on it', async () => {
      const all = await office.all('/tasks');
      const next = all.find((task) => task.number === '2' && task.nextDueAt !== null).nextDueAt;
      const before = async (instant: string): Promise<string[]> =>
        idsOf(await office.all(`/tasks?dueBefore=${encodeURIComponent(instant)}`));
      const expected = all.filter((task) => task.nextDueAt !== null && task.nextDueAt < next);
      expect(await before(next)).toEqual(idsOf(expected));
      const later = new Date(Date.parse(next) + 1).toISOString().replace('Z', '+00:00');
      expect((await before(later)).length).toBeGreaterThan(expected.length);
      expect(await before('9999-12-31T00:00:00Z')).toEqual(idsOf(all.filter((task) => task.nextDueAt !== null)));
    });

    it('by words finds them as they are written: % and _ and \\ are letters like others', async () => {
      const all = await office.all('/tasks');
      const texts = ['%', '_', '\\', '%%', '7.5%', '工业增加值', '50万', `'`, '不会有的词'];
      for (const words of texts) {
        const found = await office.all(`/tasks?q=${encodeURIComponent(words)}`);
        const wanted = all.filter((task) => task.content.includes(words) || task.number === words);
        expect([words, idsOf(found)]).toEqual([words, idsOf(wanted)]);
      }
      expect((await office.all('/tasks?q=%25')).length).toBeGreaterThan(5);
      expect((await office.all(`/tasks?q=17&planId=${edge().planId}`)).map((task) => task.number)).toContain('17');
    });

    it('is a file, too: a line a task, as it is narrowed and ordered, with whole texts, and to a unit its own', async () => {
      const { id } = await edge().task('1');
      const lines = async (caller: Caller, query = ''): Promise<string[]> => {
        const { text } = await caller.ask('GET', `/tasks/export?format=csv${query}`);
        expect(text.startsWith('\uFEFF编号,')).toBe(true);
        return text.trimEnd().split('\r\n').slice(1);
      };
      const contact = await edge().as('LD04.contact');
      for (const caller of [office, contact]) {
        const rows = await caller.all('/tasks?sort=-due');
        const told = await lines(caller, '&sort=-due');
        expect(told.map((line) => line.split(',')[0])).toEqual(rows.map(({ number }) => number ?? ''));
        for (const [at, { content }] of rows.entries()) expect(told[at]).toContain(content.slice(0, 20));
      }
      expect(await lines(office, `&state=reported`)).toHaveLength((await office.all('/tasks?state=reported')).length);
      const [first] = (await office.all(`/tasks?planId=${edge().planId}`)).filter((row) => row.id === id);
      const own = (await lines(office, `&planId=${edge().planId}`)).find((line) => line.startsWith('1,'));
      expect(own).toContain(`,${first.leads.join('、')},${first.units},办理中,`);
      expect(own).toMatch(new RegExp(`,${first.overdue},${first.dueOn}$`));
      const english = await office.ask('GET', '/tasks/export?format=csv&language=en&state=in_progress');
      expect(english.text).toMatch(/^\uFEFFNo\.,Section,Task,Lead,Units,State,Light,/);
      expect(english.text).toContain(',in progress,');
      const xlsx = await office.ask('GET', '/tasks/export');
      expect(xlsx.bytes.subarray(0, 2).toString()).toBe('PK');
      expect(xlsx.headers['content-disposition']).toContain('filename="board.xlsx"');
    });

    it('says of each task what the task itself says', async () => {
      for (const number of ['1', '2', '20']) {
        const task = await edge().task(number);
        const [row] = (await office.all(`/tasks?planId=${edge().planId}`)).filter((line) => line.id === task.id);
        const leads = task.assignments.filter((a: Json) => a.role === 'lead').map((a: Json) => a.unitName);
        const { state, version, dueOn, content, path, leadInferred } = task;
        expect(row).toMatchObject({ state, version, dueOn, content, path, leadInferred, leads });
        expect(row.units).toBe(task.assignments.length);
      }
    });
  });

  describe.each([
    ['/obligations', ['state=open', 'kind=sign_for', 'state=discharged&kind=action_plan']],
    ['/follow-ups', ['kind=notice', 'colour=blue', 'rung=urge']],
    ['/notices', ['state=issued', 'colour=blue', 'state=answered']],
    ['/deliveries', ['state=delivered', 'channel=inbox']],
  ])('%s', (list, filters) => {
    it('in pages gives each item once, in the same order as in one page', async () => {
      const whole = await office.all(list);
      const joined = await office.all(list, 97);
      expect(whole.length).toBeGreaterThan(20);
      expect(new Set(idsOf(whole)).size).toBe(whole.length);
      expect(idsOf(joined)).toEqual(idsOf(whole));
    });

    it.each(filters)('by %s gives the items that are so', async (filter) => {
      const wanted = [...new URLSearchParams(filter)];
      const whole = (await office.all(list)).filter((item) => wanted.every(([key, value]) => item[key] === value));
      expect(whole.length).toBeGreaterThan(0);
      expect(idsOf(await office.all(`${list}?${filter}`))).toEqual(idsOf(whole));
    });
  });

  it('obligations say whether they are overdue, by the supervision’s clock, and why the day is what it is', async () => {
    const now = (await office.get('/dashboard')).now;
    const all = await office.all('/obligations');
    expect(all.some((o) => o.isOverdue)).toBe(true);
    for (const o of all) expect(o.isOverdue).toBe(o.state === 'open' && o.dueAt <= now);
    const plan = all.find((o) => o.kind === 'action_plan');
    expect(plan).toMatchObject({ dueOn: '2023-02-10', deadline: { version: 1, isProvisional: false } });
  });

  it('follow-ups of a time are those of the half-open interval', async () => {
    const all = await office.all('/follow-ups');
    const from = encodeURIComponent('2023-01-17T09:00:00+08:00');
    const to = encodeURIComponent('2023-01-19T09:00:00+08:00');
    const wanted = all.filter((f) => f.firedAt >= '2023-01-17T01:00:00.000Z' && f.firedAt < '2023-01-19T01:00:00.000Z');
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.length).toBeLessThan(all.length);
    expect(idsOf(await office.all(`/follow-ups?from=${from}&to=${to}`))).toEqual(idsOf(wanted));
  });

  it('history in pages gives each event once, oldest first', async () => {
    const path = `/tasks/${parts.lead.obligations[0].taskId}/history`;
    const whole = await office.all(path);
    expect(whole.length).toBeGreaterThan(40);
    expect(idsOf(await office.all(path, 7))).toEqual(idsOf(whole));
    expect(whole.map((event) => event.seq)).toEqual(whole.map((e) => e.seq).toSorted((a, b) => Number(a) - Number(b)));
    expect(whole[0].type).toBe('task.drafted');
  });

  it('an id may be written in capitals', async () => {
    const { id } = await edge().task('1');
    expect(await office.get(`/tasks/${id.toUpperCase()}`)).toEqual(await office.get(`/tasks/${id}`));
    const planId = edge().planId.toUpperCase();
    expect((await office.get(`/plans/${planId}`)).tasks).toHaveLength(40);
    expect((await office.all(`/tasks?planId=${planId}`)).length).toBeGreaterThan(40);
  });

  it('the past is what was answered at the time, step by step', async () => {
    const { id: taskId } = await edge().task('1');
    const { id: secondId } = await edge().task('2');
    const own = await edge().as('LD04.contact');
    const moves: [username: string, partId: string, json: object][] = [
      ['LD01.contact', parts.unsigned.id, { event: 'sign_for' }],
      ['LD04.contact', parts.helper.id, { event: 'return', reason: '请补充。' }],
      ['LD03.contact', parts.helper.id, COMPLETION],
      ['LD04.head', parts.helper.id, { event: 'verify' }],
      ['office', parts.reported.id, { event: 'return', reason: '佐证不足。', rectifyBy: '2023-02-28' }],
    ];
    const asked = (at: string): [caller: Caller, path: string][] => [
      [office, `/tasks/${taskId}${at}`],
      [office, `/tasks/${secondId}${at}`],
      [office, `/plans/${edge().planId}${at}`],
      [own, `/tasks/${taskId}${at}`],
      [own, `/plans/${edge().planId}${at}`],
    ];
    const recorded: { now: string; answers: Json[] }[] = [];
    const record = async (): Promise<void> => {
      const { now } = await office.get('/dashboard');
      recorded.push({ now, answers: await Promise.all(asked('').map(([caller, path]) => caller.get(path))) });
    };
    await record();
    for (const [i, [username, partId, json]] of moves.entries()) {
      await edge().passTo(`2023-01-2${i + 1}T10:00:00+08:00`);
      await (await edge().as(username)).post(`/assignments/${partId}/transitions`, json);
      await record();
    }
    await edge().passTo('2023-02-03T12:00:00+08:00');
    await record();
    await edge().passTo('2023-02-04T12:00:00+08:00');

    const states = recorded.map(({ answers }) => JSON.stringify(answers[0]));
    expect(new Set(states).size).toBeGreaterThan(4);
    for (const { now, answers } of recorded) {
      const paths = asked(`?asOf=${encodeURIComponent(now)}`);
      for (const [i, [caller, path]] of paths.entries()) {
        expect(await caller.get(path)).toEqual({ ...answers[i], asOf: now });
      }
      // The same instant by another offset.
      const inChina = `${new Date(Date.parse(now) + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
      const [, path] = asked(`?asOf=${encodeURIComponent(inChina)}`)[2]!;
      expect((await office.get(path)).tasks).toEqual(answers[2].tasks);
    }
    // A day stands for its end; today for now.
    const [lastOfFirstDay] = recorded.filter(({ now }) => now.startsWith('2023-01-21')).slice(-1);
    expect((await office.get(`/plans/${edge().planId}?asOf=2023-01-21`)).tasks).toEqual(
      lastOfFirstDay!.answers[2].tasks,
    );
    const today = await office.get(`/plans/${edge().planId}?asOf=2023-02-04`);
    expect(today.tasks).toEqual((await office.get(`/plans/${edge().planId}`)).tasks);
    expect(today.asOf).toBe('2023-02-04T04:00:00.000Z');
  });

  it('what was taken out of a draft is still in its past', async () => {
    const [{ now }, draft] = [await office.get('/dashboard'), await edge().draft()];
    const before = await office.get(`/plans/${draft.id}`);
    await edge().passTo('2023-02-05T12:00:00+08:00');
    // With two parts.
    const gone = before.tasks.find((task: Json) => task.subtasks.length > 1);
    const after = await office.do('DELETE', `/plans/${draft.id}/tasks/${gone.id}`);
    expect(idsOf(after.tasks)).toEqual(idsOf(before.tasks).filter((id) => id !== gone.id));
    expect((await office.all(`/tasks?planId=${draft.id}`)).filter((task) => task.parentId === gone.id)).toEqual([]);
    const past = await office.get(`/plans/${draft.id}?asOf=${encodeURIComponent(now)}`);
    // Marks are of the draft as it is, and no part of its history.
    expect(past).toEqual({ ...before, tasks: withoutMarks(before.tasks), asOf: now });
    expect((await office.get(`/plans/${draft.id}?asOf=2023-02-05`)).tasks).toEqual(withoutMarks(after.tasks));

    // And so is its own story, with that of its parts.
    const auditor = await edge().as('auditor');
    const told = await auditor.all(`/tasks/${gone.id}/history`);
    const removed = told.filter((event) => event.type === 'task.removed');
    expect(new Set(idsOf(removed.map((event) => event.before)))).toEqual(new Set([gone.id, ...idsOf(gone.subtasks)]));
    const { id, content, subtasks } = await auditor.get(`/tasks/${gone.id}?asOf=${encodeURIComponent(now)}`);
    expect({ id, content, subtasks }).toEqual({
      id: gone.id,
      content: gone.content,
      subtasks: withoutMarks(gone.subtasks),
    });
    const contact = await edge().as('LD01.contact');
    for (const [caller, path] of [
      [auditor, ''],
      [auditor, '?asOf=2023-02-05'],
      [contact, ''],
      [contact, '/history'],
    ] as const) {
      expect(await caller.ask('GET', `/tasks/${gone.id}${path}`)).toMatchObject({
        status: 404,
        body: { code: 'TASK.UNKNOWN' },
      });
    }
  });

  it('the light turns red with an orange notice', async () => {
    await edge().passTo('2023-02-21T12:00:00+08:00');
    const all = await office.all('/tasks');
    const red = await office.all('/tasks?light=red');
    expect(red.length).toBeGreaterThan(20);
    expect(idsOf(red)).toEqual(idsOf(all.filter((task) => task.notice === 'orange')));
    expect((await office.all('/tasks?light=yellow')).filter((task) => task.notice === 'orange')).toEqual([]);
  });
});
