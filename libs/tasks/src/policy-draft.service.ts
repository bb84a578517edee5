import { type Policy, type PolicyChange, policyChanges, policyFaults, policySchema, PRESETS } from '@duban/domain';
import { consequences } from '@duban/database';
import { assertMay } from '@duban/directory';
import { type Actor, type Change, type EventType, HistoryService } from '@duban/history';
import { conflict, type Fault, invalid, newId, notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PolicyDraft } from './policy-draft.entity';
import { PolicyVersion } from './policy.entity';
import { PolicyService, type PolicyView } from './policy.service';

/** What keeps rules from being enabled, or is to be thought over, at its field: `rules.ladders.three-colour.rungs.2.to`. */
export interface PolicyDraftFault extends Fault {
  field: string;
  severity: 'error' | 'warning';
}

export interface PolicyDraftView {
  id: string;
  policyId: string;
  /** The version of which it was a copy. */
  basedOn: { id: string; version: number } | null;
  rules: Record<string, unknown>;
  faults: PolicyDraftFault[];
  /** The number that it would be enabled as. */
  nextVersion: number;
  writtenBy: string;
  writtenAt: Date;
  version: number;
}

export interface NewPolicyDraft {
  policyId: string;
  /** What it is a copy of; by default the newest version of the policy itself. */
  from?: { policyId: string; version?: number } | { preset: string };
  rules?: Record<string, unknown>;
}

export interface PolicyDraftInput {
  rules: Record<string, unknown>;
  expectedVersion: number;
}

export interface EnableInput {
  /** Of the draft. */
  expectedVersion: number;
  /** The newest version of the policy, which it follows; 0 where there is none. */
  expectedPolicyVersion: number;
  reason: string;
}

/** What is tried: a version, by default the newest, a draft, or rules as somebody writes them, which are kept nowhere. */
export interface TriedSource {
  version?: number;
  draftId?: string;
  rules?: Record<string, unknown>;
}

/** Rules to be tried, a draft's or written ones as the version that they would be. */
export interface TriedRules {
  id: string;
  version: number;
  name: Policy['name'];
  rules: Policy;
}

/** Drafts of rule sets (督办规则): officers write them, the head of the office enables them. */
@Injectable()
export class PolicyDraftService {
  constructor(
    private readonly history: HistoryService,
    private readonly policies: PolicyService,
  ) {}

  async list(tx: EntityManager, actor: Actor): Promise<PolicyDraftView[]> {
    assertMay(actor, 'policy.draft');
    const drafts = await tx.getRepository(PolicyDraft).find({ order: { policyId: 'ASC', id: 'ASC' } });
    return Promise.all(drafts.map((draft) => this.show(tx, draft)));
  }

  /** @throws DomainError POLICY_DRAFT.UNKNOWN */
  async view(tx: EntityManager, actor: Actor, id: string): Promise<PolicyDraftView> {
    assertMay(actor, 'policy.draft');
    return this.show(tx, await this.find(tx, id));
  }

  /**
   * Rules given, or a copy of a preset, of a version, or of the newest version of the policy itself.
   * @throws DomainError POLICY_DRAFT.TWO_SOURCES, POLICY_DRAFT.NOTHING_TO_COPY, POLICY.UNKNOWN, POLICY.UNKNOWN_VERSION
   */
  async write(tx: EntityManager, actor: Actor, at: Date, input: NewPolicyDraft): Promise<PolicyDraftView> {
    assertMay(actor, 'policy.draft');
    const { rules, basedOn } = await this.sourceOf(tx, input);
    const draft = tx.getRepository(PolicyDraft).create({
      id: newId(),
      policyId: input.policyId,
      basedOnId: basedOn?.id ?? null,
      basedOnVersion: basedOn?.version ?? null,
      rules: withoutPlace(rules),
      writtenBy: actor.personId!,
      writtenAt: at,
    });
    await tx.getRepository(PolicyDraft).save(draft);
    await this.history.append(tx, actor, at, [draftChange('policy_draft.written', draft, null)]);
    return this.show(tx, draft);
  }

  /** @throws DomainError POLICY_DRAFT.UNKNOWN, POLICY_DRAFT.STALE with what was changed since the version that was read */
  async change(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    { rules, expectedVersion }: PolicyDraftInput,
  ): Promise<PolicyDraftView> {
    assertMay(actor, 'policy.draft');
    const draft = await this.hold(tx, id, expectedVersion);
    const before = draftSnapshot(draft);
    Object.assign(draft, { rules: withoutPlace(rules), writtenBy: actor.personId!, writtenAt: at });
    await tx.getRepository(PolicyDraft).save(draft);
    await this.history.append(tx, actor, at, [draftChange('policy_draft.changed', draft, before)]);
    return this.show(tx, draft);
  }

  /** @throws DomainError as {@link change} */
  async discard(tx: EntityManager, actor: Actor, at: Date, id: string, expectedVersion: number): Promise<void> {
    assertMay(actor, 'policy.draft');
    const draft = await this.hold(tx, id, expectedVersion);
    await tx.getRepository(PolicyDraft).delete({ id });
    await this.history.append(tx, actor, at, [
      { ...draftChange('policy_draft.discarded', draft, draftSnapshot(draft)), after: null },
    ]);
  }

  /**
   * Makes the draft the next version of its policy, once and for good: plans that are issued from now on go by it, no
   * other until it is said of them.
   * @throws DomainError as {@link change}; POLICY_DRAFT.FAULTY with its faults; POLICY.STALE with the newest version and
   *   what it says otherwise, where somebody enabled one meanwhile; POLICY_DRAFT.SAME where nothing would change
   */
  async enable(tx: EntityManager, actor: Actor, at: Date, id: string, input: EnableInput): Promise<PolicyView> {
    assertMay(actor, 'policy.enable');
    const draft = await this.hold(tx, id, input.expectedVersion);
    const { policyId } = draft;
    // One at a time: the number of the next version is read, and then written.
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('policy ' || $1, 0))`, [policyId]);
    const newest = await this.newest(tx, policyId);
    if ((newest?.version ?? 0) !== input.expectedPolicyVersion) {
      const known = await this.policies.find(tx, policyId, input.expectedPolicyVersion);
      throw conflict(
        'POLICY.STALE',
        `The newest version of the policy is ${newest?.version ?? 0} by now. Look again.`,
        {
          field: 'expectedPolicyVersion',
          version: newest?.version ?? 0,
          changes: known && newest ? policyChanges(known, newest) : [],
        },
      );
    }
    const { rules } = await this.rulesOf(tx, draft);
    if (newest && policyChanges(newest, rules).length === 0) {
      throw invalid('POLICY_DRAFT.SAME', `The draft says what version ${newest.version} says.`, { field: 'rules' });
    }
    await tx.getRepository(PolicyVersion).insert({
      id: policyId,
      version: rules.version,
      body: rules,
      enabledBy: actor.personId,
      createdAt: at,
    });
    await tx.getRepository(PolicyDraft).delete({ id });
    await this.history.append(tx, actor, at, [
      {
        type: 'policy_draft.enabled',
        entity: 'policy_draft',
        entityId: id,
        reason: input.reason,
        before: newest && { policyId, version: newest.version, rules: newest },
        after: { policyId, version: rules.version, rules },
      },
    ]);
    return this.policies.view(tx, policyId, rules.version);
  }

  /**
   * The rules that somebody wants to try.
   * @throws DomainError POLICY.UNKNOWN, POLICY.UNKNOWN_VERSION, POLICY_DRAFT.UNKNOWN, POLICY_DRAFT.FAULTY with the faults,
   *   POLICY_DRAFT.TWO_SOURCES
   */
  async tried(tx: EntityManager, policyId: string, { version, draftId, rules }: TriedSource): Promise<TriedRules> {
    const [, second] = Object.entries({ version, draftId, rules }).filter(([, given]) => given !== undefined);
    if (second) {
      throw invalid('POLICY_DRAFT.TWO_SOURCES', 'Give one of "version", "draftId" and "rules".', { field: second[0] });
    }
    if (rules !== undefined) return this.rulesOf(tx, { policyId, rules });
    if (draftId === undefined) return this.policies.view(tx, policyId, version);
    const draft = await this.find(tx, draftId);
    if (draft.policyId !== policyId) throw unknown(draftId);
    return this.rulesOf(tx, draft);
  }

  /** The rules of a draft as they are written, which may have faults. @throws DomainError POLICY_DRAFT.UNKNOWN */
  async written(tx: EntityManager, actor: Actor, policyId: string, id: string): Promise<Record<string, unknown>> {
    assertMay(actor, 'policy.draft');
    const draft = await this.find(tx, id);
    if (draft.policyId !== policyId) throw unknown(id);
    return draft.rules;
  }

  private async rulesOf(
    tx: EntityManager,
    { policyId, rules }: Pick<PolicyDraft, 'policyId' | 'rules'>,
  ): Promise<TriedRules> {
    const version = ((await this.newest(tx, policyId))?.version ?? 0) + 1;
    const read = readRules(policyId, version, rules, await templatesOf(tx));
    const faults = read.faults.filter(({ severity }) => severity === 'error');
    if (read.policy === null || faults.length > 0) {
      throw invalid('POLICY_DRAFT.FAULTY', 'The rules have faults; mend them first.', { field: 'rules', faults });
    }
    return { id: policyId, version, name: read.policy.name, rules: read.policy };
  }

  private async sourceOf(
    tx: EntityManager,
    { policyId, from, rules }: NewPolicyDraft,
  ): Promise<{ rules: Record<string, unknown>; basedOn: PolicyDraftView['basedOn'] }> {
    if (rules !== undefined) {
      if (from === undefined) return { rules, basedOn: null };
      throw invalid('POLICY_DRAFT.TWO_SOURCES', 'Give "rules", or say in "from" what is copied; not both.', {
        field: 'from',
      });
    }
    if (from !== undefined && 'preset' in from) {
      const preset = PRESETS.find(({ id }) => id === from.preset);
      if (preset) return { rules: { ...preset }, basedOn: null };
      throw invalid('POLICY_DRAFT.NOTHING_TO_COPY', `There is no preset "${from.preset}".`, {
        field: 'from.preset',
        known: PRESETS.map(({ id }) => id),
      });
    }
    const source = from ?? { policyId };
    if (from === undefined && (await this.newest(tx, policyId)) === null) {
      throw invalid('POLICY_DRAFT.NOTHING_TO_COPY', `There is no policy "${policyId}" yet: give "rules", or "from".`, {
        field: 'from',
      });
    }
    const { id, rules: copied } = await this.policies.view(tx, source.policyId, source.version);
    return { rules: { ...copied }, basedOn: { id, version: copied.version } };
  }

  private async newest(tx: EntityManager, id: string): Promise<Policy | null> {
    const row = await tx.getRepository(PolicyVersion).findOne({ where: { id }, order: { version: 'DESC' } });
    return row && this.policies.version(tx, row.id, row.version);
  }

  private async find(tx: EntityManager, id: string): Promise<PolicyDraft> {
    const draft = await tx.getRepository(PolicyDraft).findOneBy({ id });
    if (!draft) throw unknown(id);
    return draft;
  }

  private async hold(tx: EntityManager, id: string, expectedVersion: number): Promise<PolicyDraft> {
    const draft = await tx.getRepository(PolicyDraft).findOne({ where: { id }, lock: { mode: 'for_no_key_update' } });
    if (!draft) throw unknown(id);
    if (draft.version === expectedVersion) return draft;
    const { name } = await writerOf(tx, draft.writtenBy);
    throw conflict('POLICY_DRAFT.STALE', 'Somebody has changed the draft since you read it. Look again.', {
      field: 'expectedVersion',
      version: draft.version,
      writtenBy: name,
      writtenAt: draft.writtenAt.toISOString(),
      changes: await this.changesSince(tx, draft, expectedVersion),
    });
  }

  /** As history has it; it is not the writer's to read. Empty where there was no such version. */
  private changesSince(tx: EntityManager, draft: PolicyDraft, version: number): Promise<PolicyChange[]> {
    return consequences(tx, async () => {
      const [read]: { rules: unknown }[] = await tx.query(
        `select after->'rules' as rules from history_event
         where entity = 'policy_draft' and entity_id = $1 and (after->>'version')::int = $2 order by seq desc limit 1`,
        [draft.id, version],
      );
      return read ? policyChanges(read.rules, draft.rules) : [];
    });
  }

  private async show(tx: EntityManager, draft: PolicyDraft): Promise<PolicyDraftView> {
    const { id, policyId, basedOnId, basedOnVersion, rules, writtenAt, version } = draft;
    const nextVersion = ((await this.newest(tx, policyId))?.version ?? 0) + 1;
    return {
      id,
      policyId,
      basedOn: basedOnId === null ? null : { id: basedOnId, version: basedOnVersion! },
      rules,
      faults: readRules(policyId, nextVersion, rules, await templatesOf(tx)).faults,
      nextVersion,
      writtenBy: (await writerOf(tx, draft.writtenBy)).name,
      writtenAt,
      version,
    };
  }
}

const unknown = (id: string): Error =>
  notFound('POLICY_DRAFT.UNKNOWN', 'There is no such draft; it may have been enabled or discarded.', { draftId: id });

/** Rules as a policy, as far as they are one, with what is to be said of them at each field. */
function readRules(
  id: string,
  version: number,
  rules: Record<string, unknown>,
  templates: ReadonlyMap<string, string>,
): { policy: Policy | null; faults: PolicyDraftFault[] } {
  const written = { ...rules, id, version };
  const read = policySchema.safeParse(written);
  const unknownKeys = (read.error?.issues ?? []).filter((issue) => issue.code === 'unrecognized_keys');
  const isAboutKeys = (path: readonly (string | number)[], message: string): boolean =>
    unknownKeys.some((issue) => issue.path.join('.') === path.join('.') && issue.message === message);
  return {
    policy: read.success ? read.data : null,
    faults: [
      ...unknownKeys.flatMap(({ path, keys }) =>
        keys.map((key): PolicyDraftFault => {
          const field = ['rules', ...path, key].join('.');
          return { code: 'FIELD.UNKNOWN', field, severity: 'error', message: 'There is no such field.' };
        }),
      ),
      ...policyFaults(written, templates)
        .filter(({ path, message }) => !isAboutKeys(path, message.en))
        .map(({ path, code, severity, message }): PolicyDraftFault => {
          return { code, field: ['rules', ...path].join('.'), severity, message: message.en };
        }),
    ],
  };
}

/** The words (消息模板) that steps of rules may name, with the kind of follow-up that each is about. */
async function templatesOf(tx: EntityManager): Promise<ReadonlyMap<string, string>> {
  const rows: { name: string; about: string }[] = await tx.query(
    `select name, about from (select distinct on (name) name, about, zh from message_template order by name, version desc) t
     where name <> about and zh is not null`,
  );
  return new Map(rows.map(({ name, about }) => [name, about]));
}

const withoutPlace = ({ id: _id, version: _version, ...rules }: Record<string, unknown>): Record<string, unknown> =>
  rules;

async function writerOf(tx: EntityManager, personId: string): Promise<{ name: string }> {
  const [person]: { name: string }[] = await tx.query(`select display_name as name from person where id = $1`, [
    personId,
  ]);
  return person!;
}

const draftSnapshot = ({ id, policyId, basedOnId, basedOnVersion, rules, version }: PolicyDraft) => {
  const basedOn = basedOnId === null ? null : { id: basedOnId, version: basedOnVersion };
  return { id, policyId, basedOn, rules, version };
};

const draftChange = (type: EventType, draft: PolicyDraft, before: Record<string, unknown> | null): Change => ({
  type,
  entity: 'policy_draft',
  entityId: draft.id,
  before,
  after: draftSnapshot(draft),
});
