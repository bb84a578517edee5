import type { Named, Span } from './breakdown.types';
import type { AssignmentClause } from './clauses';
import { readDutySegments } from './duty-segments';
import type { Layout } from './layout';
import { locateNames, readLeaderNames } from './leader-names';
import type { StandingRule } from './standing-rules';
import { isUnnamed } from './unit-names';
import { readUnitList, type ListedUnit } from './unit-list';

/** Who does what in one clause, where each name stands in the text, and where its deadline field does if it has one. */
export interface Assignment {
  lead: Named[];
  responsible: Named[];
  cooperating: Named[];
  supervising: Named[];
  /** Names without titles. */
  leaders: Named[];
  openEnded: string | null;
  deadline: Span | null;
}

/** Verbs at the end of a list that give it another role than its label. */
const TELLS_ROLES = /(?:牵头(?:负责)?|配合|协助|参与)(?:[,;。]|$)/;

type UnitRole = 'lead' | 'responsible' | 'cooperating' | 'supervising';

/** Applies a rule of the text to responsible units when no label or mark says who leads. */
function leadersByRule(
  units: readonly ListedUnit[],
  rule: StandingRule | null,
): (unit: ListedUnit, index: number) => boolean {
  if (rule === 'first_listed_leads') return (_unit, index) => index === 0;
  if (rule === 'first_group_leads') return (unit) => unit.group === (units[0]?.group ?? 0);
  return () => false;
}

type Segment = AssignmentClause['segments'][number];

/** The lists of 「责任单位：市水务局牵头，市财政局配合」, where verbs say more than the label; else the segment itself. */
function dutiesIn(folded: string, segment: Segment): readonly Segment[] {
  if (segment.role !== 'responsible') return [segment];
  const words = folded.slice(segment.start, segment.end);
  const duties = TELLS_ROLES.test(words) ? readDutySegments(words, { start: 0, end: words.length }) : null;
  if (!duties || duties.segments.every(({ role }) => role === 'responsible')) return [segment];
  return duties.segments.map((one) => ({
    ...one,
    role: one.role === 'remark' ? segment.role : one.role,
    start: segment.start + one.start,
    end: segment.start + one.end,
  }));
}

/**
 * The roles of one clause. The lead is whom the text makes lead: by a label (牵头单位), by a mark at the name (（牵头）), or
 * by `rule`, stated once for the whole text, where neither does. Otherwise `lead` stays empty.
 */
export function resolveRoles(
  { text, folded }: Pick<Layout, 'text' | 'folded'>,
  clause: AssignmentClause,
  rule: StandingRule | null,
): Assignment {
  const roles: Record<UnitRole, ListedUnit[]> = { lead: [], responsible: [], cooperating: [], supervising: [] };
  const leaders: Named[] = [];
  let openEnded: string | null = null;
  let deadline: Span | null = null;
  for (const segment of clause.segments.flatMap((one) => dutiesIn(folded, one))) {
    const words = text.slice(segment.start, segment.end);
    const foldedWords = folded.slice(segment.start, segment.end);
    if (segment.role === 'leaders')
      for (const named of locateNames(words, readLeaderNames(words)))
        leaders.push({ name: named.name, start: segment.start + named.start, end: segment.start + named.end });
    else if (segment.role === 'deadline') deadline ??= words === '' ? null : { start: segment.start, end: segment.end };
    else if (segment.role === 'partners' && isUnnamed(foldedWords)) openEnded ??= words;
    else if (segment.role !== 'other' && segment.role !== 'remark' && segment.role !== 'measures') {
      const list = readUnitList(words, foldedWords);
      openEnded ??= list.openEnded;
      const role = segment.role === 'partners' ? 'responsible' : segment.role;
      for (const { name, start, end, group, leads } of list.units)
        roles[role].push({ name, start: segment.start + start, end: segment.start + end, group, leads });
    }
  }
  for (const role of ['responsible', 'cooperating'] as const) {
    if (!roles[role].some(({ leads }) => leads)) continue;
    roles.lead.push(...roles[role].filter(({ leads }) => leads));
    roles[role] = roles[role].filter(({ leads }) => !leads);
  }
  if (roles.lead.length === 0 && rule !== null) {
    const leads = leadersByRule(roles.responsible, rule);
    roles.lead = roles.responsible.filter(leads);
    roles.responsible = roles.responsible.filter((unit, index) => !leads(unit, index));
  }
  return {
    lead: distinct(roles.lead),
    responsible: distinct(roles.responsible),
    cooperating: distinct(roles.cooperating),
    supervising: distinct(roles.supervising),
    leaders: distinct(leaders),
    openEnded,
    deadline,
  };
}

/** Each name once, where it stands first. */
function distinct(named: readonly Named[]): Named[] {
  const seen = new Set<string>();
  const first: Named[] = [];
  for (const { name, start, end } of named) {
    if (!seen.has(name)) first.push({ name, start, end });
    seen.add(name);
  }
  return first;
}
