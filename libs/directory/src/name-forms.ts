import { nameKey } from './names';

/*
 * Forms of a name, each less exact than the one before it. Two names that agree in a form may be one body's; whether
 * they are is certain only where one unit of the directory has that form.
 */

/** Of whom the names are: the words that may stand before any of its units' names, or be left out. */
export interface Place {
  /** 临澜市 */
  name: string;
  /** 市 */
  level: string;
}

const LEVELS = '省市区县州旗盟';
/** What a government's own name ends in, before its short form (人民政府, 管理委员会). */
const SPELLINGS: readonly [RegExp, string][] = [
  [/^(?:中共|中国共产党)(?=.)/, ''],
  [/人民政府/g, '政府'],
  [/管理委员会/g, '管委会'],
  [/委员会/g, '委'],
  [/(?<=.{2})办公室$/, '办'],
  [/街道办事处$/, '街道办'],
  [/(?:股份|责任)*有限(?:责任)?公司$/, ''],
];
const SHORTER: readonly [RegExp, string][] = [
  [/监督管理/g, '监管'],
  [/(?:和|与|及|、)/g, ''],
  [/(?<=.{2})管理局$/, '局'],
];

export const placeOf = (jurisdiction: string): Place => {
  const name = nameKey(jurisdiction);
  const last = name.at(-1) ?? '';
  return { name, level: LEVELS.includes(last) ? last : '' };
};

const rewrite = (name: string, rules: readonly [RegExp, string][]): string =>
  rules.reduce((text, [from, to]) => text.replace(from, to), name);

/** 人民政府 and 政府, 委员会 and 委: two spellings of the same words. */
export const spelling = (name: string): string => rewrite(nameKey(name), SPELLINGS);

/** Without the place before it: 临澜市教育局, 市教育局, 临澜教育局 and 教育局 are 教育局; 区教育局 of a city stays. */
export function withoutPlace(name: string, { name: place, level }: Place): string {
  const words = spelling(name);
  const bare = level === '' ? place : place.slice(0, -1);
  for (const prefix of [place, ...(bare.length > 1 ? [bare] : []), level]) {
    const rest = words.slice(prefix.length);
    if (prefix !== '' && words.startsWith(prefix) && rest.length > 1 && !isOrganAlone(rest)) return rest;
  }
  return words;
}

/** What says nothing without its place: 市政府 is not any 政府. */
const isOrganAlone = (words: string): boolean => /^(?:政府|委|党委|管委会|人大|政协)/.test(words) || words.length < 2;

/** 监督管理局, 管理局 and 局, with and without 和: where it is certain whose short name it is. */
export const shortened = (name: string, place: Place): string => rewrite(withoutPlace(name, place), SHORTER);

/**
 * The place that a government or committee governs, and by what: 北岭区 and 政府 of 北岭区人民政府. At most one. A document that
 * gives a task to 北岭区 means its government.
 */
export function governedPlace(name: string, place: Place): { name: string; organ: string }[] {
  const [, governed, organ] = /^(.{2,})(政府|管委会|街道办)$/.exec(withoutPlace(name, place)) ?? [];
  return governed === undefined || organ === undefined ? [] : [{ name: governed, organ }];
}

/** 北岭 of 北岭区; nothing where a single character would be left. */
export const placeWithoutLevel = (governed: string): string[] =>
  (/^(.{2,})(?:省|市|区|县|州|旗|盟|镇|乡|街道|自治[州县旗]|新区)$/.exec(governed) ?? []).slice(1);
