import {
  createHash,
  createPrivateKey,
  createPublicKey,
  hash as digest,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { TREE_HASHES, type TreeHash } from './merkle';

/** A signed root over all history so far (存证). */
export interface Checkpoint {
  /** The installation whose history it is: `duban.history/<uuid>`. */
  origin: string;
  /** Events that the tree holds. */
  size: number;
  root: Buffer;
  /** 1 for the first, and one more each. */
  number: number;
  hash: TreeHash;
  /** By the database's clock: ISO 8601, UTC, to the microsecond. */
  signedAt: string;
  /** Hash of the text of the checkpoint before, in base64, by this one's hash; null for the first. */
  previous: string | null;
  /** Of the one that begins an epoch (换算法): what it goes on from. */
  from?: ChangedFrom;
}

/** The last checkpoint of the hash before. */
export interface ChangedFrom {
  hash: TreeHash;
  /** Hash of its whole note, with its signatures, in base64, by the new hash. */
  note: string;
}

interface Signature {
  keyId: string;
  value: Buffer;
}

/** A checkpoint as it is handed out: its text, which is what was signed, and the signatures. */
export interface SignedCheckpoint {
  checkpoint: Checkpoint;
  note: string;
  text: string;
  signatures: readonly Signature[];
}

/** Ed25519 in the signed-note format of C2SP. */
const ED25519_NOTE = Buffer.of(1);
const RAW_KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const SIGNATURE_BYTES = 64;

/** The text of a checkpoint, in the form of C2SP's tlog-checkpoint with four lines of our own, five where the hash changes. */
export const textOf = ({ origin, size, root, number, hash, signedAt, previous, from }: Checkpoint): string =>
  [
    origin,
    size,
    root.toString('base64'),
    `number ${number}`,
    `hash ${hash}`,
    `signed ${signedAt}`,
    `previous ${previous ?? 'none'}`,
    ...(from ? [`from ${from.hash} ${from.note}`] : []),
    '',
  ].join('\n');

/** What the next checkpoint, whose hash it is by, says of this one. */
export const digestOf = (hash: TreeHash, text: string): string => digest(hash, text, 'base64');

/** The short name of a public key in the signatures of an origin: eight hexadecimal digits. */
export function keyIdOf(origin: string, publicKey: KeyObject): string {
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-RAW_KEY_BYTES);
  const hashed = createHash('sha256').update(`${origin}\n`).update(ED25519_NOTE).update(raw).digest();
  return hashed.subarray(0, KEY_ID_BYTES).toString('hex');
}

/** A note: text, an empty line, and a line for each signature. */
export function signNote(origin: string, text: string, keys: readonly KeyObject[]): string {
  const lines = keys.map((key) => {
    const id = Buffer.from(keyIdOf(origin, createPublicKey(key)), 'hex');
    const value = sign(null, Buffer.from(text), key);
    return `— ${origin} ${Buffer.concat([id, value]).toString('base64')}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

export const isSignedBy = ({ text }: SignedCheckpoint, { value }: Signature, publicKey: KeyObject): boolean =>
  verify(null, Buffer.from(text), publicKey, value);

const HASH_BASE64 = '[A-Za-z0-9+/]{43}=';
const TEXT = new RegExp(
  [
    String.raw`^(?<origin>[^\s+]+)`,
    String.raw`(?<size>0|[1-9]\d{0,14})`,
    `(?<root>${HASH_BASE64})`,
    String.raw`number (?<number>[1-9]\d{0,14})`,
    `hash (?<hash>${TREE_HASHES.join('|')})`,
    String.raw`signed (?<signedAt>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)`,
    `previous (?<previous>none|${HASH_BASE64})(?:\nfrom (?<fromHash>${TREE_HASHES.join('|')}) (?<fromNote>${HASH_BASE64}))?\n$`,
  ].join('\n'),
);
const SIGNATURE = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/;

/** Null for what is no checkpoint with a signature. */
export function parseNote(note: string): SignedCheckpoint | null {
  const end = note.indexOf('\n\n') + 1;
  const text = note.slice(0, end);
  const groups = TEXT.exec(text)?.groups as
    (Record<Exclude<keyof Checkpoint, 'from'>, string> & { fromHash?: TreeHash; fromNote?: string }) | undefined;
  if (!groups || !note.endsWith('\n')) return null;
  const { origin, size, root, number, hash, signedAt, previous, fromHash, fromNote } = groups;
  const signatures = signaturesIn(note.slice(end + 1, -1), origin);
  if (!signatures) return null;
  return {
    checkpoint: {
      origin,
      size: Number(size),
      root: Buffer.from(root, 'base64'),
      number: Number(number),
      hash: hash as TreeHash,
      signedAt,
      previous: previous === 'none' ? null : previous,
      ...(fromHash && fromNote ? { from: { hash: fromHash, note: fromNote } } : {}),
    },
    note,
    text,
    signatures,
  };
}

/** Null where a line is no signature of the origin's. */
function signaturesIn(lines: string, origin: string): Signature[] | null {
  const signatures: Signature[] = [];
  for (const line of lines.split('\n')) {
    const [, name, encoded = ''] = SIGNATURE.exec(line) ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    if (name !== origin || bytes.length !== KEY_ID_BYTES + SIGNATURE_BYTES) return null;
    const keyId = bytes.subarray(0, KEY_ID_BYTES).toString('hex');
    signatures.push({ keyId, value: bytes.subarray(KEY_ID_BYTES) });
  }
  return signatures;
}

/** Whether a note has just this text, signed for the origin by one of the keys. */
export function isNoteOf(note: string, text: string, origin: string, keys: readonly KeyObject[]): boolean {
  if (!note.startsWith(`${text}\n`) || !note.endsWith('\n')) return false;
  const signatures = signaturesIn(note.slice(text.length + 1, -1), origin) ?? [];
  return signatures.some(({ value }) => keys.some((key) => verify(null, Buffer.from(text), key, value)));
}

const PEM_BLOCK = /-----BEGIN ([A-Z ]+)-----[\s\S]+?-----END \1-----/g;

/** @throws Error where there is none, or one that is not of Ed25519 */
export const privateKeysIn = (pem: string): KeyObject[] => keysIn(pem, 'PRIVATE KEY', createPrivateKey);

/** @throws Error where there is none, or one that is not of Ed25519 */
export const publicKeysIn = (pem: string): KeyObject[] => keysIn(pem, 'PUBLIC KEY', createPublicKey);

function keysIn(pem: string, label: string, read: (block: string) => KeyObject): KeyObject[] {
  const keys = [...pem.matchAll(PEM_BLOCK)].map(([block, found]) => {
    if (found !== label) throw new Error(`a ${found} and not a ${label}`);
    const key = read(block);
    if (key.asymmetricKeyType !== 'ed25519') throw new Error(`a key of ${key.asymmetricKeyType} and not of Ed25519`);
    return key;
  });
  if (keys.length === 0) throw new Error(`no ${label} in PEM`);
  return keys;
}

export const pemOf = (publicKey: KeyObject): string => publicKey.export({ type: 'spki', format: 'pem' }).toString();
