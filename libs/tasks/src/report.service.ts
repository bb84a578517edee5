import { isAnothers } from '@duban/database';
import { assertInMatter, may, UnitDirectory } from '@duban/directory';
import { periodEnd, reportConfirmationMachine, type ReportingRules, reportingRules } from '@duban/domain';
import { EvidenceService } from '@duban/evidence';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, invalid, type LocalDate, localDateOf, newId, notFound } from '@duban/kernel';
import { decide } from '@duban/state-machine';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type ActionPlanInput, ActionPlanWriter } from './action-plan.writer';
import type { Assignment } from './assignment.entity';
import { type HeldAssignment, HeldAssignments, notYours, placeOf } from './held-assignment';
import { type Figure, type MeasuredFigure, type MeasurementInput, Measurements } from './measurements';
import { refuseSecretWords } from './plan-draft';
import { assertPlanOpen } from './plan-records';
import { PolicyService } from './policy.service';
import { type Evidence, Report, type ReportKind } from './report.entity';
import { type ReportPiece, ReportSentences } from './report-sentences';
import { ReportConfirmation } from './report-confirmation.entity';
import { type ReportedPart, ReportSupervision } from './report-supervision.port';
import { type ReportSnapshot, reportSnapshot } from './snapshots';
import { Target } from './target.entity';

/** What a report says, whichever way it is handed in. */
export interface ReportContent {
  text: string;
  /** In place of the text: of what it is composed. */
  contents?: readonly ReportPiece[];
  difficulties?: string;
  nextSteps?: string;
  evidence?: Evidence[];
  measurements?: MeasurementInput[];
  /** Why a figure is behind the plan (序时进度). */
  behindReason?: string;
  shortfallReason?: string;
  goAheadReason?: string;
}

export interface ReportInput extends Omit<ReportContent, 'shortfallReason' | 'goAheadReason'> {
  obligationId: string;
  /** Of an action plan (办理方案); without it, its text says it all. */
  actionPlan?: ActionPlanInput;
}

export interface CorrectionInput extends Omit<ReportInput, 'obligationId' | 'actionPlan'> {
  reason: string;
}

export interface RevisionInput extends Pick<ReportInput, 'evidence'> {
  actionPlan: ActionPlanInput;
  /** By default its goals. */
  text?: string;
  reason: string;
}

/** What a report is, beside what it says. */
interface ReportNature {
  kind: ReportKind;
  obligationId: string | null;
  period: string | null;
  /** Whether it waits for the head of the unit. */
  waits: boolean;
  corrects?: { id: string; reason: string };
}

/** The last version of a report, and where it stands. */
interface LastReport {
  id: string;
  state: ReportConfirmation['state'] | null;
  reportedAt: Date;
  reportedBy: string;
}

/** Takes in what units hand in (报送): action plans, periodic reports, completions. */
@Injectable()
export class ReportService {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly held: HeldAssignments,
    private readonly measurements: Measurements,
    private readonly policies: PolicyService,
    private readonly actionPlans: ActionPlanWriter,
    private readonly obligations: ReportSupervision,
    private readonly files: EvidenceService,
    private readonly sentences: ReportSentences,
  ) {}

  /**
   * An action plan, a periodic report or a milestone: discharges the obligation that it names, at once or when others
   * have said so. The completion is not one of them, but the event `report`.
   * @throws DomainError ASSIGNMENT.UNKNOWN, ASSIGNMENT.NOT_YOURS, DELEGATION.OUT_OF_MATTER, REPORT.SIGN_FOR_FIRST,
   *   REPORT.ASSIGNMENT_ENDED, REPORT.PERIOD_REPORTED, REPORT.AWAITS_CONFIRMATION, REPORT.NO_ACTION_PLAN,
   *   OBLIGATION.UNKNOWN, OBLIGATION.NOT_OPEN, OBLIGATION.NOT_BY_REPORT, or what its figures and its plan are refused by
   */
  async submit(tx: EntityManager, actor: Actor, at: Date, id: string, input: ReportInput): Promise<ReportSnapshot> {
    if (!may(actor, 'assignment.act')) throw notYours();
    const held = await this.held.hold(tx, id);
    if (!may(actor, 'assignment.act', held.assignment.unitId)) throw notYours();
    assertInMatter(actor, placeOf(held.task));
    assertPlanOpen(held.plan);
    assertUnderWay(held.assignment);
    const part: ReportedPart = { actor, at, ...held };
    const owed = await this.obligations.owedBy(tx, part, input.obligationId);
    const rules = await this.rulesOf(tx, held);
    const waits = waitsForHead(rules, actor);
    await this.assertNotReported(tx, actor, at, held, owed, waits);
    if (owed.state !== 'open') {
      throw conflict('OBLIGATION.NOT_OPEN', `The obligation is ${owed.state} already.`, {
        field: 'obligationId',
        state: owed.state,
      });
    }
    if (input.actionPlan && owed.kind !== 'action_plan') {
      throw invalid('REPORT.NO_ACTION_PLAN', `A ${owed.kind} is owed here, no action plan.`, { field: 'actionPlan' });
    }
    const period = owed.kind === 'progress_report' ? owed.subject : null;
    const nature = { kind: owed.kind, obligationId: owed.id, period, waits };
    const snapshot = await this.record(tx, actor, at, held, nature, input);
    if (owed.kind === 'action_plan') {
      const plan = input.actionPlan ?? { goals: input.text, measures: [] };
      await this.actionPlans.submit(
        tx,
        part,
        { reportId: snapshot.id, obligationId: owed.id, revisionReason: null },
        plan,
      );
    }
    if (!waits) await this.count(tx, part, snapshot, rules, 'reported');
    return snapshot;
  }

  /**
   * Another version of a report, which stands in its place; both are kept. As long as the period goes: the next one is
   * not due, nor reported; and as long as nobody has decided on it.
   * @throws DomainError REPORT.UNKNOWN, REPORT.NOT_CORRECTABLE, REPORT.CORRECTED_ALREADY, REPORT.DECIDED,
   *   REPORT.PERIOD_CLOSED, and as {@link submit}
   */
  async correct(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    reportId: string,
    { reason, ...input }: CorrectionInput,
  ): Promise<ReportSnapshot> {
    if (!may(actor, 'assignment.act')) throw notYours();
    const report = await this.find(tx, reportId);
    const held = await this.held.hold(tx, report.assignmentId);
    if (!may(actor, 'assignment.act', held.assignment.unitId)) throw notYours();
    assertInMatter(actor, placeOf(held.task));
    assertPlanOpen(held.plan);
    assertUnderWay(held.assignment);
    refuseSecretWords(reason, 'reason');
    const rules = await this.rulesOf(tx, held);
    const standing = await tx.getRepository(ReportConfirmation).findOneBy({ reportId });
    await this.assertCorrectable(tx, at, report, standing?.state ?? (waitsForHead(rules, actor) ? 'confirmed' : null));
    const { kind, obligationId, period } = report;
    const nature: ReportNature = {
      kind,
      obligationId,
      period,
      waits: waitsForHead(rules, actor),
      corrects: { id: report.id, reason },
    };
    await this.supersede(tx, actor, at, held, standing);
    const snapshot = await this.record(tx, actor, at, held, nature, input);
    // What counted goes on counting; what waited counts now, where the head corrects it.
    const part = { actor, at, ...held };
    if (standing && !nature.waits) await this.count(tx, part, snapshot, rules, 'reported');
    else if (!nature.waits) await this.light(tx, part, snapshot, 'corrected');
    return snapshot;
  }

  /**
   * Another version of an action plan (办理方案), of the unit's own accord: after it was approved, or before anybody has
   * decided. What was returned is owed, and is handed in as such.
   * @throws DomainError ACTION_PLAN.NOT_NEWEST, ACTION_PLAN.OWED, and as {@link submit}
   */
  async revise(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    assignmentId: string,
    { reason, actionPlan, ...input }: RevisionInput,
  ): Promise<ReportSnapshot> {
    if (!may(actor, 'assignment.act')) throw notYours();
    const held = await this.held.hold(tx, assignmentId);
    if (!may(actor, 'assignment.act', held.assignment.unitId)) throw notYours();
    assertInMatter(actor, placeOf(held.task));
    assertPlanOpen(held.plan);
    assertUnderWay(held.assignment);
    const part: ReportedPart = { actor, at, ...held };
    const [last] = await this.actionPlans.versionsOf(tx, assignmentId);
    if (!last) throw conflict('ACTION_PLAN.NONE', 'There is no action plan yet: hand it in first.', { assignmentId });
    const owed = last.obligationId && (await this.obligations.owedBy(tx, part, last.obligationId));
    if (owed && owed.state === 'open' && last.state !== 'submitted' && last.state !== 'approved') {
      throw conflict('ACTION_PLAN.OWED', 'The action plan is owed: hand it in by a report that names the obligation.', {
        obligationId: owed.id,
      });
    }
    refuseSecretWords(reason, 'reason');
    const rules = await this.rulesOf(tx, held);
    const waits = waitsForHead(rules, actor);
    const standing = await tx.getRepository(ReportConfirmation).findOneBy({ reportId: last.reportId });
    if (standing?.state === 'submitted') await this.supersede(tx, actor, at, held, standing);
    const nature = { kind: 'action_plan', obligationId: last.obligationId, period: null, waits } as const;
    const content = { ...input, text: input.text ?? actionPlan.goals };
    const snapshot = await this.record(tx, actor, at, held, nature, content);
    const submission = { reportId: snapshot.id, obligationId: last.obligationId, revisionReason: reason };
    await this.actionPlans.submit(tx, part, submission, actionPlan);
    if (!waits) await this.count(tx, part, snapshot, rules, 'reported');
    return snapshot;
  }

  /** Whether what somebody hands in waits for the head of their unit, by the policy of the plan. */
  async waits(tx: EntityManager, actor: Actor, held: HeldAssignment): Promise<boolean> {
    return waitsForHead(await this.rulesOf(tx, held), actor);
  }

  /** A completion that counts when the head of the unit has confirmed it; the part stays as it is until then. */
  async recordWaiting(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    held: HeldAssignment,
    input: ReportContent,
  ): Promise<void> {
    const waiting = await this.waitingCompletion(tx, held.assignment.id);
    if (waiting) throw awaits(waiting.reportId);
    await this.record(tx, actor, at, held, COMPLETION_THAT_WAITS, input);
  }

  /** A completion that counts: what waited in its place does not any more. */
  async recordCompletion(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    held: HeldAssignment,
    input: ReportContent,
  ): Promise<void> {
    await this.supersede(tx, actor, at, held, await this.waitingCompletion(tx, held.assignment.id));
    await this.record(tx, actor, at, held, { ...COMPLETION_THAT_WAITS, waits: false }, input);
  }

  /** What follows from a report that counts. */
  async count(
    tx: EntityManager,
    part: ReportedPart,
    report: Pick<Report, 'id' | 'kind' | 'obligationId' | 'text'>,
    rules: ReportingRules,
    cause: 'reported' | 'confirmed',
  ): Promise<void> {
    const { kind, obligationId, text } = report;
    if (obligationId === null) return;
    if (kind === 'action_plan') {
      const { state } = await this.obligations.owedBy(tx, part, obligationId);
      // Of a revised plan nothing is owed any more, or it waits for approval already.
      if (state === 'open' && rules.actionPlanApproval) await this.obligations.hold(tx, part, obligationId);
      else if (state === 'open') await this.obligations.discharge(tx, part, obligationId);
      await this.actionPlans.tellSubmitted(tx, part);
      return;
    }
    await this.obligations.discharge(tx, part, obligationId);
    if (kind === 'milestone') await this.actionPlans.closeByReport(tx, part, obligationId, text);
    await this.light(tx, part, report, cause);
  }

  /** A periodic report gives its period a light; last of all, since it waits for whoever decides on the unit's others. */
  private async light(
    tx: EntityManager,
    part: ReportedPart,
    { id, kind, obligationId }: Pick<Report, 'id' | 'kind' | 'obligationId'>,
    cause: 'reported' | 'confirmed' | 'corrected',
  ): Promise<void> {
    if (kind !== 'progress_report' || obligationId === null) return;
    await this.obligations.light(tx, part, { obligationId, reportId: id, cause });
  }

  async rulesOf(tx: EntityManager, { plan }: Pick<HeldAssignment, 'plan'>): Promise<ReportingRules> {
    if (plan.policyId === null || plan.policyVersion === null) throw new Error(`plan ${plan.id} has no policy`);
    return reportingRules(await this.policies.version(tx, plan.policyId, plan.policyVersion));
  }

  /** @throws DomainError REPORT.UNKNOWN */
  async find(tx: EntityManager, reportId: string): Promise<Report> {
    const report = await tx.getRepository(Report).findOneBy({ id: reportId });
    if (report) return report;
    if (await isAnothers(tx, 'report', reportId)) throw notYours();
    throw notFound('REPORT.UNKNOWN', 'There is no such report.', { reportId });
  }

  /** Writes a report down, in the caller's transaction. */
  private async record(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    held: HeldAssignment,
    { kind, obligationId, period, waits, corrects }: ReportNature,
    input: ReportContent,
  ): Promise<ReportSnapshot> {
    if (actor.personId === null || actor.postId === null) throw new Error('a report is made by a person in a post');
    const { plan, task, assignment } = held;
    const pieces = (input.contents ?? []).map(({ text }) => text);
    const words = [input.text, ...pieces, input.difficulties, input.nextSteps, input.behindReason];
    refuseSecretWords(words.filter(Boolean).join('\n'), 'text');
    const evidence = await this.files.cited(tx, actor, input.evidence ?? []);
    const figures = await this.figuresOf(tx, at, held, period, input);
    if (kind === 'progress_report' || kind === 'milestone') await this.assertExplained(tx, held, figures, input);
    const report = tx.getRepository(Report).create({
      id: newId(),
      assignmentId: assignment.id,
      obligationId,
      kind,
      text: input.text,
      difficulties: input.difficulties ?? null,
      nextSteps: input.nextSteps ?? null,
      evidence,
      shortfallReason: input.shortfallReason ?? null,
      goAheadReason: input.goAheadReason ?? null,
      period,
      behindReason: input.behindReason ?? null,
      correctsId: corrects?.id ?? null,
      correctionReason: corrects?.reason ?? null,
      personId: actor.personId,
      forPersonId: actor.delegation?.personId ?? null,
      postId: actor.postId,
      reportedAt: at,
    });
    await this.sentences.insertReport(tx, { actor, at, ...held }, report, input.contents);
    const { id: assignmentId, jurisdictionId } = assignment;
    const cites = { reportId: report.id, assignmentId, jurisdictionId, planId: plan.id, taskId: task.id };
    await this.files.bind(tx, actor, at, cites, evidence);
    await this.measurements.record(tx, report.id, at, figures);
    const confirmation = waits
      ? { reportId: report.id, assignmentId: assignment.id, state: 'submitted' as const }
      : null;
    if (confirmation) await tx.getRepository(ReportConfirmation).insert(confirmation);
    const snapshot = reportSnapshot(report, figures, confirmation?.state ?? null);
    await this.history.append(tx, actor, at, [
      {
        type: corrects ? 'report.corrected' : 'report.submitted',
        entity: 'report',
        entityId: report.id,
        jurisdictionId: assignment.jurisdictionId,
        planId: plan.id,
        taskId: task.id,
        reason: corrects?.reason ?? null,
        after: { ...snapshot },
      },
    ]);
    if (waits)
      await this.obligations.tell(tx, { actor, at, ...held }, 'head', 'report_to_confirm', { reportKind: kind });
    return snapshot;
  }

  private async figuresOf(
    tx: EntityManager,
    at: Date,
    held: HeldAssignment,
    period: string | null,
    { measurements }: ReportContent,
  ): Promise<MeasuredFigure[]> {
    if (!measurements || measurements.length === 0) return [];
    const { plan, task } = held;
    const targets = await tx.getRepository(Target).find({ where: { taskId: task.id }, order: { position: 'ASC' } });
    const figures: Map<string, Figure> = await this.measurements.read(tx, task, targets, measurements);
    const today = localDateOf(at, await this.directory.timeZoneOf(tx, task.jurisdictionId));
    const { lights } = await this.rulesOf(tx, held);
    return this.measurements.against(tx, { plan, task }, targets, figures, spokenOf(period, today), lights);
  }

  /** A figure that is further behind the plan than the policy tolerates owes a reason (花蓮: 落後須說明原因). */
  private async assertExplained(
    tx: EntityManager,
    held: HeldAssignment,
    figures: readonly MeasuredFigure[],
    { behindReason }: ReportContent,
  ): Promise<void> {
    if (behindReason !== undefined) return;
    const { lights } = await this.rulesOf(tx, held);
    const behind = figures.filter((figure) => figure.behind > lights.tolerance);
    if (behind.length === 0) return;
    const targets = await tx.getRepository(Target).findBy({ taskId: held.task.id });
    const textOf = new Map(targets.map(({ id, text }) => [id, text]));
    const first = behind[0]!;
    throw invalid(
      'REPORT.BEHIND_REASON_REQUIRED',
      `"${textOf.get(first.targetId)}" is ${first.behind} points behind the plan (planned ${first.planned}, actual ${first.value}): say why in "behindReason".`,
      {
        field: 'behindReason',
        targets: behind.map(({ targetId, planned, value, plannedShare, actualShare }) => ({
          targetId,
          text: textOf.get(targetId) ?? '',
          planned,
          actual: value,
          plannedShare,
          actualShare,
        })),
      },
    );
  }

  /** A period is reported once; what waits for the head of the unit gives way to what the head hands in. */
  private async assertNotReported(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    held: HeldAssignment,
    owed: { id: string; kind: ReportKind; subject: string | null },
    waits: boolean,
  ): Promise<void> {
    const last = await this.lastOf(tx, owed.id);
    if (!last) return;
    if (last.state === 'submitted' && !waits) {
      await this.supersede(
        tx,
        actor,
        at,
        held,
        await tx.getRepository(ReportConfirmation).findOneBy({ reportId: last.id }),
      );
    } else if (owed.kind === 'progress_report') {
      throw conflict('REPORT.PERIOD_REPORTED', `${owed.subject ?? 'This'} was reported already; correct that report.`, {
        field: 'obligationId',
        period: owed.subject,
        reportId: last.id,
        reportedAt: last.reportedAt.toISOString(),
        reportedBy: last.reportedBy,
      });
    } else if (last.state === 'submitted') {
      throw awaits(last.id);
    }
  }

  /** The version that stands for what is owed; what was sent back stands no more. */
  private async lastOf(tx: EntityManager, obligationId: string): Promise<LastReport | null> {
    const [last]: LastReport[] = await tx.query(
      `select r.id, c.state, r.reported_at as "reportedAt", p.display_name as "reportedBy"
       from report r left join report_confirmation c on c.report_id = r.id join person p on p.id = r.person_id
       where r.obligation_id = $1 and (c.state is null or c.state in ('submitted', 'confirmed'))
       order by r.reported_at desc, r.id desc limit 1`,
      [obligationId],
    );
    return last ?? null;
  }

  /** @param state where it stands; what a head handed in is decided on for their contact, too */
  private async assertCorrectable(
    tx: EntityManager,
    at: Date,
    report: Report,
    state: ReportConfirmation['state'] | null,
  ): Promise<void> {
    if (report.kind !== 'progress_report' && report.kind !== 'milestone') {
      throw conflict(
        'REPORT.NOT_CORRECTABLE',
        'An action plan is revised, and a completion withdrawn; reports of periods and milestones are corrected.',
        { kind: report.kind },
      );
    }
    const [standing]: { correctedBy: string | null; isClosed: boolean }[] = await tx.query(
      `select (select id from report where corrects_id = r.id) as "correctedBy",
         exists (select from obligation o join obligation later
             on later.assignment_id = o.assignment_id and later.kind = o.kind and later.due_on > o.due_on
           where o.id = r.obligation_id and o.kind = 'progress_report'
             and (later.state = 'discharged' or later.due_at <= $2)) as "isClosed"
       from report r where r.id = $1`,
      [report.id, at],
    );
    if (standing!.correctedBy) {
      throw conflict('REPORT.CORRECTED_ALREADY', 'The report was corrected already; correct its last version.', {
        correctedBy: standing!.correctedBy,
      });
    }
    if (state !== null && state !== 'submitted') {
      throw conflict('REPORT.DECIDED', `The report is ${state}: it has been decided on.`, { state });
    }
    if (standing!.isClosed) {
      throw conflict('REPORT.PERIOD_CLOSED', 'A later period is due or reported: say it in that report.', {
        period: report.period,
      });
    }
  }

  private waitingCompletion(tx: EntityManager, assignmentId: string): Promise<ReportConfirmation | null> {
    return tx
      .getRepository(ReportConfirmation)
      .createQueryBuilder('c')
      .innerJoin(Report, 'r', 'r.id = c.report_id')
      .where(`c.assignment_id = :assignmentId and c.state = 'submitted' and r.kind = 'completion'`, { assignmentId })
      .getOne();
  }

  private async supersede(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    held: HeldAssignment,
    waiting: ReportConfirmation | null,
  ): Promise<void> {
    if (!waiting) return;
    const decision = decide(reportConfirmationMachine, waiting.state, 'supersede', ['system'], NOTHING_SAID);
    if (decision.ok) await this.settle(tx, actor, at, held, waiting, decision.to, null);
  }

  /** Brings what waited for the head of its unit to where it stands now. */
  async settle(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { plan, task, assignment }: HeldAssignment,
    confirmation: ReportConfirmation,
    state: ReportConfirmation['state'],
    reason: string | null,
  ): Promise<ReportSnapshot> {
    const report = await this.find(tx, confirmation.reportId);
    const figures = await this.measurements.ofReport(tx, report.id);
    const before = reportSnapshot(report, figures, confirmation.state);
    const decided =
      state === 'superseded' ? {} : { decidedBy: actor.personId, decidedFor: actor.delegation?.personId ?? null };
    Object.assign(confirmation, { state, reason, decidedAt: at, ...decided });
    await tx.getRepository(ReportConfirmation).save(confirmation);
    const after = reportSnapshot(report, figures, state);
    await this.history.append(tx, actor, at, [
      {
        type: `report.${state}`,
        entity: 'report',
        entityId: report.id,
        jurisdictionId: assignment.jurisdictionId,
        planId: plan.id,
        taskId: task.id,
        reason,
        before: { ...before },
        after: { ...after },
      },
    ]);
    return after;
  }
}

const NOTHING_SAID = { isOwn: false, reason: null };

const COMPLETION_THAT_WAITS: ReportNature = { kind: 'completion', obligationId: null, period: null, waits: true };

/** A head's own counts at once, and a deputy's, and whatever stands in for them. */
const waitsForHead = ({ confirmation }: ReportingRules, { post }: Actor): boolean =>
  confirmation === 'head' && (post === 'contact' || post === 'handler');

const awaits = (reportId: string): Error =>
  conflict('REPORT.AWAITS_CONFIRMATION', 'A report about this waits for the head of the unit already.', { reportId });

/** The day that a figure speaks of: the last of its period, unless that is still to come. */
function spokenOf(period: string | null, today: LocalDate): LocalDate {
  const end = period === null ? null : periodEnd(period);
  return end !== null && end < today ? end : today;
}

function assertUnderWay({ state, marks, resumeOn }: Assignment): void {
  if (marks.includes('suspended')) {
    throw conflict('REPORT.SUSPENDED', `The part is suspended until ${resumeOn}.`, { resumeOn });
  }
  if (state === 'in_progress' || state === 'reported') return;
  throw conflict(
    state === 'assigned' ? 'REPORT.SIGN_FOR_FIRST' : 'REPORT.ASSIGNMENT_ENDED',
    state === 'assigned'
      ? 'Sign for the task before reporting on it.'
      : `The assignment is ${state}; nothing is reported on it any more.`,
    { state },
  );
}
