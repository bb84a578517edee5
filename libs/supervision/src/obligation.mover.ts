import { UnitDirectory } from '@duban/directory';
import { HistoryService } from '@duban/history';
import type { FailedReorganisation, MovedWork } from '@duban/tasks';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { lockWaiting, NotificationWriter, type WantedNotification } from './notification.writer';
import { Obligation, obligationSnapshot, OWED } from './obligation.entity';
import { obligationChange } from './obligation.writer';

/** Something that is to be said to another post than it was wanted for, or to nobody any more. */
interface Readdressed {
  id: string;
  jurisdictionId: string;
  kind: string;
  postId: string;
  postKind: string;
  unitId: string;
  taskId: string | null;
}

/** Follows a reorganisation (机构改革): what is owed, and what is to be said, goes with the parts to other units. */
@Injectable()
export class ObligationMover {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly notifications: NotificationWriter,
  ) {}

  async move(tx: EntityManager, work: MovedWork): Promise<void> {
    await this.moveOpen(tx, work);
    await this.readdress(tx, work);
    await this.tellTaken(tx, work);
  }

  async tellFailed(
    tx: EntityManager,
    at: Date,
    { jurisdictionId, timeZone, ...parameters }: FailedReorganisation,
  ): Promise<void> {
    const { office } = await this.directory.governmentPosts(tx);
    const wanted: WantedNotification = { jurisdictionId, postId: office, kind: 'reorganisation_failed', parameters };
    await this.notifications.write(tx, at, timeZone, [wanted]);
  }

  /** Notices (督办单) hang on what is owed, and so go with it. */
  private async moveOpen(tx: EntityManager, { actor, at, reason, parts }: MovedWork): Promise<void> {
    const partOf = new Map(parts.map((part) => [part.assignmentId, part]));
    const open = await tx.getRepository(Obligation).find({
      where: { assignmentId: In([...partOf.keys()]), state: In([...OWED]) },
      order: { id: 'ASC' },
      lock: { mode: 'for_no_key_update' },
    });
    if (open.length === 0) return;
    const changes = open.map((obligation) => {
      const { toUnitId, planId } = partOf.get(obligation.assignmentId)!;
      const before = obligationSnapshot(obligation);
      obligation.unitId = toUnitId;
      return { ...obligationChange('obligation.moved', obligation, planId, before), reason };
    });
    await tx.query(
      `update obligation o set unit_id = r."unitId", version = o.version + 1
       from jsonb_to_recordset($1::jsonb) as r(id uuid, "unitId" uuid) where o.id = r.id`,
      [JSON.stringify(open.map(({ id, unitId }) => ({ id, unitId })))],
    );
    await this.history.append(tx, actor, at, changes);
  }

  /** What is not composed yet goes to the same kind of post, or where the unit has none of it, to its contact. */
  private async readdress(tx: EntityManager, work: MovedWork): Promise<void> {
    const ofTask = new Map<string, string | null>([
      ...work.cancelled.map(({ taskId, fromUnitId }) => [`${taskId} ${fromUnitId}`, null] as const),
      ...[...work.merged, ...work.parts].map(
        ({ taskId, fromUnitId, toUnitId }) => [`${taskId} ${fromUnitId}`, toUnitId] as const,
      ),
    ]);
    const successorOf = new Map(work.ended.map(({ unitId, successorId }) => [unitId, successorId]));
    await lockWaiting(tx);
    const waiting: Readdressed[] = await tx.query(
      `select n.id, n.jurisdiction_id as "jurisdictionId", n.kind, n.post_id as "postId", post.kind as "postKind",
         post.unit_id as "unitId", n.task_id as "taskId"
       from notification n join post on post.id = n.post_id
       where n.composed_at is null and post.unit_id = any($1::uuid[]) order by n.id`,
      [[...new Set([...work.parts.map((part) => part.fromUnitId), ...successorOf.keys()])]],
    );
    const to = (one: Readdressed): string | null | undefined => {
      const ofPart = ofTask.get(`${one.taskId} ${one.unitId}`);
      return ofPart === undefined ? successorOf.get(one.unitId) : ofPart;
    };
    const goes = waiting.flatMap((one) => {
      const unitId = to(one);
      return unitId ? [{ ...one, toUnitId: unitId }] : [];
    });
    await tx.query(
      `update notification n set post_id = p.id
       from jsonb_to_recordset($1::jsonb) as r(id uuid, unit_id uuid, kind text)
         cross join lateral (
           select id from post where unit_id = r.unit_id and kind in (r.kind, 'contact')
           order by kind = r.kind desc, title limit 1) p
       where n.id = r.id`,
      [JSON.stringify(goes.map(({ id, toUnitId, postKind }) => ({ id, unit_id: toUnitId, kind: postKind })))],
    );
    // Nobody is left to whom it could be said.
    await this.drop(
      tx,
      work,
      waiting.filter((one) => to(one) === null),
    );
  }

  private async drop(tx: EntityManager, { actor, at, reason }: MovedWork, gone: readonly Readdressed[]): Promise<void> {
    if (gone.length === 0) return;
    await tx.query(`update notification set composed_at = $1 where id = any($2::uuid[])`, [
      at,
      gone.map(({ id }) => id),
    ]);
    await tx.query(
      `update message_outcome set ended_at = $1 where notification_id = any($2::uuid[]) and until is not null and ended_at is null`,
      [at, gone.map(({ id }) => id)],
    );
    await tx.query(
      `insert into message_outcome (id, notification_id, unit_id, reason, since)
       select gen_random_uuid(), r.id, r.unit_id, 'moved', $1 from jsonb_to_recordset($2::jsonb) as r(id uuid, unit_id uuid)`,
      [at, JSON.stringify(gone.map(({ id, unitId }) => ({ id, unit_id: unitId })))],
    );
    await this.history.append(
      tx,
      actor,
      at,
      gone.map(({ id, jurisdictionId, postId, kind }) => ({
        type: 'notification.dropped',
        entity: 'notification',
        entityId: id,
        jurisdictionId,
        reason,
        after: { id, postId, kind },
      })),
    );
  }

  private async tellTaken(tx: EntityManager, { at, jurisdictionId, effectiveOn, told }: MovedWork): Promise<void> {
    const posts = await this.directory.postsOf(
      tx,
      told.map(({ unitId }) => unitId),
    );
    const timeZone = await this.directory.timeZoneOf(tx, jurisdictionId);
    const wanted = told.flatMap(({ unitId, from, count }): WantedNotification[] =>
      Object.values(posts.get(unitId)!).map((postId) => ({
        jurisdictionId,
        postId,
        kind: 'work_taken_over',
        parameters: { from, count, effectiveOn },
      })),
    );
    await this.notifications.write(tx, at, timeZone, wanted);
  }
}
