import { ArchivePackages } from '@duban/reporting';
import { strFromU8, unzipSync } from 'fflate';
import { type BreakdownWorld, issueDistrictPlan, openBreakdowns } from './breakdown-world';
import { NOTHING } from './cases';
import { type Edge, expectProblem, formOf, type Json, useEdge } from './edge';

const next = (year: number): string => `云汀区${year}年重点工作责任分解方案

（一）民生

　　1.整治背街小巷二期。（牵头单位：区住建局）
`;

/** The district's own plan: task 2 is the education bureau's, 3 and 9 are the housing bureau's. */
describe('A unit that closes its own plan at the year’s end (二级分解的年终结转)', () => {
  let world: BreakdownWorld;
  let plan: Json;
  let following: Json;
  let ofCity: Json;
  const edge: () => Edge = useEdge(async (database) => {
    world = await openBreakdowns(database);
    plan = await issueDistrictPlan(world);
    const contact = await world.edge.as('LQ01.contact');
    const draft = await contact.do('POST', '/plans', { form: formOf(next(2024), 'next.txt') });
    const head = await world.edge.as('LQ01.head');
    await head.post(`/plans/${draft.id}/issue`, { year: 2024, issuedOn: '2023-01-05' });
    following = await head.get(`/plans/${draft.id}`);
    ofCity = await world.edge.draft(next(2024).replaceAll('云汀区', '临澜市').replace('区住建局', '市住建局'));
    await world.edge.query(
      `with o as (insert into post (id, kind, unit_id, title) select gen_random_uuid(), 'deputy', id, '副区长' from unit
           where code = 'LQ01' returning id),
         p as (insert into person (id, username, display_name, password_hash, is_active, created_at)
           select gen_random_uuid(), 'LQ01.deputy', '副区长', password_hash, true, now() from person
           where username = 'LQ01.contact' returning id)
       insert into post_holding (id, post_id, person_id, from_on)
       select gen_random_uuid(), o.id, p.id, '2023-01-01' from o, p`,
    );
    return world.edge;
  });
  const preview = async (who = 'LQ01.head'): Promise<Json> => (await edge().as(who)).get(`/plans/${plan.id}/close`);
  const close = async (who: string, json: object, planId: string = plan.id) =>
    (await edge().as(who)).ask('POST', `/plans/${planId}/close`, { json });
  const idOf = (number: string): string => plan.tasks.find((task: Json) => task.number === number).id;
  const carry = (number: string, toPlanId: string = following.id): object => ({
    taskId: idOf(number),
    decision: 'carry_over',
    toPlanId,
    reason: '跨年项目。',
  });
  const giveUp = (number: string): object => ({
    taskId: idOf(number),
    decision: 'give_up',
    unimplementedReason: 'funds_withdrawn',
    reason: '资金收回。',
  });
  const stateOf = async (): Promise<string> =>
    (await edge().query(`select state from plan where id = $1`, [plan.id]))[0].state;

  it('is for its heads alone, not for the office, the contact, or the units below', async () => {
    const digest = 'read-before';
    expectProblem(await close('office', { digest, decisions: [] }), 403, 'PLAN.OF_A_UNIT');
    expectProblem(await close('LQ01.contact', { digest, decisions: [] }), 403, 'RIGHTS.NOT_ALLOWED');
    expectProblem(await close('Q102.contact', { digest, decisions: [] }), 403, 'RIGHTS.NOT_ALLOWED');
    expectProblem(await close('Q102.head', { digest, decisions: [] }), 403, 'RIGHTS.NOT_ALLOWED');
    expectProblem(await close('LQ02.head', { digest, decisions: [] }), 403, 'RIGHTS.NOT_ALLOWED');
    // Nor are the government's for a unit that has a part in them.
    expectProblem(await close('LQ01.head', { digest, decisions: [] }, world.plan.id), 403, 'RIGHTS.NOT_ALLOWED');
    expectProblem(await close('LQ01.head', { digest, decisions: [] }, NOTHING), 403, 'RIGHTS.NOT_ALLOWED');
    expect(await stateOf()).toBe('issued');
  });

  it('shows what is open to head and deputy alike', async () => {
    const closing = await preview();
    expect(closing).toMatchObject({ year: 2023, verified: 0, ended: 0, open: 3 });
    expect(await preview('LQ01.deputy')).toEqual(closing);
  });

  it('leaves what it closed in sight of the unit above', async () => {
    const district = await edge().as('LQ01.head');
    const { assignments } = await district.get(`/tasks/${idOf('9')}`);
    const bureau = await edge().as('Q102.head');
    await bureau.post(`/assignments/${assignments[0].id}/transitions`, { event: 'sign_for' });
    const lower = await bureau.post(`/assignments/${assignments[0].id}/breakdown`, {
      tasks: [{ content: '测绘背街小巷', units: [{ unitId: world.unitIds['Q121'] }] }],
    });
    const { digest } = await bureau.get(`/plans/${lower.id}/close`);
    const decisions = [{ ...giveUp('9'), taskId: lower.tasks[0].id }];
    const closed = await close('Q102.head', { digest, decisions }, lower.id);
    expect([closed.status, closed.body.givenUp]).toEqual([200, [lower.tasks[0].id]]);
    expect(await district.get(`/plans/${lower.id}`)).toMatchObject({ state: 'closed' });
    expect(await district.get(`/tasks/${lower.tasks[0].id}`)).toMatchObject({ state: 'not_implemented' });
  });

  it('is refused where a task would go to another’s plan, or nobody decides on one', async () => {
    const { digest } = await preview();
    const rest = [carry('3'), carry('9')];
    for (const toPlanId of [ofCity.id, world.plan.id]) {
      const answer = await close('LQ01.head', { digest, decisions: [carry('2', toPlanId), ...rest] });
      expectProblem(answer, 404, 'PLAN.UNKNOWN');
    }
    expectProblem(await close('LQ01.head', { digest, decisions: rest }), 422, 'PLAN.UNDECIDED');
    expectProblem(await close('LQ01.head', { digest: 'stale', decisions: rest }), 409, 'PLAN.CLOSE_STALE');
    expect(await stateOf()).toBe('issued');
  });

  it('has nothing given up by the deputy: that is for the head', async () => {
    const { digest } = await preview();
    const decisions = [carry('2'), giveUp('3'), carry('9')];
    expectProblem(await close('LQ01.deputy', { digest, decisions }), 403, 'PLAN.GIVEN_UP_BY_HEAD', {
      field: 'decisions[1].decision',
    });
    expect(await stateOf()).toBe('issued');
  });

  it('is done once by two at once, with what is open carried over or given up', async () => {
    const { digest } = await preview();
    const decisions = [carry('2'), giveUp('3'), carry('9')];
    const answers = await Promise.all([1, 2].map(() => close('LQ01.head', { digest, decisions })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const { body } = answers.find(({ status }) => status === 200)!;
    expect(body.givenUp).toEqual([idOf('3')]);
    expect(body.carriedOver.map(({ fromTaskId }: Json) => fromTaskId)).toEqual([idOf('2'), idOf('9')]);
    expect(body.obligations).toBeGreaterThan(0);
    expect(await stateOf()).toBe('closed');
    const head = await edge().as('LQ01.head');
    const { tasks } = await head.get(`/plans/${following.id}`);
    expect(tasks).toHaveLength(3);
    const carried = await head.get(`/tasks/${body.carriedOver[0].toTaskId}`);
    expect(carried).toMatchObject({ carriedFromTaskId: idOf('2'), state: 'assigned' });
    expect(carried.assignments).toMatchObject([{ unitName: '云汀区教育局', role: 'lead' }]);
    // What hung under the city's part of the old year would end with that.
    const [link] = await edge().query(`select upper_assignment_id as id from task where id = $1`, [carried.id]);
    expect(link).toEqual({ id: null });
    const { items } = await (await edge().as('auditor')).get(`/history?entity=plan&entityId=${plan.id}&limit=1`);
    expect(items[0]).toMatchObject({ type: 'plan.closed', actor: { post: 'head', name: '云汀区人民政府负责人' } });
  });

  it('goes to the archive by its head’s word, and by nobody else’s of the units', async () => {
    const order = async (who: string, planId = plan.id) =>
      (await edge().as(who)).ask('POST', `/plans/${planId}/archive`, { json: { retention: '10年' } });
    for (const who of ['LQ01.contact', 'LQ01.deputy', 'Q102.head', 'LQ02.head', 'officer']) {
      expectProblem(await order(who), 403, 'RIGHTS.NOT_ALLOWED');
    }
    expectProblem(await order('LQ01.head', world.plan.id), 403, 'RIGHTS.NOT_ALLOWED');
    expectProblem(await order('LQ01.head', following.id), 409, 'ARCHIVE.PLAN_NOT_CLOSED');
    const { status, body } = await order('LQ01.head');
    expect(status).toBe(202);
    expect(await edge().app.get(ArchivePackages, { strict: false }).make(body.id)).toBe('made');
    const head = await edge().as('LQ01.head');
    expect(await head.get(`/archive-packages/${body.id}`)).toMatchObject({ state: 'made', retention: '10年' });
    const { bytes } = await head.ask('GET', `/archive-packages/${body.id}/file`);
    const metadata = strFromU8(unzipSync(bytes)['metadata.xml']!);
    expect(metadata).toContain('<责任者>云汀区人民政府');
    const { items } = await (await edge().as('auditor')).get(`/history?entity=archive_package&entityId=${body.id}`);
    expect(items.map(({ type, actor }: Json) => [type, actor.post])).toEqual([
      ['archive_package.made', 'head'],
      ['archive_package.asked', 'head'],
    ]);
  });

  it('stays to be read by the level above, and changes no more', async () => {
    const below = await (await edge().as('LQ01.contact')).get(`/assignments/${world.parts['2 LQ01'].id}/breakdown`);
    expect(below.items.map(({ id }: Json) => id)).toEqual([idOf('2')]);
    expect(await (await edge().as('office')).get(`/plans/${plan.id}`)).toMatchObject({ state: 'closed' });
    const { assignments } = await (await edge().as('LQ01.head')).get(`/tasks/${idOf('9')}`);
    const reopen = { event: 'reopen', reason: '再办。', clock: 'same_date' };
    const answer = await (
      await edge().as('LQ01.head')
    ).ask('POST', `/assignments/${assignments[0].id}/transitions`, { json: reopen });
    expectProblem(answer, 409, 'PLAN.CLOSED');
  });
});
