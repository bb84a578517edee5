import { annualReport, PRESETS } from '@duban/domain';
import { type Case, NOTHING, refuseAll, type Request, send } from './cases';
import { Edge, expectProblem, type Json, useEdge } from './edge';

/** The annual report's rules with another day for blue. */
const withBlueOn = (workingDays: number): Json => {
  const { id: _id, version: _version, ...rules } = structuredClone(annualReport);
  rules.ladders['three-colour']!.rungs.find(({ id }) => id === 'blue')!.offset = { workingDays };
  return rules;
};
const put = (id: string, rules: Json, expectedVersion: number, who = 'officer'): Request => [
  who,
  'PUT',
  `/policies/drafts/${id}`,
  { json: { rules, expectedVersion } },
];
const enabling = (id: string, expectedVersion: number, expectedPolicyVersion: number, who = 'office'): Request => [
  who,
  'POST',
  `/policies/drafts/${id}/enable`,
  { json: { expectedVersion, expectedPolicyVersion, reason: '放宽蓝单时限。' } },
];

describe('Drafts of rule sets (督办规则)', () => {
  const edge = useEdge((database) => Edge.open(database));
  const officer = () => edge().as('officer');
  const begin = async (json: object): Promise<Json> => (await officer()).post('/policies/drafts', json);

  it('go from a copy over faults, which are named at their fields, to the next version, recorded once', async () => {
    const draft = await begin({ policyId: 'annual-report' });
    expect(draft).toMatchObject({
      policyId: 'annual-report',
      basedOn: { id: 'annual-report', version: annualReport.version },
      nextVersion: annualReport.version + 1,
      faults: [],
      version: 1,
    });
    const broken = withBlueOn(1);
    broken.rectification.ladder = 'none';
    broken.colour = 'blue';
    const faulty = (await send(edge(), put(draft.id, broken, 1))).body;
    expect(faulty.version).toBe(2);
    expect(faulty.faults).toContainEqual({
      code: 'FIELD.UNKNOWN',
      field: 'rules.colour',
      severity: 'error',
      message: 'There is no such field.',
    });
    delete broken.colour;
    const nearer = (await send(edge(), put(draft.id, broken, 2))).body;
    expect(nearer.faults.map(({ field }: Json) => field).toSorted()).toEqual([
      'rules.ladders.three-colour.rungs.3',
      'rules.rectification.ladder',
    ]);
    expectProblem(await send(edge(), enabling(draft.id, 3, annualReport.version)), 422, 'POLICY_DRAFT.FAULTY', {
      faults: nearer.faults.map((fault: Json) => expect.objectContaining({ field: fault.field })),
    });

    const whole = (await send(edge(), put(draft.id, withBlueOn(4), 3))).body;
    // Orange waits for the answer to a blue that comes later: to be thought over, and no hindrance.
    expect(whole.faults).toEqual([expect.objectContaining({ code: 'HELD_BY_ANSWER', severity: 'warning' })]);
    const changes = await (await officer()).get(`/policies/annual-report/changes?from=1&draftId=${draft.id}`);
    expect(changes).toEqual({
      policyId: 'annual-report',
      from: 1,
      to: null,
      items: [
        {
          path: 'ladders.three-colour.rungs.blue.offset.workingDays',
          change: 'changed',
          before: 3,
          after: 4,
          words: {
            zh: '催办阶梯“three-colour”的步骤“blue”的时间由“到期后3个工作日”改为“到期后4个工作日”',
            en: 'time of step "blue" of ladder "three-colour" was "3 working days after", is "4 working days after"',
          },
        },
      ],
    });
    const tried = await (
      await officer()
    ).post('/policies/annual-report/simulate', {
      from: '2023-01-12',
      to: '2023-12-31',
      draftId: draft.id,
    });
    expect(tried.policy).toMatchObject({ id: 'annual-report', version: 2 });

    expectProblem(await send(edge(), enabling(draft.id, 4, 1, 'officer')), 403, 'RIGHTS.NOT_ALLOWED');
    const enabled = await send(edge(), enabling(draft.id, 4, 1));
    expect(enabled.body).toMatchObject({ id: 'annual-report', version: 2, rules: { version: 2 } });
    expect(enabled.body.versions.map(({ enabledBy }: Json) => enabledBy === null)).toEqual([true, false]);
    expectProblem(await send(edge(), enabling(draft.id, 4, 1)), 404, 'POLICY_DRAFT.UNKNOWN');
    const one = await (await officer()).get('/policies/annual-report/versions/1');
    expect(one).toMatchObject({ version: 2, rules: { version: 1 } });
    expect((await (await officer()).get('/policies/annual-report/changes?from=1')).items).toEqual(changes.items);
    await expect(edge().query(`update policy set version = 9 where id = 'annual-report'`)).rejects.toThrow();

    const { items } = await (await edge().as('auditor')).get('/history?entity=policy_draft');
    const event = items.find(({ type }: Json) => type === 'policy_draft.enabled');
    expect(event).toMatchObject({
      reason: '放宽蓝单时限。',
      actor: { post: 'office' },
      before: { version: 1, rules: { version: 1 } },
      after: { policyId: 'annual-report', version: 2 },
    });
  });

  it('rules are tried as they are written, by simulation and by back-test, and are kept nowhere', async () => {
    const span = { from: '2023-01-12', to: '2023-12-31' };
    const before = await edge().written();
    for (const way of ['simulate', 'back-test']) {
      const path = `/policies/annual-report/${way}`;
      const tried = await (await officer()).post(path, { ...span, rules: withBlueOn(4) });
      const newest = await (await officer()).get('/policies/annual-report');
      expect(tried.policy).toMatchObject({ id: 'annual-report', version: newest.version + 1 });
      const faulty = await (await officer()).ask('POST', path, { json: { ...span, rules: withBlueOn(600) } });
      expectProblem(faulty, 422, 'POLICY_DRAFT.FAULTY', { field: 'rules' });
      expect(faulty.body.faults).toContainEqual(
        expect.objectContaining({ field: 'rules.ladders.three-colour.rungs.3.offset.workingDays' }),
      );
      const both = await (await officer()).ask('POST', path, { json: { ...span, rules: withBlueOn(4), version: 1 } });
      expectProblem(both, 422, 'POLICY_DRAFT.TWO_SOURCES', { field: 'rules' });
    }
    expect(await edge().written()).toEqual(before);
  });

  it('two people who write one draft do not overwrite each other: the second hears what the first changed', async () => {
    const { id } = await begin({ policyId: 'blue-later', rules: withBlueOn(3) });
    expect((await send(edge(), put(id, withBlueOn(4), 1, 'office'))).status).toBe(200);
    expectProblem(await send(edge(), put(id, withBlueOn(5), 1)), 409, 'POLICY_DRAFT.STALE', {
      version: 2,
      changes: [
        expect.objectContaining({ path: 'ladders.three-colour.rungs.blue.offset.workingDays', before: 3, after: 4 }),
      ],
    });
    await (await officer()).do('DELETE', `/policies/drafts/${id}?expectedVersion=2`);
    expectProblem(await send(edge(), ['officer', 'GET', `/policies/drafts/${id}`]), 404, 'POLICY_DRAFT.UNKNOWN');
  });

  it('two drafts of one policy do not undo each other: the second is told what the version between changed', async () => {
    const [one, two] = [
      await begin({ policyId: 'p-one', rules: withBlueOn(3) }),
      await begin({ policyId: 'p-one', rules: withBlueOn(5) }),
    ];
    expect((await send(edge(), enabling(one.id, 1, 0))).status).toBe(200);
    expectProblem(await send(edge(), enabling(two.id, 1, 0)), 409, 'POLICY.STALE', { version: 1 });
    expect((await send(edge(), enabling(two.id, 1, 1))).body.version).toBe(2);
    const three = await begin({ policyId: 'p-one' });
    expectProblem(await send(edge(), enabling(three.id, 1, 1)), 409, 'POLICY.STALE', {
      version: 2,
      changes: [expect.objectContaining({ before: 3, after: 5 })],
    });
    expectProblem(await send(edge(), enabling(three.id, 1, 2)), 422, 'POLICY_DRAFT.SAME');
  });

  it('an issued plan goes by the next version when the head of the office says so, with what is open or without', async () => {
    const office = await edge().as('office');
    await edge().issue();
    const draft = await begin({ policyId: 'annual-report' });
    const rules = { ...draft.rules, handedOver: { workingDays: 9 } };
    await send(edge(), put(draft.id, rules, 1));
    const { version } = (await send(edge(), enabling(draft.id, 2, draft.nextVersion - 1))).body;
    const path = `/plans/${edge().planId}/policy`;
    await edge().query(`update plan set policy_version = 1 where id = $1`, [edge().planId]);
    const looked = await office.get(`${path}?open=new_only`);
    expect(looked).toMatchObject({ from: { version: 2 - 1 }, to: { policy: 'annual-report', version }, items: [] });
    expect(looked.staying).toBeGreaterThan(0);
    const wish = { open: 'new_only', reason: '试行。', digest: looked.digest };
    const stale = await office.ask('POST', path, { json: { ...wish, open: 'from_now_on' } });
    expectProblem(stale, 409, 'PLAN.POLICY_STALE');
    expect(await office.post(path, wish)).toEqual(looked);
    expect(await office.get(`/plans/${edge().planId}`)).toMatchObject({
      policyId: 'annual-report',
      policyVersion: version,
    });
    expectProblem(await office.ask('POST', path, { json: wish }), 422, 'PLAN.SAME_POLICY', { field: 'policy' });
  });

  it.each(PRESETS.map(({ id }) => id))('may be a copy of the preset %s', async (preset) => {
    const draft = await begin({ policyId: `own-${preset}`, from: { preset } });
    expect(draft).toMatchObject({ basedOn: null, nextVersion: 1 });
    expect(draft.faults.filter(({ severity }: Json) => severity === 'error')).toEqual([]);
  });

  it('the schema for an editor names the fields of a rule set', async () => {
    const schema = await (await officer()).get('/policies/schema');
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(['ladders', 'obligations', 'rectification']));
  });

  describe('is refused, and changes nothing:', () => {
    const cases: Case[] = [
      ['a unit', () => ['LD04.head', 'GET', '/policies/drafts'], '403 RIGHTS.NOT_ALLOWED'],
      ['no such draft', () => ['office', 'GET', `/policies/drafts/${NOTHING}`], '404 POLICY_DRAFT.UNKNOWN'],
      [
        'a name with blanks',
        () => ['office', 'POST', '/policies/drafts', { json: { policyId: 'my rules' } }],
        '400 REQUEST.INVALID',
        { faults: [expect.objectContaining({ field: 'policyId' })] },
      ],
      [
        'nothing to copy',
        () => ['office', 'POST', '/policies/drafts', { json: { policyId: 'nothing-yet' } }],
        '422 POLICY_DRAFT.NOTHING_TO_COPY',
        { field: 'from' },
      ],
      [
        'a preset that there is not',
        () => ['office', 'POST', '/policies/drafts', { json: { policyId: 'a', from: { preset: 'none' } } }],
        '422 POLICY_DRAFT.NOTHING_TO_COPY',
        { field: 'from.preset' },
      ],
      [
        'two sources',
        () => ['office', 'POST', '/policies/drafts', { json: { policyId: 'a', from: { preset: 'none' }, rules: {} } }],
        '422 POLICY_DRAFT.TWO_SOURCES',
        { field: 'from' },
      ],
      [
        'a draft against a version and another at once',
        () => ['office', 'GET', `/policies/annual-report/changes?from=1&to=1&draftId=${NOTHING}`],
        '422 POLICY_DRAFT.TWO_SOURCES',
        { field: 'draftId' },
      ],
      ['no such version', () => ['office', 'GET', '/policies/annual-report/versions/99'], '404 POLICY.UNKNOWN_VERSION'],
      ...[undefined, 'sometimes', null].map((open): Case => [
        `a plan’s change that does not say what becomes of what is open: ${String(open)}`,
        () => ['office', 'POST', `/plans/${NOTHING}/policy`, { json: { open, reason: '放宽。', digest: 'read' } }],
        '400 REQUEST.INVALID',
        { faults: [expect.objectContaining({ field: 'open' })] },
      ]),
      [
        'to enable without a reason',
        () => [
          'office',
          'POST',
          `/policies/drafts/${NOTHING}/enable`,
          { json: { expectedVersion: 1, expectedPolicyVersion: 0 } },
        ],
        '400 REQUEST.INVALID',
        { faults: [expect.objectContaining({ field: 'reason' })] },
      ],
    ];
    refuseAll(edge, () => undefined, cases);
  });
});
