import { readTermFromIssue } from './term-from-issue';
import { align, type Alignable } from './alignment';
import type { DraftTask } from './breakdown.types';
import { headingWords, wordsOf } from './likeness';

/** What two documents can say differently of a task; where in its text it stood is no part of it. */
export interface Comparable<T> extends Omit<DraftTask, 'subtasks' | 'source' | 'marks' | 'leadInferred'> {
  subtasks: T[];
}

export const COMPARED_FIELDS = [
  'content',
  'lead',
  'responsible',
  'cooperating',
  'supervising',
  'openEnded',
  'leaders',
  'deadline',
  'milestones',
  'targets',
  'parts',
] as const;
export type ComparedField = (typeof COMPARED_FIELDS)[number];

export type DifferenceKind = 'new' | 'gone' | 'changed' | 'moved' | 'same';

/** A field that the documents say differently, as each says it. */
export interface FieldDifference {
  field: ComparedField;
  before: unknown;
  after: unknown;
}

/** A task of one document or of both. */
export type Difference<B, A> = {
  /** One of them, but for what was both changed and moved. */
  kinds: DifferenceKind[];
  /** Empty unless `changed`. */
  fields: FieldDifference[];
  /** The parts that are not the same, where the parts differ. */
  parts: Difference<B, A>[];
} & ({ before: B; after: A } | { before: B; after: null } | { before: null; after: A });

/**
 * Compares two readings of a plan, of the original and of the revised document, task by task. Tasks are found again by
 * what they say; numbers and headings only tell apart what says the same. No change: another number, another label or
 * another wording of a heading that keeps its tasks, blanks, widths, punctuation, the order of units, a place shifted
 * by what came or went around it. Moved is what stands under another heading, or among its neighbours in another order
 * (the fewest tasks that explain it). Of both documents exchanged the same is found, the other way round.
 *
 * @returns in the order of `after`, what is gone behind its forerunner; 5,000 tasks against 5,000 take two or three seconds
 */
export function compareDrafts<B extends Comparable<B>, A extends Comparable<A>>(
  before: readonly B[],
  after: readonly A[],
): Difference<B, A>[] {
  const one = before.map(featuresOf);
  const other = after.map(featuresOf);
  // One direction is always taken, so that choices among equals are the same in both.
  const isTurned = one.map(orderKey).join('\n') > other.map(orderKey).join('\n');
  const partner = isTurned ? inverse(align(other, one), before.length) : align(one, other);
  renameHeadings(one, other, partner);
  const moved = isTurned
    ? movedOf(other, one, inverse(partner, after.length)).map((a) => partner.indexOf(a))
    : movedOf(one, other, partner);
  const isMoved = new Set(moved);
  const pairs = [...partner].flatMap((a, b): [number, Difference<B, A>][] =>
    a < 0 ? [] : [[a, compareTask(before[b]!, after[a]!, isMoved.has(b))]],
  );
  const found = new Map(pairs);
  const inAfter = after.map((task, a): Difference<B, A> => {
    return found.get(a) ?? { kinds: ['new'], fields: [], parts: [], before: null, after: task };
  });
  return withGone(before, partner, inAfter);
}

interface Features extends Alignable {
  position: number;
}

function featuresOf<T extends Comparable<T>>(task: T, position: number): Features {
  return {
    words: wordsOf(task.content),
    rest: restOf(task),
    heading: task.path.map(headingWords).join('\0'),
    number: wordsOf(task.number ?? ''),
    position,
  };
}

const orderKey = ({ words, rest, heading, number }: Features): string => `${heading}\0${number}\0${words}\0${rest}`;

function restOf<T extends Comparable<T>>(task: T): string {
  const fields = SIMPLE_FIELDS.map((field) => KEYS[field](task));
  return JSON.stringify([...fields, task.subtasks.map((part) => [wordsOf(part.content), restOf(part)])]);
}

function inverse(partner: Int32Array, length: number): Int32Array {
  const inverted = new Int32Array(length).fill(-1);
  partner.forEach((other, one) => {
    if (other >= 0) inverted[other] = one;
  });
  return inverted;
}

/**
 * A heading that is not in the other document, and whose tasks went to one that is not in this one, was renamed: its
 * tasks have not moved.
 */
function renameHeadings(before: readonly Features[], after: Features[], partner: Int32Array): void {
  const old = new Set(before.map(({ heading }) => heading));
  const present = new Set(after.map(({ heading }) => heading));
  const counts = new Map<string, Map<string, number>>();
  partner.forEach((a, b) => {
    const [from, to] = [before[b]!.heading, a < 0 ? null : after[a]!.heading];
    if (to === null || old.has(to) || present.has(from)) return;
    const targets = counts.get(to) ?? new Map<string, number>();
    counts.set(to, targets.set(from, (targets.get(from) ?? 0) + 1));
  });
  const claimed = new Map<string, string>();
  const claims = [...counts].flatMap(([to, sources]) => [...sources].map(([from, count]) => ({ from, to, count })));
  const sidesOf = ({ from, to }: { from: string; to: string }): string => [from, to].sort().join('\n');
  claims.sort((x, y) => y.count - x.count || (sidesOf(x) < sidesOf(y) ? -1 : 1));
  for (const { from, to } of claims) {
    if (![...claimed.values()].includes(from) && !claimed.has(to)) claimed.set(to, from);
  }
  for (const task of after) task.heading = claimed.get(task.heading) ?? task.heading;
}

/** Indices in `before` of what has another heading, or stands in another order among those of its heading. */
function movedOf(before: readonly Features[], after: readonly Features[], partner: Int32Array): number[] {
  const moved: number[] = [];
  const byHeading = new Map<string, number[]>();
  partner.forEach((a, b) => {
    if (a < 0) return;
    const { heading } = before[b]!;
    if (after[a]!.heading !== heading) moved.push(b);
    else pushTo(byHeading, heading, b);
  });
  for (const indices of byHeading.values()) {
    const kept = longestAscent(indices.map((b) => partner[b]!));
    moved.push(...indices.filter((_, i) => !kept.has(i)));
  }
  return moved;
}

/** Places of a longest ascending subsequence (patience sorting). */
function longestAscent(list: readonly number[]): Set<number> {
  const tails: number[] = [];
  const forerunner: number[] = [];
  list.forEach((value, i) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[tails[middle]!]! < value) low = middle + 1;
      else high = middle;
    }
    forerunner[i] = low > 0 ? tails[low - 1]! : -1;
    tails[low] = i;
  });
  const kept = new Set<number>();
  for (let i = tails.at(-1) ?? -1; i >= 0; i = forerunner[i]!) kept.add(i);
  return kept;
}

type SimpleField = Exclude<ComparedField, 'parts'>;
const SIMPLE_FIELDS = COMPARED_FIELDS.filter((field): field is SimpleField => field !== 'parts');

const setKey = (names: readonly string[]): string => [...new Set(names.map(wordsOf))].sort().join('\0');
/** A date that runs from the issue is known in the plan and not in the document: the words tell. */
const dateKey = (date: { text: string; due: string | null } | null): string =>
  date === null ? '' : `${readTermFromIssue(date.text) ? null : date.due} ${wordsOf(date.text)}`;

/** Two tasks have the same field where this is the same. */
const KEYS: Readonly<Record<SimpleField, (task: Omit<Comparable<unknown>, 'subtasks'>) => string>> = {
  content: (task) => wordsOf(task.content),
  lead: (task) => setKey(task.lead),
  responsible: (task) => setKey(task.responsible),
  cooperating: (task) => setKey(task.cooperating),
  supervising: (task) => setKey(task.supervising),
  openEnded: (task) => wordsOf(task.openEnded ?? ''),
  leaders: (task) => setKey(task.leaders),
  deadline: (task) => dateKey(task.deadline),
  milestones: (task) => task.milestones.map(dateKey).sort().join('\0'),
  targets: (task) =>
    task.targets
      .map(({ text, value, upper, unit, comparator }) =>
        [wordsOf(text), value, upper ?? '', wordsOf(unit), comparator].join(' '),
      )
      .sort()
      .join('\0'),
};

/** What one task says differently from another that is known to be the same task. */
export function compareFields<B extends Comparable<B>, A extends Comparable<A>>(
  before: B,
  after: A,
): Pick<Difference<B, A>, 'fields' | 'parts'> {
  const fields = SIMPLE_FIELDS.filter((field) => KEYS[field](before) !== KEYS[field](after)).map(
    (field): FieldDifference => ({ field, before: before[field], after: after[field] }),
  );
  const parts = compareDrafts(before.subtasks, after.subtasks).filter(({ kinds }) => !kinds.includes('same'));
  if (parts.length > 0) fields.push({ field: 'parts', before: before.subtasks, after: after.subtasks });
  return { fields, parts };
}

function compareTask<B extends Comparable<B>, A extends Comparable<A>>(
  before: B,
  after: A,
  isMoved: boolean,
): Difference<B, A> {
  const { fields, parts } = compareFields(before, after);
  const kinds: DifferenceKind[] = [];
  if (fields.length > 0) kinds.push('changed');
  if (isMoved) kinds.push('moved');
  return { kinds: kinds.length > 0 ? kinds : ['same'], fields, parts, before, after };
}

/** Puts what is gone behind what stood before it, or at the head. */
function withGone<B, A>(
  before: readonly B[],
  partner: Int32Array,
  inAfter: readonly Difference<B, A>[],
): Difference<B, A>[] {
  const behind = new Map<number, Difference<B, A>[]>();
  let forerunner = -1;
  partner.forEach((a, b) => {
    if (a >= 0) forerunner = a;
    else {
      const gone: Difference<B, A> = { kinds: ['gone'], fields: [], parts: [], before: before[b]!, after: null };
      pushTo(behind, forerunner, gone);
    }
  });
  return [...(behind.get(-1) ?? []), ...inAfter.flatMap((one, a) => [one, ...(behind.get(a) ?? [])])];
}

function pushTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
