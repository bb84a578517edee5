import type { Named, Span } from './breakdown.types';
import { Beginnings } from './characters';
import { fold, isHan, skipBlanks } from './folded-text';

/** Titles a name may follow, as one token or glued to it (副县长王七星). The longest comes first. */
const TITLES = [
  '秘书长',
  '司令员',
  '委员长',
  '组织部长',
  '宣传部长',
  '统战部长',
  '政法委书记',
  '书记',
  '主任',
  '主席',
  '常委',
  '委员',
  '县长',
  '市长',
  '区长',
  '省长',
  '州长',
  '旗长',
  '镇长',
  '乡长',
  '局长',
  '部长',
  '厅长',
  '政委',
  '检察长',
  '院长',
  '会长',
  '行长',
  '总经理',
  '董事长',
  '同志',
  '领导',
  '组长',
  '干部',
  '调研员',
  '巡视员',
];
/** Common surnames: they tell 王七星县长 (a name and a title) from 常务副县长 (a title). */
const SURNAMES = new Set(
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧阳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝',
);
const SHORTEST_NAME = 2;
const LONGEST_NAME = 4;

const isName = (token: string): boolean => {
  const letters = token.replace(/·/g, '');
  const longest = token.includes('·') ? 12 : LONGEST_NAME;
  return (
    letters.length >= SHORTEST_NAME &&
    letters.length <= longest &&
    [...letters].every(isHan) &&
    !TITLES.some((title) => token.endsWith(title))
  );
};

/** Whether a folded word is a person's name beyond doubt: a common surname and one or two characters more. */
export const isPersonName = (word: string): boolean =>
  word.length <= LONGEST_NAME - 1 && SURNAMES.has(word[0] ?? '') && isName(word);

/** The name in a token that may begin with a title or end with one, or null. */
function nameIn(token: string): string | null {
  if (token.length > 60) return null;
  // A bracket stands before or behind a name (王七星（兼）) and never within one.
  let rest = token.replace(/^\([^)]{0,40}\)|\([^)]{0,40}\)$/g, '');
  if (isName(rest)) return rest;
  const title = TITLES.find((one) => rest.endsWith(one));
  if (title !== undefined) {
    const name = rest.slice(0, -title.length).replace(/(?:常务|第一|执行)?副$/, '');
    if (title === '同志') rest = name;
    else return SURNAMES.has(name[0] ?? '') && isName(name) ? name : null;
  }
  const cut = TITLES.reduce((latest, one) => {
    const at = rest.lastIndexOf(one);
    return at < 0 ? latest : Math.max(latest, at + one.length);
  }, 0);
  rest = rest.slice(cut);
  return isName(rest) ? rest : null;
}

/** The names of people in a list (责任领导), without their titles: 「市委常委、副市长 周八八」 gives 周八八. */
export function readLeaderNames(list: string): string[] {
  const tokens = fold(list)
    .split(/[、,;。|/]/)
    .flatMap((token) => {
      const words = token.split(/[ \n]+/).filter((word) => word !== '');
      // A name of two characters is often spaced out to the width of three: 「王 六」.
      return words.reduce<string[]>((joined, word, index) => {
        if (word.length === 1 && words[index - 1]?.length === 1) joined.push((joined.pop() ?? '') + word);
        else joined.push(word);
        return joined;
      }, []);
    });
  const names = tokens.map(nameIn).filter((name): name is string => name !== null);
  return [...new Set(names)];
}

const TITLE_STARTS = new Beginnings(TITLES);
function holdsTitle(words: string): boolean {
  for (let at = 0; at < words.length; at++) if (TITLE_STARTS.find(words, at) !== undefined) return true;
  return false;
}
/** What a leader does with a field of work: 「王七星县长主抓农业」. */
const TAKES_CHARGE = /主抓|牵头|负责|分管|包抓|包联|领衔|挂帅|统筹|主管|联系|抓/;
const LONGEST_TITLE_AND_NAME = 60;
const LONGEST_NAME_ALONE = 24;

/**
 * The leaders that a heading names in front of a verb of charge, with a title at each or all of them: 「县长王七星主抓…」.
 * Without a title the words could be any.
 */
export function readLeadersInCharge(heading: string): string[] {
  const begin = fold(heading.slice(0, LONGEST_TITLE_AND_NAME));
  if (!holdsTitle(begin)) return [];
  const words = begin.replace(/^由/, '');
  const verb = TAKES_CHARGE.exec(words);
  // Without a verb the heading must be the name and nothing else: 「县委书记王七星」.
  const isAlone = words.length <= LONGEST_NAME_ALONE && !/[:()。]|领导/.test(words);
  const list = verb ? words.slice(0, verb.index) : isAlone ? words : '';
  if (!holdsTitle(list)) return [];
  return readLeaderNames(list).filter((name) => SURNAMES.has(name[0] ?? ''));
}

/** A name stands no further behind the one before it than this: titles may come between. */
const LONGEST_WAY = 200;

/** Where a name stands in folded words, its letters together or spaced out, or null. */
function locateName(folded: string, name: string): Span | null {
  for (let start = 0; start < folded.length; start++) {
    let end = start;
    for (const letter of name) {
      const next: number = end > start ? skipBlanks(folded, end, folded.length) : end;
      end = folded.startsWith(letter, next) ? next + letter.length : -1;
      if (end < 0) break;
    }
    if (end > start) return { start, end };
  }
  return null;
}

/** Where names stand in the words they were read from, in order; one that is not found stands nowhere (an empty span). */
export function locateNames(words: string, names: readonly string[]): Named[] {
  const folded = fold(words);
  let from = 0;
  return names.map((name) => {
    const found = locateName(folded.slice(from, from + LONGEST_WAY), name);
    if (!found) return { name, start: from, end: from };
    const span = { start: from + found.start, end: from + found.end };
    from = span.end;
    return { name, ...span };
  });
}
