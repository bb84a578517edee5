import { isNumeralAt, readNumeral } from './chinese-numerals';
import { Beginnings, CharacterSet } from './characters';
import type { Span } from './breakdown.types';

/** A number with its unit of measure in a folded text. The span runs from the first digit to the end of the unit. */
export interface Quantity extends Span {
  value: number;
  upper: number | null;
  unit: Span;
  /** Whether the number is written in words (三所): then it is often a manner of speaking. */
  inWords: boolean;
  /** Whether 余 or 多 follows the number: 200余家. */
  more: boolean;
}

/** Units of measure (量词), the longest first. 期, 届, 级, 号, 批 count in order or say little, and are none. */
const MEASURES = [
  '微克/立方米',
  '毫克/立方米',
  '标准立方米',
  '平方公里',
  '平方千米',
  '立方米/秒',
  '个百分点',
  '个工作日',
  '个小时',
  '百分点',
  '平方米',
  '立方米',
  '千伏安',
  '千瓦时',
  '兆瓦时',
  '吉瓦时',
  '标准箱',
  '人次',
  '批次',
  '户次',
  '班次',
  '场次',
  '架次',
  '车次',
  '件次',
  '公里',
  '公顷',
  '千米',
  '千瓦',
  '兆瓦',
  '吉瓦',
  '公斤',
  '千克',
  '毫升',
  '标箱',
  '美元',
  '欧元',
  '港元',
  '床位',
  '车位',
  '泊位',
  '学位',
  '工位',
  '个月',
  '小时',
  '分钟',
  '工作日',
  '周岁',
  '个',
  '项',
  '家',
  '户',
  '人',
  '名',
  '位',
  '套',
  '座',
  '条',
  '处',
  '所',
  '件',
  '场',
  '部',
  '台',
  '辆',
  '间',
  '亩',
  '吨',
  '元',
  '米',
  '种',
  '类',
  '支',
  '张',
  '艘',
  '架',
  '株',
  '棵',
  '头',
  '只',
  '份',
  '篇',
  '册',
  '宗',
  '起',
  '例',
  '盏',
  '根',
  '块',
  '片',
  '栋',
  '幢',
  '口',
  '眼',
  '尾',
  '羽',
  '升',
  '桩',
  '次',
  '对',
  '门',
  '枚',
  '颗',
  '箱',
  '瓶',
  '桌',
  '岗',
  '村',
  '镇',
  '天',
  '日',
  '年',
  '月',
  '周',
  '岁',
  '倍',
  '%',
  '‰',
  '斤',
  '里',
  '组',
  '站',
  '列',
  '趟',
  '单',
  '幅',
  '笔',
  '园',
  '亿',
  '万',
] as const;
const LONGEST_FIRST = new Beginnings([...MEASURES].sort((one, other) => other.length - one.length));
const MAY_START_MEASURE = new CharacterSet(MEASURES);

/** What a single-character unit must not be the beginning of: 4部门, 3年级, 2次会议 is fine, 第3名 is not met here. */
const NOT_FOLLOWED: Readonly<Record<string, readonly string[]>> = {
  列: ['入', '为', '车', '席', '支'],
  单: ['位', '元', '个', '笔', '项', '体'],
  笔: ['试'],
  部: ['门', '分', '委', '署', '队'],
  门: ['户', '店'],
  起: ['步', '草'],
  组: ['织', '建', '成'],
  对: ['接', '口', '外', '照'],
  所: ['有', '属', '需'],
  名: ['录', '单', '师', '校', '医'],
  园: ['区'],
  站: ['式'],
  次: ['性', '日'],
  类: ['别'],
  家: ['庭'],
  里: ['程'],
  项: ['目'],
  人: ['民', '员', '才', '均'],
  口: ['岸'],
  村: ['镇', '民', '庄', '级'],
  镇: ['街', '级'],
  位: ['数'],
  处: ['理', '置'],
  场: ['景', '所'],
  片: ['区'],
  岗: ['位'],
};
const SCALES: Readonly<Record<string, number>> = { 百: 2, 千: 3, 万: 4, 亿: 8 };
const SCALE_SET = new CharacterSet(Object.keys(SCALES));
const RANGE_MARKS = new Beginnings(['——', '—', '–', '-', '~', '～', '至', '到']);
const LONGEST_NUMBER = 24;

const DIGIT_SET = new CharacterSet('0123456789');
const isDigitAt = (folded: string, at: number): boolean => DIGIT_SET.hasAt(folded, at);

/** Whether a multiplier stands at `at`; the 千 of 千瓦 belongs to the unit. */
const isScale = (folded: string, at: number): boolean =>
  SCALE_SET.hasAt(folded, at) &&
  SCALES[folded[at] ?? ''] !== undefined &&
  !(folded[at] === '千' && '瓦伏克米卡'.includes(folded[at + 1] ?? ' '));

interface Figure {
  value: number;
  end: number;
  inWords: boolean;
  more: boolean;
}

/** `digits` moved by `exponent` decimal places, without the rounding of a multiplication (1.13 × 10⁴ is 11300). */
const scaled = (digits: string, exponent: number): number => Number(exponent === 0 ? digits : `${digits}e${exponent}`);

function readFigure(folded: string, at: number, end: number): Figure | null {
  let next = at;
  if (isDigitAt(folded, at)) {
    let digits = '';
    while (next < end && next - at < LONGEST_NUMBER) {
      const character = folded[next] ?? '';
      if (isDigitAt(folded, next)) digits += character;
      else if (character === '.' && isDigitAt(folded, next + 1) && !digits.includes('.')) digits += '.';
      else if (!(character === ',' && isThousands(folded, next, digits))) break;
      next++;
    }
    let exponent = 0;
    while (isScale(folded, next) && exponent < 12) exponent += SCALES[folded[next++] ?? ''] ?? 0;
    const more = folded[next] === '余' || folded[next] === '多';
    if (more) next++;
    while (more && isScale(folded, next) && exponent < 12) exponent += SCALES[folded[next++] ?? ''] ?? 0;
    return { value: scaled(digits, exponent), end: next, inWords: false, more };
  }
  if (!isNumeralAt(folded, at) || isNumeralAt(folded, at - 1)) return null;
  while (next < end && next - at < LONGEST_NUMBER && isNumeralAt(folded, next)) next++;
  const written = folded.slice(at, next);
  // 「近百名」 counts; 百 alone is a manner of speaking.
  const value = readNumeral('近约超逾'.includes(folded[at - 1] ?? ' ') && written in SCALES ? `一${written}` : written);
  const more = folded[next] === '余' || folded[next] === '多';
  return value === null ? null : { value, end: more ? next + 1 : next, inWords: true, more };
}

/** Whether the comma at `at` groups digits (10,000): one to three before it, exactly three after it. */
function isThousands(folded: string, at: number, before: string): boolean {
  if (
    before.includes('.') ||
    before.length === 0 ||
    (before.length > 3 && before.length % 3 !== 0 && folded[at - 4] !== ',')
  )
    return false;
  const areDigits = isDigitAt(folded, at + 1) && isDigitAt(folded, at + 2) && isDigitAt(folded, at + 3);
  return areDigits && !isDigitAt(folded, at + 4);
}

/** The unit of measure at `at`, with a bracket of alternatives behind it (套（次）), or null. */
function readMeasure(folded: string, at: number, end: number): Span | null {
  const measure = LONGEST_FIRST.find(folded, at, end);
  if (measure === undefined) return null;
  const stop = at + measure.length;
  if (NOT_FOLLOWED[measure]?.includes(folded[stop] ?? '') === true) return null;
  const inside = folded[stop + 2] === ')' ? 2 : folded[stop + 3] === ')' ? 3 : 0;
  const alternative = folded[stop] === '(' && inside > 0 && MAY_START_MEASURE.hasAt(folded, stop + 1);
  return { start: at, end: alternative ? stop + inside + 1 : stop };
}

/** A character that makes the number beside it part of a code: 5G, 1+10, 第85次. */
const CODE_MARKS = new CharacterSet('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/×第');
const isCodeMarkAt = (folded: string, at: number): boolean => CODE_MARKS.hasAt(folded, at);
/** Whether the number at `at` goes on with a ratio (4:3:2:1); a colon behind words introduces it. */
const isRatio = (folded: string, at: number): boolean => folded[at - 1] === ':' && isDigitAt(folded, at - 2);

/**
 * The quantity that begins at `at`, or null: a number in digits or words and a unit of measure right behind it, or two
 * numbers with a dash between them (3—5个). Numbers in codes (5G+, 1+10), ratios and ordinals (第85次) are none.
 */
export function readQuantity(folded: string, at: number, end: number): Quantity | null {
  if (!isDigitAt(folded, at) && !isNumeralAt(folded, at)) return null;
  if (isCodeMarkAt(folded, at - 1) || isDigitAt(folded, at - 1) || isRatio(folded, at)) return null;
  const percent = folded.startsWith('百分之', at) ? readFigure(folded, at + 3, end) : null;
  if (percent)
    return {
      start: at,
      end: percent.end,
      value: percent.value,
      upper: null,
      unit: { start: at, end: at + 3 },
      inWords: false,
      more: false,
    };
  const first = readFigure(folded, at, end);
  if (first === null || Number.isNaN(first.value)) return null;
  const firstMeasure = readMeasure(folded, first.end, end);
  const rangeAt =
    firstMeasure && (folded[first.end] === '%' || folded[first.end] === '元') ? firstMeasure.end : first.end;
  const mark = RANGE_MARKS.find(folded, rangeAt);
  const second = mark === undefined ? null : readFigure(folded, rangeAt + mark.length, end);
  const secondMeasure = second ? readMeasure(folded, second.end, end) : null;
  if (second && secondMeasure && !isCodeMarkAt(folded, secondMeasure.end)) {
    const lower = rangeAt === first.end ? sameScale(first, second) : first.value;
    return {
      start: at,
      end: secondMeasure.end,
      value: lower,
      upper: second.value,
      unit: secondMeasure,
      inWords: first.inWords,
      more: false,
    };
  }
  if (firstMeasure === null || (second && isDigitAt(folded, first.end + 1))) return null;
  return {
    start: at,
    end: firstMeasure.end,
    value: first.value,
    upper: null,
    unit: firstMeasure,
    inWords: first.inWords,
    more: first.more,
  };
}

/** The lower end of 「3—5万人」 counts in the same 万 as the upper, when it is not larger that way. */
function sameScale(first: Figure, second: Figure): number {
  if (first.value >= 10_000 || second.value < 10_000) return first.value;
  const exponent = second.value >= 100_000_000 ? 8 : 4;
  const lifted = scaled(String(first.value), exponent);
  return lifted < second.value ? lifted : first.value;
}
