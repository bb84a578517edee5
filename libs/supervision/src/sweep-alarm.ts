import { Transactor } from '@duban/database';
import { type Clock, localDateOf, newId } from '@duban/kernel';
import { CLOCK, type Config, CONFIG } from '@duban/platform';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { NotificationWriter } from './notification.writer';

const LOOK_EVERY_MS = 60_000;
const MINUTE_MS = 60_000;

/** For how many seconds the oldest rung that is due has waited for a sweep; 0 where none is. */
export async function oldestDueSeconds(tx: EntityManager, now: Date): Promise<number> {
  const [row]: { seconds: number }[] = await tx.query(
    `select coalesce(greatest(extract(epoch from $1 - min(next_rung_at)), 0), 0)::float as seconds
     from obligation where next_rung_at is not null`,
    [now],
  );
  return row!.seconds;
}

/** Where the supervision's clock stood when this process looked; `atMs` is the machine's own, which nobody moves. */
interface Look {
  atMs: number;
  now: Date;
}

/**
 * Says when what is due is not followed up. Late is what was due already when this process looked ten minutes ago, by its
 * own running time: neither a downtime nor a moved clock makes anything late by itself. Every process looks, so the api
 * tells of workers that are gone. An episode is one row, whoever sees it: it is said once, and ends by itself.
 */
@Injectable()
export class SweepAlarm implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('sweep');
  private readonly patienceMs: number;
  private looks: Look[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly transactor: Transactor,
    private readonly notifications: NotificationWriter,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) config: Pick<Config, 'DUBAN_ALARM_MINUTES'>,
  ) {
    this.patienceMs = config.DUBAN_ALARM_MINUTES * MINUTE_MS;
  }

  onApplicationBootstrap(): void {
    const look = (): Promise<unknown> =>
      this.look(performance.now()).catch((error: unknown) =>
        this.logger.warn(`the alarm cannot look: ${String(error)}`),
      );
    this.timer = setInterval(() => void look(), LOOK_EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /**
   * @param atMs milliseconds by a clock of the machine that only goes on
   * @returns what the look began or ended
   */
  async look(atMs: number): Promise<'began' | 'ended' | null> {
    const now = this.clock.now();
    this.looks.push({ atMs, now });
    const [mark] = this.looks.filter((look) => look.atMs <= atMs - this.patienceMs).slice(-1);
    if (!mark) return null;
    this.looks = this.looks.filter((look) => look.atMs >= mark.atMs);
    return this.transactor.run((tx) => this.judge(tx, now, mark.now));
  }

  private async judge(tx: EntityManager, now: Date, mark: Date): Promise<'began' | 'ended' | null> {
    const [late]: { since: Date | null; count: number }[] = await tx.query(
      `select min(next_rung_at) as since, count(*)::int as count from obligation
       where next_rung_at <= greatest($1, (select oldest_due_at from sweep_alarm where ended_at is null))`,
      [mark],
    );
    if (!late?.since) return (await this.end(tx, now)) ? 'ended' : null;
    const begun: unknown[] = await tx.query(
      `insert into sweep_alarm (id, oldest_due_at, began_at) values ($1, $2, $3)
       on conflict ((true)) where ended_at is null do nothing returning id`,
      [newId(), late.since, now],
    );
    if (begun.length === 0) return null;
    this.logger.error(
      `${late.count} follow-ups are due and are not made, the oldest since ${late.since.toISOString()}: see that workers run, and what they log`,
    );
    await this.tell(tx, now, late.since, late.count);
    return 'began';
  }

  private async end(tx: EntityManager, now: Date): Promise<boolean> {
    const [ended]: [unknown[]] = await tx.query(
      `update sweep_alarm set ended_at = greatest($1, began_at) where ended_at is null returning id`,
      [now],
    );
    if (ended.length > 0) this.logger.log('what was due is followed up again');
    return ended.length > 0;
  }

  /** Whoever administers duban finds it in the inbox, as soon as a worker composes again. */
  private async tell(tx: EntityManager, now: Date, since: Date, count: number): Promise<void> {
    const posts: { id: string; jurisdictionId: string; timeZone: string }[] = await tx.query(
      `select p.id, j.id as "jurisdictionId", j.time_zone as "timeZone"
       from post p, jurisdiction j where p.kind = 'admin' order by j.id, p.id`,
    );
    for (const { id, jurisdictionId, timeZone } of posts) {
      const parameters = { count, since: localDateOf(since, timeZone) };
      await this.notifications.write(tx, now, timeZone, [
        { jurisdictionId, postId: id, kind: 'sweep_late', parameters },
      ]);
    }
  }
}
