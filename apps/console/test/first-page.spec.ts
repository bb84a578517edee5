import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const CONSOLE = join(__dirname, '../../../dist/console');
/** What the first page loads at most, compressed (Brotli), whoever it is for. */
const BUDGET = (JSON.parse(readFileSync(join(__dirname, '../budgets.json'), 'utf8')) as { firstPageBytes: number })
  .firstPageBytes;
/** Each with the areas of words that it speaks. */
const FIRST_PAGES: Readonly<Record<string, readonly string[]>> = {
  'board/board-page.tsx': ['board'],
  'desk/desk-page.tsx': ['desk'],
  'mine/mine-page.tsx': ['mine'],
  'leader/overview-page.tsx': ['leader'],
};
const EVERYWHERE = ['console', 'terms'];

interface Part {
  file: string;
  imports?: string[];
  css?: string[];
}

describe('the first page', () => {
  const manifest = JSON.parse(readFileSync(join(CONSOLE, '.vite/manifest.json'), 'utf8')) as Record<string, Part>;

  /** All files that are loaded with a part, itself among them. */
  function filesOf(name: string, found = new Set<string>()): Set<string> {
    const part = manifest[name];
    if (!part || found.has(part.file)) return found;
    found.add(part.file);
    for (const sheet of part.css ?? []) found.add(sheet);
    for (const other of part.imports ?? []) filesOf(other, found);
    return found;
  }
  const sizeOf = (file: string): number =>
    (statSync(join(CONSOLE, `${file}.br`), { throwIfNoEntry: false }) ?? statSync(join(CONSOLE, file))).size;

  it.each(Object.entries(FIRST_PAGES))('loads 350 KB at most, compressed: %s', (page, areas) => {
    expect(Object.keys(manifest)).toContain(`src/${page}`);
    const files = filesOf('index.html');
    filesOf(`src/${page}`, files);
    for (const area of [...EVERYWHERE, ...areas]) filesOf(`src/words/zh/${area}.ts`, files);
    const bytes = [...files].reduce((sum, file) => sum + sizeOf(file), 0);
    expect(bytes).toBeLessThanOrEqual(BUDGET);
  });
});
