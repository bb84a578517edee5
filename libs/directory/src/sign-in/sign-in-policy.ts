import { ADMINISTRATOR_POSTS, POST_KINDS, type PostKind } from '@duban/domain';
import { z } from 'zod';

/** Posts that a provider's word may give: none of the administrators', which people grant. */
const PROVIDER_POSTS = ['office', 'officer', 'leader', 'head', 'contact'] as const;
const DAY_MINUTES = 24 * 60;

/** By which rules people sign in (登录策略): the security administrator's to set. */
export const signInPolicySchema = z.strictObject({
  password: z.strictObject({
    leastLength: z.int().min(8, 'At least 8.').max(64, 'At most 64.'),
    /** Longer ones for holders of a post. */
    leastLengthOf: z.array(z.strictObject({ post: z.enum(POST_KINDS), leastLength: z.int().min(8).max(64) })).max(20),
    /** Former passwords that may not come back. */
    remembered: z.int().min(0).max(20),
    /** Days after which another must be chosen; null for never. */
    mostAgeDays: z.int().min(1).max(3650).nullable(),
    changeWhenSetByAdministrator: z.boolean(),
  }),
  lockOut: z.strictObject({
    /** Failures in a row before an account is locked. */
    tries: z.int().min(3).max(100),
    /** The same for an address, from which many people may come; as many are forgiven in an hour. */
    addressTries: z.int().min(10).max(10_000),
    /** The first lock; each failure after it doubles the next. */
    firstMinutes: z.int().min(1).max(DAY_MINUTES),
    mostMinutes: z.int().min(1).max(DAY_MINUTES),
  }),
  session: z.strictObject({ hours: z.int().min(1).max(72), idleMinutes: z.int().min(5).max(DAY_MINUTES) }),
  /** Holders of these posts need a second factor. */
  secondFactor: z.strictObject({ posts: z.array(z.enum(POST_KINDS)).max(20) }),
  /** Whether posts of accounts that an administrator's import makes wait for the security administrator. */
  confirmImportedPosts: z.boolean(),
  provider: z.strictObject({
    /** The claim that names roles, text or a list of texts. */
    roleClaim: z.string().min(1).max(100),
    /** The claim that gives a unit's code. */
    unitClaim: z.string().min(1).max(100),
    roles: z.array(z.strictObject({ role: z.string().min(1).max(200), post: z.enum(PROVIDER_POSTS) })).max(100),
    /** What becomes of somebody whom nobody has linked to an account yet. */
    unknownPersons: z.enum(['refuse', 'create']),
  }),
});

export type SignInPolicy = z.infer<typeof signInPolicySchema>;

/** What holds until the security administrator decides otherwise. */
const STANDARD: SignInPolicy = {
  password: {
    leastLength: 8,
    leastLengthOf: ADMINISTRATOR_POSTS.map((post) => ({ post, leastLength: 12 })),
    remembered: 5,
    mostAgeDays: null,
    changeWhenSetByAdministrator: true,
  },
  lockOut: { tries: 10, addressTries: 100, firstMinutes: 5, mostMinutes: 60 },
  session: { hours: 12, idleMinutes: 120 },
  secondFactor: { posts: [] },
  confirmImportedPosts: true,
  provider: { roleClaim: 'duban_role', unitClaim: 'duban_unit', roles: [], unknownPersons: 'refuse' },
};

/**
 * @param isDemonstration everybody knows everybody's password there, and tries all posts alone: an account can be used
 *   as soon as it is made, and its password be set to and fro
 */
export const presetPolicy = (isDemonstration: boolean): SignInPolicy =>
  isDemonstration
    ? {
        ...STANDARD,
        password: { ...STANDARD.password, leastLengthOf: [], remembered: 0, changeWhenSetByAdministrator: false },
        confirmImportedPosts: false,
      }
    : STANDARD;

/** Characters that a password of the holder of these posts has at least. */
export function leastLengthFor({ password }: SignInPolicy, posts: readonly PostKind[]): number {
  const own = password.leastLengthOf.filter(({ post }) => posts.includes(post)).map(({ leastLength }) => leastLength);
  return Math.max(password.leastLength, ...own);
}
