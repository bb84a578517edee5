import {
  ACTION_PLAN_STATES,
  CARD_COLOURS,
  CARD_MEASURES,
  LIGHT_CAUSES,
  LIGHTS_OF_PERIODS,
  MEASURE_STATES,
  OBLIGATION_KINDS,
} from '@duban/domain';
import { CURVE_SHAPES } from '@duban/tasks';
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
  shape: z.enum(CURVE_SHAPES),
  points: z
    .array(z.object({ on: z.string(), value: z.number() }))
    .nullable()
    .meta({ description: 'Steps; null: linear from the issue to the due date, or by the season.' }),
  shares: z.array(z.number()).nullable().meta({ description: 'Of the milestones, or of the months or quarters.' }),
  season: textOrNull,
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

const words = z.object({ zh: z.string(), en: z.string() });
const litPeriods = z
  .array(
    z.object({
      obligationId: uuid,
      assignmentId: uuid,
      unitId: uuid,
      kind: z.enum(OBLIGATION_KINDS),
      period: textOrNull,
      dueOn: z.string(),
      asGiven: light.meta({ description: 'As it was first given; it stays, whatever comes later.' }),
      now: light.meta({ description: 'Null where it is not due any more.' }),
      versions: z.array(
        z.object({
          number: z.int(),
          light,
          cause: z.enum(LIGHT_CAUSES),
          rule: z.string(),
          why: words,
          figures: z.array(
            z.object({
              targetId: uuid,
              text: z.string(),
              unit: z.string(),
              value: z.number().nullable(),
              planned: z.number().nullable(),
              plannedShare: z.number().nullable(),
              actualShare: z.number().nullable(),
              behind: z.number().nullable(),
              behindDays: z.int().nullable(),
              light,
            }),
          ),
          behind: z.number().nullable().meta({ description: 'Points behind the plan, of the figure that decided.' }),
          behindDays: z.int().nullable(),
          achieved: z.number().nullable().meta({ description: 'Percent of what was planned for the period.' }),
          reportId: uuid.nullable(),
          deadlineVersion: z.int(),
          policyId: z.string(),
          policyVersion: z.int(),
          recordedAt: z.string(),
        }),
      ),
    }),
  )
  .meta({ description: 'The lights of the periods (亮灯), each in all its versions.' });

export const card = z
  .object({
    id: uuid,
    taskId: uuid,
    assignmentId: uuid,
    unitId: uuid,
    obligationId: uuid,
    period: textOrNull,
    rule: z.string().meta({ description: 'Of the policy’s `cards`, or the step of a ladder.' }),
    colour: z.enum(CARD_COLOURS).nullable().meta({ description: 'Null: measures, or points, without a card.' }),
    points: z.number(),
    measures: z.array(z.enum(CARD_MEASURES)),
    why: words,
    givenAt: z.string(),
  })
  .meta({ description: 'A card (督办牌) with the points (积分) and measures that come with it.' });

export const progress = z.object({
  taskId: uuid,
  periods: litPeriods,
  targets: z.array(
    z.object({
      targetId: uuid,
      text: z.string(),
      unit: z.string(),
      value: z.number(),
      comparator: z.string(),
      curve: targetCurve.omit({ targetId: true }),
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
          behind: z.number().nullable().meta({ description: 'Points of share behind the plan.' }),
          behindDays: z.int().nullable().meta({ description: 'Working days behind the plan.' }),
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
