import { strFromU8, unzipSync } from 'fflate';
import { describeWithLibreOffice } from '../../../libs/documents/test/libre-office';
import { Edge, expectProblem, ISSUE, type Json, useEdge } from './edge';

const SECRET_WORDS = '整修望江阁';
const PLAN = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）办好民生实事

　　1.${SECRET_WORDS}。（牵头单位：市工信局；责任单位：市发改委）

　　2.铺设一条绿道。（牵头单位：市工信局；责任单位：市发改委）
`;
const SPAN = { from: '2023-01-01', to: '2023-12-31' };

describe('a bulletin (通报)', () => {
  let plan: Json;
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database);
    const office = await opened.as('office');
    plan = await opened.draft(PLAN);
    await office.post(`/plans/${plan.id}/issue`, ISSUE);
    plan = await office.get(`/plans/${plan.id}`);
    // The first checkpoint, which bulletins carry.
    await (await opened.as('auditor')).ask('GET', '/history/export');
    const usernames = ['office', 'LD04.contact', 'LD01.head'];
    await office.do('PUT', `/tasks/${plan.tasks[0].id}/restrictions`, { json: { usernames } });
    // Nobody has signed for anything: notices go out.
    await opened.passTo('2023-03-20T09:00:00+08:00');
    return opened;
  });
  const preview = async (who = 'office', span = SPAN): Promise<Json> =>
    (await edge().as(who)).get(`/bulletins/preview?from=${span.from}&to=${span.to}`);
  const publish = async (more: object = {}): Promise<Json> =>
    (await edge().as('office')).post('/bulletins', { ...SPAN, title: '督查通报', ...more });

  it('says what the board says, and nothing of a restricted matter, though its author is named for it', async () => {
    const content = await preview();
    const board = await (await edge().as('officer')).get('/dashboard');
    expect([content.tasks, content.lights]).toEqual([board.tasks, board.lights]);
    expect(content.obligations).toEqual({
      open: board.obligations.open,
      overdue: board.obligations.overdue,
    });
    expect(content.notices.length).toBeGreaterThan(0);
    expect(content.overdueUnits.length).toBeGreaterThan(0);
    expect(JSON.stringify(content)).not.toContain(SECRET_WORDS);
    const [secret] = await edge().query(`select count(*)::int as n from supervision_notice n
      join obligation o on o.id = n.obligation_id where o.task_id = '${plan.tasks[0].id}'`);
    expect(secret!.n).toBeGreaterThan(0);
    const all = await (await edge().as('office')).get('/notices?limit=200');
    expect(content.notices.length).toBe(all.items.filter(({ taskId }: Json) => taskId !== plan.tasks[0].id).length);
  });

  it('stays as it was published, whatever happens then, and names what is to be named once', async () => {
    const first = await publish({ words: '第一季度进展总体正常。' });
    expect(first).toMatchObject({ year: 2023, number: 1, ...SPAN, words: '第一季度进展总体正常。' });
    const toBeNamed = first.content.notices.filter(({ isToBeNamed }: Json) => isToBeNamed);
    expect(toBeNamed.length).toBeGreaterThan(0);
    await edge().passTo('2023-04-25T09:00:00+08:00');
    const reader = await edge().as('LD01.contact');
    expect(await reader.get(`/bulletins/${first.id}`)).toEqual(first);
    const later = { from: '2023-12-01', to: '2023-12-31' };
    const next = await preview('office', later);
    const named = new Set(toBeNamed.map(({ noticeId }: Json) => noticeId));
    expect(next.notices.filter(({ noticeId }: Json) => named.has(noticeId))).toEqual([]);
    const second = await publish(later);
    expect(second.number).toBe(2);
    const { items } = await reader.get('/bulletins');
    expect(items.map(({ number }: Json) => number)).toEqual([2, 1]);
    const [page] = [await reader.get('/bulletins?limit=1')];
    expect((await reader.get(`/bulletins?limit=1&cursor=${page.next}`)).items[0].id).toBe(first.id);
    const events = await (await edge().as('auditor')).get('/history?entity=bulletin&limit=10');
    expect(events.items.map(({ type, entityId }: Json) => [type, entityId]).toSorted()).toEqual(
      [first, second].map(({ id }) => ['bulletin.published', id]).toSorted(),
    );
  });

  it('is a document in Word, of what it said when it was published, and who took it is an event', async () => {
    const bulletin = await publish({ title: '<督查>通报', words: '第一段。\n第二段。' });
    const reader = await edge().as('LD04.contact');
    const answer = await reader.ask('GET', `/bulletins/${bulletin.id}/document`);
    expect(answer.headers['content-disposition']).toContain(
      `filename*=UTF-8''${encodeURIComponent(`<督查>通报 2023-${bulletin.number}.docx`)}`,
    );
    const xml = strFromU8(unzipSync(answer.bytes)['word/document.xml']!);
    const words = xml.replaceAll(/<[^>]+>/g, '');
    const [notice] = bulletin.content.notices;
    for (const said of [
      '&lt;督查&gt;通报',
      `〔2023〕第${bulletin.number}期`,
      '（2023年1月1日至2023年12月31日）',
      '第一段。第二段。',
      '一、总体情况',
      '二、逾期较多的单位',
      bulletin.content.overdueUnits[0].unitName,
      `三、督办单（${bulletin.content.notices.length}件）`,
      notice.number,
      '签收任务',
      '临澜市督查室',
      bulletin.content.checkpoint.root,
    ])
      expect(words).toContain(said);
    expect(words).not.toContain(SECRET_WORDS);
    const [event] = await edge().query(
      `select type, entity_id as id, after from history_event where entity = 'bulletin_document' order by seq desc limit 1`,
    );
    expect(event).toEqual({
      type: 'bulletin_document.downloaded',
      id: bulletin.id,
      after: { year: 2023, number: bulletin.number, format: 'docx' },
    });
    expectProblem(await reader.ask('GET', `/bulletins/${plan.id}/document`), 404, 'BULLETIN.UNKNOWN');
    expectProblem(await reader.ask('GET', `/bulletins/${bulletin.id}/document?format=odt`), 400, 'REQUEST.INVALID');
  });

  describeWithLibreOffice('as a page', () => {
    it('is a PDF', async () => {
      const { id } = await publish();
      const answer = await (await edge().as('leader')).ask('GET', `/bulletins/${id}/document?format=pdf`);
      expect([answer.status, answer.bytes.subarray(0, 5).toString()]).toEqual([200, '%PDF-']);
    });
  });

  it('gets numbers without a gap where two are published at once', async () => {
    const [{ most }] = await edge().query('select max(number) as most from bulletin');
    const made = await Promise.all([publish(), publish(), publish()]);
    expect(made.map(({ number }) => number).toSorted()).toEqual([1, 2, 3].map((n) => most + n));
  });

  it('cannot be changed or taken back by anybody', async () => {
    await publish();
    for (const statement of [`update bulletin set title = 'x'`, 'delete from bulletin', 'truncate bulletin'])
      await expect(edge().query(statement)).rejects.toThrow(/permission denied/);
  });

  it.each([
    ['a span that ends before it begins', { from: '2023-03-02', to: '2023-03-01' }, 422, 'BULLETIN.SPAN_BACKWARDS'],
    ['a day that there is not', { from: '2023-02-30' }, 400, 'REQUEST.INVALID'],
    ['no title', { title: ' ' }, 400, 'REQUEST.INVALID'],
  ])('is refused with %s, and nothing is written', async (_, wrong, status, code) => {
    const office = await edge().as('office');
    const before = await edge().written();
    expectProblem(await office.ask('POST', '/bulletins', { json: { ...SPAN, title: '通报', ...wrong } }), status, code);
    expect(await edge().written()).toEqual(before);
  });

  it('is published by the head of the office alone, and one that there is not is told so', async () => {
    const asked = { json: { ...SPAN, title: '通报' } };
    for (const username of ['officer', 'leader', 'auditor', 'LD04.head'])
      expectProblem(await (await edge().as(username)).ask('POST', '/bulletins', asked), 403, 'RIGHTS.NOT_ALLOWED');
    const reader = await edge().as('LD04.contact');
    expectProblem(await reader.ask('GET', `/bulletins/${plan.id}`), 404, 'BULLETIN.UNKNOWN');
  });
});
