import { sha256 } from '@noble/hashes/sha2.js';

/** One hash on the way up: with what, on which side, and what came of it. */
export interface Step {
  side: 'left' | 'right';
  beside: string;
  /** The hash of the two, in base64: of the larger tree where two are followed. */
  result: string;
  /** Of the smaller tree, where it goes this way, too. */
  older?: string;
}
export interface Walk {
  holds: boolean;
  steps: readonly Step[];
  /** To what the way led. */
  root: string;
}

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
const half = (count: number): number => Math.floor(count / 2);

export const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCodePoint(...bytes));
export const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (one) => one.codePointAt(0)!);

function hashOf(...parts: Uint8Array[]): Uint8Array {
  const hash = sha256.create();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** The hash of a leaf by RFC 6962, 2.1: of a zero byte and the entry. */
export const leafHash = (entry: Uint8Array): Uint8Array => hashOf(LEAF, entry);
/** The hash of an inner node: of a byte one and its two children. */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => hashOf(NODE, left, right);

/** Follows a path from a leaf to the root of the tree of a size (RFC 9162, 2.1.3.2). */
export function walkUp(
  { index, size, leaf, root }: { index: number; size: number; leaf: Uint8Array; root: string },
  path: readonly string[],
): Walk {
  const steps: Step[] = [];
  let [node, last, computed] = [index, size - 1, leaf];
  let isTooLong = index >= size;
  for (const encoded of path) {
    if (last === 0) isTooLong = true;
    const beside = fromBase64(encoded);
    const isLeft = node % 2 === 1 || node === last;
    computed = isLeft ? nodeHash(beside, computed) : nodeHash(computed, beside);
    steps.push({ side: isLeft ? 'left' : 'right', beside: encoded, result: toBase64(computed) });
    if (isLeft) while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    [node, last] = [half(node), half(last)];
  }
  return { holds: !isTooLong && last === 0 && toBase64(computed) === root, steps, root: toBase64(computed) };
}

interface Tree {
  size: number;
  root: string;
}

/** Follows a path that proves that one tree begins another (RFC 9162, 2.1.4.2). */
export function walkBetween(from: Tree, to: Tree, path: readonly string[]): Walk {
  if (from.size === to.size) return { holds: path.length === 0 && from.root === to.root, steps: [], root: to.root };
  const refused: Walk = { holds: false, steps: [], root: '' };
  if (from.size <= 0 || from.size > to.size) return refused;
  let [node, last] = [from.size - 1, to.size - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  const [first, ...rest] = node === 0 ? [from.root, ...path] : path;
  if (first === undefined) return refused;
  let [older, newer] = [fromBase64(first), fromBase64(first)];
  let isTooLong = false;
  const steps: Step[] = [];
  for (const encoded of rest) {
    if (last === 0) isTooLong = true;
    const beside = fromBase64(encoded);
    const isLeft = node % 2 === 1 || node === last;
    newer = isLeft ? nodeHash(beside, newer) : nodeHash(newer, beside);
    if (isLeft) older = nodeHash(beside, older);
    const step = { beside: encoded, result: toBase64(newer) };
    steps.push(isLeft ? { ...step, side: 'left', older: toBase64(older) } : { ...step, side: 'right' });
    if (isLeft) while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    [node, last] = [half(node), half(last)];
  }
  const holds = !isTooLong && last === 0 && toBase64(older) === from.root && toBase64(newer) === to.root;
  return { holds, steps, root: toBase64(newer) };
}
