import type { PlannedObligation } from '@duban/domain';
import type { SkippedObligation, Task } from '@duban/tasks';
import type { EntityManager } from 'typeorm';

/** Of a task, all that its dates follow from. */
export type DatedTask = Pick<Task, 'deadlineDue' | 'milestones'> & Partial<Pick<Task, 'receivedOn' | 'level'>>;

/** What the rules need to know of a task for one role in it. */
export const termsOf = ({ deadlineDue, milestones, receivedOn, level }: DatedTask, role: string) => ({
  isLead: role === 'lead',
  taskDueOn: deadlineDue,
  milestones: milestones.flatMap(({ text, due }) => (due ? [{ text, due }] : [])),
  receivedOn: receivedOn ?? null,
  level: level ?? null,
});

/** What is told of an obligation that is not made. */
export const skippedOf = (
  { number }: Task,
  unitId: string,
  { kind, subject, recordedOn }: PlannedObligation,
): SkippedObligation => ({ taskNumber: number, unitId, kind, subject, dueOn: recordedOn });

/** A part goes by its parent's number. */
export async function numberOf(tx: EntityManager, task: Task): Promise<string | null> {
  if (task.number !== null || task.parentId === null) return task.number;
  const [parent]: { number: string | null }[] = await tx.query(`select number from task where id = $1`, [
    task.parentId,
  ]);
  return parent?.number ?? null;
}

const EXCERPT = 60;

/** As much of a task as a message shows, in characters. */
export const excerpt = (content: string): string => {
  const characters = [...content];
  return characters.length > EXCERPT ? `${characters.slice(0, EXCERPT - 1).join('')}…` : content;
};
