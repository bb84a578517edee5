import { fold } from './folded-text';
import { readOrdinal } from './ordinals';

const read = (text: string, expected: number | null = null) => {
  const folded = fold(text);
  const ordinal = readOrdinal(folded, 0, folded.length, expected);
  return (
    ordinal && {
      kind: ordinal.kind,
      value: ordinal.value,
      label: text.slice(0, ordinal.labelEnd),
      words: text.slice(ordinal.end),
    }
  );
};

describe('readOrdinal', () => {
  it.each([
    ['1000.修渠', 1000, 1000],
    ['1003.修渠', 1000, 1003],
    ['2026.修渠', 2026, 2026],
    ['2026.修渠', 12, null],
    ['2026.修渠', null, null],
    ['1500.修渠', 1400, null],
  ])(
    'a thousand and more is a number where it carries the sequence on: %s after the one before %p',
    (text, expected, value) => {
      expect(read(text, expected)?.value ?? null).toBe(value);
    },
  );

  it.each([
    ['12.修渠', 'digit', 12, '12', '修渠'],
    ['3．修渠', 'digit', 3, '3', '修渠'],
    ['4、 修渠', 'digit', 4, '4', '修渠'],
    ['5.2027年底前修渠', 'digit', 5, '5', '2027年底前修渠'],
    ['1.1 修渠', 'decimal', 1, '1.1', '修渠'],
    ['2.3修渠', 'decimal', 3, '2.3', '修渠'],
    ['2.3.12 修渠', 'decimal', 12, '2.3.12', '修渠'],
    ['二十一、修渠', 'word', 21, '二十一', '修渠'],
    ['（四）修渠', 'bracketed_word', 4, '（四）', '修渠'],
    ['(十)、修渠', 'bracketed_word', 10, '(十)', '修渠'],
    ['（2）修渠', 'bracketed_digit', 2, '（2）', '修渠'],
    ['2）修渠', 'digit_bracket', 2, '2', '修渠'],
    ['③修渠', 'circled', 3, '③', '修渠'],
    ['第六条 水利', 'article', 6, '第六条', '水利'],
    ['第二部分 水利', 'chapter', 2, '第二部分', '水利'],
    ['——建好水网', 'dash', null, '——', '建好水网'],
  ])('reads %s', (text, kind, value, label, words) => expect(read(text)).toEqual({ kind, value, label, words }));

  it.each([
    '1.5万亩',
    '1.5个百分点',
    '2.05修渠',
    '1.1，修渠',
    '3、4号渠',
    '2027年',
    '第一条例',
    '第九次会议',
    '一二三产业',
    '一、二、三产业融合',
    '（试行）',
    '——',
    '0.8%',
    '1234.修渠',
  ])('sees no label in %s', (text) => expect(read(text)).toBeNull());

  it('takes a decimal for a label where it carries the sequence on', () => {
    expect(read('12.5公里水渠', 12)?.words).toBe('5公里水渠');
    expect(read('12.5公里水渠', 7)).toBeNull();
  });
});
