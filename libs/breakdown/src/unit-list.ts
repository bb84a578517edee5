import type { Named, Span } from './breakdown.types';
import { BRACKETS, isCloserAt, isOpenerAt } from './brackets';
import { Beginnings, CharacterSet } from './characters';
import { fold, skipBlanks, skipBlanksBack } from './folded-text';
import {
  cleanName,
  continuesGroup,
  endsGroup,
  isBareLevel,
  isBarePlace,
  isFirmUnit,
  isGroup,
  isOpenGroup,
  isZone,
  looksLikeUnit,
  sharedEnding,
  startsLikeUnit,
} from './unit-names';

/** One unit of a list and where it stands in it. `group` counts the groups that commas make, from 0; `leads` is true where it is marked so. */
export interface ListedUnit extends Named {
  group: number;
  leads: boolean;
}

/** A list of units, and its open tail (等相关部门) as written. */
interface UnitList {
  units: ListedUnit[];
  openEnded: string | null;
}

interface Piece extends Span {
  text: string;
  folded: string;
  /** Whether 、 or a word such as 和 stands before it, and not a comma: only such pieces abbreviate each other. */
  close: boolean;
  group: number;
  /** Whether an open tail was taken off its end, so that nothing carries it on. */
  ended?: boolean;
}

const SEPARATORS = new CharacterSet('、,;。|');
const CLOSE_SEPARATORS = new CharacterSet('、/');
const SLASH = new CharacterSet('/');
/** What tells where a list is cut. */
const TELLING = new CharacterSet(`${BRACKETS}、,;。|/`);
const BLANKS = new CharacterSet(' \n');
const JOIN_WORDS = ['以及', '会同', '及', '和', '与', '暨'];
const JOINS = new Beginnings(JOIN_WORDS);
const MAY_JOIN = new CharacterSet([...BRACKETS, ...JOIN_WORDS]);
/** A piece longer than this is no name but prose, and is not searched for joins. */
const LONGEST_NAME = 120;
const VERBS = new RegExp(
  '(?:(?:按照|按|依|根据)(?:各自|部门)?(?:的)?(?:职责|职能|权限|任务)?(?:分工|范围)?)?(?:分别|具体|共同|协同|联合|各自|牵头|组织|抓好|认真|全面)?(?:负责|落实|实施|推进|配合|执行|参与|协助|牵头)(?:落实|实施|推进)?$|(?:按照|按|依)(?:各自|部门)?(?:职责|职能)(?:分工)?$',
);
const ENDS_VERBS = new CharacterSet('责实施进合行与助头工能');
const LONGEST_VERBS = 20;
const TAIL =
  /^等(?:\d{1,3}个?|[一二三四五六七八九十]{1,3}个?)?(?:国务院|中央|市级|省级|县级|区级|市直|省直|县直|区直|市|省|县|区|其他|其它|各)?(?:相关|有关|涉及|成员|责任|职能|主管|行业)?(?:部门|单位|机构|地区|企业|方面|委办局|部委|街镇|乡镇|区县|高校|院校)?(?:(?:和|及|、|与)(?:有关|相关)?(?:单位|部门|地区|地方|企业|机构|人员))?$/;
const LONGEST_TAIL = 24;
/** Words that hold the character 等 without ending a list. */
const NOT_TAILS = ['高等', '平等', '同等', '中等', '初等', '均等', '优等'];
const NOTHING: ReadonlySet<string> = new Set(['', '无', '暂无', '/', '-', '—', '——', '略']);
const LONGEST_GROUP = 20;
const TWIN = /^([市县区州省旗镇乡])(委|党委)$/;

/** The pieces between separators outside of brackets. */
function cut(text: string, folded: string): Piece[] {
  const pieces: Piece[] = [];
  let depth = 0;
  let from = 0;
  let close = false;
  let group = 0;
  const add = (to: number): void => {
    const start = skipBlanks(folded, from, to);
    const end = skipBlanksBack(folded, to, start);
    if (start < end)
      pieces.push({ start, end, text: text.slice(start, end), folded: folded.slice(start, end), close, group });
  };
  for (let at = TELLING.next(folded, 0); at >= 0; at = TELLING.next(folded, at + 1)) {
    if (isOpenerAt(folded, at)) depth++;
    else if (isCloserAt(folded, at)) depth = Math.max(0, depth - 1);
    const isSlash =
      SLASH.hasAt(folded, at) && looksLikeUnit(folded.slice(Math.max(from, at - LONGEST_NAME), at).trim());
    if (depth > 0 || !(isSlash || SEPARATORS.hasAt(folded, at))) continue;
    add(at);
    from = at + 1;
    close = CLOSE_SEPARATORS.hasAt(folded, at);
    if (!close) group++;
  }
  add(folded.length);
  return pieces;
}

const part = ({ start: from, text, folded, group }: Piece, start: number, end: number, close: boolean): Piece => ({
  start: from + start,
  end: from + end,
  text: text.slice(start, end),
  folded: folded.slice(start, end),
  close,
  group,
});

/** Where blanks part units (市发改委 市财政局) and do not just space a name out. */
function cutAtBlanks(piece: Piece): Piece[] {
  if (piece.folded.length > LONGEST_NAME * 4 || BLANKS.next(piece.folded, 0) < 0) return [piece];
  const parts: Piece[] = [];
  for (const match of piece.folded.matchAll(/[^ \n]+/g))
    parts.push(part(piece, match.index, match.index + match[0].length, parts.length > 0 || piece.close));
  // Only the last may be a group that goes on behind the next mark (各区人民政府 各市、州、县…): before a blank it is one name.
  const isName = ({ folded }: Piece, index: number): boolean =>
    (folded.length >= 3 && looksLikeUnit(folded)) || (index === parts.length - 1 && isOpenGroup(folded));
  return parts.length > 1 && parts.every(isName) ? parts : [piece];
}

/** Puts together a group that has 、 inside its name: 各市 + 州 + 县人民政府, 中央 + 省驻市单位. */
function joinGroups(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  let open = false;
  let level = false;
  for (const piece of pieces) {
    const last = joined[joined.length - 1];
    if (last && !last.ended && piece.close && (level || (open && continuesGroup(piece.folded)))) {
      last.text += `、${piece.text}`;
      last.folded += `、${piece.folded}`;
      last.end = piece.end;
      last.ended = piece.ended;
      open = !endsGroup(piece.folded);
    } else {
      joined.push({ ...piece });
      open = isOpenGroup(piece.folded);
    }
    level = isBareLevel(piece.folded);
  }
  return joined;
}

/** What stands before the next word that joins, if that cannot be part of a name: 单位 in 「…部门和单位及各地区」. */
function upToJoin(name: string): string {
  const at = JOIN_WORDS.reduce((first, word) => {
    const found = name.indexOf(word);
    return found < 0 || (first >= 0 && first < found) ? first : found;
  }, -1);
  return at < 0 || at > 2 ? name : name.slice(0, at);
}

/** Cuts 「银保监会及各地区」 in two and leaves 市住房和城市更新局 whole: both sides of the join must be units. */
function cutAtJoins(piece: Piece): Piece[] {
  if (piece.folded.length > LONGEST_NAME) return [piece];
  const parts: Piece[] = [];
  let from = 0;
  let depth = 0;
  for (let at = MAY_JOIN.next(piece.folded, 0); at >= 0; at = MAY_JOIN.next(piece.folded, at + 1)) {
    if (isOpenerAt(piece.folded, at)) depth++;
    else if (isCloserAt(piece.folded, at)) depth = Math.max(0, depth - 1);
    if (depth > 0) continue;
    const join = JOINS.find(piece.folded, at);
    if (join === undefined) continue;
    const left = piece.folded.slice(from, at);
    const right = piece.folded.slice(at + join.length);
    const leftIsUnit = isFirmUnit(left) || (isGroup(left) && looksLikeUnit(left));
    const next = upToJoin(right);
    const rightIsUnit =
      isOpenGroup(right) ||
      (next.length >= 3 && right.length >= 3 && (isGroup(right) || startsLikeUnit(right) || looksLikeUnit(right)));
    if (!leftIsUnit || !rightIsUnit) continue;
    parts.push(part(piece, from, at, from > 0 || piece.close));
    from = at + join.length;
    at = from - 1;
  }
  if (from === 0) return [piece];
  parts.push(part(piece, from, piece.folded.length, true));
  return parts;
}

/** Takes the verbs off the end: 按职责分工负责, 具体负责. */
function withoutVerbs(piece: Piece): Piece {
  if (!ENDS_VERBS.hasAt(piece.folded, piece.folded.length - 1)) return piece;
  const from = Math.max(0, piece.folded.length - LONGEST_VERBS);
  const match = VERBS.exec(piece.folded.slice(from));
  return match ? part(piece, 0, from + match.index, piece.close) : piece;
}

/** Takes an open tail off the end and returns it as written. */
function withoutTail(piece: Piece): { piece: Piece; tail: string | null } {
  const at = piece.folded.lastIndexOf('等');
  if (
    at < 0 ||
    piece.folded.length - at > LONGEST_TAIL ||
    NOT_TAILS.includes(piece.folded.slice(at - 1, at + 1)) ||
    !TAIL.test(piece.folded.slice(at))
  )
    return { piece, tail: null };
  return { piece: { ...part(piece, 0, at, piece.close), ended: true }, tail: piece.text.slice(at) };
}

/** The government beside the party committee of a group: 各乡镇党委、政府, 各县（区）委、县（区）政府. */
function ofSameGroup(before: string, name: string): string {
  const group = /^(各.{1,12}?)(?:党委|党工委|委)$/.exec(before.slice(0, LONGEST_GROUP));
  if (!group?.[1]) return name;
  if (/^(?:人民)?政府$/.test(name)) return group[1] + name;
  return continuesGroup(fold(name)) && endsGroup(fold(name)) ? `各${name}` : name;
}

/** Whether a name of the same kind as one of `level` is written without its organ: 云溪高新区 before 经开区管委会. */
function lacksOrgan(name: string, level: string): boolean {
  const own = isGroup(name) || continuesGroup(name) ? null : sharedEnding(fold(name));
  return own?.organ === '' && (isZone(own.level) || !isZone(level));
}

/** Completes an abbreviated list from its last name: 青山、白水区人民政府, 青山州、白水市人民政府, 青山县委、县政府. */
function complete(names: string[], pieces: readonly Piece[]): void {
  for (let at = pieces.length - 2; at >= 0; at--) {
    const next = names[at + 1] ?? '';
    const name = names[at] ?? '';
    if (pieces[at + 1]?.close !== true || name === '') continue;
    const shared = sharedEnding(fold(next));
    if (shared === null) continue;
    if (isBarePlace(fold(name))) names[at] = name + shared.level + shared.organ;
    else if (shared.organ !== '' && lacksOrgan(name, shared.level)) names[at] = name + shared.organ;
  }
  for (let at = 1; at < pieces.length; at++) {
    const before = names[at - 1] ?? '';
    const organ = /^([市县区州省旗镇乡])(?:人民)?政府$/.exec(names[at] ?? '');
    const twin = organ && pieces[at]?.close ? TWIN.exec(before.slice(before.lastIndexOf(organ[1] ?? ''))) : null;
    const place = twin ? before.slice(0, before.length - twin[0].length) : '';
    if (place.length >= 2) names[at] = place + names[at];
    else if (pieces[at]?.close) names[at] = ofSameGroup(before, names[at] ?? '');
  }
}

/**
 * The units of a list as they are written, one each. Names of groups with 、 inside stay whole, joins (及, 和, 会同) are cut
 * only between units, verbs and asides are dropped, an open tail is set apart, an abbreviated list is completed.
 */
export function readUnitList(text: string, folded = fold(text)): UnitList {
  let openEnded: string | null = null;
  const written: Piece[] = [];
  for (const piece of cut(text, folded))
    for (const word of cutAtBlanks(piece))
      for (const one of cutAtJoins(withoutVerbs(word))) {
        const { piece: kept, tail } = withoutTail(one);
        openEnded ??= tail;
        written.push(kept);
      }
  const pieces = joinGroups(written);
  const cleaned = pieces.map((piece) => cleanName(piece.text));
  const names = cleaned.map((one) => one.name);
  complete(names, pieces);
  const units: ListedUnit[] = [];
  names.forEach((name, index) => {
    const { start = 0, end = 0, group = 0 } = pieces[index] ?? {};
    if (!NOTHING.has(name)) units.push({ name, start, end, group, leads: cleaned[index]?.leads ?? false });
  });
  return { units, openEnded };
}
