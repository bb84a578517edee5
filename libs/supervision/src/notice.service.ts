import { noticeMachine, type NoticeRelation, pointerAfterRejection } from '@duban/domain';
import { consequences, holdCalendar, isAnothers } from '@duban/database';
import { assertInMatter, may, UnitDirectory } from '@duban/directory';
import { type Actor, type EventType, HistoryService } from '@duban/history';
import {
  conflict,
  forbidden,
  invalid,
  type LocalDate,
  localDateOf,
  notFound,
  type WorkingCalendar,
} from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { decide } from '@duban/state-machine';
import { NO_STEP, OfficeSteps, PolicyService, standsAsOffice } from '@duban/tasks';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { issuerPosts } from './issuer-posts';
import { termOf } from './ladder-term';
import { NotificationWriter } from './notification.writer';
import { Obligation } from './obligation.entity';
import { ladderOf } from './obligation.writer';
import { noticeSnapshot, type NoticeSnapshot, SupervisionNotice } from './supervision-notice.entity';
import { asShown, lastDayToAnswer, type Shown } from './stopped-parts';

export interface NoticeInput {
  event: string;
  expectedVersion?: number;
  answer?: string;
  reason?: string;
}

/** What a notice stands in, read with it. */
interface NoticePlace {
  planId: string;
  /** The unit whose plan it is (二级分解); null for the government's. */
  issuerId: string | null;
  leaders: string[];
  taskId: string;
  parentId: string | null;
  taskNumber: string | null;
  timeZone: string;
  unitName: string;
}

/** What people do with a supervision notice (督办单): acknowledge it, answer it, judge the answer. */
@Injectable()
export class NoticeService {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly policies: PolicyService,
    private readonly notifications: NotificationWriter,
    private readonly steps: OfficeSteps,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  /**
   * @throws DomainError NOTICE.UNKNOWN, NOTICE.NOT_YOURS, DELEGATION.OUT_OF_MATTER, NOTICE.STALE, NOTICE.EVENT_NOT_ALLOWED, or a guard's code
   */
  async transition(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    input: NoticeInput,
  ): Promise<Shown<NoticeSnapshot>> {
    if (!MOVERS.some((action) => may(actor, action))) throw notYours();
    const { notice, obligation } = await this.hold(tx, id);
    const place = await consequences(tx, () => this.placeOf(tx, obligation));
    const relations = relationsOf(actor, obligation, place);
    if (relations.length === 0) throw notYours();
    assertInMatter(actor, place);
    if (input.expectedVersion !== undefined && input.expectedVersion !== notice.version) {
      throw conflict('NOTICE.STALE', 'Somebody has changed the notice since you read it.', {
        version: notice.version,
        state: notice.state,
      });
    }
    const facts = { answer: input.answer ?? null, reason: input.reason ?? null };
    const decision = decide(noticeMachine, notice.state, input.event, relations, facts);
    if (!decision.ok) {
      if (decision.reason === 'actor_not_allowed') throw notYours();
      if (decision.reason === 'guard') throw invalid(decision.code, decision.message);
      throw conflict('NOTICE.EVENT_NOT_ALLOWED', `"${input.event}" is not possible in state ${notice.state}.`, {
        state: notice.state,
        version: notice.version,
        allowed: decision.allowed,
      });
    }
    const before = noticeSnapshot(notice);
    notice.state = decision.to;
    Object.assign(notice, { judgeBy: null, ...NO_STEP });
    if (input.event === 'answer') {
      const judgeBy = await consequences(tx, () => this.judgeBy(tx, at, obligation, place.timeZone));
      const step = await this.steps.first(tx, notice.jurisdictionId, judgeBy);
      Object.assign(notice, { answer: input.answer, answeredAt: at, judgeBy, ...step });
    }
    await tx.getRepository(SupervisionNotice).save(notice);
    const after = noticeSnapshot(notice);
    await this.history.append(tx, actor, at, [
      {
        type: PAST_TENSE[input.event as NoticeEvent],
        entity: 'supervision_notice',
        entityId: id,
        jurisdictionId: notice.jurisdictionId,
        planId: place.planId,
        taskId: obligation.taskId,
        reason: input.reason ?? null,
        before: { ...before },
        after: { ...after },
      },
    ]);
    await consequences(tx, async () => {
      for (const effect of decision.effects) {
        // The ladder of another date goes on by itself.
        if (notice.deadlineVersion < obligation.ladderSince) continue;
        if (effect === 'hold_ladder') await this.movePointer(tx, obligation, null);
        else await this.resumeLadder(tx, obligation, notice, place, at);
      }
      await this.tell(tx, at, obligation, notice, place, input);
    });
    const [shown] = await asShown(tx, [after], at, this.calendar);
    return shown!;
  }

  /**
   * Locks the obligation before the notice, as the sweep does. The notice is the actor's to find and to lock, the
   * obligation waits as a consequence.
   */
  private async hold(tx: EntityManager, id: string): Promise<{ notice: SupervisionNotice; obligation: Obligation }> {
    const found = await tx.getRepository(SupervisionNotice).findOneBy({ id });
    if (!found) {
      if (await isAnothers(tx, 'supervision_notice', id)) throw notYours();
      throw notFound('NOTICE.UNKNOWN', 'There is no such supervision notice.', { noticeId: id });
    }
    const lock = { mode: 'for_no_key_update' } as const;
    const obligation = await consequences(tx, () =>
      tx.getRepository(Obligation).findOneOrFail({ where: { id: found.obligationId }, lock }),
    );
    const notice = await tx.getRepository(SupervisionNotice).findOne({ where: { id }, lock });
    // Seen, but not theirs to change.
    if (!notice) throw notYours();
    return { notice, obligation };
  }

  private async placeOf(tx: EntityManager, obligation: Obligation): Promise<NoticePlace> {
    const [place]: NoticePlace[] = await tx.query(
      `select t.plan_id as "planId", p.unit_id as "issuerId", t.leaders, t.id as "taskId", t.parent_id as "parentId", coalesce(t.number, parent.number) as "taskNumber", j.time_zone as "timeZone", u.name as "unitName"
       from task t join plan p on p.id = t.plan_id join jurisdiction j on j.id = t.jurisdiction_id
         left join task parent on parent.id = t.parent_id, unit u
       where t.id = $1 and u.id = $2`,
      [obligation.taskId, obligation.unitId],
    );
    return place!;
  }

  /** An answer holds the ladder, so the office judges it by a day. */
  private async judgeBy(tx: EntityManager, at: Date, obligation: Obligation, timeZone: string): Promise<LocalDate> {
    const { decideWithin } = await this.policies.version(tx, obligation.policyId, obligation.policyVersion);
    await holdCalendar(tx, this.calendar);
    return this.calendar.addWorkingDays(localDateOf(at, timeZone), decideWithin.noticeAnswer);
  }

  /** A rejected answer counts as none: what comes after the last step follows. */
  private async resumeLadder(
    tx: EntityManager,
    obligation: Obligation,
    notice: SupervisionNotice,
    { timeZone }: NoticePlace,
    at: Date,
  ): Promise<void> {
    if (obligation.state !== 'open') return;
    const ladder = await ladderOf(tx, this.policies, obligation);
    const clock = { calendar: this.calendar, timeZone };
    const term = await termOf(tx, obligation, timeZone, this.calendar);
    const { answerDueOn, issuedAt } = notice;
    const { assignmentId, lastRung } = obligation;
    const climbed = {
      rung: lastRung,
      answerDueOn:
        answerDueOn && (await lastDayToAnswer(tx, assignmentId, { answerDueOn, issuedAt }, timeZone, this.calendar)),
    };
    const pointer = pointerAfterRejection(ladder, climbed, term, at, clock);
    await this.movePointer(tx, obligation, pointer);
  }

  private async movePointer(
    tx: EntityManager,
    obligation: Obligation,
    pointer: { rung: string; at: Date } | null,
  ): Promise<void> {
    obligation.nextRung = pointer?.rung ?? null;
    obligation.nextRungAt = pointer?.at ?? null;
    obligation.calendarPosition = Math.min(obligation.calendarPosition, this.calendar.position);
    await tx.getRepository(Obligation).save(obligation);
  }

  private async tell(
    tx: EntityManager,
    at: Date,
    obligation: Obligation,
    notice: SupervisionNotice,
    place: NoticePlace,
    { event, reason }: NoticeInput,
  ): Promise<void> {
    if (event !== 'answer' && event !== 'reject') return;
    const posts = await this.directory.postsOf(tx, [obligation.unitId]);
    const { office } =
      place.issuerId === null
        ? await this.directory.governmentPosts(tx)
        : await issuerPosts(tx, this.directory, place.issuerId, place.leaders);
    const unit = posts.get(obligation.unitId)!;
    const postIds = event === 'answer' ? [office] : [unit.head, unit.contact];
    await this.notifications.write(
      tx,
      at,
      place.timeZone,
      postIds.map((postId) => ({
        jurisdictionId: obligation.jurisdictionId,
        postId,
        kind: event === 'answer' ? 'notice_answered' : 'notice_rejected',
        planId: place.planId,
        taskId: place.taskId,
        obligationId: obligation.id,
        parameters: {
          noticeNumber: notice.number,
          taskNumber: place.taskNumber,
          unitName: place.unitName,
          reason: reason ?? null,
        },
      })),
    );
  }
}

const notYours = (): Error => forbidden('NOTICE.NOT_YOURS', 'This notice is not yours to move; nothing was changed.');

type NoticeEvent = (typeof noticeMachine.transitions)[number]['on'];

/** History speaks in the past tense. */
const PAST_TENSE = {
  acknowledge: 'supervision_notice.acknowledged',
  answer: 'supervision_notice.answered',
  accept: 'supervision_notice.answer_accepted',
  reject: 'supervision_notice.answer_rejected',
  raise: 'supervision_notice.raised',
  close: 'supervision_notice.closed',
} as const satisfies Record<NoticeEvent, EventType>;

/** Who moves a notice, by one event or another. */
const MOVERS = ['notice.judge', 'notice.answer', 'breakdown.judge'] as const;

function relationsOf(actor: Actor, obligation: Obligation, { issuerId }: NoticePlace): NoticeRelation[] {
  if (issuerId === null ? may(actor, 'notice.judge') : standsAsOffice(actor, { unitId: issuerId })) return ['office'];
  return may(actor, 'notice.answer', obligation.unitId) ? ['unit'] : [];
}
