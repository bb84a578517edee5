import type { Comparator } from './breakdown.types';
import { Beginnings, Endings } from './characters';
import type { Quantity } from './quantities';

/** Words in front of a number that say how it is meant, the longest first. 达到 asks for the value itself or more. */
const BEFORE: readonly (readonly [Comparator, readonly string[]])[] = [
  ['gte', ['不得少于', '不得低于', '不少于', '不低于', '不小于', '不下于', '至少', '最少', '达到', '达']],
  ['lte', ['不得超过', '不超过', '不高于', '不多于', '不大于', '至多', '控制在']],
  ['gt', ['超过', '高于', '大于', '多于', '突破', '超', '逾']],
  ['lt', ['低于', '少于', '小于']],
  ['approx', ['大约', '约', '近']],
];
/** The same as they may end what stands in front: 超过, 超过了, 达到为. */
const NEAR = BEFORE.map(
  ([comparator, words]) => [comparator, new Endings(words.flatMap((one) => [one, `${one}了`, `${one}为`]))] as const,
);
const BEHIND: ReadonlyMap<string, Comparator> = new Map([
  ['及以上', 'gte'],
  ['以上', 'gte'],
  ['及以下', 'lte'],
  ['以下', 'lte'],
  ['以内', 'lte'],
  ['之内', 'lte'],
  ['左右', 'approx'],
  ['上下', 'approx'],
]);
const WORDS_BEHIND = new Beginnings([...BEHIND.keys()]);
/** Verbs of which the number is a new, smaller value: 压缩至4个月. */
const REDUCES = /(?:压缩|压减|缩短|缩减|下降|降低|降|减少|减|控制|压降)(?:至|到|在|为)[^\d]{0,2}$/;
/** Words that end like one of these and say nothing of the number: 签约1200户. */
const OTHER_WORDS = /(?:[签节预合公制违契]约|[附邻靠最临]近|[传下发到抵直通表]达)$/;
/** 「至少开展1次」: a verb may stand in between. */
const AT_LEAST = /(?:至少|最少)[^\d]{0,4}$/;
/** How far in front of a number a word about it may stand. */
const REACH = 8;

/** How a quantity is meant. `stated` is false for a plain number; `end` is behind the words that follow it. */
export interface Comparison {
  comparator: Comparator;
  stated: boolean;
  end: number;
}

/** Whether a value is cut down to the number behind these words. */
export const isReduced = (before: string): boolean => REDUCES.test(before.slice(-REACH));

/** How a quantity is compared, by the words around it; `before` is its clause up to it. */
export function compare(folded: string, quantity: Quantity, before: string): Comparison {
  const word = WORDS_BEHIND.find(folded, quantity.end);
  const behind = word === undefined ? undefined : BEHIND.get(word);
  const end = quantity.end + (word?.length ?? 0);
  if (quantity.upper !== null) return { comparator: 'range', stated: true, end };
  const near = before.slice(-REACH);
  const stated = NEAR.find(([, endings]) => endings.find(near) !== undefined);
  // 「超过…以上」 and 「达到…以上」 say it twice, 「控制在…以内」 too: the word in front is the sharper one.
  if (stated && !OTHER_WORDS.test(near))
    return {
      comparator: stated[0] !== 'gt' && behind === 'approx' ? 'approx' : stated[0],
      stated: true,
      end,
    };
  if (AT_LEAST.test(near)) return { comparator: 'gte', stated: true, end };
  if (behind) return { comparator: behind, stated: true, end };
  if (isReduced(before)) return { comparator: 'lte', stated: true, end };
  if (quantity.more) return { comparator: 'gte', stated: true, end };
  return { comparator: 'eq', stated: false, end };
}
