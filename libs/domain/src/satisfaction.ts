/** What somebody from the public answers who is asked about a matter of theirs (满意度); a closed list. */
export const SATISFACTION_RATINGS = ['satisfied', 'basically', 'unsatisfied', 'not_reached'] as const;
export type SatisfactionRating = (typeof SATISFACTION_RATINGS)[number];

/** How they were asked (回访方式). */
export const SATISFACTION_METHODS = ['call_back', 'message', 'visit'] as const;
export type SatisfactionMethod = (typeof SATISFACTION_METHODS)[number];
