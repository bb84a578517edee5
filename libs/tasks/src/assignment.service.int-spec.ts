import type { DomainError } from '@duban/kernel';
import { planOf } from '../../supervision/test/city';
import { type Office, useOffice } from '../../supervision/test/office';
import { refuses } from '../../supervision/test/refuses';

const evidence = [{ title: '验收单', location: '档案室' }];

/** S03 leads, S02 is responsible; nothing is measured. */
const PLAIN = planOf('推进老旧小区改造。（牵头单位：市住建局；责任单位：市教育局）');

describe('AssignmentService', () => {
  const t = useOffice();
  let office: Office;
  beforeAll(() => {
    office = t.office;
  });

  const taskStates = async (planId: string) =>
    (
      await office.query<{ state: string }>(`select state from task where plan_id = $1 order by position`, [planId])
    ).map(({ state }) => state);
  const stateOf = async (id: string) =>
    (await office.query<{ state: string }>(`select state from assignment where id = $1`, [id]))[0]!.state;

  describe('on a task with a lead and a responsible unit', () => {
    let planId: string;
    let lead: string;
    let other: string;
    beforeEach(async () => {
      planId = await office.begin(PLAIN);
      lead = await office.assignment(planId, '1', 'S03');
      other = await office.assignment(planId, '1', 'S02');
    });
    const bothSign = async () => {
      await office.move('S03.contact', lead, 'sign_for');
      await office.move('S02.contact', other, 'sign_for');
    };

    it('goes the whole path; the task is where its lead is', async () => {
      expect(await taskStates(planId)).toEqual(['assigned']);
      expect(await office.move('S02.head', other, 'sign_for')).toMatchObject({ state: 'in_progress', version: 2 });
      expect(await taskStates(planId)).toEqual(['assigned']);
      await office.move('S03.contact', lead, 'sign_for');
      expect(await taskStates(planId)).toEqual(['in_progress']);
      await office.move('S02.contact', other, 'report', { evidence, text: '本单位已完成。' });
      await office.move('S03.contact', other, 'verify');
      expect(await stateOf(other)).toBe('verified');
      await office.move('S03.contact', lead, 'report', { evidence, text: '全部完成。' });
      expect(await taskStates(planId)).toEqual(['reported']);
      await office.move('officer', lead, 'verify');
      expect(await taskStates(planId)).toEqual(['verified']);
      const kept = await office.query(
        `select kind, text, evidence from report where assignment_id = any($1) order by reported_at, id`,
        [[lead, other]],
      );
      expect(kept).toEqual([
        { kind: 'completion', text: '本单位已完成。', evidence },
        { kind: 'completion', text: '全部完成。', evidence },
      ]);
    });

    it('takes a completion whose text is given as undefined', async () => {
      await bothSign();
      await office.move('S02.contact', other, 'report', { evidence, text: undefined });
      expect(await stateOf(other)).toBe('reported');
    });

    it('refuses what the state does not know, and names what it does for who asks', async () => {
      const error = await refuses(office, 'ASSIGNMENT.EVENT_NOT_ALLOWED', () => office.move('office', lead, 'verify'));
      expect(error).toMatchObject({
        kind: 'conflict',
        details: { state: 'assigned', version: 1, allowed: ['suspend', 'transfer', 'cancel', 'close_unimplemented'] },
      });
      await refuses(office, 'ASSIGNMENT.EVENT_NOT_ALLOWED', () => office.move('S03.head', lead, 'no_such_event'));
    });

    it('refuses an assignment that is not there', async () => {
      await refuses(office, 'ASSIGNMENT.UNKNOWN', () => office.move('office', planId, 'sign_for'));
    });

    it.each([
      ['another unit', 'S01.head', 'sign_for'],
      ['the lead, for another unit', 'S03.head', 'sign_for'],
      ['the office, for a unit', 'office', 'sign_for'],
      ['a leader', 'leader', 'sign_for'],
      ['an auditor', 'auditor', 'sign_for'],
      ['an admin', 'admin', 'cancel'],
      ['a unit, to get rid of it', 'S02.head', 'cancel'],
    ])('is not for %s to move', async (_, username, event) => {
      const error = await refuses(office, 'ASSIGNMENT.NOT_YOURS', () =>
        office.move(username, other, event, { cancelReason: 'merged', reason: '并入' }),
      );
      expect(error.kind).toBe('forbidden');
    });

    it('refuses a version that somebody else has changed, and says which it is now', async () => {
      await office.move('S03.contact', lead, 'sign_for', { expectedVersion: 1 });
      const error = await refuses(office, 'ASSIGNMENT.STALE', () =>
        office.move('S03.contact', lead, 'report', { expectedVersion: 1, evidence }),
      );
      expect(error).toMatchObject({
        kind: 'conflict',
        details: { version: 2, state: 'in_progress', last: { type: 'assignment.signed_for' } },
      });
    });

    it('wants evidence of a completion', async () => {
      await bothSign();
      for (const input of [{}, { evidence: [] }]) {
        const error = await refuses(office, 'REPORT.EVIDENCE_REQUIRED', () =>
          office.move('S02.contact', other, 'report', input),
        );
        expect(error.kind).toBe('invalid');
      }
    });

    it('has the lead wait for the others, or say why it goes ahead', async () => {
      await bothSign();
      const report = (input: object) => () => office.move('S03.contact', lead, 'report', { evidence, ...input });
      await refuses(office, 'ASSIGNMENT.UNITS_NOT_READY', report({}));
      await refuses(office, 'ASSIGNMENT.UNITS_NOT_READY', report({ goAheadReason: '  ' }));
      await report({ goAheadReason: '市教育局部分不影响总体' })();
      const [recorded] = await office.query(
        `select r.go_ahead_reason as kept, h.reason as recorded
         from report r join history_event h on h.entity_id = r.assignment_id and h.type = 'assignment.reported'
         where r.assignment_id = $1`,
        [lead],
      );
      expect(recorded).toEqual({ kept: '市教育局部分不影响总体', recorded: '市教育局部分不影响总体' });
    });

    it('does not have the lead wait for a part that was cancelled', async () => {
      await bothSign();
      await office.move('office', other, 'cancel', { cancelReason: 'duplicate', reason: '与第2项重复' });
      await office.move('S03.contact', lead, 'report', { evidence });
      expect(await stateOf(lead)).toBe('reported');
    });

    it("has a lead's part judged by the office and another unit's by the lead", async () => {
      await bothSign();
      await office.move('S02.contact', other, 'report', { evidence });
      await refuses(office, 'ASSIGNMENT.WRONG_VERIFIER', () => office.move('office', other, 'verify'));
      await office.move('officer', other, 'return', { reason: '缺' });
      await office.move('S02.contact', other, 'report', { evidence });
      await office.move('S03.head', other, 'verify');
      await office.move('S03.head', lead, 'report', { evidence });
      await refuses(office, 'ASSIGNMENT.NOT_YOURS', () => office.move('S02.head', lead, 'verify'));
      await office.move('office', lead, 'verify');
    });

    it('has nobody verify or return what their own unit reported', async () => {
      await bothSign();
      await office.move('S03.contact', lead, 'report', { evidence, goAheadReason: '先行' });
      for (const event of ['verify', 'return']) {
        await refuses(office, 'ASSIGNMENT.NOT_YOURS', () => office.move('S03.head', lead, event, { reason: '缺' }));
      }
    });

    it('has nobody verify what they reported themselves, in whichever post they are now', async () => {
      await bothSign();
      await office.move('S03.contact', lead, 'report', { evidence, goAheadReason: '先行' });
      const [officer, contact] = [await office.actor('officer'), await office.actor('S03.contact')];
      // The contact person has become an officer since.
      const promoted = { ...officer, personId: contact.personId };
      for (const event of ['verify', 'return']) {
        await refuses(office, 'ASSIGNMENT.OWN_REPORT', () =>
          office.transactor.run((tx) =>
            office.assignments.transition(tx, promoted, office.clock.now(), lead, { event, reason: '缺' }),
          ),
        );
      }
    });

    it('wants a reason for a return', async () => {
      await bothSign();
      await office.move('S02.contact', other, 'report', { evidence });
      for (const reason of [undefined, '', ' ']) {
        await refuses(office, 'ASSIGNMENT.REASON_REQUIRED', () =>
          office.move('S03.contact', other, 'return', { reason }),
        );
      }
      expect(await office.move('S03.contact', other, 'return', { reason: '材料不全' })).toMatchObject({
        state: 'in_progress',
      });
    });

    it('wants a reason of the closed list and one in words for cancelling', async () => {
      const cancel = (cancelReason?: string, reason?: string) => () =>
        office.move('office', other, 'cancel', { cancelReason, reason });
      await refuses(office, 'ASSIGNMENT.CANCEL_REASON_UNKNOWN', cancel(undefined, '不做了'));
      await refuses(office, 'ASSIGNMENT.CANCEL_REASON_UNKNOWN', cancel('no_time', '不做了'));
      await refuses(office, 'ASSIGNMENT.REASON_REQUIRED', cancel('merged'));
      await cancel('merged', '并入第2项')();
      const [event] = await office.query(
        `select reason from history_event where entity_id = $1 and type = 'assignment.cancelled'`,
        [other],
      );
      expect(event).toEqual({ reason: 'merged: 并入第2项' });
      const error = await refuses(office, 'ASSIGNMENT.EVENT_NOT_ALLOWED', () =>
        office.move('S02.contact', other, 'sign_for'),
      );
      expect(error.details).toMatchObject({ state: 'cancelled', allowed: [] });
    });

    it('takes the task along when the lead withdraws, and when it is cancelled', async () => {
      await bothSign();
      await office.move('S03.contact', lead, 'report', { evidence, goAheadReason: '先行' });
      expect(await taskStates(planId)).toEqual(['reported']);
      await office.move('S03.contact', lead, 'withdraw');
      expect(await taskStates(planId)).toEqual(['in_progress']);
      await office.move('office', lead, 'cancel', { cancelReason: 'policy_changed', reason: '政策调整' });
      expect(await taskStates(planId)).toEqual(['cancelled']);
    });
  });

  describe('on a task with targets', () => {
    let lead: string;
    let other: string;
    let targets: { id: string; value: string }[];
    beforeEach(async () => {
      const planId = await office.begin(
        planOf('新建学校12所，新增学位8000个以上。（牵头单位：市教育局；责任单位：市住建局）'),
      );
      lead = await office.assignment(planId, '1', 'S02');
      other = await office.assignment(planId, '1', 'S03');
      targets = await office.query(
        `select g.id, g.value from target g join task t on t.id = g.task_id where t.plan_id = $1 order by g.position`,
        [planId],
      );
      await office.move('S02.contact', lead, 'sign_for');
      await office.move('S03.contact', other, 'sign_for');
      await office.move('S03.contact', other, 'report', { evidence });
    });
    const report = (values: number[], more: object = {}) => {
      const measurements = values.map((value, i) => ({ targetId: targets[i]!.id, value }));
      return () => office.move('S02.contact', lead, 'report', { evidence, measurements, ...more });
    };

    it('wants a figure for each of the lead, not of other units', async () => {
      expect(targets.map(({ value }) => value)).toEqual(['12', '8000']);
      expect(await stateOf(other)).toBe('reported');
      await refuses(office, 'REPORT.MEASUREMENT_REQUIRED', report([]));
      await refuses(office, 'REPORT.MEASUREMENT_REQUIRED', report([12]));
      await report([12, 8000])();
    });

    it('wants a reason for a figure below its target, and keeps both', async () => {
      await refuses(office, 'REPORT.SHORTFALL_REASON_REQUIRED', report([12, 7999]));
      await report([12, 7999], { shortfallReason: '一所推迟' })();
      const kept = await office.query(
        `select m.value, r.shortfall_reason as reason from measurement m join report r on r.id = m.report_id
         where r.assignment_id = $1 order by m.value`,
        [lead],
      );
      expect(kept).toEqual([
        { value: '12', reason: '一所推迟' },
        { value: '7999', reason: '一所推迟' },
      ]);
    });

    it('refuses a figure for a target that the task has not, or twice for one', async () => {
      const figure = { targetId: targets[0]!.id, value: 12 };
      const withFigures = (measurements: object[]) => () => report([], { measurements })();
      const unknown = await refuses(
        office,
        'REPORT.UNKNOWN_TARGET',
        withFigures([figure, { targetId: lead, value: 1 }]),
      );
      expect(unknown.details).toMatchObject({ field: 'measurements[1].targetId' });
      await refuses(office, 'REPORT.TARGET_TWICE', withFigures([figure, figure]));
    });

    it('measures with a progress report too, and refuses an unknown target there', async () => {
      const { id: obligationId } = await office.obligation(lead, 'progress_report', '2023Q1');
      const submit = (targetId: string) => () =>
        office.submit('S02.contact', lead, { obligationId, text: '进展', measurements: [{ targetId, value: 3 }] });
      await refuses(office, 'REPORT.UNKNOWN_TARGET', submit(lead));
      expect(await submit(targets[0]!.id)()).toMatchObject({
        kind: 'progress_report',
        measurements: [{ targetId: targets[0]!.id, value: 3 }],
      });
    });
  });

  describe('on several leads and parts', () => {
    it('has a task wait for the least advanced of its leads (inyo 313, globe42 171)', async () => {
      const planId = await office.begin(planOf('整治河道。（牵头单位：市水务局、市住建局）'));
      const [one, two] = [await office.assignment(planId, '1', 'S04'), await office.assignment(planId, '1', 'S03')];
      await office.move('S04.contact', one, 'sign_for');
      expect(await taskStates(planId)).toEqual(['assigned']);
      await office.move('S03.contact', two, 'sign_for');
      await office.move('S04.contact', one, 'report', { evidence });
      expect(await taskStates(planId)).toEqual(['in_progress']);
      await refuses(office, 'ASSIGNMENT.WRONG_VERIFIER', () => office.move('S03.contact', one, 'verify'));
      await office.move('office', one, 'verify');
      expect(await taskStates(planId)).toEqual(['in_progress']);
      await office.move('office', two, 'cancel', { cancelReason: 'merged', reason: '由市水务局一并办理' });
      expect(await taskStates(planId)).toEqual(['verified']);
    });

    it('has a parent wait for the least advanced of its parts', async () => {
      const planId = await office.begin(
        planOf('提升供水能力。（改造旧管网〈责任单位：市水务局〉；整治易涝点〈责任单位：市住建局〉）'),
      );
      const [pipes, floods] = [
        await office.assignment(planId, '1', 'S04'),
        await office.assignment(planId, '1', 'S03'),
      ];
      await office.move('S04.contact', pipes, 'sign_for');
      expect(await taskStates(planId)).toEqual(['assigned', 'in_progress', 'assigned']);
      await office.move('S03.contact', floods, 'sign_for');
      expect(await taskStates(planId)).toEqual(['in_progress', 'in_progress', 'in_progress']);
      await office.move('S04.contact', pipes, 'report', { evidence });
      await office.move('office', pipes, 'verify');
      expect(await taskStates(planId)).toEqual(['in_progress', 'verified', 'in_progress']);
      await office.move('S03.contact', floods, 'report', { evidence });
      await office.move('office', floods, 'verify');
      expect(await taskStates(planId)).toEqual(['verified', 'verified', 'verified']);
    });
  });

  describe('two people at once', () => {
    const CROWD = 20;
    let planId: string;
    let lead: string;
    let other: string;
    beforeEach(async () => {
      planId = await office.begin(PLAIN);
      lead = await office.assignment(planId, '1', 'S03');
      other = await office.assignment(planId, '1', 'S02');
    });
    /** All at once; what each came to: the state it reached, or the code it was refused by. */
    const atOnce = async (calls: (() => Promise<{ state: string }>)[]) => {
      const settled = await Promise.allSettled(calls.map((call) => call()));
      return settled.map((one) => (one.status === 'fulfilled' ? one.value.state : (one.reason as DomainError).code));
    };
    const eventsOf = (entityId: string, type: string) =>
      office.query(`select 1 from history_event where entity_id = $1 and type = $2`, [entityId, type]);

    it.each([
      ['sign_for', 'S03.contact', 'in_progress', 'assignment.signed_for'],
      ['verify', 'officer', 'verified', 'assignment.verified'],
      ['return', 'officer', 'in_progress', 'assignment.returned'],
    ])('lets one of twenty that %s win, and history shows one', async (event, username, reached, type) => {
      if (event !== 'sign_for') {
        await office.move('S03.contact', lead, 'sign_for');
        await office.move('S03.contact', lead, 'report', { evidence, goAheadReason: '先行' });
      }
      const outcomes = await atOnce(
        Array.from({ length: CROWD }, () => () => office.move(username, lead, event, { reason: '核过' })),
      );
      expect(outcomes.filter((outcome) => outcome === reached)).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'ASSIGNMENT.EVENT_NOT_ALLOWED')).toHaveLength(CROWD - 1);
      expect(await eventsOf(lead, type)).toHaveLength(1);
      const rectifications = await office.query(
        `select 1 from obligation where assignment_id = $1 and kind = 'rectification'`,
        [lead],
      );
      expect(rectifications).toHaveLength(event === 'return' ? 1 : 0);
    });

    it('tells the losers of one version that it is stale', async () => {
      const outcomes = await atOnce(
        Array.from({ length: CROWD }, () => () => office.move('S03.contact', lead, 'sign_for', { expectedVersion: 1 })),
      );
      expect(outcomes.filter((outcome) => outcome === 'ASSIGNMENT.STALE')).toHaveLength(CROWD - 1);
    });

    it('lets a withdrawal or a verification win, never both', async () => {
      for (let round = 0; round < 5; round++) {
        const id = await office.assignment(await office.begin(PLAIN), '1', 'S03');
        await office.move('S03.contact', id, 'sign_for');
        await office.move('S03.contact', id, 'report', { evidence, goAheadReason: '先行' });
        const outcomes = await atOnce([
          () => office.move('S03.head', id, 'withdraw'),
          () => office.move('officer', id, 'verify'),
        ]);
        const state = await stateOf(id);
        expect(outcomes.sort()).toEqual(['ASSIGNMENT.EVENT_NOT_ALLOWED', state].sort());
        const { state: owed } = await office.obligation(id, 'completion');
        expect(owed).toBe(state === 'verified' ? 'discharged' : 'open');
      }
    });

    it('has the task right after both of its leads reported at the same moment', async () => {
      for (let round = 0; round < 5; round++) {
        const plan = await office.begin(planOf('整治河道。（牵头单位：市水务局、市住建局、市教育局、市发改委）'));
        const units = ['S01', 'S02', 'S03', 'S04'];
        const ids = await Promise.all(units.map((unit) => office.assignment(plan, '1', unit)));
        const all = (event: string) =>
          atOnce(ids.map((id, i) => () => office.move(`${units[i]}.contact`, id, event, { evidence })));
        expect(await all('sign_for')).toEqual(Array(4).fill('in_progress'));
        expect(await taskStates(plan)).toEqual(['in_progress']);
        expect(await all('report')).toEqual(Array(4).fill('reported'));
        expect(await taskStates(plan)).toEqual(['reported']);
        const moved = await office.query(
          `select before->>'state' as before, after->>'state' as after from history_event
           where plan_id = $1 and type = 'task.moved' order by seq`,
          [plan],
        );
        expect(moved).toEqual([
          { before: 'assigned', after: 'in_progress' },
          { before: 'in_progress', after: 'reported' },
        ]);
      }
    });

    it('has the parent right after all its parts were signed for at the same moment', async () => {
      const plan = await office.begin(
        planOf('提升供水能力。（改造旧管网〈责任单位：市水务局〉；整治易涝点〈责任单位：市住建局〉）'),
      );
      const units = ['S03', 'S04'];
      const ids = await Promise.all(units.map((unit) => office.assignment(plan, '1', unit)));
      await atOnce(ids.map((id, i) => () => office.move(`${units[i]}.contact`, id, 'sign_for')));
      expect(await taskStates(plan)).toEqual(['in_progress', 'in_progress', 'in_progress']);
    });

    it('does not let the lead report while the last of the others withdraws', async () => {
      await office.move('S03.contact', lead, 'sign_for');
      await office.move('S02.contact', other, 'sign_for');
      await office.move('S02.contact', other, 'report', { evidence });
      const outcomes = await atOnce([
        () => office.move('S02.contact', other, 'withdraw'),
        () => office.move('S03.contact', lead, 'report', { evidence }),
      ]);
      // Whichever came first: a lead that came second saw the withdrawal.
      const withdrewFirst = outcomes[1] === 'ASSIGNMENT.UNITS_NOT_READY';
      expect(outcomes).toEqual(['in_progress', withdrewFirst ? 'ASSIGNMENT.UNITS_NOT_READY' : 'reported']);
      const order = await office.query<{ type: string }>(
        `select type from history_event where type = 'assignment.withdrawn' and entity_id = $1
           or type = 'assignment.reported' and entity_id = $2 order by seq`,
        [other, lead],
      );
      expect(order.map(({ type }) => type)).toEqual(
        withdrewFirst ? ['assignment.withdrawn'] : ['assignment.reported', 'assignment.withdrawn'],
      );
    });
  });
});
