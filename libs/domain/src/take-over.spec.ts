import { CHINA_HOLIDAYS, createWorkingCalendar, parseLocalDate } from '@duban/kernel';
import fc from 'fast-check';
import type { PlannedObligation } from './due-dates';
import { climb } from './ladder';
import { definePolicy, type Ladder, NOTICE_COLOURS, type NoticeColour, type ObligationKind } from './policy';
import { THREE_COLOUR } from './preset-ladders';
import { annualReport } from './presets';
import { type OwedBefore, pointerOnOtherLadder, type SentRung, takeOver } from './take-over';

const day = parseLocalDate;
const calendar = createWorkingCalendar(CHINA_HOLIDAYS);
const clock = { calendar, timeZone: 'Asia/Shanghai' };
const at = (text: string): Date => new Date(`${text}:00+08:00`);
const say = ({ last, next }: ReturnType<typeof pointerOnOtherLadder>): string =>
  `${last ?? '-'} > ${next ? `${next.rung} ${new Date(next.at.getTime() + 8 * 3_600_000).toISOString().slice(0, 16)}` : '-'}`;

const owed = (
  kind: ObligationKind,
  on: string,
  state: OwedBefore['state'] = 'open',
  subject: string | null = null,
): OwedBefore => ({
  kind,
  subject,
  state,
  recordedOn: day(on),
});
const planned = (
  kind: ObligationKind,
  on: string,
  ladder = 'three-colour',
  subject: string | null = null,
): PlannedObligation => ({
  kind,
  subject,
  ladder,
  recordedOn: day(on),
  rule: 'a rule',
  base: {},
});

describe('takeOver', () => {
  const TODAY = '2023-03-01';
  const taken = (existing: OwedBefore[], before: PlannedObligation[], after: PlannedObligation[], isSignedFor = true) =>
    takeOver(
      annualReport,
      (one) => before.find(({ kind, subject }) => kind === one.kind && subject === one.subject),
      after,
      existing,
      day(TODAY),
      isSignedFor,
      calendar,
    ).map(
      (one) =>
        `${one.what} ${(one.what === 'opened' || one.what === 'redated' || one.what === 'past' ? one.planned : one.before).kind}`,
    );
  const [MARCH, JUNE, JANUARY] = ['2023-03-31', '2023-06-30', '2023-01-31'];

  it.each<[string, OwedBefore[], PlannedObligation[], PlannedObligation[], string[]]>([
    [
      'gives the new date to what had the old rule’s',
      [owed('completion', MARCH)],
      [planned('completion', MARCH)],
      [planned('completion', JUNE)],
      ['redated completion'],
    ],
    [
      'lets a date stand that somebody set',
      [owed('completion', '2023-05-08')],
      [planned('completion', MARCH)],
      [planned('completion', JUNE)],
      ['goes_on completion'],
    ],
    [
      'gives nobody a date that has passed',
      [owed('completion', MARCH)],
      [planned('completion', MARCH)],
      [planned('completion', JANUARY)],
      ['goes_on completion'],
    ],
    [
      'lets go what the new rules do not ask for',
      [owed('milestone', MARCH)],
      [planned('milestone', MARCH)],
      [],
      ['lapsed milestone'],
    ],
    ['keeps what no rule made', [owed('rectification', MARCH, 'open', '1')], [], [], ['goes_on rectification']],
    [
      'leaves settled what is settled',
      [owed('completion', MARCH, 'discharged')],
      [planned('completion', MARCH)],
      [planned('completion', JUNE)],
      [],
    ],
    [
      'owes nothing anew that would have been due before',
      [],
      [],
      [planned('completion', JANUARY), planned('milestone', JUNE)],
      ['past completion', 'opened milestone'],
    ],
    [
      'owes again what had lapsed',
      [owed('milestone', MARCH, 'lapsed')],
      [],
      [planned('milestone', JUNE)],
      ['opened milestone'],
    ],
    ['has nobody sign a second time', [owed('sign_for', MARCH, 'lapsed')], [], [planned('sign_for', JUNE)], []],
    [
      'gives what is suspended its date',
      [owed('completion', MARCH, 'suspended')],
      [planned('completion', MARCH)],
      [planned('completion', JUNE)],
      ['redated completion'],
    ],
  ])('%s', (_, existing, before, after, expected) => {
    expect(taken(existing, before, after)).toEqual(expected);
  });

  it('has whoever got a part from another sign for it once', () => {
    const existing = [owed('sign_for', MARCH, 'lapsed'), owed('sign_for', MARCH, 'open', '2')];
    expect(taken(existing, [planned('sign_for', MARCH)], [planned('sign_for', JUNE)], false)).toEqual([
      'goes_on sign_for',
    ]);
  });

  it('follows what no rule made by the ladder of what was returned', () => {
    const [one] = takeOver(annualReport, () => undefined, [], [owed('instruction', MARCH)], day(TODAY), true, calendar);
    expect(one).toMatchObject({ what: 'goes_on', ladder: annualReport.rectification.ladder });
  });
});

describe('pointerOnOtherLadder', () => {
  /** Due on Friday 10 February 2023. */
  const DUE = { startedOn: day('2023-01-12'), effectiveOn: day('2023-02-10') };
  const sentOf = (...rungs: [rung: string, on: string, colour?: NoticeColour][]): SentRung[] =>
    rungs.map(([rung, on, colour]) => ({
      rung,
      kind: colour ? 'notice' : rung.startsWith('talk') ? 'talk' : 'urge',
      firedAt: at(`${on}T09:00`),
      colour: colour ?? null,
    }));
  const talking = (...before: string[]): Ladder => ({
    at: '09:00',
    rungs: [
      ...THREE_COLOUR.rungs.filter(({ id }) => before.includes(id)),
      { id: 'summons', offset: { workingDays: 2 }, kind: 'talk', to: ['head'] },
      { id: 'again', offset: { workingDays: 12 }, kind: 'urge', to: ['head'] },
    ],
  });
  const SENT = sentOf(['remind-5', '2023-02-03'], ['remind-1', '2023-02-09'], ['urge', '2023-02-13']);
  const renamed = (): Ladder => {
    const ladder = structuredClone(THREE_COLOUR);
    for (const rung of ladder.rungs) rung.id = `new-${rung.id}`;
    return ladder;
  };

  it.each<[string, Ladder, string, SentRung[], string | null, string]>([
    [
      'goes on where it stood on the same ladder',
      THREE_COLOUR,
      '2023-02-13T10:00',
      SENT,
      null,
      'urge > blue 2023-02-15T09:00',
    ],
    [
      'never repeats a follow-up under another name',
      renamed(),
      '2023-02-13T10:00',
      SENT,
      null,
      'new-urge > new-blue 2023-02-15T09:00',
    ],
    [
      'repeats no colour',
      renamed(),
      '2023-02-15T10:00',
      [...SENT, ...sentOf(['blue', '2023-02-15', 'blue'])],
      '2023-02-17',
      'new-blue > new-orange 2023-02-20T09:00',
    ],
    [
      'makes up for a talk to which nobody was called, on the next working day',
      talking('urge'),
      '2023-02-15T10:00',
      SENT,
      null,
      'urge > summons 2023-02-16T09:00',
    ],
    [
      'calls nobody to a second talk',
      talking('urge'),
      '2023-02-15T10:00',
      [...SENT, ...sentOf(['talk', '2023-02-14'])],
      null,
      'summons > again 2023-02-28T09:00',
    ],
    [
      'waits for the answer that a notice asks for',
      renamed(),
      '2023-02-27T10:00',
      [...SENT, ...sentOf(['blue', '2023-02-27', 'blue'])],
      '2023-03-01',
      'new-blue > new-orange 2023-03-02T09:00',
    ],
    [
      'makes up for one notice on the next working day, with no storm',
      renamed(),
      '2023-03-03T10:00',
      SENT,
      null,
      'new-urge > new-blue 2023-03-06T09:00',
    ],
    [
      'urges once for what was never urged',
      { at: '09:00', rungs: renamed().rungs.slice(0, 3) },
      '2023-03-03T10:00',
      [],
      null,
      'new-remind-1 > new-urge 2023-03-06T09:00',
    ],
    [
      'makes up for no urge where a step comes by then anyway: one at a time',
      renamed(),
      '2023-02-14T10:00',
      [],
      null,
      'new-urge > new-blue 2023-02-15T09:00',
    ],
    [
      'reminds nobody of what lay before, nor when the ladder is taken up again',
      renamed(),
      '2023-02-08T10:00',
      [],
      null,
      'new-remind-5 > new-remind-1 2023-02-09T09:00',
    ],
    [
      'begins a ladder of which nothing lay before',
      renamed(),
      '2023-01-20T10:00',
      [],
      null,
      '- > new-remind-5 2023-02-03T09:00',
    ],
    [
      'counts urges that are not made up for as had, so that nothing asks for a next step',
      { at: '09:00', rungs: renamed().rungs.slice(0, 3) },
      '2023-03-03T10:00',
      sentOf(['other', '2023-02-13']),
      null,
      'new-urge > -',
    ],
    [
      'has nothing to send when all was',
      THREE_COLOUR,
      '2023-03-03T10:00',
      sentOf(['red', '2023-02-24', 'red']),
      null,
      'red > -',
    ],
  ])('%s', (_, ladder, now, sent, answerDueOn, expected) => {
    expect(
      say(pointerOnOtherLadder(ladder, DUE, at(now), clock, sent, answerDueOn === null ? null : day(answerDueOn))),
    ).toBe(expected);
  });

  it('on any ladder at any time sends nothing for the past in a storm: one step at most at one instant, none before now', () => {
    const anyLadder = fc
      .uniqueArray(fc.integer({ min: -10, max: 20 }), { minLength: 1, maxLength: 8 })
      .map((days): Ladder => {
        const sorted = days.toSorted((a, b) => a - b);
        const colours = [...NOTICE_COLOURS];
        const rungs = sorted.map((workingDays, i) => {
          const base = { id: `r${i}`, offset: { workingDays }, to: ['head' as const] };
          const colour = workingDays > 2 ? colours.shift() : undefined;
          return colour
            ? { ...base, kind: 'notice' as const, colour, answerWithin: { workingDays: 2 } }
            : { ...base, kind: workingDays > 0 ? ('urge' as const) : ('reminder' as const) };
        });
        return definePolicy({ ...annualReport, ladders: { ...annualReport.ladders, any: { at: '09:00', rungs } } })
          .ladders['any']!;
      });
    fc.assert(
      fc.property(anyLadder, anyLadder, fc.integer({ min: 0, max: 60 }), (old, fresh, later) => {
        const now = new Date(at('2023-01-20T10:00').getTime() + later * 86_400_000);
        const sent: SentRung[] = [];
        let pointer: { rung: string; at: Date } | null = { rung: old.rungs[0]!.id, at: at('2023-01-20T09:00') };
        while (pointer && pointer.at < now) {
          const firedAt: Date = pointer.at;
          const { fired, next }: ReturnType<typeof climb> = climb(old, pointer, DUE, firedAt, clock);
          sent.push(
            ...fired.map(({ rung }) => ({
              rung: `old-${rung.id}`,
              kind: rung.kind,
              firedAt,
              colour: rung.kind === 'notice' ? rung.colour : null,
            })),
          );
          pointer = next;
        }
        const { next } = pointerOnOtherLadder(fresh, DUE, now, clock, sent, null);
        if (!next) return;
        expect(next.at.getTime()).toBeGreaterThanOrEqual(now.getTime());
        const { fired } = climb(fresh, next, DUE, next.at, clock);
        expect(fired.length).toBe(1);
        const [{ rung }] = fired as [(typeof fired)[number]];
        if (rung.kind === 'notice') expect(sent.map(({ colour }) => colour)).not.toContain(rung.colour);
      }),
    );
  });
});
