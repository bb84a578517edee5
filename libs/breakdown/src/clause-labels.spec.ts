import { readClauseLabel } from './clause-labels';
import { fold } from './folded-text';

const role = (text: string): string | null => readClauseLabel(fold(text), 0, text.length)?.role ?? null;

describe('readClauseLabel', () => {
  it.each([
    ['牵头单位：甲局', 'lead'],
    ['牵头部门:甲局', 'lead'],
    ['主办单位：甲局', 'lead'],
    ['牵 头 单 位：甲局', 'lead'],
    ['牵头：甲局', 'lead'],
    ['责任单位：甲局', 'responsible'],
    ['承办单位：甲局', 'responsible'],
    ['责任部门 甲局', 'responsible'],
    ['配合单位：甲局', 'cooperating'],
    ['协办单位：甲局', 'cooperating'],
    ['督导单位：甲局', 'supervising'],
    ['责任领导：王七星', 'leaders'],
    ['牵头市领导：王七星', 'leaders'],
    ['完成时限：6月底前', 'deadline'],
    ['进展情况：顺利', 'other'],
  ])('%s is %s', (text, expected) => expect(role(text)).toBe(expected));

  it.each([
    '牵头单位要负责',
    '牵头研发单位最高：',
    '甲局：',
    '十个帮扶集团牵头单位',
    '',
    '责任单位',
    '责任：'.slice(0, 2),
  ])('%j is no label', (text) => expect(role(text)).toBeNull());

  it('begins the list behind the colon', () => {
    const text = '责任单位： 甲局';
    expect(text.slice(readClauseLabel(fold(text), 0, text.length)?.end)).toBe(' 甲局');
  });
});
