import { readLeaderNames } from './leader-names';

describe('readLeaderNames', () => {
  it.each<[string, string[]]>([
    ['钱一一、孙二二', ['钱一一', '孙二二']],
    ['市委常委、常务副市长  周八八', ['周八八']],
    ['副县长王七星', ['王七星']],
    ['王七星副县长、李八同志', ['王七星', '李八']],
    ['李慧芳常务副县长', ['李慧芳']],
    ['王 七', ['王七']],
    ['副市长  吴 九、王七星（兼）', ['吴九', '王七星']],
    ['各县（区）委', []],
    ['阿不都·卡德尔', ['阿不都·卡德尔']],
    ['分管副县长', []],
    ['王七星，王七星', ['王七星']],
    ['', []],
  ])('reads %j', (list, expected) => expect(readLeaderNames(list)).toEqual(expected));
});
