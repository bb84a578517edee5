import fc from 'fast-check';
import { readBreakdown } from './read-breakdown';
import { readingFaults } from '../test/faults';

/** Of each property; more on any text. */
const RUNS = Number(process.env.READING_RUNS ?? 15);

const check = (source: string): void => expect(readingFaults(source)).toEqual([]);

const SAMPLE = `云溪市2031年重点工作责任分解方案
一、水利
（一）灌区改造
1.修复水渠260公里，6月底前完工。（牵头单位：市水务局；责任单位：市财政局、各县（市）政府，云溪、青山区管委会等单位）
2．做好协作。(治理东河〈责任单位:市环保局〉;治理西河〈责任单位:市水务局，下同〉)
——库区
3、清淤5—6处（责任单位：市住房和城市更新局和市水务局）。衬砌。〔牵头单位：市水务局〕
4.通水。（水利部、财政部会同有关部门负责，6月底前完成）（*甲局、乙局）（由市水务局牵头，各区等相关部门配合）
整改措施：
1.清淤30公里。
进展情况：已完成。
牵头单位：市水务局
责任领导：副市长 王七星
二、附则
本方案自印发之日起施行。`;

/** Texts of the families that are read only where no brackets assign: sentences, units first, and a table. */
const OTHERS = [
  `云溪市整治方案
一、工作步骤
（一）摸底排查（2031年5月底前）。由市水务局牵头，市财政局配合，开展排查。
（二）王七星县长主抓整治。请市发改委会同市应急局办理。市住建局配合。
主办：市政府办　　承办：市数据局`,
  `云溪市职责分工
1.市应急局：指导检查。
2.市公安局、市水务局：检查水库6座。
云溪市人民政府
2031年1月9日`,
  `云溪市任务表
序号
任务
牵头单位
责任单位
完成时限
一、水利
1
修渠5公里，
架桥。
市水务局
市财政局、
市发改委
6月底前
2
植树。
市林业局
长期坚持`,
];

const genre = fc.constantFrom(
  ...'（）()〔〕[]〈〉【】：；，、。.“”"《》\n\u3000 一二三十百万亿0123456789%年月日前底个项市县区局委和及等各',
  '牵头单位：',
  '责任单位：',
  '（责任单位：',
  '完成时限：',
  '责任领导：',
  '整改措施：',
  '主办：',
  '市水务局',
  '由',
  '牵头',
  '负责',
  '会同',
  '序号',
  '任务',
  '*',
  '|',
  '\t',
  '以下均需',
  '第一条',
  '（一）',
  '1.',
  '——',
  '具体措施：',
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(genre, { maxLength: 120 }).map((words) => words.join('')),
);
/** A sample with stretches dropped, doubled and replaced. */
const mutatedOf = (sample: string): fc.Arbitrary<string> =>
  fc
    .array(
      fc.record({
        at: fc.nat(sample.length),
        length: fc.nat(30),
        by: fc.array(genre, { maxLength: 3 }).map((words) => words.join('')),
        again: fc.boolean(),
      }),
      { maxLength: 6 },
    )
    .map((edits) =>
      edits.reduce(
        (words, { at, length, by, again }) =>
          words.slice(0, at) +
          by +
          (again ? words.slice(at, at + length) : '') +
          words.slice(at + (again ? 0 : length)),
        sample,
      ),
    );

describe('readBreakdown, on any text', () => {
  it('never throws, keeps spans in range and accounts for every character', () => {
    fc.assert(fc.property(text, check), { numRuns: 3 * RUNS });
  });
  it('does so on a plan that was tampered with', () => {
    fc.assert(fc.property(mutatedOf(SAMPLE), check), { numRuns: 2 * RUNS });
  });
  it.each(OTHERS)('does so on one of another family: %#', (sample) => {
    fc.assert(fc.property(mutatedOf(sample), check), { numRuns: RUNS });
  });
  it('gives the same answer every time', () => expect(readBreakdown(SAMPLE)).toEqual(readBreakdown(SAMPLE)));
});

const SHAPES: readonly (readonly [string, (length: number) => string])[] = [
  ['open brackets', (length) => '（〔[〈'.repeat(length / 4)],
  ['pairs of brackets', (length) => '（）'.repeat(length / 2)],
  ['brackets in brackets', (length) => `1.修渠${'（'.repeat(length / 2)}（责任单位：甲局）${'）'.repeat(length / 2)}`],
  ['labels that never close', (length) => '（责任单位：'.repeat(length / 6)],
  ['clauses in one line', (length) => '1.修渠。（责任单位：甲局）'.repeat(length / 14)],
  ['lines', (length) => '1.修渠。（责任单位：甲局）\n'.repeat(length / 15)],
  ['digits', (length) => '1'.repeat(length)],
  ['quantities', (length) => `1.修渠${'超过5个'.repeat(length / 4)}（责任单位：甲局）`],
  ['dates', (length) => `1.修渠${'12月底前，'.repeat(length / 6)}（责任单位：甲局）`],
  ['commas', (length) => '，'.repeat(length)],
  ['a list of units', (length) => `1.修渠（责任单位：${'甲局和乙区、'.repeat(length / 6)}）`],
  ['one endless unit', (length) => `1.修渠（责任单位：${'甲'.repeat(length)}）`],
  ['rules', (length) => `1.修渠（责任单位：甲局，${'以下均需，'.repeat(length / 5)}）`],
  ['quotation marks', (length) => '“"《'.repeat(length / 3)],
  ['labels of items', (length) => '（一）'.repeat(length / 3)],
  ['verbs in brackets', (length) => `1.修渠${'（甲局、乙局牵头，'.repeat(length / 18)}${'负责）'.repeat(length / 9)}`],
  ['sentences', (length) => `1.修渠。${'由甲局、乙局，'.repeat(length / 7)}`],
  ['names without a verb', (length) => `1.修渠。${'甲乙丙丁、'.repeat(length / 5)}牵头`],
  [
    'brackets of names',
    (length) => `1.修渠${'（市水务局、'.repeat(length / 6)}${'）（市水务局）'.repeat(length / 16)}`,
  ],
  ['labels behind sentences', (length) => `1.修渠。${'责任单位。'.repeat(length / 5)}`],
  ['decimal labels', (length) => '1.1修渠（甲水务局负责）\n'.repeat(length / 15)],
  ['announcements', (length) => '1.修渠\n具体措施：\n'.repeat(length / 11)],
  ['units first', (length) => '1.甲水务局：修渠。\n'.repeat(length / 11)],
  ['measures', (length) => `1.修渠\n${'整改措施：\n1.清淤\n'.repeat(length / 11)}`],
  ['heads of tables', (length) => '序号 任务 责任单位\n'.repeat(length / 11)],
  ['rows', (length) => `序号\n任务\n责任单位\n1\n修渠\n${'甲水务局\n'.repeat(length / 5)}2\n架桥\n乙局`],
  ['hosts', (length) => `1.修渠（甲水务局负责）\n${'主办：甲局\n'.repeat(length / 6)}`],
  ['leaders with brackets in their names', (length) => `1.修渠（责任领导：${'王（女）七、'.repeat(length / 6)}）`],
  ['leaders spaced out', (length) => `1.修渠（责任领导：${'王 七 '.repeat(length / 4)}）`],
  ['groups that go on', (length) => `1.修渠（责任单位：${'各市、州、'.repeat(length / 5)}）`],
  ['levels of government', (length) => `1.修渠（责任单位：${'省、市、'.repeat(length / 4)}）`],
  ['slashes', (length) => `1.修渠（责任单位：${'甲局/'.repeat(length / 3)}）`],
  ['duties within a label', (length) => `1.修渠（责任单位：${'甲局牵头，'.repeat(length / 5)}）`],
  ['counted problems', (length) => '问题1：修渠\n责任单位：甲水务局\n'.repeat(length / 17)],
  ['numbers spaced out', (length) => `1.修渠 ${'3 0 个 '.repeat(length / 6)}（责任单位：甲局）`],
  ['years in words', (length) => `1.修渠${'二〇三一年十二月'.repeat(length / 8)}（责任单位：甲局）`],
  ['days of issue', (length) => `1.修渠${'自印发之日起'.repeat(length / 6)}（责任单位：甲局）`],
  ['measures with targets', (length) => `1.修渠\n整改措施：${'清淤5条。'.repeat(length / 5)}\n责任单位：甲局`],
  ['holes in a task', (length) => `1.${'修渠\n（责任单位：甲局）；'.repeat(length / 13)}`],
  ['blanks', (length) => `1.${'\u3000 '.repeat(length / 2)}修渠`],
];

describe('readBreakdown, on long texts', () => {
  const LENGTH = 10_000;
  /** Processor time of this process in milliseconds, the least of two: other processes do not count. */
  const cost = (source: string): number =>
    Math.min(
      ...[1, 2].map(() => {
        const before = process.cpuUsage();
        readBreakdown(source);
        const spent = process.cpuUsage(before);
        return (spent.user + spent.system) / 1000;
      }),
    );
  /** Twice the length may cost twice as much, and a good deal more for the collector; four times would be a square. */
  const MOST = 3.4;
  /** Below this a measurement is noise. */
  const LEAST_MS = 10;

  it.each(SHAPES)('takes time in proportion to %s', (_name, shape) => {
    const ratios: number[] = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      const ratio = Math.max(cost(shape(2 * LENGTH)), LEAST_MS) / Math.max(cost(shape(LENGTH)), LEAST_MS);
      ratios.push(ratio);
      if (ratio < MOST) break;
    }
    expect(Math.min(...ratios)).toBeLessThan(MOST);
  });
  it('finishes a megabyte of brackets, digits and commas in one line', () => {
    expect(readBreakdown('（1，'.repeat(350_000)).tasks).toEqual([]);
  });
});
