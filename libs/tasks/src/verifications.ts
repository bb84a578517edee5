import { type VerificationGiven, verificationFault } from '@duban/domain';
import { UnitDirectory } from '@duban/directory';
import { type Actor, HistoryService } from '@duban/history';
import { invalid, type LocalDate, localDateOf, newId, parseLocalDate, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Assignment } from './assignment.entity';
import { refuseSecretWords } from './plan-draft';
import type { Plan } from './plan.entity';
import { PolicyService } from './policy.service';
import { Verification } from './verification.entity';

/** The part that is judged, held by the caller. */
interface Judged {
  plan: Plan;
  assignment: Assignment;
}

/** Keeps how completions were verified or why they were returned (核查), as far as the policy or whoever judges says it. */
@Injectable()
export class Verifications {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly policies: PolicyService,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  /**
   * @param byOffice it is for the office to judge, so that the policy's checklist counts
   * @throws DomainError VERIFICATION.* with the field that is at fault, PLAN.SECRET
   */
  async record(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { plan, assignment }: Judged,
    { event, byOffice }: { event: 'verify' | 'return'; byOffice: boolean },
    given: VerificationGiven | null,
  ): Promise<void> {
    const policy = await this.policies.ofPlan(tx, plan);
    const fault = verificationFault(
      policy.verification,
      { event, byOffice, today: await this.today(tx, plan, at) },
      given,
    );
    if (fault) {
      const { code, message, field, items } = fault;
      throw invalid(code, message, { field, ...(items ? { items } : {}) });
    }
    if (given === null) return;
    const { personId, postId } = actor;
    if (personId === null || postId === null) throw new Error('a completion is judged by a person in a post');
    const words = [given.conclusion, given.place, ...given.checklist.flatMap(({ item, remark }) => [item, remark])];
    refuseSecretWords(words.filter((one) => one !== undefined).join('\n'), 'verification');
    const verification = tx.getRepository(Verification).create({
      id: newId(),
      assignmentId: assignment.id,
      event,
      method: given.method,
      checklist: [...given.checklist],
      sample: given.sample ?? null,
      conclusion: given.conclusion,
      place: given.place ?? null,
      lookedOn: given.on === undefined ? null : parseLocalDate(given.on),
      personId,
      forPersonId: actor.delegation?.personId ?? null,
      postId,
      recordedAt: at,
    });
    await tx.getRepository(Verification).insert(verification);
    const { lookedOn, ...kept } = verification;
    await this.history.append(tx, actor, at, [
      {
        type: 'verification.recorded',
        entity: 'verification',
        entityId: verification.id,
        jurisdictionId: assignment.jurisdictionId,
        planId: plan.id,
        taskId: assignment.taskId,
        reason: verification.conclusion,
        after: { ...kept, on: lookedOn, recordedAt: at.toISOString() },
      },
    ]);
  }

  /** The day by which a completion that is returned today is to be put right, where nobody gives another. */
  async dayToRectify(tx: EntityManager, plan: Plan, at: Date): Promise<LocalDate> {
    const { workingDays } = (await this.policies.ofPlan(tx, plan)).rectification;
    return this.calendar.addWorkingDays(await this.today(tx, plan, at), workingDays);
  }

  private async today(tx: EntityManager, { jurisdictionId }: Plan, at: Date): Promise<LocalDate> {
    return localDateOf(at, await this.directory.timeZoneOf(tx, jurisdictionId));
  }
}
