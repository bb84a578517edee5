import { consequences } from '@duban/database';
import { assertMay, reachOf, UnitDirectory } from '@duban/directory';
import { POST_KINDS, type PostKind } from '@duban/domain';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, type DomainError, type Fault, forbidden, invalid, newId } from '@duban/kernel';
import { NotificationWriter } from '@duban/supervision';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DisposalCarrier } from './disposal-carrier';
import { enter } from './disposal-hold.service';
import { type Disposal, type DisposalDecision, disposalOf, disposalsOf } from './disposal.reader';
import { obstacleOf, type Standing, standings } from './plan-standing';
import { RetentionService } from './retention.service';

/**
 * Disposals (销毁), proposed by one and decided on by another. What goes are the evidence files of a closed plan; the
 * words of reports are in history, which stays whole, and so they stay, too.
 */
@Injectable()
export class DisposalService {
  constructor(
    private readonly history: HistoryService,
    private readonly retention: RetentionService,
    private readonly carrier: DisposalCarrier,
    private readonly directory: UnitDirectory,
    private readonly notifications: NotificationWriter,
  ) {}

  /**
   * Proposes the disposal of some plans, all of them or none.
   * @throws DomainError `RIGHTS.NOT_ALLOWED`; invalid `DISPOSAL.REFUSED` with a fault for each plan: `PLAN.UNKNOWN`,
   *   `DISPOSAL.NOT_ALL_SEEN`, `DISPOSAL.PLAN_NOT_CLOSED`, `DISPOSAL.DISPOSED`, `DISPOSAL.PERMANENT`, `DISPOSAL.NOT_DUE`,
   *   `DISPOSAL.ON_HOLD`, `DISPOSAL.NOT_ARCHIVED`, `DISPOSAL.PROPOSED_ALREADY`, `DISPOSAL.NAMED_TWICE`
   */
  async propose(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { planIds, reason }: { planIds: readonly string[]; reason: string },
  ): Promise<Disposal[]> {
    assertMay(actor, 'plan.archive');
    // In one order, so that two who propose the same wait for each other.
    for (const planId of [...new Set(planIds)].toSorted()) await enter(tx, planId);
    const found = new Map((await standings(tx, this.retention, at, planIds)).map((one) => [one.planId, one]));
    const faults = planIds.flatMap((planId, i): Fault[] => {
      const standing = found.get(planId);
      const fault =
        planIds.indexOf(planId) === i
          ? (obstacleOf(planId, standing) ?? proposedAlready(standing!))
          : invalid('DISPOSAL.NAMED_TWICE', 'The plan stands here twice.', {});
      return fault ? [{ code: fault.code, message: fault.message, field: `planIds.${i}` }] : [];
    });
    if (faults.length > 0) {
      throw invalid('DISPOSAL.REFUSED', 'Some of the plans may not be disposed of; nothing was proposed.', {
        field: faults[0]!.field,
        faults,
      });
    }
    const ids: string[] = [];
    for (const planId of planIds) {
      const id = newId();
      ids.push(id);
      await tx.query(
        `insert into disposal (id, plan_id, reason, person_id, for_person_id, proposed_at) values ($1, $2, $3, $4, $5, $6)`,
        [id, planId, reason, actor.personId, actor.delegation?.personId ?? null, at],
      );
      const { jurisdictionId, retention, dueOn } = found.get(planId)!;
      await this.history.append(tx, actor, at, [
        {
          type: 'disposal.proposed',
          entity: 'disposal',
          entityId: id,
          jurisdictionId,
          planId,
          reason,
          after: { state: 'proposed', retention, dueOn },
        },
      ]);
    }
    await this.tellDeciders(tx, actor, at, { planIds, reason }, found);
    return disposalsOf(tx, ids);
  }

  /**
   * Approves what another has proposed, or refuses it, also one's own. The decision has the checksum of the list of what
   * goes, and from it on none of that is read; {@link DisposalCarrier} carries it out, all at once where it is not much.
   *
   * @throws DomainError `RIGHTS.NOT_ALLOWED`; not_found `DISPOSAL.UNKNOWN`; conflict `DISPOSAL.DECIDED`; forbidden
   *   `DISPOSAL.OWN_PROPOSAL`; and what keeps a plan from being approved: as of {@link propose}, each a conflict, and
   *   forbidden `DISPOSAL.NOT_ALL_SEEN`
   */
  async decide(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    { decision, reason }: { decision: DisposalDecision; reason: string },
  ): Promise<Disposal> {
    assertMay(actor, 'disposal.decide');
    const { planId } = await disposalOf(tx, id);
    await enter(tx, planId);
    const disposal = await disposalOf(tx, id);
    if (disposal.decision !== null) {
      throw conflict('DISPOSAL.DECIDED', `It was ${disposal.decision} already.`, { disposalId: id });
    }
    const [standing] = await standings(tx, this.retention, at, [planId]);
    if (decision === 'approved') {
      await assertAnothers(tx, actor, id);
      const obstacle = obstacleOf(planId, standing);
      if (obstacle) throw obstacle;
    }
    const { jurisdictionId, retention, dueOn } = standing!;
    const register = decision === 'approved' ? await this.carrier.registerOf(tx, planId) : null;
    const { files, bytes, sha256 } = register ?? { files: 0, bytes: 0, sha256: null };
    await tx.query(
      `insert into disposal_decision (disposal_id, decision, reason, files, bytes, register_sha256, person_id,
         for_person_id, decided_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [id, decision, reason, files, bytes, sha256, actor.personId, actor.delegation?.personId ?? null, at],
    );
    await this.history.append(tx, actor, at, [
      {
        type: `disposal.${decision}`,
        entity: 'disposal',
        entityId: id,
        jurisdictionId,
        planId,
        reason,
        before: { state: 'proposed', retention, dueOn },
        after: { state: decision, retention, dueOn, files, bytes, registerSha256: sha256 },
      },
    ]);
    if (register) await this.carrier.begin(tx, actor, at, id, files);
    return disposalOf(tx, id);
  }

  /** One message a plan to whoever may decide, but not to those who would decide on their own. */
  private async tellDeciders(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { planIds, reason }: { planIds: readonly string[]; reason: string },
    found: ReadonlyMap<string, Standing>,
  ): Promise<void> {
    // Messages to others are not the proposer's to write.
    await consequences(tx, async () => {
      const posts = await this.directory.governmentPosts(tx);
      const deciders = POST_KINDS.filter((kind) => reachOf('disposal.decide', kind) === 'all').flatMap(
        (kind) => (posts as Partial<Record<PostKind, string>>)[kind] ?? [],
      );
      for (const planId of planIds) {
        const { jurisdictionId, timeZone, title, retention } = found.get(planId)!;
        const wanted = deciders
          .filter((postId) => postId !== actor.postId)
          .map((postId) => ({
            jurisdictionId,
            postId,
            kind: 'disposal_proposed' as const,
            planId,
            parameters: { planTitle: title, retention, reason },
          }));
        await this.notifications.write(tx, at, timeZone, wanted);
      }
    });
  }
}

const proposedAlready = ({ planId, openId }: Standing): DomainError | null =>
  openId === null ? null : conflict('DISPOSAL.PROPOSED_ALREADY', 'It waits for a decision already.', { planId });

/** Nobody approves what they proposed, or somebody for them, or they for somebody (代行). */
async function assertAnothers(tx: EntityManager, actor: Actor, id: string): Promise<void> {
  const [row]: { personId: string; forPersonId: string | null }[] = await tx.query(
    `select person_id as "personId", for_person_id as "forPersonId" from disposal where id = $1`,
    [id],
  );
  const proposers = [row!.personId, row!.forPersonId];
  const deciders = [actor.personId, actor.delegation?.personId ?? null];
  if (deciders.every((one) => one === null || !proposers.includes(one))) return;
  throw forbidden(
    'DISPOSAL.OWN_PROPOSAL',
    'You proposed this, or somebody for you: another approves it, or you refuse it.',
    { disposalId: id },
  );
}
