import fc from 'fast-check';
import { endOfLine, fold, isHan, skipBlanks, skipBlanksBack } from './folded-text';

describe('fold', () => {
  it.each([
    ['（牵头单位：县水务局；Ａ１．）', '(牵头单位:县水务局;A1.)'],
    ['〈含新区〉', '<含新区>'],
    ['云发﹝2031﹞1号﹙试行﹚', '云发〔2031〕1号(试行)'],
    ['一\u3000二\u00a0三', '一 二 三'],
    ['甲\r\n乙\r丙', '甲 \n乙\n丙'],
    ['“引号”、。〔〕【】', '“引号”、。〔〕【】'],
  ])('folds %j', (text, folded) => expect(fold(text)).toBe(folded));

  it('keeps every offset', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => fold(text).length === text.length));
  });
});

describe('blanks and lines', () => {
  it('skips blanks forwards and backwards within bounds', () => {
    expect(skipBlanks('  甲', 0, 3)).toBe(2);
    expect(skipBlanks('   ', 0, 2)).toBe(2);
    expect(skipBlanksBack('甲  ', 3, 0)).toBe(1);
  });
  it('finds the end of a line but looks no further than asked', () => {
    expect(endOfLine('甲乙\n丙', 0, 4)).toBe(2);
    expect(endOfLine('甲乙\n丙', 0, 1)).toBe(1);
  });
  it('knows Han characters', () => {
    expect(isHan('县')).toBe(true);
    expect(isHan('、')).toBe(false);
    expect(isHan(undefined)).toBe(false);
  });
});
