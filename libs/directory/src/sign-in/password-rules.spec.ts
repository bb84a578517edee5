import { dictionary } from '@zxcvbn-ts/language-common';
import fc from 'fast-check';
import { assertFitPassword } from './password-rules';
import { leastLengthFor, presetPolicy } from './sign-in-policy';

const faultOf = (password: string, username = 'Y01.contact', least = 8) =>
  assertFitPassword(password, username, least).then(
    () => null,
    (error: unknown) => error as { code: string; message: string; faults: object[] },
  );
const codeOf = async (...given: Parameters<typeof faultOf>): Promise<string | null> =>
  (await faultOf(...given))?.code ?? null;

describe('assertFitPassword', () => {
  it.each([
    ['', 'PERSON.PASSWORD_TOO_SHORT'],
    ['seven77', 'PERSON.PASSWORD_TOO_SHORT'],
    ['密码密码密码密', 'PERSON.PASSWORD_TOO_SHORT'],
    // Characters are counted, not their halves.
    ['😀'.repeat(7), 'PERSON.PASSWORD_TOO_SHORT'],
    ['Zq7 '.repeat(50), null],
    // Signing in takes no longer one.
    [`${'Zq7 '.repeat(50)}!`, 'PERSON.PASSWORD_TOO_LONG'],
    ['😀'.repeat(101), 'PERSON.PASSWORD_TOO_LONG'],
    ['password', 'PERSON.PASSWORD_TOO_COMMON'],
    ['Password2024!', 'PERSON.PASSWORD_TOO_COMMON'],
    ['ｐａｓｓｗｏｒｄ', 'PERSON.PASSWORD_TOO_COMMON'],
    ['Woaini1314', 'PERSON.PASSWORD_TOO_COMMON'],
    ['1QAZ2WSX', 'PERSON.PASSWORD_TOO_COMMON'],
    ['jennifer1999', 'PERSON.PASSWORD_TOO_COMMON'],
    ['我的密码2024', 'PERSON.PASSWORD_TOO_COMMON'],
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
  ])('%j: %s', async (password, code) => {
    expect(await codeOf(password)).toBe(code);
  });

  it('refuses the three thousand that are most common among those that are long enough', async () => {
    const longEnough = dictionary['passwords-common'].filter((one) => one.length >= 8).slice(0, 3_000);
    expect(longEnough).toHaveLength(3_000);
    for (const one of longEnough) expect([one, await codeOf(one)]).toEqual([one, 'PERSON.PASSWORD_TOO_COMMON']);
  });

  it('says the rule, and never the password', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 5, maxLength: 7 }), async (password) => {
        fc.pre(!'It must have at least 8 characters. Choose another password'.includes(password));
        const fault = await faultOf(password, 'somebody');
        // A sign may have several characters.
        fc.pre(fault !== null);
        expect(JSON.stringify({ message: fault.message, faults: fault.faults })).not.toContain(password);
      }),
    );
  });

  it('asks more of the administrators, and the most of who holds several posts', async () => {
    const policy = presetPolicy(false);
    expect(leastLengthFor(policy, ['contact'])).toBe(8);
    expect(leastLengthFor(policy, ['contact', 'auditor'])).toBe(12);
    expect(await codeOf('elevenchars', 'auditor', leastLengthFor(policy, ['auditor']))).toBe(
      'PERSON.PASSWORD_TOO_SHORT',
    );
  });
});
