import {
  daysBetween,
  groupsOf,
  type Contribution,
  moreTimePath,
  type Notice,
  type Obligation,
  owedOf,
  sundayOf,
} from './owed';

const UNIT = 'unit';
const obligation = (of: Partial<Obligation>): Obligation =>
  ({
    id: 'o',
    taskId: 't',
    taskNumber: '1',
    assignmentId: 'a',
    unitId: UNIT,
    kind: 'progress_report',
    subject: '2026Q3',
    state: 'open',
    effectiveOn: '2026-09-25',
    waitingReportId: null,
    ...of,
  }) as Obligation;
const notice = (of: Partial<Notice>): Notice =>
  ({
    id: 'n',
    taskId: 't',
    taskNumber: '1',
    obligationId: 'o',
    colour: 'blue',
    state: 'issued',
    number: '1号',
    answerDueOn: '2026-09-24',
    ...of,
  }) as Notice;
const contribution = (of: Partial<Contribution>): Contribution =>
  ({
    id: 'c',
    taskId: 't',
    taskNumber: '1',
    assignmentId: 'mine',
    leadAssignmentId: 'lead',
    unitId: UNIT,
    unitName: '市教育局',
    subject: null,
    dueOn: '2026-09-23',
    state: 'asked',
    ...of,
  }) as Contribution;
const owed = (
  { obligations = [], notices = [], contributions = [] }: Partial<Parameters<typeof owedOf>[0]>,
  mayConfirm = false,
) => owedOf({ obligations, notices, contributions, unitId: UNIT, mayConfirm });

describe('What is owed next', () => {
  it.each([
    ['sign_for', 'sign', 'sign'],
    ['action_plan', 'plan', 'plan'],
    ['progress_report', 'report', 'report'],
    ['milestone', 'report', 'report'],
    ['instruction', 'report', 'report'],
    ['completion', 'completion', 'completion'],
    ['rectification', 'rectify', 'completion'],
  ] as const)('of a %s is to %s', (kind, name, page) => {
    const path = expect.stringMatching(new RegExp(`^/mine/t/a/${page}([?]|$)`)) as string;
    expect(owed({ obligations: [obligation({ kind })] })).toMatchObject([{ act: { name, path } }]);
  });

  it('is to sign for it before anything else of the part, which is told with it', () => {
    const all = owed({
      obligations: [
        obligation({ id: 's', kind: 'sign_for' }),
        obligation({ id: 'r' }),
        obligation({ id: 'p', kind: 'action_plan', effectiveOn: '2026-09-24' }),
        obligation({ id: 'x', assignmentId: 'b' }),
      ],
    });
    expect(all.map(({ act, afterSigning }) => [act!.name, afterSigning.map(({ kind }) => kind)])).toEqual([
      ['sign', ['action_plan', 'progress_report']],
      ['report', []],
    ]);
  });

  it('comes in the order of the days, an answer before what it is about', () => {
    const all = owed({
      obligations: [obligation({ id: 'late', effectiveOn: '2026-10-20' }), obligation({})],
      notices: [notice({ answerDueOn: '2026-09-25' })],
      contributions: [contribution({})],
    });
    expect(all.map(({ key }) => key)).toEqual(['contribution c', 'notice n', 'obligation o', 'obligation late']);
  });

  it('shows the gravest notice that stands, and asks for an answer to each that has none', () => {
    const notices = [
      notice({ id: 'blue' }),
      notice({ id: 'red', colour: 'red', state: 'answered' }),
      notice({ id: 'closed', colour: 'red', state: 'closed' }),
    ];
    const all = owed({ obligations: [obligation({})], notices });
    expect(all.map(({ key }) => key)).toEqual(['notice blue', 'obligation o']);
    expect(all.at(1)).toMatchObject({ notice: { id: 'red' } });
  });

  it('waits for the head of the unit, and is theirs to confirm', () => {
    const obligations = [obligation({ waitingReportId: 'report' })];
    expect(owed({ obligations })[0]).toMatchObject({ act: null, state: 'waits_for_head' });
    expect(owed({ obligations }, true)).toMatchObject([
      { act: { name: 'confirm', path: '/mine/t/a/confirm?of=report' } },
    ]);
  });

  it('is the co-unit’s contribution until it is handed in, and the lead’s decision from then on', () => {
    const names = (one: Contribution): unknown[] => owed({ contributions: [one] }).map(({ act }) => act!.name);
    expect(names(contribution({ state: 'returned' }))).toEqual(['write']);
    expect(names(contribution({ state: 'submitted' }))).toEqual([]);
    expect(names(contribution({ state: 'submitted', unitId: 'other' }))).toEqual(['review']);
    expect(names(contribution({ state: 'asked', unitId: 'other' }))).toEqual([]);
    expect(names(contribution({ state: 'accepted' }))).toEqual([]);
  });

  it('is overdue, of this week, later, or stands still', () => {
    const all = owed({
      obligations: [
        obligation({ id: '1', effectiveOn: '2026-09-20' }),
        obligation({ id: '2', effectiveOn: '2026-09-21' }),
        obligation({ id: '3', effectiveOn: '2026-09-27' }),
        obligation({ id: '4', effectiveOn: '2026-09-28' }),
        obligation({ id: '5', effectiveOn: '2026-09-01', state: 'suspended' }),
      ],
    });
    const groups = groupsOf(all, '2026-09-21');
    const ids = Object.fromEntries(
      Object.entries(groups).map(([group, items]) => [group, items.map(({ key }) => key.slice(-1))]),
    );
    expect(ids).toEqual({ atOnce: [], overdue: ['1'], week: ['2', '3'], later: ['4'], still: ['5'] });
  });

  it('is a notice that sets no day before all that has one', () => {
    const all = owed({
      obligations: [obligation({ id: '1', effectiveOn: '2026-09-20' })],
      notices: [notice({ colour: 'red', answerDueOn: null })],
    });
    expect(groupsOf(all, '2026-09-21')).toMatchObject({ atOnce: [{ kind: 'answer' }], overdue: [{}], later: [] });
  });

  it('may be given more time before its date, once it was signed for', () => {
    const asked = (own: Parameters<typeof owed>[0], today = '2026-09-21'): unknown[] =>
      owed(own).map((one) => moreTimePath(one, today));
    const one = obligation({ id: '1', kind: 'completion', effectiveOn: '2026-09-21' });
    expect(asked({ obligations: [one] })).toEqual([expect.stringMatching(/\/apply\?of=1$/)]);
    expect(asked({ obligations: [one] }, '2026-09-22')).toEqual([null]);
    expect(asked({ obligations: [{ ...one, state: 'suspended' }] })).toEqual([null]);
    expect(asked({ obligations: [{ ...one, id: '2', kind: 'sign_for' }, one] })).toEqual([null]);
    expect(asked({ contributions: [contribution({})] })).toEqual([null]);
  });

  it.each([
    ['2026-09-21', '2026-09-27'],
    ['2026-09-27', '2026-09-27'],
    ['2026-12-31', '2027-01-03'],
  ])('the week of %s ends on %s', (day, sunday) => {
    expect(sundayOf(day)).toBe(sunday);
  });

  it('is so many days away', () => {
    expect(daysBetween('2026-09-21', '2026-10-20')).toBe(29);
    expect(daysBetween('2026-09-21', '2026-09-17')).toBe(-4);
  });
});
