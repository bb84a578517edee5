import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PRESET_RETENTION } from '@duban/domain';
import { EvidenceSweeper } from '@duban/evidence';
import { verifyBundle } from '@duban/history';
import { ArchivePackages } from '@duban/reporting';
import { SteppedClock } from '@duban/kernel';
import { type Request, send } from './cases';
import { Edge, expectProblem, formOf, ISSUE, type Json, START, useEdge } from './edge';

const TEXT = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）办好民生实事

　　1.新建口袋公园12座。（牵头单位：市工信局）

　　2.修缮钟楼。（牵头单位：市民政局）
`;

describe('How long plans are kept (保管期限), and how they are disposed of (销毁)', () => {
  const home = mkdtempSync(join(tmpdir(), 'duban-retention-'));
  const clock = new SteppedClock(new Date(START));
  const contents = ['验收合格。', '竣工图。'];
  const files: Json[] = [];
  let planId: string;
  /** Closed on the same day; one of its tasks is for the head of the office and LD04 alone. */
  let restricted: string;

  const closedPlan = async (opened: Edge, prepare: (plan: Json) => Promise<unknown>): Promise<string> => {
    const office = await opened.as('office');
    const { id } = await opened.draft(TEXT);
    await office.post(`/plans/${id}/issue`, ISSUE);
    await prepare(await office.get(`/plans/${id}`));
    const { digest, tasks } = await office.get(`/plans/${id}/close`);
    const gone = { decision: 'give_up', unimplementedReason: 'funds_withdrawn', reason: '资金收回。' };
    const decisions = tasks.map(({ taskId }: Json) => ({ taskId, ...gone }));
    await office.post(`/plans/${id}/close`, { digest, decisions });
    return id;
  };
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database, { clock, settings: { DUBAN_HOME: home } });
    planId = await closedPlan(opened, async ({ tasks }) => {
      const contact = await opened.as('LD04.contact');
      const { assignments, obligations } = await contact.get(`/tasks/${tasks[0].id}`);
      await contact.post(`/assignments/${assignments[0].id}/transitions`, { event: 'sign_for' });
      for (const content of contents)
        files.push(await contact.do('POST', '/evidence', { form: formOf(content, '甲.txt') }));
      const { id: obligationId } = obligations.find(({ kind }: Json) => kind === 'action_plan');
      const evidence = files.map(({ id: fileId }) => ({ title: '材料', fileId }));
      await contact.post(`/assignments/${assignments[0].id}/reports`, { obligationId, text: '方案。', evidence });
    });
    restricted = await closedPlan(opened, async ({ tasks }) => {
      const json = { usernames: ['office', 'LD04.head'] };
      await (await opened.as('office')).do('PUT', `/tasks/${tasks[0].id}/restrictions`, { json });
    });
    return opened;
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const passTo = async (instant: string): Promise<void> => {
    clock.moveTo(new Date(instant));
    for (const who of ['office', 'officer', 'auditor', 'LD04.contact', 'leader']) await edge().signInAgain(who);
  };
  const keepFor = async (document: string, kinds: object = {}): Promise<Json> => {
    const office = await edge().as('office');
    const { version, schedule } = await office.get('/retention-schedule');
    const json = { expectedVersion: version, schedule: { ...schedule, document, ...kinds }, reason: '照新表执行。' };
    return office.do('PUT', '/retention-schedule', { json });
  };
  const due = async (who = 'officer'): Promise<Json[]> => (await edge().as(who)).all('/disposals/due', 1);
  const propose = (who: string, ...planIds: string[]): Request => [
    who,
    'POST',
    '/disposals',
    { json: { planIds, reason: '保管期满。' } },
  ];
  const decide = (who: string, id: string, decision: string): Request => [
    who,
    'POST',
    `/disposals/${id}/decision`,
    { json: { decision, reason: '已鉴定。' } },
  ];
  const hold = (who: string, isHeld: boolean): Request => [
    who,
    'PUT',
    `/plans/${planId}/disposal-hold`,
    { json: { isHeld, reason: '审计在查。' } },
  ];
  /** What keeps a plan from being proposed; nothing is written. */
  const expectKept = async (code: string, who = 'auditor', id = planId): Promise<void> => {
    const before = await edge().written();
    expectProblem(await send(edge(), propose(who, id)), 422, 'DISPOSAL.REFUSED', {
      field: 'planIds.0',
      faults: [{ code, message: expect.any(String), field: 'planIds.0' }],
    });
    expect(await edge().written()).toEqual(before);
  };
  const eventsOf = (entity: string): Promise<Json[]> =>
    edge().query(`select type, reason, plan_id, before, after from history_event where entity = $1 order by seq`, [
      entity,
    ]);
  /** Who was told that a disposal waits. */
  const told = (): Promise<Json[]> =>
    edge().query(
      `select p.kind as post, n.plan_id, n.parameters from notification n join post p on p.id = n.post_id
       where n.kind = 'disposal_proposed'`,
    );
  const stored = (): string[] =>
    readdirSync(home, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && files.some(({ id }) => entry.name.includes(id)))
      .map(({ name }) => name);

  it('go by the rules of the archives administration until the head of the office puts others, with a reason', async () => {
    const leader = await edge().as('leader');
    expect(await leader.get('/retention-schedule')).toEqual({
      version: 0,
      schedule: PRESET_RETENTION,
      reason: null,
      personId: null,
      putAt: null,
    });
    const schedule = { ...PRESET_RETENTION, document: '10年' };
    const put = (json: object): Request => ['office', 'PUT', '/retention-schedule', { json }];
    const before = await edge().written();
    const bad = { expectedVersion: 0, schedule: { ...schedule, media: '20年' }, reason: '试。' };
    const faults = [expect.objectContaining({ field: 'schedule.media' })];
    expectProblem(await send(edge(), put(bad)), 400, 'REQUEST.INVALID', { faults });
    expect(await edge().written()).toEqual(before);
    expect(await keepFor('10年')).toMatchObject({ version: 1, schedule, reason: '照新表执行。' });
    const stale = await send(edge(), put({ expectedVersion: 0, schedule, reason: '试。' }));
    expectProblem(stale, 409, 'RETENTION.STALE', { version: 1 });
    expect(await eventsOf('retention_schedule')).toMatchObject([
      {
        type: 'retention_schedule.changed',
        reason: '照新表执行。',
        before: { version: 0, schedule: { document: '永久' } },
        after: { version: 1, schedule: { document: '10年' } },
      },
    ]);
  });

  it('are due from the eleventh new year on, in the time zone of the government', async () => {
    await passTo('2033-12-31T23:59:59+08:00');
    expect(await due()).toEqual([]);
    await expectKept('DISPOSAL.NOT_DUE');
    await passTo('2034-01-01T00:00:00+08:00');
    expect(await due()).toMatchObject(
      [planId, restricted].toSorted().map((id) => ({
        planId: id,
        kind: 'document',
        closedOn: '2023-01-12',
        retention: '10年',
        dueOn: '2034-01-01',
        archivedAt: null,
        hold: null,
        disposalId: null,
        files: id === planId ? 2 : 0,
        bytes: id === planId ? files[0].size + files[1].size : 0,
      })),
    );
  });

  it('are never due where they are kept for ever, are not closed, or are not all seen', async () => {
    await expectKept('DISPOSAL.NOT_ALL_SEEN', 'auditor', restricted);
    const { id } = await edge().draft(TEXT);
    await expectKept('DISPOSAL.PLAN_NOT_CLOSED', 'auditor', id);
    await expectKept('PLAN.UNKNOWN', 'auditor', '00000000-0000-4000-8000-000000000000');
    await keepFor('永久');
    expect(await due()).toEqual([]);
    await expectKept('DISPOSAL.PERMANENT');
    await keepFor('10年');
  });

  it('stay as long as the auditor holds them', async () => {
    const { body } = await send(edge(), hold('auditor', true));
    expect(body).toMatchObject({ planId, version: 1, isHeld: true, reason: '审计在查。' });
    expectProblem(await send(edge(), hold('auditor', true)), 409, 'DISPOSAL.HELD_ALREADY', { field: 'isHeld' });
    expectProblem(await send(edge(), hold('office', false)), 403, 'RIGHTS.NOT_ALLOWED');
    expect((await due()).find((one) => one.planId === planId)).toMatchObject({ hold: '审计在查。' });
    await expectKept('DISPOSAL.ON_HOLD');
    expect((await send(edge(), hold('auditor', false))).body).toMatchObject({ version: 2, isHeld: false });
    expectProblem(await send(edge(), hold('auditor', false)), 409, 'DISPOSAL.NOT_HELD', { field: 'isHeld' });
    expect((await eventsOf('disposal_hold')).map(({ type, reason, plan_id }) => [type, reason, plan_id])).toEqual([
      ['disposal_hold.set', '审计在查。', planId],
      ['disposal_hold.lifted', '审计在查。', planId],
    ]);
  });

  it('go to the archive first where they are kept for 30 years', async () => {
    await keepFor('30年');
    expect(await due()).toEqual([]);
    await passTo('2054-01-01T08:00:00+08:00');
    await expectKept('DISPOSAL.NOT_ARCHIVED');
    const { status, body } = await send(edge(), ['auditor', 'POST', `/plans/${planId}/archive`, { json: {} }]);
    expect(status).toBe(202);
    // To have asked for it is not to have it.
    await expectKept('DISPOSAL.NOT_ARCHIVED');
    expect(await edge().app.get(ArchivePackages, { strict: false }).make(body.id)).toBe('made');
    expect((await due()).find((one) => one.planId === planId)).toMatchObject({
      archivedAt: '2054-01-01T00:00:00.000Z',
      dueOn: '2054-01-01',
    });
  });

  it('are approved by another than who proposed it', async () => {
    const { items } = (await send(edge(), propose('office', planId))).body;
    expect(items).toMatchObject([{ planId, reason: '保管期满。', decision: null, files: null, done: null }]);
    const [{ id }] = items;
    // Whoever proposed it is not told to decide on it.
    expect(await told()).toEqual([]);
    expect((await due()).find((one) => one.planId === planId)).toMatchObject({ disposalId: id });
    await expectKept('DISPOSAL.PROPOSED_ALREADY');
    const before = await edge().written();
    expectProblem(await send(edge(), decide('office', id, 'approved')), 403, 'DISPOSAL.OWN_PROPOSAL');
    expectProblem(await send(edge(), decide('auditor', id, 'approved')), 403, 'RIGHTS.NOT_ALLOWED');
    expect(await edge().written()).toEqual(before);
    // One's own is taken back so.
    expect((await send(edge(), decide('office', id, 'refused'))).body).toMatchObject({ decision: 'refused', files: 0 });
    expect((await due()).find((one) => one.planId === planId)).toMatchObject({ disposalId: null, files: 2 });
    expect((await (await edge().as('auditor')).get(`/disposals/${id}/register`)).tasks).toEqual([]);
  });

  it('are not approved any more when a hold came between', async () => {
    const [{ id }] = (await send(edge(), propose('auditor', planId))).body.items;
    const parameters = { planTitle: expect.stringContaining('临澜市2023年'), retention: '30年', reason: '保管期满。' };
    expect(await told()).toEqual([{ post: 'office', plan_id: planId, parameters }]);
    await send(edge(), hold('auditor', true));
    expectProblem(await send(edge(), decide('office', id, 'approved')), 409, 'DISPOSAL.ON_HOLD', { planId });
    await send(edge(), hold('auditor', false));
    const [would] = (await (await edge().as('auditor')).get(`/disposals/${id}/register`)).tasks;
    expect(would.files.map(({ fileId, removedAt }: Json) => [fileId, removedAt])).toEqual(
      files.map((file) => [file.id, null]).toSorted(),
    );
    // Two at once: one of them does it.
    const answers = await Promise.all([1, 2].map(() => send(edge(), decide('office', id, 'approved'))));
    const [done, late] = answers.toSorted((one, other) => one.status - other.status);
    expect(done).toMatchObject({
      status: 200,
      body: { decision: 'approved', files: 2, done: 2, carriedOutAt: clock.now().toISOString() },
    });
    expectProblem(late!, 409, 'DISPOSAL.DECIDED');
  });

  it('leave a list whose checksum is in history, an event of each file, and rows that nobody changes', async () => {
    const auditor = await edge().as('auditor');
    const [{ id, decision, registerSha256 }] = await auditor.all('/disposals', 1);
    expect(decision).toBe('approved');
    const register = await auditor.get(`/disposals/${id}/register`);
    expect(register.tasks).toMatchObject([{ number: '1', files: [{ name: '甲.txt', unitName: '市工信局' }, {}] }]);
    const lines = register.tasks
      .flatMap((task: Json) => task.files)
      .toSorted((one: Json, other: Json) => (one.fileId < other.fileId ? -1 : 1))
      .map(({ fileId, sha256 }: Json) => `${sha256}  ${fileId}\n`);
    expect(createHash('sha256').update(lines.join('')).digest('hex')).toBe(registerSha256);
    const decided = await eventsOf('disposal');
    expect(decided.map(({ type }) => type)).toEqual([
      'disposal.proposed',
      'disposal.refused',
      'disposal.proposed',
      'disposal.approved',
      'disposal.carried_out',
    ]);
    expect(decided.at(-1)).toMatchObject({ plan_id: planId, after: { files: 2 } });
    expect(decided.at(-2)).toMatchObject({ reason: '已鉴定。', plan_id: planId, after: { files: 2, registerSha256 } });
    const gone = (await eventsOf('evidence_file')).filter(({ type }) => type === 'evidence_file.disposed');
    expect(gone.map(({ after }) => [after.id, after.sha256, after.disposalId]).toSorted()).toEqual(
      files.map((file) => [file.id, file.sha256, id]).toSorted(),
    );
    for (const change of ['disposed_at = null, disposal_id = null', `sha256 = repeat('0', 64)`, 'report_id = null']) {
      await expect(edge().query(`update evidence_file set ${change}`)).rejects.toThrow('neither changed nor deleted');
    }
    await expect(edge().query(`delete from disposal_decision`)).rejects.toThrow('permission denied');
  });

  it('are read by nobody, proposed and archived no more; their bytes leave the store, also after a crash', async () => {
    const [first, second] = files;
    const link: Request = ['LD04.contact', 'POST', `/evidence/${first.id}/links`, {}];
    expectProblem(await send(edge(), link), 404, 'EVIDENCE.DISPOSED', { fileId: first.id });
    await expectKept('DISPOSAL.DISPOSED');
    expect((await due()).map((one) => one.planId)).toEqual([restricted]);
    expectProblem(
      await send(edge(), ['auditor', 'POST', `/plans/${planId}/archive`, { json: {} }]),
      409,
      'ARCHIVE.DISPOSED',
    );
    const sweeper = edge().app.get(EvidenceSweeper, { strict: false });
    expect(stored()).toHaveLength(2);
    // Taken out by a process that fell before it could note it.
    const object = readdirSync(home, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith(second.id))!;
    rmSync(join(home, object));
    for (const round of [1, 2]) {
      await sweeper.removeDisposed();
      expect([round, stored()]).toEqual([round, []]);
    }
    const rows = await edge().query(`select removed_at from evidence_file where disposed_at is not null`);
    expect(rows).toEqual([1, 2].map(() => ({ removed_at: clock.now() })));
    await expect(edge().query(`update evidence_file set removed_at = null`)).rejects.toThrow('neither changed');
  });

  it('leave history as sound as it was', async () => {
    const office = await edge().as('office');
    const { tasks } = await office.get(`/plans/${restricted}`);
    await office.do('PUT', `/tasks/${tasks[0].id}/restrictions`, { json: { usernames: [] } });
    const { text, bytes } = await send(edge(), ['auditor', 'GET', '/history/export']);
    expect(text).toContain('evidence_file.disposed');
    const pieces = async function* (): AsyncGenerator<Buffer> {
      yield bytes;
    };
    const [{ count }] = await edge().query(`select count(*)::int as count from history_event`);
    expect(await verifyBundle(pieces())).toMatchObject({ sound: { events: count } });
  });
});
