import { readEventLine, recordedSecond } from './event-line';
import { GrowingTree, leafHash, subtreesOf, type TreeHash } from './merkle';
import { cutLines, type WholeLines } from './whole-lines';

/** Events that follow one another, each as its hash says. */
export interface EventRun {
  /** Place of the first one. */
  first: number;
  count: number;
  hash: TreeHash;
  /** Of the complete subtrees of which these places are made, as `subtreesOf` gives them. */
  roots: Uint8Array[];
  /** The second of recording of the one that says the earliest. */
  earliest: string;
}

/** Some lines that follow one another, by their place in `body`; the first of all takes in `head`. */
export interface Stretch {
  start: number;
  end: number;
  /** What they are where all are sound events; null where each is to be looked at by itself. */
  run: EventRun | null;
}

/**
 * Hashes the events of some lines, and joins what is sound in itself, so that whoever verifies the bundle has nothing
 * left to do with it but to see whether it goes on from what came before. Pure: it may be done by another thread.
 */
export function stretchesOf(lines: WholeLines, hash: TreeHash): Stretch[] {
  const stretches: Stretch[] = [];
  let [start, last] = [0, 0];
  let leaves: Buffer[] = [];
  let [first, earliest] = [0, ''];
  const close = (): void => {
    if (leaves.length > 0) {
      const run = { first, count: leaves.length, hash, roots: rootsOf(hash, first, leaves), earliest };
      stretches.push({ start, end: last, run });
      leaves = [];
    } else if (last > start || (lines.body.length === 0 && stretches.length === 0)) {
      stretches.push({ start, end: last, run: null });
    }
    start = last;
  };
  for (const { line, end } of cutLines(lines)) {
    const read = readEventLine(line);
    const leaf = read?.event && leafHash(hash, read.event);
    if (read?.event && leaf?.equals(read.leaf)) {
      const second = recordedSecond(read.event);
      if (leaves.length === 0 || read.index !== first + leaves.length) {
        close();
        [first, earliest] = [read.index, second];
      }
      if (second < earliest) earliest = second;
      leaves.push(leaf);
    } else if (leaves.length > 0) {
      close();
    }
    last = end;
  }
  close();
  return stretches;
}

function rootsOf(hash: TreeHash, first: number, leaves: readonly Buffer[]): Buffer[] {
  let at = 0;
  return subtreesOf({ start: first, end: first + leaves.length }).map(({ level }) => {
    const tree = new GrowingTree(hash);
    for (const end = at + 2 ** level; at < end; at++) tree.push(leaves[at]!);
    return tree.root();
  });
}
