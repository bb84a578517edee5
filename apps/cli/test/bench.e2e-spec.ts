import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duban, endLeftovers, ensureBuilt } from '../../worker/test/duban-process';

const folder = mkdtempSync(join(tmpdir(), 'duban-bench-'));

beforeAll(ensureBuilt, 120_000);
afterEach(endLeftovers);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('duban bench', () => {
  it('measures by name, prints the table and writes bench.json in DUBAN_HOME', async () => {
    const home = join(folder, 'home');
    const running = duban(['bench', 'parse', '--quick'], { DUBAN_HOME: home });
    expect([(await running.ended).code, running.stderr]).toEqual([0, 'measuring parse …\n']);
    const [head, row, ...more] = running.stdout.trimEnd().split('\n');
    expect(more).toEqual([]);
    expect(head!.split(/ {2,}/)).toEqual(['name', 'value', 'against', 'ratio', 'goal', 'met']);
    const time = String.raw`\d+ ms \(\d+ to \d+\)`;
    expect(row).toMatch(new RegExp(`^parse +${time} +${time} +\\d+\\.\\d\\d +≤ 1\\.5 +(?:yes|no)$`));
    const lines = JSON.parse(readFileSync(join(home, 'bench.json'), 'utf8')) as Record<string, number>[];
    expect(lines).toEqual([
      {
        name: 'parse',
        value: expect.any(Number),
        against: expect.any(Number),
        ratio: expect.any(Number),
        goal: '≤ 1.5',
        met: expect.any(Boolean),
      },
    ]);
    const { value, against, ratio, met } = lines[0]!;
    expect(ratio).toBeCloseTo(value! / against!, 1);
    expect(met).toBe(ratio! <= 1.5);
  }, 60_000);

  it('verifies a bundle that it invents, and leaves no file behind', async () => {
    const running = duban(['bench', 'verify', '--quick'], { DUBAN_HOME: join(folder, 'verify'), TMPDIR: folder });
    expect([(await running.ended).code, running.stderr]).toEqual([0, 'measuring verify …\n']);
    expect(running.stdout).toMatch(/^verify .* ≤ 4 +(?:yes|no)$/m);
    expect(readdirSync(folder).filter((name) => name.endsWith('.jsonl'))).toEqual([]);
  }, 60_000);

  it('measures whole processes: their start beside that of Postgres, and what the api comes to hold', async () => {
    const running = duban(['bench', 'start', 'memory', '--quick'], { DUBAN_HOME: join(folder, 'processes') });
    expect([(await running.ended).code, running.stderr]).toEqual([0, 'measuring start …\nmeasuring memory …\n']);
    expect(running.stdout).toMatch(/^start +\d+ ms +\d+ ms +\d+\.\d\d +≤ 4 +(?:yes|no)$/m);
    expect(running.stdout).toMatch(/^memory +\d+ MiB +\d+ MiB +\d\.\d\d +≤ 1\.3 +(?:yes|no)$/m);
  }, 120_000);

  it('ends with 2 and the known names for an unknown one, and measures nothing', async () => {
    const running = duban(['bench', 'parse', 'nonsense', '--quick'], { DUBAN_HOME: join(folder, 'none') });
    expect((await running.ended).code).toBe(2);
    expect([running.stdout, running.stderr]).toEqual([
      '',
      'There is no measure nonsense. Those that are: transition, transition-pgbench, followup, followup-limit, sweep-flatness, reschedule, reschedule-limit, list, as-of, parse, verify, start, memory, board-paint, board-filter, board-scroll.\n',
    ]);
  });

  it('says so before it measures where bench.json cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    const running = duban(['bench', '--quick'], { DUBAN_HOME: join(folder, 'file') });
    expect((await running.ended).code).toBe(1);
    expect(running.stdout).toBe('');
    expect(running.stderr).toMatch(
      /^\S+bench\.json cannot be written \(.*\): make it writable, or set DUBAN_HOME[^\n]*\.\n$/,
    );
  });
});
