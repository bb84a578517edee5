import { parseLocalDate } from '@duban/kernel';
import { NOTIFICATION_KINDS, type NotificationKind } from '../notification.kinds';
import { arrange, mailBody, subjectOf } from './digest';
import { fill } from './fill';
import { type Language, LANGUAGES } from './index';
import { lineFor } from './line';

const today = parseLocalDate('2026-04-21');
const languages = Object.keys(LANGUAGES) as Language[];

const followUp = {
  followUpKind: 'urge',
  colour: null,
  rung: 'urge',
  obligationKind: 'progress_report',
  subject: '2026Q1',
  dueOn: '2026-04-20',
  unitName: '市住建局',
  taskNumber: '12',
  taskContent: '改造老旧小区260个',
  noticeNumber: null,
  answerDueOn: null,
  isCopy: false,
  collapsed: [] as string[],
};
const notice = {
  ...followUp,
  followUpKind: 'notice',
  colour: 'blue',
  rung: 'blue',
  noticeNumber: '蓝督〔2026〕3号',
  answerDueOn: '2026-04-24',
};
const aboutTask = { taskNumber: '12', taskContent: '改造老旧小区260个', unitName: '市住建局' };
const aboutNotice = { noticeNumber: '蓝督〔2026〕3号', taskNumber: '12', unitName: '市住建局' };

/** As little and as much as a writer may give. */
const EXAMPLES: Record<NotificationKind, object[]> = {
  task_issued: [
    { planTitle: '《政府工作报告》责任分解方案', count: 5, signForBy: '2026-04-23' },
    { planTitle: '责任分解方案', count: 1 },
  ],
  matter_registered: [
    { ...aboutTask, taskNumber: '批示〔2026〕12号', signForBy: '2026-04-22', dueOn: '2026-05-06' },
    { ...aboutTask, taskNumber: '热线〔2026〕3号' },
  ],
  task_revised: [
    ...['added', 'removed', 'leads', 'supports', 'changed'].map((part) => ({ ...aboutTask, part })),
    { ...aboutTask, part: 'changed', dueOn: '2026-10-31' },
  ],
  follow_up: [
    followUp,
    { ...followUp, followUpKind: 'reminder', dueOn: '2026-04-27', collapsed: ['remind-5'] },
    { ...followUp, taskNumber: null, subject: null, dueOn: '2026-04-21' },
    notice,
    { ...notice, colour: 'red', isCopy: true, answerDueOn: null },
    { ...followUp, followUpKind: 'talk' },
    { ...followUp, obligationKind: 'instruction', subject: '2' },
    ...['sign_for', 'action_plan', 'milestone', 'completion', 'rectification'].map((obligationKind) => ({
      ...followUp,
      obligationKind,
      subject: '完成前期工作',
    })),
  ],
  upper_moved: [
    ...['cancelled', 'not_implemented', 'suspended', 'resumed', 'transferred', 'reopened'].map((move) => ({
      ...aboutTask,
      move,
      reason: '计划调整',
    })),
    { ...aboutTask, taskNumber: null, move: 'redated', dueOn: '2026-10-31' },
  ],
  returned: [
    { ...aboutTask, reason: '佐证不足', rectifyBy: '2027-01-08' },
    aboutTask,
    { ...aboutTask, conclusion: '抽查三处未完工。' },
  ],
  verified: [aboutTask, { ...aboutTask, taskNumber: null }, { ...aboutTask, conclusion: '情况属实。' }],
  instructed: [{ ...aboutTask, leader: '周明', text: '请抓紧推进。', dueOn: '2026-05-06' }],
  unsatisfied: [{ ...aboutTask, remark: '电梯仍未修好' }],
  card_given: [
    {
      ...aboutTask,
      colour: 'yellow',
      period: '2026Q1',
      points: -1,
      measures: ['letter'],
      why: { zh: '同一事项累计2次黄灯', en: '2 yellow lights on one item' },
    },
    {
      ...aboutTask,
      colour: null,
      period: '2026M04',
      points: 0,
      measures: ['key_tracking'],
      why: { zh: '当期完成率72%，低于80%', en: '72 % of the plan reached, under 80 %' },
    },
    {
      ...aboutTask,
      colour: 'red',
      period: null,
      points: 2,
      measures: ['talk', 'talk_with_leader', 'written_report', 'shown', 'no_bonus', 'bulletin'],
      why: { zh: '督办步骤“red”', en: 'the step “red”' },
    },
    { ...aboutTask, colour: 'red', points: 0, measures: [], why: { zh: '累计2张黄牌', en: '2 yellow cards' } },
  ],
  card_withdrawn: [
    { ...aboutTask, colour: 'yellow', period: '2026Q1', points: -1, measures: ['letter'], reason: '数据核实有误' },
    { ...aboutTask, colour: null, points: 0, measures: [], reason: '数据核实有误。' },
  ],
  reopened: [{ ...aboutTask, reason: '抽查发现数据不实', dueOn: '2026-10-31' }, aboutTask],
  suspended: [{ ...aboutTask, reason: '汛期停工', resumeOn: '2026-09-01' }],
  resumed: [aboutTask],
  transferred: [
    { ...aboutTask, from: '市城管局', reason: '职责不符', signForBy: '2026-04-23' },
    { ...aboutTask, from: '市城管局' },
  ],
  ended: ['cancelled', 'not_implemented'].map((state) => ({ ...aboutTask, state, reason: '政策调整' })),
  objected: [{ ...aboutTask, reason: '不属本单位职责', answerDueOn: '2026-04-28' }, aboutTask],
  objection_settled: ['rejected', 'transferred', 'cancelled'].map((outcome) => ({
    ...aboutTask,
    outcome,
    reason: '经研究',
  })),
  reported: [aboutTask],
  contribution_asked: [
    { ...aboutTask, subject: '2026Q1', question: '已完工几个小区', dueOn: '2026-04-13' },
    { ...aboutTask, subject: '资金落实', dueOn: '2026-04-24' },
    { ...aboutTask, dueOn: '2026-04-24' },
  ],
  contribution_submitted: [{ ...aboutTask, subject: '2026Q1' }, aboutTask],
  contribution_returned: [{ ...aboutTask, subject: '2026Q1', reason: '缺少数据' }, aboutTask],
  contribution_withdrawn: [{ ...aboutTask, subject: '资金落实' }],
  coordination_raised: [{ ...aboutTask, about: '管网由谁改造', reason: '双方均称不属职责', dueOn: '2026-04-28' }],
  coordination_settled: [{ ...aboutTask, about: '管网由谁改造', decision: '由市水务局改造' }],
  deadline_recounted: [
    {
      ...aboutTask,
      obligationKind: 'progress_report',
      subject: '2026Q4',
      from: '2027-01-20',
      dueOn: '2027-01-21',
      paper: '国办发明电〔2026〕9号',
    },
    { ...aboutTask, obligationKind: 'completion', from: '2026-12-31', dueOn: '2027-01-04', paper: null },
  ],
  office_reminded: ['objection', 'coordination'].map((what) => ({
    ...aboutTask,
    what,
    about: '管网由谁改造',
    dueOn: '2026-04-21',
  })),
  office_urged: [{ ...aboutTask, what: 'coordination', about: '管网由谁改造', dueOn: '2026-04-20' }],
  application_made: [
    {
      ...aboutTask,
      applicationKind: 'extension',
      obligationKind: 'completion',
      dueOn: '2027-01-31',
      reason: '汛期停工',
    },
    { ...aboutTask, applicationKind: 'close_unimplemented', reason: '政策调整' },
    { ...aboutTask, applicationKind: 'review', reason: '佐证已附' },
  ],
  application_decided: [
    {
      ...aboutTask,
      applicationKind: 'extension',
      obligationKind: 'action_plan',
      dueOn: '2026-05-31',
      decision: 'approved',
    },
    {
      ...aboutTask,
      applicationKind: 'extension',
      obligationKind: 'action_plan',
      decision: 'denied',
      reason: '理由不足。',
    },
    { ...aboutTask, applicationKind: 'review', decision: 'approved', reason: '退回不当。' },
  ],
  notice_answered: [aboutNotice, { ...aboutNotice, taskNumber: null }],
  notice_rejected: [{ ...aboutNotice, reason: '答非所问' }, aboutNotice],
  action_plan_submitted: [aboutTask],
  action_plan_approved: [aboutTask],
  action_plan_returned: [{ ...aboutTask, reason: '措施不具体', by: '2026-05-08' }, aboutTask],
  report_to_confirm: ['action_plan', 'progress_report', 'milestone', 'completion'].map((reportKind) => ({
    ...aboutTask,
    reportKind,
  })),
  report_sent_back: [{ ...aboutTask, reportKind: 'progress_report', reason: '数据有误' }],
  work_taken_over: [
    { from: ['市住建局'], count: 1, effectiveOn: '2026-04-21' },
    { from: ['市住建局', '市城管局'], count: 12, effectiveOn: '2027-01-01' },
  ],
  disposal_proposed: [{ planTitle: '2023年任务分解方案', retention: '10年', reason: '保管期满' }],
  sweep_late: [{ count: 12, since: '2026-04-21' }],
  reorganisation_failed: ['rename', 'merge', 'split', 'abolish', 'transfer'].map((kind) => ({
    kind,
    units: ['LD04', 'LD05'],
    effectiveOn: '2026-04-21',
    code: 'UNIT.NAME_TAKEN',
  })),
};
const every = (Object.keys(NOTIFICATION_KINDS) as NotificationKind[]).flatMap((kind) =>
  EXAMPLES[kind].map((parameters, i) => ({ kind, i, parameters })),
);

describe.each(languages)('messages in %s', (language) => {
  const messages = LANGUAGES[language];

  it.each(every)('say $kind ($i) without a gap', ({ kind, parameters }) => {
    const { text } = lineFor(kind, parameters, messages, today);
    expect(text).not.toMatch(/[{}]|undefined|null|NaN|\s\s/);
    expect(text.length).toBeGreaterThan(10);
  });

  it('has the same words as before', () => {
    const lines = every.map(({ kind, parameters }) => lineFor(kind, parameters, messages, today));
    expect([subjectOf(lines, messages), ...lines.map(({ text }) => text)]).toMatchSnapshot();
  });
});

describe('messages of all languages', () => {
  const placeholders = (messages: object): unknown =>
    Object.fromEntries(
      Object.entries(messages).map(([key, value]) => [
        key,
        typeof value === 'string'
          ? new Set(value.match(/\{\w+\}/g))
          : Array.isArray(value)
            ? value.length
            : placeholders(value as object),
      ]),
    );

  it('fill in the same', () => {
    const { separator: _zh, dateOfOtherYear: _zhDate, ...zh } = LANGUAGES.zh;
    const { separator: _en, dateOfOtherYear: _enDate, ...en } = LANGUAGES.en;
    expect(placeholders(en)).toEqual(placeholders(zh));
  });
});

describe('lineFor', () => {
  const zh = (kind: string, parameters: unknown) => lineFor(kind, parameters, LANGUAGES.zh, today);

  it('says which item, what is owed, by when, and how late it is', () => {
    expect(zh('follow_up', followUp).text).toBe(
      '【催办】第12项“改造老旧小区260个”（市住建局）应于4月20日前报送2026年第一季度进展，已逾期1天，请尽快办理。',
    );
  });

  it('has single marks for a quotation within the quoted task or milestone', () => {
    const taskContent = '办好“湖滨读书节”，放映电影《灯（“上”篇）》';
    expect(zh('verified', { ...aboutTask, taskContent }).text).toContain(
      '“办好‘湖滨读书节’，放映电影《灯（‘上’篇）》”',
    );
    const subject = '建成“一张网”，含‘两翼’';
    expect(zh('follow_up', { ...followUp, obligationKind: 'milestone', subject }).text).toContain(
      '完成阶段目标“建成‘一张网’，含“两翼””',
    );
  });

  it('names the year of a date in another one', () => {
    expect(zh('returned', { ...aboutTask, reason: '佐证不足', rectifyBy: '2027-01-08' }).text).toContain(
      '2027年1月8日',
    );
  });

  it('refuses parameters that the words cannot be made from', () => {
    expect(() => zh('follow_up', { ...followUp, dueOn: '2026-02-30' })).toThrow('is no date');
    expect(() => zh('follow_up', { ...followUp, unitName: undefined })).toThrow();
    expect(() => zh('no_such_kind', {})).toThrow('there is no notification kind no_such_kind');
    expect(() => zh('toString', {})).toThrow('there is no notification kind toString');
  });

  it('does not take the braces of a document for its own', () => {
    expect(zh('verified', { ...aboutTask, taskContent: '推进{unit}建设' }).text).toContain('“推进{unit}建设”');
  });

  it('keeps a line on one line', () => {
    expect(zh('verified', { ...aboutTask, taskContent: '第一行\r\nBcc: a@b\n第二行' }).text).not.toMatch(/[\r\n]/);
  });
});

describe('arrange', () => {
  const line = (parameters: object) => lineFor('follow_up', parameters, LANGUAGES.zh, today);

  it('puts a notice before an urge before a reminder', () => {
    const lines = [line({ ...followUp, followUpKind: 'reminder' }), line(followUp), line(notice)];
    expect(arrange(lines).map(({ sort }) => sort)).toEqual(['notice', 'urge', 'reminder']);
  });

  it('says one thing once to somebody who holds several posts, and leaves out the copy of it', () => {
    const lines = [line({ ...notice, isCopy: true }), line(notice), line(notice)];
    expect(arrange(lines)).toEqual([line(notice)]);
  });
});

describe('subjectOf', () => {
  it('counts what is in the digest', () => {
    const lines = [followUp, followUp, notice].map((p) => lineFor('follow_up', p, LANGUAGES.zh, today));
    expect(subjectOf(lines, LANGUAGES.zh)).toBe('督办：督办单1件、催办2件');
  });
});

describe('mailBody', () => {
  const body = (...lines: Parameters<typeof mailBody>[0]['lines']): { text: string; html: string } =>
    mailBody({ name: '<b>李敏</b>', subject: '督办：催办1件', lines }, LANGUAGES.zh);

  it('lets no document write HTML', () => {
    const { text, html } = body({ text: '<script>alert("1")</script> & \'更多\'', sort: 'urge', isCopy: false });
    expect(text).toContain('1. <script>');
    expect(html).not.toContain('<script>');
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;更多&#39;');
    expect(html).toContain('&lt;b&gt;李敏&lt;/b&gt;');
  });

  it('puts what asks for something first, in the text too, and counts both', () => {
    const { text, html } = body(
      { text: '【督办单】甲', sort: 'notice', isCopy: true },
      { text: '【催办】乙', sort: 'urge', isCopy: false },
      { text: '【审核通过】丙', sort: 'verified', isCopy: false },
    );
    expect(text).toMatch(/1\. 【催办】乙\n2\. 【督办单】甲\n3\. 【审核通过】丙/);
    expect(html.match(/请办理（1件）|>[乙甲丙]<|请知悉（2件）/g)).toEqual([
      '请办理（1件）',
      '>乙<',
      '请知悉（2件）',
      '>甲<',
      '>丙<',
    ]);
  });

  it.each(every)(
    'knows the sort of $kind ($i) by its kind alone, as the delivery asks for it',
    ({ kind, parameters }) => {
      const { sort } = lineFor(kind, parameters, LANGUAGES.zh, today);
      expect((parameters as { followUpKind?: string }).followUpKind ?? kind).toBe(sort);
    },
  );
});

describe('fill', () => {
  it('refuses a name that it has no value for', () => {
    expect(() => fill('{a}{b}', { a: 1 })).toThrow('asks for {b}');
    expect(() => fill('{constructor}', {})).toThrow('asks for {constructor}');
  });
});
