import type { Span } from './breakdown.types';
import { fold } from './folded-text';
import { linesOf } from './table-cells';
import type { Column } from './table-header';
import { fitRow, lengthOfLastRow } from './table-rows';

const COLUMNS: Column[] = ['content', 'lead', 'cooperating', 'deadline'];
const cellsOf = (text: string): Span[] => [...linesOf(fold(text))];
const fit = (text: string, columns = COLUMNS) =>
  fitRow(fold(text), cellsOf(text), columns).map((cell) => cell && text.slice(cell.start, cell.end));

describe('fitRow', () => {
  it.each([
    ['修渠\n甲局\n乙局\n年底前', ['修渠', '甲局', '乙局', '年底前']],
    ['修渠\n甲局\n年底前', ['修渠', '甲局', null, '年底前']],
    ['修渠\n甲局', ['修渠', '甲局', null, null]],
    ['修渠。\n架桥。\n甲局\n乙局\n年底前', ['修渠。\n架桥。', '甲局', '乙局', '年底前']],
    ['修渠\n甲局、\n丙局\n乙局\n年底前', ['修渠', '甲局、\n丙局', '乙局', '年底前']],
    ['修渠\n甲局\n无\n持续推进', ['修渠', '甲局', '无', '持续推进']],
    ['修渠', ['修渠', null, null, null]],
  ])('puts %j under its columns', (text, cells) => expect(fit(text)).toEqual(cells));
  it('puts two columns of words side by side', () => {
    expect(fit('水利\n修渠\n甲局', ['content', 'content', 'lead'])).toEqual(['水利', '修渠', '甲局']);
    expect(fit('水利\n修渠。\n架桥。\n甲局', ['content', 'content', 'lead'])).toEqual([
      '水利',
      '修渠。\n架桥。',
      '甲局',
    ]);
  });
});

describe('lengthOfLastRow', () => {
  it.each([
    ['修渠\n甲局\n乙局\n年底前\n某市政府\n2031年1月9日', 4],
    ['修渠\n甲局、\n丙局\n乙局\n年底前\n某市政府', 5],
  ])('ends %j', (text, length) => expect(lengthOfLastRow(fold(text), cellsOf(text), COLUMNS)).toBe(length));
});
