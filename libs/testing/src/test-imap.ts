import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from './test-redis';
import { until } from './until';

export interface TestImap {
  /** Of a mailbox of this name, empty at first; any name will do. */
  url(mailbox: string): string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Asked by the specs that need it only: a program is started for the answer. */
const isInstalled = (): boolean => spawnSync('dovecot', ['--version']).status === 0;

/** Specs that need an IMAP server of their own; where the program is missing they are skipped, and it is said how to get it. */
export function describeWithImap(name: string, specs: (imap: TestImap) => void): void {
  if (!isInstalled()) {
    console.warn(`SKIPPED "${name}": needs dovecot (Debian: apt-get install dovecot-imapd)`);
    const nothing = (): Promise<void> => Promise.resolve();
    describe.skip(name, () => specs({ url: () => '', stop: nothing, start: nothing }));
    return;
  }
  describe(name, () => {
    const server = new LocalDovecot();
    beforeAll(() => server.start());
    afterAll(() => server.dispose());
    specs(server);
  });
}

class LocalDovecot implements TestImap {
  private folder = '';
  private port = 0;
  private child: ChildProcess | undefined;

  url(mailbox: string): string {
    return `imap://${mailbox}:secret@127.0.0.1:${this.port}/INBOX`;
  }

  async start(): Promise<void> {
    this.port ||= await freePort();
    this.folder ||= this.prepare();
    this.child = spawn('dovecot', ['-F', '-c', join(this.folder, 'dovecot.conf')], { stdio: 'ignore' });
    await until(() => this.answers(), 20_000, 'dovecot');
  }

  async stop(): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null) return;
    this.child = undefined;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Everything in a folder of its own, run by whoever runs the tests; it refuses to serve as root, who lends it to nobody. */
  private prepare(): string {
    const folder = mkdtempSync(join(tmpdir(), 'duban-dovecot-'));
    const isRoot = process.getuid!() === 0;
    const user = isRoot ? 'nobody' : userInfo().username;
    const [uid, gid, group] = ['-u', '-g', '-gn'].map((flag) =>
      spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout.trim(),
    );
    const mails = join(folder, 'mails');
    mkdirSync(mails);
    chmodSync(folder, 0o755);
    if (isRoot) chownSync(mails, Number(uid), Number(gid));
    const settings = `
      base_dir = ${join(folder, 'run')}
      state_dir = ${join(folder, 'state')}
      log_path = ${join(folder, 'log')}
      protocols = imap
      listen = 127.0.0.1
      ssl = no
      disable_plaintext_auth = no
      default_internal_user = ${user}
      default_login_user = ${user}
      default_internal_group = ${group}
      mail_fsync = never
      first_valid_uid = ${uid}
      mail_location = maildir:${join(mails, '%u')}
      namespace inbox {
        inbox = yes
      }
      service imap-login {
        chroot =
        inet_listener imap {
          port = ${this.port}
        }
        inet_listener imaps {
          port = 0
        }
      }
      service anvil {
        chroot =
      }
      passdb {
        driver = static
        args = password=secret
      }
      userdb {
        driver = static
        args = uid=${uid} gid=${gid} home=${join(mails, '%u')}
      }`;
    writeFileSync(join(folder, 'dovecot.conf'), settings);
    return folder;
  }

  private answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1');
      socket.once('data', (greeting) => socket.destroy() && resolve(String(greeting).startsWith('* OK')));
      socket.once('error', () => undefined).once('close', () => resolve(false));
    });
  }
}
