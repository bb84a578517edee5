import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './own-redis';
import { ROOT } from './root';
import { findProgram, Started } from './started';

/** haproxy before several apis: asks each whether it is ready, and sends requests to those that are. */
export class Proxy {
  private constructor(
    readonly port: number,
    private readonly child: Started,
  ) {}

  /** @param ports of the apis on this machine */
  static async start(home: string, ports: readonly number[]): Promise<Proxy> {
    const program = findProgram('haproxy', 'haproxy');
    const port = await freePort();
    const file = join(home, 'haproxy.cfg');
    writeFileSync(file, configuration(port, ports));
    return new Proxy(port, new Started([program, '-db', '-q', '-f', file], join(home, 'haproxy.log')));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  end(): Promise<void> {
    return this.child.end('SIGTERM');
  }
}

/** What deploy/haproxy.cfg says, at a port of this machine and for apis that differ by their ports. */
function configuration(port: number, apis: readonly number[]): string {
  const servers = apis.map((api, i) => `  server api${i + 1} 127.0.0.1:${api}`).join('\n');
  return [
    [/^ {2}bind :3000$/m, `  bind 127.0.0.1:${port}`],
    [/^ {2}server-template .*$/m, servers],
    [/^resolvers network\n( {2}.*\n)+/m, ''],
  ].reduce(
    (text, [place, words]) => {
      const changed = text.replace(place as RegExp, words as string);
      if (changed === text) throw new Error(`deploy/haproxy.cfg has no place for ${String(words)}`);
      return changed;
    },
    readFileSync(join(ROOT, 'deploy/haproxy.cfg'), 'utf8'),
  );
}
