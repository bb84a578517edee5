const DIGITS = '〇一二三四五六七八九';
const LEGAL_DIGITS = '零壹贰叁肆伍陆柒捌玖';
const STEMS = '甲乙丙丁戊己庚辛壬癸';
const BRANCHES = '子丑寅卯辰巳午未申酉戌亥';
const ROMAN: readonly (readonly [number, string])[] = [
  [1000, 'm'],
  [900, 'cm'],
  [500, 'd'],
  [400, 'cd'],
  [100, 'c'],
  [90, 'xc'],
  [50, 'l'],
  [40, 'xl'],
  [10, 'x'],
  [9, 'ix'],
  [5, 'v'],
  [4, 'iv'],
  [1, 'i'],
];
const MOST_ROMAN = 4000;

/** A whole number below 10,000 as it is counted in Chinese: 12 is 十二, 105 is 一百零五. */
function counted(value: number, digits: string, places: readonly string[], zero: string): string {
  if (value <= 0 || value > 9999) return String(value);
  let words = '';
  let isGap = false;
  for (let place = 3; place >= 0; place--) {
    const digit = Math.floor(value / 10 ** place) % 10;
    if (digit === 0) isGap = words !== '';
    else {
      words += `${isGap ? zero : ''}${digits[digit] ?? ''}${places[place] ?? ''}`;
      isGap = false;
    }
  }
  return words;
}

const chinese = (value: number): string => counted(value, DIGITS, ['', '十', '百', '千'], '零').replace(/^一十/, '十');
const legal = (value: number): string => counted(value, LEGAL_DIGITS, ['', '拾', '佰', '仟'], '零');
const digitByDigit = (value: number): string => String(value).replace(/\d/g, (digit) => DIGITS[Number(digit)] ?? digit);
/** a to z, then aa, bb and so on. */
const letters = (value: number): string =>
  value > 0 ? String.fromCharCode(97 + ((value - 1) % 26)).repeat(Math.ceil(value / 26)) : '';

function roman(value: number): string {
  if (value <= 0 || value >= MOST_ROMAN) return String(value);
  let rest = value;
  let words = '';
  for (const [worth, sign] of ROMAN) for (; rest >= worth; rest -= worth) words += sign;
  return words;
}

/** One character for each of the first numbers, as ① to ⑳; the others as they are. */
const enclosed =
  (...runs: readonly (readonly [from: number, to: number, code: number])[]) =>
  (value: number): string => {
    const run = runs.find(([from, to]) => value >= from && value <= to);
    return run ? String.fromCodePoint(run[2] + value - run[0]) : String(value);
  };

const FORMATS: Readonly<Record<string, (value: number) => string>> = {
  none: () => '',
  bullet: () => '',
  decimalZero: (value) => String(value).padStart(2, '0'),
  decimalFullWidth: (value) =>
    String(value).replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)),
  lowerLetter: letters,
  upperLetter: (value) => letters(value).toUpperCase(),
  lowerRoman: roman,
  upperRoman: (value) => roman(value).toUpperCase(),
  chineseCounting: chinese,
  chineseCountingThousand: chinese,
  japaneseCounting: chinese,
  taiwaneseCounting: chinese,
  taiwaneseCountingThousand: chinese,
  chineseLegalSimplified: legal,
  ideographLegalTraditional: legal,
  ideographDigital: digitByDigit,
  taiwaneseDigital: digitByDigit,
  ideographTraditional: (value) => STEMS[value - 1] ?? String(value),
  ideographZodiac: (value) => BRANCHES[value - 1] ?? String(value),
  decimalEnclosedCircle: enclosed([1, 20, 0x2460], [21, 35, 0x3251], [36, 50, 0x32b1]),
  decimalEnclosedCircleChinese: enclosed([1, 20, 0x2460], [21, 35, 0x3251], [36, 50, 0x32b1]),
  decimalEnclosedParen: enclosed([1, 20, 0x2474]),
  decimalEnclosedFullstop: enclosed([1, 20, 0x2488]),
  ideographEnclosedCircle: enclosed([1, 10, 0x3280]),
};

/** A number in one of Word's formats (`w:numFmt`), in digits where the format is none of ours. */
export const formatNumber = (value: number, format: string): string => (FORMATS[format] ?? String)(value);
