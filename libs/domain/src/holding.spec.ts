import { createWorkingCalendar, localDateOf } from '@duban/kernel';
import fc from 'fast-check';
import { ASSIGNMENT_MARKS, ASSIGNMENT_STATES, type AssignmentMark, type AssignmentState } from './assignment.machine';
import { CONTRIBUTION_STATES, type ContributionState } from './contribution.machine';
import { type DayCount, delayOf, heldDays, type Holding, holdingsOf, type HoldingEvent, sumsOf } from './holding';

const ZONE = 'Asia/Shanghai';
// Weekdays alone; 2 January 2023 is a Monday.
const count: DayCount = {
  calendar: createWorkingCalendar({ version: 'test', papers: [] }),
  dayOf: (instant) => localDateOf(new Date(instant), ZONE),
};
const day = (n: number, hour = 9): number =>
  Date.parse('2023-01-02T00:00:00+08:00') + ((n - 1) * 24 + hour) * 3_600_000;

const lead = (at: number, state: AssignmentState, marks: AssignmentMark[] = [], unitId = 'L'): HoldingEvent => ({
  of: 'part',
  at,
  partId: 'lead',
  unitId,
  isLead: true,
  state,
  marks,
});
const co = (at: number, state: AssignmentState, marks: AssignmentMark[] = [], n = 1): HoldingEvent => ({
  of: 'part',
  at,
  partId: `co${n}`,
  unitId: `C${n}`,
  isLead: false,
  state,
  marks,
});
const contribution = (at: number, state: ContributionState, dueAt: number, n = 1): HoldingEvent => ({
  of: 'contribution',
  at,
  contributionId: `k${n}`,
  leadPartId: 'lead',
  partId: `co${n}`,
  state,
  dueAt,
});
const coordination = (at: number, isOpen: boolean, unitIds = ['L', 'C1']): HoldingEvent => ({
  of: 'coordination',
  at,
  coordinationId: 'd',
  isOpen,
  unitIds,
});
const told = (holdings: readonly Holding[], partId = 'lead'): string[] =>
  holdings
    .filter((one) => one.partId === partId)
    .map(
      ({ from, to, kind, unitId, why }) =>
        `${((from - day(1, 0)) / 86_400_000 + 1) | 0}-${((to - day(1, 0)) / 86_400_000 + 1) | 0} ${unitId ?? kind} ${why}`,
    );

describe('holdingsOf', () => {
  it('follows a part from being handed out to being verified', () => {
    const events = [
      lead(day(1), 'assigned'),
      lead(day(2), 'in_progress'),
      lead(day(9), 'reported'),
      lead(day(10), 'in_progress'),
      lead(day(12), 'reported'),
      lead(day(15), 'verified'),
    ];
    expect(told(holdingsOf(events, day(30)))).toEqual([
      '1-9 L working',
      '9-10 office verifying',
      '10-12 L working',
      '12-15 office verifying',
    ]);
  });

  it('charges a suspended time to nobody, an objection to the office, a transferred part to who has it', () => {
    const events = [
      lead(day(1), 'assigned'),
      lead(day(2), 'assigned', ['objected']),
      lead(day(3), 'assigned', ['objected', 'suspended']),
      lead(day(5), 'assigned'),
      lead(day(8), 'assigned', [], 'M'),
    ];
    expect(told(holdingsOf(events, day(9)))).toEqual([
      '1-2 L working',
      '2-3 office objected',
      '3-5 nobody suspended',
      '5-8 L working',
      '8-9 M working',
    ]);
  });

  it('gives a co-unit’s reported part to the lead, or to the office where no lead is left', () => {
    const events = [
      lead(day(1), 'in_progress'),
      co(day(1), 'in_progress'),
      co(day(3), 'reported'),
      lead(day(5), 'cancelled'),
    ];
    expect(told(holdingsOf(events, day(8)), 'co1')).toEqual([
      '1-3 C1 working',
      '3-5 L verifying',
      '5-8 office verifying',
    ]);
  });

  it('lets a lead wait at the cost of the co-unit from the end of its day on, of the longest late first', () => {
    const events = [
      lead(day(1), 'in_progress'),
      co(day(1), 'in_progress'),
      co(day(1), 'in_progress', [], 2),
      contribution(day(2), 'asked', day(5, 0)),
      contribution(day(2), 'asked', day(7, 0), 2),
      contribution(day(9), 'submitted', day(5, 0)),
      contribution(day(10), 'submitted', day(7, 0), 2),
      contribution(day(11), 'returned', day(5, 0)),
      contribution(day(12), 'submitted', day(5, 0)),
    ];
    expect(told(holdingsOf(events, day(15)))).toEqual([
      '1-5 L working',
      '5-9 C1 contributing',
      '9-10 C2 contributing',
      '10-11 L working',
      '11-12 C1 contributing',
      '12-15 L working',
    ]);
  });

  it('does not charge a co-unit whose own clock stands', () => {
    const events = [
      lead(day(1), 'in_progress'),
      co(day(1), 'in_progress', ['suspended']),
      contribution(day(2), 'asked', day(5, 0)),
      co(day(8), 'in_progress'),
    ];
    expect(told(holdingsOf(events, day(9)))).toEqual(['1-8 L working', '8-9 C1 contributing']);
  });

  it('gives to the office what is raised to it, until it is settled', () => {
    const events = [
      lead(day(1), 'in_progress'),
      co(day(1), 'in_progress'),
      co(day(1), 'in_progress', [], 2),
      coordination(day(3), true),
      coordination(day(6), false),
    ];
    const holdings = holdingsOf(events, day(9));
    expect(told(holdings)).toEqual(['1-3 L working', '3-6 office coordinating', '6-9 L working']);
    expect(told(holdings, 'co2')).toEqual(['1-9 C2 working']);
  });

  it('leaves a verified part to nobody until it is opened again', () => {
    const events = [lead(day(1), 'verified'), lead(day(4), 'in_progress')];
    expect(told(holdingsOf(events, day(5)))).toEqual(['1-4 nobody ended', '4-5 L working']);
  });

  const events: fc.Arbitrary<HoldingEvent[]> = fc
    .array(
      fc.oneof(
        fc
          .record({
            at: fc.nat(40),
            n: fc.nat(2),
            state: fc.constantFrom(...ASSIGNMENT_STATES),
            marks: fc.subarray([...ASSIGNMENT_MARKS]),
          })
          .map(({ at, n, state, marks }) => (n === 0 ? lead(day(at), state, marks) : co(day(at), state, marks, n))),
        fc
          .record({
            at: fc.nat(40),
            n: fc.integer({ min: 1, max: 2 }),
            state: fc.constantFrom(...CONTRIBUTION_STATES),
            due: fc.nat(40),
          })
          .map(({ at, n, state, due }) => contribution(day(at), state, day(due, 0), n)),
        fc.record({ at: fc.nat(40), isOpen: fc.boolean() }).map(({ at, isOpen }) => coordination(day(at), isOpen)),
      ),
      { maxLength: 25 },
    )
    .map((list) => list.toSorted((a, b) => a.at - b.at));

  it('partitions the time of each part: no gap, no overlap, no two alike that touch', () => {
    fc.assert(
      fc.property(events, (list) => {
        const until = day(50);
        const holdings = holdingsOf(list, until);
        for (const partId of ['lead', 'co1', 'co2']) {
          const own = holdings.filter((one) => one.partId === partId);
          const first = list.find((event) => event.of === 'part' && event.partId === partId);
          if (own.length > 0) expect(own[0]!.from).toBe(first!.at);
          own.forEach((one, i) => {
            expect(one.from).toBeLessThan(one.to);
            const after = own[i + 1];
            if (!after) return;
            expect(after.from).toBe(one.to);
            expect([after.kind, after.unitId, after.why, after.contributionId]).not.toEqual([
              one.kind,
              one.unitId,
              one.why,
              one.contributionId,
            ]);
          });
          const last = list.filter((event) => event.of === 'part' && event.partId === partId).at(-1);
          const isEnded = last?.of === 'part' && ['verified', 'cancelled', 'not_implemented'].includes(last.state);
          if (last && !isEnded) expect(own.at(-1)!.to).toBe(until);
        }
      }),
    );
  });

  it('charges nobody for a suspended time, and days that add up to all that passed', () => {
    fc.assert(
      fc.property(events, (list) => {
        const holdings = holdingsOf(list, day(50));
        for (const { kind, why } of holdings) {
          if (why === 'suspended' || why === 'ended') expect(kind).toBe('nobody');
        }
        const own = holdings.filter((one) => one.partId === 'lead');
        const days = sumsOf(own, count).reduce((sum, one) => sum + one.workingDays, 0);
        const [first, last] = [own[0], own.at(-1)];
        const passed = first && last ? heldDays({ from: first.from, to: last.to }, count) : 0;
        expect(days).toBe(passed);
      }),
    );
  });

  it('charges all of a delay, to nobody more than it was late, and never to a suspension', () => {
    fc.assert(
      fc.property(events, fc.nat(30), fc.nat(40), (list, days, due) => {
        const own = { kind: 'lead', unitId: 'L' } as const;
        const holdings = holdingsOf(list, day(50)).filter((one) => one.partId === 'lead');
        const charged = delayOf({ days, dueAt: day(due, 24), contributionIds: ['k1'] }, own, holdings, count);
        expect(charged.reduce((sum, one) => sum + one.workingDays, 0)).toBe(days);
        for (const { kind, workingDays } of charged) {
          expect(workingDays).toBeGreaterThan(0);
          expect(kind).not.toBe('nobody');
        }
      }),
    );
  });
});

describe('delayOf', () => {
  const own = { kind: 'lead', unitId: 'L' } as const;
  // Due on Friday the 5th day; the report was due on Thursday, the 11th.
  const events = [
    lead(day(1), 'in_progress'),
    co(day(1), 'in_progress'),
    contribution(day(2), 'asked', day(6, 0)),
    contribution(day(11), 'submitted', day(6, 0)),
  ];
  const holdings = (until: number): Holding[] => holdingsOf(events, until);

  it('charges what a late co-unit took from the lead to the co-unit, not to the lead', () => {
    // Three working days late, of which the lead had the matter three: it had lost three before.
    const delay = { days: 3, dueAt: day(10, 24), contributionIds: ['k1'] };
    expect(delayOf(delay, own, holdings(day(15)), count)).toEqual([{ kind: 'co_unit', unitId: 'C1', workingDays: 3 }]);
  });

  it('charges to the lead what goes beyond', () => {
    const delay = { days: 9, dueAt: day(10, 24), contributionIds: ['k1'] };
    expect(delayOf(delay, own, holdings(day(23)), count)).toEqual([
      { kind: 'co_unit', unitId: 'C1', workingDays: 4 },
      { kind: 'lead', unitId: 'L', workingDays: 5 },
    ]);
  });

  it('does not charge for one report what was late for another', () => {
    const delay = { days: 3, dueAt: day(30, 24), contributionIds: [] };
    expect(delayOf(delay, own, holdings(day(35)), count)).toEqual([{ kind: 'lead', unitId: 'L', workingDays: 3 }]);
  });
});
