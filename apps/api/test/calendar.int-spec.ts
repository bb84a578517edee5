import { PAPER } from './cases';
import { type Caller, Edge, expectProblem, type Json, useEdge } from './edge';

const HOLIDAY = { from: '2023-04-20', off: true, holiday: '样例节' };
const PATH = '/calendar/papers';
const paper = (days: object[], other: object = {}): object => ({
  ...PAPER,
  number: '样例办〔2023〕1号',
  year: 2023,
  issuedOn: '2023-01-10',
  days,
  ...other,
});

describe('The working calendar as data', () => {
  let officer: Caller;
  let head: Caller;
  const edge = useEdge(async (database) => {
    const opened = await (await Edge.open(database)).issue();
    officer = await opened.as('officer');
    head = await opened.as('LD04.head');
    return opened;
  });
  const record = (json: object, caller = officer) => caller.ask('POST', PATH, { json });
  const report = async (): Promise<Json> =>
    (await head.all('/obligations?kind=progress_report')).find(({ subject }: Json) => subject === '2023Q1');

  it('has the shipped papers from the start, and tells of each day whose paper makes it off or worked (cindy 4757, xk-time 54, chinese-calendar 68)', async () => {
    expect((await officer.get(PATH)).items.map(({ version, importedBy }: Json) => [version, importedBy])).toHaveLength(
      8,
    );
    const year = await head.get('/calendar?year=2023');
    expect(year).toMatchObject({ year: 2023, version: 'cn-2026.1', position: 8, isProvisional: false });
    expect(year.days).toContainEqual({
      date: '2023-04-23',
      working: true,
      reason: 'make_up_day',
      holiday: '劳动节',
      paper: '国办发明电〔2022〕16号',
    });
    expect((await head.get('/calendar?year=2027')).isProvisional).toBe(true);
  });

  it.each<[string, object, string, string]>([
    [
      'a day both off and a make-up day',
      paper([HOLIDAY, { ...HOLIDAY, off: false }]),
      'days.1',
      'CALENDAR.NAMED_TWICE',
    ],
    ['a make-up day that is worked anyway', paper([{ ...HOLIDAY, off: false }]), 'days.0', 'CALENDAR.WORKED_ANYWAY'],
    ['a day outside its year', paper([{ ...HOLIDAY, from: '2022-11-30' }]), 'days.0.from', 'CALENDAR.OUTSIDE_YEAR'],
    [
      'what another paper says otherwise',
      paper([{ from: '2023-04-23', off: true, holiday: '样例节' }]),
      'days.0',
      'CALENDAR.CONTRADICTS',
    ],
  ])('refuses %s, at the field', async (_, json, field, code) => {
    const before = await edge().written();
    const answer = await record(json);
    expectProblem(answer, 422, 'CALENDAR.PAPER_INVALID', { field });
    expect(JSON.stringify(answer.body)).toContain(code);
    expect(await edge().written()).toEqual(before);
  });

  it.each<[string, object, string]>([
    ['a date that does not exist', { ...HOLIDAY, from: '2023-02-30' }, 'days.0.from'],
    ['a day without a reason', { ...HOLIDAY, holiday: ' ' }, 'days.0.holiday'],
  ])('refuses %s, for which a timer would never fire', async (_, day, field) => {
    const answer = await record(paper([day]));
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([400, expect.stringContaining(field)]);
  });

  it('shows beforehand what a paper would change, and records nothing', async () => {
    const before = await edge().written();
    const preview = await record({ ...paper([HOLIDAY]), preview: true });
    expect([preview.status, preview.body]).toEqual([
      200,
      {
        version: 'cn-2023.2',
        position: 9,
        isNew: true,
        differences: [
          {
            date: '2023-04-20',
            before: { working: true, reason: 'weekday' },
            after: { working: false, reason: 'holiday', holiday: '样例节', paper: '样例办〔2023〕1号' },
          },
        ],
      },
    ]);
    expect(await edge().written()).toEqual(before);
  });

  it('moves what is open when a paper comes, says why, and keeps the version before', async () => {
    const { id, effectiveOn } = await report();
    expect(effectiveOn).toBe('2023-04-20');
    expect((await record(paper([HOLIDAY]))).status).toBe(200);
    const now = (await officer.get('/clock')).now;
    await edge().passTo(now);
    expect(await report()).toMatchObject({
      dueOn: '2023-04-20',
      effectiveOn: '2023-04-21',
      deadline: {
        version: 2,
        why: {
          zh: expect.stringContaining(
            '2023-04-20（周四）为样例节假期（样例办〔2023〕1号），顺延至下一工作日；依据样例办〔2023〕1号重新计算',
          ),
          en: expect.stringContaining('so the next working day'),
        },
      },
    });
    const { items } = await head.get(`/obligations/${id}/deadlines`);
    expect(items.map((one: Json) => [one.version, one.effectiveOn, one.calendarVersion])).toEqual([
      [1, '2023-04-20', 'cn-2026.1'],
      [2, '2023-04-21', 'cn-2023.2'],
    ]);
    // By the calendar of then it was a working day.
    expect(items[0].why.zh).not.toContain('顺延');
  });

  it('takes the same paper once, and another text under its number not at all', async () => {
    const again = await record(paper([HOLIDAY]));
    expect([again.status, again.body]).toMatchObject([200, { isNew: false, differences: [] }]);
    const other = await record(paper([{ ...HOLIDAY, from: '2023-04-21' }]));
    expectProblem(other, 409, 'CALENDAR.PAPER_RECORDED', { field: 'number' });
    expect(await officer.get(PATH)).toMatchObject({ next: null, items: { length: 9 } });
  });

  it('tells the day by the calendar that a unit’s deadline is of only to those whose it is', async () => {
    const { id } = await report();
    const stranger = await edge().as('LD09.contact');
    expectProblem(await stranger.ask('GET', `/obligations/${id}/deadlines`), 404, 'DEADLINE.UNKNOWN', { field: 'id' });
  });
});
