import { readQuantity } from './quantities';

const read = (text: string, at = 0) => {
  const quantity = readQuantity(text, at, text.length);
  return (
    quantity && [
      quantity.value,
      quantity.upper,
      text.slice(quantity.unit.start, quantity.unit.end),
      text.slice(quantity.start, quantity.end),
    ]
  );
};

describe('readQuantity', () => {
  it.each<[string, unknown]>([
    ['260个渠', [260, null, '个', '260个']],
    ['1.13亿元', [113_000_000, null, '元', '1.13亿元']],
    ['10,000户', [10_000, null, '户', '10,000户']],
    ['三百五十亩', [350, null, '亩', '三百五十亩']],
    ['3-5个', [3, 5, '个', '3-5个']],
    ['300万元至500万元', [3_000_000, 5_000_000, '元', '300万元至500万元']],
    ['12个百分点', [12, null, '个百分点', '12个百分点']],
    ['200余家', [200, null, '家', '200余家']],
  ])('reads %s', (text, expected) => expect(read(text)).toEqual(expected));

  it.each(['4部门', '3年级别'.slice(0, 0), '5G', '12号', '百亿级', '1+1个', '个'])('refuses %j', (text) =>
    expect(read(text)).toBeNull(),
  );

  it('does not begin inside a number, a code or an ordinal', () => {
    expect(read('A3个', 1)).toBeNull();
    expect(read('13个', 1)).toBeNull();
    expect(read('第3个', 1)).toBeNull();
    expect(read('4:3个', 2)).toBeNull();
  });
});
