import type { AssignmentClause, ClauseReader } from './clauses';
import { endOfLine, skipBlanks, skipBlanksBack } from './folded-text';
import { readClauseLabel } from './clause-labels';
import { readDutySegments } from './duty-segments';
import { isPersonName } from './leader-names';
import { readOrdinal } from './ordinals';
import { continuesGroup, isFirmUnit, isGroup, isParty, startsLikeUnit } from './unit-names';

const LONGEST_LIST = 120;
const LONGEST_GAP = 8;

const names = (list: string): string[] => list.split(/[、,;]|(?<=[局委办厅部会府])(?:和|及|与)(?=[市县区省州各])/);
const isSure = (name: string): boolean =>
  isGroup(name) || (name.length >= 3 && (isFirmUnit(name) || startsLikeUnit(name)));
/** Whether a list names units and nothing else, one of them beyond doubt. */
const isUnitList = (list: readonly string[]): boolean =>
  list.every((name, index) => isParty(name) || (index > 0 && continuesGroup(name))) && list.some(isSure);
/** 「县水利局牵头，各乡镇配合：」 */
const hasDutyVerb = (list: string): boolean => /(?:牵头|负责|配合|协助|参与)(?:[、,;]|$)/.test(list);
/** Headings over units of one kind: 县直部门, 成员单位. */
const isKind = (name: string): boolean => !isGroup(name) && /(?:部门|单位|机构|企业)$/.test(name);
/** 「市水务局：李四光」 tells who sat there. */
const isAttendance = (words: string): boolean => {
  const list = words.trim().split(/[、, ]+/);
  return words.length <= LONGEST_LIST && list.length > 0 && list.every(isPersonName);
};

/** Whether something stands on the same line before `start`: then that is the label of an item. */
function isBehindLabel(folded: string, start: number): boolean {
  const before = skipBlanksBack(folded, start, Math.max(0, start - LONGEST_GAP));
  return before > 0 && !folded.slice(before, start).includes('\n') && folded[before - 1] !== '\n';
}

/**
 * The clauses of family H: a line, behind its label if it has one, begins with units and a colon (or a full stop), and goes
 * on with their duties: 「11.县应急局：指导协调…」.
 */
export const readUnitFirstClauses: ClauseReader = (folded, range) => {
  const clauses: AssignmentClause[] = [];
  for (let from = range.start; from < range.end;) {
    const to = endOfLine(folded, from, range.end);
    const line = skipBlanks(folded, from, to);
    const start = readOrdinal(folded, line, to)?.end ?? line;
    const search = folded.slice(start, Math.min(to, start + LONGEST_LIST)).search(/[:。]/);
    // 「1.县林业局」 with its duties in the lines below.
    const isAlone = search < 0 && (start > line || isBehindLabel(folded, start)) && to - start < LONGEST_LIST;
    const found = isAlone ? skipBlanksBack(folded, to, start) - start : search;
    const colon = start + found;
    if (found > 0 && readClauseLabel(folded, start, to) === null) {
      const end = skipBlanksBack(folded, colon, start);
      const list = folded.slice(start, end);
      const units = /[。!?“”]/.test(list) ? [] : names(list).map((name) => name.trim());
      // 「各区人民政府，市直各单位：」 without a number is whom a notice is sent to.
      const addressed =
        !isBehindLabel(folded, start) &&
        (folded[colon] === '。' || skipBlanks(folded, colon + 1, to) === to || units.some(isGroup));
      const assigns = isAlone
        ? !units.some(isKind)
        : !addressed && !isAttendance(folded.slice(colon + 1, Math.min(to, colon + 1 + LONGEST_LIST)));
      const segments = hasDutyVerb(list)
        ? (readDutySegments(folded, { start, end })?.segments ?? null)
        : units.length > 0 && isUnitList(units)
          ? [{ role: 'responsible' as const, start, end }]
          : null;
      if (segments && assigns)
        clauses.push({
          start,
          end: isAlone ? colon : colon + 1,
          closed: true,
          stretchFrom: range.start,
          position: 'before',
          segments,
          rules: [],
        });
    }
    from = to + 1;
  }
  return clauses;
};
