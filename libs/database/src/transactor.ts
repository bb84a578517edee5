import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { conflict, type DomainError } from '@duban/kernel';
import { withCalendar } from '@duban/platform';
import { isOfAnEarlierSchema } from './preparing-client';
import { Calendars, StaleCalendar } from './calendars';
import { readFromPrimary, readings } from './readings';
import { type Acting, begin, type Settings, settingsOf, SYSTEM } from './security/acting';
import { POSITION, type Position, Standby } from './standby';

/** Postgres asks for the whole transaction again: serialization failure, deadlock. */
const ASKS_AGAIN = new Set(['40001', '40P01']);
const TRIES = 4;
/** Of the functions that read the words of history. */
const MONTH_OUTSIDE = 'DH001';

/**
 * Runs work in one transaction. The manager is handed on as an argument: nothing is in a transaction by magic. Whoever
 * acts is told to the database, which shows and takes only what is theirs; a connection by itself may nothing.
 */
@Injectable()
export class Transactor {
  private readonly calendars = new Calendars();

  constructor(
    @Inject(DataSource) private readonly source: DataSource,
    @Optional() private readonly standby?: Standby,
  ) {}

  /**
   * What somebody does or reads: the database lets them see and change what their post may. In a request that only reads,
   * a standby may answer.
   */
  as<T>(actor: Acting, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.readOrTransact(settingsOf(actor), work);
  }

  /** What a standby must have to answer a request that began before this; null where there is no standby. */
  async position(tx: EntityManager): Promise<Position | null> {
    if (!this.standby) return null;
    const [row]: Position[] = await tx.query(`select ${POSITION}`);
    return row!;
  }

  /** What the supervision itself does: the sweep, messages, signing in. It sees all; no request is served by it. */
  run<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.transact(SYSTEM, work);
  }

  private async readOrTransact<T>(settings: Settings, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    const upTo = readings.getStore()?.upTo;
    const found = upTo && (await this.standby?.read(upTo, (tx) => this.begun(tx, settings, work)));
    return found ? found.result : this.transact(settings, work);
  }

  /**
   * Commits what `work` did, or nothing. A deadlock's victim is run again, whole, from its first statement, and so is what
   * went by a calendar that is no longer the newest and needs that, or met a table that a migration has just changed.
   */
  private async transact<T>(settings: Settings, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    readFromPrimary();
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.source.transaction((tx) => this.begun(tx, settings, work));
      } catch (error) {
        const isAskedAgain =
          error instanceof StaleCalendar ||
          ASKS_AGAIN.has(postgresCode(error) ?? '') ||
          (error instanceof QueryFailedError && isOfAnEarlierSchema(error.driverError));
        if (attempt === TRIES || !isAskedAgain) throw error;
        await delay(Math.random() * 20 * 2 ** attempt);
      }
    }
  }

  private async begun<T>(tx: EntityManager, settings: Settings, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    const { position, isNamed } = await begin(tx, settings);
    const reading = readings.getStore();
    if (reading && isNamed) reading.isNamed = true;
    const calendar = await this.calendars.at(tx, position);
    try {
      return await withCalendar(calendar, () => work(tx));
    } catch (error) {
      throw outsideIn(error) ?? error;
    }
  }
}

/**
 * What the history of a month told, which lies outside of the database, was asked for: it is there, and must not be taken
 * for what there was not.
 */
function outsideIn(error: unknown): DomainError | null {
  if (postgresCode(error) !== MONTH_OUTSIDE) return null;
  const { hint: month, detail: file } = (error as QueryFailedError).driverError as { hint?: string; detail?: string };
  return conflict(
    'HISTORY.MONTH_OUTSIDE',
    `What is asked for is in the history of ${month}, which lies outside of the database, in the file ${file}. Whoever runs the installation brings it back by \`duban history attach\`.`,
    { month, file },
  );
}

/** The SQLSTATE of a failed statement, or null for any other error. */
export function postgresCode(error: unknown): string | null {
  if (!(error instanceof QueryFailedError)) return null;
  const { code } = error.driverError as { code?: string };
  return code ?? null;
}
