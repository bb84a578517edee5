import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { fromBase64 } from './tree';

/** A checkpoint (存证) as its text says it. */
export interface Checkpoint {
  origin: string;
  size: number;
  root: string;
  number: number;
  hash: 'sha256' | 'sm3';
  signedAt: string;
  /** What was signed. */
  text: string;
  signatures: readonly { keyId: string; value: Uint8Array }[];
}

const KEY_ID_BYTES = 4;
const RAW_KEY_BYTES = 32;
const ED25519_NOTE = Uint8Array.of(1);
const TEXT =
  /^([^\s+]+)\n(0|[1-9]\d{0,14})\n([A-Za-z0-9+/]{43}=)\nnumber (\d{1,15})\nhash (sha256|sm3)\nsigned (\S+)\nprevious \S+\n/;
const SIGNATURE = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/;

/** Null for what is no signed checkpoint of duban's. */
export function readNote(given: string): Checkpoint | null {
  const note = given.replaceAll('\r\n', '\n').trim();
  const end = note.indexOf('\n\n') + 1;
  const text = note.slice(0, end);
  const [, origin, size, root, number, hash, signedAt] = TEXT.exec(text) ?? [];
  if (!origin || !root || !signedAt) return null;
  const signatures = note
    .slice(end + 1)
    .split('\n')
    .flatMap((line) => {
      const [, name, encoded] = SIGNATURE.exec(line) ?? [];
      if (name !== origin || !encoded) return [];
      const bytes = fromBase64(encoded);
      return [{ keyId: hex(bytes.subarray(0, KEY_ID_BYTES)), value: bytes.subarray(KEY_ID_BYTES) }];
    });
  if (signatures.length === 0) return null;
  return {
    origin,
    size: Number(size),
    root,
    number: Number(number),
    hash: hash as Checkpoint['hash'],
    signedAt,
    text,
    signatures,
  };
}

const hex = (bytes: Uint8Array): string => [...bytes].map((one) => one.toString(16).padStart(2, '0')).join('');

/** The 32 bytes of the public key in a PEM block, or null. */
export function keyIn(pem: string): Uint8Array | null {
  const [, body] = /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/.exec(pem) ?? [];
  if (body === undefined) return null;
  try {
    return fromBase64(body.replaceAll(/\s/g, '')).slice(-RAW_KEY_BYTES);
  } catch {
    return null;
  }
}

/** The short name of a key in the signatures of an origin (C2SP signed-note). */
export function keyIdOf(origin: string, key: Uint8Array): string {
  const hash = sha256.create();
  hash.update(new TextEncoder().encode(`${origin}\n`));
  hash.update(ED25519_NOTE);
  hash.update(key);
  return hex(hash.digest().subarray(0, KEY_ID_BYTES));
}

/** The id of the key, among those given, whose signature holds; null where none does. */
export function signedBy({ origin, text, signatures }: Checkpoint, keys: readonly Uint8Array[]): string | null {
  for (const key of keys) {
    const keyId = keyIdOf(origin, key);
    const signature = signatures.find((one) => one.keyId === keyId);
    if (signature && holds(signature.value, text, key)) return keyId;
  }
  return null;
}

function holds(signature: Uint8Array, text: string, key: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, new TextEncoder().encode(text), key);
  } catch {
    return false;
  }
}
