import { layOut } from './layout';
import { isDateLine, isTitleLike, readHead } from './title';

const head = (text: string) => {
  const { title, documentNumber, year } = readHead(layOut(text), text.length);
  return [title, documentNumber, year];
};

describe('readHead', () => {
  it.each<[string, string, [string | null, string | null, number | null]]>([
    ['one line', '云溪市2031年重点工作责任分解方案\n1.修渠', ['云溪市2031年重点工作责任分解方案', null, 2031]],
    ['an issuer above', '云溪市人民政府\n关于印发水利计划的通知', ['云溪市人民政府关于印发水利计划的通知', null, null]],
    [
      'a tail in brackets',
      '云溪市水利建设若干措施（试行）（征求意见稿）',
      ['云溪市水利建设若干措施（试行）（征求意见稿）', null, null],
    ],
    [
      'two lines',
      '云溪市人民政府关于加快\n水利建设的若干意见\n云政发〔2031〕5号',
      ['云溪市人民政府关于加快水利建设的若干意见', '云政发〔2031〕5号', 2031],
    ],
    [
      'the plan and not its notice',
      '云溪市关于印发水利行动计划的通知\n云溪市水利建设行动计划',
      ['云溪市水利建设行动计划', null, null],
    ],
    ['a notice alone', '云溪市关于做好水利工作的通知\n各县政府：', ['云溪市关于做好水利工作的通知', null, null]],
    [
      'several years',
      '云溪市水利建设行动计划（2031—2033年）\n2031年4月2日',
      ['云溪市水利建设行动计划（2031—2033年）', null, 2031],
    ],
    ['a date line', '云溪市水利建设行动计划\n2031-04-02', ['云溪市水利建设行动计划', null, 2031]],
    [
      'a number behind the title',
      '云溪市关于水利建设的实施意见云政发〔2031〕5号',
      ['云溪市关于水利建设的实施意见', '云政发〔2031〕5号', 2031],
    ],
    [
      'a title that runs on',
      '云溪市2031年水利工作分解方案各县政府，市有关部门：现印发如下。',
      ['云溪市2031年水利工作分解方案', null, 2031],
    ],
    ['a cited number', '云溪市水利建设方案\n根据上级意见（省发〔2030〕1号）制定。', ['云溪市水利建设方案', null, null]],
    ['nothing', '修渠。', [null, null, null]],
  ])('reads %s', (_name, text, expected) => expect(head(text)).toEqual(expected));

  it('knows lines by their looks', () => {
    expect(isTitleLike('来源:云溪市水利方案')).toBe(false);
    expect(isTitleLike('方案')).toBe(false);
    expect(isDateLine('2031年4月2日')).toBe(true);
    expect(isDateLine('2031年计划')).toBe(false);
  });
});
