import type { AssignmentClause, ClauseReader } from './clauses';
import { readDuty } from './duty-verbs';
import { isHan, skipBlanks } from './folded-text';
import { continuesGroup, isFirmUnit, isGroup, isOpenGroup, isParty, startsLikeUnit, unitAtStart } from './unit-names';

type Segment = AssignmentClause['segments'][number];

const AGENTS = [
  '由',
  '请',
  '责成',
  '明确由',
  '同意由',
  '决定由',
  '原则同意由',
  '会议决定由',
  '会议明确由',
  '会议要求由',
];
/** What a list of units does, in the middle of a sentence; the longest first. */
const VERBS: readonly (readonly [Segment['role'], string])[] = [
  ['lead', '牵头负责'],
  ['lead', '牵头'],
  ['lead', '主办'],
  ['responsible', '具体负责'],
  ['responsible', '分别负责'],
  ['responsible', '负责'],
  ['cooperating', '配合'],
  ['cooperating', '协助'],
  ['cooperating', '参与'],
];
/** Verbs that say it only behind 由: 由市住建局研究制定…. */
const AGENT_VERBS: typeof VERBS = [
  ...VERBS,
  ...(['研究', '制定', '办理', '承办', '组织实施', '组织开展', '落实'] as const).map(
    (word) => ['responsible', word] as const,
  ),
];
/** 「请各区政府于4月20日前报送」: the date behind the list is as good as a verb. */
const BEFORE_DATE = /^于(?:\d|今年|本月|每)/;
/** What shows that such a word is part of a name: 政策研究室. */
const IN_NAME = '室院所中局部';
/** 「市住建局要牵头」 */
const MODAL = /[要应须需]$/;
const JOINT = '会同';
const LONGEST_LIST = 120;
const LONGEST_PARTNER = 24;
const MOST_LISTS = 6;
const ENDS_SENTENCE = '。;!?\n';
const STARTS_CLAUSE = `${ENDS_SENTENCE},: )`;

const namesOf = (list: string): string[] =>
  list.split(/[、,]|(?<=[局委办厅部会府司])(?:和|及|与)/).map((name) => name.trim());
/** Whether the names are those of parties; a group may have been cut at the 、 inside it (各市、州、县人民政府). */
const areParties = (names: readonly string[], isSure: (name: string) => boolean): boolean =>
  names.every((name, index) => (isParty(name) && isSure(name)) || (index > 0 && continuesGroup(name)));
const isList = (list: string): boolean => areParties(namesOf(list), () => true);
/** Words that a sentence of policy begins with: 坚持党委牵头. */
const POLICY = /^(?:坚持|完善|健全|建立|强化|构建|形成|实行|落实|推动|加强|按照|建设|发挥|明确|推进)/;
const isSureList = (list: string): boolean =>
  !POLICY.test(list) &&
  areParties(namesOf(list), (name) => isOpenGroup(name) || (name.length >= 3 && (isGroup(name) || isFirmUnit(name)))) &&
  namesOf(list).some((name) => startsLikeUnit(name) || name.length >= 4);

/** The list and the verb behind it, at `at`; the list must be of units, and for sure where no 由 stands before it. */
function readList(folded: string, at: number, end: number, sure: boolean): { segment: Segment; end: number } | null {
  if (!isHan(folded[at])) return null;
  const stop = Math.min(end, at + LONGEST_LIST);
  for (let next = at + 2; next < stop; next++) {
    if (ENDS_SENTENCE.includes(folded[next] ?? '')) return null;
    const joint = folded.startsWith(JOINT, next);
    const verb = joint
      ? undefined
      : (sure ? VERBS : AGENT_VERBS).find(
          ([, word]) => folded.startsWith(word, next) && !IN_NAME.includes(folded[next + word.length] ?? '.'),
        );
    const dated = !sure && BEFORE_DATE.test(folded.slice(next, next + 3));
    if (!joint && !verb && !dated) continue;
    const duty = readDuty(folded, at, next + (verb?.[1].length ?? 0));
    const written = folded.slice(at, joint ? next : (duty?.listEnd ?? next));
    const list = written.replace(MODAL, '');
    const listEnd = at + list.length;
    if (!(sure ? isSureList(list) : isList(list))) return null;
    return {
      segment: { role: joint ? 'lead' : (verb?.[0] ?? 'responsible'), start: at, end: listEnd },
      end: joint ? next : next + (verb?.[1].length ?? 0),
    };
  }
  return null;
}

/** The units right behind 由, whatever they are to do: 「由县住建局根据会议意见修改」. */
function readAgents(folded: string, at: number, end: number): ReturnType<typeof readList> {
  const list = readNames(folded, at, end);
  return list > at && isSureList(folded.slice(at, list))
    ? { segment: { role: 'responsible', start: at, end: list }, end: list }
    : null;
}

/** The partners behind 会同: names up to the first word that is no part of one. */
function readPartners(folded: string, at: number, end: number): Segment | null {
  const stop = readNames(folded, at, end);
  return stop > at ? { role: 'partners', start: at, end: stop } : null;
}

/** The end of the names of units that stand at `at`, joined by 、 or 和; `at` if there is none. */
function readNames(folded: string, at: number, end: number): number {
  let stop = at;
  for (let next = at; ; next = stop + 1) {
    const unit = unitAtStart(folded.slice(next, Math.min(end, next + LONGEST_PARTNER)));
    if (unit === 0) break;
    stop = next + unit;
    if (!'、和及与'.includes(folded[stop] ?? '.')) break;
  }
  return stop;
}

/** The lists that one sentence begins at `at`: X牵头, then 会同Y, then Y配合 behind commas. */
function readLists(
  folded: string,
  at: number,
  end: number,
  sure: boolean,
): { segments: Segment[]; end: number } | null {
  const first = readList(folded, at, end, sure) ?? (sure ? null : readAgents(folded, at, end));
  if (!first) return null;
  const segments = [first.segment];
  let stop = first.end;
  for (let count = 1; count < MOST_LISTS; count++) {
    if (folded[stop] === ',' && folded.startsWith(JOINT, stop + 1)) stop++;
    const partners = folded.startsWith(JOINT, stop) ? readPartners(folded, stop + JOINT.length, end) : null;
    if (partners) {
      segments.push(partners);
      stop = partners.end;
      continue;
    }
    if (!',、'.includes(folded[stop] ?? '.')) break;
    const next = readList(folded, skipBlanks(folded, stop + 1, end), end, true);
    if (!next) break;
    segments.push(next.segment);
    stop = next.end;
  }
  return { segments, end: stop };
}

/**
 * The clauses that are part of a sentence: families I and P, 「由X牵头，Y配合，于6月底前…」, 「X会同Y…」. They stay in the words
 * of the task. Without 由 in front the names must be units beyond doubt.
 */
export const readProseClauses: ClauseReader = (folded, range) => {
  const clauses: AssignmentClause[] = [];
  for (let at = range.start; at < range.end; at++) {
    if (at > range.start && !STARTS_CLAUSE.includes(folded[at - 1] ?? '')) continue;
    const agent = AGENTS.find((word) => folded.startsWith(word, at));
    const found = readLists(folded, at + (agent?.length ?? 0), range.end, agent === undefined);
    if (!found || (agent === undefined && found.segments[0]?.role === 'cooperating' && clauses.length === 0)) continue;
    clauses.push({
      start: at,
      end: found.end,
      closed: true,
      stretchFrom: range.start,
      position: 'within',
      segments: found.segments,
      rules: [],
    });
    at = found.end - 1;
  }
  return clauses;
};
