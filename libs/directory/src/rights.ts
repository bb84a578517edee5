import type { PostKind } from '@duban/domain';
import type { Actor, Matter } from '@duban/history';
import { forbidden } from '@duban/kernel';

/** `all`: whatever it concerns. `own`: only what is the part of the unit whose post it is. */
type Reach = 'all' | 'own';

const OFFICE = { office: 'all', officer: 'all' } as const;
const UNIT = { head: 'own', deputy: 'own', contact: 'own', handler: 'own' } as const;
const GOVERNMENT = { ...OFFICE, leader: 'all', auditor: 'all', admin: 'all' } as const;
const ADMINISTRATORS = { admin: 'all', security: 'all', auditor: 'all' } as const;
const EVERYBODY = {
  ...GOVERNMENT,
  security: 'all',
  head: 'all',
  deputy: 'all',
  contact: 'all',
  handler: 'all',
} as const;

/** Which post may do what (权限). What is not here is not allowed. */
const RIGHTS = {
  'plan.draft': OFFICE,
  'plan.edit': OFFICE,
  'plan.issue': OFFICE,
  /** Try what a rule set would send. */
  'policy.simulate': OFFICE,
  'unit.import': { ...OFFICE, admin: 'all' },
  'unit.reorganise': { office: 'all', admin: 'all' },
  'unit.read': EVERYBODY,
  /** Make and close posts of deputies and handlers. */
  'post.create': { ...OFFICE, admin: 'all' },
  'account.create': { admin: 'all' },
  'account.edit': { admin: 'all' },
  'account.read': ADMINISTRATORS,
  /** Propose that somebody is given a post, or loses one. */
  'post.propose': { admin: 'all', security: 'all' },
  /** Give and take posts: what the security administrator proposes is done at once. */
  'post.decide': { security: 'all' },
  /** Have somebody stand in for the holder of a post (代行), and end it; everybody does for their own posts. */
  'delegation.make': { office: 'all', security: 'all', head: 'own' },
  'delegation.read': { ...OFFICE, ...ADMINISTRATORS, head: 'own' },
  /** Unlock an account, end its sessions and tokens, take its second factor away. */
  'sign_in.administer': { security: 'all' },
  'sign_in.policy': { security: 'all' },
  'history.read': { auditor: 'all' },
  'clock.move': { admin: 'all' },
  'clock.read': EVERYBODY,
  /** Sign for a part, hand in reports and the completion, withdraw it. */
  'assignment.act': UNIT,
  /** Return, verify, cancel; a lead's unit judges the parts of the others, too. */
  'assignment.judge': OFFICE,
  'notice.answer': UNIT,
  'notice.judge': OFFICE,
  'read.all': GOVERNMENT,
  'read.own': { ...GOVERNMENT, ...UNIT },
  'delivery.read_all': GOVERNMENT,
  'inbox.read': EVERYBODY,
} as const satisfies Record<string, Partial<Record<PostKind, Reach>>>;

/**
 * What somebody may do who stands in for some matters of a post only (代行): read, and what whoever does it asks of each
 * matter, by `assertInMatter`. The rest concerns more than some matters.
 */
const OF_MATTERS: readonly Action[] = [
  'unit.read',
  'clock.read',
  'inbox.read',
  'read.all',
  'read.own',
  'assignment.act',
  'assignment.judge',
  'notice.answer',
  'notice.judge',
];

/** All that rights tell apart; an API token may do a part of it. */
export const ACTIONS = Object.keys(RIGHTS) as [Action, ...Action[]];

/** Something that a person does or reads, as far as rights tell it apart. */
export type Action = keyof typeof RIGHTS;

/**
 * Whether the actor's post may do this, and the API token by which they act, if any. The supervision itself (`system`) may all: no request can act as it.
 *
 * @param unitId the unit whose part it is. Without it, a right to one's own part is enough, and the caller confines
 *   what is read to {@link unitScope}.
 */
export function may(actor: Actor, action: Action, unitId?: string): boolean {
  if (actor.post === 'system') return true;
  if (actor.token && !actor.token.scopes.includes(action)) return false;
  if (actor.delegation && !mayDelegated(actor.delegation.matter, action)) return false;
  const reaches: Partial<Record<PostKind, Reach>> = RIGHTS[action];
  const reach = reaches[actor.post];
  if (reach === 'own') return actor.unitId !== null && (unitId === undefined || unitId === actor.unitId);
  return reach === 'all';
}

/**
 * @param unitId as for {@link may}
 * @throws DomainError forbidden `RIGHTS.NOT_ALLOWED` with the action and the post, `RIGHTS.NOT_IN_SCOPE`,
 *   `DELEGATION.OUT_OF_MATTER`
 */
export function assertMay(actor: Actor, action: Action, unitId?: string): void {
  if (may(actor, action, unitId)) return;
  if (actor.token && may({ ...actor, token: undefined }, action, unitId)) {
    throw forbidden('RIGHTS.NOT_IN_SCOPE', `The API token has not the scope ${action}. Make one that has.`, { action });
  }
  if (actor.delegation && may({ ...actor, delegation: undefined }, action, unitId)) {
    throw forbidden(
      'DELEGATION.OUT_OF_MATTER',
      `You stand in for ${actor.delegation.name}, but not for this (${action}).`,
      {
        action,
        delegationId: actor.delegation.id,
      },
    );
  }
  const elsewhere = unitId !== undefined && may(actor, action);
  const message = elsewhere
    ? `Your post may do this only for its own unit (${action}). Ask the unit concerned.`
    : `Your post (${actor.post}) may not do this (${action}). Ask somebody whose post may.`;
  throw forbidden('RIGHTS.NOT_ALLOWED', message, { action, post: actor.post });
}

/** Who stands in for somebody does not have others stand in; all else goes with the post, or with its matters. */
const mayDelegated = (matter: Matter | null, action: Action): boolean =>
  matter === null ? action !== 'delegation.make' : OF_MATTERS.includes(action);

/**
 * Whose part the actor sees: null sees all, else the id of the one unit.
 *
 * @throws DomainError forbidden `RIGHTS.NOT_ALLOWED` for who reads neither
 */
export function unitScope(actor: Actor): string | null {
  if (may(actor, 'read.all')) return null;
  assertMay(actor, 'read.own');
  return actor.unitId;
}

/**
 * Nobody administers what they may do themselves.
 * @throws DomainError forbidden `RIGHTS.OWN_ACCOUNT`
 */
export function assertNotOwn(actor: Actor, personId: string): void {
  if (actor.personId !== personId) return;
  throw forbidden('RIGHTS.OWN_ACCOUNT', 'This is your own account. Ask another administrator.');
}

/**
 * Whoever can take over the account of an administrator, or sign in as one, holds that post, too (三员分立).
 *
 * @param today `YYYY-MM-DD`; a term that begins later counts, too
 * @throws DomainError forbidden `RIGHTS.ADMINISTRATORS_APART` with the post, where the person holds one of these posts
 */
export function assertNoAdministrator(
  { posts }: { posts: readonly { kind: PostKind; toOn: string | null }[] },
  today: string,
  kinds: readonly PostKind[],
): void {
  const held = posts.find(({ kind, toOn }) => kinds.includes(kind) && (toOn === null || toOn > today));
  if (!held) return;
  throw forbidden(
    'RIGHTS.ADMINISTRATORS_APART',
    'This is the account of an administrator (三员分立). Only its owner, or a reset by mail, may change that.',
    { post: held.kind },
  );
}
