import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import en from '../words/en/problems';
import zh from '../words/zh/problems';
import { wordsFor } from './problem-words';

const ROOT = join(__dirname, '../../../..');
const CODE = /'([A-Z_]{3,}\.[A-Z0-9_]+)'/g;

/** What a problem of the api can be called. */
function codesOfSources(): string[] {
  const folders = [
    join(ROOT, 'apps/api/src'),
    ...readdirSync(join(ROOT, 'libs')).map((lib) => join(ROOT, 'libs', lib, 'src')),
  ];
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('spec.ts'))
      .map((name) => join(folder, name)),
  );
  const codes = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(CODE)].map(([, code]) => code!));
  return [...new Set(codes)].toSorted();
}

const hasIn =
  (words: object) =>
  (key: string): boolean => {
    const found = key
      .replace('problems:', '')
      .split('.')
      .reduce<unknown>((within, part) => (within as Record<string, unknown> | undefined)?.[part], words);
    return typeof found === 'string' && found !== '';
  };

describe('the words of refusals', () => {
  const codes = codesOfSources();

  it('are there in Chinese for every code of the sources', () => {
    expect(codes.length).toBeGreaterThan(500);
    expect(codes.filter((code) => wordsFor(code, hasIn(zh)) === null)).toEqual([]);
  });

  it('are in English where the server speaks to whoever writes programs: of codes that there are', () => {
    const known = new Set(codes.map((code) => code.replace('.', '_')));
    expect(Object.keys(en).filter((key) => !known.has(key))).toEqual([]);
    expect(Object.keys(zh).filter((key) => key !== 'general' && !known.has(key))).toEqual([]);
  });

  it('are Chinese in Chinese, and sentences', () => {
    const sentences = Object.entries(zh).flatMap(([key, text]) => (typeof text === 'string' ? [[key, text]] : []));
    for (const [, text] of sentences) expect(text).toMatch(/[\u4e00-\u9fff].*。$/);
  });

  it.each([
    ['PLAN.CLOSED', { key: 'problems:PLAN_CLOSED' }],
    ['PLAN.STALE', { key: 'problems:general.endings.STALE', thing: 'problems:general.things.PLAN' }],
    ['REQUEST.NOT_JSON', { key: 'problems:general.families.REQUEST' }],
    ['NOBODY.KNOWS', null],
  ])('of %s', (code, expected) => {
    expect(wordsFor(code, hasIn(zh))).toEqual(expected);
  });
});
