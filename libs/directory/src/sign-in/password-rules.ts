import { type DomainError, invalid } from '@duban/kernel';

/** As long as signing in takes them, counted as there (in UTF-16): a longer one could be set, and never be given again. */
const MOST_LENGTH = 200;

/** Those that are tried first here, which lists of the world have not, or far behind. */
const COMMON_HERE =
  `woaini woaini1314 5201314 1314520 zhengfu duban dubanduban government changeme beijing shanghai admin888
  superuser 密码 我的密码 督办 管理员`.split(/\s+/);

let common: Promise<ReadonlySet<string>> | undefined;

/** Some fifty thousand of the world's, and ours; read when somebody first chooses a password. */
const commonPasswords = (): Promise<ReadonlySet<string>> =>
  (common ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set([...dictionary['passwords-common'], ...COMMON_HERE]),
  ));

/** What a password may not be, in the order in which it is said. */
type Fault = 'SHORT' | 'LONG' | 'COMMON' | 'OWN_NAME';

/**
 * Whether a password will do, apart from those that the person had before.
 *
 * @throws DomainError invalid `PERSON.PASSWORD_TOO_SHORT`, `PERSON.PASSWORD_TOO_LONG`, `PERSON.PASSWORD_TOO_COMMON`,
 *   `PERSON.PASSWORD_IS_NAME`
 */
export async function assertFitPassword(password: string, username: string, leastLength: number): Promise<void> {
  const fault = faultOf(password, username, leastLength, await commonPasswords());
  if (fault === null) return;
  const words: Record<Fault, [code: string, rule: string]> = {
    SHORT: ['PERSON.PASSWORD_TOO_SHORT', `have at least ${leastLength} characters`],
    LONG: ['PERSON.PASSWORD_TOO_LONG', `have at most ${MOST_LENGTH} characters`],
    COMMON: ['PERSON.PASSWORD_TOO_COMMON', 'not be one of those that are guessed first'],
    OWN_NAME: ['PERSON.PASSWORD_IS_NAME', 'not be the username'],
  };
  throw unfitPassword(...words[fault]);
}

export const unfitPassword = (code: string, rule: string): DomainError =>
  invalid(code, `A password must ${rule}. Choose another.`, {
    faults: [{ code, message: `It must ${rule}.`, field: 'password' }],
  });

function faultOf(password: string, username: string, leastLength: number, known: ReadonlySet<string>): Fault | null {
  const characters = Array.from(password.normalize('NFC'));
  if (characters.length < leastLength) return 'SHORT';
  if (password.length > MOST_LENGTH) return 'LONG';
  const plain = password.normalize('NFKC').toLowerCase();
  const name = username.normalize('NFKC').toLowerCase();
  if (plain === name || core(plain) === name || plain === Array.from(name).reverse().join('')) return 'OWN_NAME';
  if (known.has(plain) || known.has(core(plain)) || isRun(characters)) return 'COMMON';
  return null;
}

/** Without the digits and marks at its end: `Password2024!` is `password`. */
const core = (plain: string): string => plain.replace(/[\d\p{P}\p{S}]+$/u, '');

/** `88888888`, `12345678`, `hgfedcba`: each character as far from the one before. */
function isRun(characters: readonly string[]): boolean {
  const steps = characters.slice(1).map((character, i) => character.codePointAt(0)! - characters[i]!.codePointAt(0)!);
  return Math.abs(steps[0] ?? 0) <= 1 && steps.every((step) => step === steps[0]);
}
