import { assertInMatter } from '@duban/directory';
import { type Actor, type Entity, type EventWords, type HistoryEvent, HistoryService, wordsOf } from '@duban/history';
import { notFound } from '@duban/kernel';
import type { NoticeSnapshot, ObligationSnapshot } from '@duban/supervision';
import type { TaskSnapshot } from '@duban/tasks';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Light } from './board';
import { Conditions } from './conditions';
import { badCursor, cursorKey, type Page, pageOf } from './page';
import { groupBy } from './plan.reader';
import { lightOfTask } from './task-light';

/** What two instants are compared in, and who asks. */
export interface ChangesAsked {
  /** What happened at this instant belongs to before. */
  from: Date;
  /** What happened at this instant belongs to it. */
  to: Date;
  entity?: ComparedEntity;
  limit: number;
  cursor?: string;
}

/** What happened between to a thing: in order. */
export type EventBetween = Pick<
  HistoryEvent,
  'seq' | 'id' | 'type' | 'actor' | 'reason' | 'requestId' | 'occurredAt'
> & {
  words: EventWords;
};

/** A thing that something happened to between the two instants. */
export interface ChangedThing {
  entity: Entity;
  entityId: string;
  taskId: string | null;
  /** Its state then and then; null where it was not there, or is no more. */
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  /** Of its state, what is another; none where it was put back to what it had been. */
  fields: string[];
  events: EventBetween[];
  /** How many there are; the newest of them are shown. */
  eventCount: number;
}

/** A light (亮灯) that is another, which needs no event: a date goes by. */
export interface ChangedLight {
  taskId: string;
  number: string | null;
  before: Light | null;
  after: Light | null;
}

export interface Changes extends Page<ChangedThing> {
  from: string;
  to: string;
  /** On the first page alone. */
  lights: ChangedLight[];
}

/** What a plan is made of; messages and who looked at what are no part of how it stands. */
export const COMPARED = [
  'plan',
  'task',
  'matter',
  'assignment',
  'obligation',
  'supervision_notice',
  'report',
  'action_plan',
  'verification',
  'objection',
  'application',
  'contribution',
  'coordination',
  'group_completion',
  'instruction',
  'instruction_unit',
  'satisfaction',
  'target_curve',
  'period_light',
  'card',
] as const satisfies readonly Entity[];
export type ComparedEntity = (typeof COMPARED)[number];

/** Events shown of a thing. */
const MOST_EVENTS = 50;

/**
 * Two instants of a plan or a task side by side: each thing that something happened to, as it was then and then, with
 * what happened between. It is read off the events between, by an index that has them by their time, and off the last
 * event of each thing before; a thing to which nothing happened is not looked at.
 */
@Injectable()
export class ChangesReader {
  constructor(private readonly history: HistoryService) {}

  /** @throws DomainError PLAN.UNKNOWN where nothing of it was there by `to`, or the actor may know of none of it */
  async ofPlan(tx: EntityManager, actor: Actor, planId: string, asked: ChangesAsked): Promise<Changes> {
    assertInMatter(actor, { planId });
    const [known]: unknown[] = await tx.query(
      `select from history_entry where plan_id = $1 and occurred_at <= $2 limit 1`,
      [planId, asked.to],
    );
    if (!known) throw notFound('PLAN.UNKNOWN', `There was no such plan at ${asked.to.toISOString()}.`, { planId });
    return this.changes(tx, { planId }, asked);
  }

  /** Of a task with its parts. @throws DomainError TASK.UNKNOWN, as for a plan */
  async ofTask(tx: EntityManager, actor: Actor, taskId: string, asked: ChangesAsked): Promise<Changes> {
    const taskIds = await this.history.idsOfTask(tx, taskId);
    const [place]: { planId: string; parentId: string | null }[] = await tx.query(
      `select plan_id as "planId", parent_id as "parentId" from history_entry
       where task_id = $1 and entity = 'task' and occurred_at <= $2 order by seq desc limit 1`,
      [taskId, asked.to],
    );
    if (!place) throw notFound('TASK.UNKNOWN', `There was no such task at ${asked.to.toISOString()}.`, { taskId });
    assertInMatter(actor, { ...place, taskId });
    return this.changes(tx, { taskIds }, asked);
  }

  private async changes(tx: EntityManager, scope: Scope, asked: ChangesAsked): Promise<Changes> {
    const key = cursorKey(asked.cursor, [isText, isText, isSeq]);
    const [from, to] = [asked.from.toISOString(), asked.to.toISOString()];
    const digest = `${from} ${to} ${asked.entity ?? ''}`;
    const id = 'planId' in scope ? scope.planId : scope.taskIds[0]!;
    if (key && (key[0] !== id || key[1] !== digest)) throw badCursor();
    const page = await this.things(tx, scope, asked, key ? String(key[2]) : null, (seq) => [id, digest, seq]);
    return { from, to, ...page, lights: key ? [] : await this.lights(tx, scope, asked) };
  }

  private async things(
    tx: EntityManager,
    scope: Scope,
    { from, to, entity, limit }: ChangesAsked,
    before: string | null,
    keyOf: (seq: string) => unknown[],
  ): Promise<Page<ChangedThing>> {
    const where = new Conditions();
    const [begin, end] = [where.parameter(from), where.parameter(to)];
    where.add(`h.occurred_at > ${begin} and h.occurred_at <= ${end}`);
    if ('planId' in scope) where.add('h.plan_id = $?', scope.planId);
    else where.add('h.task_id = any($?::uuid[])', scope.taskIds);
    where.add('h.entity = any($?::text[])', entity === undefined ? COMPARED : [entity]);
    const last = before === null ? '' : `having max(h.seq) < ${where.parameter(before)}::bigint`;
    const stateAt = (at: string): string => `(select s.after from history_event s
      where s.entity_id = found.entity_id and s.entity = found.entity and s.occurred_at <= ${at} order by s.seq desc limit 1)`;
    const rows: (Omit<ChangedThing, 'fields' | 'events'> & {
      lastSeq: string;
      events: Omit<EventBetween, 'words'>[];
    })[] = await tx.query(
      `with found as materialized (
           select h.entity, h.entity_id, max(h.seq) as last_seq, count(*)::int as events, max(h.task_id::text) as task_id
           from history_entry h where ${where}
           group by h.entity, h.entity_id ${last} order by 3 desc limit ${where.parameter(limit + 1)})
         select found.entity, found.entity_id as "entityId", found.task_id as "taskId", found.last_seq::text as "lastSeq",
           found.events as "eventCount", ${stateAt(begin)} as before, ${stateAt(end)} as after
         from found order by found.last_seq desc`,
      where.parameters,
    );
    const shown = rows.slice(0, limit);
    const between = await this.history.between(
      tx,
      shown.map(({ entityId }) => entityId),
      { from, to, most: MOST_EVENTS },
    );
    const events = groupBy(between, ({ entityId }) => entityId);
    const items = rows.map(({ lastSeq: _lastSeq, ...row }) => ({
      ...row,
      fields: changedFields(row.before, row.after),
      events: (events.get(row.entityId) ?? []).filter((event) => event.entity === row.entity).map(toldOf),
    }));
    const { next } = pageOf(rows, limit, ({ lastSeq }) => keyOf(lastSeq));
    return { items: items.slice(0, limit), next };
  }

  /** By the rule of the board, over what the actor may know. */
  private async lights(tx: EntityManager, scope: Scope, { from, to }: ChangesAsked): Promise<ChangedLight[]> {
    const [before, after] = [await this.lightsAt(tx, scope, from), await this.lightsAt(tx, scope, to)];
    return [...new Set([...before.keys(), ...after.keys()])].flatMap((taskId) => {
      const [was, is] = [before.get(taskId), after.get(taskId)];
      if ((was?.light ?? null) === (is?.light ?? null)) return [];
      return [{ taskId, number: (is ?? was)!.number, before: was?.light ?? null, after: is?.light ?? null }];
    });
  }

  private async lightsAt(
    tx: EntityManager,
    scope: Scope,
    at: Date,
  ): Promise<Map<string, { number: string | null; light: Light | null }>> {
    const tasks = await this.history.statesAt<TaskSnapshot>(tx, scope, 'task', at);
    const obligations = await this.history.statesAt<ObligationSnapshot>(tx, scope, 'obligation', at);
    const notices = await this.history.statesAt<NoticeSnapshot>(tx, scope, 'supervision_notice', at);
    const owed = groupBy(obligations, ({ taskId }) => taskId);
    const noticed = groupBy(notices, ({ obligationId }) => obligationId);
    return new Map(
      tasks
        .toSorted((one, other) => one.position - other.position)
        .map((task) => {
          const own = owed.get(task.id) ?? [];
          const about = own.flatMap(({ id }) => noticed.get(id) ?? []);
          return [
            task.id,
            { number: task.number, light: lightOfTask({ ...task, obligations: own, notices: about }, at) },
          ];
        }),
    );
  }
}

type Scope = { planId: string } | { taskIds: string[] };

function changedFields(before: ChangedThing['before'], after: ChangedThing['after']): string[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...names].filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name])).sort();
}

function toldOf(event: HistoryEvent): EventBetween {
  const { seq, id, type, actor, reason, requestId, occurredAt } = event;
  return { seq, id, type, actor, reason, requestId, occurredAt, words: wordsOf(event) };
}

const isText = (part: unknown): boolean => typeof part === 'string';
const isSeq = (part: unknown): boolean => typeof part === 'string' && /^\d{1,18}$/.test(part);
