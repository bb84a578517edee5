/** Kinds of posts (岗位): what a person may do goes by the post held, not by the person. */
export const UNIT_POSTS = ['head', 'deputy', 'contact', 'handler'] as const;
/** One of each stands in every unit; of the others there are as many as a unit has use for, each with a title. */
export const SINGLE_UNIT_POSTS = ['head', 'contact'] as const;
export const TITLED_POSTS = ['deputy', 'handler'] as const;
export const GOVERNMENT_POSTS = ['office', 'officer', 'leader', 'auditor', 'admin', 'security'] as const;
/** The three administrators (三员): of the system, of security, of the audit. Nobody holds two of these. */
export const ADMINISTRATOR_POSTS = ['admin', 'security', 'auditor'] as const;
/** Held by one person at a time: somebody else gets one when a term ends, or as a successor (接任). Others have several. */
export const SINGLE_HOLDER_POSTS = ['office', ...UNIT_POSTS] as const;
export const POST_KINDS = [...GOVERNMENT_POSTS, ...UNIT_POSTS] as const;

/**
 * `office` heads the supervision office (督查室), `officer` is its staff; `leader` is a leader in charge (分管领导);
 * `admin` administers the system (系统管理员), `security` who may do what and sign-in (安全管理员), `auditor` reads what
 * both did (审计员); `head`, `deputy` (分管负责人), `contact` (联络员) and `handler` (经办人) belong to a unit.
 */
export type PostKind = (typeof POST_KINDS)[number];
