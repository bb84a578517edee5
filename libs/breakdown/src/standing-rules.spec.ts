import { classifyRule, findLeadRule, readRuleAt } from './standing-rules';

describe('standing rules', () => {
  it.each([
    ['列第一位的为牵头单位', 'first_listed_leads'],
    ['列第一位者为牵头单位', 'first_listed_leads'],
    ['排在第一位的部门为牵头部门', 'first_listed_leads'],
    ['排名第一的单位为牵头单位', 'first_listed_leads'],
    ['第一个逗号前为牵头单位', 'first_group_leads'],
    ['以下均需各县政府落实', 'standing_units'],
    ['以下各项任务均需各县(市、区)政府、园区管委会落实', 'standing_units'],
    ['以下简称园区', null],
    ['第一中学', null],
    ['各县政府均要落实', null],
  ])('%s is %s', (sentence, rule) => expect(classifyRule(sentence)).toBe(rule));

  it('finds the rule of who leads anywhere in a text', () => {
    expect(findLeadRule('现印发给你们。排名第一的单位为牵头单位。')).toBe('first_listed_leads');
    expect(findLeadRule('第一个逗号前为牵头单位')).toBe('first_group_leads');
    expect(findLeadRule('甲局为牵头单位')).toBeNull();
  });
  it('reads a rule to the end of its sentence', () => {
    expect(readRuleAt('下同。后面', 0, 5)).toEqual({ start: 0, end: 2 });
    expect(readRuleAt('以下简称园区', 0, 6)).toBeNull();
    expect(readRuleAt('甲局', 0, 2)).toBeNull();
  });
});
