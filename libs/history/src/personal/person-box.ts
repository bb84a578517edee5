import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

/** Half of it encrypts, the other half makes nonces. */
const KEY_BYTES = 64;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export const newPersonKey = (): Buffer => randomBytes(KEY_BYTES);

/**
 * Words about a person in a box (AES-256-GCM). The nonce comes from the words: the same words are the same box, so that
 * whoever has no key still sees what stayed as it was; other words have another nonce.
 *
 * @param key of 64 bytes
 * @param context whose they are and what for: a box that is moved elsewhere does not open there
 * @returns base64 of nonce, tag and ciphertext
 */
export function seal(key: Buffer, context: string, words: string): string {
  const nonce = createHmac('sha256', key.subarray(32)).update(`${context}\0${words}`).digest().subarray(0, NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.subarray(0, 32), nonce).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(words, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
}

/** @returns null where another key sealed it, or it is none */
export function open(key: Buffer, context: string, box: string): string | null {
  const bytes = Buffer.from(box, 'base64');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', key.subarray(0, 32), bytes.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null;
  }
}
