import fc from 'fast-check';
import { VERIFICATION_METHODS } from './policy';
import { annualReport } from './presets';
import { verificationFault, type VerificationGiven } from './verification';

const FREE = annualReport.verification;
const ASKING = {
  required: true,
  checklist: [
    { zh: '资料齐全', en: 'papers complete' },
    { zh: '数据属实', en: 'figures true' },
  ],
  methods: ['documents' as const, 'sample' as const],
};
const TODAY = '2023-06-01';
const GOOD: VerificationGiven = {
  method: 'documents',
  checklist: [
    { item: '资料齐全', passed: true },
    { item: 'figures true', passed: true },
  ],
  conclusion: '情况属实。',
};
const codeOf = (
  given: Partial<VerificationGiven> | null,
  {
    terms = ASKING,
    event = 'verify',
    byOffice = true,
  }: { terms?: typeof ASKING | typeof FREE; event?: 'verify' | 'return'; byOffice?: boolean } = {},
): string | null =>
  verificationFault(terms, { event, byOffice, today: TODAY }, given && { ...GOOD, ...given })?.code ?? null;

describe('a verification', () => {
  it.each<[string, Partial<VerificationGiven> | null, Parameters<typeof codeOf>[1], string | null]>([
    ['of the whole list, in either language', {}, {}, null],
    ['none, where one is asked for', null, {}, 'VERIFICATION.REQUIRED'],
    ['none, to return', null, { event: 'return' }, 'VERIFICATION.REQUIRED'],
    ['none, where none is asked for', null, { terms: FREE }, null],
    ['none, of a part that the lead judges', null, { byOffice: false }, null],
    ['with an item left out', { checklist: GOOD.checklist.slice(1) }, {}, 'VERIFICATION.ITEM_MISSING'],
    ['with an item left out, to return', { checklist: GOOD.checklist.slice(1) }, { event: 'return' }, null],
    [
      'with an item not passed',
      { checklist: [...GOOD.checklist, { item: '群众满意', passed: false }] },
      {},
      'VERIFICATION.ITEM_FAILED',
    ],
    [
      'with an item not passed, to return',
      { checklist: [{ item: '数据属实', passed: false }] },
      { event: 'return' },
      null,
    ],
    [
      'with an item not passed, where no list is laid down',
      { checklist: [{ item: '数据属实', passed: false }] },
      { terms: FREE },
      'VERIFICATION.ITEM_FAILED',
    ],
    ['with an item twice', { checklist: [...GOOD.checklist, ...GOOD.checklist] }, {}, 'VERIFICATION.ITEM_TWICE'],
    ['by another method than the policy has', { method: 'visit' }, {}, 'VERIFICATION.METHOD_NOT_ALLOWED'],
    ['by a lead, by a method of its own', { method: 'visit' }, { byOffice: false }, null],
    ['on a day to come', { on: '2023-06-02' }, {}, 'VERIFICATION.ON_FUTURE'],
    ['today', { on: TODAY }, {}, null],
    ['by sample, without one', { method: 'sample' }, {}, 'VERIFICATION.SAMPLE_REQUIRED'],
    ['of more than there are', { sample: { size: 5, checked: 6, found: 0 } }, {}, 'VERIFICATION.SAMPLE_WRONG'],
    ['that found more than it checked', { sample: { size: 5, checked: 2, found: 3 } }, {}, 'VERIFICATION.SAMPLE_WRONG'],
    ['of all that there are', { method: 'sample', sample: { size: 5, checked: 5, found: 5 } }, {}, null],
  ])('%s', (_, given, options, code) => {
    expect(codeOf(given, options)).toBe(code);
  });

  it('never passes what it says has not passed, whatever the policy', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ item: fc.string(), passed: fc.boolean() }), { selector: ({ item }) => item }),
        fc.constantFrom(...VERIFICATION_METHODS),
        fc.boolean(),
        fc.constantFrom(FREE, ASKING),
        (checklist, method, byOffice, terms) => {
          const code = codeOf({ checklist, method }, { terms, byOffice });
          if (checklist.some(({ passed }) => !passed)) expect(code).not.toBeNull();
        },
      ),
    );
  });
});
