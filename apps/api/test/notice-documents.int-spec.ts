import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { Client } from 'pg';
import { describeWithLibreOffice } from '../../../libs/documents/test/libre-office';
import { type Answer, Edge, expectProblem, formOf, ISSUE, type Json, useEdge } from './edge';

const PLAN = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）办好民生实事

　　1.整修滨河步道。（牵头单位：市工信局）

　　2.迁建白鹭馆。（牵头单位：市民政局）

　　3.整修望江阁。（牵头单位：市工信局）
`;
const NOTHING = '00000000-0000-4000-8000-000000000000';
const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const COLOURS: Record<string, string> = { blue: '蓝色督办单', orange: '橙色督办单', red: '红色督办单' };

/** The words of a .docx, in the text and at the foot. */
const wordsOf = (bytes: Buffer): string => {
  const parts = unzipSync(bytes);
  const xml = ['word/document.xml', 'word/footer1.xml'].map((name) => (parts[name] ? strFromU8(parts[name]) : ''));
  return xml.join('').replaceAll(/<[^>]+>/g, '');
};

describe('Notices as documents', () => {
  let notices: Record<string, Json>;
  let restricted: Json;
  let shipped: Buffer;
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database);
    const office = await opened.as('office');
    const draft = await opened.draft(PLAN);
    opened.planId = draft.id;
    await office.post(`/plans/${draft.id}/issue`, ISSUE);
    // The first checkpoint, by which the first notices go.
    await (await opened.as('auditor')).ask('GET', '/history/export');
    await opened.passTo('2023-02-25T12:00:00+08:00');
    const task = await opened.task('1');
    notices = Object.fromEntries(
      (await office.all(`/notices?taskId=${task.id}`))
        .filter(({ obligationKind }) => obligationKind === 'action_plan')
        .map((one) => [one.colour, one]),
    );
    const third = await opened.task('3');
    [restricted] = await office.all(`/notices?taskId=${third.id}`);
    await office.do('PUT', `/tasks/${third.id}/restrictions`, { json: { usernames: ['office', 'LD04.head'] } });
    shipped = (await office.ask('GET', '/notices/template/file')).bytes;
    return opened;
  });
  const documentOf = async (username: string, notice: Json, query = ''): Promise<Answer> =>
    (await edge().as(username)).ask('GET', `/notices/${notice.id}/document${query}`);
  /** The shipped template with another sentence in its text. */
  const templateWith = (words: string): Buffer => {
    const parts = unzipSync(shipped);
    const xml = strFromU8(parts['word/document.xml']!);
    const paragraph = `<w:p><w:r><w:t>${words}</w:t></w:r></w:p>`;
    return Buffer.from(
      zipSync({ ...parts, 'word/document.xml': strToU8(xml.replace('<w:sectPr>', `${paragraph}<w:sectPr>`)) }),
    );
  };
  const put = async (
    bytes: Buffer | string,
    fields: Record<string, string> = {},
    username = 'office',
  ): Promise<Answer> =>
    (await edge().as(username)).ask('PUT', '/notices/template', {
      form: formOf(bytes, '督办单模板.docx', 'file', fields),
    });

  it.each(Object.keys(COLOURS))('are headed in their colour, and say what was sent before: %s', async (colour) => {
    const answer = await documentOf('LD04.contact', notices[colour]);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, DOCX]);
    expect(answer.headers['content-disposition']).toContain(encodeURIComponent(notices[colour].number));
    const words = wordsOf(answer.bytes);
    expect(Object.values(COLOURS).filter((title) => words.includes(title))).toContain(COLOURS[colour]);
    expect(words.startsWith(`临澜市督查室${COLOURS[colour]}编号：${notices[colour].number}`)).toBe(true);
    for (const part of ['整修滨河步道。', '第1项', '报送办理方案', '2023年2月10日', '书面答复', '督办单答复（回执）'])
      expect(words).toContain(part);
    const before = Object.keys(COLOURS).slice(0, Object.keys(COLOURS).indexOf(colour));
    expect(Object.keys(COLOURS).filter((one) => words.includes(` · ${COLOURS[one]}`))).toEqual(before);
    expect(words).toContain(' · 催办');
  });

  it('print the newest checkpoint (存证) of the day of issue, so that it is kept outside', async () => {
    const [checkpoint] = (await (await edge().as('auditor')).get('/history/checkpoints')).items.slice(-1);
    const words = wordsOf((await documentOf('office', notices['blue'])).bytes);
    expect(words).toContain(
      `存证：第${checkpoint.number}号，留痕${checkpoint.size}条，根${checkpoint.root.slice(0, 12)}`,
    );
  });

  it('stay what was sent, whatever units, tasks, people and the template are called later', async () => {
    const before = await documentOf('office', notices['orange']);
    await edge().query(`update unit set name = '市经信委', official_name = '临澜市经信委' where code = 'LD04'`);
    await edge().query(`update task set content = '别的事。' where plan_id = $1 and number = '1'`, [edge().planId]);
    await edge().query(`update person set display_name = '继任者'`);
    expect((await put(templateWith('另一个模板。'))).status).toBe(200);
    const after = await documentOf('office', notices['orange']);
    expect(after.bytes.equals(before.bytes)).toBe(true);
    await edge().query(`update unit set name = '市工信局', official_name = '临澜市工业和信息化局' where code = 'LD04'`);
    await edge().query(`update task set content = '整修滨河步道。' where plan_id = $1 and number = '1'`, [
      edge().planId,
    ]);
  });

  it('go by the template that was in force when they were issued, also after another, and after going back', async () => {
    const office = await edge().as('office');
    const { version } = await office.get('/notices/template');
    const answer = await put(templateWith('第{{编号}}'), { expectedVersion: String(version) });
    expectProblem(answer, 422, 'TEMPLATE.FAULTY');
    const own = await put(templateWith('本市自用模板：{编号}'), { expectedVersion: String(version) });
    expect([own.status, own.body.version, own.body.isDefault]).toEqual([200, version + 1, false]);
    const draft = await edge().draft(PLAN.replaceAll('整修滨河步道', '疏浚护城河'));
    await office.post(`/plans/${draft.id}/issue`, { ...ISSUE, issuedOn: '2023-02-24' });
    await edge().passTo('2023-03-08T12:00:00+08:00');
    const back = await office.do('DELETE', `/notices/template?expectedVersion=${version + 1}`);
    expect([back.version, back.isDefault]).toEqual([version + 2, true]);
    const [late] = await office.all(`/notices?planId=${draft.id}`);
    const words = wordsOf((await documentOf('office', late)).bytes);
    expect(words).toContain(`本市自用模板：${late.number}`);
    expect(wordsOf((await documentOf('office', notices['blue'])).bytes)).not.toContain('本市自用模板');
    const events = await edge().query(`select type from history_event where entity = 'notice_template' order by seq`);
    expect(events.map(({ type }) => type)).toEqual([
      'notice_template.shipped',
      'notice_template.replaced',
      'notice_template.replaced',
      'notice_template.reset',
    ]);
  });

  it('take no template that somebody else replaced meanwhile, and none from anybody but the head of the office', async () => {
    expectProblem(await put(shipped, { expectedVersion: '1' }), 409, 'NOTICE_TEMPLATE.STALE');
    expectProblem(await put(shipped, {}, 'officer'), 403, 'RIGHTS.NOT_ALLOWED');
  });

  it('take no template with a fault, and name the field and where it stands; nothing is changed', async () => {
    const before = await edge().written();
    const answer = await put(templateWith('承办人：{承办人}'));
    expectProblem(answer, 422, 'TEMPLATE.FAULTY');
    expect(answer.body.errors ?? answer.body.faults).toEqual([
      expect.objectContaining({
        code: 'TEMPLATE.UNKNOWN_FIELD',
        field: '承办人',
        message: expect.stringContaining('“承办人：{承办人}”'),
      }),
    ]);
    expectProblem(await put('只是文字'), 422, 'TEMPLATE.NOT_DOCX');
    expectProblem(await put(shipped, { expectedVersion: 'a' }), 400, 'REQUEST.INVALID');
    expect(await edge().written()).toEqual(before);
  });

  it('may be tried by another template on a notice or an invented one, of which nothing is kept', async () => {
    const before = await edge().written();
    const office = await edge().as('office');
    const preview = (fields: Record<string, string>): Promise<Answer> =>
      office.ask('POST', '/notices/template/preview', { form: formOf(templateWith('试用'), 'a.docx', 'file', fields) });
    const real = wordsOf((await preview({ noticeId: notices['red'].id })).bytes);
    expect([real.includes('试用'), real.includes(notices['red'].number)]).toEqual([true, true]);
    expect(wordsOf((await preview({})).bytes)).toContain('督办橙〔2026〕1号');
    expectProblem(await preview({ noticeId: NOTHING }), 404, 'NOTICE.UNKNOWN');
    expectProblem(await preview({ format: 'odt' }), 400, 'REQUEST.INVALID');
    expect(await edge().written()).toEqual(before);
  });

  it('are for those who see the notice: not for another unit, and of a restricted matter for those named alone', async () => {
    expectProblem(await documentOf('LD05.contact', notices['blue']), 403, 'NOTICE.NOT_YOURS');
    expect((await documentOf('LD04.head', restricted)).status).toBe(200);
    for (const who of ['officer', 'LD04.contact', 'leader', 'auditor', 'admin'])
      expectProblem(await documentOf(who, restricted), 404, 'NOTICE.UNKNOWN');
    expectProblem(await documentOf('office', { id: NOTHING }), 404, 'NOTICE.UNKNOWN');
    expectProblem(await documentOf('office', notices['blue'], '?format=odt'), 400, 'REQUEST.INVALID');
  });

  it('leave an event when somebody takes one, which the unit is not shown', async () => {
    await documentOf('leader', notices['red']);
    const [event] = await edge().query(
      `select type, entity_id as id, after from history_event where entity = 'notice_document' order by seq desc limit 1`,
    );
    expect(event).toMatchObject({
      type: 'notice_document.downloaded',
      id: notices['red'].id,
      after: { number: notices['red'].number, format: 'docx', templateVersion: 1 },
    });
    const shownTo = async (username: string): Promise<string[]> =>
      (await (await edge().as(username)).all(`/tasks/${notices['red'].taskId}/history`)).map(({ type }) => type);
    expect(await shownTo('office')).toContain('notice_document.downloaded');
    expect(await shownTo('LD04.head')).not.toContain('notice_document.downloaded');
  });

  it('are recorded at the first taking where an earlier version of duban issued them', async () => {
    const id = notices['blue'].id;
    // As the owner of the schema, since nobody else can take a record away.
    const owner = new Client({ connectionString: edge().databaseUrl });
    await owner.connect();
    await owner.query(`alter table notice_document disable trigger user`);
    await owner.query(`delete from notice_document where notice_id = $1`, [id]);
    await owner.query(`alter table notice_document enable trigger user`);
    await owner.end();
    const first = await documentOf('LD04.contact', notices['blue']);
    expect(first.status).toBe(200);
    expect((await documentOf('office', notices['blue'])).bytes.equals(first.bytes)).toBe(true);
  });

  describeWithLibreOffice('with LibreOffice', () => {
    it('come as PDF', async () => {
      const answer = await documentOf('LD04.contact', notices['red'], '?format=pdf');
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/pdf']);
      expect(answer.bytes.subarray(0, 5).toString()).toBe('%PDF-');
    }, 120_000);
  });
});
