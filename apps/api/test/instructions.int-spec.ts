import { type Case, COMPLETION, fault, NOTHING, refuseAll, type Request, toldTo } from './cases';
import { Edge, ISSUE, type Json, useEdge } from './edge';

/** LD04 leads the first three, LD01 has a part in them; the fourth is for named people alone. */
const PLAN = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）办好民生实事

　　1.疏浚青石河。（牵头单位：市工信局；责任单位：市发改委）

　　2.修缮白鹭桥。（牵头单位：市工信局；责任单位：市发改委）

　　3.筹建听雨亭。（牵头单位：市工信局；责任单位：市发改委）

　　4.整修望江阁。（牵头单位：市工信局）
`;

interface World {
  planId: string;
  draftTask: string;
  tasks: string[];
  /** Ids of the parts in the first task: of LD04, of LD01. */
  lead: string;
  other: string;
  /** Of LD04 in the third task: verified. */
  verified: string;
  notSatisfied: string;
  satisfied: string;
}

describe('what leaders and the public say', () => {
  let world: World;
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database);
    const office = await opened.as('office');
    const draft = await opened.draft(PLAN);
    const { id: planId } = await opened.draft(PLAN);
    await office.post(`/plans/${planId}/issue`, ISSUE);
    const { tasks } = await office.get(`/plans/${planId}`);
    const partOf = (i: number, name: string): string =>
      tasks[i].assignments.find(({ unitName }: Json) => unitName === name).id;
    const move = async (username: string, id: string, json: object): Promise<Json> =>
      (await opened.as(username)).post(`/assignments/${id}/transitions`, json);
    for (const i of [1, 2]) {
      await move('LD04.contact', partOf(i, '市工信局'), { event: 'sign_for' });
      await move('LD04.contact', partOf(i, '市工信局'), { ...COMPLETION, goAheadReason: '先行报送' });
    }
    await move('officer', partOf(2, '市工信局'), { event: 'verify' });
    await office.do('PUT', `/tasks/${tasks[3].id}/restrictions`, { json: { usernames: ['office', 'LD04.head'] } });
    const asked = async (rating: string, remark: string): Promise<string> =>
      (
        await office.post(`/tasks/${tasks[2].id}/satisfaction`, {
          rating,
          method: 'call_back',
          remark,
          on: '2023-01-12',
        })
      ).id;
    world = {
      planId,
      draftTask: draft.tasks[0].id,
      tasks: tasks.map(({ id }: Json) => id),
      lead: partOf(0, '市工信局'),
      other: partOf(0, '市发改委'),
      verified: partOf(2, '市工信局'),
      satisfied: await asked('satisfied', '很好'),
      notSatisfied: await asked('unsatisfied', '亭子没有栏杆。'),
    };
    return opened;
  });
  const linesOf = async (username: string): Promise<string[]> =>
    (await toldTo(edge(), username)).flatMap((digest) => digest.lines);

  describe('an instruction that does not hold', () => {
    const give = (json: object, username = 'leader', task: (w: World) => string = (w) => w.tasks[0]!) => {
      return (w: World): Request => [
        username,
        'POST',
        `/tasks/${task(w)}/instructions`,
        { json: { text: '请抓紧。', ...json } },
      ];
    };
    const at = (field: string): object => ({ field });
    const cases: Case<World>[] = [
      ['by a unit', give({}, 'LD04.head'), '403 RIGHTS.NOT_ALLOWED'],
      ['by an auditor', give({}, 'auditor'), '403 RIGHTS.NOT_ALLOWED'],
      ['on a task that is none', give({}, 'leader', () => NOTHING), '404 TASK.UNKNOWN'],
      ['on a restricted one', give({}, 'leader', (w) => w.tasks[3]!), '404 TASK.UNKNOWN'],
      ['on a draft', give({}, 'leader', (w) => w.draftTask), '409 INSTRUCTION.PLAN_NOT_ISSUED'],
      ['without words', give({ text: '  ' }), '400 REQUEST.INVALID', fault('text')],
      ['that is secret', give({ text: '秘密★1年' }), '422 PLAN.SECRET', at('text')],
      ['for yesterday', give({ dueOn: '2023-01-11' }), '422 INSTRUCTION.DUE_ON_PAST', at('dueOn')],
      ['as urgent as nothing', give({ urgency: 'now' }), '400 REQUEST.INVALID', fault('urgency')],
      ['of a leader for another', give({ leader: '别人' }), '403 INSTRUCTION.FOR_HIMSELF', at('leader')],
      ['of the office for nobody', give({}, 'office'), '422 INSTRUCTION.LEADER_REQUIRED', at('leader')],
      ['of nobody known', give({ leader: '某某' }, 'officer'), '422 INSTRUCTION.UNKNOWN_LEADER', at('leader')],
      ['of a post that is none', give({ leader: NOTHING }, 'officer'), '422 INSTRUCTION.UNKNOWN_LEADER'],
      ['to a unit that is none', give({ units: ['LD04', 'XX99'] }), '422 INSTRUCTION.UNKNOWN_UNIT', at('units.1')],
      ['to a unit without a part', give({ units: ['LD09'] }), '422 INSTRUCTION.NO_PART', at('units.0')],
      ['to no unit', give({ units: [] }), '400 REQUEST.INVALID', fault('units')],
      [
        'to a part that has ended',
        give({ units: ['LD04'] }, 'leader', (w) => w.tasks[2]!),
        '409 INSTRUCTION.PART_ENDED',
      ],
      ['to leads that have ended', give({}, 'leader', (w) => w.tasks[2]!), '409 INSTRUCTION.NO_LEAD'],
    ];
    refuseAll(edge, () => world, cases);
  });

  describe('satisfaction that does not hold', () => {
    const ask = (json: object, username = 'officer', task: (w: World) => string = (w) => w.tasks[2]!) => {
      const whole = { rating: 'satisfied', method: 'call_back', on: '2023-01-12', ...json };
      return (w: World): Request => [username, 'POST', `/tasks/${task(w)}/satisfaction`, { json: whole }];
    };
    const move = (json: object, username = 'officer') => {
      return (w: World): Request => [username, 'POST', `/assignments/${w.verified}/transitions`, { json }];
    };
    const cases: Case<World>[] = [
      ['by a leader', ask({}, 'leader'), '403 RIGHTS.NOT_ALLOWED'],
      ['by a unit about itself', ask({}, 'LD04.head'), '403 RIGHTS.NOT_ALLOWED'],
      ['by a rating that is none', ask({ rating: 'so_so' }), '400 REQUEST.INVALID', fault('rating')],
      ['by a method that is none', ask({ method: 'letter' }), '400 REQUEST.INVALID', fault('method')],
      ['before anything is reported', ask({}, 'officer', (w) => w.tasks[0]!), '409 SATISFACTION.TOO_EARLY'],
      ['about nothing', ask({}, 'officer', () => NOTHING), '404 TASK.UNKNOWN'],
      ['about a restricted task', ask({}, 'officer', (w) => w.tasks[3]!), '404 TASK.UNKNOWN'],
      ['of tomorrow', ask({ on: '2023-01-13' }), '422 SATISFACTION.ON_FUTURE', { field: 'on' }],
      ['of before the report', ask({ on: '2023-01-11' }), '422 SATISFACTION.ON_BEFORE_REPORT', { field: 'on' }],
      ['without saying with what', ask({ rating: 'unsatisfied' }), '422 SATISFACTION.REMARK_REQUIRED'],
      ['with a secret remark', ask({ remark: '机密★1年' }), '422 PLAN.SECRET', { field: 'remark' }],
      ['of no plan', () => ['office', 'GET', '/satisfaction'], '400 REQUEST.INVALID', fault('planId')],
      ['of a plan that is none', () => ['office', 'GET', `/satisfaction?planId=${NOTHING}`], '404 PLAN.UNKNOWN'],
      [
        'as a reason, where they were satisfied',
        (w) => move({ event: 'reopen', clock: 'same_date', satisfactionId: w.satisfied })(w),
        '422 SATISFACTION.NOT_UNSATISFIED',
        { field: 'satisfactionId' },
      ],
      [
        'as a reason that there is not',
        move({ event: 'reopen', clock: 'same_date', satisfactionId: NOTHING }),
        '404 SATISFACTION.UNKNOWN',
      ],
      [
        'as a reason to cancel',
        (w) => move({ event: 'cancel', cancelReason: 'merged', satisfactionId: w.notSatisfied })(w),
        '422 SATISFACTION.NOT_FOR_EVENT',
      ],
    ];
    refuseAll(edge, () => world, cases);
  });

  it('has a leader give an instruction, and the lead owe an answer that a report discharges', async () => {
    const leader = await edge().as('leader');
    const { displayName, postId } = await leaderOf(edge());
    const given = await leader.post(`/tasks/${world.tasks[0]}/instructions`, { text: '请抓紧。', urgency: 'urgent' });
    expect(given).toMatchObject({ number: 1, leader: displayName, leaderPostId: postId, dueOn: '2023-01-17' });
    expect(given.units).toEqual([expect.objectContaining({ assignmentId: world.lead, unitName: '市工信局' })]);
    const [{ obligationId }] = given.units;
    const contact = await edge().as('LD04.contact');
    const owed = await contact.get('/obligations?kind=instruction');
    expect(owed.items).toMatchObject([
      {
        id: obligationId,
        subject: '1',
        state: 'open',
        dueOn: '2023-01-17',
        deadline: { rule: '5 days after the instruction', base: { givenOn: '2023-01-12' } },
      },
    ]);
    expect((await contact.get(`/tasks/${world.tasks[0]}`)).instructions).toMatchObject([{ id: given.id }]);
    expect((await contact.get('/instructions?state=open')).items).toMatchObject([
      { id: given.id, taskNumber: '1', units: [{ state: 'open' }] },
    ]);
    // Whom it is not for sees nothing of it.
    const other = await edge().as('LD01.contact');
    expect((await other.get('/instructions')).items).toEqual([]);
    expect((await other.get(`/tasks/${world.tasks[0]}`)).instructions).toEqual([]);
    expect((await other.get(`/tasks/${world.tasks[0]}/history?limit=200`)).items).not.toContainEqual(
      expect.objectContaining({ entity: expect.stringMatching(/^instruction/) }),
    );
    await contact.post(`/assignments/${world.lead}/transitions`, { event: 'sign_for' });
    const answer = await contact.post(`/assignments/${world.lead}/reports`, { obligationId, text: '已加派人手。' });
    expect(answer).toMatchObject({ kind: 'instruction', obligationId });
    expect((await leader.get(`/instructions?planId=${world.planId}&state=settled`)).items).toMatchObject([
      { id: given.id, units: [{ state: 'discharged' }] },
    ]);
  });

  it('has the office record one for several units, who are told and followed up, and see it as it was', async () => {
    const { displayName } = await leaderOf(edge());
    const officer = await edge().as('officer');
    const words = { text: '望合力推进。', leader: displayName, units: ['LD01', 'LD04', 'LD01'], dueOn: '2023-01-16' };
    const given = await officer.post(`/tasks/${world.tasks[0]}/instructions`, words);
    expect(given).toMatchObject({ number: 2, urgency: 'ordinary', dueOn: '2023-01-16' });
    expect(given.units.map(({ unitName }: Json) => unitName).toSorted()).toEqual(['市发改委', '市工信局']);
    const other = await edge().as('LD01.head');
    expect((await other.get('/instructions')).items).toMatchObject([
      { id: given.id, units: [{ unitName: '市发改委' }] },
    ]);
    expect((await other.get(`/tasks/${world.tasks[0]}?asOf=2023-01-12`)).instructions).toMatchObject([
      { id: given.id, text: '望合力推进。', units: [{ assignmentId: world.other }] },
    ]);
    await edge().passTo('2023-01-18T12:00:00+08:00');
    const lines = await linesOf('LD01.head');
    expect(lines).toContainEqual(expect.stringMatching(/【领导批示】.*批示：望合力推进。请于1月16日前反馈办理情况/));
    expect(lines).toContainEqual(expect.stringMatching(/【催办】.*反馈第2号领导批示办理情况/));
    const history = await officer.get(`/tasks/${world.tasks[0]}/history?limit=200`);
    expect(history.items.filter(({ type }: Json) => type === 'instruction.given')).toHaveLength(2);
  });

  it('tells the lead who is not satisfied, and lets the office reopen for it', async () => {
    expect(await linesOf('LD04.contact')).toContainEqual(expect.stringMatching(/【不满意】.*亭子没有栏杆。/));
    const officer = await edge().as('officer');
    const asked = { rating: 'not_reached', method: 'message', on: '2023-01-18' };
    await officer.post(`/tasks/${world.tasks[1]}/satisfaction`, asked);
    const [lead] = (await officer.get(`/satisfaction?planId=${world.planId}`)).units;
    // Each task once: what was last said of the third, and of the second that nobody was reached.
    expect(lead).toMatchObject({
      unitCode: 'LD04',
      completed: 2,
      asked: 2,
      satisfied: 0,
      unsatisfied: 1,
      notReached: 1,
      satisfiedRate: 0,
      calledBackRate: 100,
    });
    await officer.post(`/tasks/${world.tasks[1]}/satisfaction`, { ...asked, rating: 'basically', method: 'visit' });
    const own = await (await edge().as('LD04.head')).get(`/satisfaction?planId=${world.planId}`);
    expect(own).toMatchObject({ calledBackPercent: 10, units: [{ basically: 1, notReached: 0, satisfiedRate: 50 }] });
    expect((await (await edge().as('LD01.head')).get(`/satisfaction?planId=${world.planId}`)).units).toEqual([]);
    const reopened = await officer.post(`/assignments/${world.verified}/transitions`, {
      event: 'reopen',
      clock: 'same_date',
      satisfactionId: world.notSatisfied,
    });
    expect(reopened).toMatchObject({ state: 'in_progress' });
    const task = await (await edge().as('LD04.contact')).get(`/tasks/${world.tasks[2]}`);
    expect(task.satisfaction.map(({ rating }: Json) => rating)).toEqual(['satisfied', 'unsatisfied']);
    const { items } = await officer.get(`/tasks/${world.tasks[2]}/history?limit=200`);
    expect(items.find(({ type }: Json) => type === 'assignment.reopened').reason).toBe(
      'same_date: unsatisfied: 亭子没有栏杆。',
    );
    expect((await (await edge().as('LD01.head')).get(`/tasks/${world.tasks[2]}`)).satisfaction).toEqual([]);
  });
});

async function leaderOf(edge: Edge): Promise<{ displayName: string; postId: string }> {
  const [row] = await edge.query(
    `select p.display_name as "displayName", h.post_id as "postId" from person p
       join post_holding h on h.person_id = p.id where p.username = 'leader'`,
  );
  return row;
}
