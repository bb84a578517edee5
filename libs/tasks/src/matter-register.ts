import { consequences } from '@duban/database';
import { type MatterKind, matterKind } from '@duban/domain';
import { type Actor, HistoryService } from '@duban/history';
import { type LocalDate, newId } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { takeNumbers } from './number-series';
import { planChange } from './plan-records';
import { Plan } from './plan.entity';
import { PolicyService } from './policy.service';

export interface RegisterKey {
  jurisdictionId: string;
  kind: MatterKind;
  year: number;
}

/**
 * Registers (台账), each made when its first matter comes. A register is there for whoever registers, and its numbers and
 * places are counted over all of its matters, those that are restricted to others among them: so as a consequence.
 */
@Injectable()
export class MatterRegisters {
  constructor(
    private readonly history: HistoryService,
    private readonly policies: PolicyService,
  ) {}

  /**
   * Lets one at a time register in a jurisdiction: of two that are alike the second finds the first, and a register that
   * is not there yet is made once.
   */
  async enter(tx: EntityManager, jurisdictionId: string): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`matters ${jurisdictionId}`]);
  }

  /** The register of a kind and year; the caller has entered. */
  async open(tx: EntityManager, actor: Actor, at: Date, today: LocalDate, key: RegisterKey): Promise<Plan> {
    const { jurisdictionId, kind: matterKindId, year } = key;
    const plans = tx.getRepository(Plan);
    return consequences(tx, async () => {
      const existing = await plans.findOneBy({ jurisdictionId, matterKind: matterKindId, year, source: 'register' });
      if (existing) return existing;
      const { name, policy: policyId } = matterKind(matterKindId);
      const policy = await this.policies.newest(tx, policyId);
      const register = plans.create({
        id: newId(),
        jurisdictionId,
        title: `${name.zh}台账（${year}年）`,
        documentNumber: null,
        year,
        state: 'issued',
        issuedOn: today,
        policyId: policy.id,
        policyVersion: policy.version,
        fileName: '',
        sourceText: '',
        leftOut: [],
        warnings: [],
        columns: [],
        source: 'register',
        matterKind: matterKindId,
        createdAt: at,
      });
      await plans.insert(register);
      await this.history.append(tx, actor, at, [planChange('plan.register_opened', register, null)]);
      return register;
    });
  }

  /** The next number of a register, without gaps, and the position behind its last task. */
  async place(
    tx: EntityManager,
    register: Plan,
    { jurisdictionId, kind, year }: RegisterKey,
  ): Promise<{ serial: number; number: string; position: number }> {
    return consequences(tx, async () => {
      const [serial] = await takeNumbers(tx, [{ jurisdictionId, series: `matter.${kind}`, year }]);
      const [row]: { next: number }[] = await tx.query(
        `select coalesce(max(position), -1) + 1 as next from task where plan_id = $1`,
        [register.id],
      );
      return { serial: serial!, number: `${matterKind(kind).series}〔${year}〕${serial!}号`, position: row!.next };
    });
  }
}
