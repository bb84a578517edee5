/**
 * What a refusal says of the address. `hard`: it is dead. `soft`: it may work again, its mailbox is full or its server
 * silent. `other`: it is not to blame, but the message or whoever sent it.
 */
export type BounceKind = 'hard' | 'soft' | 'other';

/** Why a message came back. */
export interface Refusal {
  /** An enhanced status code of RFC 3463, `5.1.1`. */
  status: string;
  /** What the other side said. */
  words: string;
}

/** By the subjects and details of RFC 3463 and its registry. */
const KINDS: readonly [status: RegExp, kind: BounceKind][] = [
  // The sender's address, not theirs.
  [/^5\.1\.[78]$/, 'other'],
  [/^5\.1\.\d+$/, 'hard'],
  // The mailbox is closed; it is full, or the message is too long for it.
  [/^5\.2\.1$/, 'hard'],
  [/^5\.2\.\d+$/, 'soft'],
  // There is no such host.
  [/^5\.4\.4$/, 'hard'],
  [/^5\.0\.\d+$/, 'hard'],
  [/^4\.[0124]\.\d+$/, 'soft'],
];

export const bounceKindOf = (status: string): BounceKind =>
  KINDS.find(([pattern]) => pattern.test(status))?.[1] ?? 'other';

/** What servers mean that give no enhanced status to an address (RFC 5321, 4.2.3). */
const MEANT: Readonly<Record<number, string>> = {
  450: '4.2.0',
  451: '4.3.0',
  452: '4.2.2',
  550: '5.1.1',
  551: '5.1.6',
  552: '5.2.2',
  553: '5.1.3',
};

/** Why a server refused an address. @param answer as it came, `550 5.1.1 no such user` */
export function refusalOf(code: number, answer: string): Refusal {
  const status =
    /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(answer.trim())?.[1] ?? MEANT[code] ?? `${code < 500 ? 4 : 5}.7.1`;
  return { status, words: wordsOf(answer) };
}

const MOST_WORDS = 500;

/** In one line, and not for ever: it comes from outside. */
export const wordsOf = (text: string): string => {
  const line = text.replace(/[\p{C}\s]+/gu, ' ').trim();
  return line.length > MOST_WORDS ? `${line.slice(0, MOST_WORDS - 1)}…` : line;
};
