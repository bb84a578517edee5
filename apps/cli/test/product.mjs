// Starts duban as the README says and stops it, for the end-to-end tests and for the run of the whole in CI.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const READY = /^duban ready (http\S+)$/m;

/**
 * Runs a command of package.json or of node until it prints the ready line.
 * @returns {Promise<{url: string, output: () => string, stop: (signal?: NodeJS.Signals) => Promise<number | null>}>}
 */
export async function startProduct({ command, env, patienceMs = 180_000 }) {
  const child = spawn(command[0], command.slice(1), {
    cwd: ROOT,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  const url = await new Promise((resolve, reject) => {
    const give = () => {
      child.kill('SIGKILL');
      reject(new Error(`not ready after ${patienceMs} ms:\n${output}`));
    };
    const timer = setTimeout(give, patienceMs);
    const hear = (chunk) => {
      output += chunk;
      const ready = READY.exec(output);
      if (ready) {
        clearTimeout(timer);
        resolve(ready[1]);
      }
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void ended.then((code) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${code} before it was ready:\n${output}`));
    });
  });
  const stop = async (signal = 'SIGTERM') => {
    child.kill(signal);
    return ended;
  };
  return { url, output: () => output, stop };
}

/** The documents to tell the story with: those of DUBAN_DOCUMENTS, else the sample of the repository. */
export function storyMaterial() {
  const folder = process.env.DUBAN_DOCUMENTS;
  if (folder) {
    const file = (name) => ({ name, bytes: readFileSync(join(folder, name)) });
    return {
      plan: file('00-wuhan-2023.txt'),
      units: file('00-wuhan-2023.units.json'),
      // As counted by hand: 21 tasks, one of them in two parts, 14 with a lead in the text.
      expected: { tasks: 21, parts: 2, namedLeads: 14, carrying: 22, leadAssignments: 22, assignments: 129 },
    };
  }
  console.warn('DUBAN_DOCUMENTS is not set: the story is told with the sample plan, not with a real document');
  const sample = join(ROOT, 'apps/cli/sample');
  const text = readFileSync(join(sample, 'plan.txt'), 'utf8').replaceAll('{{year}}', '2023');
  return {
    plan: { name: 'sample-2023.txt', bytes: Buffer.from(text) },
    units: { name: 'units.json', bytes: readFileSync(join(sample, 'units.json')) },
    expected: JSON.parse(readFileSync(join(sample, 'expected.json'), 'utf8')),
  };
}
