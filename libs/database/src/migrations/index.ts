import { Initial1795500000000 } from './1795500000000-initial';

/** In order; what has landed is never edited. */
export const MIGRATIONS = [Initial1795500000000];
