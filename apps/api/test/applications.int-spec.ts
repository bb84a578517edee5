import { COMPLETION, NOTHING, type Part, send, toldTo } from './cases';
import { Edge, expectProblem, formOf, ISSUE, type Json, useEdge } from './edge';

const PLAN = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）办好民生实事

　　1.修缮城墙。（牵头单位：市工信局；责任单位：市发改委）

　　2.新建公园。（牵头单位：市发改委）

　　3.疏浚河道。（牵头单位：市民政局）

　　4.迁建车站。（牵头单位：市工信局）

　　5.开通夜间公交。（牵头单位：市工信局；责任单位：市发改委）
`;

/** LD04 is 市工信局, LD01 is 市发改委, LD06 is 市民政局. */
const useMatters = (): (() => Edge) =>
  useEdge(async (database) => {
    const edge = await Edge.open(database);
    const office = await edge.as('office');
    const draft = await office.do('POST', '/plans', { form: formOf(PLAN) });
    edge.planId = draft.id;
    await office.post(`/plans/${draft.id}/issue`, ISSUE);
    for (const [number, code] of [
      ['1', 'LD04'],
      ['1', 'LD01'],
      ['2', 'LD01'],
      ['3', 'LD06'],
      ['4', 'LD04'],
      ['5', 'LD04'],
      ['5', 'LD01'],
    ] as const) {
      const part = await edge.part(number, code);
      await (await edge.as(`${code}.contact`)).post(`/assignments/${part.id}/transitions`, { event: 'sign_for' });
    }
    return edge;
  });

const EXTENSION = { kind: 'extension', reason: '连续降雨，无法施工。', progress: '已完成一半。' };

describe('Applications', () => {
  const edge = useMatters();
  const apply = async (who: string, part: Part, json: object) =>
    send(edge(), [who, 'POST', `/assignments/${part.id}/applications`, { json }]);
  const move = async (who: string, id: string, json: object) =>
    send(edge(), [who, 'POST', `/applications/${id}/transitions`, { json }]);
  const act = async (who: string, part: Part, json: object) =>
    (await edge().as(who)).post(`/assignments/${part.id}/transitions`, json);
  const owed = (part: Part, kind: string): Json => part.obligations.find((o: Json) => o.kind === kind);
  const lightOf = async (number: string, query = ''): Promise<string> => {
    const { items } = await (await edge().as('office')).get(`/tasks?planId=${edge().planId}${query}`);
    const { id, light } = items.find((task: Json) => task.number === number);
    const detail = await (await edge().as('office')).get(`/tasks/${id}${query.replace('&', '?')}`);
    expect(detail.light).toBe(light);
    return light;
  };

  describe('for more time (延期)', () => {
    let part: Part;
    let plan: Json;
    let denied: Json;
    beforeAll(async () => {
      part = await edge().part('1', 'LD04');
      plan = owed(part, 'action_plan');
    });

    it('are asked before the date, with a later one, a reason and the progress, by the unit itself', async () => {
      const asked = { ...EXTENSION, obligationId: plan.id };
      expectProblem(await apply('LD04.contact', part, { ...asked, dueOn: plan.dueOn }), 422, 'EXTENSION.NOT_LATER', {
        field: 'dueOn',
      });
      expectProblem(await apply('LD04.contact', part, { kind: 'extension', reason: 'x' }), 400, 'REQUEST.INVALID');
      expectProblem(await apply('LD01.contact', part, { ...asked, dueOn: '2023-02-20' }), 403, 'ASSIGNMENT.NOT_YOURS');
      expectProblem(await apply('LD06.contact', part, { ...asked, dueOn: '2023-02-20' }), 403, 'ASSIGNMENT.NOT_YOURS');
      expectProblem(await apply('officer', part, { ...asked, dueOn: '2023-02-20' }), 422, 'APPLICATION.UNIT_ASKS');
      const other = { ...asked, obligationId: NOTHING, dueOn: '2023-02-20' };
      expectProblem(await apply('LD04.contact', part, other), 404, 'OBLIGATION.UNKNOWN');
    });

    it('wait with one at a time for each date, and are told to the office', async () => {
      const asked = { ...EXTENSION, obligationId: plan.id, dueOn: '2023-02-20' };
      const answer = await apply('LD04.contact', part, asked);
      expect(answer.status).toBe(201);
      denied = answer.body;
      expect(denied).toMatchObject({ state: 'requested', presentDueOn: '2023-02-10', askedDueOn: '2023-02-20' });
      expectProblem(await apply('LD04.head', part, asked), 409, 'EXTENSION.OPEN_ALREADY');
      const { items } = await (await edge().as('LD04.head')).get('/applications?state=requested');
      expect(items).toEqual([expect.objectContaining({ id: denied.id, unitName: '市工信局', taskNumber: '1' })]);
      expect((await (await edge().as('LD06.head')).get('/applications')).items).toEqual([]);
    });

    it('are not decided by the unit, nor denied without a reason', async () => {
      expectProblem(await move('LD04.head', denied.id, { event: 'approve' }), 403, 'APPLICATION.NOT_YOURS');
      expectProblem(await move('officer', denied.id, { event: 'deny' }), 422, 'APPLICATION.REASON_REQUIRED');
      expectProblem(await move('LD06.head', denied.id, { event: 'withdraw' }), 404, 'APPLICATION.UNKNOWN');
    });

    it('that are denied leave the date, and may be asked again', async () => {
      const { body } = await move('officer', denied.id, { event: 'deny', reason: '雨期已过。' });
      expect(body).toMatchObject({ state: 'denied', decision: '雨期已过。', grantedDueOn: null });
      expect(owed(await edge().part('1', 'LD04'), 'action_plan')).toMatchObject({
        dueOn: '2023-02-10',
        deadlineVersion: 1,
      });
      const again = await apply('LD04.contact', part, { ...EXTENSION, obligationId: plan.id, dueOn: '2023-02-20' });
      expect(again.status).toBe(201);
      expectProblem(await move('officer', denied.id, { event: 'approve' }), 409, 'APPLICATION.DECIDED', {
        last: expect.objectContaining({ type: 'application.denied' }),
      });
    });

    it('do not stop the ladder while they wait, and clear what was late once granted (righttoknow 102)', async () => {
      await edge().passTo('2023-02-14T12:00:00+08:00');
      expect(await lightOf('1')).toBe('yellow');
      const [{ id }] = (await (await edge().as('officer')).get('/applications?state=requested')).items;
      const { body } = await move('officer', id, { event: 'approve', dueOn: '2023-02-22', reason: '同意。' });
      expect(body).toMatchObject({ state: 'approved', askedDueOn: '2023-02-20', grantedDueOn: '2023-02-22' });
      expect(await lightOf('1')).toBe('green');
      // What was shown in its time stays.
      expect(await lightOf('1', '&asOf=2023-02-14T11:00:00%2B08:00')).toBe('yellow');
    });

    it('count the new date from nothing but the application, and say so (cmc-claim-store 39)', async () => {
      const { items } = await (await edge().as('office')).get(`/obligations?planId=${edge().planId}&kind=action_plan`);
      const extended = items.find((o: Json) => o.id === plan.id);
      expect(extended).toMatchObject({
        dueOn: '2023-02-22',
        isOverdue: false,
        deadline: {
          version: 2,
          rule: 'extension granted on application',
          base: { applicationId: expect.any(String), extendedFrom: 1, effectiveOn: '2023-02-10' },
        },
      });
      await edge().passTo('2023-02-15T12:00:00+08:00');
      const lines = (await toldTo(edge(), 'LD04.head')).flatMap((digest) => digest.lines);
      expect(lines).toContainEqual(expect.stringContaining('“报送办理方案”延期至2月22日：同意'));
    });

    it('beyond the powers of officers are granted by the head of the office', async () => {
      const asked = { ...EXTENSION, obligationId: plan.id, dueOn: '2023-02-24' };
      const { body } = await apply('LD04.contact', part, asked);
      expectProblem(await move('officer', body.id, { event: 'approve' }), 422, 'EXTENSION.HEAD_DECIDES');
      expectProblem(
        await move('office', body.id, { event: 'approve', dueOn: '2023-02-22' }),
        422,
        'EXTENSION.NOT_LATER',
      );
      expect((await move('office', body.id, { event: 'approve' })).body).toMatchObject({ grantedDueOn: '2023-02-24' });
    });

    it('of a lead’s completion move its task’s date', async () => {
      const completion = owed(await edge().part('4', 'LD04'), 'completion');
      const { body } = await apply('LD04.head', await edge().part('4', 'LD04'), {
        ...EXTENSION,
        obligationId: completion.id,
        dueOn: '2024-03-01',
      });
      expect((await move('office', body.id, { event: 'approve' })).status).toBe(200);
      expect(await edge().task('4')).toMatchObject({ dueOn: '2024-03-01' });
    });

    it('are refused after the date, and withdrawn by the unit that asked', async () => {
      const late = await edge().part('3', 'LD06');
      const missed = owed(late, 'action_plan');
      const asked = { ...EXTENSION, obligationId: missed.id, dueOn: '2023-03-20' };
      expectProblem(await apply('LD06.contact', late, asked), 409, 'EXTENSION.AFTER_DUE');
      const report = owed(late, 'progress_report');
      const { body } = await apply('LD06.contact', late, {
        ...EXTENSION,
        obligationId: report.id,
        dueOn: '2023-05-20',
      });
      expect((await move('LD06.head', body.id, { event: 'withdraw' })).body).toMatchObject({ state: 'withdrawn' });
      expectProblem(await move('officer', body.id, { event: 'approve' }), 409, 'APPLICATION.DECIDED');
    });

    it('are taken back by themselves once the obligation is settled', async () => {
      const done = await edge().part('3', 'LD06');
      const report = owed(done, 'progress_report');
      const { body } = await apply('LD06.contact', done, {
        ...EXTENSION,
        obligationId: report.id,
        dueOn: '2023-05-20',
      });
      await (
        await edge().as('LD06.contact')
      ).post(`/assignments/${done.id}/reports`, { obligationId: report.id, text: '已办。' });
      const { items } = await (await edge().as('office')).get('/applications?kind=extension&state=withdrawn');
      expect(items).toContainEqual(expect.objectContaining({ id: body.id, decidedBy: null }));
    });

    it('are refused while the part is suspended', async () => {
      const part3 = await edge().part('3', 'LD06');
      await act('officer', part3, { event: 'suspend', reason: '汛期。', resumeOn: '2023-03-01' });
      const completion = owed(part3, 'completion');
      const asked = { ...EXTENSION, obligationId: completion.id, dueOn: '2024-03-01' };
      expectProblem(await apply('LD06.contact', part3, asked), 409, 'APPLICATION.SUSPENDED');
      await act('officer', part3, { event: 'resume' });
    });
  });

  describe('about a date that a lead set', () => {
    it('are decided by that lead, not by the office', async () => {
      const part = await edge().part('1', 'LD01');
      await act('LD01.contact', part, COMPLETION);
      await act('LD04.head', part, { event: 'return', reason: '佐证不足。', rectifyBy: '2023-02-28' });
      const rectification = owed(await edge().part('1', 'LD01'), 'rectification');
      const { body } = await apply('LD01.contact', part, {
        ...EXTENSION,
        obligationId: rectification.id,
        dueOn: '2023-03-10',
      });
      expect(body.approverUnitId).not.toBeNull();
      expectProblem(await move('office', body.id, { event: 'approve' }), 403, 'APPLICATION.NOT_YOURS');
      expectProblem(await move('LD01.head', body.id, { event: 'approve' }), 403, 'APPLICATION.NOT_YOURS');
      expect((await move('LD04.contact', body.id, { event: 'approve' })).body).toMatchObject({ state: 'approved' });
      expect(owed(await edge().part('1', 'LD01'), 'rectification')).toMatchObject({ dueOn: '2023-03-10' });
    });
  });

  describe('to end without success (未能办成)', () => {
    const CLOSE = { kind: 'close_unimplemented', unimplementedReason: 'funds_withdrawn', reason: '专项资金收回。' };

    it('are asked by the head of the unit, and carried out by the approval of the head of the office', async () => {
      const part = await edge().part('2', 'LD01');
      expectProblem(await apply('LD01.contact', part, CLOSE), 403, 'APPLICATION.HEAD_ASKS');
      const { body } = await apply('LD01.head', part, CLOSE);
      expectProblem(await apply('LD01.head', part, CLOSE), 409, 'APPLICATION.OPEN_ALREADY');
      expectProblem(await move('officer', body.id, { event: 'approve' }), 403, 'APPLICATION.NOT_YOURS');
      expect((await move('office', body.id, { event: 'approve', reason: '属实。' })).body).toMatchObject({
        state: 'approved',
      });
      const task = await edge().task('2');
      expect(task).toMatchObject({ state: 'not_implemented' });
      expect(task.obligations.map((o: Json) => o.state)).not.toContain('open');
      expectProblem(await apply('LD01.head', part, { kind: 'review', reason: 'x' }), 409, 'APPLICATION.PART_ENDED');
    });

    it('are decided by nobody who asked, in this way or another', async () => {
      const part = await edge().part('4', 'LD04');
      const { body } = await apply('office', part, CLOSE);
      expectProblem(await move('office', body.id, { event: 'approve' }), 422, 'APPLICATION.OWN');
      const direct = { event: 'close_unimplemented', unimplementedReason: 'funds_withdrawn', reason: '收回。' };
      const answer = await send(edge(), ['office', 'POST', `/assignments/${part.id}/transitions`, { json: direct }]);
      expectProblem(answer, 422, 'ASSIGNMENT.OWN_REQUEST');
      expect((await move('officer', body.id, { event: 'withdraw' })).body).toMatchObject({ state: 'withdrawn' });
    });

    it('are decided once by two heads at once; the other hears by whom', async () => {
      const [{ id: postId }] = await edge().query(`select id from post where kind = 'office'`);
      const days = { from: '2023-02-15', until: '2023-03-31' };
      await (await edge().as('office')).post('/delegations', { postId, to: 'officer', ...days, reason: '出差。' });
      const standIn = (await edge().as('officer')).in(postId);
      const part = await edge().part('4', 'LD04');
      const { body } = await apply('LD04.head', part, CLOSE);
      const answers = await Promise.all([
        move('office', body.id, { event: 'approve', reason: '属实。' }),
        standIn.ask('POST', `/applications/${body.id}/transitions`, { json: { event: 'deny', reason: '不属实。' } }),
      ]);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
      const lost = answers.find(({ status }) => status === 409)!;
      expectProblem(lost, 409, 'APPLICATION.DECIDED', {
        last: expect.objectContaining({ type: expect.stringMatching(/^application\.(approved|denied)$/) }),
      });
    });
  });

  describe('for a review (复核) of a return', () => {
    const REVIEW = { kind: 'review', reason: '佐证已随报告附上。' };

    it('are refused where nothing was returned, and decided by nobody who returned it', async () => {
      const part = await edge().part('5', 'LD04');
      expectProblem(await apply('LD04.contact', part, REVIEW), 409, 'REVIEW.NOT_RETURNED');
      await act('LD04.contact', part, { ...COMPLETION, goAheadReason: '另报。' });
      await act('office', part, { event: 'return', reason: '不实。' });
      const { body } = await apply('LD04.contact', part, REVIEW);
      expectProblem(await move('office', body.id, { event: 'approve' }), 422, 'APPLICATION.OWN_RETURN');
      expect((await move('LD04.head', body.id, { event: 'withdraw' })).body).toMatchObject({ state: 'withdrawn' });
    });

    it('that are denied leave the return as it is, and are not asked again', async () => {
      const part = await edge().part('5', 'LD04');
      await act('LD04.contact', part, { ...COMPLETION, goAheadReason: '另报。' });
      await act('officer', part, { event: 'return', reason: '仍不实。' });
      const { body } = await apply('LD04.contact', part, REVIEW);
      const denied = await move('office', body.id, { event: 'deny', reason: '退回得当。' });
      expect(denied.body).toMatchObject({ state: 'denied' });
      expect((await edge().part('5', 'LD04')).obligations.filter((o: Json) => o.kind === 'rectification')).toHaveLength(
        2,
      );
      expectProblem(await apply('LD04.contact', part, REVIEW), 409, 'REVIEW.DECIDED');
    });

    it('that are upheld annul it: the completion waits again, and nothing is to be rectified', async () => {
      const part = await edge().part('5', 'LD01');
      await act('LD01.contact', part, COMPLETION);
      await act('LD04.head', part, { event: 'return', reason: '佐证不足。' });
      const restore = await send(edge(), [
        'office',
        'POST',
        `/assignments/${part.id}/transitions`,
        { json: { event: 'restore' } },
      ]);
      expectProblem(restore, 422, 'ASSIGNMENT.NO_REVIEW');
      const { body } = await apply('LD01.contact', part, REVIEW);
      expectProblem(await move('officer', body.id, { event: 'approve' }), 403, 'APPLICATION.NOT_YOURS');
      expect((await move('office', body.id, { event: 'approve' })).body).toMatchObject({ state: 'approved' });
      const task = await edge().task('5');
      expect(task.assignments.find((a: Json) => a.id === part.id)).toMatchObject({ state: 'reported' });
      const { obligations } = await edge().part('5', 'LD01');
      expect(obligations.filter((o: Json) => o.kind === 'rectification').map((o: Json) => o.state)).toEqual(['lapsed']);
      await act('LD04.head', part, { event: 'verify' });
    });

    it('are refused later than five working days after it', async () => {
      const part = await edge().part('3', 'LD06');
      await act('LD06.contact', part, COMPLETION);
      await act('officer', part, { event: 'return', reason: '不实。' });
      await edge().passTo('2023-02-23T12:00:00+08:00');
      expectProblem(await apply('LD06.contact', part, REVIEW), 409, 'REVIEW.TOO_LATE');
    });
  });
});
