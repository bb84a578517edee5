// Takes down which faults of libraries are known: `npm audit --json | node .ci/advisories.mjs`. What was known keeps its
// day, by which it is to be mended (CONTRIBUTING, Faults of libraries); what is not reported any more goes. The check of
// dependencies reads the file, so that it asks no server and says the same to everybody.
import { readFileSync, writeFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(0, 'utf8'));
if (typeof report.vulnerabilities !== 'object') {
  console.error(`this is no report of npm audit: ${report.message ?? report.error?.summary ?? 'it names no faults'}`);
  process.exit(1);
}
const file = process.argv[2] ?? new URL('advisories.json', import.meta.url);
const today = new Date().toISOString().slice(0, 10);
const keyOf = ({ url, package: name, versions }) => `${url} ${name} ${versions}`;
const knownSince = new Map(JSON.parse(readFileSync(file, 'utf8')).faults.map((one) => [keyOf(one), one.knownSince]));
const found = Object.values(report.vulnerabilities)
  .flatMap(({ via }) => via.filter((one) => typeof one === 'object'))
  .map(({ name, range, severity, title, url }) => ({ package: name, versions: range, severity, title, url }));
const faults = [...new Map(found.map((one) => [keyOf(one), one])).values()]
  .map((one) => ({ ...one, knownSince: knownSince.get(keyOf(one)) ?? today }))
  .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
writeFileSync(file, `${JSON.stringify({ askedOn: today, faults }, null, 2)}\n`);
process.stdout.write(`${faults.length} faults of libraries are known\n`);
