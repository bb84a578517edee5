import fc from 'fast-check';
import { cleanName } from './file-name';

describe('cleanName', () => {
  it.each([
    ['验收意见.pdf', '验收意见.pdf', 'pdf'],
    ['../../etc/passwd.txt', 'passwd.txt', 'txt'],
    ['C:\\文件\\验收单.DOCX', '验收单.DOCX', 'docx'],
    ['验收\u202efdp.exe', '验收fdp.exe', 'exe'],
    ['a\u0000b\r\n\u200b.pdf', 'ab.pdf', 'pdf'],
    ['  ..隐藏.pdf. ', '隐藏.pdf', 'pdf'],
    ['关于投资3.5亿元的说明', '关于投资3.5亿元的说明', ''],
    ['第1.2', '第1.2', ''],
    ['..', '佐证材料', ''],
    ['', '佐证材料', ''],
    ['.pdf', 'pdf', ''],
    ['a<b>:"c".pdf', 'a_b___c_.pdf', 'pdf'],
    ['e\u0301.txt', 'é.txt', 'txt'],
  ])('makes of %j %j', (given, whole, ending) => {
    expect(cleanName(given)).toEqual({ whole, ending });
  });

  it('gives for whatever was sent a name that is short, visible and no path, and stays as it is when it is sent again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
        const { whole } = cleanName(given);
        expect(whole).toMatch(/^[^/\\\p{Cc}\p{Cf}]+$/u);
        expect([...whole].length).toBeLessThanOrEqual(130);
        expect(cleanName(whole).whole).toBe(whole);
      }),
      { numRuns: 2000 },
    );
  });
});
