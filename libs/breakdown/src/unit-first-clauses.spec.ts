import { fold } from './folded-text';
import { readUnitFirstClauses } from './unit-first-clauses';

const read = (text: string) =>
  readUnitFirstClauses(fold(text), { start: 0, end: text.length }).flatMap((clause) =>
    clause.segments.map((segment) => text.slice(segment.start, segment.end)),
  );

describe('readUnitFirstClauses', () => {
  it.each([
    ['11.县应急局：指导检查。', ['县应急局']],
    ['(三)市城市管理局:负责养护。', ['市城市管理局']],
    ['1．县交通局、县住建局和县水务局：检查。', ['县交通局、县住建局和县水务局']],
    ['2、各乡镇人民政府：落实责任。', ['各乡镇人民政府']],
    ['县公安局：检查。\n县水务局：检查。', ['县公安局', '县水务局']],
  ])('reads %j', (text, lists) => expect(read(text)).toEqual(lists));
  it.each([
    '各区人民政府，市直各单位：',
    '各区人民政府：现印发给你们。',
    '责任单位：县水务局',
    '1.工作目标：修渠。',
    '1.要求如下：修渠。',
    '1.会议指出：要修渠。',
    '县水务局。后来：',
  ])('finds none in %j', (text) => expect(read(text)).toEqual([]));
});
