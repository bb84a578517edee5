import { PRESET_MESSAGE_RULES } from '@duban/domain';
import { Edge, expectProblem, ISSUE, type Json, useEdge } from './edge';

const PLAN = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）产业

　　1.培育专精特新企业45家。（牵头单位：市工信局；责任单位：市发改委）
`;

/** LD04 (市工信局) leads and signs for nothing; it may be written to once a week. */
describe('What was said, what was not, and what it asks of units', () => {
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database);
    const office = await opened.as('office');
    await office.do('PUT', '/message-rules', {
      json: { expectedVersion: 0, rules: { ...PRESET_MESSAGE_RULES, caps: { perUnitAndWeek: 1, units: [] } } },
    });
    const { id } = await opened.draft(PLAN);
    await office.post(`/plans/${id}/issue`, ISSUE);
    opened.planId = id;
    return opened;
  });
  const recordOf = async (day: string, who = 'office'): Promise<Json[]> =>
    (await (await edge().as(who)).get(`/persons/LD04.contact/messages?day=${day}`)).items;
  const held = async (who = 'office'): Promise<Json[]> =>
    (await (await edge().as(who)).get('/units/LD04/held-messages')).items;

  it('says on the day what a cap holds, for whom, since when, and until when', async () => {
    await edge().passTo('2023-01-17T18:00:00+08:00');
    const items = await held();
    expect(items.map(({ persons }) => persons.map((one: Json) => one.personName)).toSorted()).toEqual([
      ['市工信局联络员'],
      ['市工信局负责人'],
    ]);
    for (const one of items) {
      expect(one).toMatchObject({
        kind: 'follow_up',
        planId: edge().planId,
        heldSince: '2023-01-17T01:00:00.000Z',
        // The next week that has a working day begins after the Spring Festival, on a day that makes up for it.
        until: '2023-01-28T01:00:00.000Z',
        text: expect.stringMatching(
          /^【催办】第1项“培育专精特新企业45家。”（市工信局）应于1月16日前签收任务，已逾期1天/,
        ),
      });
    }
    expect(await held('LD04.head')).toEqual(items);
    const [said] = await recordOf('2023-01-17');
    expect(said!.ways).toMatchObject([
      { channel: null, outcome: 'cap', at: '2023-01-17T01:00:00.000Z', endedAt: null, sentAt: null },
    ]);
    expect(said!.ways[0].words.zh).toContain('上限');
  });

  it('says of another day what reached somebody by which channel, and when it was read', async () => {
    const [issued] = await recordOf('2023-01-12');
    expect(issued).toMatchObject({ kind: 'task_issued', signedForAt: null });
    expect(issued!.text).toContain('已印发，其中1项由贵单位承担');
    const inbox = issued!.ways.find((way: Json) => way.channel === 'inbox');
    expect(inbox).toMatchObject({ outcome: 'delivered', readAt: null, lastError: null });
    const contact = await edge().as('LD04.contact');
    const { items } = await contact.get('/inbox');
    await contact.ask('POST', `/inbox/${items.at(-1).id}/read`);
    const [read] = await recordOf('2023-01-12', 'LD04.contact');
    expect(read!.ways.find((way: Json) => way.channel === 'inbox')).toMatchObject({ outcome: 'read' });
    expect(read!.ways.find((way: Json) => way.channel === 'inbox').readAt).not.toBeNull();
  });

  it('lets go of what is held when its time has come, and the record of the day says how it ended', async () => {
    await edge().passTo('2023-01-28T18:00:00+08:00');
    expect(await held()).toEqual([]);
    const before = await recordOf('2023-01-17');
    const [way] = before[0]!.ways;
    expect(way).toMatchObject({ outcome: 'cap' });
    expect(way.endedAt).not.toBeNull();
    const day = new Date(new Date(way.endedAt).getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
    const after = (await recordOf(day)).find(({ notificationId }) => notificationId === before[0]!.notificationId);
    expect(after!.ways).toContainEqual(expect.objectContaining({ channel: 'inbox', outcome: 'delivered' }));
  });

  it('is counted month by month, in the list and in the files alike', async () => {
    await edge().passTo('2023-04-30T18:00:00+08:00');
    const office = await edge().as('office');
    const { items } = await office.get('/burden?from=2023-01&to=2023-04');
    const of = (unitCode: string, month: string): Json =>
      items.find((row: Json) => row.unitCode === unitCode && row.month === month);
    // Signing for it is no report; the action plan of February and the first quarter of April are, and its one figure.
    expect(of('LD04', '2023-01')).toMatchObject({ reports: 0, figures: 0, notices: 1 });
    expect(of('LD04', '2023-04')).toMatchObject({ reports: 1, figures: 1, figuresAskedAgain: 0 });
    const [{ halfHours }] = await edge().query(
      `select count(distinct t.at)::int as "halfHours" from (select date_bin('30 minutes', d.created_at, 'epoch') as at
         from delivery d join post_holding h on h.person_id = d.person_id join post p on p.id = h.post_id
           join unit u on u.id = p.unit_id
         where u.code = 'LD04' and d.created_at < '2023-02-01T00:00:00+08:00') t`,
    );
    expect(of('LD04', '2023-01').messages).toBe(halfHours);
    const own = await (await edge().as('LD04.head')).get('/burden?from=2023-01&to=2023-04');
    expect(own.items).toEqual(items.filter((row: Json) => row.unitCode === 'LD04'));
    const csv = await office.ask('GET', '/burden/export?from=2023-01&to=2023-04&format=csv');
    const [head, ...lines] = csv.text.replace('\uFEFF', '').trimEnd().split('\r\n');
    expect(head).toContain('月份');
    expect(lines).toHaveLength(items.length);
    const row = of('LD04', '2023-04');
    expect(lines).toContain(
      ['month', 'unitCode', 'unitName', 'reports', 'figures', 'figuresAskedAgain', 'messages', 'notices', 'talks']
        .map((column) => String(row[column]))
        .join(','),
    );
    const xlsx = await office.ask('GET', '/burden/export?from=2023-01&to=2023-04&format=xlsx');
    expect(xlsx.bytes.subarray(0, 2).toString()).toBe('PK');
    expect(xlsx.headers['content-disposition']).toContain('filename="burden.xlsx"');
  });

  it('is nobody’s who has no business with it', async () => {
    const other = await edge().as('LD09.head');
    expectProblem(await other.ask('GET', '/units/LD04/held-messages'), 403, 'RIGHTS.NOT_ALLOWED');
    expectProblem(await other.ask('GET', '/persons/LD04.contact/messages?day=2023-01-17'), 403, 'RIGHTS.NOT_ALLOWED');
    expect((await other.get('/burden?from=2023-01&to=2023-04')).items.map((row: Json) => row.unitCode)).not.toContain(
      'LD04',
    );
    const office = await edge().as('office');
    expectProblem(await office.ask('GET', '/burden?from=2023-04&to=2023-01'), 422, 'BURDEN.BAD_RANGE');
    expectProblem(await office.ask('GET', '/persons/LD04.contact/messages?day=2023-02-30'), 400, 'REQUEST.INVALID');
    expectProblem(await office.ask('GET', '/units/NONE/held-messages'), 404, 'UNIT.UNKNOWN');
  });
});
