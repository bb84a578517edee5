import { type DraftTask, readBreakdown } from '@duban/breakdown';
import fc from 'fast-check';
import { dress, type Dress, FAMILIES, type Item, sections, told, written } from '../../breakdown/test/families';
import { readDocument } from '../src/reading';
import { LEDGER_KINDS, ledgerOf, looksOfLedger, type LedgerLooks } from './ledger-files';
import { type Line, PROSE_KINDS, type ProseLooks } from './prose-files';

/** So many plans are written in each kind; a long run is asked for. */
const RUNS = Number(process.env['DUBAN_SAME_PLAN_RUNS'] ?? 8);
const PATIENCE_MS = Math.max(120_000, RUNS * 1_000);

/** All that is read of a task, but where its words stand. */
const said = ({ number, path, content, ...task }: DraftTask) => ({
  number: Number(number),
  path,
  content,
  ...told({ number, path, content, ...task }),
});
const readTold = async (bytes: Uint8Array, name = 'plan') => {
  const { tasks, title } = readBreakdown(await readDocument({ name, bytes }));
  return { title, tasks: tasks.map(said) };
};
const toldOfText = (text: string) => {
  const { tasks, title } = readBreakdown(text);
  return { title, tasks: tasks.map(said) };
};

/** The paragraphs of a plan, their labels apart. */
const linesOf = (text: string): Line[] =>
  text.split(/[\r\n]+[\u3000]*/).map((line, index) => {
    if (index === 0) return { kind: 'title', label: '', words: line };
    const [label = ''] = /^(?:[一二三四五]、|\d+(?:[.．]\s?|、))/.exec(line) ?? [];
    const kind = label === '' ? 'plain' : /^\d/.test(label) ? 'item' : 'heading';
    return { kind, label, words: line.slice(label.length) };
  });

const looks: fc.Arbitrary<ProseLooks> = fc.record({
  isNumbered: fc.boolean(),
  width: fc.integer({ min: 380, max: 460 }),
  bottom: fc.integer({ min: 300, max: 760 }),
  hasRunningHead: fc.boolean(),
});
const plan = sections.filter((items) => items.flat().length > 1);

describe('one plan in files of every kind', () => {
  const family = fc.constantFrom(...FAMILIES);
  it.each(PROSE_KINDS)(
    'is read from $name as from plain text, in every family',
    async ({ write }) => {
      const sample = fc.tuple(family, plan, dress, looks);
      await fc.assert(
        fc.asyncProperty(
          sample,
          async ([one, items, clothes, look]: [(typeof FAMILIES)[number], Item[][], Dress, ProseLooks]) => {
            const { text } = written(one, items, clothes);
            expect(await readTold(write(linesOf(text), look))).toEqual(toldOfText(text));
          },
        ),
        { numRuns: RUNS, endOnFailure: true },
      );
    },
    PATIENCE_MS,
  );
  it.each(LEDGER_KINDS)(
    'is read from $name as from plain text, whatever the head',
    async ({ write, file }) => {
      await fc.assert(
        fc.asyncProperty(plan, looksOfLedger, async (items: Item[][], look: LedgerLooks) => {
          const { grid, text } = ledgerOf(items, look);
          const { title, tasks } = toldOfText(text);
          expect(await readTold(write(grid, look), file)).toEqual({ title: look.hasTitle ? title : null, tasks });
        }),
        { numRuns: RUNS, endOnFailure: true },
      );
    },
    PATIENCE_MS,
  );
});
