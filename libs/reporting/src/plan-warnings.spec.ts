import type { TaskSnapshot } from '@duban/tasks';
import { placeWarnings } from './plan-warnings';

type Placed = TaskSnapshot & { subtasks: Placed[] };

const TEXT = '标题\n一、修路。\n二、建桥。三、种树。\n以下均需各区政府落实。\n四、清淤。\n';

function task(id: string, number: string | null, words: string, more: Partial<Placed> = {}): Placed {
  const start = TEXT.indexOf(words);
  return {
    id,
    planId: 'p',
    sourceRevisionId: null,
    parentId: null,
    number,
    position: 0,
    path: [],
    content: words,
    lead: [],
    responsible: [],
    cooperating: [],
    supervising: [],
    openEnded: null,
    leaders: [],
    leadInferred: true,
    deadline: null,
    dueOn: null,
    milestones: [],
    targets: [],
    source: { start, end: start + words.length },
    state: null,
    version: 1,
    subtasks: [],
    ...more,
  };
}
const road = task('a', '一', '一、修路。', { responsible: ['市住建局'] });
const bridge = task('b', '二', '二、建桥。');
const trees = task('c', '三', '三、种树。', { responsible: ['市园林局'] });
const river = task('d', '四', '四、清淤。', { lead: ['各区政府'], leadInferred: false });
const ALL = [road, bridge, trees, river];
const placed = (code: string, line: number, message: string, tasks: Placed[] = ALL) =>
  placeWarnings([{ code, line, message }], TEXT, tasks)[0]!;

describe('placeWarnings', () => {
  it.each<[string, number, string, string | null]>([
    ['lead_inferred', 2, 'Task 一 names no lead; its responsible units will lead.', 'a'],
    ['no_units', 3, 'Task 二 names no unit.', 'b'],
    ['unclosed_bracket', 2, 'The bracket around the units is not closed.', 'a'],
    ['unclosed_bracket', 3, 'The bracket of one of two tasks on the line is not closed.', null],
    ['number_gap', 1, 'Number 3 comes right after number 1.', null],
    ['unclosed_bracket', 99, 'Behind the end.', null],
  ])('puts %s of line %i at its task', (code, line, message, taskId) => {
    const warning = placed(code, line, message);
    expect(warning).toMatchObject({ code, line, message, taskId, settled: false, offer: null });
  });

  it('settles what an edit has settled, and what it was about is gone', () => {
    const named = { ...bridge, responsible: ['市公路局'] };
    expect(placed('no_units', 3, 'Task 二 names no unit.', [road, named, trees])).toMatchObject({ settled: true });
    const confirmed = { ...road, lead: ['市住建局'], leadInferred: false };
    const inferred = ['lead_inferred', 2, 'Task 一 names no lead.'] as const;
    expect(placed(...inferred, [confirmed])).toMatchObject({ settled: true });
    expect(placed(...inferred, [trees])).toMatchObject({ taskId: null, settled: true });
    expect(placed('unclosed_bracket', 2, 'Not closed.', [trees])).toMatchObject({ taskId: null, settled: false });
  });

  it('is settled for a parent when all of its parts are, and for pieces of a task when all of them are', () => {
    const part = { ...road, id: 'e', parentId: 'a', responsible: [] };
    const parent = (...subtasks: Placed[]): Placed => ({ ...road, responsible: [], subtasks });
    const unnamed = ['no_units', 2, 'Task 一 names no unit.'] as const;
    const given = { ...part, responsible: ['市住建局'] };
    expect(placed(...unnamed, [parent(part, given)])).toMatchObject({ settled: false });
    expect(placed(...unnamed, [parent(given, given)])).toMatchObject({ settled: true });
    const piece = { ...road, id: 'f', number: null, leadInferred: false };
    const inferred = ['lead_inferred', 2, 'Task 一 names no lead.'] as const;
    expect(placed(...inferred, [road, piece])).toMatchObject({ taskId: 'a', settled: false });
    expect(placed(...inferred, [{ ...road, leadInferred: false }, piece])).toMatchObject({ settled: true });
  });

  it('offers what a rule about all later tasks says, until all of them have it', () => {
    const rule = ['standing_units', 4, 'Units are added to every later task: 以下均需各区政府落实'] as const;
    const offer = { units: ['各区政府'], role: 'responsible', from: 'd' };
    expect(placed(...rule)).toMatchObject({ taskId: null, settled: true, offer });
    const bare = { ...river, lead: [] };
    expect(placed(...rule, [road, bare])).toMatchObject({ settled: false, offer });
    expect(placed(...rule, [road])).toMatchObject({ settled: false, offer: null });
    const inside = ['standing_units', 2, '以下均需市财政局配合'] as const;
    expect(placed(...inside)).toMatchObject({ taskId: 'a', offer: { from: 'a', role: 'cooperating' } });
    expect(placed('standing_units', 4, '以下同。')).toMatchObject({ settled: false, offer: null });
  });
});
