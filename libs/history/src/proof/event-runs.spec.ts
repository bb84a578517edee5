import fc from 'fast-check';
import { eventLine } from './event-line';
import { stretchesOf } from './event-runs';
import { GrowingTree, leafHash, TREE_HASHES } from './merkle';
import { cutLines, linesOf, NOTHING, wholeLinesOf } from './whole-lines';

/** What a line may be: an event at the next place, one at another place, one that was changed, one that is gone, no event. */
const KINDS = ['next', 'elsewhere', 'changed', 'gone', 'other'] as const;

async function* inPieces(bytes: Buffer, lengths: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (const length of lengths) yield bytes.subarray(at, (at += length));
  yield bytes.subarray(at);
}

describe('lines of a bundle', () => {
  it('are the same, wherever the pieces of its bytes end', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\n', '府') });
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(5)), async (whole, lengths) => {
        const lines: string[] = [];
        for await (const some of linesOf(inPieces(Buffer.from(whole), lengths)))
          lines.push(...some.map((line) => line.toString()));
        expect(lines).toEqual(whole === '' ? [] : whole.replace(/\n$/, '').split('\n'));
      }),
    );
  });
});

describe('stretchesOf', () => {
  it('joins sound events that follow one another, and leaves every other line to be looked at', async () => {
    const line = fc.record({ kind: fc.constantFrom(...KINDS), second: fc.nat(59) });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...TREE_HASHES),
        fc.nat(70),
        fc.array(line, { maxLength: 40 }),
        fc.array(fc.nat(300)),
        async (hash, from, kinds, lengths) => {
          let index = from;
          const lines = kinds.map(({ kind, second }) => {
            if (kind === 'elsewhere') index += 3;
            const recordedAt = `2026-03-01T08:00:${String(second).padStart(2, '0')}.000001Z`;
            const event = Buffer.from(JSON.stringify({ after: { recordedAt: '1900' }, recordedAt }));
            const leaf = leafHash(hash, event);
            if (kind === 'changed') leaf[0]! ^= 1;
            const bytes =
              kind === 'other' ? Buffer.from('{}\n') : eventLine(index, leaf, kind === 'gone' ? null : event);
            const isSound = kind === 'next' || kind === 'elsewhere';
            return { bytes, leaf, second: recordedAt.slice(0, 19), index: index++, isSound };
          });
          let at = 0;
          for await (const whole of wholeLinesOf(inPieces(Buffer.concat(lines.map(({ bytes }) => bytes)), lengths))) {
            let end = 0;
            for (const stretch of stretchesOf(whole, hash)) {
              expect(stretch.start).toBe(end);
              end = stretch.end;
              const head = stretch.start === 0 ? whole.head : NOTHING;
              const cut = [...cutLines({ head, body: whole.body.subarray(stretch.start, end) })];
              const here = lines.slice(at, (at += cut.length));
              expect(cut.map((one) => `${one.line.toString()}\n`)).toEqual(here.map(({ bytes }) => bytes.toString()));
              expect(here.every(({ isSound }) => isSound === (stretch.run !== null))).toBe(true);
              if (!stretch.run) continue;
              const { first, count, earliest, roots } = stretch.run;
              expect(here.map((one) => one.index)).toEqual(Array.from({ length: count }, (_, i) => first + i));
              expect(earliest).toBe(here.map(({ second }) => second).sort()[0]);
              const [grafted, pushed] = [new GrowingTree(hash), new GrowingTree(hash)];
              for (const tree of [grafted, pushed])
                for (let i = 0; i < first; i++) tree.push(leafHash(hash, Buffer.of(i)));
              for (const { leaf } of here) pushed.push(leaf);
              let size = first;
              for (const root of roots) {
                // The largest subtree that may begin here and does not go beyond the run.
                let level = 0;
                while (size % 2 ** (level + 1) === 0 && size + 2 ** (level + 1) <= first + count) level++;
                grafted.graft(Buffer.from(root), level);
                size += 2 ** level;
              }
              expect([grafted.size, grafted.root()]).toEqual([pushed.size, pushed.root()]);
            }
            expect(end).toBe(whole.body.length);
          }
          expect(at).toBe(lines.length);
        },
      ),
    );
  });
});
