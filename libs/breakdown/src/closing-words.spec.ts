import { endOfItem } from './closing-words';
import { fold } from './folded-text';

const CLAUSE = '（责任单位：甲局）';
const left = (rest: string): string => {
  const text = CLAUSE + rest;
  return text.slice(CLAUSE.length, endOfItem(fold(text), { start: 0, end: CLAUSE.length }, text.length));
};

describe('endOfItem', () => {
  it.each([
    '各地区、各部门要抓好落实。',
    '本方案自印发之日起施行。',
    '各有关单位要配合。',
    '（此件公开发布）',
    '青禾市人民政府办公室2031年1月9日（此件公开发布）',
  ])('ends the item before %s', (rest) => expect(left(rest)).toBe(''));
  it('keeps the mark behind the clause', () => expect(left('。各级要重视。')).toBe('。'));
  it.each(['', '。', '支持修渠。', '其中一期先行。'])('keeps %j', (rest) => expect(left(rest)).toBe(rest));
});
