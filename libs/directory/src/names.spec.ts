import { cleanCode, cleanText, nameKey, PRINTABLE } from './names';

describe('names', () => {
  it('composes and trims, with the blanks of Chinese input methods', () => {
    expect(cleanText('\u3000e\u0301cole \u00a0\ufeff')).toBe('\u00e9cole');
  });

  it('makes letters and digits of codes half width, and leaves other characters', () => {
    expect(cleanCode(' Ｄ０１－ａ ')).toBe('D01－a');
  });

  it.each([
    ['市发改委(物价局)', '市发改委（物价局）'],
    ['５Ｇ办[筹]', ' 5G办［筹］'],
    ['各区（县、市）政府', '各区〔县、市〕政府'],
    ['市⼯信局', '市 工信局'],
    ['e\u0301cole办', '\u00e9cole办'],
    ['市\u200b教育局', '市教育局'],
  ])('takes %s and %s for one name', (one, other) => {
    expect(nameKey(one)).toBe(nameKey(other));
  });

  it.each(['\u0000', '局\n', '市\u200b局', '\ud800'])('knows that %j cannot be printed', (text) => {
    expect(PRINTABLE.test(text)).toBe(false);
  });
});
