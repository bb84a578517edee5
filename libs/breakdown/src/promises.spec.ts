import { compare } from './comparisons';
import { isPromise } from './promises';
import { readQuantity } from './quantities';
import { Surrounder } from './surroundings';

const promises = (text: string): boolean => {
  const at = text.search(/\d/);
  const quantity = readQuantity(text, at, text.length);
  if (!quantity) throw new Error(`no quantity in ${text}`);
  const around = new Surrounder(text).around(quantity);
  return isPromise(
    text,
    quantity,
    text.slice(quantity.unit.start, quantity.unit.end),
    compare(text, quantity, around.before),
    around,
  );
};

describe('isPromise', () => {
  it.each([
    '新修水渠5条',
    '支持云溪建设茶园5个',
    '茶企5家以上',
    '时间压缩至4个月',
    '配备管水员1名',
    '投入不低于5万元',
    '完成投资5亿元',
    '责令后完成整改5处',
  ])('%s', (text) => expect(promises(text)).toBe(true));
  it.each([
    '支持区内1家茶企',
    '最高5万元',
    '租期5年',
    '按投资额的5%补助',
    '已建5座',
    '5平方米以上的茶馆',
    '统一购买5万元保险',
    '财政局等5个部门',
    '涉及5个方面',
    '实现5倍',
  ])('not %s', (text) => expect(promises(text)).toBe(false));
});
