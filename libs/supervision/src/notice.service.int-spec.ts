import type { LocalDate } from '@duban/kernel';
import { planOf } from '../test/city';
import { type Office, useOffice } from '../test/office';
import { Owner } from '../test/owner';
import { refuses } from '../test/refuses';

interface NoticeRow {
  id: string;
  number: string;
  colour: string;
  state: string;
  version: number;
}

describe('NoticeService', () => {
  const t = useOffice();
  const evidence = [{ title: '验收单' }];
  let office: Office;
  let assignmentId: string;
  let actionPlan: string;
  beforeAll(() => {
    office = t.office;
  });

  const noticesOf = (obligationId = actionPlan) =>
    office.query<NoticeRow>(
      `select id, number, colour, state, version from supervision_notice where obligation_id = $1 order by issued_at`,
      [obligationId],
    );
  const lines = async () => (await noticesOf()).map(({ colour, state }) => `${colour} ${state}`);
  const move = (username: string, id: string, event: string, input: object = {}) =>
    office.as(username, (tx, actor, at) => office.notices.transition(tx, actor, at, id, { event, ...input }));
  const pointer = async () => {
    const [row] = await office.query<{ next: string | null }>(
      `select next_rung || ' ' || to_char(next_rung_at at time zone 'Asia/Shanghai', 'MM-DD HH24:MI') as next
       from obligation where id = $1`,
      [actionPlan],
    );
    return row!.next;
  };

  describe('on a blue notice about an action plan', () => {
    let blue: NoticeRow;
    /*
     * The clock never goes back, so each test plays the ladder in a year of its own, the days of which need no papers:
     * what is asked here is the order, and dates by weekdays. The action plan is due on 10 February of the year.
     */
    let year = 2030;
    const on = (monthDay: string, time = '10:00') => office.passTo(`${year}-${monthDay}T${time}:00+08:00`);
    beforeEach(async () => {
      year++;
      await office.query(`update obligation set next_rung = null, next_rung_at = null`);
      office.sleepTo(`${year}-01-10T09:00:00+08:00`);
      const planId = await office.draft(planOf('推进老旧小区改造。（牵头单位：市住建局）'));
      await office.issue(planId, { year, issuedOn: `${year}-01-10` });
      assignmentId = await office.assignment(planId, '1', 'S03');
      await office.move('S03.contact', assignmentId, 'sign_for');
      actionPlan = (await office.obligation(assignmentId, 'action_plan')).id;
      await office.passTo(`${year}-02-09T09:00:00+08:00`);
      for (let day = 10; (await noticesOf()).length === 0; day++) await on(`02-${day}`);
      blue = (await noticesOf())[0]!;
    });

    it.each(['answer', 'accept'])('a suspension lets nothing go on that an answer holds: %s', async (last) => {
      await move('S03.head', blue.id, 'answer', { answer: '本周内报送。' });
      if (last === 'accept') await move('officer', blue.id, 'accept');
      await office.move('officer', assignmentId, 'suspend', { reason: '待批', resumeOn: `${year}-03-20` as LocalDate });
      await on('03-01');
      await office.move('officer', assignmentId, 'resume');
      expect(await pointer()).toBeNull();
      await on('04-01');
      expect(await lines()).toEqual([last === 'accept' ? 'blue closed' : 'blue answered']);
    });

    it('is acknowledged and answered by the unit, accepted by the office; that ends the ladder', async () => {
      expect(await pointer()).toMatch(/^orange/);
      expect(await move('S03.contact', blue.id, 'acknowledge', { expectedVersion: 1 })).toMatchObject({
        state: 'acknowledged',
        version: 2,
      });
      const answered = await move('S03.head', blue.id, 'answer', { answer: '本周内报送。' });
      expect(answered).toMatchObject({
        state: 'answered',
        answer: '本周内报送。',
        answeredAt: office.clock.now().toISOString(),
      });
      expect(await move('officer', blue.id, 'accept')).toMatchObject({ state: 'closed' });
      await on('06-30');
      expect(await lines()).toEqual(['blue closed']);
      expect(await pointer()).toBeNull();
    });

    it('holds the ladder while an answer waits, however long', async () => {
      await move('S03.contact', blue.id, 'answer', { answer: '本周内报送。' });
      expect(await pointer()).toBeNull();
      await on('06-30');
      expect(await lines()).toEqual(['blue answered']);
    });

    it('climbs on after a rejected answer, not before the next working day', async () => {
      await move('S03.contact', blue.id, 'answer', { answer: '在办。' });
      await on('03-31');
      await move('office', blue.id, 'reject', { reason: '没有时限' });
      expect(await lines()).toEqual(['blue acknowledged']);
      await on('03-31', '23:59');
      expect(await lines()).toEqual(['blue acknowledged']);
      await on('04-10');
      expect((await lines()).slice(0, 2)).toEqual(['blue raised', expect.stringMatching(/^orange/)]);
    });

    it('goes on after a rejected answer also on another ladder, of which nothing has been sent yet', async () => {
      await move('S03.contact', blue.id, 'answer', { answer: '在办。' });
      // As when its plan has come to go by other rules.
      await office.query(`update obligation set last_rung = null where id = $1`, [actionPlan]);
      await move('office', blue.id, 'reject', { reason: '没有时限' });
      expect(await pointer()).toMatch(/^remind-5 .*09:00$/);
    });

    it('is closed with an answer that nobody has judged when the first goes out about another date: one stands', async () => {
      await move('S03.contact', blue.id, 'answer', { answer: '在办。' });
      await office.move('officer', assignmentId, 'transfer', { toUnit: 'S04', reason: '职责调整' });
      while ((await noticesOf()).length === 1) {
        await office.passTo(new Date(office.clock.now().getTime() + 86_400_000).toISOString());
      }
      expect(await lines()).toEqual(['blue closed', 'blue issued']);
    });

    it('goes unanswered: orange, then red, each raises the one before', async () => {
      await on('04-10');
      expect(await lines()).toEqual(['blue raised', 'orange raised', 'red issued']);
      const [red] = (await noticesOf()).slice(-1);
      await refuses(office, 'NOTICE.EVENT_NOT_ALLOWED', () => move('S03.contact', blue.id, 'answer', { answer: '迟' }));
      await move('S03.contact', red!.id, 'answer', { answer: '今日报送。' });
      await move('office', red!.id, 'reject', { reason: '没有时限' });
      expect(await pointer()).toBeNull();
    });

    it('is closed, and nothing more is sent, once what is owed is handed in', async () => {
      await office.submit('S03.contact', assignmentId, { obligationId: actionPlan, text: '方案。' });
      expect(await lines()).toEqual(['blue closed']);
      expect(await pointer()).toBeNull();
      await on('04-10');
      expect(await lines()).toEqual(['blue closed']);
      const followUps = await office.query(
        `select 1 from follow_up where obligation_id = $1 and rung in ('orange', 'red')`,
        [actionPlan],
      );
      expect(followUps).toEqual([]);
    });

    it('is closed while its answer waits, when the part is cancelled; what is owed lapses', async () => {
      await move('S03.contact', blue.id, 'answer', { answer: '在办。' });
      await office.move('office', assignmentId, 'cancel', { cancelReason: 'merged', reason: '并入' });
      expect(await lines()).toEqual(['blue closed']);
      const open = (await office.obligations(assignmentId)).filter(({ state }) => state !== 'lapsed');
      expect(open.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['sign_for discharged']);
      await refuses(office, 'NOTICE.EVENT_NOT_ALLOWED', () => move('office', blue.id, 'accept'));
      const events = await office.query(
        `select type, actor_post as post, reason from history_event where entity_id = $1 order by seq`,
        [blue.id],
      );
      expect(events).toEqual([
        { type: 'supervision_notice.issued', post: 'system', reason: null },
        { type: 'supervision_notice.answered', post: 'contact', reason: null },
        { type: 'supervision_notice.closed', post: 'office', reason: null },
      ]);
    });

    it('refuses who it is not for, what it does not know, and an empty answer or reason', async () => {
      for (const username of ['S01.head', 'leader', 'auditor', 'admin']) {
        await refuses(office, 'NOTICE.NOT_YOURS', () => move(username, blue.id, 'acknowledge'));
      }
      await refuses(office, 'NOTICE.NOT_YOURS', () => move('office', blue.id, 'answer', { answer: '代答' }));
      for (const answer of [undefined, '', ' ']) {
        await refuses(office, 'NOTICE.ANSWER_REQUIRED', () => move('S03.contact', blue.id, 'answer', { answer }));
      }
      const error = await refuses(office, 'NOTICE.EVENT_NOT_ALLOWED', () => move('office', blue.id, 'accept'));
      expect(error).toMatchObject({ kind: 'conflict', details: { state: 'issued', version: 1 } });
      await refuses(office, 'NOTICE.NOT_YOURS', () => move('S03.contact', blue.id, 'raise'));
      await refuses(office, 'NOTICE.UNKNOWN', () => move('S03.contact', assignmentId, 'acknowledge'));
      await move('S03.contact', blue.id, 'answer', { answer: '在办。' });
      await refuses(office, 'NOTICE.NOT_YOURS', () => move('S03.head', blue.id, 'accept'));
      await refuses(office, 'NOTICE.REASON_REQUIRED', () => move('office', blue.id, 'reject'));
      await refuses(office, 'NOTICE.STALE', () => move('office', blue.id, 'accept', { expectedVersion: 1 }));
    });

    it('lets one of twenty answers or judgements at once win, and history shows one', async () => {
      const crowd = async (username: string, event: string, input: (i: number) => object) => {
        const settled = await Promise.allSettled(
          Array.from({ length: 20 }, (_, i) => move(username, blue.id, event, input(i))),
        );
        const codes = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
        expect(codes).toEqual(Array(19).fill('NOTICE.EVENT_NOT_ALLOWED'));
      };
      await crowd('S03.contact', 'answer', (i) => ({ answer: `第${i}次` }));
      await crowd('officer', 'accept', () => ({}));
      const events = await office.query<{ type: string }>(
        `select type from history_event where entity_id = $1 order by seq`,
        [blue.id],
      );
      expect(events.map(({ type }) => type)).toEqual([
        'supervision_notice.issued',
        'supervision_notice.answered',
        'supervision_notice.answer_accepted',
      ]);
    });

    it('is answered or raised, never both, when the answer comes as the next colour goes out', async () => {
      const [due] = await office.query<{ at: Date }>(`select next_rung_at as at from obligation where id = $1`, [
        actionPlan,
      ]);
      office.clock.moveTo(due!.at);
      const [answer] = await Promise.allSettled([
        move('S03.contact', blue.id, 'answer', { answer: '在办。' }),
        office.sweeps.run(office.clock.now()),
      ]);
      expect(await lines()).toEqual(
        answer.status === 'fulfilled' ? ['blue answered'] : ['blue raised', 'orange issued'],
      );
    });

    it('keeps the next colour back while an answer is being written', async () => {
      const [due] = await office.query<{ at: Date }>(`select next_rung_at as at from obligation where id = $1`, [
        actionPlan,
      ]);
      office.clock.moveTo(due!.at);
      const owner = await Owner.connect(t.database);
      // The answer is stopped where it tells the office.
      await owner.holdRows(`select 1 from post where kind = 'office' for update`);
      const answering = move('S03.contact', blue.id, 'answer', { answer: '在办。' });
      await owner.waiting(1);
      expect(await office.sweeps.run(office.clock.now())).toMatchObject({ obligations: 0 });
      await owner.release();
      await owner.end();
      await answering;
      await office.sweeps.run(office.clock.now());
      expect(await lines()).toEqual(['blue answered']);
    });

    it('tells the office of an answer, contact and head of a rejection', async () => {
      await move('S03.contact', blue.id, 'answer', { answer: '在办。' });
      await move('officer', blue.id, 'reject', { reason: '没有时限' });
      const told = await office.query(
        `select n.kind, p.kind as post, n.parameters->>'noticeNumber' as number, n.parameters->>'reason' as reason
         from notification n join post p on p.id = n.post_id
         where n.obligation_id = $1 and n.kind like 'notice%' order by n.kind, post`,
        [actionPlan],
      );
      const { number } = blue;
      expect(told).toEqual([
        { kind: 'notice_answered', post: 'office', number, reason: null },
        { kind: 'notice_rejected', post: 'contact', number, reason: '没有时限' },
        { kind: 'notice_rejected', post: 'head', number, reason: '没有时限' },
      ]);
    });

    it('keeps its full time to answer when a completion is reported and withdrawn meanwhile', async () => {
      // Down from before the date until February: urge and blue go out then, long after orange should have.
      year++;
      const completion = await office.obligation(assignmentId, 'completion');
      office.sleepTo(`${year}-02-01T10:00:00+08:00`);
      await office.sweeps.run(office.clock.now());
      const [notice] = await office.query<{ colour: string; by: string }>(
        `select colour, to_char(answer_due_on, 'YYYY-MM-DD') as by from supervision_notice where obligation_id = $1`,
        [completion.id],
      );
      await office.move('S03.contact', assignmentId, 'report', { evidence });
      await office.move('S03.contact', assignmentId, 'withdraw');
      const again = await office.obligation(assignmentId, 'completion');
      expect(again).toMatchObject({ state: 'open', nextRung: 'orange' });
      expect(again.nextRungAt!.getTime()).toBeGreaterThan(new Date(`${notice!.by}T23:59:59+08:00`).getTime());
      // The notice is closed, but nobody has accepted anything: no suspension holds the ladder for ever.
      const resumeOn = `${year}-03-20` as LocalDate;
      await office.move('officer', assignmentId, 'suspend', { reason: '待批', resumeOn });
      office.sleepTo(`${year}-02-20T10:00:00+08:00`);
      await office.move('officer', assignmentId, 'resume');
      expect(await office.obligation(assignmentId, 'completion')).toMatchObject({ nextRung: 'orange' });
    });
  });
});
