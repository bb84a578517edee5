import { periodsOf, type PeriodReport, standing } from './periods';

const NOW = new Date('2026-05-01T00:00:00Z');
const owed = (period: string, dueAt: string, state = 'open') => ({
  id: period,
  taskId: 't',
  assignmentId: 'a',
  unitId: 'u',
  kind: 'progress_report',
  subject: period,
  state,
  dueOn: dueAt.slice(0, 10),
  dueAt,
});
const report = (id: string, obligationId: string, more: Partial<PeriodReport> = {}): PeriodReport => ({
  id,
  obligationId,
  kind: 'progress_report',
  reportedAt: '2026-04-10T00:00:00Z',
  measurements: [{ targetId: 'g', value: 3, planned: 4, light: 'yellow' }],
  ...more,
});
const target = { id: 'g', text: '建成大桥10座', value: 10, upper: null, unit: '座', comparator: 'eq' } as const;
const targets = new Map([['t', [target]]]);
const q1 = owed('2026Q1', '2026-04-20T16:00:00Z');

describe('periodsOf', () => {
  const lightOf = (reports: PeriodReport[], of = q1) => periodsOf(targets, [of], reports, NOW)[0]!.light;

  it.each<[string, PeriodReport[], string | null]>([
    ['what is due and not reported is red', [], 'red'],
    ['what is reported has the light of its figure', [report('1', '2026Q1')], 'yellow'],
    ['what waits for the head is not reported', [report('1', '2026Q1', { state: 'submitted' })], 'red'],
    ['what was sent back is not reported', [report('1', '2026Q1', { state: 'sent_back' })], 'red'],
    ['a figure that is not known is red', [report('1', '2026Q1', { measurements: [] })], 'red'],
    [
      'a figure from before there were plans is none',
      [report('1', '2026Q1', { measurements: [{ targetId: 'g', value: 3 }] })],
      'green',
    ],
    ['a report of another period is not this one', [report('1', '2026Q2')], 'red'],
  ])('%s', (_, reports, light) => expect(lightOf(reports)).toBe(light));

  it('has no light before it is due, nor where nothing is owed any more', () => {
    expect(lightOf([], owed('2026Q2', '2026-07-20T16:00:00Z'))).toBeNull();
    expect(lightOf([], owed('2026Q1', '2026-04-20T16:00:00Z', 'lapsed'))).toBeNull();
  });

  it('shows the figures that the light came from', () => {
    const corrected = report('2', '2026Q1', {
      correctsId: '1',
      measurements: [{ targetId: 'g', value: 5, light: 'green' }],
    });
    const [period] = periodsOf(targets, [q1], [report('1', '2026Q1'), corrected], NOW);
    expect(period).toMatchObject({
      light: 'green',
      reportId: '2',
      figures: [{ targetId: 'g', text: '建成大桥10座', unit: '座', value: 5, light: 'green' }],
    });
  });
});

describe('standing', () => {
  it('takes the last version of a report, and the one before where that was sent back', () => {
    const first = report('1', '2026Q1');
    const second = report('2', '2026Q1', { correctsId: '1' });
    expect(standing([first, second]).map(({ id }) => id)).toEqual(['2']);
    expect(standing([first, { ...second, state: 'sent_back' }]).map(({ id }) => id)).toEqual(['1']);
  });
});
