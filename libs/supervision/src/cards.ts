import { consequences } from '@duban/database';
import { assertMay, UnitDirectory } from '@duban/directory';
import {
  type CardColour,
  type CardMeasure,
  cardsByCards,
  cardsByLights,
  type CardToGive,
  type CountedCard,
  type CountedPeriod,
  type ObligationKind,
  type Words,
} from '@duban/domain';
import { type Actor, type Change, HistoryService } from '@duban/history';
import { conflict, newId, notFound } from '@duban/kernel';
import { PolicyService } from '@duban/tasks';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { LitObligation } from './light-book';
import { NotificationWriter } from './notification.writer';
import { excerpt } from './obligation.terms';

/** A card (督办牌) as it is kept: what a unit was given, points (积分) and measures too, and for what. */
export interface CardSnapshot {
  id: string;
  taskId: string;
  assignmentId: string;
  unitId: string;
  obligationId: string;
  period: string | null;
  rule: string;
  colour: CardColour | null;
  points: number;
  measures: readonly CardMeasure[];
  why: Words;
  givenAt: string;
  withdrawnAt: string | null;
  withdrawalReason: string | null;
}

interface NewCard extends CardToGive {
  id: string;
  /** What brought it: with the rule, one cause gives one card. */
  cause: string;
  obligation: LitObligation;
}

/** A step of a ladder that gives a card, points, or a place in the next bulletin. */
export interface RungCard {
  obligation: LitObligation;
  rung: string;
  card: CardToGive;
}

/** Gives cards by the rules of the policy, in the transaction of their cause, and takes back those given in error. */
@Injectable()
export class Cards {
  constructor(
    private readonly policies: PolicyService,
    private readonly directory: UnitDirectory,
    private readonly history: HistoryService,
    private readonly notifications: NotificationWriter,
  ) {}

  /** Whoever gives lights or cards to a unit waits for whoever does so; the last lock of a transaction. */
  async lock(tx: EntityManager, unitIds: readonly string[]): Promise<void> {
    await tx.query(
      `select pg_advisory_xact_lock(hashtextextended('lights ' || id, 0))
       from (select id from unnest($1::text[]) as id order by id) as units`,
      [[...new Set(unitIds)].toSorted()],
    );
  }

  /** What new lights bring their units; the units are locked. */
  async byLights(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    lights: readonly { lightId: string; obligation: LitObligation }[],
  ): Promise<void> {
    const ruled: { lightId: string; obligation: LitObligation }[] = [];
    for (const one of lights) {
      const policy = await this.policies.version(tx, one.obligation.policyId, one.obligation.policyVersion);
      // A leader's instruction (领导批示) is never counted (2024 减负 rules).
      if (policy.cards && one.obligation.kind !== 'instruction') ruled.push(one);
    }
    if (ruled.length === 0) return;
    const places = ruled.map(({ obligation }) => obligation);
    const periods = await periodsOf(tx, places);
    const cards = await cardsOf(tx, places);
    const waiting = new Set(ruled.map(({ lightId }) => lightId));
    const given: NewCard[] = [];
    for (const { lightId, obligation } of ruled) {
      waiting.delete(lightId);
      const { cards: rules = [] } = await this.policies.version(tx, obligation.policyId, obligation.policyVersion);
      const own = periods
        .filter((one) => isOf(one, obligation))
        .map((one) => ({ ...one, versions: one.versions.filter(({ id }) => !waiting.has(id)) }));
      const mine = (): CountedCard[] => cards.filter((one) => isOf(one, obligation));
      const add = (cause: string, all: readonly CardToGive[]): NewCard[] =>
        all.map((card) => {
          const one = { ...card, id: newId(), cause, obligation };
          cards.push({ ...countedOf(one), planId: obligation.planId, unitId: obligation.unitId });
          given.push(one);
          return one;
        });
      const of = { item: obligation.assignmentId, obligation: obligation.id };
      const fresh = add(`light:${lightId}`, cardsByLights(rules, own, mine(), of));
      for (const card of fresh) {
        if (card.colour === null) continue;
        // A card that follows from cards is worse than those, so that this ends.
        for (let last: NewCard | undefined = card; last;) {
          last = add(`card:${last.id}`, cardsByCards(rules, own, mine()))[0];
        }
      }
    }
    await this.write(tx, actor, at, given);
  }

  /** What steps of ladders give, in the sweep's transaction, which holds the units. */
  async byRungs(tx: EntityManager, actor: Actor, at: Date, given: readonly RungCard[]): Promise<void> {
    const cards = given
      .filter(({ obligation }) => obligation.kind !== 'instruction')
      .map(({ obligation, rung, card }) => ({
        ...card,
        id: newId(),
        cause: `rung:${obligation.id}:${obligation.deadlineVersion}:${rung}`,
        obligation,
      }));
    if (cards.length === 0) return;
    const followUps: NewCard[] = [];
    await this.write(tx, actor, at, cards);
    const places = cards.map(({ obligation }) => obligation);
    const [periods, known] = [await periodsOf(tx, places), await cardsOf(tx, places)];
    for (const card of cards) {
      if (card.colour === null) continue;
      const { obligation } = card;
      const { cards: rules = [] } = await this.policies.version(tx, obligation.policyId, obligation.policyVersion);
      const own = periods.filter((one) => isOf(one, obligation));
      const more = cardsByCards(
        rules,
        own,
        known.filter((one) => isOf(one, obligation)),
      ).map((one) => ({ ...one, id: newId(), cause: `card:${card.id}`, obligation }));
      followUps.push(...more);
      known.push(...more.map((one) => ({ ...countedOf(one), planId: obligation.planId, unitId: obligation.unitId })));
    }
    await this.write(tx, actor, at, followUps);
  }

  /**
   * A card that was given in error: it stays, with who withdrew it and why, and counts no more. What followed from it is
   * withdrawn by itself, if at all.
   * @throws DomainError CARD.UNKNOWN, CARD.WITHDRAWN
   */
  async withdraw(tx: EntityManager, actor: Actor, at: Date, id: string, reason: string): Promise<CardSnapshot> {
    assertMay(actor, 'card.withdraw');
    const before = await findCard(tx, id);
    if (!before) throw notFound('CARD.UNKNOWN', 'There is no such card.', { cardId: id });
    const [withdrawn]: unknown[] = await tx.query(
      `insert into card_withdrawal (card_id, reason, person_id, for_person_id, withdrawn_at)
       values ($1, $2, $3, $4, $5) on conflict do nothing returning card_id`,
      [id, reason, actor.personId, actor.delegation?.personId ?? null, at],
    );
    if (!withdrawn) throw conflict('CARD.WITHDRAWN', 'The card was withdrawn already.', { cardId: id });
    const after = (await findCard(tx, id))!;
    const { planId, jurisdictionId, ...card } = after;
    await this.history.append(tx, actor, at, [
      {
        type: 'card.withdrawn',
        entity: 'card',
        entityId: id,
        jurisdictionId,
        planId,
        taskId: after.taskId,
        reason,
        before: { ...snapshotOf(before) },
        after: { ...snapshotOf(after) },
      },
    ]);
    await consequences(tx, () =>
      this.tell(tx, at, 'card_withdrawn', [{ ...card, planId, jurisdictionId, parameters: { reason } }]),
    );
    return snapshotOf(after);
  }

  private async write(tx: EntityManager, actor: Actor, at: Date, cards: readonly NewCard[]): Promise<void> {
    if (cards.length === 0) return;
    const rows = cards.map(({ obligation, ...card }) => ({ ...obligation, ...card, obligationId: obligation.id }));
    const written: { id: string }[] = await tx.query(
      `insert into card (id, jurisdiction_id, plan_id, task_id, assignment_id, unit_id, obligation_id, period, rule, cause,
         colour, points, measures, why, policy_id, policy_version, given_at)
       select r.id, r."jurisdictionId", r."planId", r."taskId", r."assignmentId", r."unitId", r."obligationId", r.period,
         r.rule, r.cause, r.colour, r.points, array(select jsonb_array_elements_text(r.measures)), r.why, r."policyId",
         r."policyVersion", $2
       from jsonb_to_recordset($1::jsonb) as r(id uuid, "jurisdictionId" uuid, "planId" uuid, "taskId" uuid,
         "assignmentId" uuid, "unitId" uuid, "obligationId" uuid, period text, rule text, cause text, colour text,
         points numeric, measures jsonb, why jsonb, "policyId" text, "policyVersion" int)
       on conflict on constraint uq_card_cause do nothing returning id`,
      [JSON.stringify(rows), at],
    );
    const ids = new Set(written.map(({ id }) => id));
    const fresh = cards.filter(({ id }) => ids.has(id));
    await this.history.append(
      tx,
      actor,
      at,
      fresh.map((card): Change => ({
        type: 'card.given',
        entity: 'card',
        entityId: card.id,
        jurisdictionId: card.obligation.jurisdictionId,
        planId: card.obligation.planId,
        taskId: card.obligation.taskId,
        before: null,
        after: {
          ...snapshotOf({
            ...card,
            ...card.obligation,
            id: card.id,
            obligationId: card.obligation.id,
            givenAt: at.toISOString(),
            withdrawnAt: null,
            withdrawalReason: null,
          }),
        },
      })),
    );
    await this.tell(
      tx,
      at,
      'card_given',
      fresh.map(({ obligation, why, ...card }) => ({ ...obligation, ...card, parameters: { why } })),
    );
  }

  /** The head and the contact of the unit are told. */
  private async tell(
    tx: EntityManager,
    at: Date,
    kind: 'card_given' | 'card_withdrawn',
    cards: readonly (Pick<CardSnapshot, 'unitId' | 'taskId' | 'period' | 'colour' | 'points' | 'measures'> & {
      jurisdictionId: string;
      planId: string;
      parameters: Record<string, unknown>;
    })[],
  ): Promise<void> {
    if (cards.length === 0) return;
    const tasks: { id: string; number: string | null; content: string }[] = await tx.query(
      `select t.id, coalesce(t.number, parent.number) as number, t.content
       from task t left join task parent on parent.id = t.parent_id where t.id = any($1)`,
      [cards.map(({ taskId }) => taskId)],
    );
    const unitIds = [...new Set(cards.map(({ unitId }) => unitId))];
    const posts = await this.directory.postsOf(tx, unitIds);
    const names = await this.directory.namesOf(tx, unitIds);
    for (const { jurisdictionId, planId, taskId, unitId, period, colour, points, measures, parameters } of cards) {
      const task = tasks.find(({ id }) => id === taskId)!;
      const { head, contact } = posts.get(unitId)!;
      const said = {
        taskNumber: task.number,
        taskContent: excerpt(task.content),
        unitName: names.get(unitId) ?? '',
        period,
        colour,
        points,
        measures,
        ...parameters,
      };
      await this.notifications.write(
        tx,
        at,
        await this.directory.timeZoneOf(tx, jurisdictionId),
        [...new Set([head, contact])].map((postId) => ({
          jurisdictionId,
          postId,
          kind,
          planId,
          taskId,
          parameters: said,
        })),
      );
    }
  }
}

interface OfUnit {
  planId: string;
  unitId: string;
}

const isOf = (one: OfUnit, { planId, unitId }: OfUnit): boolean => one.planId === planId && one.unitId === unitId;

const countedOf = ({ id, rule, colour, obligation }: NewCard): CountedCard => ({
  id,
  rule,
  colour,
  item: obligation.assignmentId,
  obligation: obligation.id,
  period: obligation.period,
  isWithdrawn: false,
});

const PAIRS = `(select * from jsonb_to_recordset($1::jsonb) as p("planId" uuid, "unitId" uuid))`;
const pairs = (of: readonly OfUnit[]): string =>
  JSON.stringify([...new Map(of.map(({ planId, unitId }) => [`${planId} ${unitId}`, { planId, unitId }])).values()]);

/** The lights that the units have in their plans, but for those of instructions (批示), which are not counted. */
async function periodsOf(tx: EntityManager, of: readonly OfUnit[]): Promise<(CountedPeriod & OfUnit)[]> {
  const never: ObligationKind = 'instruction';
  return tx.query(
    `select l.plan_id as "planId", l.unit_id as "unitId", l.assignment_id as item, l.obligation_id as obligation,
       o.subject as period, o.due_on::text as "dueOn",
       jsonb_agg(jsonb_build_object('id', l.id, 'light', l.light, 'achieved', l.achieved) order by l.number) as versions
     from period_light l join obligation o on o.id = l.obligation_id
     where (l.plan_id, l.unit_id) in ${PAIRS} and o.kind <> $2
     group by l.plan_id, l.unit_id, l.assignment_id, l.obligation_id, o.subject, o.due_on`,
    [pairs(of), never],
  );
}

async function cardsOf(tx: EntityManager, of: readonly OfUnit[]): Promise<(CountedCard & OfUnit)[]> {
  return tx.query(
    `select c.id, c.plan_id as "planId", c.unit_id as "unitId", c.rule, c.colour, c.assignment_id as item,
       c.obligation_id as obligation, c.period, w.card_id is not null as "isWithdrawn"
     from card c left join card_withdrawal w on w.card_id = c.id
     where (c.plan_id, c.unit_id) in ${PAIRS} order by c.given_at, c.id`,
    [pairs(of)],
  );
}

type KeptCard = CardSnapshot & { planId: string; jurisdictionId: string };

async function findCard(tx: EntityManager, id: string): Promise<KeptCard | null> {
  const [card]: (KeptCard & { givenAt: Date | string; withdrawnAt: Date | string | null })[] = await tx.query(
    `select c.id, c.jurisdiction_id as "jurisdictionId", c.plan_id as "planId", c.task_id as "taskId",
       c.assignment_id as "assignmentId", c.unit_id as "unitId", c.obligation_id as "obligationId", c.period, c.rule,
       c.colour, c.points::float, c.measures, c.why, c.given_at as "givenAt", w.withdrawn_at as "withdrawnAt",
       w.reason as "withdrawalReason"
     from card c left join card_withdrawal w on w.card_id = c.id where c.id = $1`,
    [id],
  );
  if (!card) return null;
  const iso = (instant: Date | string): string => new Date(instant).toISOString();
  return { ...card, givenAt: iso(card.givenAt), withdrawnAt: card.withdrawnAt && iso(card.withdrawnAt) };
}

const snapshotOf = (card: CardSnapshot): CardSnapshot => ({
  id: card.id,
  taskId: card.taskId,
  assignmentId: card.assignmentId,
  unitId: card.unitId,
  obligationId: card.obligationId,
  period: card.period,
  rule: card.rule,
  colour: card.colour,
  points: card.points,
  measures: card.measures,
  why: card.why,
  givenAt: card.givenAt,
  withdrawnAt: card.withdrawnAt,
  withdrawalReason: card.withdrawalReason,
});
