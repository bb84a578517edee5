import { annualReport, definePolicy } from '@duban/domain';
import { planOf } from '../test/city';
import { useOffice } from '../test/office';

/** Half the time gone and less than half done; most of it gone and less than nine tenths done; the day before, of the others. */
const POLICY = definePolicy({
  ...annualReport,
  id: 'asking',
  ladders: {
    asking: {
      at: '09:00',
      rungs: [
        { id: 'half', offset: { shareOfTime: 50 }, kind: 'urge', to: ['head'], when: { progressBelow: 50 } },
        { id: 'most', offset: { shareOfTime: 80 }, kind: 'urge', to: ['deputy'], when: { progressBelow: 90 } },
        {
          id: 'others',
          offset: { workingDays: -1 },
          kind: 'reminder',
          to: ['lead_contact', 'handler'],
          when: { role: 'others' },
        },
      ],
    },
    quiet: { at: '09:00', rungs: [{ id: 'remind', offset: { workingDays: -1 }, kind: 'reminder', to: ['contact'] }] },
  },
  obligations: [
    {
      kind: 'progress_report',
      owedBy: 'lead',
      ladder: 'quiet',
      due: [{ by: 'periodic', every: 'half_year', on: { dayOfMonth: 10, monthsAfterEnd: 1 }, to: 'H1' }],
    },
    {
      kind: 'completion',
      owedBy: 'every_unit',
      ladder: 'asking',
      due: [{ by: 'task_deadline', otherwise: '12-31' }],
    },
  ],
  rectification: { workingDays: 5, ladder: 'quiet' },
  instruction: { days: { urgent: 5, ordinary: 15, hard: 30 } },
});

/** A step that follows only where nobody has read the one before it. */
const READING = definePolicy({
  ...POLICY,
  id: 'reading',
  ladders: {
    ...POLICY.ladders,
    asking: {
      at: '09:00',
      rungs: [
        { id: 'first', offset: { workingDays: -10 }, kind: 'urge', to: ['contact'], copyTo: ['head'] },
        { id: 'again', offset: { workingDays: -5 }, kind: 'urge', to: ['head'], when: { notRead: true } },
      ],
    },
  },
  obligations: [
    ...POLICY.obligations,
    {
      kind: 'sign_for',
      owedBy: 'every_unit',
      ladder: 'quiet',
      due: [{ by: 'working_days_after_issue', workingDays: 2 }],
    },
  ],
});

describe('steps that ask how far a unit is', () => {
  const t = useOffice('2023-01-12T09:30:00+08:00');

  it('are sent where it holds and passed over where it does not, with what was known in the history', async () => {
    const { office } = t;
    await office.query(`insert into policy (id, version, body) values ($1, 1, $2)`, [
      POLICY.id,
      JSON.stringify(POLICY),
    ]);
    const planId = await office.begin(
      planOf(
        '完成老旧小区改造260个。（牵头单位：市住建局；责任单位：市教育局）',
        '完成河道整治20公里。（牵头单位：市水务局）',
      ),
      { policy: POLICY.id },
    );
    const lead = await office.assignment(planId, '1', 'S03');
    await office.passTo('2023-06-01T10:00:00+08:00');
    const [target] = await office.query<{ id: string }>(
      `select g.id from target g join task t on t.id = g.task_id where t.number = '1'`,
    );
    await office.move('S03.contact', lead, 'sign_for');
    const { id: obligationId } = await office.obligation(lead, 'progress_report', '2023H1');
    await office.submit('S03.contact', lead, {
      obligationId,
      text: '已完成200个。',
      measurements: [{ targetId: target!.id, value: 200 }],
    });
    await office.passTo('2024-01-02T10:00:00+08:00');

    const sent = await office.query<{ line: string }>(
      `select to_char(f.fired_at at time zone 'Asia/Shanghai', 'MM-DD') || ' ' || u.code || ' ' || f.rung || ' '
         || ru.code || '.' || p.kind as line
       from follow_up f join obligation o on o.id = f.obligation_id join unit u on u.id = o.unit_id
         join post p on p.id = f.recipient_post_id join unit ru on ru.id = p.unit_id
       where o.kind = 'completion' order by line`,
    );
    // From 12 January to 2 January: half is over on Sunday 9 July, 80 % on Monday 23 October.
    expect(sent.map(({ line }) => line)).toEqual([
      // Of the rivers no figure is known, which counts as behind.
      '07-10 S04 half S04.head',
      // 200 of 260 are more than half, and less than nine tenths. Nobody is deputy: the head is in charge.
      '10-23 S02 most S02.head',
      '10-23 S03 most S03.head',
      '10-23 S04 most S04.head',
      // Nobody is handler: the contact does that work.
      '12-29 S02 others S02.contact',
      '12-29 S02 others S03.contact',
    ]);

    const passed = await office.query<{ line: string; known: Record<string, unknown> }>(
      `select (h.after->>'unitName') || ' ' || (h.after->>'rung') as line, h.after->'known' as known
       from history_event h where h.type = 'follow_up.passed' order by h.occurred_at, (h.after->>'unitName') collate "C"`,
    );
    expect(passed.map(({ line }) => line)).toEqual([
      '市住建局 half',
      '市教育局 half',
      '市住建局 others',
      '市水务局 others',
    ]);
    expect(passed[0]!.known).toMatchObject({ isLead: true, reached: 76.923077 });
    expect(passed[3]!.known).toMatchObject({ isLead: true, reached: null, behind: null });
    expect(await office.query(`select from obligation where kind = 'completion' and next_rung is not null`)).toEqual(
      [],
    );
  });
});

describe('a step that asks whether the one before it was read', () => {
  const t = useOffice('2023-01-12T09:30:00+08:00');

  it('is sent where nobody has, and passed over where somebody has, or has signed since', async () => {
    const { office } = t;
    await office.query(`insert into policy (id, version, body) values ($1, 1, $2)`, [
      READING.id,
      JSON.stringify(READING),
    ]);
    const planId = await office.begin(
      planOf(
        '完成甲项。（牵头单位：市住建局）',
        '完成乙项。（牵头单位：市水务局）',
        '完成丙项。（牵头单位：市教育局）',
      ),
      { policy: READING.id },
    );
    const [read, unread, signed] = [
      await office.assignment(planId, '1', 'S03'),
      await office.assignment(planId, '2', 'S04'),
      await office.assignment(planId, '3', 'S02'),
    ];
    await office.passTo('2023-12-20T10:00:00+08:00');
    // Of the first its addressee has read it, of the second who had a copy.
    for (const [part, isCopy] of [
      [read, false],
      [unread, true],
    ] as const) {
      await office.query(
        `with n as (select n.id from notification n join follow_up f on f.id = n.follow_up_id
           join obligation o on o.id = f.obligation_id
           where o.assignment_id = $1 and o.kind = 'completion' and f.is_copy = $2),
         g as (insert into digest (id, person_id, channel, window_start, subject, is_urgent, composed_at)
           select gen_random_uuid(), (select id from person limit 1), 'inbox', now(), '', false, now() from n returning id),
         i as (insert into digest_item (digest_id, position, notification_id, text) select g.id, 1, n.id, '' from g, n)
         insert into delivery (id, digest_id, person_id, channel, address, state, attempts, read_at, created_at)
           select gen_random_uuid(), g.id, (select id from person limit 1), 'inbox', '', 'read', 0, now(), now() from g`,
        [part, isCopy],
      );
      await office.query(`update digest set window_start = window_start - interval '1 hour'`);
    }
    await office.move('S02.contact', signed, 'sign_for');
    await office.passTo('2024-01-02T10:00:00+08:00');
    const sent = await office.query<{ line: string }>(
      `select u.code || ' ' || f.rung as line from follow_up f join obligation o on o.id = f.obligation_id
         join unit u on u.id = o.unit_id join task k on k.id = o.task_id
       where o.kind = 'completion' and k.plan_id = $1 and not f.is_copy order by 1`,
      [planId],
    );
    expect(sent.map(({ line }) => line)).toEqual(['S02 first', 'S03 first', 'S04 again', 'S04 first']);
    const passed = await office.query<{ known: object }>(
      `select after->'known' as known from history_event where type = 'follow_up.passed' and plan_id = $1`,
      [planId],
    );
    expect(passed.map(({ known }) => known)).toMatchObject([{ isRead: true }, { isRead: true }]);
  });
});
