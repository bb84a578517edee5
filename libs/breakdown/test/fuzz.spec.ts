import fc from 'fast-check';
import { lettersOf, readingFaults } from './faults';
import { SAMPLES } from './samples';

/** How many damaged plans are read; more with the variable, for a long run. */
const RUNS = Number(process.env['DUBAN_FUZZ_RUNS'] ?? 300);
const TEXTS = Object.values(SAMPLES).flatMap((samples) => samples.map(([, text]) => text));
const LONGEST = 420;

/** Words and signs that mean something to the reader, and characters that no office writes. */
const HOSTILE = [
  ...'（）()〔〕[]〈〉【】<>：:；;，,、。.“”"《》|/*★-—~%+',
  ...'0123456789一二三十百千万亿①②年月日前底末个项',
  ...'\n\r\t\u000b\u0085\u2028\u3000\u00a0\ufeff\u200b\u0000\ud800\udc00😀é',
  '牵头单位：',
  '（责任单位：',
  '完成时限：',
  '责任领导：',
  '整改措施：',
  '以下均需',
  '排在第一位的部门为牵头部门，下同',
  '市水务局',
  '各县（市、区）人民政府',
  '由',
  '会同',
  '牵头',
  '负责',
  '配合',
  '等相关部门',
  '不少于',
  '百分之',
  '2031年2月30日前',
  '6月底前',
  '持续推进',
  '第一条',
  '（一）',
  '问题1：',
  '——',
  '具体措施：',
  '序号',
];

interface Edit {
  kind: 'delete' | 'double' | 'swap' | 'insert' | 'widen' | 'cut' | 'unbracket';
  at: number;
  length: number;
  by: string;
}

const WIDE: Readonly<Record<string, string>> = {
  '（': '(',
  '(': '（',
  '）': ')',
  ')': '）',
  '：': ':',
  ':': '：',
  '，': ',',
  '；': ';',
};

function damaged(text: string, { kind, at, length, by }: Edit): string {
  const from = at % Math.max(text.length, 1);
  const part = text.slice(from, from + length);
  const [before, behind] = [text.slice(0, from), text.slice(from + length)];
  switch (kind) {
    case 'delete':
      return before + behind;
    case 'double':
      return before + part + part + behind;
    case 'swap':
      return before + behind.slice(0, length) + part + behind.slice(length);
    case 'insert':
      return before + by + part + behind;
    case 'widen':
      return before + [...part].map((letter) => WIDE[letter] ?? letter).join('') + behind;
    case 'cut':
      return text.slice(0, from + length);
    case 'unbracket':
      return before + part.replace(/[（）()〔〕[\]〈〉]/g, '') + behind;
  }
}

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('delete', 'double', 'swap', 'insert', 'insert', 'widen', 'cut', 'unbracket'),
  at: fc.nat(2000),
  length: fc.nat(24),
  by: fc.array(fc.constantFrom(...HOSTILE), { minLength: 1, maxLength: 4 }).map((words) => words.join('')),
});
const text = fc
  .record({
    text: fc.constantFrom(...TEXTS),
    at: fc.nat(2000),
    length: fc.integer({ min: 40, max: LONGEST }),
    edits: fc.array(edit, { minLength: 1, maxLength: 5 }),
  })
  .map(({ text: whole, at, length, edits }) => {
    const from = whole.length > length ? at % (whole.length - length) : 0;
    return edits.reduce(damaged, whole.slice(from, from + length));
  });

describe('readBreakdown, on damaged plans', () => {
  it(
    'crashes on none and loses no character',
    () => {
      fc.assert(
        fc.property(text, (source) => {
          const faults = readingFaults(source, lettersOf);
          if (faults.length > 0) throw new Error(faults.join('; '));
        }),
        { numRuns: RUNS },
      );
    },
    60_000 + RUNS * 100,
  );
});
