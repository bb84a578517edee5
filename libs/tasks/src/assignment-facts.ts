import { type AssignmentFacts, DROPPED_STATES, ENDED_STATES, meetsTarget, type TransferTarget } from '@duban/domain';
import { UnitDirectory } from '@duban/directory';
import type { Actor } from '@duban/history';
import { addDays, type LocalDate, localDateOf } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, Not } from 'typeorm';
import { Assignment } from './assignment.entity';
import { GroupCompletionService } from './group-completion.service';
import type { Figure } from './measurements';
import { openBelow } from './breakdown-below';
import { ObjectionDays } from './objection-days';
import type { Plan } from './plan.entity';
import { standsAsOffice } from './standing';
import { Target } from './target.entity';
import type { Task } from './task.entity';
import type { TransitionInput } from './transition-input';

/** In days: a suspension that is forgotten ends by itself. */
const LONGEST_SUSPENSION = 366;

/** An assignment that an event is asked of, held by the caller, with the unit that a transfer (移交) names. */
export interface Asked {
  plan: Plan;
  task: Task;
  assignment: Assignment;
  input: TransitionInput;
  toUnitId: string | null;
  figures: ReadonlyMap<string, Figure>;
}

/** Loads what a decision on an assignment rests on: over all parts of the task, those too that the actor does not see. */
@Injectable()
export class AssignmentFactsLoader {
  constructor(
    private readonly directory: UnitDirectory,
    private readonly objectionDays: ObjectionDays,
    private readonly groups: GroupCompletionService,
  ) {}

  async load(tx: EntityManager, actor: Actor, at: Date, asked: Asked): Promise<AssignmentFacts> {
    const { assignment, task, input, figures } = asked;
    const targets = await tx.getRepository(Target).findBy({ taskId: task.id });
    // Whom nobody waits for any more; asked of whoever might have to wait.
    const released = input.event === 'report' ? await this.groups.released(tx, task.id) : [];
    const [counted]: {
      unreported: number;
      hasLead: boolean;
      hasAnotherPart: boolean;
      isOwnRequest: boolean;
      reporters: string[] | null;
      reportingUnit: string | null;
    }[] = await tx.query(
      `select
         (select count(*)::int from assignment
          where task_id = $1 and role <> 'lead' and state in ('assigned', 'in_progress')
            and not 'suspended' = any(marks) and not id = any($6::uuid[])) as unreported,
         exists (select from assignment where task_id = $1 and role = 'lead' and state <> all($3)) as "hasLead",
         exists (select from assignment where task_id = $1 and unit_id = $4 and id <> $2 and state <> all($5))
           as "hasAnotherPart",
         exists (select from application where assignment_id = $2 and kind = 'close_unimplemented'
           and state in ('requested', 'approved') and array[requested_by, requested_for] && $7::uuid[]) as "isOwnRequest",
         last.reporters, last.unit_id as "reportingUnit"
       from (select) one left join lateral (
         select array_remove(array[r.person_id, r.for_person_id], null) as reporters, p.unit_id
         from report r join post p on p.id = r.post_id
         where r.assignment_id = $2 and r.kind = 'completion' order by r.reported_at desc, r.id desc limit 1) last on true`,
      [task.id, assignment.id, DROPPED_STATES, assignment.unitId, ENDED_STATES, released, peopleOf(actor)],
    );
    const measured = (target: Target): number | undefined => figures.get(target.id)?.value;
    const timeZone = await this.directory.timeZoneOf(tx, assignment.jurisdictionId);
    const today = localDateOf(at, timeZone);
    return {
      isLead: assignment.role === 'lead',
      hasLead: counted?.hasLead ?? false,
      actsAsOffice: standsAsOffice(actor, asked.plan),
      // Whoever stood in, and whom they stood in for, reported it alike.
      isOwnReport:
        (counted?.reporters ?? []).some((id) => id === actor.personId || id === actor.delegation?.personId) ||
        actor.unitId === assignment.unitId ||
        (await this.isReportOf(tx, actor.unitId, counted?.reportingUnit ?? null)),
      reason: input.reason ?? null,
      cancelReason: input.cancelReason ?? null,
      unimplementedReason: input.unimplementedReason ?? null,
      isOwnRequest: counted?.isOwnRequest ?? false,
      isReviewUpheld: false,
      mayStillObject:
        input.event === 'object' &&
        today <= (await this.objectionDays.last(tx, { plan: asked.plan, assignedAt: assignment.assignedAt, timeZone })),
      objectionOutcome: input.outcome ?? null,
      transferTo: await transferTarget(tx, asked),
      reopenClock: input.clock ?? null,
      newDate: input.dueOn === undefined ? 'missing' : input.dueOn > today ? 'fine' : 'past',
      resumeOn: resumption(input.resumeOn, today),
      hasAnotherPart: counted?.hasAnotherPart ?? false,
      openBelow: await openBelow(tx, assignment.id),
      unreportedUnits: counted?.unreported ?? 0,
      goAheadReason: input.goAheadReason ?? null,
      evidenceCount: input.evidence?.length ?? 0,
      unmeasuredTargets: targets.filter((target) => measured(target) === undefined).length,
      missedTargets: targets.filter((target) => {
        const figure = measured(target);
        return figure !== undefined && !meetsTarget(target, figure);
      }).length,
      shortfallReason: input.shortfallReason ?? null,
      returnsWhole: input.whole ?? false,
    };
  }

  /** Whether a unit's report is this one's own: it made it, or was made of the unit that did (机构改革). */
  private async isReportOf(tx: EntityManager, unitId: string | null, reportingUnit: string | null): Promise<boolean> {
    if (unitId === null || reportingUnit === null) return false;
    if (unitId === reportingUnit) return true;
    return (await this.directory.predecessorsOf(tx, [unitId])).get(unitId)?.has(reportingUnit) ?? false;
  }
}

/** Whoever acts, and for whom. */
const peopleOf = (actor: Actor): string[] =>
  [actor.personId, actor.delegation?.personId].filter((id): id is string => typeof id === 'string');

async function transferTarget(tx: EntityManager, { assignment, toUnitId }: Asked): Promise<TransferTarget> {
  if (toUnitId === null) return 'missing';
  if (toUnitId === assignment.unitId) return 'same_unit';
  const { taskId } = assignment;
  const state = Not(In([...ENDED_STATES]));
  return (await tx.getRepository(Assignment).existsBy({ taskId, unitId: toUnitId, state })) ? 'has_a_part' : 'fine';
}

function resumption(resumeOn: LocalDate | undefined, today: LocalDate): AssignmentFacts['resumeOn'] {
  if (resumeOn === undefined) return 'missing';
  if (resumeOn <= today) return 'past';
  return resumeOn > addDays(today, LONGEST_SUSPENSION) ? 'too_far' : 'fine';
}
