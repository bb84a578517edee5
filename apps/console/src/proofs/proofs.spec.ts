import { generateKeyPairSync } from 'node:crypto';
import { pemOf, signNote } from '@duban/history';
import { keyIn, keyIdOf, readNote, signedBy } from './note';
import { leafHash, nodeHash, toBase64, walkBetween, walkUp } from './tree';

/** The eight leaves, and the roots of their trees, by which logs of RFC 6962 are tested. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
].map((root) => Buffer.from(root, 'hex').toString('base64'));

const leaves = LEAVES.map((leaf) => leafHash(Buffer.from(leaf, 'hex')));
const another = leafHash(Buffer.from('another'));

/** The tree as the RFC defines it, from above: another way than the one that is tested. */
function rootOf(of: readonly Uint8Array[]): Uint8Array {
  if (of.length === 1) return of[0]!;
  const split = splitOf(of.length);
  return nodeHash(rootOf(of.slice(0, split)), rootOf(of.slice(split)));
}
const splitOf = (length: number): number => 2 ** (Math.ceil(Math.log2(length)) - 1);

function inclusion(index: number, of: readonly Uint8Array[]): string[] {
  if (of.length === 1) return [];
  const split = splitOf(of.length);
  const [left, right] = [of.slice(0, split), of.slice(split)];
  return index < split
    ? [...inclusion(index, left), toBase64(rootOf(right))]
    : [...inclusion(index - split, right), toBase64(rootOf(left))];
}

function consistency(size: number, of: readonly Uint8Array[], isWhole = true): string[] {
  if (size === of.length) return isWhole ? [] : [toBase64(rootOf(of))];
  const split = splitOf(of.length);
  const [left, right] = [of.slice(0, split), of.slice(split)];
  return size <= split
    ? [...consistency(size, left, isWhole), toBase64(rootOf(right))]
    : [...consistency(size - split, right, false), toBase64(rootOf(left))];
}

const sizes = ROOTS.map((_, at) => at + 1);

describe('proofs checked in the browser', () => {
  it.each(sizes)('have the published root of the tree of %i leaves', (size) => {
    expect(toBase64(rootOf(leaves.slice(0, size)))).toBe(ROOTS[size - 1]);
  });

  it.each(sizes)('hold for every leaf of the tree of %i, and not for another', (size) => {
    for (let index = 0; index < size; index++) {
      const path = inclusion(index, leaves.slice(0, size));
      const place = { index, size, leaf: leaves[index]!, root: ROOTS[size - 1]! };
      const walk = walkUp(place, path);
      expect([index, walk.holds, walk.steps.length]).toEqual([index, true, path.length]);
      expect(walkUp({ ...place, leaf: another }, path).holds).toBe(false);
      expect(walkUp({ ...place, index: index + size }, path).holds).toBe(false);
      expect(walkUp(place, [...path, ROOTS[0]!]).holds).toBe(false);
      expect(walkUp(place, path.slice(1)).holds).toBe(path.length === 0);
    }
  });

  it.each(sizes)('hold between every earlier tree and that of %i, and not where the past is another', (to) => {
    for (let from = 1; from <= to; from++) {
      const path = consistency(from, leaves.slice(0, to));
      const older = { size: from, root: ROOTS[from - 1]! };
      const newer = { size: to, root: ROOTS[to - 1]! };
      expect([from, walkBetween(older, newer, path).holds]).toEqual([from, true]);
      expect([from, walkBetween({ ...older, root: toBase64(another) }, newer, path).holds]).toEqual([from, false]);
      expect(walkBetween(older, { ...newer, root: toBase64(another) }, path).holds).toBe(false);
    }
  });

  it('read a checkpoint as it is signed, and find the key whose signature holds', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const stranger = generateKeyPairSync('ed25519').publicKey;
    const [mine, theirs] = [keyIn(pemOf(publicKey))!, keyIn(pemOf(stranger))!];
    const text = `duban.history/x\n7\n${ROOTS[6]}\nnumber 2\nhash sha256\nsigned 2026-01-08T00:00:00.000000Z\nprevious none\n`;
    const checkpoint = readNote(signNote('duban.history/x', text, [privateKey]))!;
    expect(checkpoint).toMatchObject({ size: 7, number: 2, root: ROOTS[6], hash: 'sha256', text });
    expect(signedBy(checkpoint, [theirs, mine])).toBe(keyIdOf('duban.history/x', mine));
    expect(signedBy(checkpoint, [theirs])).toBeNull();
    expect(signedBy({ ...checkpoint, text: text.replace('7', '8') }, [mine])).toBeNull();
  });

  it.each(['', 'no checkpoint', 'a\n1\nb\n\n— a xx'])('read nothing from %j', (text) => {
    expect(readNote(text)).toBeNull();
  });

  it.each(['', '-----BEGIN PUBLIC KEY-----\n%%\n-----END PUBLIC KEY-----'])('find no key in %j', (pem) => {
    expect(keyIn(pem)).toBeNull();
  });
});
