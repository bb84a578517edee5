import { assertMay } from '@duban/directory';
import { PRESET_RETENTION, type RetentionSchedule } from '@duban/domain';
import { type Actor, HistoryService } from '@duban/history';
import { conflict } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** The retention schedule (保管期限表) that holds, and who put it, why; of the preset nobody. */
export interface RetentionVersion {
  /** 0 for the preset. */
  version: number;
  schedule: RetentionSchedule;
  reason: string | null;
  personId: string | null;
  putAt: Date | null;
}

/** Any number will do, as long as every process takes the same. */
const SCHEDULE_LOCK = 7_281_960;
/** What history calls the one schedule that there is. */
const SCHEDULE_ID = '00000000-0000-4000-8000-000000000003';

/** How long each kind of matter is kept (保管期限); each version stays. */
@Injectable()
export class RetentionService {
  constructor(private readonly history: HistoryService) {}

  async read(tx: EntityManager): Promise<RetentionVersion> {
    const [row]: (Omit<RetentionVersion, 'schedule'> & { body: RetentionSchedule })[] = await tx.query(
      `select version, body, reason, person_id as "personId", put_at as "putAt"
       from retention_schedule order by version desc limit 1`,
    );
    if (!row) return { version: 0, schedule: PRESET_RETENTION, reason: null, personId: null, putAt: null };
    // A version may be older than the newest kind of matter: that one is as preset.
    const { body, ...rest } = row;
    return { ...rest, schedule: { ...PRESET_RETENTION, ...body } };
  }

  /**
   * Holds at once, also for plans that are closed already: what is due is counted by the schedule of the day.
   * @throws DomainError `RIGHTS.NOT_ALLOWED`, conflict `RETENTION.STALE` with the version as it is
   */
  async change(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { schedule, reason, expectedVersion }: { schedule: RetentionSchedule; reason: string; expectedVersion: number },
  ): Promise<RetentionVersion> {
    assertMay(actor, 'disposal.decide');
    await tx.query(`select pg_advisory_xact_lock($1)`, [SCHEDULE_LOCK]);
    const before = await this.read(tx);
    if (before.version !== expectedVersion) {
      throw conflict('RETENTION.STALE', 'Somebody has changed the schedule since you read it. Read it again.', {
        field: 'expectedVersion',
        version: before.version,
      });
    }
    const after = { version: before.version + 1, schedule, reason, personId: actor.personId, putAt: at };
    await tx.query(
      `insert into retention_schedule (version, body, reason, person_id, post_id, put_at) values ($1, $2, $3, $4, $5, $6)`,
      [after.version, JSON.stringify(schedule), reason, actor.personId, actor.postId, at],
    );
    await this.history.append(tx, actor, at, [
      {
        type: 'retention_schedule.changed',
        entity: 'retention_schedule',
        entityId: SCHEDULE_ID,
        reason,
        before: { version: before.version, schedule: before.schedule },
        after: { version: after.version, schedule },
      },
    ]);
    return after;
  }
}
