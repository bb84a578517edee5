import fc from 'fast-check';
import { assertFitPassword } from './password-rules';
import { leastLengthFor, presetPolicy } from './sign-in-policy';

const codeOf = (password: string, username = 'Y01.contact', least = 8): string | null => {
  try {
    assertFitPassword(password, username, least);
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('assertFitPassword', () => {
  it.each([
    ['', 'PERSON.PASSWORD_TOO_SHORT'],
    ['seven77', 'PERSON.PASSWORD_TOO_SHORT'],
    ['密码密码密码密', 'PERSON.PASSWORD_TOO_SHORT'],
    // Characters are counted, not their halves.
    ['😀'.repeat(7), 'PERSON.PASSWORD_TOO_SHORT'],
    ['x'.repeat(257), 'PERSON.PASSWORD_TOO_LONG'],
    ['password', 'PERSON.PASSWORD_TOO_COMMON'],
    ['Password2024!', 'PERSON.PASSWORD_TOO_COMMON'],
    ['ｐａｓｓｗｏｒｄ', 'PERSON.PASSWORD_TOO_COMMON'],
    ['Woaini1314', 'PERSON.PASSWORD_TOO_COMMON'],
    ['88888888', 'PERSON.PASSWORD_TOO_COMMON'],
    ['23456789', 'PERSON.PASSWORD_TOO_COMMON'],
    ['hgfedcba', 'PERSON.PASSWORD_TOO_COMMON'],
    ['Y01.contact', 'PERSON.PASSWORD_IS_NAME'],
    ['y01.CONTACT', 'PERSON.PASSWORD_IS_NAME'],
    ['Y01.contact2024', 'PERSON.PASSWORD_IS_NAME'],
    ['tcatnoc.10Y', 'PERSON.PASSWORD_IS_NAME'],
    ['a new password', null],
    ['督查室的密码 1', null],
    ['edge-password', null],
  ])('%j: %s', (password, code) => {
    expect(codeOf(password)).toBe(code);
  });

  it('says the rule, and never the password', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 5, maxLength: 7 }), (password) => {
        fc.pre(!'It must have at least 8 characters. Choose another password'.includes(password));
        try {
          assertFitPassword(password, 'somebody', 8);
        } catch (error) {
          const { message, faults } = error as { message: string; faults: object[] };
          expect(JSON.stringify({ message, faults })).not.toContain(password);
        }
      }),
    );
  });

  it('asks more of the administrators, and the most of who holds several posts', () => {
    const policy = presetPolicy(false);
    expect(leastLengthFor(policy, ['contact'])).toBe(8);
    expect(leastLengthFor(policy, ['contact', 'auditor'])).toBe(12);
    expect(codeOf('elevenchars', 'auditor', leastLengthFor(policy, ['auditor']))).toBe('PERSON.PASSWORD_TOO_SHORT');
  });
});
