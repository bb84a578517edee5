import { Transactor } from '@duban/database';
import { UnitDirectory } from '@duban/directory';
import { HistoryService, systemActor } from '@duban/history';
import { type LocalDate, newId, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { NO_STEP, OfficeSteps } from '@duban/tasks';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { presentLead } from './application-lead';
import { issuerPosts } from './issuer-posts';
import { NotificationWriter } from './notification.writer';
import { excerpt } from './obligation.terms';

/** What the office owes an answer: where it stands, and by which day it answers. */
const SOURCES = {
  objection: `select d.id, d.answer_due_on::text as "dueOn", d.next_step as step, a.task_id as "taskId",
      d.unit_id as "unitId", d.reason as about
    from objection d join assignment a on a.id = d.assignment_id`,
  coordination: `select d.id, d.due_on::text as "dueOn", d.next_step as step, d.task_id as "taskId",
      d.unit_id as "unitId", d.about
    from coordination d`,
  application: `select d.id, d.decide_by::text as "dueOn", d.next_step as step, d.task_id as "taskId",
      d.unit_id as "unitId", d.reason as about, d.approver_unit_id as "leadId"
    from application d`,
  supervision_notice: `select d.id, d.judge_by::text as "dueOn", d.next_step as step, o.task_id as "taskId",
      o.unit_id as "unitId", d.number as about
    from supervision_notice d join obligation o on o.id = d.obligation_id`,
} as const;
type Source = keyof typeof SOURCES;

interface DueAnswer {
  id: string;
  dueOn: LocalDate;
  step: 'remind' | 'urge';
  taskId: string;
  unitId: string;
  about: string;
  /** The lead that decides (牵头单位), where it is not the office. */
  leadId?: string | null;
}

/**
 * The office is supervised like any unit: of objections (异议), disagreements (协调), applications (申请) and answers to
 * notices (督办单) that it has not answered it is reminded on the day, and urged the working day after, once each.
 */
@Injectable()
export class OfficeDues {
  private readonly logger = new Logger(OfficeDues.name);

  constructor(
    private readonly transactor: Transactor,
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly steps: OfficeSteps,
    private readonly notifications: NotificationWriter,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  /**
   * Each in a transaction of its own; one that fails stops no other, and is due still. Any number of rounds may run at
   * once.
   */
  async run(now: Date): Promise<{ told: number; failed: number }> {
    const result = { told: 0, failed: 0 };
    for (const source of Object.keys(SOURCES) as Source[]) {
      const due: { id: string }[] = await this.transactor.run((tx) =>
        tx.query(`select id from ${source} where next_step_at <= $1 order by next_step_at, id`, [now]),
      );
      for (const { id } of due) {
        try {
          if (await this.transactor.run((tx) => this.tell(tx, now, source, id))) result.told++;
        } catch (error) {
          result.failed++;
          this.logger.error(`the office could not be told of ${source} ${id}: ${String(error)}`);
        }
      }
    }
    return result;
  }

  private async tell(tx: EntityManager, now: Date, source: Source, id: string): Promise<boolean> {
    const [due]: DueAnswer[] = await tx.query(
      `${SOURCES[source]} where d.id = $1 and d.next_step_at <= $2 for no key update of d skip locked`,
      [id, now],
    );
    if (!due) return false;
    const [task]: TaskRow[] = await tx.query(
      `select t.id, t.plan_id as "planId", t.jurisdiction_id as "jurisdictionId", t.content, t.leaders,
         coalesce(t.number, parent.number) as number, p.unit_id as "issuerId"
       from task t join plan p on p.id = t.plan_id left join task parent on parent.id = t.parent_id where t.id = $1`,
      [due.taskId],
    );
    if (!task) throw new Error(`there is no task ${due.taskId}`);
    const urge = await this.steps.at(tx, task.jurisdictionId, 'urge', this.calendar.addWorkingDays(due.dueOn, 1));
    // After a standstill the urge alone is said.
    const isLate = due.step === 'urge' || urge.nextStepAt <= now;
    const next = isLate ? NO_STEP : urge;
    await tx.query(`update ${source} set next_step = $2, next_step_at = $3 where id = $1`, [
      id,
      next.nextStep,
      next.nextStepAt,
    ]);
    const postId = await this.owedBy(tx, due, task);
    const names = await this.directory.namesOf(tx, [due.unitId]);
    await this.notifications.write(tx, now, await this.directory.timeZoneOf(tx, task.jurisdictionId), [
      {
        jurisdictionId: task.jurisdictionId,
        postId,
        kind: isLate ? 'office_urged' : 'office_reminded',
        planId: task.planId,
        taskId: task.id,
        parameters: {
          taskNumber: task.number,
          taskContent: excerpt(task.content),
          unitName: names.get(due.unitId) ?? '',
          what: source,
          about: due.about,
          dueOn: due.dueOn,
        },
      },
    ]);
    const told = isLate ? 'urged' : 'reminded';
    await this.history.append(tx, systemActor(`office-dues-${newId()}`), now, [
      {
        type: `${source}.${told}`,
        entity: source,
        entityId: id,
        jurisdictionId: task.jurisdictionId,
        planId: task.planId,
        taskId: task.id,
        reason: `due on ${due.dueOn}`,
        ...(await this.lastState(tx, id)),
      },
    ]);
    return true;
  }

  /** Who decides: the lead that set the date, as long as it leads; in a unit's own plan (二级分解) its head; else the office. */
  private async owedBy(tx: EntityManager, { leadId }: DueAnswer, task: TaskRow): Promise<string> {
    const lead = leadId ? await presentLead(tx, this.directory, { task }, leadId) : null;
    if (lead !== null) return (await this.directory.postsOf(tx, [lead])).get(lead)!.head;
    if (task.issuerId === null) return (await this.directory.governmentPosts(tx)).office;
    return (await issuerPosts(tx, this.directory, task.issuerId, task.leaders)).office;
  }

  /** To be told changes nothing of it. */
  private async lastState(
    tx: EntityManager,
    id: string,
  ): Promise<{ before: Record<string, unknown> | null; after: Record<string, unknown> | null }> {
    const [last]: { after: Record<string, unknown> }[] = await tx.query(
      `select after from history_event where entity_id = $1 order by seq desc limit 1`,
      [id],
    );
    return { before: last?.after ?? null, after: last?.after ?? null };
  }
}

interface TaskRow {
  id: string;
  planId: string;
  jurisdictionId: string;
  content: string;
  number: string | null;
  leaders: string[];
  /** The unit whose plan it is (二级分解); null for the government's. */
  issuerId: string | null;
}
