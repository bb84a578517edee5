import { ACTION_PLAN_STATES, LIGHTS_OF_PERIODS, MEASURE_STATES } from '@duban/domain';
import { z } from 'zod';
import { day, measuredFigure, shortText, text, textOrNull, uuid } from '../schemas';

/** Who is in charge, by name or post. */
const who = shortText.max(100, 'At most 100 characters.');

export const actionPlanInput = z.strictObject({
  goals: text,
  leaderInCharge: who.optional().meta({ description: 'The leader in charge (责任领导), by name or post.' }),
  measures: z
    .array(
      z.strictObject({
        text: shortText,
        by: day.meta({ description: 'Not after the day on which the task is due.' }),
        person: who.meta({ description: 'Who is responsible (责任人), by name or post.' }),
        section: who.optional().meta({ description: 'The section responsible (责任科室).' }),
        milestone: z.boolean().optional().meta({ description: 'Owed by its day once the plan is approved.' }),
      }),
    )
    .max(200),
});

export const actionPlan = z
  .object({
    id: uuid,
    taskId: uuid,
    assignmentId: uuid,
    obligationId: uuid.nullable(),
    reportId: uuid.meta({ description: 'The report by which it was handed in.' }),
    number: z.int().meta({ description: 'Of the versions of one part’s plan.' }),
    goals: z.string(),
    leaderInCharge: textOrNull,
    revisionReason: textOrNull,
    state: z.enum(ACTION_PLAN_STATES as [string, ...string[]]),
    submittedBy: uuid,
    submittedFor: uuid.nullable(),
    submittedAt: z.string(),
    decisionReason: textOrNull,
    decidedBy: uuid.nullable(),
    decidedAt: textOrNull,
    version: z.int(),
    measures: z.array(
      z.object({
        id: uuid,
        text: z.string(),
        by: z.string(),
        person: z.string(),
        section: textOrNull,
        milestone: z.boolean(),
        obligationId: uuid.nullable().meta({ description: 'What is owed of it, of a milestone.' }),
        state: z.enum(MEASURE_STATES as [string, ...string[]]),
        closingText: textOrNull,
        closedBy: uuid.nullable(),
        closedAt: textOrNull,
        version: z.int(),
      }),
    ),
  })
  .meta({ description: 'A version of an action plan (办理方案) with its measures (措施).' });

export const targetCurve = z.object({
  targetId: uuid,
  number: z.int().meta({ description: 'Of the settings of this target; 0 where none was made.' }),
  from: z.string(),
  to: z.string(),
  points: z
    .array(z.object({ on: z.string(), value: z.number() }))
    .nullable()
    .meta({ description: 'Null: linear from the issue to the due date.' }),
});

/** A report beside the one of the period before. */
export const reportBeside = z.object({
  id: uuid,
  kind: z.string(),
  period: textOrNull,
  state: textOrNull,
  text: z.string(),
  difficulties: textOrNull,
  nextSteps: textOrNull,
  behindReason: textOrNull,
  correctsId: uuid.nullable(),
  correctionReason: textOrNull,
  correctedBy: uuid.nullable().meta({ description: 'The version that stands in its place.' }),
  reportedAt: z.string(),
  reportedBy: z.string(),
  figures: z.array(
    measuredFigure.extend({
      text: z.string(),
      unit: z.string(),
      previousValue: z.number().nullable(),
      change: z.number().nullable(),
    }),
  ),
  previous: z
    .object({ reportId: uuid, period: textOrNull, text: z.string(), figures: z.array(measuredFigure) })
    .nullable(),
});

const light = z.enum(LIGHTS_OF_PERIODS).nullable();
export const periods = z
  .array(
    z.object({
      taskId: uuid,
      assignmentId: uuid,
      unitId: uuid,
      obligationId: uuid,
      period: z.string(),
      dueOn: z.string(),
      light: light.meta({ description: 'Null while it is neither reported nor due.' }),
      reportId: uuid.nullable(),
      reportedAt: textOrNull,
      figures: z.array(measuredFigure.extend({ text: z.string(), unit: z.string(), value: z.number().nullable() })),
    }),
  )
  .meta({ description: 'The light of each period (亮灯) with the figures that it came from.' });

export const progress = z.object({
  taskId: uuid,
  targets: z.array(
    z.object({
      targetId: uuid,
      text: z.string(),
      unit: z.string(),
      value: z.number(),
      comparator: z.string(),
      curve: targetCurve.pick({ from: true, to: true, points: true }),
      planned: z.number().nullable().meta({ description: 'What is planned for today.' }),
      series: z.array(
        z.object({
          period: textOrNull,
          kind: z.string(),
          asOf: textOrNull,
          planned: z.number().nullable(),
          plannedShare: z.number().nullable(),
          actual: z.number().nullable(),
          actualShare: z.number().nullable(),
          behind: z.number().nullable(),
          light,
          unitId: uuid,
          assignmentId: uuid,
          reportId: uuid.nullable(),
          reportedAt: textOrNull,
          reportedBy: textOrNull,
        }),
      ),
    }),
  ),
});
