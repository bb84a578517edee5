import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useTestDatabase } from '@duban/testing';
import { zipSync } from 'fflate';
import { duban, endLeftovers, ensureBuilt } from '../../worker/test/duban-process';

const folder = mkdtempSync(join(tmpdir(), 'duban-archive-'));
const NO_PLAN = '00000000-0000-7000-8000-000000000000';

beforeAll(ensureBuilt, 120_000);
afterEach(endLeftovers);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a package has and what the checks find in it, `archive.int-spec.ts` asks. */
describe('duban archive', () => {
  const database = useTestDatabase();
  const done = async (args: string[], env: Record<string, string> = {}): Promise<[number | null, string, string]> => {
    const running = duban(['archive', ...args], env);
    const { code } = await running.ended;
    return [code, running.stdout, running.stderr];
  };

  it('leaves nothing behind of a plan that there is not', async () => {
    const file = join(folder, 'plan.zip');
    const [code, said, errors] = await done(['make', NO_PLAN, file, '--retention', '10年'], {
      DATABASE_URL: database.url,
    });
    expect([code, said, errors]).toEqual([1, '', 'There is no such plan.\n']);
    expect(existsSync(file)).toBe(false);
  });

  it('ends with 2 for a call that makes no sense, and for what is no package', async () => {
    const text = join(folder, 'a.txt');
    writeFileSync(text, 'a text\n');
    const zip = join(folder, 'a.zip');
    writeFileSync(zip, zipSync({ 'a.txt': Buffer.from('a') }));
    const cases: [string[], RegExp][] = [
      [['make', NO_PLAN, text, '--retention', '5年'], /Allowed choices are 永久, 30年, 10年/],
      [['check'], /missing required argument 'package'/],
      [['check', join(folder, 'gone')], /gone: it is no archive package, or was cut off \(ENOENT/],
      [['check', text], /a\.txt: it is no archive package, or was cut off/],
      [['check', zip], /a\.zip: it is a zip, and no archive package of duban\.\n$/],
      [['check', zip, '--clamd', 'clamd'], /--clamd takes tcp:/],
    ];
    await Promise.all(
      cases.map(async ([args, words]) => {
        const [code, said, errors] = await done(args);
        expect([args, code, said]).toEqual([args, 2, '']);
        expect(errors).toMatch(words);
      }),
    );
  });
});
