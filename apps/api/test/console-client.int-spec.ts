import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Edge, useEdge } from './edge';

const ROOT = join(__dirname, '../../..');
const SCHEMA = join(ROOT, 'apps/console/src/api/schema.ts');

describe('the console’s client', () => {
  const edge = useEdge((database) => Edge.open(database));
  const folder = mkdtempSync(join(tmpdir(), 'duban-client-'));

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has the types that the description of the api gives; `npm run draw` writes them', async () => {
    const { body } = await edge().nobody().ask('GET', '/api/openapi.json');
    const description = join(folder, 'openapi.json');
    const types = join(folder, 'schema.ts');
    writeFileSync(description, JSON.stringify(body));
    execFileSync(process.execPath, [
      join(ROOT, 'node_modules/openapi-typescript/bin/cli.js'),
      description,
      '--alphabetize',
      '-o',
      types,
    ]);
    const drawn = readFileSync(types, 'utf8');
    if (process.env.DRAW) writeFileSync(SCHEMA, drawn);
    expect(readFileSync(SCHEMA, 'utf8') === drawn).toBe(true);
  });
});
