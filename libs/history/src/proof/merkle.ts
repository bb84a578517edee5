import { hash as hashOnce } from 'node:crypto';

/** By what the tree can hash: SHA-256, or SM3 of GB/T 32905. */
export const TREE_HASHES = ['sha256', 'sm3'] as const;
export type TreeHash = (typeof TREE_HASHES)[number];

const LEAF = 0;
const NODE = 1;
const HASH_BYTES = 32;
/** Of one event after another, so that memory is not asked for a million times. */
const entryPlace = Buffer.alloc(64 * 1024, LEAF);
const nodePlace = Buffer.alloc(1 + 2 * HASH_BYTES, NODE);

/** By way of a text of single bytes: a buffer that the crypto library makes is memory of its own, which costs as much again. */
const digest = (hash: TreeHash, data: Uint8Array): Buffer => Buffer.from(hashOnce(hash, data, 'binary'), 'binary');

/** The hash of a leaf by RFC 6962, 2.1: of a zero byte and the entry. */
export function leafHash(hash: TreeHash, entry: Uint8Array): Buffer {
  if (entry.length >= entryPlace.length) return digest(hash, Buffer.concat([Buffer.of(LEAF), entry]));
  entryPlace.set(entry, 1);
  return digest(hash, entryPlace.subarray(0, 1 + entry.length));
}

/** The hash of an inner node: of a byte one and its two children. */
export function nodeHash(hash: TreeHash, left: Uint8Array, right: Uint8Array): Buffer {
  nodePlace.set(left, 1);
  nodePlace.set(right, 1 + HASH_BYTES);
  return digest(hash, nodePlace);
}

/** Leaves from `start` up to and without `end`. */
export interface Range {
  start: number;
  end: number;
}

/** The subtree of 2^level leaves that begins at leaf `position` · 2^level. */
export interface Subtree {
  level: number;
  position: number;
}

/** The complete subtrees of which a range is made, the largest first; the range begins where one of its size may. */
export function subtreesOf({ start, end }: Range): Subtree[] {
  const subtrees: Subtree[] = [];
  for (let at = start; at < end;) {
    let [level, width] = [0, 1];
    for (; at % (width * 2) === 0 && at + width * 2 <= end; width *= 2) level++;
    subtrees.push({ level, position: at / width });
    at += width;
  }
  return subtrees;
}

/** The root over subtrees that lie beside one another, as {@link subtreesOf} gives them. */
export function foldSubtrees(hash: TreeHash, roots: readonly Buffer[]): Buffer {
  const [last, ...others] = roots.toReversed();
  if (!last) return digest(hash, Buffer.alloc(0));
  return others.reduce((right, left) => nodeHash(hash, left, right), last);
}

/** Where the tree over a range parts: after the greatest power of two below its length. */
function splitOf({ start, end }: Range): number {
  let width = 1;
  while (width * 2 < end - start) width *= 2;
  return start + width;
}

/** What proves that a leaf is in the tree of a size: the subtrees beside its way up, the lowest first (RFC 6962, 2.1.1). */
export function inclusionRanges(index: number, size: number): Range[] {
  const ranges: Range[] = [];
  for (let { start, end } = { start: 0, end: size }; end - start > 1;) {
    const split = splitOf({ start, end });
    ranges.push(index < split ? { start: split, end } : { start, end: split });
    if (index < split) end = split;
    else start = split;
  }
  return ranges.reverse();
}

/** What proves that the tree of one size begins the tree of another, larger one (RFC 6962, 2.1.2). `from` is above 0. */
export function consistencyRanges(from: number, to: number): Range[] {
  const ranges: Range[] = [];
  let [start, end] = [0, to];
  while (from !== end) {
    const split = splitOf({ start, end });
    ranges.push(from <= split ? { start: split, end } : { start, end: split });
    if (from <= split) end = split;
    else start = split;
  }
  // Where the smaller tree is a subtree of the larger one, who checks knows its root already.
  if (start > 0) ranges.push({ start, end });
  return ranges.reverse();
}

/** Whether a path leads from a leaf to the root of the tree of a size (RFC 9162, 2.1.3.2). */
export function isIncluded(
  hash: TreeHash,
  { index, size, leaf, root }: { index: number; size: number; leaf: Buffer; root: Buffer },
  path: readonly Buffer[],
): boolean {
  if (index >= size) return false;
  let [node, last, computed] = [index, size - 1, leaf];
  for (const beside of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      computed = nodeHash(hash, beside, computed);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      computed = nodeHash(hash, computed, beside);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && computed.equals(root);
}

/** Whether a path proves that the tree `from` begins the tree `to` (RFC 9162, 2.1.4.2). */
export function isConsistent(
  hash: TreeHash,
  from: { size: number; root: Buffer },
  to: { size: number; root: Buffer },
  path: readonly Buffer[],
): boolean {
  if (from.size === to.size) return path.length === 0 && from.root.equals(to.root);
  if (from.size === 0 || from.size > to.size) return false;
  let [node, last] = [from.size - 1, to.size - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  const [first, ...rest] = node === 0 ? [from.root, ...path] : path;
  if (!first) return false;
  let [older, newer] = [first, first];
  for (const beside of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      [older, newer] = [nodeHash(hash, beside, older), nodeHash(hash, beside, newer)];
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      newer = nodeHash(hash, newer, beside);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && older.equals(from.root) && newer.equals(to.root);
}

const half = (count: number): number => Math.floor(count / 2);

/** A tree that grows leaf by leaf and keeps only the roots of its complete subtrees, one a level at most. */
export class GrowingTree {
  private readonly roots: (Buffer | undefined)[] = [];

  /**
   * @param size leaves that it has already
   * @param roots of the subtrees of that size, as {@link subtreesOf} gives them
   */
  constructor(
    private readonly hash: TreeHash,
    public size = 0,
    roots: readonly Buffer[] = [],
  ) {
    subtreesOf({ start: 0, end: size }).forEach(({ level }, at) => (this.roots[level] = roots[at]));
  }

  /** @param onSubtree is told of each subtree above the leaves that is complete now */
  push(leaf: Buffer, onSubtree?: (subtree: Subtree, root: Buffer) => void): void {
    this.graft(leaf, 0, onSubtree);
  }

  /** Takes the root of the next 2^level leaves as it is; the tree has a multiple of so many leaves before. */
  graft(grafted: Buffer, level: number, onSubtree?: (subtree: Subtree, root: Buffer) => void): void {
    const width = 2 ** level;
    let root = grafted;
    for (let position = this.size / width; position % 2 === 1;) {
      position = half(position);
      root = nodeHash(this.hash, this.roots[level]!, root);
      this.roots[level++] = undefined;
      onSubtree?.({ level, position }, root);
    }
    this.roots[level] = root;
    this.size += width;
  }

  root(): Buffer {
    const largestFirst = this.roots.filter((root) => root !== undefined).reverse();
    return foldSubtrees(this.hash, largestFirst);
  }
}
