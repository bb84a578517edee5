import { addDays, CHINA_HOLIDAYS, createWorkingCalendar, type LocalDate, parseLocalDate } from '@duban/kernel';
import fc from 'fast-check';
import {
  climb,
  firstPointer,
  type LadderClock,
  ladderTerm,
  type LadderTerm,
  pointerAfterRejection,
  rungAt,
  type RungPointer,
} from './ladder';
import { sendFrom } from './sending-hours';
import { comesBefore, type Ladder, NOTICE_COLOURS, type Rung } from './policy';
import { annualReport } from './presets';
import { foresee } from './simulation';

const calendar = createWorkingCalendar(CHINA_HOLIDAYS);
const clock: LadderClock = { calendar, timeZone: 'Asia/Shanghai' };
const threeColour = annualReport.ladders['three-colour']!;
const signFor = annualReport.ladders['sign-for']!;

const d = parseLocalDate;
/** The time of what was made six weeks before its date. */
const by = (effectiveOn: string): LadderTerm => ({
  startedOn: addDays(d(effectiveOn), -42),
  effectiveOn: d(effectiveOn),
});
const daysOf = ({ offset }: Rung): number => (offset as { workingDays: number }).workingDays;
const at = (local: string) => new Date(`${local}+08:00`);
const nineOn = (date: string) => at(`${date}T09:00:00`);
const plannedDays = (ladder: Ladder, effectiveOn: string) =>
  Object.fromEntries(ladder.rungs.map((rung) => [rung.id, rungAt(ladder, rung, by(effectiveOn), clock)]));

describe('the plain schedule', () => {
  it('a report due on Thursday 2023-04-20, to the day', () => {
    expect(plannedDays(threeColour, '2023-04-20')).toEqual({
      'remind-5': nineOn('2023-04-13'),
      'remind-1': nineOn('2023-04-19'),
      urge: nineOn('2023-04-21'),
      blue: nineOn('2023-04-24'), // Sunday the 23rd was a working day
      orange: nineOn('2023-04-27'),
      red: nineOn('2023-05-06'), // a Saturday that was worked; 29 April to 3 May were off
    });
  });

  it('an action plan due on Friday 2023-02-10, to the day', () => {
    expect(plannedDays(threeColour, '2023-02-10')).toEqual({
      'remind-5': nineOn('2023-02-03'),
      'remind-1': nineOn('2023-02-09'),
      urge: nineOn('2023-02-13'),
      blue: nineOn('2023-02-15'),
      orange: nineOn('2023-02-20'),
      red: nineOn('2023-02-24'),
    });
  });

  it('to sign for a task issued on 2023-01-12: due on Monday the 16th', () => {
    const dueOn = calendar.addWorkingDays(d('2023-01-12'), 2);
    expect(dueOn).toBe('2023-01-16');
    expect(plannedDays(signFor, dueOn)).toEqual({
      remind: nineOn('2023-01-16'),
      urge: nineOn('2023-01-17'),
      blue: nineOn('2023-01-19'),
    });
  });

  it("goes by the jurisdiction's zone and the ladder's time", () => {
    const early = { ...threeColour, at: '07:30' };
    const urge = threeColour.rungs[2]!;
    expect(rungAt(early, urge, by('2023-04-20'), { calendar, timeZone: 'Asia/Urumqi' })).toEqual(
      new Date('2023-04-21T07:30:00+06:00'),
    );
  });
});

const isNotice = (rung: Rung): boolean => rung.kind === 'notice';

describe('other counts of time', () => {
  const day = (offset: Rung['offset'], startedOn: string, effectiveOn: string) =>
    shanghaiDay(
      rungAt(
        threeColour,
        { ...threeColour.rungs[0]!, offset },
        { startedOn: d(startedOn), effectiveOn: d(effectiveOn) },
        clock,
      ),
    );

  it.each<[string, Rung['offset'], string, string, string]>([
    ['half of a hundred days', { shareOfTime: 50 }, '2023-03-01', '2023-06-09', '2023-04-20'],
    ['all of the time: the last day', { shareOfTime: 100 }, '2023-03-01', '2023-06-09', '2023-06-09'],
    ['none of the time, on a Sunday: the Monday', { shareOfTime: 0 }, '2023-03-05', '2023-06-09', '2023-03-06'],
    ['two thirds of what is made on its last day', { shareOfTime: 66 }, '2023-06-09', '2023-06-09', '2023-06-09'],
    ['a share of what was due before it was made', { shareOfTime: 10 }, '2023-06-12', '2023-06-09', '2023-06-09'],
    ['half, in a holiday: the working day after it', { shareOfTime: 50 }, '2023-04-20', '2023-05-10', '2023-05-04'],
    ['ten calendar days after, over a holiday', { calendarDays: 10 }, '2023-03-01', '2023-04-20', '2023-05-04'],
    ['three calendar days before', { calendarDays: -3 }, '2023-03-01', '2023-04-20', '2023-04-17'],
  ])('%s', (_, offset, startedOn, effectiveOn, expected) => {
    expect(day(offset, startedOn, effectiveOn)).toBe(expected);
  });

  it('a clock that stood moves half of the time as it moved the date', () => {
    // Made on 1 March, due on 9 June; ten working days for which it stood move both ends to 15 March and 25 June.
    const term = ladderTerm(d('2023-03-01'), 10, d('2023-06-25'), calendar);
    expect(term.startedOn).toBe('2023-03-15');
    expect(day({ shareOfTime: 50 }, term.startedOn, term.effectiveOn)).toBe('2023-05-05');
  });
});

describe('a rung with a condition', () => {
  const asked: Ladder = {
    ...threeColour,
    rungs: threeColour.rungs.map((rung) => (rung.id === 'blue' ? { ...rung, when: { progressBelow: 50 } } : rung)),
  };
  const climbed = (holds: boolean, now: string) =>
    climb(asked, { rung: 'blue', at: nineOn('2023-04-24') }, by('2023-04-20'), at(now), clock, () => holds);

  it('fires where it holds', () => {
    expect(climbed(true, '2023-04-24T09:00')).toMatchObject({
      fired: [{ rung: { id: 'blue' } }],
      passed: [],
      last: 'blue',
    });
  });

  it('is passed over where it does not, and the ladder goes on after it', () => {
    expect(climbed(false, '2023-04-24T09:00')).toEqual({
      fired: [],
      passed: [{ rung: asked.rungs[3], plannedAt: nineOn('2023-04-24') }],
      last: 'blue',
      next: { rung: 'orange', at: nineOn('2023-04-27') },
    });
  });

  it('after downtime is asked when its turn comes, and what follows does not wait for an answer to it', () => {
    expect(climbed(false, '2023-04-27T10:00')).toMatchObject({
      fired: [{ rung: { id: 'orange' } }],
      passed: [{ rung: { id: 'blue' } }],
      last: 'orange',
    });
  });
});

describe('firstPointer', () => {
  it.each<[string, string, string, string]>([
    ['made in January: the first reminder', '2023-01-12T10:00', 'remind-5', '2023-04-13'],
    ['made at the very instant of a reminder: it still comes', '2023-04-13T09:00', 'remind-5', '2023-04-13'],
    [
      'made a moment after a reminder: that one is not made up for',
      '2023-04-13T09:00:00.001',
      'remind-1',
      '2023-04-19',
    ],
    ['made on the due date: no reminder is left', '2023-04-20T08:00', 'urge', '2023-04-21'],
    ['made overdue: urged at once', '2023-04-22T10:00', 'urge', '2023-04-21'],
    ['made long overdue: urged at once, not begun with a notice', '2023-06-20T10:00', 'urge', '2023-04-21'],
  ])('%s', (_, now, rung, date) => {
    expect(firstPointer(threeColour, by('2023-04-20'), at(now), clock)).toEqual({ rung, at: nineOn(date) });
  });

  it.each<[string, string, string, RungPointer | null]>([
    ['after a reminder', 'remind-5', '2023-04-14T10:00', { rung: 'remind-1', at: nineOn('2023-04-19') }],
    [
      'after a reminder, the next one missed',
      'remind-5',
      '2023-04-20T10:00',
      { rung: 'urge', at: nineOn('2023-04-21') },
    ],
    ['after the urge, before blue', 'urge', '2023-04-22T10:00', { rung: 'blue', at: nineOn('2023-04-24') }],
    ['after the urge, overdue: blue at once', 'urge', '2023-06-20T10:00', { rung: 'blue', at: nineOn('2023-04-24') }],
    ['after blue: orange', 'blue', '2023-04-25T10:00', { rung: 'orange', at: nineOn('2023-04-27') }],
    ['after the last: nothing', 'red', '2023-04-22T10:00', null],
  ])('taken up again %s, no rung before that one comes back', (_, after, now, pointer) => {
    expect(firstPointer(threeColour, by('2023-04-20'), at(now), clock, { rung: after, answerDueOn: null })).toEqual(
      pointer,
    );
  });

  it('taken up again after a notice that was sent late, that notice keeps its full time to answer', () => {
    // Blue went out on 05-08 after downtime, to be answered by 05-10; the plan had orange on 04-27.
    const climbed = { rung: 'blue', answerDueOn: d('2023-05-10') };
    expect(firstPointer(threeColour, by('2023-04-20'), at('2023-05-09T10:00'), clock, climbed)).toEqual({
      rung: 'orange',
      at: nineOn('2023-05-11'),
    });
  });

  it('a notice that comes before the due date is made up for', () => {
    const early: Ladder = { at: '09:00', rungs: [{ ...threeColour.rungs[3]!, offset: { workingDays: -3 } }] };
    expect(firstPointer(early, by('2023-04-20'), at('2023-04-19T10:00'), clock)).toEqual({
      rung: 'blue',
      at: nineOn('2023-04-17'),
    });
  });

  it('the reminder on the due day itself is not made up for either', () => {
    expect(firstPointer(signFor, by('2023-01-16'), at('2023-01-16T09:30'), clock)).toEqual({
      rung: 'urge',
      at: nineOn('2023-01-17'),
    });
  });

  it('a ladder of reminders only has nothing to say once the date is past', () => {
    const gentle: Ladder = { at: '09:00', rungs: threeColour.rungs.slice(0, 2) };
    expect(firstPointer(gentle, by('2023-04-20'), at('2023-04-20T10:00'), clock)).toBeNull();
  });
});

/** What fired, in short: the rung, what it stands for, the last day to answer. */
const inShort = ({ fired, next }: ReturnType<typeof climb>) => ({
  fired: fired.map(({ rung, collapsed, answerDueOn }) => [rung.id, collapsed, answerDueOn]),
  next,
});

describe('climb', () => {
  const from = (rung: string, date: string, now: string) =>
    inShort(climb(threeColour, { rung, at: nineOn(date) }, by('2023-04-20'), at(now), clock));

  it.each<[string, string, string, string, string[], RungPointer]>([
    ['a reminder', 'remind-5', '2023-04-13', '2023-04-13T09:00', [], { rung: 'remind-1', at: nineOn('2023-04-19') }],
    ['the urge', 'urge', '2023-04-21', '2023-04-21T09:05', [], { rung: 'blue', at: nineOn('2023-04-24') }],
  ])('on time: %s fires alone', (_, rung, date, now, collapsed, next) => {
    expect(from(rung, date, now)).toEqual({ fired: [[rung, collapsed, null]], next });
  });

  it('a moment too early: nothing fires and the pointer stays', () => {
    expect(from('blue', '2023-04-24', '2023-04-24T08:59:59.999')).toEqual({
      fired: [],
      next: { rung: 'blue', at: nineOn('2023-04-24') },
    });
  });

  it('each colour on time gives the time to answer and the next colour as planned', () => {
    expect(from('blue', '2023-04-24', '2023-04-24T09:00')).toEqual({
      fired: [['blue', [], '2023-04-26']],
      next: { rung: 'orange', at: nineOn('2023-04-27') },
    });
    expect(from('orange', '2023-04-27', '2023-04-27T09:00')).toEqual({
      fired: [['orange', [], '2023-05-05']], // 28 April, 4 and 5 May
      next: { rung: 'red', at: nineOn('2023-05-06') },
    });
    expect(from('red', '2023-05-06', '2023-05-06T09:00')).toEqual({ fired: [['red', [], null]], next: null });
  });

  it('after downtime two missed reminders collapse into the last: one message, not a storm (camunda 63687, bcgov-entity 2253)', () => {
    expect(from('remind-5', '2023-04-13', '2023-04-20T12:00')).toEqual({
      fired: [['remind-1', ['remind-5'], null]],
      next: { rung: 'urge', at: nineOn('2023-04-21') },
    });
  });

  it('after downtime to the urge, the reminders collapse into it', () => {
    expect(from('remind-5', '2023-04-13', '2023-04-21T09:00')).toEqual({
      fired: [['urge', ['remind-5', 'remind-1'], null]],
      next: { rung: 'blue', at: nineOn('2023-04-24') },
    });
  });

  it('after downtime past blue: the urge first, then blue, with the full time to answer from today', () => {
    expect(from('remind-5', '2023-04-13', '2023-04-25T10:00')).toEqual({
      fired: [
        ['urge', ['remind-5', 'remind-1'], null],
        ['blue', [], '2023-04-27'],
      ],
      next: { rung: 'orange', at: nineOn('2023-04-28') }, // planned for the 27th, the last day to answer
    });
  });

  it('after downtime past all colours they climb one at a time, each with its full time', () => {
    expect(from('remind-5', '2023-04-13', '2023-05-08T14:00')).toEqual({
      fired: [
        ['urge', ['remind-5', 'remind-1'], null],
        ['blue', [], '2023-05-10'],
      ],
      next: { rung: 'orange', at: nineOn('2023-05-11') },
    });
    expect(from('orange', '2023-05-11', '2023-05-11T09:00')).toEqual({
      fired: [['orange', [], '2023-05-16']],
      next: { rung: 'red', at: nineOn('2023-05-17') },
    });
    expect(from('red', '2023-05-17', '2023-05-17T09:00')).toEqual({ fired: [['red', [], null]], next: null });
  });

  it('a notice that fires in a holiday is sent on the morning after it, and counts its time to answer from there', () => {
    expect(from('blue', '2023-04-24', '2023-04-29T10:00')).toEqual({
      fired: [['blue', [], '2023-05-06']], // sent on Thursday the 4th; the Saturday was worked
      next: { rung: 'orange', at: nineOn('2023-05-08') },
    });
  });

  it('says when a rung should have fired, not only that it did', () => {
    const { fired } = climb(
      threeColour,
      { rung: 'remind-5', at: nineOn('2023-04-13') },
      by('2023-04-20'),
      at('2023-04-25T10:00'),
      clock,
    );
    expect(fired.map(({ plannedAt }) => plannedAt)).toEqual([nineOn('2023-04-21'), nineOn('2023-04-24')]);
  });
});

describe('a talk (约谈)', () => {
  const talking: Ladder = {
    at: '09:00',
    rungs: [
      { id: 'remind', offset: { workingDays: -1 }, kind: 'reminder', to: ['contact'] },
      { id: 'early', offset: { workingDays: 0 }, kind: 'talk', to: ['deputy'], when: { behindPlanBy: 20 } },
      { id: 'urge', offset: { workingDays: 1 }, kind: 'urge', to: ['head'] },
      { id: 'talk', offset: { workingDays: 2 }, kind: 'talk', to: ['head'], copyTo: ['office'] },
      { id: 'last', offset: { workingDays: 3 }, kind: 'urge', to: ['head'] },
    ],
  };
  const climbed = (pointer: string, planned: string, now: string) =>
    climb(talking, { rung: pointer, at: nineOn(planned) }, by('2023-04-20'), at(now), clock);

  it('fires by itself, asks for no answer, and the ladder goes on as written', () => {
    expect(climbed('talk', '2023-04-23', '2023-04-23T09:00')).toMatchObject({
      fired: [{ rung: { id: 'talk' }, collapsed: [], answerDueOn: null }],
      last: 'talk',
      next: { rung: 'last', at: nineOn('2023-04-24') },
    });
  });

  it('after downtime stands for nothing and is in nothing; what follows comes on the next working day', () => {
    const { fired, next } = climbed('remind', '2023-04-19', '2023-04-25T10:00');
    expect(fired.map(({ rung, collapsed }) => [rung.id, collapsed])).toEqual([
      ['remind', []],
      ['early', []],
    ]);
    expect(next).toEqual({ rung: 'urge', at: nineOn('2023-04-26') });
    const later = climbed('urge', '2023-04-26', '2023-04-26T09:00');
    expect(later.fired.map(({ rung }) => rung.id)).toEqual(['urge', 'talk']);
    expect(later.next).toEqual({ rung: 'last', at: nineOn('2023-04-27') });
  });

  it('before the due date is made up for, as a notice is', () => {
    expect(firstPointer(talking, by('2023-04-20'), at('2023-04-20T10:00'), clock)).toEqual({
      rung: 'early',
      at: nineOn('2023-04-20'),
    });
  });
});

describe('pointerAfterRejection', () => {
  it('begins a ladder of which nothing has been sent, in its own time and not before the next working day', () => {
    const none = { rung: null, answerDueOn: null };
    expect(pointerAfterRejection(threeColour, none, by('2023-04-20'), at('2023-03-01T15:00'), clock)).toEqual({
      rung: 'remind-5',
      at: at('2023-04-13T09:00'),
    });
    expect(pointerAfterRejection(threeColour, none, by('2023-04-20'), at('2023-04-18T15:00'), clock)).toEqual({
      rung: 'remind-5',
      at: at('2023-04-19T09:00'),
    });
  });

  it.each<[string, string, string, RungPointer | null]>([
    ['at once: the next colour as planned', 'blue', '2023-04-24T10:00', { rung: 'orange', at: nineOn('2023-04-27') }],
    ['after its plan: the next working day', 'blue', '2023-04-27T15:00', { rung: 'orange', at: nineOn('2023-04-28') }],
    ['before a holiday: after it', 'blue', '2023-04-28T15:00', { rung: 'orange', at: nineOn('2023-05-04') }],
    [
      'in the night, told in the morning: the day after',
      'orange',
      '2023-05-10T23:30',
      { rung: 'red', at: nineOn('2023-05-12') },
    ],
    ['of the last colour: nothing follows', 'red', '2023-05-10T10:00', null],
  ])('an answer rejected %s', (_, rung, now, pointer) => {
    const climbed = { rung, answerDueOn: null };
    expect(pointerAfterRejection(threeColour, climbed, by('2023-04-20'), at(now), clock)).toEqual(pointer);
  });

  it('rejected before the time to answer is over, a notice that was sent late keeps it', () => {
    const climbed = { rung: 'blue', answerDueOn: d('2023-05-10') };
    expect(pointerAfterRejection(threeColour, climbed, by('2023-04-20'), at('2023-05-08T15:00'), clock)).toEqual({
      rung: 'orange',
      at: nineOn('2023-05-11'),
    });
  });

  it('nothing follows where the ladder ends with that step, or has none of the name', () => {
    expect(
      pointerAfterRejection(
        signFor,
        { rung: 'blue', answerDueOn: null },
        by('2023-01-16'),
        at('2023-01-30T10:00'),
        clock,
      ),
    ).toBeNull();
    expect(
      pointerAfterRejection(
        signFor,
        { rung: 'orange', answerDueOn: null },
        by('2023-01-16'),
        at('2023-01-30T10:00'),
        clock,
      ),
    ).toBeNull();
  });

  it('a step between two colours that was sent while the answer was still to come is not sent again', () => {
    const [blue, orange] = [threeColour.rungs[3]!, threeColour.rungs[4]!];
    const again = { id: 'again', offset: { workingDays: 4 }, kind: 'urge' as const, to: ['head' as const] };
    const ladder = { ...threeColour, rungs: [blue, again, orange] };
    const climbed = { rung: 'again', answerDueOn: d('2023-04-26') };
    expect(pointerAfterRejection(ladder, climbed, by('2023-04-20'), at('2023-04-26T10:00'), clock)).toEqual({
      rung: 'orange',
      at: nineOn('2023-04-27'),
    });
  });
});

/* Random obligations, random sweeps. What is expected is said in calendar days, without the ladder's own arithmetic. */

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const shanghaiDay = (instant: Date) => d(new Date(instant.getTime() + 8 * 60 * MINUTE).toISOString().slice(0, 10));
const later = (instant: Date, ms: number) => new Date(instant.getTime() + ms);

/** Any ladder that a policy may hold: rungs in any number and mixture, colours that climb. */
const anyLadder: fc.Arbitrary<Ladder> = fc
  .record({
    offsets: fc.uniqueArray(fc.integer({ min: -10, max: 30 }), { minLength: 1, maxLength: 9 }),
    notices: fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }),
    answers: fc.array(fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }), { minLength: 3, maxLength: 3 }),
    time: fc.constantFrom('00:00', '08:30', '09:00', '23:59'),
  })
  .map(({ offsets, notices, answers, time }) => {
    let colours = 0;
    const rungs = offsets
      .toSorted((a, b) => a - b)
      .map((offset, i): Rung => {
        const base = { id: `rung-${i}`, offset: { workingDays: offset }, to: ['head' as const] };
        if (!notices[i] || colours === NOTICE_COLOURS.length) return { ...base, kind: 'reminder' };
        const answer = answers[colours];
        const answerWithin = answer === undefined ? undefined : { workingDays: answer };
        return { ...base, kind: 'notice', colour: NOTICE_COLOURS[colours++]!, answerWithin };
      });
    return { at: time, rungs };
  });

const dueOn = fc.integer({ min: 0, max: 6 * 365 }).map((days) =>
  calendar.effectiveDate(
    d(
      later(at('2020-06-01T08:00'), days * DAY)
        .toISOString()
        .slice(0, 10),
    ),
  ),
);
/** The time between two sweeps: minutes, a night, or a long downtime. */
const gap = fc.oneof(
  fc.integer({ min: 1, max: 90 * MINUTE }),
  fc.integer({ min: 1, max: 4 * DAY }),
  fc.integer({ min: 1, max: 30 * DAY }),
);
const story = (ladder: fc.Arbitrary<Ladder>) =>
  fc.record({
    ladder,
    due: dueOn,
    /** When the obligation is made, from six weeks before its date to six weeks after. */
    lead: fc.integer({ min: -42 * DAY, max: 42 * DAY }),
    gaps: fc.array(gap, { maxLength: 60 }),
  });
const someLadder = fc.oneof(fc.constant(threeColour), fc.constant(signFor), anyLadder);

interface Firing {
  rung: Rung;
  at: Date;
  plannedAt: Date;
  collapsed: string[];
  answerDueOn: LocalDate | null;
  next: RungPointer | null;
}

/** Lives through an obligation that nobody fulfils, sweep by sweep, and on until its ladder is at its end. */
function live({ ladder, due, lead, gaps }: { ladder: Ladder; due: LocalDate; lead: number; gaps: number[] }) {
  const made = later(nineOn(due), lead);
  const first = firstPointer(ladder, by(due), made, clock);
  const firings: Firing[] = [];
  let pointer = first;
  let now = made;
  const sweep = (): void => {
    if (!pointer || pointer.at > now) return;
    const { fired, next } = climb(ladder, pointer, by(due), now, clock);
    firings.push(...fired.map((one) => ({ ...one, at: now, next })));
    pointer = next;
  };
  for (const ms of gaps) {
    now = later(now, ms);
    sweep();
  }
  for (let left = 20; pointer && left > 0; left--) {
    now = later(now, 60 * DAY);
    sweep();
  }
  return { made, first, firings, left: pointer };
}

const idsOf = (firings: readonly Firing[]) => firings.flatMap(({ collapsed, rung }) => [...collapsed, rung.id]);

describe('whenever the sweep runs', () => {
  it('everything due is fired in the end, in the order of the ladder, and no rung twice', () => {
    fc.assert(
      fc.property(story(someLadder), (one) => {
        const { first, firings, left } = live(one);
        const ids = one.ladder.rungs.map((rung) => rung.id);
        expect(left).toBeNull();
        expect(idsOf(firings)).toEqual(first ? ids.slice(ids.indexOf(first.rung)) : []);
      }),
      { numRuns: 400 },
    );
  });

  it('left out are only the reminders, before any notice, that were planned up to the due date and were past when it was made', () => {
    fc.assert(
      fc.property(story(someLadder), (one) => {
        const { made, firings } = live(one);
        const fired = new Set(idsOf(firings));
        for (const [i, rung] of one.ladder.rungs.entries()) {
          const day = calendar.addWorkingDays(one.due, daysOf(rung));
          const isPast = at(`${day}T${one.ladder.at}`) < made;
          const isMadeUpFor = daysOf(rung) > 0 || one.ladder.rungs.slice(0, i + 1).some(isNotice);
          expect(fired.has(rung.id)).toBe(!isPast || isMadeUpFor);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('no rung fires before its day', () => {
    fc.assert(
      fc.property(story(someLadder), (one) => {
        for (const { rung, at: firedAt, plannedAt } of live(one).firings) {
          const day = calendar.addWorkingDays(one.due, daysOf(rung));
          expect(firedAt >= at(`${day}T${one.ladder.at}`)).toBe(true);
          expect(firedAt >= plannedAt).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('the colours come in the order of the ladder, and one sweep sends one at most', () => {
    fc.assert(
      fc.property(story(someLadder), (one) => {
        const notices = live(one).firings.filter(({ rung }) => rung.kind === 'notice');
        const written = one.ladder.rungs.filter(isNotice);
        const places = notices.map(({ rung }) => written.indexOf(rung));
        expect(places).toEqual(places.map((_, i) => places[0]! + i));
        // Only a notice planned up to the due date may have been past when the obligation was made.
        if (written[0] && daysOf(written[0]) > 0) expect(places[0]).toBe(0);
        expect(new Set(notices.map(({ at: firedAt }) => firedAt.getTime())).size).toBe(notices.length);
      }),
      { numRuns: 400 },
    );
  });

  it('no colour comes before the morning after the last day to answer the one before', () => {
    fc.assert(
      fc.property(story(someLadder), (one) => {
        const notices = live(one).firings.filter(({ rung }) => rung.kind === 'notice');
        notices.slice(1).forEach(({ at: firedAt }, i) => {
          const { rung, at: sentAt, answerDueOn } = notices[i]!;
          const within = rung.kind === 'notice' ? rung.answerWithin?.workingDays : undefined;
          const sentOn = shanghaiDay(sendFrom(sentAt, calendar, 'Asia/Shanghai'));
          expect(answerDueOn).toBe(within === undefined ? null : calendar.addWorkingDays(sentOn, within));
          const morningAfter = calendar.addWorkingDays(answerDueOn ?? sentOn, 1);
          expect(firedAt >= at(`${morningAfter}T${one.ladder.at}`)).toBe(true);
        });
      }),
      { numRuns: 400 },
    );
  });

  it('the pointer never points to the past, but where the obligation was made late', () => {
    fc.assert(
      fc.property(story(someLadder), (one) => {
        const { made, first, firings } = live(one);
        for (const { at: firedAt, next } of firings) {
          if (next) expect(next.at > firedAt).toBe(true);
        }
        if (first && first.at < made) {
          const rung = one.ladder.rungs.find(({ id }) => id === first.rung)!;
          expect(daysOf(rung) > 0 || isNotice(rung)).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('a second sweep at the same instant finds nothing: the pointer has gone on', () => {
    fc.assert(
      fc.property(story(someLadder), (one) => {
        for (const { at: now, next } of live(one).firings) {
          if (next)
            expect(climb(one.ladder, next, by(one.due), now, clock)).toEqual({
              fired: [],
              passed: [],
              last: null,
              next,
            });
        }
      }),
    );
  });

  it('at least every hour: each rung fires by itself, on the plain schedule and within the hour', () => {
    const hourly = fc.record({
      ladder: fc.constantFrom(threeColour, signFor),
      due: dueOn,
      lead: fc.integer({ min: -42 * DAY, max: -22 * DAY }),
      gaps: fc
        .array(fc.integer({ min: 1, max: 60 }), { minLength: 24, maxLength: 24 })
        // A rhythm of at most an hour, kept up until the ladder of a date in six weeks is certainly done.
        .map((minutes) => Array.from({ length: 3600 }, (_, i) => minutes[i % 24]! * MINUTE))
        .filter((all) => all.reduce((sum, ms) => sum + ms) > 75 * DAY),
    });
    fc.assert(
      fc.property(hourly, (one) => {
        const { firings } = live(one);
        expect(firings.map(({ rung, plannedAt, collapsed }) => [rung.id, plannedAt, collapsed])).toEqual(
          one.ladder.rungs.map((rung) => [rung.id, nineOn(calendar.addWorkingDays(one.due, daysOf(rung))), []]),
        );
        for (const { at: firedAt, plannedAt } of firings) {
          expect(firedAt.getTime() - plannedAt.getTime()).toBeLessThanOrEqual(60 * MINUTE);
        }
      }),
      { numRuns: 60 },
    );
  });
});

/* Ladders of all counts of time and with conditions. */

const anyOffset: fc.Arbitrary<Rung['offset']> = fc.oneof(
  fc.record({ workingDays: fc.integer({ min: -10, max: 20 }) }),
  fc.record({ calendarDays: fc.integer({ min: -15, max: 30 }) }),
  fc.record({ shareOfTime: fc.integer({ min: 0, max: 100 }) }),
);
/** In any order that is not certainly wrong, as a policy may hold it; every other rung asks for something. */
const mixedLadder: fc.Arbitrary<Ladder> = fc
  .record({ ladder: anyLadder, offsets: fc.array(anyOffset, { minLength: 9, maxLength: 9 }) })
  .map(({ ladder, offsets }) => {
    const rungs: Rung[] = [];
    for (const [i, rung] of ladder.rungs.entries()) {
      const offset = offsets[i]!;
      const previous = rungs.at(-1);
      if (previous && comesBefore(previous.offset, offset) === 'never') continue;
      rungs.push({
        ...rung,
        offset,
        ...(i % 2 === 1 ? { when: i % 4 === 1 ? { progressBelow: 50 } : { notRead: true } } : {}),
      });
    }
    return { ...ladder, rungs };
  });

describe('whatever counts of time a ladder mixes, and whatever holds when a rung has its turn', () => {
  it('no rung has its turn twice or out of order, notices come one at a time, and it ends', () => {
    const told = fc.record({ one: story(mixedLadder), holds: fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }) });
    fc.assert(
      fc.property(told, ({ one: { ladder, due, lead, gaps }, holds }) => {
        const made = later(nineOn(due), lead);
        let asked = 0;
        let pointer = firstPointer(ladder, by(due), made, clock);
        const first = pointer;
        const turns: string[] = [];
        let now = made;
        for (const ms of [...gaps, ...Array.from({ length: 20 }, () => 60 * DAY)]) {
          now = later(now, ms);
          if (!pointer || pointer.at > now) continue;
          const { fired, passed, last, next } = climb(
            ladder,
            pointer,
            by(due),
            now,
            clock,
            () => holds[asked++ % holds.length]!,
          );
          const places = (ids: string[]) => ids.map((id) => ladder.rungs.findIndex((rung) => rung.id === id));
          const sent = places(fired.flatMap(({ rung, collapsed }) => [...collapsed, rung.id]));
          expect(sent).toEqual(sent.toSorted((a, b) => a - b));
          expect(fired.filter(({ rung }) => isNotice(rung)).length).toBeLessThanOrEqual(1);
          const all = [...sent, ...places(passed.map(({ rung }) => rung.id))].toSorted((a, b) => a - b);
          turns.push(...all.map((i) => ladder.rungs[i]!.id));
          expect(last).toBe(turns.at(-1));
          pointer = next;
        }
        const ids = ladder.rungs.map(({ id }) => id);
        expect(pointer).toBeNull();
        expect(turns).toEqual(first ? ids.slice(ids.indexOf(first.rung)) : []);
      }),
      { numRuns: 300 },
    );
  });

  it('what a simulation foresees is what daily sweeps send', () => {
    fc.assert(
      fc.property(story(mixedLadder), ({ ladder, due, lead }) => {
        const made = at(`${shanghaiDay(later(nineOn(due), lead))}T${ladder.at}`);
        const term = by(due);
        const until = later(made, 400 * DAY);
        const pointer = firstPointer(ladder, term, made, clock);
        const policy = { ...annualReport, ladders: { only: ladder } };
        const owed = {
          kind: 'completion' as const,
          ladder: 'only',
          ...term,
          dueAt: made,
          pointer,
          timeZone: 'Asia/Shanghai',
          isLead: true,
          level: null,
        };
        const foreseen = foresee(policy, [owed], { now: made, until }, 'nobody_answers', calendar);
        const sent: string[] = [];
        let next = pointer;
        for (let now = made; next && now < until; now = later(now, DAY)) {
          if (next.at > now) continue;
          const climbed: ReturnType<typeof climb> = climb(ladder, next, term, now, clock);
          sent.push(...climbed.fired.map(({ rung }) => `${now.toISOString()} ${rung.id}`));
          next = climbed.next;
        }
        expect(foreseen.map(({ at: then, fired }) => `${then.toISOString()} ${fired.rung.id}`)).toEqual(sent);
        expect(foreseen.every(({ fired, isConditional }) => isConditional === (fired.rung.when !== undefined))).toBe(
          true,
        );
      }),
      { numRuns: 200 },
    );
  });
});
