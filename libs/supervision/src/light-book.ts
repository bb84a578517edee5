import type { LightDecision, Neighbours, ObligationKind } from '@duban/domain';
import type { LocalDate } from '@duban/kernel';
import type { EntityManager } from 'typeorm';

/** What is owed, and gets lights (亮灯). */
export interface LitObligation {
  id: string;
  jurisdictionId: string;
  timeZone: string;
  planId: string;
  taskId: string;
  assignmentId: string;
  unitId: string;
  kind: ObligationKind;
  /** What it speaks of, of a periodic report. */
  period: string | null;
  policyId: string;
  policyVersion: number;
  deadlineVersion: number;
  dueOn: LocalDate;
  effectiveOn: LocalDate;
  dueAt: Date;
}

export const LIT = `
  select o.id, o.jurisdiction_id as "jurisdictionId", j.time_zone as "timeZone", t.plan_id as "planId",
    o.task_id as "taskId", o.assignment_id as "assignmentId", o.unit_id as "unitId", o.kind, o.subject as period,
    o.policy_id as "policyId", o.policy_version as "policyVersion", o.deadline_version as "deadlineVersion",
    o.due_on::text as "dueOn", o.effective_on::text as "effectiveOn", o.due_at as "dueAt"
  from obligation o join jurisdiction j on j.id = o.jurisdiction_id join task t on t.id = o.task_id`;

/** A version as it is kept. */
type KeptLight = LightDecision & { reportId: string | null };

interface AddedLight {
  obligation: LitObligation;
  number: number;
  light: LightDecision;
  reportId: string | null;
  before: LightDecision | null;
}

/** The lights of some parts while a transaction decides on more of them. */
export class LightBook {
  readonly added: AddedLight[] = [];

  private constructor(
    private readonly obligations: Map<string, LitObligation>,
    private readonly versions: Map<string, KeptLight[]>,
  ) {}

  static async of(tx: EntityManager, assignmentIds: readonly string[]): Promise<LightBook> {
    const ids = [...new Set(assignmentIds)];
    const obligations: LitObligation[] = await tx.query(
      `${LIT} where o.assignment_id = any($1)
         and exists (select from period_light l where l.obligation_id = o.id)`,
      [ids],
    );
    const rows: (KeptLight & { obligationId: string })[] = await tx.query(
      `select obligation_id as "obligationId", light, cause, rule, why, figures, behind::float,
         behind_days as "behindDays", achieved::float, not_started as "notStarted", report_id as "reportId",
         report_id is not null as "isReported"
       from period_light where assignment_id = any($1) order by obligation_id, number`,
      [ids],
    );
    const versions = new Map<string, KeptLight[]>();
    for (const { obligationId, ...light } of rows) {
      versions.set(obligationId, [...(versions.get(obligationId) ?? []), light]);
    }
    return new LightBook(new Map(obligations.map((one) => [one.id, one])), versions);
  }

  /** The versions of one period, the oldest first. */
  of(obligationId: string): readonly KeptLight[] {
    return this.versions.get(obligationId) ?? [];
  }

  /** The periods of the same part that come before one, in order. */
  before(of: LitObligation): LitObligation[] {
    return this.periodsOf(of).filter(({ dueOn }) => dueOn < of.dueOn);
  }

  neighboursOf(of: LitObligation): Neighbours {
    const versions = ({ id }: LitObligation): readonly KeptLight[] => this.of(id);
    const after = this.periodsOf(of).filter(({ dueOn }) => dueOn > of.dueOn);
    return { before: this.before(of).map(versions), after: after.map(versions) };
  }

  add(obligation: LitObligation, light: LightDecision, reportId: string | null): void {
    const known = this.of(obligation.id);
    this.added.push({ obligation, light, reportId, number: known.length + 1, before: known.at(-1) ?? null });
    this.obligations.set(obligation.id, obligation);
    this.versions.set(obligation.id, [...known, { ...light, reportId }]);
  }

  private periodsOf({ assignmentId }: LitObligation): LitObligation[] {
    return [...this.obligations.values()]
      .filter((one) => one.assignmentId === assignmentId && one.kind === 'progress_report' && one.period !== null)
      .toSorted((a, b) => (a.dueOn < b.dueOn ? -1 : 1));
  }
}
