import { UNIT_POSTS, type PostKind } from '@duban/domain';
import { forbidden } from '@duban/kernel';
import type { Config } from '@duban/platform';
import { cleanCode } from '../names';
import type { PostName } from '../post-holdings';
import type { SignInPolicy } from '../sign-in/sign-in-policy';

type Claims = Readonly<Record<string, unknown>>;

/**
 * Whether an ID token says that two factors were asked for: by its class (`acr`), or by one of its methods (`amr`). Of
 * what it does not say, or says by names that nobody has set, nothing is believed.
 */
export function isTwofold(
  { acr, amr }: Claims,
  { OIDC_TWOFOLD_ACR: classes = [], OIDC_TWOFOLD_AMR: methods }: Pick<Config, 'OIDC_TWOFOLD_ACR' | 'OIDC_TWOFOLD_AMR'>,
): boolean {
  return classes.some((one) => one === acr) || (Array.isArray(amr) && methods.some((one) => amr.includes(one)));
}

/**
 * The posts that a provider's claims give, by the sign-in policy; null where no role is mapped: then the provider says
 * who somebody is, and duban what they may.
 *
 * @throws DomainError forbidden `OIDC.CLAIM_MISSING`, `OIDC.CLAIM_UNREADABLE`, `OIDC.ROLE_UNKNOWN`, with the claim
 */
export function postsIn(claims: Claims, { roleClaim, unitClaim, roles }: SignInPolicy['provider']): PostName[] | null {
  if (roles.length === 0) return null;
  const wanted = textsIn(claims, roleClaim).map((role) => {
    const post = roles.find((one) => one.role === role)?.post;
    if (post === undefined) {
      throw forbidden(
        'OIDC.ROLE_UNKNOWN',
        `Your provider says of you ${roleClaim} "${role.slice(0, 100)}", which gives no post here. Ask the security administrator.`,
        { claim: roleClaim, value: role.slice(0, 100) },
      );
    }
    return post;
  });
  return [...new Set(wanted)].flatMap((kind): PostName[] =>
    isUnitPost(kind)
      ? textsIn(claims, unitClaim).map((code) => ({ kind, unitCode: cleanCode(code) }))
      : [{ kind, unitCode: null }],
  );
}

function textsIn(claims: Claims, claim: string): string[] {
  const given = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  const texts = Array.isArray(given) ? (given as unknown[]) : [given];
  if (given === undefined || given === null || given === '' || texts.length === 0) {
    throw forbidden('OIDC.CLAIM_MISSING', `Your provider does not say your ${claim}. Ask whoever runs it.`, { claim });
  }
  if (!texts.every((text): text is string => typeof text === 'string' && text !== '') || texts.length > 100) {
    throw forbidden('OIDC.CLAIM_UNREADABLE', `What your provider says as ${claim} is no text.`, { claim });
  }
  return texts;
}

const isUnitPost = (kind: PostKind): boolean => (UNIT_POSTS as readonly PostKind[]).includes(kind);
