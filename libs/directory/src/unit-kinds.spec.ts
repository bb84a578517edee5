import { isUsualKind, kindOf, labelOfKind, UNIT_KINDS } from './unit-kinds';

describe('The kinds of units', () => {
  it('have words of their own each', () => {
    const words = Object.entries(UNIT_KINDS).flatMap(([kind, all]) => [kind, ...all]);
    expect(new Set(words).size).toBe(words.length);
  });

  it.each(Object.entries(UNIT_KINDS).flatMap(([kind, words]) => [kind, ...words].map((word) => [word, kind])))(
    'take %s for %s',
    (word, kind) => {
      expect(kindOf(word)).toBe(kind);
      expect(kindOf(labelOfKind(kind))).toBe(kind);
    },
  );

  it.each([
    [' 事业 单位', 'public_institution'],
    ['ｄｉｓｔｒｉｃｔ', 'district'],
  ])('do not mind how %j is spelt', (word, kind) => expect(kindOf(word)).toBe(kind));

  it.each(['中心城区', 'area', '开发区', '__proto__', 'constructor'])(
    'leave %s to the government that has it',
    (word) => {
      expect([kindOf(word), labelOfKind(word), isUsualKind(word)]).toEqual([word, word, false]);
    },
  );
});
