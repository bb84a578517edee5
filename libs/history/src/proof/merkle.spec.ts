import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { type ClaimedProof, secondProofs, secondRoots } from '../../test/second-verifier';
import {
  consistencyRanges,
  foldSubtrees,
  GrowingTree,
  inclusionRanges,
  isConsistent,
  isIncluded,
  leafHash,
  type Range,
  subtreesOf,
  TREE_HASHES,
  type TreeHash,
} from './merkle';

/** The inputs and roots that Certificate Transparency publishes for trees of 1 to 8 leaves. */
const ENTRIES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** Hashes of subtrees of that tree, as the proofs that are published for it name them. */
const NODES = {
  '0': '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  '1': '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
  '4': 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  '0-1': 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  '2-3': '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
  '4-5': '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
  '6-7': 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
  '0-3': 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4-7': '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
} as const;
type Named = keyof typeof NODES;
const INCLUSION: readonly [index: number, size: number, path: readonly Named[]][] = [
  [0, 1, []],
  [0, 8, ['1', '2-3', '4-7']],
  [5, 8, ['4', '6-7', '0-3']],
  [2, 3, ['0-1']],
  [1, 5, ['0', '2-3', '4']],
];
const CONSISTENCY: readonly [first: number, second: number, path: readonly Named[]][] = [
  [1, 1, []],
  [1, 8, ['1', '2-3', '4-7']],
  [6, 8, ['4-5', '6-7', '0-3']],
  [2, 5, ['2-3', '4']],
];
const hexesOf = (path: readonly Named[]): string[] => path.map((name) => NODES[name]);

/** What our functions say of a proof. */
const isProved = (hash: TreeHash, claim: ClaimedProof): boolean => {
  const raw = (hex: string): Buffer => Buffer.from(hex, 'hex');
  const path = claim.path.map(raw);
  if ('leaf' in claim) {
    const { index, size, leaf, root } = claim;
    return isIncluded(hash, { index, size, leaf: raw(leaf), root: raw(root) }, path);
  }
  const { first, firstRoot, second, secondRoot } = claim;
  return isConsistent(hash, { size: first, root: raw(firstRoot) }, { size: second, root: raw(secondRoot) }, path);
};

/** A proof, and what somebody could make of it. */
function alsoWrong(claim: ClaimedProof): ClaimedProof[] {
  const { path } = claim;
  const other = 'ab'.repeat(32);
  const paths = [[...path, other], path.slice(1), path.slice(0, -1), [other, ...path.slice(1)], path.toReversed()];
  const ends: Partial<ClaimedProof>[] =
    'leaf' in claim
      ? [{ index: claim.index + 1 }, { size: claim.size + 1 }, { leaf: other }, { root: other }, { index: claim.size }]
      : [{ first: claim.first + 1 }, { second: claim.second + 1 }, { firstRoot: other }, { secondRoot: other }];
  return [
    claim,
    ...(path.length > 0 ? paths : paths.slice(0, 1)).map((changed) => ({ ...claim, path: changed })),
    ...ends.map((end) => ({ ...claim, ...end })),
  ];
}

/** RFC 6962, part 2.1, written down as it stands there, and nothing of ours in it. */
class Rfc6962 {
  constructor(private readonly hash: TreeHash) {}

  private readonly of = (...parts: Uint8Array[]): Buffer => {
    const hash = createHash(this.hash);
    parts.forEach((part) => hash.update(part));
    return hash.digest();
  };
  private readonly k = (n: number): number => 2 ** Math.ceil(Math.log2(n) - 1);

  mth(d: readonly Buffer[]): Buffer {
    if (d.length === 0) return this.of();
    if (d.length === 1) return this.of(Buffer.of(0), d[0]!);
    const k = this.k(d.length);
    return this.of(Buffer.of(1), this.mth(d.slice(0, k)), this.mth(d.slice(k)));
  }

  path(m: number, d: readonly Buffer[]): Buffer[] {
    if (d.length === 1) return [];
    const k = this.k(d.length);
    return m < k
      ? [...this.path(m, d.slice(0, k)), this.mth(d.slice(k))]
      : [...this.path(m - k, d.slice(k)), this.mth(d.slice(0, k))];
  }

  proof = (m: number, d: readonly Buffer[]): Buffer[] => this.subproof(m, d, true);

  private subproof(m: number, d: readonly Buffer[], b: boolean): Buffer[] {
    if (m === d.length) return b ? [] : [this.mth(d)];
    const k = this.k(d.length);
    return m <= k
      ? [...this.subproof(m, d.slice(0, k), b), this.mth(d.slice(k))]
      : [...this.subproof(m - k, d.slice(k), false), this.mth(d.slice(0, k))];
  }
}

/** Our own proofs of a tree whose subtrees were gathered while it grew, as the database has them. */
class Grown {
  private readonly subtrees = new Map<string, Buffer>();
  readonly roots: Buffer[];

  constructor(
    private readonly hash: TreeHash,
    entries: readonly Buffer[],
  ) {
    const tree = new GrowingTree(hash);
    this.roots = [tree.root()];
    for (const [index, entry] of entries.entries()) {
      const leaf = leafHash(hash, entry);
      this.subtrees.set(`0 ${index}`, leaf);
      tree.push(leaf, ({ level, position }, root) => this.subtrees.set(`${level} ${position}`, root));
      this.roots.push(tree.root());
    }
  }

  hashesOf = (ranges: readonly Range[]): Buffer[] =>
    ranges.map((range) =>
      foldSubtrees(
        this.hash,
        subtreesOf(range).map(({ level, position }) => this.subtrees.get(`${level} ${position}`)!),
      ),
    );

  resumedAt(size: number): GrowingTree {
    const roots = subtreesOf({ start: 0, end: size }).map(({ level, position }) =>
      this.subtrees.get(`${level} ${position}`)!,
    );
    return new GrowingTree(this.hash, size, roots);
  }
}

const entries = fc.array(
  fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
  { minLength: 1, maxLength: 70 },
);
const tree = fc.record({ hash: fc.constantFrom(...TREE_HASHES), entries });

describe('The tree', () => {
  it.each(ROOTS.map((root, at) => [at + 1, root] as const))('of %i leaves has the published root', (size, root) => {
    const grown = new GrowingTree('sha256');
    for (const entry of ENTRIES.slice(0, size)) grown.push(leafHash('sha256', entry));
    expect(grown.root().toString('hex')).toBe(root);
  });

  it('has the published roots by the second verifier, too', () => {
    // Null, and said loudly, where it cannot be run.
    expect([null, ROOTS]).toContainEqual(secondRoots('sha256', ENTRIES));
  });

  const published: ClaimedProof[] = [
    ...INCLUSION.map(([index, size, path]) => {
      const leaf = leafHash('sha256', ENTRIES[index]!).toString('hex');
      return { index, size, leaf, root: ROOTS[size - 1]!, path: hexesOf(path) };
    }),
    ...CONSISTENCY.map(([first, second, path]) => {
      return { first, firstRoot: ROOTS[first - 1]!, second, secondRoot: ROOTS[second - 1]!, path: hexesOf(path) };
    }),
  ];

  it('has the published proofs, makes the same ones, and takes nothing near them for one, as the second verifier', () => {
    const grown = new Grown('sha256', ENTRIES);
    const hexes = (ranges: readonly Range[]): string[] => grown.hashesOf(ranges).map((node) => node.toString('hex'));
    for (const [index, size, path] of INCLUSION) expect(hexes(inclusionRanges(index, size))).toEqual(hexesOf(path));
    for (const [from, to, path] of CONSISTENCY) expect(hexes(consistencyRanges(from, to))).toEqual(hexesOf(path));
    const claims = published.flatMap(alsoWrong);
    const ours = claims.map((claim) => isProved('sha256', claim));
    expect(published.map((claim) => isProved('sha256', claim))).toEqual(published.map(() => true));
    expect([null, ours]).toContainEqual(secondProofs('sha256', claims));
  });

  it('takes the same proofs for right and for wrong as the second verifier, at every size and by every hash', () => {
    for (const hash of TREE_HASHES) {
      const entries = Array.from({ length: 17 }, (_, n) => Buffer.from(`event ${n}`));
      const grown = new Grown(hash, entries);
      const hexes = (ranges: readonly Range[]): string[] => grown.hashesOf(ranges).map((node) => node.toString('hex'));
      const rootOf = (size: number): string => grown.roots[size]!.toString('hex');
      const claims: ClaimedProof[] = [];
      for (let size = 1; size <= entries.length; size++) {
        for (let n = 0; n < size; n++) {
          const leaf = leafHash(hash, entries[n]!).toString('hex');
          claims.push({ index: n, size, leaf, root: rootOf(size), path: hexes(inclusionRanges(n, size)) });
          const [firstRoot, secondRoot] = [rootOf(n + 1), rootOf(size)];
          claims.push({
            first: n + 1,
            firstRoot,
            second: size,
            secondRoot,
            path: hexes(consistencyRanges(n + 1, size)),
          });
        }
      }
      expect(claims.every((claim) => isProved(hash, claim))).toBe(true);
      const all = claims.flatMap(alsoWrong);
      const ours = all.map((claim) => isProved(hash, claim));
      expect(ours.filter(Boolean).length).toBeLessThan(all.length / 4);
      expect([null, ours]).toContainEqual(secondProofs(hash, all));
    }
  });

  it('of nothing has the hash of nothing', () => {
    expect(new GrowingTree('sha256').root().toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    expect(new GrowingTree('sm3').root().toString('hex')).toBe(
      '1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b',
    );
  });

  it('has at every size the root that the RFC defines, also where it goes on growing from there', () => {
    fc.assert(
      fc.property(tree, ({ hash, entries }) => {
        const rfc = new Rfc6962(hash);
        const grown = new Grown(hash, entries);
        expect(grown.roots).toEqual(grown.roots.map((_, size) => rfc.mth(entries.slice(0, size))));
        for (let size = 0; size <= entries.length; size++) {
          const resumed = grown.resumedAt(size);
          for (const entry of entries.slice(size)) resumed.push(leafHash(hash, entry));
          expect(resumed.root()).toEqual(grown.roots.at(-1));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('proves every leaf at every size as the RFC does, and nothing else by that proof', () => {
    fc.assert(
      fc.property(tree, fc.nat(), ({ hash, entries }, chance) => {
        const rfc = new Rfc6962(hash);
        const grown = new Grown(hash, entries);
        for (let size = 1; size <= entries.length; size++) {
          for (let index = 0; index < size; index++) {
            const path = grown.hashesOf(inclusionRanges(index, size));
            expect(path).toEqual(rfc.path(index, entries.slice(0, size)));
            const claim = { index, size, leaf: leafHash(hash, entries[index]!), root: grown.roots[size]! };
            expect(isIncluded(hash, claim, path)).toBe(true);
            const other = leafHash(hash, Buffer.from(`another ${index}`));
            expect(isIncluded(hash, { ...claim, leaf: other }, path)).toBe(false);
            expect(isIncluded(hash, { ...claim, root: other }, path)).toBe(false);
            expect(isIncluded(hash, claim, [...path, other])).toBe(false);
            expect(isIncluded(hash, { ...claim, index: size }, path)).toBe(false);
            if (path.length > 0) {
              expect(isIncluded(hash, claim, path.toSpliced(chance % path.length, 1, other))).toBe(false);
              expect(isIncluded(hash, claim, path.toSpliced(chance % path.length, 1))).toBe(false);
            }
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  it('proves for every two sizes that the one begins the other as the RFC does, and nothing else by that proof', () => {
    fc.assert(
      fc.property(tree, fc.nat(), ({ hash, entries }, chance) => {
        const rfc = new Rfc6962(hash);
        const grown = new Grown(hash, entries);
        const at = (size: number): { size: number; root: Buffer } => ({ size, root: grown.roots[size]! });
        const other = leafHash(hash, Buffer.from('another'));
        for (let to = 1; to <= entries.length; to++) {
          for (let from = 1; from <= to; from++) {
            const path = grown.hashesOf(consistencyRanges(from, to));
            expect(path).toEqual(rfc.proof(from, entries.slice(0, to)));
            expect(isConsistent(hash, at(from), at(to), path)).toBe(true);
            expect(isConsistent(hash, { size: from, root: other }, at(to), path)).toBe(false);
            expect(isConsistent(hash, at(from), { size: to, root: other }, path)).toBe(false);
            expect(isConsistent(hash, at(from), at(to), [...path, other])).toBe(false);
            if (path.length > 0) {
              expect(isConsistent(hash, at(from), at(to), path.toSpliced(chance % path.length, 1, other))).toBe(false);
              expect(isConsistent(hash, at(from), at(to), path.toSpliced(chance % path.length, 1))).toBe(false);
            }
            if (from < to) expect(isConsistent(hash, at(to), at(from), path)).toBe(false);
          }
        }
      }),
      { numRuns: 10 },
    );
  });
});
