import { type Policy, policySchema } from './policy';
import { MATTER_KIND_IDS, matterKind } from './matter-kinds';
import { annualReport, PRESETS } from './presets';
import { MATTER_POLICIES } from './presets-matters';

/** The preset with one change, as a person would write it by hand. */
function changed(change: (policy: Policy) => void): unknown {
  const copy = structuredClone(annualReport);
  change(copy);
  return copy;
}

const problemsOf = (input: unknown): string[] =>
  policySchema.safeParse(input).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

const rungs = (policy: Policy) => policy.ladders['three-colour']!.rungs;
const notice = (policy: Policy, id: string) => {
  const rung = rungs(policy).find((one) => one.id === id);
  if (rung?.kind !== 'notice') throw new Error(`${id} is no notice`);
  return rung;
};

it.each(PRESETS.map((preset) => [preset.id, preset]))(
  'the preset %s is a policy, and nothing of it is lost',
  (_, preset) => {
    expect(policySchema.parse(preset)).toEqual(preset);
  },
);

describe('what cannot work is refused, and the message names the place', () => {
  it.each<[string, (policy: Policy) => void, string[]]>([
    [
      'a ladder out of order: a step would never have its turn',
      (p) => {
        rungs(p)[2]!.offset = { workingDays: -3 };
        rungs(p)[1]!.offset = { workingDays: -1 };
      },
      ['ladders.three-colour.rungs.2: urge comes no later than remind-1 before it'],
    ],
    [
      'two steps at the same time',
      (p) => (rungs(p)[4]!.offset = { workingDays: 3 }),
      ['ladders.three-colour.rungs.4: orange comes no later than blue before it'],
    ],
    [
      'a rung twice: the second would count as fired with the first',
      (p) => (rungs(p)[1]!.id = 'remind-5'),
      ['ladders.three-colour.rungs.1.id: remind-5 is there twice'],
    ],
    [
      'a colour twice: an answer rejected later would send the ladder back',
      (p) => (notice(p, 'orange').colour = 'blue'),
      ['ladders.three-colour.rungs.4.colour: blue does not climb from blue before it'],
    ],
    [
      'a milder colour after a stronger one',
      (p) => (notice(p, 'blue').colour = 'red'),
      ['ladders.three-colour.rungs.4.colour: orange does not climb from red before it'],
    ],
    [
      'an obligation on a ladder that is not there',
      (p) => (p.obligations[1]!.ladder = 'two-colour'),
      ['obligations.1.ladder: there is no ladder "two-colour"'],
    ],
    [
      'a rectification on a ladder that is not there',
      (p) => (p.rectification.ladder = ''),
      ['rectification.ladder: there is no ladder ""'],
    ],
    [
      'points for a leader’s instruction, which is never counted (2024 减负)',
      (p) =>
        (rungs(p)[5]!.effects = [
          { effect: 'light', colour: 'red' },
          { effect: 'points', points: -1 },
        ]),
      [
        'ladders.three-colour.rungs.5.effects.1: leaders’ instructions bring no points and no cards, and red of three-colour does: name another ladder in instruction.ladder',
      ],
    ],
    [
      'missing steps that do not get worse',
      (p) =>
        (p.lights = {
          yellow: 10,
          red: 30,
          tolerance: 10,
          missing: [
            { afterMonths: 1, light: 'red' },
            { afterMonths: 2, light: 'yellow' },
          ],
        }),
      ['lights.missing.1.light: yellow is not worse than red before it'],
    ],
    [
      'a card that its own rule would count again',
      (p) => (p.cards = [{ id: 'x', when: { counts: 'cards', card: 'red', times: 3 }, gives: { card: 'red' } }]),
      ['cards.0.gives.card: red is not worse than what it counts'],
    ],
    [
      'a season of 99 percent',
      (p) => (p.seasons = { x: { name: { zh: '冬', en: 'winter' }, shares: [25, 25, 25, 24] } }),
      ['seasons.x.shares: the shares are not 100 together'],
    ],
    [
      'a ladder that only the language knows',
      (p) => (p.obligations[0]!.ladder = 'toString'),
      ['obligations.0.ladder: there is no ladder "toString"'],
    ],
    [
      'several faults at once: all are named',
      (p) => {
        rungs(p)[1]!.id = 'remind-5';
        p.obligations[4]!.ladder = 'none';
      },
      ['obligations.4.ladder: there is no ladder "none"', 'ladders.three-colour.rungs.1.id: remind-5 is there twice'],
    ],
  ])('%s', (_, change, problems) => {
    expect(problemsOf(changed(change))).toEqual(problems);
  });

  it.each([
    '02-30',
    '02-31',
    '04-31',
    '06-31',
    '09-31',
    '11-31',
    '13-01',
    '00-10',
    '01-00',
    '01-32',
    '2-10',
    '0210',
    '',
  ])('a date that does not exist (%j) is refused when written, not when a plan is issued', (day) => {
    const problem = 'not a day of a year: expected MM-DD';
    const due = { by: 'day_of_year' as const, day };
    expect(problemsOf(changed((p) => (p.obligations[1]!.due = [due])))).toEqual([
      `obligations.1.due.0.day: ${problem}`,
    ]);
    const deadline = { by: 'task_deadline' as const, otherwise: day };
    expect(problemsOf(changed((p) => (p.obligations[4]!.due = [deadline])))).toEqual([
      `obligations.4.due.0.otherwise: ${problem}`,
    ]);
  });

  it.each(['01-01', '01-31', '02-28', '02-29', '04-30', '06-30', '09-30', '10-31', '11-30', '12-31'])(
    '%s is a date',
    (day) => {
      expect(problemsOf(changed((p) => (p.obligations[1]!.due = [{ by: 'day_of_year', day }])))).toEqual([]);
    },
  );

  it.each<[string, (policy: Policy) => void, string]>([
    ['a ladder without rungs', (p) => (p.ladders['sign-for']!.rungs = []), 'ladders.sign-for.rungs'],
    ['a time of day that does not exist', (p) => (p.ladders['sign-for']!.at = '24:00'), 'ladders.sign-for.at'],
    ['a step to nobody', (p) => (rungs(p)[0]!.to = []), 'ladders.three-colour.rungs.0.to'],
    [
      'half a working day',
      (p) => (rungs(p)[0]!.offset = { workingDays: -4.5 }),
      'ladders.three-colour.rungs.0.offset.workingDays',
    ],
    [
      'an answer due before the question',
      (p) => (notice(p, 'blue').answerWithin = { workingDays: -1 }),
      'ladders.three-colour.rungs.3.answerWithin.workingDays',
    ],
    ['no obligation at all', (p) => (p.obligations = []), 'obligations'],
    ['an obligation without a date', (p) => (p.obligations[0]!.due = []), 'obligations.0.due'],
    ['no time to rectify', (p) => (p.rectification.workingDays = 0), 'rectification.workingDays'],
    [
      'a colour that no notice has',
      (p) => Object.assign(rungs(p)[3]!, { colour: 'green' }),
      'ladders.three-colour.rungs.3.colour',
    ],
    [
      'a post that nobody can hold',
      (p) => Object.assign(rungs(p)[0]!, { to: ['mayor'] }),
      'ladders.three-colour.rungs.0.to.0',
    ],
    [
      'a misspelt field, which would be ignored',
      (p) => Object.assign(rungs(p)[4]!, { copyto: ['office'] }),
      'ladders.three-colour.rungs.4',
    ],
  ])('%s', (_, change, place) => {
    expect(policySchema.safeParse(changed(change)).error?.issues.map(({ path }) => path.join('.'))).toEqual([place]);
  });
});

describe('annual-report, step by step', () => {
  const steps = (ladder: string) =>
    annualReport.ladders[ladder]!.rungs.map((rung) => [
      rung.id,
      'workingDays' in rung.offset ? rung.offset.workingDays : rung.offset,
      rung.kind,
      rung.to,
      rung.copyTo ?? [],
      rung.kind === 'notice' ? [rung.colour, rung.answerWithin?.workingDays ?? null, rung.inNextBulletin ?? false] : [],
    ]);

  it('three-colour', () => {
    expect(steps('three-colour')).toEqual([
      ['remind-5', -5, 'reminder', ['contact'], [], []],
      ['remind-1', -1, 'reminder', ['contact', 'head'], [], []],
      ['urge', 1, 'urge', ['contact', 'head'], [], []],
      ['blue', 3, 'notice', ['head', 'contact'], [], ['blue', 2, false]],
      ['orange', 6, 'notice', ['head'], ['leader_in_charge'], ['orange', 3, false]],
      ['red', 10, 'notice', ['head'], ['leader_in_charge', 'office'], ['red', null, true]],
    ]);
  });

  it('sign-for', () => {
    expect(steps('sign-for').map(([id, offset, kind]) => [id, offset, kind])).toEqual([
      ['remind', 0, 'reminder'],
      ['urge', 1, 'urge'],
      ['blue', 3, 'notice'],
    ]);
  });

  it('all rungs fire at 09:00', () => {
    expect(Object.values(annualReport.ladders).map((ladder) => ladder.at)).toEqual(['09:00', '09:00']);
  });
});

describe('levels (等级)', () => {
  const at = (change: (policy: Policy) => void) => {
    const copy = structuredClone(MATTER_POLICIES.find(({ id }) => id === 'leader-instruction')!);
    change(copy);
    return problemsOf(copy);
  };

  it.each<[string, (policy: Policy) => void, string[]]>([
    ['as they are', () => undefined, []],
    [
      'a level twice',
      (p) => p.levels!.push({ id: 'urgent', name: { zh: '急', en: 'again' } }),
      ['levels.3.id: urgent is there twice'],
    ],
    [
      'a rule for a level that is not there',
      (p) => (p.obligations[0]!.levels = ['secret']),
      ['obligations.0.levels: there is no level "secret"'],
    ],
    [
      'a level at which nothing is ever done',
      (p) => p.levels!.push({ id: 'some_day', name: { zh: '缓', en: 'some day' } }),
      ['levels.3: no completion is owed at the level some_day'],
    ],
    [
      'the same owed twice, which could not be written',
      (p) => delete p.obligations.find(({ levels }) => levels?.[0] === 'hard')!.levels,
      expect.arrayContaining([expect.stringMatching(/^obligations\.4\.due\.0: completion is owed twice at the level/)]),
    ],
    [
      'a completion of the others alone',
      (p) => (p.obligations.find(({ levels }) => levels?.[0] === 'hard')!.owedBy = 'others'),
      ['levels.2: no completion is owed at the level hard'],
    ],
  ])('%s', (_, change, problems) => {
    expect(at(change)).toEqual(problems);
  });

  it.each([
    ['a day before the receipt', { by: 'calendar_days_after_receipt', days: -1 }],
    ['half a day', { by: 'working_days_after_receipt', workingDays: 0.5 }],
    ['no month', { by: 'months_after_receipt', months: 0 }],
    ['hours, which no date has', { by: 'hours_after_receipt', hours: 2 }],
  ])('%s is no date', (_, due) => {
    expect(at((p) => Object.assign(p.obligations[1]!, { due: [due] }))).not.toEqual([]);
  });
});

describe('kinds of matters (事项来源)', () => {
  it.each(MATTER_KIND_IDS)('%s goes by a preset with levels, and its numbers begin with words of their own', (id) => {
    const { policy, required, optional, series } = matterKind(id);
    const preset = PRESETS.find((one) => one.id === policy);
    expect(preset?.levels?.length).toBeGreaterThan(0);
    expect(required.filter((field) => optional.includes(field))).toEqual([]);
    expect(MATTER_KIND_IDS.filter((other) => matterKind(other).series === series)).toEqual([id]);
  });
});
