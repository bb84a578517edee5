import { type LocalDate, localDateOf, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Plan } from './plan.entity';
import { PolicyService } from './policy.service';

/** When a part was handed out, where, and by whose rules. */
export interface HandedOut {
  plan: Pick<Plan, 'id' | 'policyId' | 'policyVersion'>;
  assignedAt: Date;
  timeZone: string;
}

/** Until when a unit may say of a matter that it is not its own (异议). */
@Injectable()
export class ObjectionDays {
  constructor(
    private readonly policies: PolicyService,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  /** The last day on which its unit may object to a part. */
  async last(tx: EntityManager, { plan, assignedAt, timeZone }: HandedOut): Promise<LocalDate> {
    const { workingDays } = (await this.policies.ofPlan(tx, plan)).objection;
    return this.calendar.addWorkingDays(localDateOf(assignedAt, timeZone), workingDays);
  }

  /** The same of several parts, by their ids. */
  async of(tx: EntityManager, partIds: readonly string[]): Promise<Map<string, LocalDate>> {
    const parts: (HandedOut & { id: string })[] = await tx.query(
      `select a.id, a.assigned_at as "assignedAt", j.time_zone as "timeZone",
         jsonb_build_object('id', p.id, 'policyId', p.policy_id, 'policyVersion', p.policy_version) as plan
       from assignment a join task t on t.id = a.task_id join plan p on p.id = t.plan_id
         join jurisdiction j on j.id = p.jurisdiction_id
       where a.id = any($1)`,
      [partIds],
    );
    const days = new Map<string, LocalDate>();
    for (const { id, ...part } of parts) days.set(id, await this.last(tx, part));
    return days;
  }
}
