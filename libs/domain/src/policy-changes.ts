import type { Policy } from './policy';
import { changeWords } from './policy-change-words';
import type { Words } from './policy-terms';

/** One difference between two rule sets (督办规则), at the field that has it. */
export interface PolicyChange {
  /** By names rather than places: `ladders.three-colour.rungs.blue.offset.workingDays`. */
  path: string;
  change: 'added' | 'removed' | 'changed';
  /** Null where it was added. */
  before: unknown;
  /** Null where it was removed. */
  after: unknown;
  words: Words;
}

/**
 * What one rule set says otherwise than another, in the order in which it is written. Rungs and levels go by their ids,
 * obligations by what is owed by whom, so that one that moves or comes in between is told as just that. The id and the
 * number of the version are no rules. Rules that are no policy yet, as a draft may hold, are compared all the same.
 */
export function policyChanges(before: unknown, after: unknown): PolicyChange[] {
  const changes: PolicyChange[] = [];
  compare([], rulesOf(before), rulesOf(after), changes);
  return changes;
}

const rulesOf = (policy: unknown): unknown => {
  if (!isObject(policy)) return policy;
  const { id: _id, version: _version, ...rules } = policy as Partial<Policy>;
  return rules;
};

function compare(path: readonly string[], before: unknown, after: unknown, changes: PolicyChange[]): void {
  const [was, is] = [fieldsOf(before), fieldsOf(after)];
  if (was && is) {
    for (const name of new Set([...was.keys(), ...is.keys()])) {
      const inner = [...path, name];
      if (!is.has(name)) tell(inner, 'removed', was.get(name), null, changes);
      else if (!was.has(name)) tell(inner, 'added', null, is.get(name), changes);
      else compare(inner, was.get(name), is.get(name), changes);
    }
  } else if (canonical(before) !== canonical(after)) {
    tell(path, 'changed', before, after, changes);
  }
}

const tell = (
  path: readonly string[],
  change: PolicyChange['change'],
  before: unknown,
  after: unknown,
  changes: PolicyChange[],
): void =>
  void changes.push({ path: path.join('.'), change, before, after, words: changeWords(path, change, before, after) });

/** What a value has, by name; null where it is compared as a whole. */
function fieldsOf(value: unknown): Map<string, unknown> | null {
  if (isObject(value)) return new Map(Object.entries(value).filter(([, field]) => field !== undefined));
  if (!Array.isArray(value)) return null;
  const names = value.map(nameOf);
  if (value.length === 0 || names.includes(null)) return null;
  const seen = new Map<string, number>();
  return new Map(
    names.map((name, i) => {
      const times = (seen.get(name!) ?? 0) + 1;
      seen.set(name!, times);
      return [times === 1 ? name! : `${name!} (${times})`, value[i]];
    }),
  );
}

/** What an element of a list is known by. */
function nameOf(element: unknown): string | null {
  if (!isObject(element)) return null;
  const { id, kind, owedBy, levels } = element;
  if (typeof id === 'string') return id;
  if (typeof kind !== 'string' || typeof owedBy !== 'string') return null;
  return [kind, owedBy, ...(Array.isArray(levels) ? levels : [])].join(' ');
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Equal for values that differ in the order of their fields alone. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
