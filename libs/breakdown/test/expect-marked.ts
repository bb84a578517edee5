import type { DraftTask, Mark, MarkedField } from '../src/breakdown.types';
import { fold, isBlank } from '../src/folded-text';
import { cleanName } from '../src/unit-names';

const squeeze = (words: string): string => [...fold(words)].filter((letter) => !isBlank(letter)).join('');
const cut = (text: string, { start, end }: Mark): string => squeeze(text.slice(start, end));
const marksOf = (task: DraftTask, field: MarkedField): Mark[] => task.marks.filter((mark) => mark.field === field);

/** That each value of a task stands in the words marked for it. */
export function expectMarked(text: string, task: DraftTask): void {
  const words = (field: MarkedField): string[] => marksOf(task, field).map((mark) => cut(text, mark));
  for (const { start, end } of task.marks) expect(start >= 0 && start < end && end <= text.length).toBe(true);
  expect(words('number')).toEqual(task.number === null ? [] : [squeeze(task.number)]);
  expect(words('content').join('')).toBe(squeeze(task.content));
  for (const role of ['lead', 'responsible', 'cooperating', 'supervising'] as const) {
    const names = words(role);
    expect(names).toHaveLength(task[role].length);
    // A name is what was cut without asides; where the list is abbreviated it is completed.
    task[role].forEach((name, index) => {
      const written = squeeze(cleanName(names[index] ?? '').name);
      expect(written !== '' && squeeze(name).includes(written)).toBe(true);
    });
  }
  expect(words('leaders')).toEqual(task.leaders.map(squeeze));
  expect(words('deadline').join('')).toBe(task.deadline ? squeeze(task.deadline.text) : '');
  expect(words('milestone').join('')).toBe(squeeze(task.milestones.map((date) => date.text).join('')));
  expect(words('target').join('')).toBe(squeeze(task.targets.map((target) => target.text).join('')));
  for (const part of task.subtasks) expectMarked(text, part);
}
