import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client, type QueryResultRow } from 'pg';
import { freePort } from './own-redis';
import { eventually, findProgram, Started } from './started';

const VERSIONS = '/usr/lib/postgresql';
const SUPERUSER = 'duban';

/** A Postgres of Debian's package in a folder of its own, on a port of its own: never one that others use. */
export class DebianPostgres {
  private child: Started | undefined;

  private constructor(
    readonly name: string,
    readonly port: number,
    private readonly folder: string,
    private readonly bin: string,
    private readonly as: readonly string[],
  ) {}

  /** A new one with an empty database `duban`. @throws Error with one sentence where the package is missing */
  static async begin(home: string, name: string): Promise<DebianPostgres> {
    const postgres = await DebianPostgres.at(home, name);
    postgres.run('initdb', '-D', postgres.data, '-U', SUPERUSER, '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8');
    await postgres.start();
    await postgres.ask('create database duban', [], 'postgres');
    return postgres;
  }

  /** Another that follows this one, statement by statement, and answers what is read (hot standby). */
  async standby(home: string, name: string): Promise<DebianPostgres> {
    const standby = await DebianPostgres.at(home, name);
    const source = `host=127.0.0.1 port=${this.port} user=${SUPERUSER} application_name=${name}`;
    standby.run('pg_basebackup', '-D', standby.data, '-d', source, '--write-recovery-conf', '--checkpoint=fast');
    await standby.start();
    return standby;
  }

  private static async at(home: string, name: string): Promise<DebianPostgres> {
    const found = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((one, other) => Number(other) - Number(one)) : [];
    const initdb = findProgram(
      'initdb',
      'postgresql',
      found.map((version) => join(VERSIONS, version, 'bin')),
    );
    const folder = join(home, name);
    mkdirSync(folder, { mode: 0o700 });
    const [uid, gid] = process.getuid?.() === 0 ? userOfPackage() : [];
    // Postgres refuses to run as root; its package has brought a user for it, who must reach the folder.
    if (uid !== undefined && gid !== undefined) {
      chownSync(folder, uid, gid);
      execFileSync('chmod', ['o+x', home]);
    }
    const as = uid === undefined ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
    return new DebianPostgres(name, await freePort(), folder, initdb.replace(/\/initdb$/, ''), as);
  }

  get url(): string {
    return this.urlOf('duban');
  }

  /** Starts it on its data, and waits until it answers; one that was killed leaves processes that must end first. */
  async start(): Promise<void> {
    const flags = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=300'];
    const command = [join(this.bin, 'postgres'), '-D', this.data, '-p', String(this.port)];
    const prefix = this.as.length > 0 ? [...this.as, '--pdeathsig', 'KILL', '--'] : [];
    await eventually(`Postgres ${this.name}`, async () => {
      if (!this.child?.isRunning) {
        const all = [...prefix, ...command, ...flags.flatMap((flag) => ['-c', flag])];
        this.child = new Started(all, join(this.folder, '..', `${this.name}.log`), undefined, this.folder);
      }
      return (await this.ask('select 1 as one', [], 'postgres')).length === 1;
    });
  }

  /** Ends it as a shutdown does, or, with SIGKILL, as a crash. */
  async end(how: 'SIGINT' | 'SIGKILL' = 'SIGINT'): Promise<void> {
    await this.child?.end(how);
  }

  /** One question in a session of its own. */
  async ask<T extends QueryResultRow>(question: string, values: unknown[] = [], database = 'duban'): Promise<T[]> {
    const client = new Client({ connectionString: this.urlOf(database), connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<T>(question, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  private get data(): string {
    return join(this.folder, 'data');
  }

  private urlOf(database: string): string {
    return `postgres://${SUPERUSER}@127.0.0.1:${this.port}/${database}`;
  }

  private run(program: string, ...args: string[]): void {
    const [first = '', ...rest] = [...this.as, ...(this.as.length > 0 ? ['--'] : []), join(this.bin, program), ...args];
    execFileSync(first, rest, { cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

function userOfPackage(): number[] {
  const [, , uid, gid] = execFileSync('getent', ['passwd', 'postgres'], { encoding: 'utf8' }).split(':').map(Number);
  return [uid!, gid!];
}
