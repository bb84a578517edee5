import { holdCalendar } from '@duban/database';
import {
  type ContributionEvent,
  contributionMachine,
  type ContributionRelation,
  ENDED_STATES,
  sentencesOf,
} from '@duban/domain';
import { may, UnitDirectory } from '@duban/directory';
import { type Actor, type EventType, HistoryService } from '@duban/history';
import {
  conflict,
  endOfLocalDay,
  forbidden,
  invalid,
  type LocalDate,
  localDateOf,
  newId,
  notFound,
  type WorkingCalendar,
} from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { decide } from '@duban/state-machine';
import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In, Not } from 'typeorm';
import { type HeldTask, holdOwnPart, holdTask } from './acted-part';
import { Assignment } from './assignment.entity';
import { Contribution, type ContributionSnapshot, contributionSnapshot } from './contribution.entity';
import type { MeasurementInput } from './measurements';
import { refuseSecretWords } from './plan-draft';
import { PolicyService } from './policy.service';
import { SupervisionPort } from './supervision.port';
import { Target } from './target.entity';

export interface ContributionRequest {
  /** What the lead owes, for which it asks; by default its open one of the subject. */
  obligationId?: string;
  /** A period or whatever else the contribution is to speak of. */
  subject?: string;
  /** Parts of co-units, or all that are open. */
  from: readonly string[] | 'all';
  dueOn?: LocalDate;
  question?: string;
}

export interface ContributionInput {
  event: ContributionEvent;
  expectedVersion?: number;
  sentences?: readonly string[];
  text?: string;
  figures?: MeasurementInput[];
  reason?: string;
}

/** Who was asked, and who of those that were wanted is asked already. */
export interface AskedContributions {
  items: ContributionSnapshot[];
  /** Parts of units that have been asked for the same already. */
  alreadyAsked: string[];
}

/** Contributions (供稿): the lead asks co-units for what its report is to say, they write it, the lead accepts or returns it. */
@Injectable()
export class ContributionService {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly policies: PolicyService,
    private readonly supervision: SupervisionPort,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  /**
   * @throws DomainError ASSIGNMENT.UNKNOWN, ASSIGNMENT.NOT_YOURS, CONTRIBUTION.NOT_LEAD, CONTRIBUTION.NOT_IN_PROGRESS,
   *   CONTRIBUTION.SUBJECT_REQUIRED, CONTRIBUTION.NOT_A_CO_UNIT, CONTRIBUTION.NOBODY_TO_ASK, CONTRIBUTION.DUE_PAST,
   *   OBLIGATION.UNKNOWN, OBLIGATION.NOT_OPEN
   */
  async ask(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    leadAssignmentId: string,
    input: ContributionRequest,
  ): Promise<AskedContributions> {
    const held = await holdOwnPart(tx, actor, leadAssignmentId);
    const { assignment: lead, task, plan } = held;
    if (actor.personId === null) throw new Error('a contribution is asked for by a person');
    if (lead.role !== 'lead') {
      throw forbidden('CONTRIBUTION.NOT_LEAD', 'The lead of the task asks the other units for their contributions.');
    }
    if (lead.state !== 'in_progress' || lead.marks.length > 0) {
      throw conflict(
        'CONTRIBUTION.NOT_IN_PROGRESS',
        'Contributions are asked for while the lead has the task in hand.',
        {
          state: lead.state,
          marks: lead.marks,
        },
      );
    }
    refuseSecretWords([input.subject, input.question].filter(Boolean).join('\n'), 'question');
    const owed = await this.owedBy(tx, lead.id, input);
    const subject = input.subject ?? owed?.subject ?? null;
    const parts = await this.partsOf(tx, task.id, input.from);
    const due = await this.dueOf(tx, at, held, owed?.effectiveOn ?? null, input.dueOn);
    const known = await tx.getRepository(Contribution).findBy({
      assignmentId: In(parts.map(({ id }) => id)),
      leadAssignmentId: lead.id,
      state: Not('withdrawn'),
    });
    const isAsked = ({ id }: Assignment): boolean =>
      known.some(
        (one) => one.assignmentId === id && one.obligationId === (owed?.id ?? null) && one.subject === subject,
      );
    const asked = parts
      .filter((part) => !isAsked(part))
      .map((part) =>
        tx.getRepository(Contribution).create({
          id: newId(),
          jurisdictionId: task.jurisdictionId,
          taskId: task.id,
          leadAssignmentId: lead.id,
          assignmentId: part.id,
          unitId: part.unitId,
          obligationId: owed?.id ?? null,
          subject,
          question: input.question ?? null,
          ...due,
          state: contributionMachine.initial,
          submission: 0,
          sentences: [],
          figures: [],
          reason: null,
          askedBy: actor.personId!,
          askedAt: at,
          submittedBy: null,
          submittedFor: null,
          submittedAt: null,
          decidedBy: null,
          decidedAt: null,
          version: 1,
        }),
      );
    if (asked.length > 0) await tx.getRepository(Contribution).insert(asked);
    await this.history.append(
      tx,
      actor,
      at,
      asked.map((one) => changeOf('contribution.asked', one, plan.id, null)),
    );
    await this.supervision.tell(tx, {
      at,
      planId: plan.id,
      task,
      assignment: lead,
      to: asked.map(({ unitId }) => unitId),
      kind: 'contribution_asked',
      parameters: { subject, question: input.question ?? null, dueOn: due.dueOn },
    });
    return { items: asked.map(contributionSnapshot), alreadyAsked: parts.filter(isAsked).map(({ id }) => id) };
  }

  /**
   * One event of the machine.
   * @throws DomainError CONTRIBUTION.UNKNOWN, CONTRIBUTION.NOT_YOURS, CONTRIBUTION.STALE, CONTRIBUTION.PART_ENDED,
   *   CONTRIBUTION.EVENT_NOT_ALLOWED, CONTRIBUTION.UNKNOWN_TARGET, or the code of the guard that refused
   */
  async transition(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    input: ContributionInput,
  ): Promise<ContributionSnapshot> {
    if (!may(actor, 'assignment.act')) throw notYours();
    const repository = tx.getRepository(Contribution);
    const found = await repository.findOneBy({ id });
    if (!found) throw notFound('CONTRIBUTION.UNKNOWN', 'There is no such contribution.', { contributionId: id });
    const { plan, task } = await holdTask(tx, actor, found.taskId);
    const contribution = await repository.findOne({ where: { id }, lock: { mode: 'for_no_key_update' } });
    // Accepted, it is seen by all units of the task, and is not theirs.
    if (!contribution) throw notYours();
    const part = await tx.getRepository(Assignment).findOneByOrFail({ id: contribution.assignmentId });
    const lead = await tx.getRepository(Assignment).findOneByOrFail({ id: contribution.leadAssignmentId });
    const relations: ContributionRelation[] = [
      ...(may(actor, 'assignment.act', part.unitId) ? (['co_unit'] as const) : []),
      ...(may(actor, 'assignment.act', lead.unitId) ? (['lead_unit'] as const) : []),
    ];
    if (relations.length === 0 || actor.personId === null) throw notYours();
    if (input.expectedVersion !== undefined && input.expectedVersion !== contribution.version) {
      throw conflict('CONTRIBUTION.STALE', 'Somebody has changed the contribution since you read it.', {
        version: contribution.version,
        state: contribution.state,
      });
    }
    const sentences = (input.sentences ?? sentencesOf(input.text ?? '')).map((one) => one.trim());
    const facts = { sentences: sentences.length, reason: input.reason ?? null };
    const decision = decide(contributionMachine, contribution.state, input.event, relations, facts);
    if (!decision.ok) {
      if (decision.reason === 'actor_not_allowed') throw notYours();
      if (decision.reason === 'guard') throw invalid(decision.code, decision.message);
      throw conflict(
        'CONTRIBUTION.EVENT_NOT_ALLOWED',
        `"${input.event}" is not possible in state ${contribution.state}.`,
        { state: contribution.state, version: contribution.version, allowed: decision.allowed },
      );
    }
    const before = contributionSnapshot(contribution);
    contribution.state = decision.to;
    if (input.event === 'submit') {
      if (ENDED_STATES.includes(part.state)) {
        throw conflict('CONTRIBUTION.PART_ENDED', `The part is ${part.state}; nothing is contributed to it any more.`, {
          state: part.state,
        });
      }
      refuseSecretWords(sentences.join('\n'), 'sentences');
      Object.assign(contribution, {
        unitId: part.unitId,
        sentences,
        figures: await checkedFigures(tx, task.id, input.figures ?? []),
        submission: contribution.submission + 1,
        reason: null,
        submittedBy: actor.personId,
        submittedFor: actor.delegation?.personId ?? null,
        submittedAt: at,
      });
    } else {
      if (input.event === 'return') contribution.reason = input.reason!;
      Object.assign(contribution, { decidedBy: actor.personId, decidedAt: at });
    }
    await repository.save(contribution);
    const type = `contribution.${EVENT_NAMES[input.event]}` as const;
    await this.history.append(tx, actor, at, [changeOf(type, contribution, plan.id, before, input.reason)]);
    const kind = MESSAGES[input.event];
    if (kind !== null) {
      await this.supervision.tell(tx, {
        at,
        planId: plan.id,
        task,
        assignment: part,
        to: [kind === 'contribution_submitted' ? lead.unitId : part.unitId],
        kind,
        parameters: { subject: contribution.subject, reason: input.reason ?? null, dueOn: contribution.dueOn },
      });
    }
    return contributionSnapshot(contribution);
  }

  /** What the lead owes, for which it asks; null where it asks about a subject alone. */
  private async owedBy(
    tx: EntityManager,
    assignmentId: string,
    { obligationId, subject }: ContributionRequest,
  ): Promise<{ id: string; subject: string | null; effectiveOn: LocalDate } | null> {
    if (obligationId === undefined && subject === undefined) {
      throw invalid(
        'CONTRIBUTION.SUBJECT_REQUIRED',
        'Say in "obligationId" for which report it is, or in "subject" what it is about.',
        { field: 'subject' },
      );
    }
    const [owed]: { id: string; subject: string | null; state: string; effectiveOn: LocalDate }[] = await tx.query(
      `select id, subject, state, effective_on::text as "effectiveOn" from obligation
       where assignment_id = $1 and ($2::uuid is not null and id = $2 or $2::uuid is null and subject = $3 and state = 'open')
       order by due_at, id limit 1`,
      [assignmentId, obligationId ?? null, subject ?? null],
    );
    if (owed && owed.state !== 'open') {
      throw conflict('OBLIGATION.NOT_OPEN', `The obligation is ${owed.state}.`, {
        field: 'obligationId',
        state: owed.state,
      });
    }
    if (!owed && obligationId !== undefined) {
      throw notFound('OBLIGATION.UNKNOWN', 'The assignment has no such obligation.', { field: 'obligationId' });
    }
    return owed ?? null;
  }

  private async partsOf(tx: EntityManager, taskId: string, from: ContributionRequest['from']): Promise<Assignment[]> {
    const all = await tx.getRepository(Assignment).find({ where: { taskId }, order: { id: 'ASC' } });
    const open = all.filter(({ role, state }) => role !== 'lead' && !ENDED_STATES.includes(state));
    if (from === 'all') {
      const parts = open.filter(({ marks }) => marks.length === 0);
      if (parts.length > 0) return parts;
      throw conflict('CONTRIBUTION.NOBODY_TO_ASK', 'No other unit has an open part in the task.');
    }
    return [...new Set(from)].map((id) => {
      const part = open.find((one) => one.id === id);
      if (part) return part;
      throw invalid('CONTRIBUTION.NOT_A_CO_UNIT', 'That is no open part of another unit in the task.', {
        field: `from[${from.indexOf(id)}]`,
      });
    });
  }

  private async dueOf(
    tx: EntityManager,
    at: Date,
    { plan }: HeldTask,
    ownOn: LocalDate | null,
    wanted: LocalDate | undefined,
  ): Promise<{ dueOn: LocalDate; dueAt: Date }> {
    const timeZone = await this.directory.timeZoneOf(tx, plan.jurisdictionId);
    const today = localDateOf(at, timeZone);
    if (wanted !== undefined && wanted <= today) {
      throw invalid('CONTRIBUTION.DUE_PAST', `"dueOn" lies after today, ${today}.`, { field: 'dueOn' });
    }
    const { workingDaysBefore, workingDays } = (await this.policies.ofPlan(tx, plan)).contribution;
    await holdCalendar(tx, this.calendar);
    const tomorrow = this.calendar.addWorkingDays(today, 1);
    const planned = ownOn
      ? this.calendar.addWorkingDays(ownOn, -workingDaysBefore)
      : this.calendar.addWorkingDays(today, workingDays);
    const dueOn = wanted ?? (planned > tomorrow ? planned : tomorrow);
    return { dueOn, dueAt: endOfLocalDay(this.calendar.addWorkingDays(dueOn, 0), timeZone) };
  }
}

async function checkedFigures(
  tx: EntityManager,
  taskId: string,
  figures: MeasurementInput[],
): Promise<MeasurementInput[]> {
  const targets = new Set((await tx.getRepository(Target).findBy({ taskId })).map(({ id }) => id));
  figures.forEach(({ targetId }, i) => {
    if (targets.delete(targetId)) return;
    throw invalid('CONTRIBUTION.UNKNOWN_TARGET', 'The task has no such target, or it is there twice.', {
      field: `figures[${i}].targetId`,
    });
  });
  return figures;
}

/** History speaks in the past tense. */
const EVENT_NAMES = {
  submit: 'submitted',
  return: 'returned',
  accept: 'accepted',
  withdraw: 'withdrawn',
} as const satisfies Record<ContributionEvent, string>;
/** What the other side is told. */
const MESSAGES = {
  submit: 'contribution_submitted',
  return: 'contribution_returned',
  accept: null,
  withdraw: 'contribution_withdrawn',
} as const satisfies Record<ContributionEvent, string | null>;

const notYours = (): Error =>
  forbidden('CONTRIBUTION.NOT_YOURS', 'This contribution is not yours to move; nothing was changed.');

const changeOf = (
  type: EventType,
  contribution: Contribution,
  planId: string,
  before: ContributionSnapshot | null,
  reason?: string,
) =>
  ({
    type,
    entity: 'contribution',
    entityId: contribution.id,
    jurisdictionId: contribution.jurisdictionId,
    planId,
    taskId: contribution.taskId,
    reason: reason ?? contribution.question,
    before: before === null ? null : { ...before },
    after: { ...contributionSnapshot(contribution) },
  }) as const;
