import { layOut } from './layout';
import { checkNumbering } from './numbering';
import { buildOutline, type Section } from './outline';

const outline = (text: string): Section => buildOutline(layOut(text), null);
/** Labels as a tree: `一、[（一）[1.]]`. */
const draw = (text: string, section = outline(text)): string =>
  section.children
    .map(
      (child) =>
        `${text.slice(child.head?.start, child.head?.ordinal?.end ?? child.head?.end)}${child.children.length > 0 ? `[${draw(text, child)}]` : ''}`,
    )
    .join(' ');
const all = (section: Section): Section[] => [section, ...section.children.flatMap(all)];

describe('buildOutline', () => {
  it.each([
    ['一、甲\n（一）乙\n1.丙\n2.丁\n（二）戊\n3.己\n二、庚', '一、[（一）[1. 2.] （二）[3.]] 二、'],
    ['——甲\n63.乙\n（四）丙\n——丁\n65.戊', '——[63.] （四）[——[65.]]'],
    ['（一）甲\n灌区\n1.乙\n库区\n2.丙\n（二）丁', '（一）[灌区[1.] 库区[2.]] （二）'],
    ['一、甲\n附则\n（一）乙', '一、[附则[（一）]]'],
    ['1.甲\n（1）乙\n①丙\n2.丁', '1.[（1）[①]] 2.'],
    ['水利\n一、甲', '一、'],
    ['1.甲\n1.1乙\n1.2丙\n2.丁\n2.1戊', '1.[1.1 1.2] 2.[2.1]'],
    ['1.甲\n具体措施：\n1．乙\n2．丙\n2.丁\n具体措施：\n1．戊\n2．己', '1.[1． 2．] 2.[1． 2．]'],
    ['一、甲\n1.乙。主要任务：\n1.丙\n二、丁\n1.戊', '一、[1.[1.]] 二、[1.]'],
    ['1.甲\n整改措施：\n1.乙\n2.丙\n整改时限：年底前\n2.丁', '1. 2.'],
    ['一、甲\n整改措施：\n1.乙\n（1）丙\n二、丁', '一、 二、'],
    ['1.甲\n整改措施：乙\n2.丙', '1. 2.'],
  ])('nests %j', (text, drawn) => expect(draw(text)).toBe(drawn));
});

describe('checkNumbering', () => {
  const faults = (text: string): string[] => {
    const root = outline(text);
    return checkNumbering(root, new Set(all(root))).map(
      (fault) => `${fault.code} ${text.slice(fault.at, fault.at + 3)}`,
    );
  };
  it.each<[string, string[]]>([
    ['5.甲\n6.乙', []],
    ['（一）甲\n1.乙\n2.丙\n（二）丁\n1.戊', []],
    ['（一）甲\n1.乙\n（二）丙\n2.丁', []],
    ['1.甲\n3.乙', ['number_gap 3.乙']],
    ['1.甲\n2.乙\n2.丙', ['number_repeated 2.丙']],
    ['1.甲\n具体措施：\n1.乙\n2.丙\n2.丁\n具体措施：\n1.戊', []],
    ['（一）甲\n1.乙\n（二）丙\n5.丁', ['number_gap 5.丁']],
  ])('judges %j', (text, expected) => expect(faults(text)).toEqual(expected));
});
