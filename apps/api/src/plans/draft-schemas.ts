import { COMPARATORS } from '@duban/domain';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { day, expectedVersion, shortText, text, uuid } from '../schemas';

/*
 * What is sent to change a draft. A list of ids or names is checked here for its length; whether it fits the draft is the
 * service's to say.
 */

const MOST_TASKS = 20_000;
const names = z.array(shortText).max(500, 'At most 500 names.');
const headings = z.array(shortText).max(20, 'At most 20 headings.');
const dateWords = z.strictObject({ text: shortText, due: day.nullable() });
const offset = z.int().min(0).max(100_000_000);

const editFields = {
  upperAssignmentId: uuid.nullable().optional().meta({
    description: 'In a unit’s own plan (二级分解): the part above that the task carries out.',
  }),
  number: shortText.nullable().optional(),
  lead: names.optional().meta({ description: 'Units that lead (牵头单位).' }),
  responsible: names.optional().meta({ description: 'Responsible units (责任单位).' }),
  cooperating: names.optional().meta({ description: 'Cooperating units (配合单位).' }),
  leaders: names.optional().meta({ description: 'Leaders in charge (分管领导), by name.' }),
  milestones: z.array(dateWords).max(100, 'At most 100 milestones.').optional(),
  targets: z
    .array(
      z.strictObject({
        text: shortText,
        value: z.number(),
        upper: z.number().nullable().optional(),
        unit: shortText,
        comparator: z.enum(COMPARATORS),
      }),
    )
    .max(100, 'At most 100 targets.')
    .optional()
    .meta({ description: 'All of the task’s targets (量化指标), in the place of those that it has.' }),
  deadline: dateWords.nullable().optional(),
};

export class PlanTaskParams extends createZodDto(z.strictObject({ id: uuid, taskId: uuid })) {}
export class TaskEditDto extends createZodDto(
  z.strictObject({ ...editFields, content: text.optional(), expectedVersion }),
) {}
export class RemoveQuery extends createZodDto(
  z.strictObject({ expectedVersion: z.coerce.number().int().min(1).optional() }),
) {}
export class TaskAdditionDto extends createZodDto(
  z.strictObject({
    ...editFields,
    content: text,
    parentId: uuid.optional().meta({ description: 'The task whose part it is.' }),
    after: uuid.nullable().optional().meta({
      description: 'The task of its level that it follows; null for the beginning, absent for the end.',
    }),
    path: headings.optional().meta({ description: 'Headings above it; those of the task before it where absent.' }),
    source: z
      .strictObject({ start: offset, end: offset })
      .optional()
      .meta({ description: 'The words of the document that it stands for: offsets into its text.' }),
    expectedVersion,
  }),
) {}
export class TaskSplitDto extends createZodDto(
  z.strictObject({
    as: z.enum(['tasks', 'parts']).default('tasks').meta({
      description: '`tasks`: the pieces stand beside each other. `parts`: the task stays, and they are its parts.',
    }),
    at: z.array(offset).min(1, 'At least one offset.').max(49, 'At most 50 pieces.').optional().meta({
      description: 'Offsets into the content (UTF-16), ascending: a piece begins at each.',
    }),
    pieces: z
      .array(z.strictObject({ ...editFields, content: text }))
      .min(2, 'At least two pieces.')
      .max(50, 'At most 50 pieces.')
      .optional()
      .meta({ description: 'The pieces in your own words; what is absent is copied from the task.' }),
    expectedVersion,
  }),
) {}
export class TaskMergeDto extends createZodDto(
  z.strictObject({
    tasks: z.array(uuid).min(2, 'At least two tasks.').max(50, 'At most 50 tasks.'),
    number: shortText.nullable().optional(),
    content: text.optional().meta({ description: 'In place of the words of all of them, one after another.' }),
    expectedVersion,
  }),
) {}
export class TaskOrderDto extends createZodDto(
  z.strictObject({
    order: z.array(uuid).max(MOST_TASKS).optional().meta({
      description: 'All tasks that are no parts, or all parts of `parentId`, each once.',
    }),
    parentId: uuid.optional(),
    move: z
      .strictObject({ taskId: uuid, before: uuid.nullable() })
      .optional()
      .meta({ description: 'One task, and which of its level it comes to stand before; null for the end.' }),
    renumber: z.boolean().default(false).meta({ description: 'Numbers the tasks anew, from the least number.' }),
    expectedVersion,
  }),
) {}
export class ConfirmLeadsDto extends createZodDto(
  z.strictObject({
    tasks: z
      .array(z.strictObject({ taskId: uuid, lead: names.min(1, 'At least one unit.').optional() }))
      .min(1, 'At least one task.')
      .max(MOST_TASKS)
      .optional()
      .meta({ description: 'All tasks without a lead where absent. `lead`: who of the units that the task names.' }),
    expectedVersion,
  }),
) {}
export class StandingUnitsDto extends createZodDto(
  z.strictObject({
    units: names.min(1, 'At least one unit.'),
    role: z.enum(['lead', 'responsible', 'cooperating']).default('responsible'),
    from: uuid.meta({ description: 'The first task that gets them.' }),
    to: uuid.optional().meta({ description: 'The last task; the last of the plan where absent.' }),
    expectedVersion,
  }),
) {}
export class BulkDeadlinesDto extends createZodDto(
  z.strictObject({
    tasks: z.array(uuid).min(1, 'At least one task.').max(MOST_TASKS).optional().meta({
      description: 'All tasks and parts for units that have no deadline where absent.',
    }),
    deadline: dateWords,
    expectedVersion,
  }),
) {}
