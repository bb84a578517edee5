import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { BreachedPasswords } from './breached-passwords';

const sha1 = (password: string): string => createHash('sha1').update(password).digest('hex').toUpperCase();

describe('BreachedPasswords', () => {
  const folder = mkdtempSync(join(tmpdir(), 'duban-breached-'));
  const path = join(folder, 'hashes.txt');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const holding = (passwords: readonly string[], { lineEnd = '\r\n', isEnded = true } = {}): BreachedPasswords => {
    const lines = passwords.map((one) => `${sha1(one)}:${one.length * 1_000}`).sort();
    writeFileSync(path, lines.join(lineEnd) + (isEnded && lines.length > 0 ? lineEnd : ''));
    return new BreachedPasswords(path);
  };

  it('finds each that is in the file, the first and the last among them, and no other', async () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 20 }).map((one) => one.normalize('NFC'));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(word, { maxLength: 300 }),
        fc.array(word, { maxLength: 10 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        async (passwords, others, lineEnd, isEnded) => {
          const breached = holding(passwords, { lineEnd, isEnded });
          for (const one of passwords) expect([one, await breached.has(one)]).toEqual([one, true]);
          for (const one of others) expect([one, await breached.has(one)]).toEqual([one, passwords.includes(one)]);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('reads little of a file that is large', async () => {
    const all = Array.from({ length: 50_000 }, (_, i) => `password ${i}`);
    const breached = holding(all);
    await breached.check();
    for (const one of [all[0]!, all[49_999]!, all[777]!]) expect(await breached.has(one)).toBe(true);
    expect(await breached.has('password 50000')).toBe(false);
  });

  it('knows a letter that a machine writes in two signs', async () => {
    expect(await holding(['caf\u00e9 caf\u00e9']).has('cafe\u0301 cafe\u0301')).toBe(true);
  });

  it.each([
    ['nothing in it', '', 'is empty'],
    ['words', 'password\n12345678\n', 'has lines that are no SHA-1'],
    ['hashes of another kind', `${'a'.repeat(32)}:1\n`, 'has lines that are no SHA-1'],
    ['the order of how often', `${'F'.repeat(40)}:9\n${'0'.repeat(40)}:1\n`.repeat(70), 'is not ordered by hash'],
  ])('is refused with %s when the process starts', async (_, text, why) => {
    writeFileSync(path, text);
    await expect(new BreachedPasswords(path).check()).rejects.toThrow(why);
  });

  it('is refused where it is missing', async () => {
    await expect(new BreachedPasswords(join(folder, 'none')).check()).rejects.toThrow('ENOENT');
  });
});
