export interface Difference {
  /** `deadline.dueOn` */
  field: string;
  before: string | null;
  after: string | null;
}

type State = Readonly<Record<string, unknown>> | null;

/** What an event changed, field by field; of what stayed the same nothing is said. */
export function differencesOf(before: State, after: State): Difference[] {
  const [old, young] = [flat(before), flat(after)];
  return [...new Set([...old.keys(), ...young.keys()])]
    .map((field) => ({ field, before: old.get(field) ?? null, after: young.get(field) ?? null }))
    .filter((one) => one.before !== one.after);
}

/** Fields within fields by their path. What is not there says nothing, like null. */
function flat(state: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (state === null || state === undefined || state === '') return into;
  if (Array.isArray(state)) {
    if (state.every((one) => typeof one !== 'object' || one === null)) {
      if (state.length > 0) into.set(path, state.join('、'));
      return into;
    }
    state.forEach((one, at) => flat(one, `${path}[${at + 1}]`, into));
    return into;
  }
  if (typeof state === 'object') {
    for (const [key, value] of Object.entries(state)) flat(value, path ? `${path}.${key}` : key, into);
    return into;
  }
  into.set(path, typeof state === 'string' ? state : JSON.stringify(state));
  return into;
}
