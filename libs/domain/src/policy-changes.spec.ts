import { z } from 'zod';
import { type Policy, policySchema } from './policy';
import { policyChanges } from './policy-changes';
import { fieldWords } from './policy-field-words';
import { annualReport, PRESETS } from './presets';

const changed = (change: (policy: Policy) => void): Policy => {
  const policy = structuredClone(annualReport);
  change(policy);
  return policy;
};

describe('policyChanges', () => {
  it.each<[string, (policy: Policy) => void, unknown[]]>([
    ['nothing', () => undefined, []],
    ['the number of the version, which is no rule', (policy) => (policy.version = 7), []],
    [
      'a day',
      (policy) => (policy.ladders['three-colour']!.rungs[3]!.offset = { workingDays: 4 }),
      [{ path: 'ladders.three-colour.rungs.blue.offset.workingDays', change: 'changed', before: 3, after: 4 }],
    ],
    [
      'a rung fewer, which moves no other',
      (policy) => policy.ladders['sign-for']!.rungs.shift(),
      [
        {
          path: 'ladders.sign-for.rungs.remind',
          change: 'removed',
          before: annualReport.ladders['sign-for']!.rungs[0],
          after: null,
        },
      ],
    ],
    [
      'a rung more',
      (policy) =>
        policy.ladders['sign-for']!.rungs.splice(1, 0, {
          id: 'again',
          offset: { workingDays: 1 },
          kind: 'reminder',
          to: ['head'],
        }),
      [expect.objectContaining({ path: 'ladders.sign-for.rungs.again', change: 'added', before: null })],
    ],
    [
      'recipients, as a whole',
      (policy) => (policy.ladders['sign-for']!.rungs[0]!.to = ['contact', 'head']),
      [
        {
          path: 'ladders.sign-for.rungs.remind.to',
          change: 'changed',
          before: ['contact'],
          after: ['contact', 'head'],
        },
      ],
    ],
    [
      'what somebody owes',
      (policy) => (policy.obligations.find(({ kind }) => kind === 'action_plan')!.ladder = 'sign-for'),
      [{ path: 'obligations.action_plan lead.ladder', change: 'changed', before: 'three-colour', after: 'sign-for' }],
    ],
  ])('tells %s', (_, change, expected) => {
    expect(policyChanges(annualReport, changed(change)).map(({ words: _words, ...one }) => one)).toEqual(expected);
  });

  it.each(PRESETS.map((preset) => [preset.id, preset] as const))('finds none between %s and itself', (_, preset) => {
    const shuffled = Object.fromEntries(Object.entries(structuredClone(preset)).toReversed());
    expect(policyChanges(preset, shuffled)).toEqual([]);
  });

  it.each([
    [{ ladders: 3 }, { ladders: {} }, 'ladders'],
    [[], {}, ''],
    [null, annualReport, ''],
  ])('compares what is no policy yet: %j', (before, after, path) => {
    expect(policyChanges(before, after)).toEqual([expect.objectContaining({ path, change: 'changed' })]);
  });

  it('tells two lists of the same name apart', () => {
    const twice = changed((policy) => policy.obligations.push(structuredClone(policy.obligations[0]!)));
    expect(policyChanges(annualReport, twice).map(({ path, change }) => [path, change])).toEqual([
      ['obligations.sign_for every_unit (2)', 'added'],
    ]);
  });
});

describe('what has changed, as a clerk would say it', () => {
  const rungs = (policy: Policy) => policy.ladders['three-colour']!.rungs;
  it.each<[string, (policy: Policy) => void, string[]]>([
    [
      'a step moved',
      (p) => (rungs(p)[0]!.offset = { workingDays: -7 }),
      ['催办阶梯“three-colour”的步骤“remind-5”的时间由“到期前5个工作日”改为“到期前7个工作日”'],
    ],
    [
      'a step left out, and those after it in their places',
      (p) => rungs(p).splice(1, 1),
      ['删去催办阶梯“three-colour”的步骤“remind-1”：到期前1个工作日，提醒，送联络员、主要负责人'],
    ],
    [
      'a step more, with its condition and its effects',
      (p) =>
        rungs(p).unshift({
          id: 'half',
          offset: { shareOfTime: 50 },
          kind: 'urge',
          to: ['deputy'],
          copyTo: ['lead_head'],
          template: 'half-way',
          when: { progressBelow: 40, role: 'others' },
          effects: [
            { effect: 'light', colour: 'yellow' },
            { effect: 'points', points: -1 },
          ],
        }),
      [
        '新增催办阶梯“three-colour”的步骤“half”：办理时间过50%时，催办，送分管负责人，抄送牵头单位主要负责人，条件：完成率低于40%且为其他责任单位，用消息模板“half-way”，亮黄色灯，计-1分',
      ],
    ],
    [
      'how long there is to answer, and on what condition',
      (p) => Object.assign(rungs(p)[3]!, { answerWithin: { workingDays: 3 }, when: { behindPlanBy: 10 } }),
      [
        '催办阶梯“three-colour”的步骤“blue”的答复时限由“2个工作日”改为“3个工作日”',
        '新增催办阶梯“three-colour”的步骤“blue”的条件：落后序时进度10个百分点以上',
      ],
    ],
    [
      'that a step waits to see whether the one before was read',
      (p) => Object.assign(rungs(p)[2]!, { when: { notRead: true } }),
      ['新增催办阶梯“three-colour”的步骤“urge”的条件：上一步消息无人阅读'],
    ],
    [
      'dates for a rhythm',
      (p) => (p.obligations[1]!.due = [{ by: 'periodic', every: 'month', on: { dayOfMonth: 5, monthsAfterEnd: 1 } }]),
      ['牵头单位的办理方案的时限由“2月10日前”改为“每月次月5日前”'],
    ],
    ['another ladder', (p) => delete p.ladders['sign-for'], ['删去催办阶梯“sign-for”']],
    [
      'a rule less, and a rule more',
      (p) => (p.obligations[1]!.owedBy = 'others'),
      ['删去牵头单位的办理方案：2月10日前', '新增其他责任单位的办理方案：2月10日前'],
    ],
    [
      'lights and cards, as rules',
      (p) => {
        p.lights = { yellow: 10, red: 30, tolerance: 10, missing: [{ afterMonths: 1, light: 'yellow' }] };
        p.cards = [
          {
            id: 'two-yellow',
            when: { counts: 'lights', light: 'yellow', of: 'item', times: 2 },
            gives: { card: 'yellow', points: -1, measures: ['letter'] },
          },
        ];
      },
      [
        '新增亮灯规则：黄灯阈值（百分点）10、红灯阈值（百分点）30、须说明原因的落后幅度（百分点）10、缺报的亮灯逾期1个月黄色',
        '新增督办牌规则：同一事项累计2次黄灯：黄色牌、计-1分、发提醒函',
      ],
    ],
    [
      'levels, seasons, ways and what is looked at',
      (p) => {
        p.levels = [{ id: 'urgent', name: { zh: '特急', en: 'urgent' } }];
        p.seasons = { north: { name: { zh: '北方施工', en: 'north' }, shares: [0, 40, 40, 20] } };
        p.verification.methods = ['visit'];
        p.verification.checklist = [{ zh: '看现场', en: 'the site' }];
        p.decideWithin.review = 3;
      },
      [
        '新增等级：特急',
        '新增季节：北方施工',
        '核查方式由“资料核查、抽查、回访、实地核查”改为“实地核查”',
        '核查清单由“无”改为“看现场”',
        '审批复核的时限（工作日）由“5”改为“3”',
      ],
    ],
    [
      'single fields',
      (p) => {
        p.rectification.workingDays = 3;
        p.verification.required = true;
      },
      ['整改时限（工作日）由“5”改为“3”', '必须核查由“否”改为“是”'],
    ],
  ])('%s', (_, change, words) => {
    const changes = policyChanges(annualReport, changed(change));
    expect(changes.map(({ words: { zh } }) => zh).toSorted()).toEqual(words.toSorted());
  });

  it('in English, too, and of what no field is right, as it is written', () => {
    const after = changed((p) => (p.ladders['three-colour']!.rungs[2]!.offset = { workingDays: 2 }));
    const broken = {
      ...annualReport,
      ladders: { ...annualReport.ladders, 'sign-for': { at: 9, rungs: [{ id: 'x' }] } },
    };
    expect(policyChanges(annualReport, after)[0]!.words.en).toBe(
      'time of step "urge" of ladder "three-colour" was "1 working day after", is "2 working days after"',
    );
    expect(policyChanges(annualReport, broken).map(({ words: { en } }) => en)).toContain(
      'step "x" of ladder "sign-for" added: {"id":"x"}',
    );
  });

  it('names every field that a policy may have, in both languages', () => {
    const paths = [...fieldsOf(z.toJSONSchema(policySchema, { io: 'input', unrepresentable: 'any' }) as Json)];
    expect(paths.length).toBeGreaterThan(60);
    const nameless = paths.filter((path) => fieldWords(path.split('.')) === null);
    expect(
      nameless.filter((path) => !/^(ladders|obligations)\./.test(path) && !['id', 'version'].includes(path)),
    ).toEqual([]);
  });

  it('leaves no id, no brace and no field’s own name in Chinese, whatever of a preset is taken out or put in', () => {
    const pairs = PRESETS.flatMap((preset): [Policy, Policy][] => [
      [annualReport, preset],
      [preset, annualReport],
    ]);
    const strange = pairs.flatMap(([before, after]) => {
      // What a policy itself calls its ladders, steps, levels and cards stands in quotes or by itself, periods as reports
      // name them.
      const names = [before, after].flatMap((policy) => Object.keys(policy.ladders)).join('|');
      const own = new RegExp(`“[a-z0-9-]+”|[（(][A-Z0-9、至]+[）)]|等级[a-z0-9_、-]+|${names}`, 'g');
      return policyChanges(before, after)
        .map(({ words }) => words.zh)
        .filter((zh) => !zh.startsWith('英文名称') && /[{}[\]]|[a-z]{3,}/.test(zh.replace(own, '')));
    });
    expect(strange).toEqual([]);
  });
});

/** The paths of all fields of a schema: `lights.workingDays.yellow`; names that a policy gives are `any`. */
function* fieldsOf(schema: Json, path: readonly string[] = []): Generator<string> {
  if (path.length > 0) yield path.join('.');
  for (const [name, inner] of Object.entries(schema.properties ?? {})) yield* fieldsOf(inner, [...path, name]);
  if (typeof schema.additionalProperties === 'object') yield* fieldsOf(schema.additionalProperties, [...path, 'any']);
  for (const one of [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]) {
    for (const inner of fieldsOf(one)) yield [...path, inner].join('.');
  }
  // Elements are told by their id, where they have one; a list without ids is told as a whole.
  const isNamed = (one: Json): boolean => one.properties?.['id'] !== undefined;
  if (schema.items && isNamed(schema.items)) yield* fieldsOf(schema.items, [...path, 'any']);
}

interface Json {
  properties?: Record<string, Json>;
  additionalProperties?: Json | boolean;
  items?: Json;
  anyOf?: Json[];
  oneOf?: Json[];
  allOf?: Json[];
}
