import { readTermFromIssue } from './term-from-issue';

it.each([
  ['印发之日起30日内', 30, 'days'],
  ['自本方案印发之日起３０日内', 30, 'days'],
  ['签发之日起三十日内', 30, 'days'],
  ['在文件下发之日起15天内', 15, 'days'],
  ['发布之日起10个工作日内', 10, 'working_days'],
  ['公布之日起 5 个 工作日内', 5, 'working_days'],
  ['印发之日起3个月内', 3, 'months'],
  ['印发之日起两个月之内', 2, 'months'],
])('%s is a term from the issue', (words, count, unit) => {
  expect(readTermFromIssue(words)).toEqual({ count, unit });
});

it.each([
  '6月底前',
  '收到通知后5个工作日内',
  '印发之日起施行',
  '印发之日起0日内',
  '印发之日起若干日内',
  '',
  '印发之日起'.repeat(50),
])('%j is none', (words) => {
  expect(readTermFromIssue(words)).toBeNull();
});
