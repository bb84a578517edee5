import { parseLocalDate } from '@duban/kernel';
import { instructionDueOn, type Urgency } from './instruction';
import { policySchema } from './policy';
import { annualReport } from './presets';

describe('an instruction', () => {
  it.each<[Urgency, string, string]>([
    ['urgent', '2023-01-12', '2023-01-17'],
    ['ordinary', '2023-01-20', '2023-02-04'],
    ['hard', '2023-01-31', '2023-03-02'],
    ['hard', '2024-01-31', '2024-03-01'],
    ['ordinary', '2023-12-20', '2024-01-04'],
  ])('that is %s, of %s, is answered by %s, in days of the calendar', (urgency, givenOn, dueOn) => {
    expect(instructionDueOn(annualReport.instruction, urgency, parseLocalDate(givenOn))).toBe(dueOn);
  });

  it('has the usual days in a policy from before there were any, and no ladder that there is not', () => {
    const {
      instruction: _instruction,
      verification: _verification,
      satisfaction: _satisfaction,
      ...old
    } = annualReport;
    expect(policySchema.parse(old)).toMatchObject({
      instruction: { days: { urgent: 5, ordinary: 15, hard: 30 } },
      verification: { required: false, checklist: [] },
      satisfaction: { calledBackPercent: 10 },
    });
    const wrong = { ...annualReport, instruction: { ...annualReport.instruction, ladder: 'none' } };
    expect(policySchema.safeParse(wrong).error?.issues).toMatchObject([{ path: ['instruction', 'ladder'] }]);
  });
});
