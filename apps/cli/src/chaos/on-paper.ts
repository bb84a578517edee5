/** Whether offices work on a day, `2026-02-16`; from a calendar that is not duban's own. */
export type IsWorkday = (day: string) => boolean;

/** A step of a ladder as it stands in the office's rules: working days from the date, and whom of the unit. */
interface Step {
  rung: string;
  days: number;
  to: readonly string[];
  /** Follows only where the one before it was not answered. */
  isNotice?: boolean;
}

/**
 * The ladders of the annual report (年度政府工作报告), written out from the rules on paper and not from duban's data: at nine
 * in the morning of each day.
 */
const ON_PAPER: Readonly<Record<string, readonly Step[]>> = {
  'three-colour': [
    { rung: 'remind-5', days: -5, to: ['contact'] },
    { rung: 'remind-1', days: -1, to: ['contact', 'head'] },
    { rung: 'urge', days: 1, to: ['contact', 'head'] },
    { rung: 'blue', days: 3, to: ['contact', 'head'], isNotice: true },
    { rung: 'orange', days: 6, to: ['head'], isNotice: true },
    { rung: 'red', days: 10, to: ['head'], isNotice: true },
  ],
  'sign-for': [
    { rung: 'remind', days: 0, to: ['contact'] },
    { rung: 'urge', days: 1, to: ['contact', 'head'] },
    { rung: 'blue', days: 3, to: ['contact', 'head'], isNotice: true },
  ],
};

const DAY_MS = 86_400_000;

/** What an obligation (应办事项) tells of itself; instants in milliseconds. */
export interface Owed {
  id: string;
  ladder: string;
  /** The working day on which its date takes effect. */
  effectiveOn: string;
  createdAt: number;
  settledAt: number | null;
  /** Its date was moved, its clock stood, or a notice was answered: then paper has no say. */
  isMoved: boolean;
}

export interface Expected {
  obligationId: string;
  rung: string;
  at: number;
  to: readonly string[];
}

/** What must have been sent up to an instant, by hand. @param excused spans over which the clock was made to jump */
export function expectedOf(
  owed: Owed,
  isWorkday: IsWorkday,
  until: number,
  excused: readonly (readonly [from: number, to: number])[] = [],
): Expected[] {
  if (owed.isMoved) return [];
  return (ON_PAPER[owed.ladder] ?? []).flatMap(({ rung, days, to }) => {
    const at = Date.parse(`${workdaysFrom(owed.effectiveOn, days, isWorkday)}T09:00:00+08:00`);
    const isOver = owed.settledAt !== null && owed.settledAt <= at;
    // Settled while the clock jumped over the step: nobody can say which was first.
    const isExcused =
      owed.settledAt !== null && excused.some(([from, end]) => at >= from && at <= end && owed.settledAt! <= end);
    if (at <= owed.createdAt || at > until || isOver || isExcused) return [];
    return [{ obligationId: owed.id, rung, at, to }];
  });
}

/** So many working days after a day, or before it; none of them is the day itself. */
export function workdaysFrom(day: string, days: number, isWorkday: IsWorkday): string {
  let found = day;
  for (let left = Math.abs(days); left > 0;) {
    found = new Date(Date.parse(`${found}T00:00:00Z`) + Math.sign(days) * DAY_MS).toISOString().slice(0, 10);
    if (isWorkday(found)) left--;
  }
  return found;
}
