import { URGE_WORDS } from './cases';
import { Edge, expectProblem, ISSUE, type Json, useEdge } from './edge';

const PLAN = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）办好民生实事

　　1.整修滨河步道{due}<b>一期</b>。（牵头单位：市工信局）
`;
const KIND = { name: 'urge', ...URGE_WORDS };
const OWN = { ...URGE_WORDS, name: 'district-urge', zh: `【区督查】${URGE_WORDS.zh}` };

describe('Words of messages (消息模板)', () => {
  let rules: Json;
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database);
    const office = await opened.as('office');
    rules = (await office.get('/policies/annual-report')).rules;
    const draft = await opened.draft(PLAN);
    opened.planId = draft.id;
    await office.post(`/plans/${draft.id}/issue`, ISSUE);
    // Signing for it was to be done by the 16th: urged on the 17th.
    await opened.passTo('2023-01-17T18:00:00+08:00');
    return opened;
  });
  const put = async (json: object, username = 'office') =>
    (await edge().as(username)).ask('PUT', '/message-templates', { json });
  const inbox = async (): Promise<string[]> => {
    const { items } = await (await edge().as('LD04.contact')).get('/inbox?limit=50');
    return items.flatMap(({ items: lines }: Json) => lines.map(({ text }: Json) => text));
  };

  it('are listed with the fields that each kind may name, and with what has to be there', async () => {
    const { items, kinds } = await (await edge().as('officer')).get('/message-templates');
    expect(items).toEqual([]);
    const urge = kinds.find(({ about }: Json) => about === 'urge');
    expect(urge.zh).toContain('【催办】');
    expect(urge.fields).toContainEqual({ name: 'item', chinese: '事项', isNeeded: true });
    expect(urge.fields).toContainEqual({ name: 'timing', chinese: '距时限', isNeeded: false });
  });

  it('are tried on real messages, of which nothing is filled in twice and nothing is kept', async () => {
    const before = await edge().written();
    const { items } = await (await edge().as('office')).post('/message-templates/preview', URGE_WORDS);
    expect(items.length).toBeGreaterThan(0);
    expect(items[0].zh).toMatch(
      /^请办：第1项“整修滨河步道\{due\}<b>一期<\/b>。?”（市工信局）应于1月16日前签收任务，已逾期1天。$/,
    );
    expect(items[0].en).toMatch(/^Please see to it: item 1 /);
    expect(
      (await (await edge().as('office')).post('/message-templates/preview', { ...URGE_WORDS, about: 'talk' })).items,
    ).toEqual([]);
    expect(await edge().written()).toEqual(before);
  });

  it.each<[string, object, string, string]>([
    ['an unknown field', { zh: `${KIND.zh}{电话}` }, 'MESSAGE_TEMPLATE.UNKNOWN_FIELD', 'zh'],
    ['a brace that stands alone', { en: `${KIND.en} {` }, 'MESSAGE_TEMPLATE.BROKEN_FIELD', 'en'],
    ['no word of the matter', { en: 'Please do it.' }, 'MESSAGE_TEMPLATE.FIELD_MISSING', 'en'],
    ['the name of another kind', { name: 'notice' }, 'MESSAGE_TEMPLATE.NAME_OF_A_KIND', 'name'],
    [
      'a name for what no step sends',
      { name: 'own', about: 'verified', zh: '{事项}{单位}', en: '{item}{unit}' },
      'MESSAGE_TEMPLATE.NOT_OF_A_STEP',
      'about',
    ],
  ])('with %s are refused at the field', async (_, change, code, field) => {
    expectProblem(await put({ ...KIND, expectedVersion: 0, ...change }), 422, code, { field });
  });

  it('are the office’s, in versions that stay, and whoever comes second is told', async () => {
    expectProblem(await put({ ...KIND, expectedVersion: 0 }, 'officer'), 403, 'RIGHTS.NOT_ALLOWED');
    expect((await put({ ...KIND, expectedVersion: 0 })).body).toMatchObject({ name: 'urge', version: 1 });
    expectProblem(await put({ ...KIND, expectedVersion: 0 }), 409, 'MESSAGE_TEMPLATE.STALE', { version: 1 });
    const second = await put({ ...KIND, zh: `【急】${KIND.zh}`, expectedVersion: 1 });
    expect(second.body.versions.map(({ version, zh }: Json) => [version, zh])).toEqual([
      [2, `【急】${KIND.zh}`],
      [1, KIND.zh],
    ]);
    expect((await put({ ...OWN, expectedVersion: 0 })).status).toBe(200);
    expectProblem(await put({ ...OWN, about: 'reminder', expectedVersion: 1 }), 422, 'MESSAGE_TEMPLATE.OTHER_KIND', {
      field: 'about',
    });
    await expect(edge().query(`update message_template set zh = '改'`)).rejects.toThrow();
    const { items } = await (await edge().as('auditor')).get('/history?entity=message_template');
    expect(items.map(({ after }: Json) => [after.name, after.version])).toContainEqual(['urge', 2]);
  });

  it('that a step names are looked for when its rules are checked', async () => {
    const officer = await edge().as('officer');
    const written = (template: string, kind = 'urge'): Json => {
      const copy = structuredClone(rules);
      const rung = copy.ladders['three-colour'].rungs.find((one: Json) => one.kind === kind);
      rung.template = template;
      return copy;
    };
    const faultsOf = async (given: Json): Promise<Json[]> =>
      (await officer.post('/policies/drafts', { policyId: 'worded', rules: given })).faults;
    expect(await faultsOf(written('nowhere'))).toEqual([
      expect.objectContaining({
        code: 'TEMPLATE_UNKNOWN',
        field: 'rules.ladders.three-colour.rungs.2.template',
        severity: 'error',
      }),
    ]);
    expect(await faultsOf(written('district-urge', 'reminder'))).toEqual([
      expect.objectContaining({ code: 'TEMPLATE_OF_OTHER_KIND', field: 'rules.ladders.three-colour.rungs.0.template' }),
    ]);
    expect(await faultsOf(written('district-urge'))).toEqual([]);
    const draft = await officer.post('/policies/drafts', { policyId: 'worded', rules: written('nowhere') });
    const enabling = { expectedVersion: 1, expectedPolicyVersion: 0, reason: '试行。' };
    const refused = await (
      await edge().as('office')
    ).ask('POST', `/policies/drafts/${draft.id}/enable`, { json: enabling });
    expectProblem(refused, 422, 'POLICY_DRAFT.FAULTY', { field: 'rules' });
    const good = await officer.post('/policies/drafts', { policyId: 'worded', rules: written('district-urge') });
    await (await edge().as('office')).post(`/policies/drafts/${good.id}/enable`, enabling);
  });

  it('say what is sent from then on: of a step those that it names, of the others those of their kind', async () => {
    const office = await edge().as('office');
    const draft = await edge().draft(PLAN.replace('滨河步道', '望江阁'));
    await office.post(`/plans/${draft.id}/issue`, { year: 2023, issuedOn: '2023-01-17', policy: 'worded' });
    // An action plan due on 10 February is urged on the 13th by its ladder, which names words; to sign for it by another.
    await edge().passTo('2023-02-13T18:00:00+08:00');
    const lines = await inbox();
    const about = (words: string): string[] => lines.filter((line) => line.includes('望江阁') && line.includes(words));
    expect(about('【区督查】请办：')).toEqual([expect.stringContaining('报送办理方案')]);
    expect(about('【急】请办：')).toEqual([expect.stringContaining('签收任务')]);
    expect(lines.filter((line) => line.includes('滨河步道') && line.startsWith('【急】请办：'))).not.toEqual([]);
    expect(lines.filter((line) => line.includes('【催办】'))).toEqual([expect.stringContaining('滨河步道')]);
  });

  it('are put for the subject of what comes at once, too, and tried on the last that came', async () => {
    const subject = { about: 'subject', zh: '【临澜督查】{各类件数}', en: 'Linlan: {counts}' };
    expectProblem(
      await put({ ...subject, zh: '督查', name: 'subject', expectedVersion: 0 }),
      422,
      'MESSAGE_TEMPLATE.FIELD_MISSING',
    );
    const office = await edge().as('office');
    const { items } = await office.post('/message-templates/preview', subject);
    expect(items[0]).toMatchObject({
      zh: expect.stringMatching(/^【临澜督查】.*\d+件/),
      en: expect.stringMatching(/^Linlan: .*\d/),
    });
    expect((await put({ ...subject, name: 'subject', expectedVersion: 0 })).status).toBe(200);
    const draft = await edge().draft(PLAN.replace('滨河步道', '揽月桥'));
    await office.post(`/plans/${draft.id}/issue`, { year: 2023, issuedOn: '2023-02-13', policy: 'annual-report' });
    await edge().passTo('2023-02-14T10:00:00+08:00');
    const [last] = (await (await edge().as('LD04.contact')).get('/inbox?limit=1')).items;
    expect(last.subject).toMatch(/^【临澜督查】.*\d+件/);
  });

  it('are withdrawn: duban’s own hold again, also where a step names them, and the versions stay', async () => {
    const office = await edge().as('office');
    const withdraw = (name: string, expectedVersion: number) =>
      office.ask('POST', `/message-templates/${name}/withdrawal`, { json: { expectedVersion } });
    expectProblem(await withdraw('urge', 1), 409, 'MESSAGE_TEMPLATE.STALE', { version: 2 });
    const { body } = await withdraw('urge', 2);
    expect(body).toMatchObject({ name: 'urge', version: 3, zh: null, en: null });
    expect(body.versions.map(({ version, zh }: Json) => [version, zh === null])).toEqual([
      [3, true],
      [2, false],
      [1, false],
    ]);
    expectProblem(await withdraw('urge', 3), 409, 'MESSAGE_TEMPLATE.WITHDRAWN');
    expect((await withdraw('district-urge', 1)).body).toMatchObject({ version: 2 });
    const draft = await edge().draft(PLAN.replace('滨河步道', '听涛亭'));
    await office.post(`/plans/${draft.id}/issue`, { year: 2023, issuedOn: '2023-02-13', policy: 'worded' });
    await edge().passTo('2023-02-20T18:00:00+08:00');
    const about = (await inbox()).filter((line) => line.includes('听涛亭') && line.includes('逾期'));
    expect(about).not.toEqual([]);
    expect(about.filter((line) => !line.startsWith('【催办】') && !line.startsWith('【蓝色督办单】'))).toEqual([]);
    // A step of new rules cannot name them any more.
    const { faults } = await office.post('/policies/drafts', {
      policyId: 'worded',
      rules: (await office.get('/policies/worded')).rules,
    });
    expect(faults.map(({ code }: Json) => code)).toContain('TEMPLATE_UNKNOWN');
    expect((await put({ ...KIND, expectedVersion: 3 })).body).toMatchObject({ version: 4, zh: KIND.zh });
  });
});
