import { nameKey } from './names';

/**
 * The kinds of units (单位类别): for each the Chinese words that a file may write for it, the first being the one that
 * people are shown. A word stands for one kind only, and none of them may be part of a name that means a place (开发区)
 * or something that is no kind of unit: collective names (各部门) are read by the same words.
 */
export const UNIT_KINDS = {
  province: ['省级政府', '省', '自治区', '直辖市'],
  city: ['市级政府', '市', '地级市', '州', '盟'],
  district: ['区级政府', '区', '市辖区'],
  county: ['县级政府', '县', '县级市', '旗'],
  township: ['乡镇', '乡', '镇'],
  subdistrict: ['街道', '街道办事处'],
  department: ['部门', '委办局', '政府部门', '工作部门', '市直部门'],
  section: ['科室', '内设机构', '处室'],
  party: ['党委部门', '党群部门'],
  state_firm: ['国有企业', '国企'],
  vertical_agency: ['垂直管理单位', '垂管单位', '垂直管理部门'],
  public_institution: ['事业单位'],
  functional_area: ['功能区'],
  other: ['其他', '其它', '其他单位'],
} as const satisfies Record<string, readonly [string, ...string[]]>;

const KINDS_BY_WORD: ReadonlyMap<string, string> = new Map(
  Object.entries(UNIT_KINDS).flatMap(([kind, words]) => [kind, ...words].map((word) => [nameKey(word), kind])),
);
const LABELS: ReadonlyMap<string, string> = new Map(Object.entries(UNIT_KINDS).map(([kind, [label]]) => [kind, label]));

/**
 * The kind that a word stands for. A word that is none of ours is a kind of the government's own (中心城区), and stays
 * as it is: a directory says more of its units than we can know, and groups by rule may go by that.
 */
export const kindOf = (word: string): string => KINDS_BY_WORD.get(nameKey(word)) ?? word;

export const isUsualKind = (kind: string): boolean => LABELS.has(kind);

/** The Chinese word for a kind; a kind of the government's own is its own word. */
export const labelOfKind = (kind: string): string => LABELS.get(kind) ?? kind;
