// Runs the checks two at a time, the longest first, and says of each how it ended and what it said. All of them are run:
// whoever mends one fault hears of the others as well.
import { spawn } from 'node:child_process';

const CHECKS = ['lint', 'types', 'architecture', 'format', 'unused', 'dependencies'];
const AT_ONCE = 2;

const waiting = [...CHECKS];
const failed = [];

async function work() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const started = Date.now();
    const { code, said } = await run(`check:${name}`);
    if (code !== 0) failed.push(name);
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    process.stdout.write(`== check:${name} ${code === 0 ? 'passed' : 'FAILED'} (${seconds} s)\n${said}`);
  }
}

function run(script) {
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '-s', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    child.once('error', (error) => resolve({ code: 1, said: `${error.message}\n` }));
    child.once('close', (code) => resolve({ code: code ?? 1, said }));
  });
}

await Promise.all(Array.from({ length: AT_ONCE }, work));
if (failed.length > 0) console.error(`check: ${failed.join(', ')} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;
