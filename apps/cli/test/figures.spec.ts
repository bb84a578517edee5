import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cost, costTable } from '../src/bench/cost-figures';
import type { Line } from '../src/bench/measure';
import { costPicture, ratiosPicture } from '../src/bench/pictures';

const DOCS = join(__dirname, '../../../docs');
const PERFORMANCE = join(DOCS, 'performance.md');
const [BEGIN, END] = ['<!-- cost: begin -->', '<!-- cost: end -->'];
const read = (file: string): string => readFileSync(file, 'utf8');
const kept = (name: string): unknown => JSON.parse(read(join(DOCS, 'figures', name)));

/** As the formatter leaves tables. */
const bare = (text: string): string => text.replaceAll(/ *\| */g, '|').replaceAll(/-{2,}/g, '-');

describe('the pictures and tables of measured figures', () => {
  const bench = kept('bench.json') as { madeOf: string; lines: Line[] };
  const cost = kept('cost.json') as Cost;

  it.each([
    ['bench.svg', ratiosPicture(bench.lines, bench.madeOf)],
    ['cost.svg', costPicture(cost)],
  ])('%s is that of the figures; npm run draw makes it anew', (name, drawn) => {
    const file = join(DOCS, 'pictures', name);
    if (process.env.DRAW) {
      mkdirSync(join(DOCS, 'pictures'), { recursive: true });
      writeFileSync(file, drawn);
    }
    expect(read(file)).toBe(drawn);
  });

  it('name each measure and each size', () => {
    const picture = read(join(DOCS, 'pictures/bench.svg'));
    expect(bench.lines.filter(({ name }) => !picture.includes(`>${name} `))).toEqual([]);
    expect(read(join(DOCS, 'pictures/cost.svg'))).toContain('>a transition<');
  });

  it('the table of what sizes cost is that of the figures', () => {
    const page = read(PERFORMANCE);
    const [before, rest] = page.split(BEGIN);
    const [there, after] = rest!.split(END);
    const table = costTable(cost);
    if (process.env.DRAW) writeFileSync(PERFORMANCE, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`);
    else expect(bare(there!.trim())).toBe(bare(table));
    expect(cost.sizes.map(({ tasks }) => tasks)).toEqual(expect.arrayContaining([1_000, 10_000, 100_000]));
  });
});
