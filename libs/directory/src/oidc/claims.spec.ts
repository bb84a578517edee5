import fc from 'fast-check';
import { DomainError } from '@duban/kernel';
import { presetPolicy } from '../sign-in/sign-in-policy';
import { isTwofold, postsIn } from './claims';

const policy = {
  ...presetPolicy(false).provider,
  roles: [
    { role: 'supervision', post: 'officer' as const },
    { role: 'liaison', post: 'contact' as const },
    { role: 'director', post: 'head' as const },
  ],
};

describe('postsIn', () => {
  it.each([
    [{ duban_role: 'supervision' }, [['officer', null]]],
    [{ duban_role: ['supervision', 'supervision'] }, [['officer', null]]],
    [{ duban_role: 'liaison', duban_unit: 'Ｙ01' }, [['contact', 'Y01']]],
    [
      { duban_role: ['supervision', 'director'], duban_unit: ['Y01', 'Y02'] },
      [
        ['officer', null],
        ['head', 'Y01'],
        ['head', 'Y02'],
      ],
    ],
  ])('%j', (claims, posts) => {
    expect(postsIn(claims, policy)).toEqual(posts.map(([kind, unitCode]) => ({ kind, unitCode })));
  });

  it('leaves posts to people where no role is mapped', () => {
    expect(postsIn({ duban_role: 'emperor' }, { ...policy, roles: [] })).toBeNull();
  });

  it('gives posts by mapped roles alone, whatever the provider says, or refuses with the claim', () => {
    const kinds = policy.roles.map(({ post }) => post as string);
    const value = fc.oneof(
      fc.constantFrom('supervision', 'liaison', 'director', '__proto__', 'constructor', ''),
      fc.anything(),
      fc.array(fc.constantFrom('supervision', 'liaison', 'emperor')),
    );
    fc.assert(
      fc.property(value, value, (role, unit) => {
        try {
          for (const post of postsIn({ duban_role: role, duban_unit: unit }, policy)!) {
            expect(kinds).toContain(post.kind);
            expect(post.kind === 'officer').toBe(post.unitCode === null);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(DomainError);
          expect((error as DomainError).code).toMatch(/^OIDC\.(CLAIM_MISSING|CLAIM_UNREADABLE|ROLE_UNKNOWN)$/);
          expect((error as DomainError).details['claim']).toMatch(/^duban_(role|unit)$/);
        }
      }),
    );
  });
});

describe('isTwofold', () => {
  const settings = { OIDC_TWOFOLD_ACR: ['https://refeds.org/profile/mfa', 'loa3'], OIDC_TWOFOLD_AMR: ['mfa'] };
  it.each([
    [{ acr: 'loa3' }, true],
    [{ amr: ['pwd', 'mfa'] }, true],
    [{ acr: 'loa1', amr: ['pwd', 'otp', 'mfa'] }, true],
    [{}, false],
    // A code by itself may be the only thing that was asked for.
    [{ acr: 'loa1', amr: ['otp'] }, false],
    [{ acr: ['loa3'], amr: 'mfa' }, false],
    [{ acr: 'LOA3', amr: [['mfa'], null, { mfa: true }] }, false],
    [{ acr: '', amr: [] }, false],
  ])('%j: %s', (claims, expected) => {
    expect(isTwofold(claims, settings)).toBe(expected);
  });

  it('believes no class that is not set', () => {
    expect(isTwofold({ acr: 'loa3' }, { OIDC_TWOFOLD_AMR: ['mfa'] })).toBe(false);
    expect(isTwofold({ acr: undefined }, { OIDC_TWOFOLD_AMR: [] })).toBe(false);
  });
});
