import { type Policy, policySchema, PRESETS } from '@duban/domain';
import { invalid, notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Plan } from './plan.entity';
import { PolicyVersion } from './policy.entity';

/** One version of a policy (督办规则), without its rules. */
export interface PolicyVersionSummary {
  version: number;
  createdAt: Date;
  /** Who enabled it; null for a preset. */
  enabledBy: string | null;
  /** Issued plans that go by it. */
  plans: number;
}

export interface PolicySummary {
  id: string;
  name: Policy['name'];
  /** The newest, by which a plan is issued. */
  version: number;
  /** Oldest first. */
  versions: PolicyVersionSummary[];
}

/** A policy with the rules of one version. */
export interface PolicyView extends PolicySummary {
  rules: Policy;
}

@Injectable()
export class PolicyService {
  /** Versions never change, so what was read once holds. */
  private readonly known = new Map<string, Policy>();

  /**
   * Records the presets that the database does not have yet. Of a policy of which the office has enabled a version of its
   * own, a newer preset is none: nobody's rules are overtaken by a start. It can be copied into a draft.
   */
  async ensurePresets(tx: EntityManager): Promise<void> {
    for (const preset of PRESETS) {
      const { id, version } = policySchema.parse(preset);
      await tx.query(
        `insert into policy (id, version, body) select $1, $2, $3
         where not exists (select from policy where id = $1 and enabled_by is not null) on conflict do nothing`,
        [id, version, JSON.stringify(preset)],
      );
    }
  }

  /**
   * All policies by their ids, with their versions. At an instant: those that were enabled by then; what comes with duban
   * was always there.
   */
  async list(tx: EntityManager, asOf: Date | null = null): Promise<PolicySummary[]> {
    const rows: (PolicyVersionSummary & { id: string; name: Policy['name'] })[] = await tx.query(
      `select y.id, y.version, y.body->'name' as name, y.created_at as "createdAt", e.display_name as "enabledBy",
         (select count(*)::int from plan p where p.policy_id = y.id and p.policy_version = y.version) as plans
       from policy y left join person e on e.id = y.enabled_by
       where $1::timestamptz is null or y.enabled_by is null or y.created_at <= $1 order by y.id, y.version`,
      [asOf],
    );
    const byId = new Map<string, PolicySummary>();
    for (const { id, name, ...version } of rows) {
      const versions = [...(byId.get(id)?.versions ?? []), version];
      byId.set(id, { id, name, version: version.version, versions });
    }
    return [...byId.values()];
  }

  /** @param version by default the newest, at an instant that of then @throws DomainError POLICY.UNKNOWN, POLICY.UNKNOWN_VERSION */
  async view(tx: EntityManager, id: string, version?: number, asOf: Date | null = null): Promise<PolicyView> {
    const policies = await this.list(tx, asOf);
    const summary = policies.find((policy) => policy.id === id);
    if (!summary) {
      const known = policies.map((policy) => policy.id);
      throw notFound('POLICY.UNKNOWN', `There is no policy "${id}".`, { field: 'id', known });
    }
    const wanted = version ?? summary.version;
    if (!summary.versions.some((one) => one.version === wanted)) {
      throw notFound('POLICY.UNKNOWN_VERSION', `The policy "${id}" has no version ${wanted}.`, {
        field: 'version',
        known: summary.versions.map((one) => one.version),
      });
    }
    return { ...summary, rules: await this.version(tx, id, wanted) };
  }

  /** One version; null where there is none. */
  async find(tx: EntityManager, id: string, version: number): Promise<Policy | null> {
    return (await tx.getRepository(PolicyVersion).existsBy({ id, version })) ? this.version(tx, id, version) : null;
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

  /** By which an issued plan goes. */
  ofPlan(
    tx: EntityManager,
    { id, policyId, policyVersion }: Pick<Plan, 'id' | 'policyId' | 'policyVersion'>,
  ): Promise<Policy> {
    if (policyId === null || policyVersion === null) throw new Error(`plan ${id} has no policy`);
    return this.version(tx, policyId, policyVersion);
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
