import { NO_NOTES, readHeadingNotes } from './heading-notes';
import { layOut } from './layout';

const read = (text: string, above = NO_NOTES) =>
  readHeadingNotes(layOut(text), { start: 0, end: text.length }, [], above);

describe('readHeadingNotes', () => {
  it.each([
    ['摸底排查(2031年5月底前)。组织排查。', '2031年5月底前'],
    ['整治阶段（5月1日—6月30日）', '5月1日—6月30日'],
    ['验收（第四季度）', '第四季度'],
    ['规划（2031—2035年）', '2031—2035年'],
    ['清淤（东河）', null],
    ['清淤（6月底前，市水务局）', null],
    ['清淤。修渠（6月底前）', null],
  ])('reads the date in %s', (text, words) => {
    const { deadline } = read(text);
    expect(deadline && text.slice(deadline.start, deadline.end)).toBe(words);
  });
  it.each([
    ['王七星县长主抓农业', ['王七星']],
    ['县委副书记、县长王七星主抓的工作', ['王七星']],
    ['农业工作（王七星副县长牵头）', ['王七星']],
    ['由王七星同志负责的工作', ['王七星']],
    ['市长热线牵头办理', []],
    ['县长主抓的工作', []],
    ['农业牵头', []],
  ])('reads the leaders in %s', (text, leaders) => {
    const named = read(text).leaders;
    expect(named.map(({ name }) => name)).toEqual(leaders);
    expect(named.map(({ start, end }) => text.slice(start, end))).toEqual(leaders);
  });
  it('takes what is missing from above', () => {
    const above = { leaders: [{ name: '王七星', start: 90, end: 93 }], deadline: { start: 95, end: 98 } };
    expect(read('农业', above)).toEqual(above);
    expect(read('李四光县长主抓（6月底前）', above)).toEqual({
      leaders: [{ name: '李四光', start: 0, end: 3 }],
      deadline: { start: 8, end: 12 },
    });
  });
});
