import { UnitDirectory } from '@duban/directory';
import { atLocalTime, type LocalDate } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { OfficeStep } from './coordination.entity';

/** Of something that the office owes no answer any more. */
export const NO_STEP = { nextStep: null, nextStepAt: null } as const;

/** When the office is told: as it opens. */
const MORNING = '09:00';

/** The instants at which the office is told of what it owes an answer: it is a step like any unit's, with its own date. */
@Injectable()
export class OfficeSteps {
  constructor(private readonly directory: UnitDirectory) {}

  /** It is reminded on the day by which it is to answer. */
  first(tx: EntityManager, jurisdictionId: string, dueOn: LocalDate): Promise<NextStep> {
    return this.at(tx, jurisdictionId, 'remind', dueOn);
  }

  async at(tx: EntityManager, jurisdictionId: string, nextStep: OfficeStep, day: LocalDate): Promise<NextStep> {
    return { nextStep, nextStepAt: atLocalTime(day, MORNING, await this.directory.timeZoneOf(tx, jurisdictionId)) };
  }
}

export interface NextStep {
  nextStep: OfficeStep;
  nextStepAt: Date;
}
