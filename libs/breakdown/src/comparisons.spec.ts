import { compare, isReduced } from './comparisons';
import { readQuantity } from './quantities';

const read = (text: string): [string, boolean] | null => {
  const at = text.search(/\d/);
  const quantity = readQuantity(text, at, text.length);
  if (!quantity) return null;
  const { comparator, stated } = compare(text, quantity, text.slice(0, at));
  return [comparator, stated];
};

describe('compare', () => {
  it.each([
    ['修渠5条', 'eq', false],
    ['修渠5条以上', 'gte', true],
    ['修渠不少于5条', 'gte', true],
    ['修渠达到5条', 'gte', true],
    ['修渠超过5条', 'gt', true],
    ['修渠超5条以上', 'gt', true],
    ['不超过5条', 'lte', true],
    ['5条以内', 'lte', true],
    ['低于5条', 'lt', true],
    ['修渠约5条', 'approx', true],
    ['修渠5条左右', 'approx', true],
    ['控制在5%左右', 'approx', true],
    ['控制在5%以内', 'lte', true],
    ['压缩至5天', 'lte', true],
    ['修渠3-5条', 'range', true],
    ['修渠50余条', 'gte', true],
  ])('%s is %s', (text, comparator, stated) => expect(read(text)).toEqual([comparator, stated]));

  it('knows a value that is cut down', () => {
    expect(isReduced('平均时间压减到')).toBe(true);
    expect(isReduced('压减时间，新增')).toBe(false);
  });
});
