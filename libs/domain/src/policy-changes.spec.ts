import { annualReport, PRESETS } from './presets';
import type { Policy } from './policy';
import { policyChanges } from './policy-changes';

const changed = (change: (policy: Policy) => void): Policy => {
  const policy = structuredClone(annualReport);
  change(policy);
  return policy;
};

describe('policyChanges', () => {
  it.each<[string, (policy: Policy) => void, ReturnType<typeof policyChanges>]>([
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
    expect(policyChanges(annualReport, changed(change))).toEqual(expected);
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
