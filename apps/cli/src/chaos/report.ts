import { timesOf } from '../bench/measure';
import type { Asked } from './answers';
import type { Finding } from './checker';

/** How long it took from a fault until everything was well again, the outage itself included. */
export interface Recovery {
  name: string;
  ms: number;
}

interface Told {
  recoveries: readonly Recovery[];
  log: readonly Asked[];
  statuses: ReadonlyMap<string, number>;
  mails: number;
  hooks: number;
  findings: readonly Finding[];
  versions: string;
  isQuotaSkipped: boolean;
  seconds: number;
  seed: number;
}

const MOST_FINDINGS = 40;
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const number = (value: number, width = 7): string => String(Math.round(value)).padStart(width);

/** Prints what was broken, what was asked, and what is wrong. */
export function tell(told: Told): void {
  print('  times  median ms   worst ms  fault');
  const names = [...new Set(told.recoveries.map(({ name }) => name))].sort();
  for (const name of names) {
    const { median, most } = timesOf(told.recoveries.flatMap((one) => (one.name === name ? [one.ms] : [])));
    const times = told.recoveries.filter((one) => one.name === name).length;
    print(`${number(times)}  ${number(median, 9)}  ${number(most, 9)}  ${name}`);
  }
  if (told.isQuotaSkipped) print('SKIPPED: object store full');
  print(`two versions at once: ${told.versions}`);
  print('   good  refused  unknown  deed');
  for (const deed of [...new Set(told.log.map((one) => one.deed))].sort()) {
    const of = (outcome: Asked['outcome']): string =>
      number(told.log.filter((one) => one.deed === deed && one.outcome === outcome).length);
    print(`${of('good')}  ${of('refused')}  ${of('unknown')}  ${deed}`);
  }
  const tries = told.log.reduce((sum, one) => sum + one.tries + one.again.length, 0);
  const answers = [...told.statuses].sort().map(([status, times]) => `${status} × ${times}`);
  print(`answers: ${answers.join(', ')}`);
  const of = (...kinds: Finding['kind'][]): number => told.findings.filter(({ kind }) => kinds.includes(kind)).length;
  const figures = {
    faults: told.recoveries.length,
    operations: told.log.length,
    tries,
    'fought over': new Set(told.log.flatMap(({ fight }) => fight ?? [])).size,
    mails: told.mails,
    webhooks: told.hooks,
    lost: of('lost'),
    doubled: of('doubled'),
    'two winners': of('two winners'),
    'another answer': of('another answer'),
    'history faults': of('history'),
    seconds: told.seconds,
    seed: told.seed,
  };
  for (const [name, figure] of Object.entries(figures)) print(`${number(figure)}  ${name}`);
  for (const { kind, what } of told.findings.slice(0, MOST_FINDINGS)) print(`${kind}: ${what}`);
  print(told.findings.length === 0 ? 'Nothing lost, nothing doubled, nobody wronged.' : 'NOT SOUND.');
}
