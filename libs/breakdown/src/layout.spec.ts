import { layOut, lineOf } from './layout';

const paragraphs = (text: string): string[] =>
  layOut(text).paragraphs.map((paragraph) => text.slice(paragraph.start, paragraph.end));

describe('layOut', () => {
  it('cuts at lines and trims blanks of all widths', () => {
    expect(paragraphs('\u3000\u3000甲事\r\n\n  乙事  \n')).toEqual(['甲事', '乙事']);
  });
  it('cuts at the double blank that is left of a paragraph', () => {
    expect(paragraphs('方案\u3000\u30001.修渠。\u3000\u30002.架桥。')).toEqual(['方案', '1.修渠。', '2.架桥。']);
  });
  it('cuts a run-on line at labels that carry the sequence on', () => {
    const line =
      '一、水利（一）渠1.修渠。（责任单位：甲局）2.架桥。（责任单位：乙局）（二）库3.清淤（责任单位：甲局）。二、保障措施（一）领导。（二）督查。';
    expect(paragraphs(line)).toEqual([
      '一、水利',
      '（一）渠',
      '1.修渠。（责任单位：甲局）',
      '2.架桥。（责任单位：乙局）',
      '（二）库',
      '3.清淤（责任单位：甲局）。',
      '二、保障措施',
      '（一）领导。',
      '（二）督查。',
    ]);
  });
  it('leaves numbers inside a paragraph alone', () => {
    const text = '5.修渠（含支渠）3、4号段，分（1）清淤；（2）衬砌。新建（一期）2.5公里。';
    expect(paragraphs(text)).toEqual([text]);
  });
  it('tells the line of an offset', () => {
    const layout = layOut('甲\n乙\n\n丙');
    expect([0, 2, 4, 5].map((offset) => lineOf(layout, offset))).toEqual([1, 2, 3, 4]);
  });
});
