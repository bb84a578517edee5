import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DraftTask, Target } from './breakdown.types';
import { readBreakdown } from './read-breakdown';

interface Answer {
  title: string;
  documentNumber: string;
  tasks: number;
  leads: Record<string, string[]>;
  responsible: Record<string, string[]>;
  nested: Record<string, { content: string; leads: string[]; responsible: string[] }[]>;
  openEnded: Record<string, string>;
  deadlines: Record<string, string>;
  milestones: Record<string, string[]>;
  targets: Record<string, Omit<Target, 'text'>[]>;
}

const YEAR = 2023;
const folder = join(__dirname, '../../../apps/cli/sample');
const answer = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Answer;
const plan = readBreakdown(readFileSync(join(folder, 'plan.txt'), 'utf8').replaceAll('{{year}}', String(YEAR)));

/** One entry a task for which `pick` finds something. */
function byNumber<T>(pick: (task: DraftTask) => T | null): Record<string, T> {
  const found: Record<string, T> = {};
  for (const task of plan.tasks) {
    const value = pick(task);
    if (value !== null) found[task.number ?? ''] = value;
  }
  return found;
}
const filled = <T>(list: T[]): T[] | null => (list.length > 0 ? list : null);

describe('the sample plan of the command line', () => {
  it('has its title, number and tasks', () => {
    expect([plan.title, plan.documentNumber, plan.tasks.length]).toEqual([
      answer.title,
      answer.documentNumber,
      answer.tasks,
    ]);
  });
  it('names the leads', () => expect(byNumber((task) => task.lead)).toEqual(answer.leads));
  it('names the responsible units', () =>
    expect(byNumber((task) => (task.subtasks.length > 0 ? null : task.responsible))).toEqual(
      Object.fromEntries(Object.entries(answer.responsible).filter(([number]) => answer.nested[number] === undefined)),
    ));
  it('has parts in one task', () =>
    expect(
      byNumber((task) =>
        filled(task.subtasks.map(({ content, lead, responsible }) => ({ content, leads: lead, responsible }))),
      ),
    ).toEqual(answer.nested));
  it('has an open tail', () => expect(byNumber((task) => task.openEnded)).toEqual(answer.openEnded));
  it('has deadlines', () => expect(byNumber((task) => task.deadline?.due ?? null)).toEqual(answer.deadlines));
  it('has milestones', () =>
    expect(byNumber((task) => filled(task.milestones.map((date) => date.due)))).toEqual(answer.milestones));
  it('has targets', () =>
    expect(byNumber((task) => filled(task.targets.map(({ text: _text, ...target }) => target)))).toEqual(
      answer.targets,
    ));
});
