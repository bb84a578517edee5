import { readBreakdown } from '../src/read-breakdown';
import { briefs, lines } from './brief';
import { readingFaults } from './faults';
import { SAMPLES } from './samples';
import { LAYOUTS } from './samples/layouts';

describe.each(Object.entries(SAMPLES))('plans: %s', (_kind, samples) => {
  it.each(samples)('reads %s', (_name, text, expected) => {
    expect(briefs(text)).toEqual(lines(expected));
    expect(readingFaults(text)).toEqual([]);
  });
});

describe('titles', () => {
  it('are the plan’s own, below the notice that brings it', () => {
    const titles = LAYOUTS.map(([, text]) => readBreakdown(text).title);
    expect(titles).toEqual([
      '临渊市数字经济发展2031年工作要点',
      '关于做好2031年全县重点改革任务的分工方案',
      '青禾市2031年碳达峰行动任务分工',
      '南屏市优化营商环境提升年活动实施方案',
      '白水县2031年卫生健康工作要点',
      '云岭省推动冰雪经济高质量发展若干措施',
      '临渊市支持商业航天产业若干政策',
      null,
      '沙洲区促进楼宇经济发展办法',
      '东麓县2031年乡村建设任务清单',
      '石门县2031年工作任务分解',
    ]);
  });
});
