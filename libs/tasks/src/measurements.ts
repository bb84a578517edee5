import { invalid, newId } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Target } from './target.entity';

export interface MeasurementInput {
  targetId: string;
  value: number;
}

/** Figures that units give for targets (量化指标). */
@Injectable()
export class Measurements {
  /**
   * The figures by target, each target at most once.
   * @throws DomainError REPORT.UNKNOWN_TARGET, REPORT.TARGET_TWICE
   */
  checked(targets: readonly Target[], given: readonly MeasurementInput[]): Map<string, number> {
    const figures = new Map<string, number>();
    given.forEach(({ targetId, value }, i) => {
      if (!targets.some((target) => target.id === targetId)) {
        throw invalid('REPORT.UNKNOWN_TARGET', 'The task has no such target.', {
          field: `measurements[${i}].targetId`,
        });
      }
      if (figures.has(targetId)) {
        throw invalid('REPORT.TARGET_TWICE', 'A target is measured once a report.', {
          field: `measurements[${i}].targetId`,
        });
      }
      figures.set(targetId, value);
    });
    return figures;
  }

  async record(tx: EntityManager, reportId: string, at: Date, figures: ReadonlyMap<string, number>): Promise<void> {
    for (const [targetId, value] of figures) {
      await tx.query(
        `insert into measurement (id, target_id, report_id, value, measured_at) values ($1, $2, $3, $4, $5)`,
        [newId(), targetId, reportId, value, at],
      );
    }
  }
}
