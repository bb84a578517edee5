import { isCloserAt, isOpenerAt } from './brackets';
import { Beginnings, CharacterSet, Endings } from './characters';
import { fold, isHan, isHanAt } from './folded-text';

/** Words that make any name a unit's when they end it. */
const ENDINGS = new Endings([
  '局',
  '委',
  '办',
  '办公室',
  '研究室',
  '室',
  '科',
  '股',
  '厂',
  '矿',
  '厅',
  '部',
  '院',
  '署',
  '行',
  '社',
  '司',
  '会',
  '联',
  '协',
  '队',
  '所',
  '处',
  '组',
  '馆',
  '站',
  '台',
  '校',
  '集团',
  '公司',
  '中心',
  '政府',
  '工委',
  '总工会',
  '海关',
  '银行',
  '部门',
  '单位',
  '机构',
  '企业',
  '团委',
  '大学',
  '高校',
  '区',
  '县',
  '市',
  '州',
  '旗',
  '盟',
  '镇',
  '乡',
  '街道',
  '地区',
  '园区',
  '社区',
  '资本',
  '分行',
  '专班',
  '指挥部',
  '领导小组',
  '电视台',
  '日报',
  '管理局',
]);
/** Endings sure enough to cut a name behind them at 和: 市住房和…, 中小企业和… and 城市和… are names that go on. */
const FIRM_ENDINGS = new Endings([
  '局',
  '委',
  '办',
  '厅',
  '部',
  '院',
  '署',
  '集团',
  '公司',
  '中心',
  '政府',
  '会',
  '联',
  '协',
  '队',
  '供销社',
  '合作社',
  '法院',
  '大学',
  '海关',
  '银行',
  '分行',
  '部门',
  '单位',
  '街道',
  '办事处',
  '管委会',
  '地区',
  '办公室',
  '军分区',
  '警备区',
]);
const NOT_FIRM = new Endings(['社会', '全部', '干部', '外部', '内部']);
/** Words that begin a group of units (集合单位). */
const GROUP_WORDS = ['各', '有关', '相关', '全市', '全县', '全区', '其他'];
const GROUP_STARTS = new Beginnings(GROUP_WORDS);
const NAME_STARTS = new Beginnings([
  ...GROUP_WORDS,
  '市',
  '区',
  '县',
  '省',
  '州',
  '国务院',
  '国家',
  '中央',
  '团市',
  '团县',
  '团区',
  '团省',
]);

const LONGEST_PARTY = 40;

const ADMIN_LEVEL =
  '(?:自治州|自治县|自治旗|自治区|直辖市|县级市|地级市|特别行政区|开发区|高新区|经开区|功能区|度假区|示范区|保税区|新区|园区|地区|街道|省|市|州|县|区|旗|盟|镇|乡|街)';
const ORGAN = '(?:人民政府|政府|管理委员会|管委会|街道办事处|办事处|党委政府|党工委|党委|办)';
const BRACKET = '(?:[(〔\\[][^)〕\\]]{0,12}[)〕\\]])';
/** 「县（市）政府」, 「州」: a level of government without a place. */
const LEVEL_ONLY = new RegExp(`^${ADMIN_LEVEL}{1,3}${BRACKET}?${ORGAN}?$`);
const OPEN_GROUP = new RegExp(`^(?:各|有关|相关)[^局委办厅部会]{0,6}?${ADMIN_LEVEL}{1,3}${BRACKET}?$`);
const ENDS_WITH_ORGAN = new RegExp(`${ORGAN}$`);
/** 「白水区人民政府」: what is shared when only the places before it are written. */
const PLACE_AND_ORGAN = new RegExp(`(${ADMIN_LEVEL})(${ORGAN}?)$`);
/** What such an ending ends with. */
const ENDS_SHARED = new CharacterSet('州县旗区市道省盟镇乡街府会处委办');
const LONGEST_BARE_PLACE = 6;
const SHORT_UNITS: ReadonlySet<string> = new Set([
  '妇联',
  '科协',
  '文联',
  '侨联',
  '残联',
  '工会',
  '税务',
  '海关',
  '法院',
  '工商',
  '党校',
  '武装',
  '银行',
  '财政',
  '公安',
  '住建',
  '发改',
  '人社',
  '气象',
  '电信',
  '移动',
  '联通',
  '铁塔',
]);

/** The folded name without a bracket at its end: 「市委组织部(人才办)」 ends like 市委组织部. */
function withoutLastBracket(name: string): string {
  if (!isCloserAt(name, name.length - 1)) return name;
  let depth = 0;
  for (let at = name.length - 1; at >= 0; at--) {
    if (isCloserAt(name, at)) depth++;
    else if (isOpenerAt(name, at) && --depth === 0) return name.slice(0, at);
  }
  return name;
}

/** Whether a folded name could be a whole unit's by the way it ends. */
export const looksLikeUnit = (name: string): boolean =>
  name.length >= 2 && ENDINGS.find(withoutLastBracket(name)) !== undefined;

/** Whether a folded name is a unit's beyond doubt, so that a 和 behind it joins two units and is no part of one. */
export function isFirmUnit(name: string): boolean {
  const bare = withoutLastBracket(name);
  return bare.length >= 3 && FIRM_ENDINGS.find(bare) !== undefined && NOT_FIRM.find(bare) === undefined;
}

/** Whether a folded name begins like a unit's or a group's (各…, 市…, 国务院…). */
export const startsLikeUnit = (name: string): boolean => NAME_STARTS.find(name) !== undefined;

/** Whether a folded name is a group (集合单位): 各区人民政府, 有关区县政府. */
export const isGroup = (name: string): boolean => GROUP_STARTS.find(name) !== undefined;

/** Words that end like a unit's name and name nobody. */
const NOBODY: ReadonlySet<string> = new Set(['企业', '单位', '部门', '机构', '社区', '高校', '学校', '医院', '中心']);

/** Whether a folded name can be that of somebody who is given a duty, when no label says so. */
export const isParty = (name: string): boolean =>
  name.length <= LONGEST_PARTY &&
  !NOBODY.has(name) &&
  !/[的由将把被]/.test(name) &&
  (looksLikeUnit(name) || name === '各地' || (isGroup(name) && name.length >= 3));

/** Whether a folded list without label or verb marks one of its units as the lead, and names nothing but units. */
export function isMarkedList(list: string): boolean {
  if (LEAD_SIGN_SET.next(list, 0) < 0) return false;
  const names = list.split(/[、,;]/).map((name) => cleanName(name));
  return names.some(({ leads }) => leads) && names.every(({ name }) => isParty(name));
}

/** What may follow the end of a unit's name when the name goes on: 政府|办公室, 有关部|门, 发展改革委|员会. */
const GOES_ON = /^(?:办(?![理好事妥结])|门|员会|室|组|处|局|公司|集团|中心|宣传部|组织部|政法委)/;
const LONGEST_UNIT = 20;

/** The length of the unit's name that a folded text begins with, or 0: 市财政局 in 「市财政局研究制定」. */
export function unitAtStart(text: string): number {
  for (let length = 3; length <= Math.min(text.length, LONGEST_UNIT); length++) {
    const name = text.slice(0, length);
    if (isFirmUnit(name) && !GOES_ON.test(text.slice(length, length + 3))) return isParty(name) ? length : 0;
  }
  return 0;
}

/** Partners that are not named: 有关部门 in 「X会同有关部门负责」. */
export const isUnnamed = (name: string): boolean =>
  /^(?:国务院|省级|市级|县级|区级|市|省|县|区)?(?:有关|相关)(?:部门|单位|方面|地区|机构)(?:和(?:单位|地区|地方))?$/.test(
    name.slice(0, LONGEST_PARTY),
  );

/** Whether a folded name begins a group written with 、 inside it (各市、州、县人民政府) that has not come to its end. */
export const isOpenGroup = (name: string): boolean => name.length <= 24 && OPEN_GROUP.test(name);

/** Whether a folded name carries such a group on: a level of government without a place. */
export const continuesGroup = (name: string): boolean => name.length <= 24 && LEVEL_ONLY.test(name);

/** Whether a group written so far has its organ (政府, 管委会) and is complete. */
export const endsGroup = (name: string): boolean => ENDS_WITH_ORGAN.test(name.slice(-12));

/** Whether a folded name can be a place without its level and organ: 青山 in 青山、白水区人民政府. */
export const isBarePlace = (name: string): boolean =>
  name.length >= 2 &&
  name.length <= LONGEST_BARE_PLACE &&
  [...name].every(isHan) &&
  !startsLikeUnit(name) &&
  !SHORT_UNITS.has(name) &&
  (name.length === 2 || !looksLikeUnit(name));

/** What an abbreviated list shares: the level and organ at the end of its last name, or null. */
export function sharedEnding(name: string): { level: string; organ: string } | null {
  if (name.length < 3 || name.length > 40 || !ENDS_SHARED.hasAt(name, name.length - 1) || isGroup(name)) return null;
  const match = PLACE_AND_ORGAN.exec(name.slice(-16));
  // 「经开区管委会」 names one body without its place; 「县政府」 none.
  if (match?.[1] === undefined || (continuesGroup(name) && !isZone(match[1]))) return null;
  return { level: match[1], organ: match[2] ?? '' };
}

/** Whether a level is that of a zone, which is no level of government: 高新区. */
export const isZone = (level: string): boolean => /^(?:开发|高新|经开|功能|度假|示范|保税|新|园)区$/.test(level);

/** A level of government or of the state that stands for its offices: 中央、省驻市单位, 省、市有关部门. */
export const isBareLevel = (name: string): boolean => BARE_LEVELS.has(name);
const BARE_LEVELS: ReadonlySet<string> = new Set(['中央', '国家', ...'部省市州盟县区旗乡镇中央']);

const ASIDE_STARTS = new Beginnings([
  '含',
  '包括',
  '包含',
  '不含',
  '除',
  '以下简称',
  '下称',
  '简称',
  '详见',
  '见',
  '下同',
  '即',
  '以下统称',
  '统称',
  '按',
  '以',
]);
const ASIDE_WORDS = ['以下简称', '下同', '以下统称'];
/** Signs at a name that make it the lead's: *县数据局. */
const LEAD_SIGNS = '*★☆▲△※';
const LEAD_SIGN_SET = new CharacterSet(LEAD_SIGNS);
const LEAD_MARKS: ReadonlySet<string> = new Set(['牵头', '牵头单位', '牵头部门', '主办']);

/**
 * A name as it is kept: without blanks, without asides (〈含…,下同〉), but with a bracket that belongs to it
 * (市发展改革委（市数据局）). `leads` is true where an aside or a sign marks the lead: 市财政局（牵头）, *市财政局.
 */
export function cleanName(written: string): { name: string; leads: boolean } {
  if (isAllHan(written)) return { name: written, leads: false };
  const folded = fold(written);
  let name = '';
  let leads = false;
  for (let at = 0; at < written.length; at++) {
    if (isOpenerAt(folded, at)) {
      const end = endOfBracket(folded, at);
      const inside = folded.slice(at + 1, end - 1).trim();
      const mark = LEAD_MARKS.has(inside);
      const aside =
        mark || ASIDE_STARTS.find(inside) !== undefined || ASIDE_WORDS.some((word) => inside.includes(word));
      leads ||= mark;
      if (!aside) name += written.slice(at, end);
      at = end - 1;
    } else name += written[at];
  }
  const bare = folded.trim();
  leads ||= bare.length > 1 && (LEAD_SIGNS.includes(bare[0] ?? ' ') || LEAD_SIGNS.includes(bare.at(-1) ?? ' '));
  return {
    name: name
      .replace(/[\s\u3000\u00a0]/g, '')
      .replace(/[＊*★☆▲△※]$/, '')
      .replace(/^[＊*★☆▲△※·•、,，.:：]{1,4}/, '')
      .replace(/[、,，;；。.:：]{1,4}$/, ''),
    leads,
  };
}

/** Whether words are of Han characters alone: then nothing is in a name that does not belong to it. */
function isAllHan(words: string): boolean {
  for (let at = 0; at < words.length; at++) if (!isHanAt(words, at)) return false;
  return true;
}

/** The end of the outermost bracket that opens at `at`, whatever its shape; the end of the name if it never closes. */
function endOfBracket(folded: string, at: number): number {
  let depth = 0;
  for (let next = at; next < folded.length; next++) {
    if (isOpenerAt(folded, next)) depth++;
    else if (isCloserAt(folded, next) && --depth === 0) return next + 1;
  }
  return folded.length;
}
