import fc from 'fast-check';
import { figureName } from './figure-name';

describe('figureName', () => {
  it.each<[string, string, string]>([
    ['改造老旧小区260个', '个', '改造老旧小区'],
    ['改造老旧小区不少于300个', '个', '改造老旧小区'],
    ['改造老旧小区 1,200 个以上', '个', '改造老旧小区'],
    ['新增规模以上工业企业120家左右', '家', '新增规模以上工业企业'],
    ['茶企200余家', '家', '茶企'],
    ['投资额达到1.5亿元', '元', '投资额'],
    ['打造3—5个中试平台', '个', '打造中试平台'],
    ['2026年底前建成３座大桥', '座', '建成大桥'],
    ['增长百分之八', '%', '增长百分之八'],
    ['260个', '个', '个'],
  ])('%s (%s) is %s', (text, unit, name) => expect(figureName(text, unit)).toBe(name));

  it('is the same whatever the number is', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000 }), fc.constantFrom('', '以上', '左右'), (n, behind) => {
        expect(figureName(`新建学位${n}个${behind}`, '个')).toBe('新建学位');
      }),
    );
  });
});
