import { z } from 'zod';
import { cardWords } from './light-words';
import type { Words } from './policy-terms';
import { isWorse, type PeriodLight } from './progress-curve';

/*
 * Cards (督办牌): what lights, or cards, that add up bring with them: a letter, points, a talk. Data, since cities differ.
 * A period counts once for a colour, when its light first becomes as bad as that: to catch up, to correct or to get more
 * time neither adds to what was given nor takes it back.
 */

export const CARD_COLOURS = ['yellow', 'red'] as const;
export type CardColour = (typeof CARD_COLOURS)[number];

/** What is done beside a card: letter (提醒函), talk (约谈), of the main leader (约谈主要领导), written report (书面说明), … */
export const CARD_MEASURES = [
  'letter',
  'talk',
  'talk_with_leader',
  'written_report',
  'key_tracking',
  'shown',
  'no_bonus',
  'bulletin',
] as const;
export type CardMeasure = (typeof CARD_MEASURES)[number];

const times = z.int().min(1).max(100);
const cardRule = z.strictObject({
  id: z.string().min(1).max(60),
  when: z.discriminatedUnion('counts', [
    z.strictObject({
      counts: z.literal('lights'),
      light: z.enum(['yellow', 'orange', 'red']),
      /** On one item, or on all that the unit has in the plan. */
      of: z.enum(['item', 'unit']),
      times,
      /** In periods that follow each other. */
      inARow: z.boolean().optional(),
    }),
    z.strictObject({ counts: z.literal('cards'), card: z.enum(CARD_COLOURS), times, inARow: z.boolean().optional() }),
    /** Less than so many percent of what was planned for the period; a period that is not reported reached nothing. */
    z.strictObject({ counts: z.literal('achieved'), belowPercent: z.number().gt(0).max(100) }),
  ]),
  gives: z
    .strictObject({
      card: z.enum(CARD_COLOURS).optional(),
      points: z.number().min(-100).max(100).optional(),
      measures: z.array(z.enum(CARD_MEASURES)).optional(),
    })
    .refine(({ card, points, measures }) => card !== undefined || points !== undefined || measures?.length, {
      message: 'gives nothing',
    }),
});

/** The rules of one policy; a rule that counts cards may give none that it, or another, would count again. */
export const cardRules = z.array(cardRule).superRefine((rules, ctx) => {
  rules.forEach(({ id, when, gives }, i) => {
    if (rules.findIndex((other) => other.id === id) !== i) {
      ctx.addIssue({ code: 'custom', path: [i, 'id'], message: `${id} is there twice` });
    }
    if (when.counts === 'cards' && gives.card && CARD_COLOURS.indexOf(gives.card) <= CARD_COLOURS.indexOf(when.card)) {
      ctx.addIssue({
        code: 'custom',
        path: [i, 'gives', 'card'],
        message: `${gives.card} is not worse than what it counts`,
      });
    }
  });
});

export type CardRule = z.infer<typeof cardRule>;

/** The light of a period of a part, in its versions, the oldest first. */
export interface CountedPeriod {
  /** The part (事项分工). */
  item: string;
  /** What is owed for the period. */
  obligation: string;
  /** As reports name it; null where what is owed has none. */
  period: string | null;
  dueOn: string;
  versions: readonly { id: string; light: PeriodLight | null; achieved: number | null }[];
}

export interface CountedCard {
  id: string;
  rule: string;
  colour: CardColour | null;
  item: string;
  obligation: string;
  period: string | null;
  isWithdrawn: boolean;
}

/** A card that a rule gives for what has just happened. */
export interface CardToGive {
  rule: string;
  colour: CardColour | null;
  points: number;
  measures: readonly CardMeasure[];
  why: Words;
}

/**
 * The cards that a period's newest light brings its unit: what each rule gives by now less what it gave before, so that
 * whoever asks twice is given nothing twice.
 *
 * @param periods all of the unit in the plan, with the light
 * @param cards all of the unit in the plan, withdrawn ones, too: what was given by mistake is not given anew
 */
export function cardsByLights(
  rules: readonly CardRule[],
  periods: readonly CountedPeriod[],
  cards: readonly CountedCard[],
  of: Pick<CountedPeriod, 'item' | 'obligation'>,
): CardToGive[] {
  return rules.flatMap((rule) => {
    const { when } = rule;
    if (when.counts === 'cards') return [];
    const given = cards.filter((card) => card.rule === rule.id);
    if (when.counts === 'achieved') {
      const { versions } = periods.find(({ obligation }) => obligation === of.obligation)!;
      const below = versions.find(({ achieved }) => achieved !== null && achieved < when.belowPercent);
      if (!below || given.some(({ obligation }) => obligation === of.obligation)) return [];
      return [giving(rule, cardWords('achieved', { achieved: below.achieved!, below: when.belowPercent }))];
    }
    const isOfItem = when.of === 'item';
    const counted = isOfItem ? periods.filter(({ item }) => item === of.item) : periods;
    const before = isOfItem ? given.filter(({ item }) => item === of.item) : given;
    const owed = when.inARow
      ? inRows(
          slots(counted, (period) => hasBeen(period, when.light)),
          when.times,
        )
      : Math.floor(counted.filter((period) => hasBeen(period, when.light)).length / when.times);
    if (owed <= before.length) return [];
    const words = `lights_${when.of}${when.inARow ? '_row' : ''}` as const;
    return [giving(rule, cardWords(words, { times: when.times, light: when.light }))];
  });
}

/** The cards that follow from cards, given just now ones included; as {@link cardsByLights}. */
export function cardsByCards(
  rules: readonly CardRule[],
  periods: readonly CountedPeriod[],
  cards: readonly CountedCard[],
): CardToGive[] {
  return rules.flatMap((rule) => {
    const { when } = rule;
    if (when.counts !== 'cards') return [];
    const standing = cards.filter(({ colour, isWithdrawn }) => colour === when.card && !isWithdrawn);
    const owed = when.inARow
      ? inRows(
          slots(periods, ({ obligation }) => standing.some((card) => card.obligation === obligation)),
          when.times,
        )
      : Math.floor(standing.length / when.times);
    if (owed <= cards.filter((card) => card.rule === rule.id).length) return [];
    const words = when.inARow ? 'cards_row' : 'cards';
    return [giving(rule, cardWords(words, { times: when.times, card: when.card }))];
  });
}

const giving = ({ id, gives }: CardRule, why: Words): CardToGive => ({
  rule: id,
  colour: gives.card ?? null,
  points: gives.points ?? 0,
  measures: gives.measures ?? [],
  why,
});

/** Whether a version was the first as bad as this colour: it was, if any of them had just this colour and none before was worse. */
function hasBeen({ versions }: CountedPeriod, colour: PeriodLight): boolean {
  const first = versions.findIndex(({ light }) => light === colour);
  if (first < 0) return false;
  return !versions.slice(0, first).some(({ light }) => light !== null && isWorse(light, colour));
}

/** Periods in their order, each with whether anything in it counts; what has no light yet, or no period, is no gap. */
function slots(periods: readonly CountedPeriod[], counts: (period: CountedPeriod) => boolean): boolean[] {
  const known = periods.filter(
    ({ period, versions }) => period !== null && versions.some(({ light }) => light !== null),
  );
  const names = [...new Set(known.toSorted(byDate).map(({ period }) => period))];
  return names.map((name) => known.some((one) => one.period === name && counts(one)));
}

const byDate = (a: CountedPeriod, b: CountedPeriod): number => (a.dueOn < b.dueOn ? -1 : a.dueOn > b.dueOn ? 1 : 0);

/** How often `times` of them follow each other, each used once. */
function inRows(counted: readonly boolean[], times: number): number {
  let [rows, run] = [0, 0];
  for (const one of counted) {
    run = one ? run + 1 : 0;
    if (run === times) [rows, run] = [rows + 1, 0];
  }
  return rows;
}
