import type { PostKind } from './post';

/**
 * What bounds a delegation (代行). Leave that lasts longer than a quarter is no leave: the post is then given to somebody
 * for a term. The three administrators' posts are not delegated (三员分立), nor may a post be delegated across the lists:
 * a unit's matters stay in the unit, the government's among those who see all of them anyway.
 */
export const DELEGATION_RULES = {
  /** Days from the first to the last, both included. */
  mostDays: 92,
  /** Posts of the government whose holders stand in for one another. */
  governmentPosts: ['office', 'officer', 'leader'],
} as const satisfies { mostDays: number; governmentPosts: readonly PostKind[] };
