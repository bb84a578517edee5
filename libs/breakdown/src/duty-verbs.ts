import { Endings } from './characters';
import type { ClauseRole } from './clause-labels';

/** How a duty is done; may stand before the verb: 按职责分工负责, 共同牵头. */
const MANNERS = [
  '按照职责分工',
  '按照各自职责分工',
  '按照各自职责',
  '按照分工',
  '按照职责',
  '按各自职责分工',
  '按职责分工',
  '按职能分工',
  '按任务分工',
  '按各自职责',
  '按职责',
  '按分工',
  '依职责分工',
  '依职责',
  '根据职责分工',
  '根据各自职责',
  '根据职责',
  '各司其职',
  '分别',
  '具体',
  '共同',
  '协同',
  '联合',
  '各自',
  '全面',
  '积极',
  '密切',
  '全力',
  '做好',
  '抓好',
  '组织',
  '统筹',
  '认真',
  '负责',
];
/** What a list of units does, at the end of it. The longest comes first within a role. */
const VERBS: readonly (readonly [ClauseRole, readonly string[]])[] = [
  [
    'lead',
    [
      '牵头负责',
      '牵头组织实施',
      '牵头组织',
      '牵头落实',
      '牵头实施',
      '牵头推进',
      '牵头抓总',
      '牵头办理',
      '为牵头单位',
      '为牵头部门',
      '为主办单位',
      '牵头',
      '主办',
    ],
  ],
  [
    'cooperating',
    [
      '为配合单位',
      '为配合部门',
      '为协办单位',
      '配合落实',
      '配合做好',
      '配合',
      '协办',
      '参与',
      '参加',
      '协助',
      '协同',
      '协作',
      '支持',
    ],
  ],
  ['supervising', ['为督导单位', '督导', '督办', '督促', '监督', '指导']],
  [
    'responsible',
    [
      '为责任单位',
      '为责任部门',
      '抓好落实',
      '负责落实',
      '负责实施',
      '负责',
      '组织实施',
      '落实',
      '实施',
      '承办',
      '推进',
      '办理',
      '执行',
    ],
  ],
];
/** The manner alone says it too: 各区、各部门按职责分工. */
const MANNERS_ALONE = new Endings(MANNERS.filter((manner) => manner.endsWith('分工')));
const MANNER_ENDINGS = new Endings(MANNERS);
const DUTIES = VERBS.map(([role, verbs]) => [role, new Endings(verbs)] as const);
const MOST_MANNERS = 3;

/** A verb of duty at the end of a list: its role, and where the list ends. */
interface Duty {
  role: ClauseRole;
  listEnd: number;
}

/** Takes words of manner off the end of a stretch. */
function withoutManners(folded: string, start: number, end: number): number {
  let stop = end;
  for (let count = 0; count < MOST_MANNERS; count++) {
    const manner = MANNER_ENDINGS.find(folded, stop, (word) => stop - word.length > start);
    if (manner === undefined) return stop;
    stop -= manner.length;
  }
  return stop;
}

/** The verb of duty that a stretch of folded text ends with, or null: 「科技部牵头」, 「各地区按职责分工负责」. */
export function readDuty(folded: string, start: number, end: number): Duty | null {
  const leavesList = (word: string): boolean => end - word.length > start;
  for (const [role, verbs] of DUTIES) {
    const verb = verbs.find(folded, end, leavesList);
    if (verb !== undefined) return { role, listEnd: withoutManners(folded, start, end - verb.length) };
  }
  const manner = MANNERS_ALONE.find(folded, end, leavesList);
  return manner === undefined ? null : { role: 'responsible', listEnd: end - manner.length };
}
