import { useQuery } from '@tanstack/react-query';
import { answerOf, client, type Problem, type Schemas } from '../api/client';

export type Unit = Schemas['UnitsDto']['items'][number];

async function allUnits(): Promise<Unit[]> {
  const units: Unit[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: 200, ...(cursor === undefined ? {} : { cursor }) };
    const page = await answerOf(client.GET('/api/v1/units', { params: { query } }));
    units.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return units;
}

/** Every unit (单位) of the directory, in the government's own order. */
export const useUnits = (isOn = true) =>
  useQuery<Unit[], Problem>({ queryKey: ['units'], queryFn: allUnits, staleTime: 300_000, enabled: isOn });

/** The units below one, however far, that are there still. */
export function unitsBelow(units: readonly Unit[], unitId: string): Unit[] {
  const found = new Set([unitId]);
  for (let count = 0; count !== found.size;) {
    count = found.size;
    for (const { id, parentId } of units) if (parentId !== null && found.has(parentId)) found.add(id);
  }
  return units.filter(({ id, isActive }) => id !== unitId && isActive && found.has(id));
}

/** Units and groups (集合单位) by the names that a document may give them, to choose from. */
export function useUnitNames(): { value: string; label: string }[] {
  const { data } = useUnits();
  const groups = new Set((data ?? []).flatMap((unit) => unit.groups.map(({ name }) => name)));
  return [
    ...(data ?? [])
      .filter(({ isActive }) => isActive)
      .map(({ name, officialName, code }) => ({ value: name, label: `${name} ${officialName} ${code}` })),
    ...[...groups].map((name) => ({ value: name, label: name })),
  ];
}
