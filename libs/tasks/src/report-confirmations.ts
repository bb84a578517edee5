import { assertInMatter, may } from '@duban/directory';
import { ENDED_STATES, reportConfirmationMachine } from '@duban/domain';
import type { Actor } from '@duban/history';
import { conflict, forbidden, invalid } from '@duban/kernel';
import { decide } from '@duban/state-machine';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ActionPlanWriter } from './action-plan.writer';
import { AssignmentService } from './assignment.service';
import { type HeldAssignment, HeldAssignments, placeOf } from './held-assignment';
import { Measurements } from './measurements';
import type { Report } from './report.entity';
import { ReportConfirmation } from './report-confirmation.entity';
import { type ReportedPart, ReportSupervision } from './report-supervision.port';
import { ReportService } from './report.service';
import type { ReportSnapshot } from './snapshots';

export interface ConfirmationInput {
  event: string;
  reason?: string;
}

/** Heads and deputies confirm what their unit's contact or handler handed in (负责人审签), or send it back. */
@Injectable()
export class ReportConfirmations {
  constructor(
    private readonly held: HeldAssignments,
    private readonly reports: ReportService,
    private readonly assignments: AssignmentService,
    private readonly measurements: Measurements,
    private readonly actionPlans: ActionPlanWriter,
    private readonly obligations: ReportSupervision,
  ) {}

  /**
   * @throws DomainError REPORT.UNKNOWN, REPORT.NOT_YOURS, DELEGATION.OUT_OF_MATTER, REPORT.NOTHING_WAITS,
   *   REPORT.ASSIGNMENT_ENDED, REPORT.EVENT_NOT_ALLOWED, a guard's code, or what its discharge is refused by
   */
  async decide(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    reportId: string,
    { event, reason = '' }: ConfirmationInput,
  ): Promise<ReportSnapshot> {
    if (!may(actor, 'report.confirm')) throw notYours();
    const report = await this.reports.find(tx, reportId);
    const held = await this.held.hold(tx, report.assignmentId);
    if (!may(actor, 'report.confirm', held.assignment.unitId)) throw notYours();
    assertInMatter(actor, placeOf(held.task));
    const confirmation = await tx.getRepository(ReportConfirmation).findOneBy({ reportId });
    if (!confirmation) {
      throw conflict('REPORT.NOTHING_WAITS', 'The report counts already: it waits for nobody.', { reportId });
    }
    const { state } = held.assignment;
    if (ENDED_STATES.includes(state)) {
      throw conflict('REPORT.ASSIGNMENT_ENDED', `The assignment is ${state}; nothing is reported on it any more.`, {
        state,
      });
    }
    const people = [report.personId, report.forPersonId];
    const isOwn = people.some((id) => id !== null && (id === actor.personId || id === actor.delegation?.personId));
    const decision = decide(reportConfirmationMachine, confirmation.state, event, ['head'], { isOwn, reason });
    if (!decision.ok) {
      if (decision.reason === 'guard') throw invalid(decision.code, decision.message);
      if (decision.reason === 'actor_not_allowed') throw notYours();
      throw conflict('REPORT.EVENT_NOT_ALLOWED', `"${event}" is not possible in state ${confirmation.state}.`, {
        state: confirmation.state,
        allowed: decision.allowed,
      });
    }
    const part = { actor, at, ...held };
    const snapshot = await this.reports.settle(tx, actor, at, held, confirmation, decision.to, reason || null);
    if (decision.effects.includes('count_report')) await this.count(tx, part, held, report);
    else await this.sentBack(tx, part, report, reason);
    return snapshot;
  }

  private async count(tx: EntityManager, part: ReportedPart, held: HeldAssignment, report: Report): Promise<void> {
    if (report.kind !== 'completion') {
      await this.reports.count(tx, part, report, await this.reports.rulesOf(tx, held), 'confirmed');
      return;
    }
    const figures = await this.measurements.ofReport(tx, report.id);
    await this.assignments.transition(tx, part.actor, part.at, report.assignmentId, {
      event: 'report',
      confirmedReportId: report.id,
      text: report.text,
      evidence: report.evidence,
      measurements: figures.map(({ targetId, value }) => ({ targetId, value })),
      ...(report.shortfallReason === null ? {} : { shortfallReason: report.shortfallReason }),
      ...(report.goAheadReason === null ? {} : { goAheadReason: report.goAheadReason }),
    });
  }

  private async sentBack(tx: EntityManager, part: ReportedPart, report: Report, reason: string): Promise<void> {
    if (report.kind === 'action_plan') await this.withdrawPlan(tx, part, report);
    await this.obligations.tell(tx, part, 'contact', 'report_sent_back', { reportKind: report.kind, reason });
  }

  /** A version that its own head sent back stands no more; where none is left, the plan is owed again. */
  private async withdrawPlan(tx: EntityManager, part: ReportedPart, report: Report): Promise<void> {
    const versions = await this.actionPlans.versionsOf(tx, report.assignmentId);
    const plan = versions.find(({ reportId, state }) => reportId === report.id && state === 'submitted');
    if (plan) await this.actionPlans.supersede(tx, part, plan);
    if (versions.some(({ state }) => state === 'approved') || report.obligationId === null) return;
    const owed = await this.obligations.owedBy(tx, part, report.obligationId);
    if (owed.state === 'open') return;
    await this.obligations.oweAgain(tx, part, owed.id, null, 'the action plan was sent back by the head of the unit');
  }
}

const notYours = (): Error =>
  forbidden('REPORT.NOT_YOURS', 'The head of the unit whose report it is decides on it; nothing was changed.');
