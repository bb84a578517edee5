import { type Policy, policySchema, PRESETS } from '@duban/domain';
import { invalid } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PolicyVersion } from './policy.entity';

@Injectable()
export class PolicyService {
  /** Versions never change, so what was read once holds. */
  private readonly known = new Map<string, Policy>();

  /** Records the presets that the database does not have yet. */
  async ensurePresets(tx: EntityManager): Promise<void> {
    for (const preset of PRESETS) {
      const { id, version } = policySchema.parse(preset);
      await tx.query(`insert into policy (id, version, body) values ($1, $2, $3) on conflict do nothing`, [
        id,
        version,
        JSON.stringify(preset),
      ]);
    }
  }

  /** The newest version of a policy. @throws DomainError POLICY.UNKNOWN */
  async newest(tx: EntityManager, id: string): Promise<Policy> {
    const row = await tx.getRepository(PolicyVersion).findOne({ where: { id }, order: { version: 'DESC' } });
    if (!row) {
      const ids = await tx.getRepository(PolicyVersion).find({ select: { id: true, version: true } });
      throw invalid('POLICY.UNKNOWN', `There is no policy "${id}".`, {
        field: 'policy',
        known: [...new Set(ids.map((policy) => policy.id))],
      });
    }
    return this.version(tx, row.id, row.version);
  }

  /** One version, by which a plan goes. */
  async version(tx: EntityManager, id: string, version: number): Promise<Policy> {
    const key = `${id} ${version}`;
    const known = this.known.get(key);
    if (known) return known;
    const row = await tx.getRepository(PolicyVersion).findOneByOrFail({ id, version });
    const policy = policySchema.parse(row.body);
    this.known.set(key, policy);
    return policy;
  }
}
