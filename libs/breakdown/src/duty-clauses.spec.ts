import { readDutyClauses } from './duty-clauses';
import { fold } from './folded-text';

const read = (text: string) =>
  readDutyClauses(fold(text), { start: 0, end: text.length }).map((clause) =>
    clause.segments.map((segment) => `${segment.role}=${text.slice(segment.start, segment.end)}`),
  );

describe('readDutyClauses', () => {
  it.each([
    ['（甲局、乙委负责）', ['responsible=甲局、乙委']],
    [
      '〔甲局、9个集团牵头单位和各对口区县（自治县，以下简称区县）政府具体负责〕',
      ['responsible=甲局、9个集团牵头单位和各对口区县（自治县，以下简称区县）政府'],
    ],
    ['（甲部牵头，国务院相关部门及各地区按职责分工负责）', ['lead=甲部', 'responsible=国务院相关部门及各地区']],
    ['(甲局牵头负责,乙局、丙厅配合)', ['lead=甲局', 'cooperating=乙局、丙厅']],
    ['（甲局、乙局，各区管委会分别负责）', ['responsible=甲局、乙局，各区管委会']],
    ['（甲部会同有关部门负责）', ['lead=甲部', 'partners=有关部门']],
    ['（甲部、乙部会同丙局等负责）', ['lead=甲部、乙部', 'partners=丙局等']],
    ['（甲局牵头会同乙局落实）', ['lead=甲局', 'partners=乙局']],
    ['（各地区、各部门负责）', ['responsible=各地区、各部门']],
    ['（甲局牵头，乙局参与，丙委督导）', ['lead=甲局', 'cooperating=乙局', 'supervising=丙委']],
    ['（甲局牵头、乙局配合）', ['lead=甲局', 'cooperating=乙局']],
    ['（甲局牵头；各区政府按职责分工）', ['lead=甲局', 'responsible=各区政府']],
    ['（由甲局牵头，6月底前完成）', ['lead=甲局', 'deadline=6月底前完成']],
    ['（甲局负责，三季度启动、年底前见效）', ['responsible=甲局', 'deadline=三季度启动、年底前见效']],
    ['（甲局负责，6月底前启动，年底前完成）', ['responsible=甲局', 'deadline=6月底前启动，年底前完成']],
    ['（2031年6月底前，甲局负责）', ['deadline=2031年6月底前', 'responsible=甲局']],
    ['（6月底前由甲局负责）', ['deadline=6月底前', 'responsible=甲局']],
    ['（甲局负责，年内持续推进）', ['responsible=甲局', 'deadline=年内持续推进']],
    ['（甲局、乙局负责，排在第一位的部门为牵头部门，下同）', ['responsible=甲局、乙局']],
    ['（*甲局、乙中心）', ['responsible=*甲局、乙中心']],
    ['（甲局负责，经费从紧）', ['responsible=甲局', 'remark=经费从紧']],
  ])('reads %s', (text, lists) => expect(read(text)).toEqual([lists]));

  it.each([
    '（由企业负责）',
    '（包括支渠、毛渠）',
    '（配套资金由各区负责）',
    '（重点推进）',
    '（负责）',
    '（甲局牵头的项目）',
    '（市、县、区）',
    '（费用由业主自行负责）',
    '（甲局、乙局）',
    '（*为必填）',
    '（5*6米、甲局）',
    '（甲局负责',
  ])('finds none in %s', (text) => expect(read(text)).toEqual([]));

  it('states the rule apart from the list', () => {
    const text = '（甲局、乙局负责，排在第一位的部门为牵头部门，下同）';
    const [clause] = readDutyClauses(fold(text), { start: 0, end: text.length });
    expect(clause?.rules.map((rule) => text.slice(rule.start, rule.end))).toEqual(['排在第一位的部门为牵头部门，下同']);
  });
});
