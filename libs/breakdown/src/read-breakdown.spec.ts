import { readBreakdown } from './read-breakdown';
import type { DraftTask } from './breakdown.types';

const codes = (text: string): string[] =>
  readBreakdown(text).warnings.map((warning) => `${warning.line} ${warning.code}`);
const brief = (task: DraftTask): unknown => ({
  number: task.number,
  path: task.path,
  content: task.content,
  units: [task.lead, task.responsible, task.cooperating].map((units) => units.join('、')).join(' | '),
  ...(task.subtasks.length > 0 ? { parts: task.subtasks.map(brief) } : {}),
});
const tasks = (text: string): unknown[] => readBreakdown(text).tasks.map(brief);
const task = (number: string | null, path: string[], content: string, units: string, parts?: unknown[]): unknown => ({
  number,
  path,
  content,
  units,
  ...(parts ? { parts } : {}),
});

const PLAN = `导航菜单
云溪市人民政府办公室关于印发重点工作分解方案的通知
云政办〔2031〕12号
各县人民政府：现印发给你们。
云溪市2031年《政府工作报告》
重点工作责任分解方案
(二)建好水网
——灌区改造
7.修复水渠260公里,6月底前开工,10月底前完工。(牵头单位:市水务局;责任单位:市财政局,各县人民政府〈含云台新区,下同〉)
8.清淤水库。(责任单位:市水务局)
——水质保护
9.做好协作。(治理东河〈责任单位:市环保局〉;治理西河〈责任单位:市水务局〉)
（三）办好茶业
10．打造茶园6个。（牵头单位：市农业局，配合单位：青山、白水县政府等有关单位）
本站声明：转载须经许可。`;

describe('readBreakdown', () => {
  it('reads a plan of family A', () => {
    expect(tasks(PLAN)).toEqual([
      task(
        '7',
        ['(二)建好水网', '——灌区改造'],
        '修复水渠260公里,6月底前开工,10月底前完工。',
        '市水务局 | 市财政局、各县人民政府 | ',
      ),
      task('8', ['(二)建好水网', '——灌区改造'], '清淤水库。', ' | 市水务局 | '),
      task('9', ['(二)建好水网', '——水质保护'], '做好协作。(治理东河;治理西河)', ' |  | ', [
        task(null, [], '治理东河', ' | 市环保局 | '),
        task(null, [], '治理西河', ' | 市水务局 | '),
      ]),
      task('10', ['（三）办好茶业'], '打造茶园6个。', '市农业局 |  | 青山县政府、白水县政府'),
    ]);
  });
  it('reads the head, and leaves the rest out', () => {
    const { title, documentNumber, year, leftOut } = readBreakdown(PLAN);
    expect({ title, documentNumber, year }).toEqual({
      title: '云溪市2031年《政府工作报告》重点工作责任分解方案',
      documentNumber: '云政办〔2031〕12号',
      year: 2031,
    });
    expect(leftOut.map((span) => PLAN.slice(span.start, span.end).split('\n')[0])).toEqual([
      '导航菜单',
      '本站声明：转载须经许可。',
    ]);
  });
  it('fills the rest of a task', () => {
    const [first, , third, fourth] = readBreakdown(PLAN).tasks;
    expect(first).toMatchObject({
      deadline: { text: '10月底前', due: '2031-10-31' },
      milestones: [{ text: '6月底前', due: '2031-06-30' }],
      leadInferred: false,
      openEnded: null,
    });
    expect(first?.targets).toEqual([{ text: '修复水渠260公里', value: 260, unit: '公里', comparator: 'eq' }]);
    expect(PLAN.slice(first?.source.start, first?.source.end)).toMatch(/^7\.修复.*下同〉\)$/);
    expect(third?.leadInferred).toBe(true);
    expect(third?.subtasks.map((part) => PLAN.slice(part.source.start, part.source.end))).toEqual([
      '治理东河〈责任单位:市环保局〉',
      '治理西河〈责任单位:市水务局〉',
    ]);
    expect(fourth?.openEnded).toBe('等有关单位');
  });
  it('warns of inferred leads with their lines', () =>
    expect(codes(PLAN)).toEqual(['10 lead_inferred', '12 lead_inferred']));

  it.each<[string, string, unknown[]]>([
    [
      'several assignments in one paragraph',
      '（一）水利。修渠3条。（责任单位：甲局）清淤5处。（责任单位：乙局、丙局）',
      [
        task('（一）', [], '水利。修渠3条。清淤5处。', ' |  | ', [
          task(null, [], '水利。修渠3条。', ' | 甲局 | '),
          task(null, [], '清淤5处。', ' | 乙局、丙局 | '),
        ]),
      ],
    ],
    [
      'a title and its paragraph as one task',
      '一、修渠\n　　修好水渠。（责任单位：甲局）\n二、架桥\n　　架好桥梁。（责任单位：乙局）',
      [task('一', [], '修渠\n修好水渠。', ' | 甲局 | '), task('二', [], '架桥\n架好桥梁。', ' | 乙局 | ')],
    ],
    [
      'an article’s title as a heading',
      '第一条 修渠\n修好水渠。（责任单位：甲局）\n第二条 架桥\n（一）架好桥梁。（责任单位：乙局）',
      [
        task('第一条', ['第一条 修渠'], '修好水渠。', ' | 甲局 | '),
        task('（一）', ['第二条 架桥'], '架好桥梁。', ' | 乙局 | '),
      ],
    ],
    [
      'a heading without a label',
      '一、水利\n灌区建设\n1.修渠。（责任单位：甲局）\n库区建设\n2.清淤。（责任单位：甲局）',
      [
        task('1', ['一、水利', '灌区建设'], '修渠。', ' | 甲局 | '),
        task('2', ['一、水利', '库区建设'], '清淤。', ' | 甲局 | '),
      ],
    ],
    [
      'paragraphs without labels',
      '云溪市2031年水利工作方案\n灌区建设\n修好水渠。（责任单位：甲局）\n清淤水库。\n（责任单位：乙局）',
      [task(null, ['灌区建设'], '修好水渠。', ' | 甲局 | '), task(null, ['灌区建设'], '清淤水库。', ' | 乙局 | ')],
    ],
    [
      'parts with labels of their own',
      '1.兴水。（牵头单位：甲局）\n（1）修渠。（责任单位：乙局）\n（2）清淤。（责任单位：丙局）',
      [
        task('1', [], '兴水。', '甲局 |  | ', [
          task('（1）', [], '修渠。', ' | 乙局 | '),
          task('（2）', [], '清淤。', ' | 丙局 | '),
        ]),
      ],
    ],
    [
      'announced parts',
      '1.兴水。具体措施：\n（1）修渠。（责任单位：乙局）\n（2）清淤。（责任单位：丙局）',
      [
        task('1', [], '兴水。具体措施：', ' |  | ', [
          task('（1）', [], '修渠。', ' | 乙局 | '),
          task('（2）', [], '清淤。', ' | 丙局 | '),
        ]),
      ],
    ],
    [
      'parts by name',
      '1.兴水。\n“东线”：修渠。（责任单位：乙局）\n“西线”：清淤。（责任单位：丙局）',
      [
        task('1', [], '兴水。\n“东线”：修渠。\n“西线”：清淤。', ' |  | ', [
          task(null, [], '“东线”：修渠。', ' | 乙局 | '),
          task(null, [], '“西线”：清淤。', ' | 丙局 | '),
        ]),
      ],
    ],
    [
      'details with one clause together',
      '1.兴水：\n（1）修渠；\n（2）清淤。\n（责任单位：乙局）\n2.架桥。（责任单位：丙局）',
      [task('1', [], '兴水：\n（1）修渠；\n（2）清淤。', ' | 乙局 | '), task('2', [], '架桥。', ' | 丙局 | ')],
    ],
    [
      'details behind the clause',
      '1.兴水。（责任单位：乙局）\n（1）修渠；\n（2）清淤。',
      [task('1', [], '兴水。\n（1）修渠；\n（2）清淤。', ' | 乙局 | ')],
    ],
    [
      'labels on lines of their own',
      '1.兴水。\n牵头单位：甲局\n责任单位：乙局，各县政府\n2.架桥。\n牵头单位：丙局',
      [task('1', [], '兴水。', '甲局 | 乙局、各县政府 | '), task('2', [], '架桥。', '丙局 |  | ')],
    ],
    [
      'a leader in a heading',
      '一、水利（责任领导：王七星）\n1.修渠。（责任单位：甲局）',
      [task('1', ['一、水利（责任领导：王七星）'], '修渠。', ' | 甲局 | ')],
    ],
    [
      'a heading with its paragraph run in',
      `一、水利。${'统筹推进水网建设和管护。'.repeat(8)}\n1.修渠。（责任单位：甲局）`,
      [task('1', ['一、水利。'], '修渠。', ' | 甲局 | ')],
    ],
    ['a mark behind the clause', '1.修渠；（责任单位：甲局）。', [task('1', [], '修渠；', ' | 甲局 | ')]],
    [
      'an ordered text of one line',
      '一、水利1.修渠。（责任单位：甲局）2.清淤。（责任单位：乙局）二、交通3.架桥。（责任单位：丙局）',
      [
        task('1', ['一、水利'], '修渠。', ' | 甲局 | '),
        task('2', ['一、水利'], '清淤。', ' | 乙局 | '),
        task('3', ['二、交通'], '架桥。', ' | 丙局 | '),
      ],
    ],
  ])('reads %s', (_name, text, expected) => expect(tasks(text)).toEqual(expected));

  it('leaves out numbered paragraphs that are no tasks', () => {
    const text =
      '一、指导思想\n兴水。\n二、任务\n（一）修渠。（责任单位：甲局）\n三、附则\n1.本方案自印发之日起施行。\n附件\n1.清单';
    const { tasks: found, leftOut } = readBreakdown(text);
    expect(found.map((one) => one.number)).toEqual(['（一）']);
    expect(leftOut.map((span) => text.slice(span.start, span.end))).toEqual([
      '一、指导思想\n兴水。',
      '三、附则\n1.本方案自印发之日起施行。\n附件\n1.清单',
    ]);
  });
  it('does not take the numbers of the notice that brings the plan for headings', () => {
    expect(tasks('一、加强领导。\n二、抓好落实。\n云溪市2031年重点工作分解方案\n63.修渠。（责任单位：甲局）')).toEqual([
      task('63', [], '修渠。', ' | 甲局 | '),
    ]);
  });
  it('applies a rule of who leads that is stated once', () => {
    const text = '1.修渠。（责任单位：甲局、乙局。列第一位者为牵头单位，下同）\n2.架桥。（责任单位：丙局、丁局）';
    expect(tasks(text)).toEqual([task('1', [], '修渠。', '甲局 | 乙局 | '), task('2', [], '架桥。', '丙局 | 丁局 | ')]);
    expect(codes(text)).toEqual([]);
  });
  it('keeps a target with the part that promises it', () => {
    const [found] = readBreakdown('1.修渠3条。（责任单位：甲局）清淤5处。（责任单位：乙局）').tasks;
    expect(found?.targets).toEqual([]);
    expect(found?.subtasks.map((part) => part.targets.map((target) => target.value))).toEqual([[3], [5]]);
  });

  it.each<[string, string, string[]]>([
    ['a task without units', '1.修渠。（牵头单位：甲局）\n2.架桥。', ['2 no_units']],
    ['a gap', '1.修渠。（牵头单位：甲局）\n3.架桥。（牵头单位：甲局）', ['2 number_gap']],
    ['a repetition', '1.修渠。（牵头单位：甲局）\n1.架桥。（牵头单位：甲局）', ['2 number_repeated']],
    [
      'a gap in the headings',
      '一、水利\n1.修渠。（牵头单位：甲局）\n三、交通\n2.架桥。（牵头单位：甲局）',
      ['3 number_gap'],
    ],
    [
      'no gap where what is between is no task',
      '一、水利\n1.修渠。（牵头单位：甲局）\n二、工作要求\n三、交通\n1.架桥。（牵头单位：甲局）',
      [],
    ],
    ['units for every later task', '1.修渠。（牵头单位：甲局。以下均需各县政府落实，不再列出）', ['1 standing_units']],
    [
      'an unclosed bracket',
      '1.修渠。（牵头单位：甲局；责任单位：乙局\n2.架桥。（牵头单位：甲局）',
      ['1 unclosed_bracket'],
    ],
    ['no tasks', '一、指导思想\n兴水。', ['1 no_tasks']],
    ['nothing', '', ['1 no_tasks']],
    ['a lead inferred', '1.修渠。（责任单位：甲局）', ['1 lead_inferred']],
  ])('warns of %s', (_name, text, expected) => expect(codes(text)).toEqual(expected));
});

describe('a day that the calendar has not', () => {
  const text = `云溪市2031年任务分解
1.修渠，2月30日前完成。（责任单位：市水务局）
2.架桥。（责任单位：市交通局；完成时限：2031年11月31日前，2032年2月29日前验收）
`;
  it('is no date, and is warned of where it stands', () => {
    const { tasks, warnings } = readBreakdown(text);
    expect(tasks.map((task) => task.deadline?.due)).toEqual([null, '2032-02-29']);
    const found = warnings.filter(({ code }) => code === 'no_such_date');
    expect(found.map(({ line, start }) => [line, text.slice(start, start + 4)])).toEqual([
      [2, '2月30'],
      [3, '2031'],
    ]);
  });
});
