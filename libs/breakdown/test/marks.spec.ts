import { readBreakdown } from '../src/read-breakdown';
import { markFaults } from './faults';

const SAMPLE = `云溪市2031年重点工作任务分解
一、王七星副市长主抓水利（2031年10月底前）
1.修复水渠 260 公里。
责任单位：市水务局（牵头）、蓝田、黄石区人民政府
2．一季度立项，6月底前清淤河道5条（牵头单位：市水务局；责任单位：各县（市、区）人民政府〈含经开区，下同〉等单位），年底前完成。
3.修渠3条；（责任单位：市水务局）架桥5座。（责任领导：李 四、副市长 周八八；责任单位：市交通局；完成时限：一季度开工，8月底前完工）
`;

describe('marks', () => {
  it('say from which words each value was read', () => {
    const { tasks } = readBreakdown(SAMPLE);
    expect(tasks.flatMap((task) => markFaults(SAMPLE, task))).toEqual([]);
    const words = tasks.map((task) =>
      task.marks.map(({ field, start, end }) => `${field} ${SAMPLE.slice(start, end)}`),
    );
    expect(words[0]).toEqual([
      'number 1',
      'content 修复水渠 260 公里。',
      'lead 市水务局（牵头）',
      'responsible 蓝田',
      'responsible 黄石区人民政府',
      'leaders 王七星',
      'deadline 2031年10月底前',
      'target 修复水渠 260 公里',
    ]);
    expect(words[1]).toEqual([
      'number 2',
      'content 一季度立项，6月底前清淤河道5条',
      'content ，年底前完成。',
      'lead 市水务局',
      'responsible 各县（市、区）人民政府〈含经开区，下同〉',
      'leaders 王七星',
      'deadline 年底前',
      'milestone 一季度',
      'milestone 6月底前',
      'target 6月底前清淤河道5条',
    ]);
    expect(tasks[2]?.subtasks[1]?.marks.map(({ field, start, end }) => `${field} ${SAMPLE.slice(start, end)}`)).toEqual(
      [
        'content 架桥5座。',
        'responsible 市交通局',
        'leaders 李 四',
        'leaders 周八八',
        'deadline 一季度开工，8月底前完工',
        'milestone 一季度',
        'target 架桥5座',
      ],
    );
  });
});
