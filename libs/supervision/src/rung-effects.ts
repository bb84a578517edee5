import { cardWords, type RungEffect, worstPeriodLight } from '@duban/domain';
import type { Actor } from '@duban/history';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Cards, type RungCard } from './cards';
import { LIT, type LitObligation } from './light-book';
import { PeriodLights, type RungLight } from './period-lights';

/** A rung that fired, with what it does beside what it sends. */
export interface RungWithEffects {
  obligationId: string;
  rung: string;
  effects: readonly RungEffect[];
}

/** What rungs do beside what they send (亮灯、亮牌、扣分、通报), in the sweep's transaction; each once a date. */
@Injectable()
export class RungEffects {
  constructor(
    private readonly lights: PeriodLights,
    private readonly cards: Cards,
  ) {}

  async carryOut(tx: EntityManager, actor: Actor, at: Date, fired: readonly RungWithEffects[]): Promise<void> {
    const effective = fired.filter(({ effects }) => effects.length > 0);
    if (effective.length === 0) return;
    const rows: LitObligation[] = await tx.query(`${LIT} where o.id = any($1)`, [
      effective.map(({ obligationId }) => obligationId),
    ]);
    await this.cards.lock(
      tx,
      rows.map(({ unitId }) => unitId),
    );
    const lights: RungLight[] = [];
    const cards: RungCard[] = [];
    for (const { obligationId, rung, effects } of effective) {
      const obligation = rows.find(({ id }) => id === obligationId)!;
      const colours = effects.flatMap((one) => (one.effect === 'light' ? [one.colour] : []));
      if (colours.length > 0) lights.push({ obligation, rung, light: worstPeriodLight(colours) });
      if (effects.some(({ effect }) => effect !== 'light'))
        cards.push({ obligation, rung, card: cardOf(rung, effects) });
    }
    await this.lights.ofRungs(tx, actor, at, lights);
    await this.cards.byRungs(tx, actor, at, cards);
  }
}

/** What one rung gives is one card, with its points and its place in the bulletin. */
function cardOf(rung: string, effects: readonly RungEffect[]): RungCard['card'] {
  const colours = effects.flatMap((one) => (one.effect === 'card' ? [one.colour] : []));
  return {
    rule: rung,
    colour: colours.includes('red') ? 'red' : (colours[0] ?? null),
    points: effects.reduce((sum, one) => (one.effect === 'points' ? sum + one.points : sum), 0),
    measures: effects.some(({ effect }) => effect === 'bulletin') ? ['bulletin'] : [],
    why: cardWords('rung', { rung }),
  };
}
