import { createHash } from 'node:crypto';
import { HistoryService } from '@duban/history';
import { SteppedClock } from '@duban/kernel';
import { DisposalCarrier } from '@duban/reporting';
import { Edge, expectProblem, formOf, ISSUE, type Json, START, useEdge } from './edge';

const TEXT = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）办好民生实事

　　1.新建口袋公园12座。（牵头单位：市工信局）
`;
const MORE = 1_200;

describe('A disposal (销毁) of more files than go in one transaction', () => {
  const clock = new SteppedClock(new Date(START));
  let planId: string;
  let disposalId: string;
  let first: string;
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database, { clock });
    const [office, contact] = [await opened.as('office'), await opened.as('LD04.contact')];
    ({ id: planId } = await opened.draft(TEXT));
    await office.post(`/plans/${planId}/issue`, ISSUE);
    const { tasks } = await office.get(`/plans/${planId}`);
    const { assignments, obligations } = await contact.get(`/tasks/${tasks[0].id}`);
    await contact.post(`/assignments/${assignments[0].id}/transitions`, { event: 'sign_for' });
    ({ id: first } = await contact.do('POST', '/evidence', { form: formOf('验收合格。', '甲.txt') }));
    const { id: obligationId } = obligations.find(({ kind }: Json) => kind === 'action_plan');
    const evidence = [{ title: '材料', fileId: first }];
    await contact.post(`/assignments/${assignments[0].id}/reports`, { obligationId, text: '方案。', evidence });
    // As if the report had many more of them.
    await opened.query(
      `insert into evidence_file (id, unit_id, person_id, name, media_type, size, sha256, state, report_id, uploaded_at)
       select gen_random_uuid(), unit_id, person_id, n || '.txt', media_type, n, encode(sha256(n::text::bytea), 'hex'), state,
         report_id, uploaded_at
       from evidence_file, generate_series(1, $2::int) n where id = $1`,
      [first, MORE],
    );
    const { digest } = await office.get(`/plans/${planId}/close`);
    const gone = { decision: 'give_up', unimplementedReason: 'funds_withdrawn', reason: '资金收回。' };
    await office.post(`/plans/${planId}/close`, { digest, decisions: [{ taskId: tasks[0].id, ...gone }] });
    const { version, schedule } = await office.get('/retention-schedule');
    const json = { expectedVersion: version, schedule: { ...schedule, document: '10年' }, reason: '照新表执行。' };
    await office.do('PUT', '/retention-schedule', { json });
    clock.moveTo(new Date('2034-01-02T09:00:00+08:00'));
    for (const who of ['office', 'auditor', 'LD04.contact']) await opened.signInAgain(who);
    return opened;
  });
  const disposal = async (): Promise<Json> => (await (await edge().as('auditor')).get('/disposals')).items[0];
  const carrier = (): DisposalCarrier => edge().app.get(DisposalCarrier, { strict: false });
  const goneInHistory = async (): Promise<number> =>
    (
      await edge().query(
        `select count(distinct entity_id)::int as count from history_event where type = 'evidence_file.disposed'`,
      )
    )[0].count;

  it('is decided on at once for all of them, and carried out in part', async () => {
    const proposed = await (await edge().as('auditor')).post('/disposals', { planIds: [planId], reason: '期满。' });
    disposalId = proposed.items[0].id;
    const json = { decision: 'approved', reason: '已鉴定。' };
    const decided = await (await edge().as('office')).post(`/disposals/${disposalId}/decision`, json);
    expect(decided).toMatchObject({ files: MORE + 1, done: 500, carriedOutAt: null });
    expect(await goneInHistory()).toBe(500);
    // The list is of all that goes, whatever has gone.
    const { tasks } = await (await edge().as('auditor')).get(`/disposals/${disposalId}/register`);
    const lines = tasks[0].files
      .toSorted((one: Json, other: Json) => (one.fileId < other.fileId ? -1 : 1))
      .map(({ fileId, sha256 }: Json) => `${sha256}  ${fileId}\n`);
    expect(createHash('sha256').update(lines.join('')).digest('hex')).toBe(decided.registerSha256);
  });

  it('lets nobody read what has still to go', async () => {
    const left = await edge().query(`select id from evidence_file where disposed_at is null order by id limit 1`);
    expect(left).toHaveLength(1);
    const contact = await edge().as('LD04.contact');
    for (const { id } of [...left, { id: first }]) {
      expectProblem(await contact.ask('POST', `/evidence/${id}/links`, {}), 404, 'EVIDENCE.DISPOSED', { fileId: id });
    }
  });

  it('goes on where it was broken off, each file once, also by two workers at once', async () => {
    const history = edge().app.get(HistoryService, { strict: false });
    const append = jest.spyOn(history, 'append').mockRejectedValueOnce(new Error('fallen'));
    await carrier().carryOutDue();
    expect(append).toHaveBeenCalledTimes(1);
    append.mockRestore();
    // What one transaction began it took back.
    expect([(await disposal()).done, await goneInHistory()]).toEqual([500, 500]);
    await Promise.all([carrier().carryOutDue(), carrier().carryOutDue()]);
    await carrier().carryOutDue();
    expect(await disposal()).toMatchObject({ done: MORE + 1, carriedOutAt: clock.now().toISOString() });
    const [{ count }] = await edge().query(
      `select count(*)::int as count from history_event where type = 'evidence_file.disposed'`,
    );
    expect([count, await goneInHistory()]).toEqual([MORE + 1, MORE + 1]);
    expect(await edge().query(`select from evidence_file where disposed_at is null`)).toEqual([]);
    const events = await edge().query(
      `select type, actor_post as post from history_event where entity = 'disposal' order by seq`,
    );
    expect(events.map(({ type, post }) => [type, post])).toEqual([
      ['disposal.proposed', 'auditor'],
      ['disposal.approved', 'office'],
      ['disposal.carried_out', 'office'],
    ]);
  });
});
