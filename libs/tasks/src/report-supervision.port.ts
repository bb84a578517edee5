import type { LocalDate } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import type { ReportKind } from './report.entity';
import type { ActedPart } from './supervision.port';

/** A part on which something was handed in, or decided. */
export type ReportedPart = ActedPart;

/** What is owed by a report, locked. */
export interface OwedReport {
  id: string;
  kind: ReportKind;
  subject: string | null;
  state: string;
  dueOn: LocalDate;
}

/** A measure (措施) that is a milestone, with what is owed of it already. */
export interface OwedMilestone {
  measureId: string;
  text: string;
  dueOn: LocalDate;
  obligationId: string | null;
}

/** Who is told of plans and reports: the office, the leads of the task, or posts of the unit whose part it is. */
export type ReportHearer = 'office' | 'leads' | 'contact' | 'head';
export type ReportMessage =
  'action_plan_submitted' | 'action_plan_approved' | 'action_plan_returned' | 'report_to_confirm' | 'report_sent_back';

/**
 * What plans and reports need done by the one that keeps the obligations (应办事项), in their transactions; filled in
 * above this library, as {@link SupervisionPort} is.
 */
export abstract class ReportSupervision {
  /**
   * What a report names.
   * @throws DomainError OBLIGATION.UNKNOWN, OBLIGATION.NOT_BY_REPORT
   */
  abstract owedBy(tx: EntityManager, part: ReportedPart, obligationId: string): Promise<OwedReport>;

  /** @throws DomainError OBLIGATION.NOT_OPEN */
  abstract discharge(tx: EntityManager, part: ReportedPart, obligationId: string): Promise<void>;

  /** What waits for others is not followed up. @throws DomainError OBLIGATION.NOT_OPEN */
  abstract hold(tx: EntityManager, part: ReportedPart, obligationId: string): Promise<void>;

  /**
   * What was handed in is owed again, by another date.
   * @param by null takes the policy's time for putting right
   * @param rule why, for "why this date"
   * @throws DomainError ACTION_PLAN.BY_PAST
   */
  abstract oweAgain(
    tx: EntityManager,
    part: ReportedPart,
    obligationId: string,
    by: LocalDate | null,
    rule: string,
  ): Promise<LocalDate>;

  /** Milestones of a plan that holds now are owed, each by its day; by measure, what is owed of it. */
  abstract oweMilestones(
    tx: EntityManager,
    part: ReportedPart,
    milestones: readonly OwedMilestone[],
  ): Promise<Map<string, string>>;

  /** What a plan no longer has is owed no longer. */
  abstract lapse(tx: EntityManager, part: ReportedPart, obligationIds: readonly string[]): Promise<void>;

  /** A report of a period counts from now on, or stands in place of one that did: the period has its light (亮灯). */
  abstract light(
    tx: EntityManager,
    part: ReportedPart,
    report: { obligationId: string; reportId: string; cause: 'reported' | 'confirmed' | 'corrected' },
  ): Promise<void>;

  abstract tell(
    tx: EntityManager,
    part: ReportedPart,
    hearer: ReportHearer,
    message: ReportMessage,
    parameters?: Readonly<Record<string, unknown>>,
  ): Promise<void>;
}
