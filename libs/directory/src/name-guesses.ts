import type { EntityManager } from 'typeorm';
import { type Place, withoutPlace } from './name-forms';
import type { BookedGroup } from './name-book';
import type { UnitView } from './unit-view';

/** Somebody whom an unresolved name may mean. */
export interface NameGuess {
  kind: 'unit' | 'group';
  id: string;
  name: string;
  /** From 0 to 1. */
  score: number;
  /** `candidate`: the directory would take it for this one or another; else what the two names have in common. */
  reason: 'candidate' | 'trigrams' | 'characters';
  /** The name of it that is most alike. */
  likeness: string;
}

interface Guessable {
  kind: 'unit' | 'group';
  id: string;
  name: string;
  names: readonly string[];
}

const MOST_GUESSES = 5;
const LEAST_SCORE = 0.3;

/**
 * The best guesses for each name: those of the candidates first, then by likeness, by the trigrams of Postgres and by the
 * characters in common; at most five.
 */
export async function guessNames(
  tx: EntityManager,
  place: Place,
  asked: readonly { name: string; candidates: readonly string[] }[],
  units: readonly UnitView[],
  groups: readonly BookedGroup[],
): Promise<Map<string, NameGuess[]>> {
  const guessable: Guessable[] = [
    ...units.map(({ id, name, officialName, aliases, settledNames }) => ({
      kind: 'unit' as const,
      id,
      name,
      names: [name, officialName, ...aliases, ...settledNames],
    })),
    ...groups.map(({ id, name }) => ({ kind: 'group' as const, id, name, names: [name] })),
  ];
  const trigrams = await trigramsOf(
    tx,
    asked.map(({ name }) => name),
    [...new Set(guessable.flatMap(({ names }) => names))],
  );
  return new Map(
    asked.map(({ name, candidates }) => {
      const words = withoutPlace(name, place);
      const guesses = guessable.map((one) =>
        candidates.includes(one.id)
          ? { ...identity(one), score: 1, reason: 'candidate' as const, likeness: one.name }
          : bestLikeness(one, words, trigrams.get(name), place),
      );
      const best = guesses.filter(({ score }) => score >= LEAST_SCORE).sort((one, other) => other.score - one.score);
      return [name, best.slice(0, MOST_GUESSES)];
    }),
  );
}

const identity = ({ kind, id, name }: Guessable): Pick<NameGuess, 'kind' | 'id' | 'name'> => ({ kind, id, name });

function bestLikeness(
  one: Guessable,
  words: string,
  trigrams: ReadonlyMap<string, number> | undefined,
  place: Place,
): NameGuess {
  let best: NameGuess = { ...identity(one), score: 0, reason: 'characters', likeness: one.name };
  for (const likeness of one.names) {
    const scores = [
      { reason: 'trigrams' as const, score: trigrams?.get(likeness) ?? 0 },
      { reason: 'characters' as const, score: commonCharacters(words, withoutPlace(likeness, place)) },
    ];
    for (const { reason, score } of scores) {
      // Exactly alike would not have been asked.
      const rounded = Math.min(0.99, Math.round(score * 100) / 100);
      if (rounded > best.score) best = { ...best, score: rounded, reason, likeness };
    }
  }
  return best;
}

/** Twice the characters in common by all of both, pairs of neighbours counted as well: 0 to 1. */
function commonCharacters(one: string, other: string): number {
  const count = (words: string): Map<string, number> => {
    const counts = new Map<string, number>();
    const characters = [...words];
    const pairs = characters.slice(1).map((character, i) => characters[i]! + character);
    for (const gram of [...characters, ...pairs]) counts.set(gram, (counts.get(gram) ?? 0) + 1);
    return counts;
  };
  const [a, b] = [count(one), count(other)];
  const sum = (counts: Map<string, number>): number => [...counts.values()].reduce((total, n) => total + n, 0);
  const common = [...a].reduce((total, [gram, n]) => total + Math.min(n, b.get(gram) ?? 0), 0);
  return common === 0 ? 0 : (2 * common) / (sum(a) + sum(b));
}

async function trigramsOf(
  tx: EntityManager,
  asked: readonly string[],
  known: readonly string[],
): Promise<Map<string, Map<string, number>>> {
  const rows: { asked: string; known: string; score: number }[] = await tx.query(
    `select a.name as asked, k.name as known, similarity(a.name, k.name) as score
     from unnest($1::text[]) as a(name) join unnest($2::text[]) as k(name) on a.name % k.name`,
    [asked, known],
  );
  const scores = new Map<string, Map<string, number>>();
  for (const { asked: name, known: likeness, score } of rows) {
    const ofName = scores.get(name) ?? new Map<string, number>();
    scores.set(name, ofName.set(likeness, score));
  }
  return scores;
}
