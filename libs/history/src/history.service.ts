import { Injectable } from '@nestjs/common';
import { columnsOf } from '@duban/database';
import { conflict, newId } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import type { Actor } from './actor';
import { openEvents, openName, openStates, PersonBoxes } from './personal/person-boxes';
import type { StateOf } from './personal/personal-parts';
import { OUTSIDE } from './parts/outside';
import type { EventType } from './words/event-types';

/** What events are about. */
export const ENTITIES = [
  'jurisdiction',
  'unit',
  'settled_name',
  'person',
  'restriction',
  'plan_import',
  'plan',
  'plan_revision',
  'plan_revision_item',
  'task',
  'matter',
  'assignment',
  'objection',
  'contribution',
  'coordination',
  'group_completion',
  'application',
  'obligation',
  'report',
  'action_plan',
  'target_curve',
  'follow_up',
  'supervision_notice',
  'notice_document',
  'notice_template',
  'delivery',
  'suppressed_address',
  'destination',
  'channel_test',
  'notification',
  'message_rules',
  'message_preference',
  'message_template',
  'calendar_paper',
  'clock',
  'queue',
  'history_export',
  'history_tree',
  'history_part',
  'archive_package',
  'retention_schedule',
  'disposal_hold',
  'disposal',
  'saved_search',
  'sign_in',
  'sign_in_policy',
  'policy_draft',
  'api_token',
  'post_change',
  'post',
  'delegation',
  'reorganisation',
  'evidence_file',
  'verification',
  'instruction',
  'instruction_unit',
  'satisfaction',
  'period_light',
  'card',
  'bulletin',
  'bulletin_document',
] as const;
export type Entity = (typeof ENTITIES)[number];

/** One fact to record (留痕): what changed, from what, to what. */
export type Change = { [E in Entity]: ChangeOf<E> }[Entity];

interface ChangeOf<E extends Entity> {
  /** Past tense: `assignment.reported`. */
  type: EventType;
  entity: E;
  entityId: string;
  jurisdictionId?: string | null;
  planId?: string | null;
  taskId?: string | null;
  reason?: string | null;
  /** What it says of people is sealed by `PERSONAL` (`personal/personal-parts.ts`); names elsewhere do not compile. */
  before?: StateOf<E> | null;
  /** The entity's whole state after the change, so that any past instant can be read off its last event. */
  after?: StateOf<E> | null;
}

/** What a unit sees of a task: all of what it leads, and of the rest what is its own. */
export interface UnitSight {
  unitId: string;
  /** The task and its parts in which the unit has something to do. */
  taskIds: string[];
  /** Those of them that it leads. */
  ledTaskIds: string[];
  /** Its own in them. */
  assignmentIds: string[];
  obligationIds: string[];
}

export interface HistoryEvent {
  seq: string;
  id: string;
  type: string;
  entity: Entity;
  entityId: string;
  planId: string | null;
  taskId: string | null;
  actor: {
    personId: string | null;
    name: string;
    post: string;
    postId: string | null;
    unitId: string | null;
    /** The API token by which the person acted. */
    token: { id: string; name: string } | null;
    /** The holder of the post, for whom the person acted (代行). */
    onBehalfOf: { personId: string; name: string; delegationId: string } | null;
  };
  requestId: string;
  reason: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  /** When it happened, by the supervision's clock. */
  occurredAt: Date;
  /** When the row was written, by the database's clock. */
  recordedAt: Date;
}

@Injectable()
export class HistoryService {
  private readonly boxes = new PersonBoxes();

  /**
   * Writes events in the caller's transaction, in the given order, by one statement. What they say of people is sealed
   * by the key of each; whoever reads them by this service reads it as it was written.
   */
  async append(tx: EntityManager, actor: Actor, occurredAt: Date, changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    const sealed = await this.boxes.seal(tx, actor, changes);
    const rows = changes.map((change, position) => ({
      position,
      id: newId(),
      jurisdiction_id: change.jurisdictionId ?? null,
      plan_id: change.planId ?? null,
      task_id: change.taskId ?? null,
      entity: change.entity,
      entity_id: change.entityId,
      type: change.type,
      reason: change.reason ?? null,
      ...sealed.states[position]!,
    }));
    const { from, parameters } = columnsOf(rows, EVENT_COLUMNS, 13);
    await tx.query(
      `insert into history_entry (id, jurisdiction_id, plan_id, task_id, entity, entity_id, type, reason, before, after,
         actor_person_id, actor_post_id, actor_unit_id, actor_name, actor_post, request_id, occurred_at,
         actor_token_id, actor_token_name, actor_delegation_id, actor_for_person_id, actor_for_name)
       select r.id, r.jurisdiction_id, r.plan_id, r.task_id, r.entity, r.entity_id, r.type, r.reason, r.before, r.after,
         $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
       from ${from} order by r.position`,
      [
        actor.personId,
        actor.postId,
        actor.unitId,
        sealed.name,
        actor.post,
        actor.requestId,
        occurredAt,
        actor.token?.id ?? null,
        actor.token?.name ?? null,
        actor.delegation?.id ?? null,
        actor.delegation?.personId ?? null,
        sealed.forName,
        ...parameters,
      ],
    );
  }

  /** What happened last to one thing, by whom and when: for who was too late. */
  async lastOf(tx: EntityManager, entityId: string): Promise<{ type: string; by: string; at: Date } | null> {
    const [last]: { type: string; personId: string | null; by: string; at: Date }[] = await tx.query(
      `select type, actor_person_id as "personId", actor_name as by, occurred_at as at from history_event
       where entity_id = $1 order by occurred_at desc, seq desc limit 1`,
      [entityId],
    );
    if (!last) return null;
    const { personId, ...event } = last;
    return { ...event, by: await openName(tx, personId, event.by) };
  }

  /**
   * Destroys the key of a person (依法删除): what events say of them is never read again, while the events and their
   * hashes stay. As the system.
   */
  forget(tx: EntityManager, personId: string): Promise<void> {
    return this.boxes.destroy(tx, personId);
  }

  /** Events of one task, oldest first, those of its parts among them. `after` is the last `seq` already seen. */
  async ofTask(
    tx: EntityManager,
    taskId: string,
    after: string,
    limit: number,
    sight: UnitSight | null = null,
  ): Promise<HistoryEvent[]> {
    const events: HistoryEvent[] = await tx.query(
      `select ${eventOf(REASON)}
       from history_event h
       where h.task_id = any($1::uuid[]) and h.seq > $2
         and ($4::uuid is null or h.task_id = any($5::uuid[]) or h.task_id = any($6::uuid[]) and (h.entity in ('task', 'matter')
           or h.entity_id = any($7::uuid[])
           or h.unit_id = $4::uuid or h.assignment_id = any($7::uuid[]) or h.obligation_id = any($8::uuid[])))
       order by h.seq limit $3`,
      [
        await this.idsOfTask(tx, taskId),
        after,
        limit,
        sight?.unitId ?? null,
        sight?.ledTaskIds ?? [],
        sight?.taskIds ?? [],
        sight?.assignmentIds ?? [],
        sight?.obligationIds ?? [],
      ],
    );
    return openEvents(tx, events);
  }

  /** A task and its parts, those too that were taken out of the draft since. */
  async idsOfTask(tx: EntityManager, taskId: string): Promise<string[]> {
    const rows: { id: string }[] = await tx.query(
      `select $1::uuid as id
       union select id from task where parent_id = $1
       union select entity_id from history_event
         where type = 'task.removed' and parent_id = $1`,
      [taskId],
    );
    return rows.map((row) => row.id);
  }

  /** What was changed of some tasks, oldest first, for those who need the way and not only where it led. */
  async changesOf(
    tx: EntityManager,
    entityIds: readonly string[],
  ): Promise<Pick<HistoryEvent, 'entityId' | 'type' | 'before' | 'after'>[]> {
    return tx.query(
      `select entity_id as "entityId", type, before, after from history_event
       where entity_id = any($1::uuid[]) and before is not null and after is not null order by seq`,
      [entityIds],
    );
  }

  /**
   * For whoever looks for words: where they lie outside of the database they are not found, and that is said.
   * @throws DomainError conflict HISTORY.MONTH_OUTSIDE for a month that has to do with what was recorded between
   */
  async assertWordsWithin(tx: EntityManager, from: string | null, to: string | null): Promise<void> {
    const [outside]: { month: string; file: string | null }[] = await tx.query(
      `select to_char(o.month, 'YYYY-MM') as month, o.file from ${OUTSIDE} o
       where ($1::timestamptz is null or o.month + interval '1 month' > $1::timestamptz at time zone 'UTC')
         and ($2::timestamptz is null or o.month < $2::timestamptz at time zone 'UTC')
       order by o.month desc limit 1`,
      [from, to],
    );
    if (!outside) return;
    throw conflict(
      'HISTORY.MONTH_OUTSIDE',
      `The words of ${outside.month} lie outside of the database, in the file ${outside.file}, and are not searched. Ask for what was recorded after it, or have it brought back by \`duban history attach\`.`,
      { ...outside },
    );
  }

  /** Events by their numbers, in no order: those of them that the actor may know. */
  async bySeq(tx: EntityManager, seqs: readonly string[]): Promise<HistoryEvent[]> {
    return openEvents(
      tx,
      await tx.query(`select ${eventOf(REASON)} from history_event h where h.seq = any($1::bigint[])`, [seqs]),
    );
  }

  /** What happened to each of some things after an instant and up to another, at most so many of each, oldest first. */
  async between(
    tx: EntityManager,
    entityIds: readonly string[],
    { from, to, most }: { from: Date; to: Date; most: number },
  ): Promise<HistoryEvent[]> {
    const events: HistoryEvent[] = await tx.query(
      `select ${eventOf(REASON)} from unnest($1::uuid[]) thing(id) cross join lateral (
         select * from history_event e where e.entity_id = thing.id and e.occurred_at > $2 and e.occurred_at <= $3
         order by e.seq desc limit $4) h
       order by h.seq`,
      [entityIds, from, to, most],
    );
    return openEvents(tx, events);
  }

  /**
   * The last state, at or before `at`, of every entity of one kind in a plan or in some tasks; what was not made yet is
   * absent. Of two events the later written counts: writers of one entity wait for each other, while the instants that
   * they brought along may be the other way round.
   */
  async statesAt<T>(
    tx: EntityManager,
    scope: { planId: string } | { taskIds: readonly string[] },
    entity: Entity,
    at: Date,
  ): Promise<T[]> {
    const [condition, parameter] =
      'planId' in scope ? ['plan_id = $1', scope.planId] : ['task_id = any($1::uuid[])', scope.taskIds];
    const rows: { after: T | null }[] = await tx.query(
      // Words are asked for of the last events alone.
      `select history_after(month, seq, id) as after from (
         select distinct on (entity_id) entity_id, month, seq, id from history_entry
         where ${condition} and entity = $2 and occurred_at <= $3
         order by entity_id, seq desc) last`,
      [parameter, entity, at],
    );
    return openStates(
      tx,
      entity,
      rows.flatMap((row) => (row.after === null ? [] : [row.after])),
    );
  }
}

const EVENT_COLUMNS = {
  position: 'int',
  id: 'uuid',
  jurisdiction_id: 'uuid',
  plan_id: 'uuid',
  task_id: 'uuid',
  entity: 'text',
  entity_id: 'uuid',
  type: 'text',
  reason: 'text',
  before: 'jsonb',
  after: 'jsonb',
} as const;

/** What is written where the actor sees no more than how it stands (二级分解) is not for them. */
const REASON = `case when not coalesce(h.plan_id = any((select summary_plans())::uuid[]), false) then h.reason end`;

/** Of an event `h`. */
const eventOf = (
  reason: string,
): string => `h.seq::text, h.id, h.type, h.entity, h.entity_id as "entityId", h.plan_id as "planId",
  h.task_id as "taskId", h.request_id as "requestId", ${reason} as reason, h.before, h.after,
  h.occurred_at as "occurredAt", h.recorded_at as "recordedAt",
  json_build_object('personId', h.actor_person_id, 'name', h.actor_name, 'post', h.actor_post,
    'postId', h.actor_post_id, 'unitId', h.actor_unit_id, 'token', case when h.actor_token_id is not null
      then json_build_object('id', h.actor_token_id, 'name', h.actor_token_name) end,
    'onBehalfOf', case when h.actor_delegation_id is not null then json_build_object('personId', h.actor_for_person_id,
      'name', h.actor_for_name, 'delegationId', h.actor_delegation_id) end) as actor`;
