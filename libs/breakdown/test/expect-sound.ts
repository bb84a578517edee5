import type { DraftTask } from '../src/breakdown.types';
import { fold, isBlank } from '../src/folded-text';
import { readBreakdown } from '../src/read-breakdown';
import { expectMarked } from './expect-marked';

const squeeze = (words: string): string => [...fold(words)].filter((character) => !isBlank(character)).join('');

/** What neither a task nor `leftOut` covers must be made of the title and the headings. */
function unaccounted(source: string): string[] {
  const { title, tasks, leftOut } = readBreakdown(source);
  const known = [...new Set([title ?? '', ...tasks.flatMap((task) => task.path)].map(squeeze))]
    .filter((words) => words !== '')
    .sort((one, other) => other.length - one.length);
  const spans = [...tasks.map((task) => task.source), ...leftOut].sort((one, other) => one.start - other.start);
  const gaps: string[] = [];
  let from = 0;
  for (const span of spans) {
    gaps.push(source.slice(from, Math.max(from, span.start)));
    from = Math.max(from, span.end);
  }
  gaps.push(source.slice(from));
  return gaps.map(squeeze).filter((gap) => {
    let rest = gap;
    for (
      let next = known.find((words) => rest.startsWith(words));
      next !== undefined && rest !== '';
      next = known.find((words) => rest.startsWith(words))
    )
      rest = rest.slice(next.length);
    return rest !== '';
  });
}

function checkTask(task: DraftTask, within: { start: number; end: number }): void {
  expect(task.source.start).toBeGreaterThanOrEqual(within.start);
  expect(task.source.end).toBeLessThanOrEqual(within.end);
  expect(task.source.start).toBeLessThanOrEqual(task.source.end);
  for (const names of [task.lead, task.responsible, task.cooperating, task.supervising, task.leaders]) {
    expect(new Set(names).size).toBe(names.length);
    expect(names.every((name) => name.trim() !== '')).toBe(true);
  }
  for (const date of [...task.milestones, ...(task.deadline ? [task.deadline] : [])])
    if (date.due !== null) expect(date.due).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  for (const target of task.targets) expect(Number.isFinite(target.value) && target.unit !== '').toBe(true);
  for (const part of task.subtasks) checkTask(part, task.source);
}

/**
 * That a reading of any text is sound: spans lie within the text and each other, names are no blanks, dates are dates, and
 * every character that is no blank stands in a task, a heading, the title or what was left out.
 */
export function expectSound(source: string): void {
  const breakdown = readBreakdown(source);
  for (const task of breakdown.tasks) {
    checkTask(task, { start: 0, end: source.length });
    expectMarked(source, task);
  }
  let from = 0;
  for (const span of breakdown.leftOut) {
    expect(span.start).toBeGreaterThanOrEqual(from);
    expect(span.end).toBeGreaterThan(span.start);
    from = span.end;
  }
  expect(from).toBeLessThanOrEqual(source.length);
  const lines = source.split(/\r\n|[\n\r\u0085\u2028\u2029\v\f]/).length;
  for (const warning of breakdown.warnings) expect(warning.line >= 1 && warning.line <= lines).toBe(true);
  expect(unaccounted(source)).toEqual([]);
}
