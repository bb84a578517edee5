import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './own-redis';
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

/** What deploy/haproxy.cfg says, for apis that differ by their ports. */
const configuration = (port: number, apis: readonly number[]): string => `
defaults
  mode http
  timeout connect 2s
  timeout client 70s
  timeout server 70s
  option redispatch
  retries 2
  retry-on conn-failure
frontend duban
  bind 127.0.0.1:${port}
  option forwardfor
  default_backend apis
backend apis
  balance leastconn
  option httpchk GET /readyz
  default-server check inter 500ms fastinter 200ms fall 2 rise 1
${apis.map((api, i) => `  server api${i + 1} 127.0.0.1:${api}`).join('\n')}
`;
