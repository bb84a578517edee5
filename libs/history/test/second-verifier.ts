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

/** What the verifier in Python says; null where it cannot be run on this machine. */
export function secondVerdict(
  bundle: Buffer,
  {
    held = [],
    keys = [],
    authorities = [],
  }: { held?: readonly string[]; keys?: readonly string[]; authorities?: readonly string[] } = {},
): SecondVerdict | null {
  if (!isThere) return null;
  const folder = mkdtempSync(join(tmpdir(), 'duban-second-'));
  const put = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  try {
    const options = [
      ...held.flatMap((note, at) => ['--checkpoint', put(`checkpoint-${at}`, note)]),
      ...keys.flatMap((pem, at) => ['--key', put(`key-${at}`, pem)]),
      ...authorities.flatMap((pem, at) => ['--tsa', put(`tsa-${at}`, pem)]),
    ];
    const { status, stdout, stderr } = spawnSync('python3', [SCRIPT, put('bundle', bundle), ...options], {
      encoding: 'utf8',
    });
    return { exit: status, code: /\((\w+)\)\n$/.exec(stdout)?.[1] ?? null, words: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const ROOTS_OF = `
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("verify_history", sys.argv[1])
script = importlib.util.module_from_spec(spec)
spec.loader.exec_module(script)
tree, roots = script.Tree(sys.argv[2]), []
for entry in json.loads(sys.argv[3]):
    tree.push(tree.leaf(bytes.fromhex(entry)))
    roots.append(tree.root().hex())
print(json.dumps(roots))`;

/** Roots, in hexadecimal, that its tree has after each entry; null where it cannot be run on this machine. */
export function secondRoots(hash: string, entries: readonly Buffer[]): string[] | null {
  if (!isThere) return null;
  const given = JSON.stringify(entries.map((entry) => entry.toString('hex')));
  const { stdout, stderr, status } = spawnSync('python3', ['-c', ROOTS_OF, SCRIPT, hash, given], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as string[];
}
