// Runs a command with DUBAN_TEST_DATABASE_URL naming a Postgres of Debian's package, the oldest that is installed, in a
// folder of its own: the embedded one is the newest that is supported, this one is the other end.
import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const versions = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(a) - Number(b));
const bin = `/usr/lib/postgresql/${versions[0]}/bin`;
const folder = mkdtempSync(join(tmpdir(), 'duban-postgres-'));
const data = join(folder, 'data');
// Postgres refuses to run as root; its package has brought a user for it.
let as = [];
if (process.getuid() === 0) {
  const [, , uid, gid] = execFileSync('getent', ['passwd', 'postgres'], { encoding: 'utf8' }).split(':').map(Number);
  chownSync(folder, uid, gid);
  as = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'];
}
const run = (command, ...args) => {
  const [program, ...rest] = [...as, join(bin, command), ...args];
  execFileSync(program, rest, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
};
const port = await new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

let code = 1;
try {
  run('initdb', '-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync');
  const flags = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=300`;
  run('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', flags, 'start');
  try {
    const [program, ...args] = process.argv.slice(2);
    const env = { ...process.env, DUBAN_TEST_DATABASE_URL: `postgres://postgres@127.0.0.1:${port}/postgres` };
    code = spawnSync(program, args, { stdio: 'inherit', env }).status ?? 1;
  } finally {
    run('pg_ctl', '-D', data, '-w', '-m', 'fast', 'stop');
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(code);
