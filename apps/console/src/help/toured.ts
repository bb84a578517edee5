const KEPT = 'duban.toured';

const KINDS = {
  contact: 'unit',
  head: 'unit',
  deputy: 'unit',
  handler: 'unit',
  leader: 'leader',
  office: 'office',
  officer: 'office',
  auditor: 'auditor',
  admin: 'admin',
  security: 'admin',
} as const;
export type TourKind = (typeof KINDS)[keyof typeof KINDS];

/** The kinds of people for whom there is a tour each. */
export const kindOf = (post: string): TourKind => KINDS[post as keyof typeof KINDS] ?? 'unit';

/** Whether somebody has seen the tour of their kind of post (岗位) in this browser; `all` is whoever wants none. */
export function hasToured(personId: string | null, post: string): boolean {
  const toured = (localStorage.getItem(KEPT) ?? '').split(' ');
  return toured.includes('all') || toured.includes(`${personId}:${kindOf(post)}`);
}

export function keepToured(personId: string | null, post: string): void {
  if (hasToured(personId, post)) return;
  localStorage.setItem(KEPT, `${localStorage.getItem(KEPT) ?? ''} ${personId}:${kindOf(post)}`.trim());
}
