import { useSearchParams } from 'react-router';

/** What the history can be asked for, as the address has it. */
const FILTERS = [
  'q',
  'entity',
  'entityId',
  'type',
  'planId',
  'taskId',
  'unitId',
  'personId',
  'requestId',
  'happenedFrom',
  'happenedTo',
  'sort',
] as const;
export type Filter = Partial<Record<(typeof FILTERS)[number], string>>;

/** The filter that stands in the address, and how to change it. */
export function useFilter() {
  const [search, setSearch] = useSearchParams();
  const filter: Filter = {};
  for (const key of FILTERS) {
    const value = search.get(key);
    if (value) filter[key] = value;
  }
  return {
    filter,
    change: (change: Partial<Record<keyof Filter, string | null>>): void =>
      setSearch((before) => {
        for (const [key, value] of Object.entries(change)) {
          if (value) before.set(key, value);
          else before.delete(key);
        }
        return before;
      }),
    replace: (next: Filter): void => setSearch(next),
  };
}
