import type { Span } from './breakdown.types';
import { isCloserAt, isOpenerAt } from './brackets';
import { CharacterSet } from './characters';
import type { AssignmentClause } from './clauses';
import { beginsWithDate } from './dates';
import { readDuty } from './duty-verbs';
import { skipBlanks, skipBlanksBack } from './folded-text';
import { readRuleAt } from './standing-rules';
import { continuesGroup, isMarkedList, isParty, startsLikeUnit } from './unit-names';

type Segments = Pick<AssignmentClause, 'segments' | 'rules'>;

const AGENTS = ['由', '请', '责成'];
const JOINT = '会同';
const LIST_MARKS = new CharacterSet('、,;。');
const NAME_MARKS = new CharacterSet('、,; ');
const OPEN_TAIL = new CharacterSet('等');
const RULE_MARKS = new CharacterSet(',;。');

/**
 * Cuts lists that say by a verb who does what: 「科技部牵头，各地区按职责分工负责，6月底前完成」. The verb goes for all that
 * stands before it back to the verb before. A list may have its date in front (6月底前由市工信局负责); 会同 sets
 * partners apart from whoever leads. Returns null unless each list begins like one of units.
 */
export function readDutySegments(folded: string, inside: Span): Segments | null {
  const segments: AssignmentClause['segments'] = [];
  const rules: Span[] = [];
  let from = inside.start;
  let piece = inside.start;
  /** The first character of the piece that is no blank: there a rule may begin. */
  let ink = skipBlanks(folded, piece, inside.end);
  const begin = (at: number): void => {
    piece = at;
    ink = skipBlanks(folded, piece, inside.end);
  };
  let depth = 0;
  let sound = true;
  const addDate = (start: number, end: number): void => {
    const last = segments.at(-1);
    if (last?.role === 'deadline') last.end = end;
    else segments.push({ role: 'deadline', start, end });
  };
  const addList = (role: AssignmentClause['segments'][number]['role'], start: number, end: number): void => {
    if (start >= end) return;
    if (!isParty(firstName(folded, start, end))) sound = false;
    segments.push({ role, start, end });
  };
  const finish = (at: number): void => {
    const start = skipBlanks(folded, from, at);
    const end = skipBlanksBack(folded, at, start);
    const duty = readDuty(folded, start, end);
    const agent = duty && agentIn(folded, start, duty.listEnd);
    // 「年内持续推进」 ends like a duty and is a time limit.
    const dated = !agent && start === skipBlanks(folded, piece, at) && beginsWithDate(folded, start, end);
    if (duty && !dated) {
      const { role, listEnd } = duty;
      let listStart = start;
      if (agent) {
        if (agent.start > start) addDate(start, skipBlanksBack(folded, agent.start, start));
        listStart = agent.end;
      }
      const joint = indexOutside(folded, JOINT, listStart, listEnd);
      if (joint < 0) addList(role, listStart, listEnd);
      else {
        const leads = readDuty(folded, listStart, joint);
        if (joint > listStart) addList('lead', listStart, leads?.listEnd ?? joint);
        segments.push({ role: 'partners', start: joint + JOINT.length, end: listEnd });
      }
    } else if (dated) addDate(start, end);
    else if (at < inside.end) return;
    else if (isMarkedList(folded.slice(start, end))) segments.push({ role: 'responsible', start, end });
    else if (start < end) segments.push({ role: 'remark', start, end });
    from = at + 1;
  };
  for (let at = inside.start; at < inside.end; at++) {
    if (isOpenerAt(folded, at)) depth++;
    else if (isCloserAt(folded, at)) depth = Math.max(0, depth - 1);
    if (depth > 0) continue;
    const rule = at === ink ? readRuleAt(folded, at, inside.end) : null;
    if (rule) {
      rules.push(rule);
      at = Math.max(at, rule.end - 1);
      from = rule.end;
      begin(rule.end);
      continue;
    }
    if (!LIST_MARKS.hasAt(folded, at)) continue;
    finish(at);
    begin(at + 1);
  }
  if (from < inside.end) finish(inside.end);
  const assigned = segments.some((segment) => segment.role !== 'deadline' && segment.role !== 'remark');
  return sound && assigned ? { segments, rules } : null;
}

/**
 * The one list of a bracket that holds names of units and nothing else (省商务厅、省财政厅，各市人民政府), with the rules
 * behind it, or null.
 */
export function readBareList(folded: string, inside: Span): Segments | null {
  const rule = firstRule(folded, inside);
  const rules = rule ? [rule] : [];
  const end = rule ? rule.start - 1 : inside.end;
  const names = folded.slice(inside.start, end).split(/[、,;]/);
  const isList = names.every((name) => name.length >= 2 && (isParty(name.trim()) || continuesGroup(name.trim())));
  const isNamed = names.some((name) => startsLikeUnit(name.trim()) && name.trim().length >= 3);
  return isList && isNamed ? { segments: [{ role: 'responsible', start: inside.start, end }], rules } : null;
}

/** The first rule behind a mark. */
function firstRule(folded: string, inside: Span): Span | null {
  for (let at = inside.start; at < inside.end; at++) {
    const rule = RULE_MARKS.hasAt(folded, at - 1) ? readRuleAt(folded, at, inside.end) : null;
    if (rule) return rule;
  }
  return null;
}

/** Whether a rule stands behind a mark in a bracket, as behind a list. */
export const holdsRule = (folded: string, inside: Span): boolean => firstRule(folded, inside) !== null;

/** The word in front of a list that says who does it (由), with nothing but a date before it. */
function agentIn(folded: string, start: number, end: number): Span | null {
  const agent = AGENTS.find((word) => folded.startsWith(word, start));
  if (agent !== undefined) return { start, end: start + agent.length };
  const at = folded.slice(start, Math.min(end, start + 24)).indexOf('由');
  return at > 0 && beginsWithDate(folded, start, start + at) ? { start: start + at, end: start + at + 1 } : null;
}

/** The first name of a list: up to the first separator outside of brackets. */
function firstName(folded: string, start: number, end: number): string {
  let depth = 0;
  for (let at = start; at < end; at++) {
    if (isOpenerAt(folded, at)) depth++;
    else if (isCloserAt(folded, at)) depth--;
    else if (depth === 0 && NAME_MARKS.hasAt(folded, at)) return folded.slice(start, at);
    // 「县教育局等配合」: the open tail is no part of the name.
    else if (depth === 0 && OPEN_TAIL.hasAt(folded, at) && isParty(folded.slice(start, at)))
      return folded.slice(start, at);
  }
  return folded.slice(start, end);
}

function indexOutside(folded: string, word: string, start: number, end: number): number {
  let depth = 0;
  for (let at = start; at < end; at++) {
    if (isOpenerAt(folded, at)) depth++;
    else if (isCloserAt(folded, at)) depth--;
    else if (depth === 0 && folded.startsWith(word, at) && at + word.length < end) return at;
  }
  return -1;
}
