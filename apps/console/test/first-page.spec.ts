import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const CONSOLE = join(__dirname, '../../../dist/console');
/** What the first page loads at most, compressed (Brotli), whoever it is for. */
const BUDGET = 350 * 1024;
const FIRST_PAGES = ['board/board-page.tsx', 'desk/desk-page.tsx', 'mine/mine-page.tsx', 'leader/overview-page.tsx'];
const AREAS = ['console', 'terms', 'account', 'board', 'desk', 'mine', 'leader', 'drafts', 'help'];

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

  const pages = FIRST_PAGES.filter((page) => `src/${page}` in manifest);

  it('is there', () => expect(pages.length).toBeGreaterThanOrEqual(3));

  it.each(pages)('loads 350 KB at most, compressed: %s', (page) => {
    const files = filesOf('index.html');
    filesOf(`src/${page}`, files);
    for (const area of AREAS) filesOf(`src/words/zh/${area}.ts`, files);
    const bytes = [...files].reduce((sum, file) => sum + sizeOf(file), 0);
    expect(bytes).toBeLessThanOrEqual(BUDGET);
  });
});
