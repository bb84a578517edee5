import { governedPlace, type Place, spelling } from './name-forms';
import { kindOf } from './unit-kinds';
import type { UnitView } from './unit-view';

/*
 * Collective names of units (统称) that no group of the directory has: 各区, 各县（市、区）人民政府, 各市、州, 各部门. They are
 * certain only where the words say all of one kind; 有关部门 and 相关区县 do not.
 */

/** A collective name taken apart: which, and what of them. */
export interface Collective {
  /** Without separators and brackets, levels in a fixed order: 区、县（市） and 县（市、区） are both 区县市. */
  body: string;
  /** 政府 for 人民政府 and where nothing is said of places; else 管委会, 街道办 or nothing. */
  organ: '政府' | '管委会' | '';
}

const SEPARATORS = /[()、,·/\s及和与]/g;
const LEVEL_ORDER = ['区', '县', '市', '州', '盟', '旗', '镇', '乡', '街道'];
const ORGANS = /(?:党委政府|党委、政府|政府|管委会|街道办|办事处)$/;

/** Null for what is no collective name of all of a kind. */
export function readCollective(name: string): Collective | null {
  const words = spelling(name);
  if (!words.startsWith('各') || /有关|相关|其他|其它/.test(words)) return null;
  const [ending = ''] = ORGANS.exec(words) ?? [];
  const rest = words
    .slice(1, words.length - ending.length)
    .replace(SEPARATORS, '')
    .replaceAll('政府', '');
  const body = ending === '街道办' ? `${rest}街道` : rest;
  if (body === '') return null;
  const levels = levelsOf(body);
  if (levels) return { body: levels.join(''), organ: ending === '管委会' ? '管委会' : '政府' };
  return { body, organ: ending === '管委会' ? '管委会' : ending === '' ? '' : '政府' };
}

/** What makes two collective names the same: 各区 and 各区人民政府, 各中心城区 and 各中心城区人民政府. */
export const collectiveKey = ({ body, organ }: Collective): string => `${body} ${organ === '管委会' ? organ : ''}`;

/** The levels that a body is made of, in a fixed order; null where it is made of other words. */
function levelsOf(body: string): string[] | null {
  const found = new Set<string>();
  let rest = body;
  while (rest !== '') {
    const level = LEVEL_ORDER.find((one) => rest.startsWith(one)) ?? (/^[街办]/.test(rest) ? '街道' : undefined);
    if (level === undefined) return null;
    found.add(level);
    rest = rest.slice(rest.startsWith(level) ? level.length : 1);
  }
  return LEVEL_ORDER.filter((level) => found.has(level));
}

/** Kinds of areas that have a committee (管委会), by the words that stand in its name. */
const AREAS = ['开发区', '高新区', '经开区', '新区', '园区', '度假区', '示范区'];

/** Whom a collective name means; empty where the directory has nobody such, or is not certain of them. */
export function membersOfCollective(
  { body, organ }: Collective,
  units: readonly UnitView[],
  place: Place,
): readonly UnitView[] {
  const ofKind = units.filter((unit) => kindOf(unit.kind) === kindOf(body));
  const levels = levelsOf(body);
  if (levels && organ !== '管委会') return units.filter((unit) => levels.includes(levelOf(unit, place) ?? ''));
  if (ofKind.length > 0) return organ === '管委会' ? ofKind.filter(isCommittee) : ofKind;
  if (body === '功能区') return units.filter(isCommittee);
  if (AREAS.includes(body)) {
    // 高新区 is no 新区.
    const inName = new RegExp(`(?<!高)${body}`);
    return units.filter((unit) => isCommittee(unit) && inName.test(`${unit.name} ${unit.officialName}`));
  }
  return [];
}

const isCommittee = ({ name, officialName }: UnitView): boolean =>
  [name, officialName].some((one) => spelling(one).endsWith('管委会'));

/** 区 for 北岭区人民政府, 街道 for 河东街道办事处; null for whoever governs no such place, the government itself among them. */
function levelOf({ name, officialName }: UnitView, place: Place): string | null {
  for (const one of [name, officialName].map(spelling)) {
    if (one.endsWith('街道办')) return '街道';
    if (!one.endsWith('政府')) continue;
    const [governed] = governedPlace(one, place);
    const level = LEVEL_ORDER.find((ending) => governed?.name.endsWith(ending));
    if (level !== undefined && governed?.name !== place.name) return level;
  }
  return null;
}
