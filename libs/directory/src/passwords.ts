import { createHash } from 'node:crypto';
import { hash, parseOptions, verify } from '@node-rs/argon2';

/** Argon2id (the default) with OWASP's smallest setting: about 15 ms on one core, 19 MiB. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const KIND = '$argon2id$v=19$';
const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

/** Costs as much to verify as any hash here, and no password is known that it fits. */
const NOBODYS_HASH = [
  `${KIND}m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}`,
  base64(Buffer.alloc(16)),
  base64(Buffer.alloc(32)),
].join('$');

const DEMONSTRATION_SALT = createHash('sha256').update('duban demonstration account').digest().subarray(0, 16);

/**
 * All demonstration accounts share one password anyway, so they share one salt, and it is their mark: an account whose
 * hash has it, as the fourth of its parts, still has the demonstration password; a password that somebody set has a salt
 * of its own.
 */
export const DEMONSTRATION_MARK = base64(DEMONSTRATION_SALT);

/** The same hash for the same password. */
export const hashDemonstrationPassword = (password: string): Promise<string> =>
  hash(composed(password), { ...COST, salt: DEMONSTRATION_SALT });

/** Whether the password will do is for the rules of passwords to say. */
export const hashPassword = (password: string): Promise<string> => hash(composed(password), COST);

/** Takes about the same time for an account without a password (null), which no password fits. */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  const fits = await verify(passwordHash ?? NOBODYS_HASH, composed(password));
  return fits && passwordHash !== null;
}

/**
 * Another hash of a password, which the given one fits, where that was made by weaker settings than hashes are now; null
 * where it is as strong. Only whoever signs in brings the password that it takes.
 */
export async function strongerHash(passwordHash: string, password: string): Promise<string | null> {
  if (!isWeak(passwordHash)) return null;
  return passwordHash.includes(`$${DEMONSTRATION_MARK}$`)
    ? hashDemonstrationPassword(password)
    : hashPassword(password);
}

function isWeak(passwordHash: string): boolean {
  const { memoryCost, timeCost, parallelism } = parseOptions(passwordHash);
  return (
    !passwordHash.startsWith(KIND) ||
    memoryCost < COST.memoryCost ||
    timeCost < COST.timeCost ||
    parallelism < COST.parallelism
  );
}

// Two machines may give the same letter in two forms.
const composed = (password: string): string => password.normalize('NFC');
