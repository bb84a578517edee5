import { nameKey } from '@duban/directory';
import { ROLES } from './assignment.entity';
import type { DraftedUnits } from './task.entity';

const BY_STRENGTH = [...ROLES, 'supervising'] as const;

/** All units of several tasks by role, each once in its strongest; whoever supervises may do something as well. */
export function unitedUnits(...all: readonly DraftedUnits[]): DraftedUnits {
  const united: DraftedUnits = { lead: [], responsible: [], cooperating: [], supervising: [] };
  const seen = new Set<string>();
  for (const role of BY_STRENGTH) {
    if (role === 'supervising') seen.clear();
    for (const name of all.flatMap((units) => units[role])) {
      if (!seen.has(nameKey(name))) united[role].push(name);
      seen.add(nameKey(name));
    }
  }
  return united;
}

export const noUnits = (): DraftedUnits => ({ lead: [], responsible: [], cooperating: [], supervising: [] });

/** Whether a task names the unit in a role that becomes an assignment. */
export function names(units: DraftedUnits, name: string): boolean {
  const key = nameKey(name);
  return ROLES.some((role) => units[role].some((one) => one === name || nameKey(one) === key));
}
