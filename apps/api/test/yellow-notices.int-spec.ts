import { strFromU8, unzipSync } from 'fflate';
import { COMPLETION } from './cases';
import { Edge, ISSUE, type Json, useEdge } from './edge';

const PLAN = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）办好民生实事

　　1.整修滨河步道，6月底前完成。（牵头单位：市工信局）

　　2.迁建白鹭馆。（牵头单位：市民政局）
`;
const wordsOf = (bytes: Buffer): string => strFromU8(unzipSync(bytes)['word/document.xml']!).replaceAll(/<[^>]+>/g, '');

/** By the slips of 宿迁: the completion of the first task is due on Friday 30 June 2023, of the report of May on 5 June. */
describe('Slips in blue, yellow and red', () => {
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database);
    const office = await opened.as('office');
    const draft = await opened.draft(PLAN);
    opened.planId = draft.id;
    await office.post(`/plans/${draft.id}/issue`, { ...ISSUE, policy: 'slips-suqian' });
    const contact = await opened.as('LD04.contact');
    const part = await opened.part('1', 'LD04');
    await contact.post(`/assignments/${part.id}/transitions`, { event: 'sign_for' });
    return opened;
  });
  const slips = async (): Promise<string[]> =>
    (await (await edge().as('office')).all('/notices'))
      .filter((one: Json) => one.obligationKind === 'completion' && one.taskNumber === '1')
      .map((one: Json) => `${one.issuedAt.slice(0, 10)} ${one.number} ${one.state}`);
  const light = async (): Promise<[string, string | null]> => {
    const lines = await (await edge().as('office')).all(`/tasks?planId=${edge().planId}`);
    const { light: shown, notice } = lines.find((one: Json) => one.number === '1');
    return [shown, notice];
  };

  it('come before the date, and yellow where the work is behind its plan', async () => {
    await edge().passTo('2023-06-28T12:00:00+08:00');
    expect(await slips()).toEqual([
      expect.stringMatching(/^2023-06-25 督办蓝〔2023〕\d+号 raised$/),
      expect.stringMatching(/^2023-06-28 督办黄〔2023〕\d+号 issued$/),
    ]);
  });

  it('make the task yellow where nothing is late, on the board, by its filter and by itself', async () => {
    // The reports that nobody handed in are not what it is about.
    await edge().query(`update supervision_notice n set state = 'closed', next_step = null, next_step_at = null
      from obligation o where o.id = n.obligation_id and o.kind <> 'completion'`);
    await edge().query(`update obligation set state = 'lapsed', next_rung = null, next_rung_at = null
      where kind <> 'completion' and due_at < '2023-06-28T04:00:00Z'`);
    expect(await light()).toEqual(['yellow', 'yellow']);
    const office = await edge().as('office');
    const found = await office.all(`/tasks?planId=${edge().planId}&light=yellow`);
    expect(found.map((one: Json) => one.number)).toContain('1');
    expect((await edge().task('1')).light).toBe('yellow');
  });

  it('have their colour and what they ask for in the document', async () => {
    const office = await edge().as('office');
    const [yellow] = (await office.all('/notices?colour=yellow')).filter(
      (one: Json) => one.obligationKind === 'completion',
    );
    const words = wordsOf((await office.ask('GET', `/notices/${yellow.id}/document`)).bytes);
    expect(words).toContain('黄色督办单');
    expect(words).not.toContain('蓝色督办单编号');
    expect(words).toContain('办理进度滞后或质量不高');
    const blue = (await office.all('/notices?colour=blue')).find((one: Json) => one.obligationKind === 'completion');
    expect(wordsOf((await office.ask('GET', `/notices/${blue.id}/document`)).bytes)).toContain('确保按时完成');
  });

  it('of what is overdue are red, until it is done', async () => {
    await edge().passTo('2023-07-03T12:00:00+08:00');
    expect((await slips()).at(-1)).toMatch(/^2023-07-03 督办红〔2023〕\d+号 issued$/);
    expect(await light()).toEqual(['red', 'red']);
  });

  it('of what is returned as poor are yellow at once', async () => {
    const [contact, office] = [await edge().as('LD04.contact'), await edge().as('office')];
    const { id } = await edge().part('1', 'LD04');
    await contact.post(`/assignments/${id}/transitions`, COMPLETION);
    await office.post(`/assignments/${id}/transitions`, { event: 'return', reason: '护栏未修，质量不高' });
    await edge().passTo('2023-07-03T14:00:00+08:00');
    const returned = (await office.all('/notices?colour=yellow')).filter(
      (one: Json) => one.obligationKind === 'rectification',
    );
    expect(returned).toMatchObject([
      { taskNumber: '1', colour: 'yellow', issuedAt: expect.stringMatching(/^2023-07-03/) },
    ]);
  });
});
