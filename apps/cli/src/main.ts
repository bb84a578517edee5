import type { TreeHash } from '@duban/history';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { ArchiveCheckOptions } from './archive-check';

/** Exit code for a call that makes no sense, or for input that cannot be read. */
const BAD_CALL = 2;

/** Each command loads what it needs when it is called: `parse` starts without a server's libraries. */
async function main(): Promise<void> {
  // A reader who goes away, as `| head` does, is no reason to fall over: `parse` ends, a started duban goes on.
  process.stdout.on('error', () => undefined);
  const program = new Command('duban')
    .description('Supervises tasks until they are done (督办).')
    .exitOverride()
    .showHelpAfterError();
  program
    .command('start')
    .description('start duban with its own database in DUBAN_HOME; the first start plays the sample year')
    .option('--empty', 'without the sample plan')
    .action(async (options: { empty?: boolean }) =>
      (await import('./start.js')).start({ isEmpty: options.empty === true }),
    );
  program
    .command('parse')
    .description('read responsibility breakdowns (责任分解方案)')
    .argument('<file...>', 'Word, Excel, PDF with text, saved web pages, CSV, plain text')
    .option('--json', 'one JSON object a line for each file')
    .action(async (files: string[], options: { json?: boolean }) =>
      (await import('./parse.js')).parse(files, { asJson: options.json === true }),
    );
  const bench = program
    .command('bench')
    .description('measure duban beside others on this machine, and write bench.json in DUBAN_HOME')
    .argument('[name...]', 'which measures; all if none is named')
    .option('--quick', 'small, to see that it works and not how fast')
    .option('--scale <share>', 'of the stated sizes, for the measures with millions of rows', share, 1)
    .option('--flames', 'a flame graph of each measure of this process, beside bench.json')
    .action(async (names: string[], { quick, scale, flames }: { quick?: boolean; scale: number; flames?: boolean }) =>
      (await import('./bench/bench.js')).bench(names, { isQuick: quick === true, scale, hasFlames: flames === true }),
    );
  bench
    .command('cost')
    .description('what the same work costs among 1,000, 10,000 and 100,000 tasks; writes cost.json in DUBAN_HOME')
    .option('--tasks <list>', 'how many, with commas between them', counts, [1_000, 10_000, 100_000])
    .option('--cluster', 'on the cluster size in place of the server size')
    .action(async ({ tasks, cluster }: { tasks: number[]; cluster?: boolean }) =>
      (await import('./bench/cost.js')).tellCost(tasks, { isCluster: cluster === true }),
    );
  const chaos = program
    .command('chaos')
    .description('break a duban with servers of its own in every way while it is used; exit 1 where that shows');
  chaos
    .command('year')
    .description('a year of an office and its departments on the server size, judged by a checker of its own')
    .option('--minutes <count>', 'how long things are broken; 10, or half a minute with --quick', count)
    .option('--seed <number>', 'of what people do and of what is broken', count, 1)
    .option('--quick', 'a few weeks instead of a year, and nothing is built')
    .option('--previous <commit>', 'the version that serves first; "none": the present one')
    .action(async (options: { minutes?: number; seed: number; quick?: boolean; previous?: string }) => {
      const { quick, seed, previous } = options;
      const isQuick = quick === true;
      const minutes = options.minutes ?? (isQuick ? 0.5 : 10);
      if (!(await (await import('./chaos/year.js')).runYear({ minutes, seed, previous, isQuick })))
        process.exitCode = 1;
    });
  chaos
    .command('rungs')
    .description('a morning of due rungs and a few workers')
    .option('--rungs <count>', 'due rungs', count, 100_000)
    .option('--workers <count>', 'worker processes', count, 4)
    .option('--faults <count>', 'how often something is broken', count, 64)
    .option('--seed <number>', 'of the pauses and of who is killed', count, 1)
    .action(async (options: { rungs: number; workers: number; faults: number; seed: number }) => {
      if (!(await (await import('./chaos/rungs.js')).runChaos(options))) process.exitCode = 1;
    });
  program
    .command('load')
    .description(
      'ask one api of the server size at rising rates until it cannot follow, and watch inboxes beyond its limits',
    )
    .option('--rates <list>', 'requests a second, with commas between them', counts, [25, 50, 100, 200, 400, 800, 1600])
    .option('--seconds <count>', 'of each rate', count, 10)
    .option('--streams <count>', 'connections that watch an inbox', count, 100_000)
    .action(async (options: { rates: number[]; seconds: number; streams: number }) =>
      (await import('./load/load.js')).load(options),
    );
  const sizes = program
    .command('sizes')
    .description('bring a size of duban up on this machine, with servers of its own, and use it from end to end');
  sizes
    .command('server')
    .description('2 apis behind haproxy, 2 workers, Postgres and Redis')
    .action(async () => (await import('./sizes/sizes.js')).tryServer());
  sizes
    .command('cluster')
    .description('the same with a Redis Cluster and a standby of Postgres, of which some are killed in the middle')
    .option('--sentinels', 'one Redis by sentinels in place of a Redis Cluster')
    .action(async (options: { sentinels?: boolean }) =>
      (await import('./sizes/sizes.js')).tryCluster({ hasSentinels: options.sentinels === true }),
    );
  sizes
    .command('country')
    .description('what a year of a whole country would bring, by arithmetic, and which databases it takes')
    .action(async () => (await import('./sizes/country.js')).tellCountry());
  program
    .command('migrate')
    .description('bring the database named by DATABASE_URL to the newest schema')
    .action(async () => (await import('./migrate.js')).migrateDatabase());
  program
    .command('password')
    .description('set the password of an account in the database named by DATABASE_URL; it is read from standard input')
    .argument('<username>')
    .action(async (username: string) => (await import('./password.js')).setPassword(username));
  program
    .command('self-check')
    .description(
      'ask the database named by DATABASE_URL for all that must always hold (自检): exit 1 with what does not',
    )
    .action(async () => (await import('./self-check.js')).selfCheck());
  program
    .command('bounce')
    .description(
      'record a delivery report (RFC 3464) from standard input: for a mail server that pipes them, not by IMAP',
    )
    .action(async () => (await import('./bounce.js')).receiveBounce());
  program
    .command('queue')
    .description('the queue of hints; Postgres is the truth')
    .command('rebuild')
    .description('give the queue anew every hint that follows from the database named by DATABASE_URL')
    .action(async () => (await import('./queue-rebuild.js')).rebuildQueue());
  const history = program.command('history').description('the record of all that was done, and its proof (留痕、存证)');
  history
    .command('verify')
    .description(
      'verify an exported bundle, offline: exit 0 where all is sound, 1 with the first fault, 2 if unreadable',
    )
    .argument('<bundle>', 'as `duban history export` and GET /api/v1/history/export give it')
    .option('--checkpoint <file...>', 'checkpoints that you hold from before: the bundle must go on from each')
    .option('--key <file...>', 'public keys (PEM) that you trust; else the first checkpoint’s own is believed')
    .option('--tsa <file...>', 'certificates (PEM) of time-stamping authorities that you trust: one must have stamped')
    .option('--late <minutes>', 'so much later than recorded an event may be committed', '60')
    .action(async (bundle: string, options: { checkpoint?: string[]; key?: string[]; tsa?: string[]; late: string }) =>
      (await import('./history-verify.js')).verifyHistory(bundle, options),
    );
  history
    .command('export')
    .description('write the whole history, signed up to now, from the database named by DATABASE_URL')
    .argument('<file>', 'a new file')
    .option('--with <file...>', 'files of months that were detached, where they do not lie where they were written')
    .action(async (file: string, { with: months }: { with?: string[] }) =>
      (await import('./history-export.js')).exportHistory(file, months),
    );
  history
    .command('checkpoint')
    .description('sign the history of the database named by DATABASE_URL up to now, and print the checkpoint')
    .action(async () => (await import('./history-export.js')).printCheckpoint());
  history
    .command('rehash')
    .description(
      'change the hash of the history of the database named by DATABASE_URL (换算法), while it goes on, and print the checkpoint that did',
    )
    .addOption(
      new Option('--to <hash>', 'by what it is hashed from then on').choices(['sha256', 'sm3']).makeOptionMandatory(),
    )
    .action(async ({ to }: { to: TreeHash }) => (await import('./history-export.js')).rehashHistory(to));
  history
    .command('parts')
    .description('list the months of history (按月分区): events, size, tablespace, and where each lies')
    .option('--json', 'as JSON')
    .action(async ({ json }: { json?: true }) => (await import('./history-parts.js')).listParts(json === true));
  history
    .command('move')
    .description('put a month of history into another tablespace of Postgres')
    .argument('<month>', 'such as 2024-03')
    .requiredOption('--tablespace <name>', 'where it shall lie')
    .action(async (month: string, { tablespace }: { tablespace: string }) =>
      (await import('./history-parts.js')).movePart(month, tablespace),
    );
  history
    .command('detach')
    .description('write a month of history into a file, verify that, and take the month out of the database')
    .argument('<month>', 'such as 2024-03')
    .requiredOption('--to <folder>', 'where the file is written')
    .action(async (month: string, { to }: { to: string }) =>
      (await import('./history-parts.js')).detachPart(month, to),
    );
  history
    .command('attach')
    .description('bring a month of history back into the database, after its file was verified')
    .argument('<file>', 'as `duban history detach` wrote it')
    .action(async (file: string) => (await import('./history-parts.js')).attachPart(file));
  const archive = program
    .command('archive')
    .description('archive packages of closed plans (归档), in the manner of DA/T 70');
  archive
    .command('make')
    .description('write the archive package (归档信息包) of a closed plan from the database named by DATABASE_URL')
    .argument('<planId>', 'the plan’s id')
    .argument('<file>', 'a new file, a zip')
    .addOption(
      new Option('--retention <time>', 'how long it is kept (保管期限)')
        .choices(['永久', '30年', '10年'])
        .default('永久'),
    )
    .action(async (planId: string, file: string, options: { retention: '永久' | '30年' | '10年' }) =>
      (await import('./archive-make.js')).makeArchive(planId, file, options),
    );
  archive
    .command('check')
    .description(
      'run the four checks (真实性、完整性、可用性、安全性), offline: exit 0 where all hold, 1 with what does not, 2 if unreadable',
    )
    .argument('<package>', 'as `duban archive make` writes it')
    .option('--checkpoint <file>', 'a checkpoint that you hold from before')
    .option('--key <file...>', 'public keys (PEM) that you trust; else the package’s own are believed')
    .option('--history <bundle>', 'a bundle of the whole history: shows that no record was left out')
    .option(
      '--clamd <address>',
      'a clamd to scan with: tcp://host:3310, unix:///run/clamav/clamd.ctl; else DUBAN_CLAMD',
    )
    .option('--json', 'as JSON')
    .action(async (file: string, options: ArchiveCheckOptions) =>
      (await import('./archive-check.js')).archiveCheck(file, options),
    );
  await program.parseAsync(process.argv);
}

/** @throws InvalidArgumentError for what is no whole number above 0 */
function count(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('Give a whole number above 0.');
}

const counts = (text: string): number[] => text.split(',').map(count);

/** @throws InvalidArgumentError for what is no share of a whole */
function share(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('Give a number above 0, and 1 at most.');
}

main().catch((error: unknown) => {
  // Commander has said already what was wrong with the call; help is no error.
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : BAD_CALL);
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
