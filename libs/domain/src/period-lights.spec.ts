import fc from 'fast-check';
import { cardsByCards, cardsByLights, type CardRule, type CountedCard, type CountedPeriod } from './card-rules';
import { DEFAULT_LIGHTS, type LightRules } from './light-rules';
import {
  type LightDecision,
  type LightFigure,
  lightOfCaughtUp,
  lightOfMissing,
  lightOfRedated,
  lightOfReport,
  lightOfRung,
  type LightVersion,
  missingSteps,
} from './period-lights';
import { LIGHT_POLICIES } from './presets-lights';
import { isWorse, type PeriodLight } from './progress-curve';

const policy = (id: string) => LIGHT_POLICIES.find((one) => one.id === id)!;

/** A figure of a target of 100, so that a share is a figure. */
function figure(planned: number, value: number | null, rules: LightRules): LightFigure {
  const behind = value === null ? null : Math.max(0, planned - value);
  const light: PeriodLight | null =
    behind === null ? null : behind > rules.red ? 'red' : behind >= rules.yellow && behind > 0 ? 'yellow' : 'green';
  return {
    targetId: 't',
    text: '改造',
    unit: '个',
    value,
    planned,
    plannedShare: planned,
    actualShare: value,
    behind,
    behindDays: behind,
    light,
  };
}

/** The lights of one part, decided event after event as the months bring them. */
class Part {
  readonly periods = new Map<number, LightDecision[]>();
  readonly order: number[] = [];

  constructor(readonly rules: LightRules) {}

  of(month: number): LightDecision[] {
    return this.periods.get(month) ?? [];
  }

  add(month: number, light: LightDecision | null): void {
    if (!light) return;
    this.periods.set(month, [...this.of(month), light]);
    this.order.push(month);
  }

  missing(month: number, afterMonths = 0): void {
    const step = missingSteps(this.rules).findLast((one) => one.afterMonths <= afterMonths);
    if (step) this.add(month, lightOfMissing(step, this.of(month)));
  }

  report(
    month: number,
    planned: number,
    value: number | null,
    isExplained = false,
    cause: 'reported' | 'corrected' = 'reported',
  ): void {
    const others = [...this.periods.keys()].toSorted((a, b) => a - b);
    const versions = (months: number[]): LightVersion[][] => months.map((one) => this.of(one));
    const neighbours = {
      before: versions(others.filter((one) => one < month)),
      after: versions(others.filter((one) => one > month)),
    };
    const said = { figures: [figure(planned, value, this.rules)], isExplained };
    const light = lightOfReport(this.rules, cause, said, this.of(month), neighbours);
    this.add(month, light);
    for (const earlier of others.filter((one) => one < month)) {
      this.add(earlier, lightOfCaughtUp(this.rules, this.of(earlier), { period: `M${month}`, light: light.light }));
    }
  }

  /** `red>yellow` */
  course(month: number): string {
    return this.of(month)
      .map(({ light }) => light ?? 'none')
      .join('>');
  }
}

type Step = [what: 'missing' | 'report' | 'correct', month: number, ...rest: (number | boolean | null)[]];
function played(rules: LightRules, steps: readonly Step[]): Part {
  const part = new Part(rules);
  for (const [what, month, ...rest] of steps) {
    if (what === 'missing') part.missing(month, (rest[0] as number) ?? 0);
    else
      part.report(
        month,
        rest[0] as number,
        rest[1] as number | null,
        rest[2] as boolean,
        what === 'report' ? 'reported' : 'corrected',
      );
  }
  return part;
}

describe('lights of periods, by the rules that cities publish', () => {
  const yinchuan = policy('lights-yinchuan').lights!;
  const ouhai = policy('lights-ouhai').lights!;
  it.each<[string, LightRules, Step[], Record<number, string>]>([
    ['银川: at the plan', yinchuan, [['report', 3, 30, 30]], { 3: 'green' }],
    ['银川: 10 points behind', yinchuan, [['report', 3, 30, 20]], { 3: 'yellow' }],
    ['银川: 30 points behind', yinchuan, [['report', 5, 50, 20]], { 5: 'yellow' }],
    ['银川: over 30', yinchuan, [['report', 5, 50, 19]], { 5: 'red' }],
    ['银川: to start this month, without a reason', yinchuan, [['report', 3, 10, 0, false]], { 3: 'yellow' }],
    ['银川: to start this month, with a reason', yinchuan, [['report', 3, 10, 0, true]], { 3: 'green' }],
    [
      '银川: three months running, whatever the reasons',
      yinchuan,
      [
        ['report', 3, 10, 0, true],
        ['report', 4, 20, 0, false],
        ['report', 5, 30, 0, true],
      ],
      { 3: 'green', 4: 'yellow', 5: 'red' },
    ],
    [
      '银川: a month that has started breaks the run',
      yinchuan,
      [
        ['report', 3, 10, 0, false],
        ['report', 4, 20, 15, false],
        ['report', 5, 30, 25, false],
      ],
      { 3: 'yellow', 4: 'green', 5: 'green' },
    ],
    ['银川: nothing is planned before spring', yinchuan, [['report', 1, 0, 0, false]], { 1: 'green' }],
    ['银川: not a month late yet', yinchuan, [['missing', 3, 0]], { 3: '' }],
    [
      '银川: a month late, then two',
      yinchuan,
      [
        ['missing', 3, 1],
        ['missing', 3, 2],
      ],
      { 3: 'yellow>red' },
    ],
    [
      '银川: to enter it late changes nothing',
      yinchuan,
      [
        ['missing', 3, 1],
        ['report', 3, 30, 30],
      ],
      { 3: 'yellow>yellow' },
    ],
    [
      '瓯海: a missed report is red, yellow when it comes, and the current month green',
      ouhai,
      [
        ['missing', 3],
        ['report', 3, 30, 30],
        ['report', 4, 40, 40],
      ],
      { 3: 'red>yellow', 4: 'green' },
    ],
    [
      '瓯海: a missed plan is red, yellow when the next month is at the plan',
      ouhai,
      [
        ['report', 3, 30, 25],
        ['report', 4, 40, 40],
      ],
      { 3: 'red>yellow', 4: 'green' },
    ],
    [
      '瓯海: as long as nothing is caught up with, all stay red',
      ouhai,
      [
        ['report', 3, 30, 25],
        ['report', 4, 40, 39],
      ],
      { 3: 'red', 4: 'red' },
    ],
    [
      '瓯海: a month whose report never came stays red',
      ouhai,
      [
        ['missing', 3],
        ['report', 4, 40, 40],
      ],
      { 3: 'red', 4: 'green' },
    ],
    [
      '瓯海: reported late with less than planned, after a month that is at the plan',
      ouhai,
      [
        ['missing', 3],
        ['report', 4, 40, 40],
        ['report', 3, 30, 10],
      ],
      { 3: 'red>yellow', 4: 'green' },
    ],
    [
      'without a rule of catching up a late report is lit by its figures',
      DEFAULT_LIGHTS,
      [
        ['missing', 3],
        ['report', 3, 30, 30],
      ],
      { 3: 'red>green' },
    ],
    ['UK SDC: what is not known is red', DEFAULT_LIGHTS, [['report', 3, 30, null]], { 3: 'red' }],
    [
      'a correction adds a version',
      DEFAULT_LIGHTS,
      [
        ['report', 3, 30, 30],
        ['correct', 3, 30, 15],
      ],
      { 3: 'green>yellow' },
    ],
    [
      'a correction of a late report stays late',
      ouhai,
      [
        ['missing', 3],
        ['report', 3, 30, 30],
        ['correct', 3, 30, 30],
      ],
      { 3: 'red>yellow>yellow' },
    ],
  ])('%s', (_, rules, steps, expected) => {
    const part = played(rules, steps);
    for (const [month, course] of Object.entries(expected)) expect(part.course(Number(month))).toBe(course);
  });

  it('an extension clears what is not due any more, and keeps the old light in its version (righttoknow#102)', () => {
    const part = played(DEFAULT_LIGHTS, [['missing', 3]]);
    part.add(3, lightOfRedated('2026-05-20', part.of(3)));
    expect(part.course(3)).toBe('red>none');
    // In time by the new date: not late.
    const inTime = played(ouhai, [['missing', 3]]);
    inTime.add(3, lightOfRedated('2026-05-20', inTime.of(3)));
    inTime.report(3, 30, 30);
    expect(inTime.course(3)).toBe('red>none>green');
    part.missing(3);
    expect(part.course(3)).toBe('red>none>red');
    expect(lightOfRedated('2026-05-20', played(DEFAULT_LIGHTS, [['report', 3, 30, 0]]).of(3))).toBeNull();
  });

  it('a rung only ever makes it worse', () => {
    const part = played(DEFAULT_LIGHTS, [['report', 3, 30, 15]]);
    expect(lightOfRung('yellow', 'urge', part.of(3))).toBeNull();
    expect(lightOfRung('red', 'red', part.of(3))).toMatchObject({ light: 'red', cause: 'rung' });
  });

  it('says why in both languages, with the figures', () => {
    const [light] = played(DEFAULT_LIGHTS, [['report', 3, 30, 15]]).of(3);
    expect(light!.why).toEqual({
      zh: '黄灯：“改造”计划30个，实际15个，落后15个百分点、15个工作日',
      en: 'yellow: of “改造” 30 个 were planned and 15 reached, 15 points and 15 working days behind',
    });
  });

  const month = fc.integer({ min: 1, max: 6 });
  const step = fc.oneof(
    fc.record({ what: fc.constant('missing' as const), month, value: fc.constant(0) }),
    fc.record({
      what: fc.constantFrom('report' as const, 'correct' as const),
      month,
      value: fc.integer({ min: 0, max: 70 }),
    }),
  );
  const anyRules = fc.constantFrom(DEFAULT_LIGHTS, yinchuan, ouhai);

  it('of whatever happens, what was given stays, and is recoloured by a rule only', () => {
    fc.assert(
      fc.property(anyRules, fc.array(step, { maxLength: 30 }), (rules, steps) => {
        const part = new Part(rules);
        for (const { what, month: one, value } of steps) {
          const before = new Map([...part.periods].map(([key, versions]) => [key, [...versions]]));
          if (what === 'missing') part.missing(one, 2);
          else part.report(one, one * 10, value, false, what === 'report' ? 'reported' : 'corrected');
          for (const [key, versions] of before) {
            expect(part.of(key).slice(0, versions.length)).toEqual(versions);
            const added = part.of(key).slice(versions.length);
            if (key !== one)
              for (const light of added) expect([light.cause, light.light]).toEqual(['caught_up', 'yellow']);
          }
        }
        for (const versions of part.periods.values()) {
          const missed = versions.findIndex(({ cause }) => cause === 'missing');
          if (missed < 0 || rules.catchUp === undefined) continue;
          for (const { light } of versions.slice(missed)) expect(light).not.toBe('green');
        }
      }),
    );
  });

  describe('cards', () => {
    /** The cards of one unit while its lights are decided one after the other. */
    class Unit {
      readonly cards: (CountedCard & { points: number; measures: readonly string[] })[] = [];
      private readonly periods: CountedPeriod[] = [];

      constructor(private readonly rules: readonly CardRule[]) {}

      light(item: string, at: number, light: PeriodLight | null, achieved: number | null = null): string[] {
        const obligation = `${item}${at}`;
        const found = this.periods.findIndex((one) => one.obligation === obligation);
        const known = this.periods[found] ?? {
          item,
          obligation,
          period: `M0${at}`,
          dueOn: `2026-0${at}-05`,
          versions: [],
        };
        const period = { ...known, versions: [...known.versions, { id: `${known.versions.length}`, light, achieved }] };
        this.periods.splice(found < 0 ? this.periods.length : found, found < 0 ? 0 : 1, period);
        const given: string[] = [];
        const give = (all: ReturnType<typeof cardsByCards>): void => {
          for (const { rule, colour, points, measures } of all) {
            const card = { id: `${this.cards.length}`, rule, colour, item, obligation, period: period.period };
            this.cards.push({ ...card, isWithdrawn: false, points, measures });
            given.push(rule);
          }
        };
        give(cardsByLights(this.rules, this.periods, this.cards, { item, obligation }));
        give(cardsByCards(this.rules, this.periods, this.cards));
        return given;
      }
    }

    it('广元: two yellow lights on one item, not on two; red at once', () => {
      const unit = new Unit(policy('cards-guangyuan').cards!);
      expect(unit.light('a', 1, 'yellow')).toEqual([]);
      expect(unit.light('b', 1, 'yellow')).toEqual([]);
      expect(unit.light('a', 2, 'green')).toEqual([]);
      expect(unit.light('a', 3, 'yellow')).toEqual(['two-yellow']);
      expect(unit.light('a', 4, 'yellow')).toEqual([]);
      expect(unit.light('b', 4, 'red')).toEqual(['red']);
      expect(unit.light('a', 5, 'yellow')).toEqual(['two-yellow']);
      expect(unit.cards.map(({ points }) => points)).toEqual([-1, -2, -1]);
      expect(unit.cards.map(({ measures }) => measures)).toEqual([['letter'], ['talk'], ['letter']]);
    });

    it('to catch up brings no yellow light to count, and takes no red one back', () => {
      const unit = new Unit(policy('cards-guangyuan').cards!);
      expect(unit.light('a', 1, 'yellow')).toEqual([]);
      expect(unit.light('a', 2, 'red')).toEqual(['red']);
      expect(unit.light('a', 2, 'yellow')).toEqual([]);
      expect(unit.light('a', 2, null)).toEqual([]);
      expect(unit.light('a', 2, 'red')).toEqual([]);
    });

    it('隆昌: three red cards in a row, not two and one', () => {
      const unit = new Unit(policy('cards-longchang').cards!);
      expect(unit.light('a', 1, 'red')).toEqual(['red']);
      expect(unit.light('a', 2, 'red')).toEqual(['red']);
      expect(unit.light('a', 3, 'green')).toEqual([]);
      expect(unit.light('a', 4, 'red')).toEqual(['red']);
      expect(unit.light('b', 5, 'red')).toEqual(['red']);
      expect(unit.light('a', 6, 'red')).toEqual(['red', 'three-red-cards']);
      expect(unit.light('a', 7, 'red')).toEqual(['red']);
      expect(unit.cards.find(({ rule }) => rule === 'three-red-cards')!.measures).toEqual([
        'talk_with_leader',
        'written_report',
      ]);
    });

    it.each<[number | null, string[]]>([
      [80, []],
      [79.9, ['under-80']],
      [60, ['under-80']],
      [59.9, ['under-80', 'under-60']],
      [null, []],
    ])('新晃: %p percent of the month', (achieved, rules) => {
      const unit = new Unit(policy('cards-xinhuang').cards!);
      expect(unit.light('a', 1, 'yellow', achieved)).toEqual(rules);
      expect(unit.light('a', 1, 'red', achieved)).toEqual([]);
    });

    it('are as many as a naive recount from the lights finds', () => {
      const rules: CardRule[] = [
        { id: 'all', when: { counts: 'lights', light: 'red', of: 'unit', times: 2 }, gives: { points: -1 } },
        { id: 'item', when: { counts: 'lights', light: 'red', of: 'item', times: 3 }, gives: { points: -1 } },
        {
          id: 'row',
          when: { counts: 'lights', light: 'red', of: 'item', times: 2, inARow: true },
          gives: { points: -1 },
        },
      ];
      const colours = fc.constantFrom<PeriodLight>('green', 'yellow', 'red');
      const months = fc.array(fc.tuple(colours, colours), { maxLength: 9 });
      fc.assert(
        fc.property(months, (lights) => {
          const unit = new Unit(rules);
          const red = { a: [] as boolean[], b: [] as boolean[] };
          lights.forEach(([a, b], i) => {
            unit.light('a', i + 1, a);
            unit.light('b', i + 1, b);
            red.a.push(a === 'red');
            red.b.push(b === 'red');
          });
          const count = (one: readonly boolean[]): number => one.filter(Boolean).length;
          const runs = (one: readonly boolean[]): number[] =>
            one
              .map((is) => (is ? '1' : '0'))
              .join('')
              .split('0')
              .map(({ length }) => length);
          const rows = (one: readonly boolean[]): number =>
            runs(one).reduce((sum, run) => sum + Math.floor(run / 2), 0);
          const given = (rule: string): number => unit.cards.filter((card) => card.rule === rule).length;
          expect(given('all')).toBe(Math.floor((count(red.a) + count(red.b)) / 2));
          expect(given('item')).toBe(Math.floor(count(red.a) / 3) + Math.floor(count(red.b) / 3));
          expect(given('row')).toBe(rows(red.a) + rows(red.b));
        }),
      );
    });
  });

  it('a worse light is told from a better one', () => {
    expect(isWorse('red', 'orange')).toBe(true);
    expect(isWorse('orange', 'yellow')).toBe(true);
    expect(isWorse('green', 'green')).toBe(false);
  });
});
