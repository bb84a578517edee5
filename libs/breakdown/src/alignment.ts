import { CharacterPairs, likeness } from './likeness';

/** What tasks are told apart by, all of it as {@link wordsOf} writes it. */
export interface Alignable {
  words: string;
  /** Everything else that could change: units, dates, figures, parts. */
  rest: string;
  heading: string;
  number: string;
}

/** From here on two texts are one task that was reworded. */
const ALIKE = 0.4;
/** The same, for what stands under the same heading and number. */
const ALIKE_IN_PLACE = 0.3;
const SAME_HEADING = 0.02;
const SAME_NUMBER = 0.01;
const SAME_REST = 0.02;

/** How many of a task's rarest pairs of characters are looked up, and how many tasks each of them may name. */
const RAREST = 24;
const NAMED = 64;
/** Tasks that are compared in full with one task. */
const CANDIDATES = 8;
/** Above this many combinations, tasks of the same words are paired in order without a look at their numbers. */
const MOST_COMBINATIONS = 250_000;

/**
 * Pairs tasks of two documents one to one, so that the likeness of all pairs together is the greatest (to within
 * {@link STEP} a pair). Tasks of the same words are paired first, which costs no better pairing: were either paired
 * otherwise, the two others would be as good a pair. Takes time linear in the number of tasks.
 *
 * @returns for each task of `before` the index of its task in `after`, or -1
 */
export function align(before: readonly Alignable[], after: readonly Alignable[]): Int32Array {
  const partner = new Int32Array(before.length).fill(-1);
  const taken = new Uint8Array(after.length);
  const pair = (b: number, a: number): void => {
    partner[b] = a;
    taken[a] = 1;
  };
  for (const keyOf of SAMENESS) pairSame(before, after, partner, taken, keyOf, pair);
  pairAlike(before, after, partner, taken, pair);
  return partner;
}

/** The most telling first. */
const SAMENESS: ((task: Alignable) => string)[] = [
  (task) => `${task.words}\0${task.rest}\0${task.heading}`,
  (task) => `${task.words}\0${task.rest}`,
  (task) => `${task.words}\0${task.heading}`,
  (task) => task.words,
];

type Pair = (before: number, after: number) => void;

function pairSame(
  before: readonly Alignable[],
  after: readonly Alignable[],
  partner: Int32Array,
  taken: Uint8Array,
  keyOf: (task: Alignable) => string,
  pair: Pair,
): void {
  const groups = new Map<string, { before: number[]; after: number[] }>();
  before.forEach((task, i) => {
    if (partner[i]! >= 0) return;
    const group = groups.get(keyOf(task));
    if (group) group.before.push(i);
    else groups.set(keyOf(task), { before: [i], after: [] });
  });
  after.forEach((task, i) => {
    if (taken[i] === 0) groups.get(keyOf(task))?.after.push(i);
  });
  for (const group of groups.values()) {
    const isSwapped = group.before.length > group.after.length;
    const [few, many] = isSwapped ? [group.after, group.before] : [group.before, group.after];
    const [fewOf, manyOf] = isSwapped ? [after, before] : [before, after];
    const chosen = inOrder(few.length, many.length, (i, j) => fewOf[few[i]!]!.number === manyOf[many[j]!]!.number);
    chosen.forEach((j, i) => (isSwapped ? pair(many[j]!, few[i]!) : pair(few[i]!, many[j]!)));
  }
}

/** Pairs all of `few` with some of `many` without crossing, as many as possible of them by the same number. */
function inOrder(few: number, many: number, isSameNumber: (i: number, j: number) => boolean): number[] {
  const identity = Array.from({ length: few }, (_, i) => i);
  if (few === many || few * many > MOST_COMBINATIONS) return identity;
  const slack = many - few;
  // best[i][s]: the most numbers kept by the first i of the few when s of the many were passed over.
  const best: Int32Array[] = [new Int32Array(slack + 1)];
  for (let i = 1; i <= few; i++) {
    const row = new Int32Array(slack + 1);
    for (let s = 0; s <= slack; s++) {
      const kept = best[i - 1]![s]! + (isSameNumber(i - 1, i - 1 + s) ? 1 : 0);
      row[s] = s > 0 ? Math.max(kept, row[s - 1]!) : kept;
    }
    best.push(row);
  }
  const chosen: number[] = [];
  for (let i = few, s = slack; i > 0; i--) {
    while (s > 0 && best[i]![s] === best[i]![s - 1]) s--;
    chosen[i - 1] = i - 1 + s;
  }
  return chosen;
}

/** A task that another may be, and what is gained by pairing them. */
interface Edge {
  to: number;
  gain: number;
}

function pairAlike(
  before: readonly Alignable[],
  after: readonly Alignable[],
  partner: Int32Array,
  taken: Uint8Array,
  pair: Pair,
): void {
  const left = before.flatMap((_, i) => (partner[i]! < 0 ? [i] : []));
  const right = after.flatMap((_, i) => (taken[i] === 0 ? [i] : []));
  if (left.length === 0 || right.length === 0) return;
  const pairs = new CharacterPairs();
  const rightPairs = right.map((i) => pairs.of(after[i]!.words));
  const index = indexOf(rightPairs);
  const byPlace = new Map(right.map((a, j) => [placeOf(after[a]!), j]));
  const expected = expectedPlaces(left, right, partner);
  const shared = new Uint8Array(right.length);
  const edges = left.map((b, i): Edge[] => {
    const task = before[b]!;
    const own = pairs.of(task.words);
    const near = candidates(own, index, expected[i]!, shared);
    const inPlace = byPlace.get(placeOf(task));
    if (inPlace !== undefined) near.add(inPlace);
    return [...near].flatMap((j) => {
      const other = after[right[j]!]!;
      const alike = likeness(own, rightPairs[j]!);
      const isSameHeading = task.heading === other.heading;
      const isSameNumber = task.number === other.number;
      if (alike < (isSameHeading && isSameNumber ? ALIKE_IN_PLACE : ALIKE)) return [];
      const ties =
        (isSameHeading ? SAME_HEADING : 0) +
        (isSameNumber ? SAME_NUMBER : 0) +
        (task.rest === other.rest ? SAME_REST : 0);
      return [{ to: j, gain: alike + ties }];
    });
  });
  auction(edges, right.length).forEach((j, i) => {
    if (j >= 0) pair(left[i]!, right[j]!);
  });
}

const placeOf = (task: Alignable): string => `${task.heading}\0${task.number}`;

/** Which texts have a pair of characters, by the pair. */
function indexOf(texts: readonly Uint32Array[]): Map<number, number[]> {
  const index = new Map<number, number[]>();
  texts.forEach((pairs, i) => {
    for (const one of pairs) {
      const having = index.get(one);
      if (having) having.push(i);
      else index.set(one, [i]);
    }
  });
  return index;
}

/** Where in `right` each of `left` would stand if nothing had moved: after what its forerunner was paired with. */
function expectedPlaces(left: readonly number[], right: readonly number[], partner: Int32Array): number[] {
  let at = 0;
  let last = -1;
  return left.map((b) => {
    for (; at < b; at++) if (partner[at]! >= 0) last = partner[at]!;
    return lowerBound(right, last);
  });
}

/**
 * The texts that share the most of the rarest pairs with one. Of a pair that many have, the nearest are taken.
 * @param shared a zero for each text; it is left as it was
 */
function candidates(
  own: Uint32Array,
  index: ReadonlyMap<number, number[]>,
  expected: number,
  shared: Uint8Array,
): Set<number> {
  const met: number[] = [];
  for (const list of rarestLists(own, index)) {
    const from = list.length <= NAMED ? 0 : Math.max(0, lowerBound(list, expected) - NAMED / 2);
    const to = Math.min(list.length, from + NAMED);
    for (let i = from; i < to; i++) {
      const one = list[i]!;
      if (shared[one]!++ === 0) met.push(one);
    }
  }
  // More shared pairs first, then the nearer, then the earlier: as one number, so that ranking stays cheap.
  const rankOf = (one: number): number =>
    (shared[one]! * shared.length - Math.abs(one - expected)) * shared.length - one;
  const best: { one: number; rank: number }[] = [];
  for (const one of met) {
    const rank = rankOf(one);
    if (best.length === CANDIDATES && rank < best.at(-1)!.rank) continue;
    const at = best.findIndex((other) => other.rank < rank);
    best.splice(at < 0 ? best.length : at, 0, { one, rank });
    if (best.length > CANDIDATES) best.pop();
  }
  for (const one of met) shared[one] = 0;
  return new Set(best.map(({ one }) => one));
}

const rarestLists = (own: Uint32Array, index: ReadonlyMap<number, number[]>): number[][] =>
  [...own]
    .flatMap((one) => {
      const list = index.get(one);
      return list ? [list] : [];
    })
    .sort((one, other) => one.length - other.length)
    .slice(0, RAREST);

/** The first place in an ascending list whose number is greater than or equal to `value`. */
function lowerBound(list: readonly number[], value: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** By how much a bid outdoes the one before. */
const STEP = 0.001;

/**
 * The assignment of greatest gain (Bertsekas' auction): whoever is without a partner bids for the one that gains it
 * most at the present prices, by as much as it would lose by taking the next best, or none. Every bid raises a price,
 * and no price exceeds the greatest gain, so it ends.
 *
 * @returns for each bidder what it got, or -1
 */
function auction(edges: readonly Edge[][], objects: number): Int32Array {
  const prices = new Float64Array(objects);
  const owner = new Int32Array(objects).fill(-1);
  const got = new Int32Array(edges.length).fill(-1);
  const waiting = edges.map((_, i) => edges.length - 1 - i);
  for (let bidder = waiting.pop(); bidder !== undefined; bidder = waiting.pop()) {
    let best = -1;
    let most = 0;
    let next = 0;
    for (const { to, gain } of edges[bidder]!) {
      const net = gain - prices[to]!;
      if (net > most) [next, most, best] = [most, net, to];
      else if (net > next) next = net;
    }
    if (best < 0) continue;
    prices[best]! += most - next + STEP;
    const outbid = owner[best]!;
    if (outbid >= 0) {
      got[outbid] = -1;
      waiting.push(outbid);
    }
    owner[best] = bidder;
    got[bidder] = best;
  }
  return got;
}
