import { Initial1795500000000 } from './1795500000000-initial';
import { PlanImports1795640000000 } from './1795640000000-plan-imports';

/** In order; what has landed is never edited. */
export const MIGRATIONS = [Initial1795500000000, PlanImports1795640000000];
