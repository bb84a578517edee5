import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = join(__dirname, '../verify-history.py');
const isThere = ['python3', 'openssl'].every((name) => spawnSync(name, ['version']).error === undefined);
if (!isThere) {
  console.warn(
    'SKIPPED the second verifier of history: needs python3 and openssl (Debian: apt-get install python3 openssl)',
  );
}

export interface SecondVerdict {
  exit: number | null;
  /** The code of the fault; null for a sound bundle, or one that cannot be read. */
  code: string | null;
  words: string;
}

interface Known {
  held?: readonly string[];
  keys?: readonly string[];
  authorities?: readonly string[];
}

/** What the verifier in Python says; null where it cannot be run on this machine. */
export const secondVerdict = (bundle: Buffer, known: Known = {}): SecondVerdict | null => asked(null, bundle, known);

function asked(
  option: '--proof' | null,
  content: string | Buffer,
  { held = [], keys = [], authorities = [] }: Known,
): SecondVerdict | null {
  if (!isThere) return null;
  const folder = mkdtempSync(join(tmpdir(), 'duban-second-'));
  const put = (name: string, text: string | Buffer): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  try {
    const options = [
      ...(option === null ? [] : [option]),
      put('asked', content),
      ...held.flatMap((note, at) => ['--checkpoint', put(`checkpoint-${at}`, note)]),
      ...keys.flatMap((pem, at) => ['--key', put(`key-${at}`, pem)]),
      ...authorities.flatMap((pem, at) => ['--tsa', put(`tsa-${at}`, pem)]),
    ];
    const { status, stdout, stderr } = spawnSync('python3', [SCRIPT, ...options], { encoding: 'utf8' });
    return { exit: status, code: /\((\w+)\)\n$/.exec(stdout)?.[1] ?? null, words: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What it says of a proof that a route answered. */
export function secondProofVerdict(
  proof: object,
  { held = [], keys = [] }: { held?: readonly string[]; keys?: readonly string[] } = {},
): SecondVerdict | null {
  return asked('--proof', JSON.stringify(proof), { held, keys });
}

const LOADED = `
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("verify_history", sys.argv[1])
script = importlib.util.module_from_spec(spec)
spec.loader.exec_module(script)
tree = script.Tree(sys.argv[2])`;
const ROOTS_OF = `${LOADED}
roots = []
for entry in json.loads(sys.argv[3]):
    tree.push(tree.leaf(bytes.fromhex(entry)))
    roots.append(tree.root().hex())
print(json.dumps(roots))`;

/** A claim about a tree and what shall prove it, hashes in hexadecimal. */
export type ClaimedProof =
  | { index: number; size: number; leaf: string; root: string; path: readonly string[] }
  | { first: number; firstRoot: string; second: number; secondRoot: string; path: readonly string[] };

const PROOFS_OF = `${LOADED}
found, raw = [], bytes.fromhex
for claim in json.load(sys.stdin):
    path = [raw(one) for one in claim["path"]]
    if "leaf" in claim:
        found.append(script.is_included(tree, claim["index"], claim["size"], raw(claim["leaf"]), raw(claim["root"]), path))
    else:
        ends = (claim["first"], raw(claim["firstRoot"]), claim["second"], raw(claim["secondRoot"]))
        found.append(script.is_consistent(tree, *ends, path))
print(json.dumps(found))`;

/** Whether it takes each proof for one; null where it cannot be run on this machine. */
export function secondProofs(hash: string, claims: readonly ClaimedProof[]): boolean[] | null {
  if (!isThere) return null;
  const { stdout, stderr, status } = spawnSync('python3', ['-c', PROOFS_OF, SCRIPT, hash], {
    encoding: 'utf8',
    input: JSON.stringify(claims),
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as boolean[];
}

/** Roots, in hexadecimal, that its tree has after each entry; null where it cannot be run on this machine. */
export function secondRoots(hash: string, entries: readonly Buffer[]): string[] | null {
  if (!isThere) return null;
  const given = JSON.stringify(entries.map((entry) => entry.toString('hex')));
  const { stdout, stderr, status } = spawnSync('python3', ['-c', ROOTS_OF, SCRIPT, hash, given], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as string[];
}
