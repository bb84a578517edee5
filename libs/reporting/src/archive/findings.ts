import { type Check, CHECKS, CRITERIA, type Criterion, DOUBTS, type FaultCode, FAULTS } from './archive-criteria';

export interface FoundFault {
  code: FaultCode;
  file: string | null;
  zh: string;
  en: string;
}

export interface CriterionResult {
  criterion: Criterion;
  /** What it asks for. */
  zh: string;
  en: string;
  outcome: 'holds' | 'fails' | 'doubtful' | 'not_looked_at';
  faults: FoundFault[];
  /** Why nobody looked. */
  why: { zh: string; en: string } | null;
}

export interface ArchiveVerdict {
  planId: string | null;
  title: string | null;
  checks: { check: Check; outcome: 'holds' | 'fails' | 'doubtful'; criteria: CriterionResult[] }[];
  isSound: boolean;
}

/** Faults of one code that are told one by one. */
const MOST_TOLD = 100;

/** What a check of a package has found so far. */
export class Findings {
  private readonly faults = new Map<Criterion, FoundFault[]>();
  private readonly skipped = new Map<Criterion, { zh: string; en: string }>();
  private readonly told = new Map<FaultCode, number>();

  fault(code: FaultCode, file: string | null, detail = ''): void {
    const told = (this.told.get(code) ?? 0) + 1;
    this.told.set(code, told);
    if (told > MOST_TOLD) return;
    const { criterion, zh, en } = FAULTS[code];
    const fill = (words: string): string => words.replace('{file}', () => file ?? '').replace('{detail}', () => detail);
    const list = this.faults.get(criterion) ?? [];
    const found = { code, file, zh: fill(zh), en: fill(en) };
    if (!list.some((one) => one.zh === found.zh)) list.push(found);
    this.faults.set(criterion, list);
  }

  /** Nobody looked, and why. */
  skip(criterion: Criterion, zh: string, en: string): void {
    this.skipped.set(criterion, { zh, en });
  }

  verdict({ planId = null, title = null }: { planId?: string | null; title?: string | null }): ArchiveVerdict {
    const criteria = (Object.keys(CRITERIA) as Criterion[]).map((criterion): CriterionResult => {
      const faults = this.faults.get(criterion) ?? [];
      const why = this.skipped.get(criterion) ?? null;
      const outcome = faults.some(({ code }) => !DOUBTS.has(code))
        ? 'fails'
        : faults.length > 0
          ? 'doubtful'
          : why
            ? 'not_looked_at'
            : 'holds';
      const { zh, en } = CRITERIA[criterion];
      return { criterion, zh, en, outcome, faults, why: outcome === 'not_looked_at' ? why : null };
    });
    const checks = (Object.keys(CHECKS) as Check[]).map((check) => {
      const own = criteria.filter(({ criterion }) => CRITERIA[criterion].check === check);
      const has = (outcome: CriterionResult['outcome']): boolean => own.some((one) => one.outcome === outcome);
      return {
        check,
        outcome: has('fails') ? 'fails' : has('doubtful') ? 'doubtful' : 'holds',
        criteria: own,
      } as const;
    });
    return { planId, title, checks, isSound: checks.every(({ outcome }) => outcome !== 'fails') };
  }
}
