// `npm run fuzz [-- --requests 100000 --seed 7]`: sends requests, good and bad ones, to every route that the OpenAPI
// document names, as each kind of person, and holds each answer against what the document promises.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '100000' }, seed: { type: 'string' } },
});
for (const [name, value] of Object.entries(values)) {
  if (/^\d{1,9}$/.test(value)) continue;
  process.stderr.write(`fuzz: --${name} is a whole number\n`);
  process.exit(2);
}

const bootstrap = fileURLToPath(new URL('../cli/bootstrap.mjs', import.meta.url));
const env = { ...process.env, FUZZ_REQUESTS: values.requests };
if (values.seed !== undefined) env.FUZZ_SEED = values.seed;
const child = spawn(process.execPath, [bootstrap, '--test', 'apps/api/test/fuzz'], { stdio: 'inherit', env });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
