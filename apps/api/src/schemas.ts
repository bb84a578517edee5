import {
  ASSIGNMENT_MARKS,
  ASSIGNMENT_STATES,
  type AssignmentMark,
  type AssignmentState,
  LIGHTS_OF_PERIODS,
  NOTICE_COLOURS,
  NOTICE_STATES,
  REPORT_CONFIRMATION_STATES,
  SATISFACTION_METHODS,
  SATISFACTION_RATINGS,
  URGENCIES,
  VERIFICATION_METHODS,
} from '@duban/domain';
import { z } from 'zod';

/** Pieces of which the requests and answers are made; one word for one thing, as in the database. */

/** Postgres holds neither a NUL character nor half a surrogate pair. */
const STORABLE = /^[^\0\p{Surrogate}]*$/u;
export const storable = z.string().refine((text) => STORABLE.test(text), 'It holds a character that cannot be stored.');

/** In small letters, as the database writes it: ids are compared as texts. */
export const uuid = z.uuid().toLowerCase().meta({ description: 'UUID' });
/** Postgres has no year 0, and writes later ones than 9999 otherwise. */
const hasYear = (text: string): boolean => {
  const year = new Date(text).getUTCFullYear();
  return year >= 1 && year <= 9999;
};
export const instant = z.iso
  .datetime({ offset: true, error: 'An instant in ISO 8601 with offset.' })
  .refine(hasYear, 'An instant of the years 1 to 9999.')
  .meta({ example: '2026-01-08T09:00:00+08:00' });
/** Years for which a plan can be issued, and something be due. */
const SUPERVISED = /^(20\d\d|2100)-/;
export const day = z.iso
  .date({ error: 'A date that exists, as YYYY-MM-DD.' })
  .refine((date) => SUPERVISED.test(date), 'A date of the years 2000 to 2100.')
  .meta({ example: '2026-04-20' });
/** Blanks and marks that nobody sees say nothing. */
const visible = (words: string): boolean => /[^\s\p{Cc}\p{Cf}]/u.test(words);
export const text = storable
  .trim()
  .min(1, 'Not empty.')
  .max(20_000, 'At most 20,000 characters.')
  .refine(visible, 'Not empty.');
/** With a least length, though it is none: the document takes `string` or `null`, bare, for a list of strings. */
export const textOrNull = z.string().min(0).nullable();
export const shortText = storable
  .trim()
  .min(1, 'Not empty.')
  .max(500, 'At most 500 characters.')
  .refine(visible, 'Not empty.');

/** What somebody keeps under a name, to look again (检索方案、常用视图). */
export const searchName = shortText.max(100, 'At most 100 characters.');
export const savedUnderName = <T extends z.ZodType>(filter: T) =>
  z.object({
    id: uuid,
    name: z.string(),
    filter,
    isShared: z.boolean().meta({ description: 'With colleagues; of history nothing is shared.' }),
    version: z.int(),
    createdAt: z.string(),
  });

export const limit = z.coerce
  .number({ error: 'A number from 1 to 200.' })
  .int('A whole number.')
  .min(1, 'From 1 to 200.')
  .max(200, 'From 1 to 200.')
  .default(50)
  .meta({ description: 'Items a page.' });
export const cursor = z.string().max(1000).optional().meta({ description: '`next` of the page before.' });

/** An instant, or a date that stands for the end of that day in China. */
export const moment = z.union([instant, day], { error: 'An instant in ISO 8601 with offset, or a date.' });
export const asOf = moment
  .optional()
  .meta({ description: 'Shows the state at this instant; a date means the end of that day (Asia/Shanghai).' });

export const expectedVersion = z.int().min(1).optional().meta({
  description: 'The version that you read; 409 if somebody has changed it since.',
});

export const pageOf = <T extends z.ZodType>(
  item: T,
): z.ZodObject<{ items: z.ZodArray<T>; next: z.ZodNullable<z.ZodString> }> =>
  z.object({ items: z.array(item), next: textOrNull.meta({ description: 'Give it as `cursor`.' }) });

export const evidence = z.strictObject({
  title: shortText,
  location: shortText.optional().meta({ description: 'Where it is to be found: a file number, an address.' }),
  fileId: uuid.optional().meta({ description: 'A file of `POST /evidence`, which then belongs to this report.' }),
});
export const measurement = z.strictObject({
  targetId: uuid,
  value: z.number().optional(),
  figureId: uuid.optional().meta({
    description: 'A figure that was given already, as `GET /assignments/:id/figures` offers it, in place of `value`.',
  }),
});
/** A figure beside what was planned for its day when it was given (序时进度). */
export const measuredFigure = z.object({
  id: uuid.optional(),
  targetId: uuid,
  value: z.number(),
  sourceId: uuid.nullable().optional().meta({ description: 'The figure that it was taken over from.' }),
  asOf: z.string().nullable().optional(),
  planned: z.number().nullable().optional(),
  plannedShare: z.number().nullable().optional(),
  actualShare: z.number().nullable().optional(),
  behind: z.number().nullable().optional().meta({ description: 'Points of share behind the plan.' }),
  behindDays: z.int().nullable().optional().meta({ description: 'Working days behind the plan.' }),
  light: z.enum(LIGHTS_OF_PERIODS).nullable().optional(),
});

const deadline = z.object({ text: z.string(), due: textOrNull }).nullable();
const target = z.object({
  id: uuid,
  text: z.string(),
  value: z.number(),
  upper: z.number().nullable(),
  unit: z.string(),
  comparator: z.enum(['eq', 'gte', 'lte', 'gt', 'lt', 'approx', 'range']),
});
export const assignmentState = z.enum(ASSIGNMENT_STATES as [AssignmentState, ...AssignmentState[]]);
export const assignment = z
  .object({
    id: uuid,
    taskId: uuid,
    unitId: uuid,
    unitName: z.string(),
    role: z.enum(['lead', 'responsible', 'cooperating']),
    groupId: uuid.nullable(),
    leadInferred: z.boolean(),
    reorganisationId: uuid.nullable().optional().meta({
      description:
        'The reorganisation (机构改革) by which the unit has it; null where it was handed to the unit itself.',
    }),
    state: assignmentState,
    marks: z
      .array(z.enum(ASSIGNMENT_MARKS as [AssignmentMark, ...AssignmentMark[]]))
      .optional()
      .meta({ description: 'What stands beside the state: suspended (中止), objected to (异议).' }),
    resumeOn: textOrNull.optional().meta({ description: 'The day on which a suspension ends by itself.' }),
    version: z.int(),
  })
  .meta({ description: 'One unit’s part in one task (责任分工).' });
export const marks = z.array(z.object({ field: z.string(), start: z.int(), end: z.int() }));
const taskFields = z.object({
  id: uuid,
  planId: uuid,
  parentId: uuid.nullable(),
  upperAssignmentId: uuid.nullable().optional().meta({
    description: 'In a unit’s own plan (二级分解): the part above that it carries out.',
  }),
  number: textOrNull,
  position: z.int(),
  path: z.array(z.string()),
  content: z.string(),
  lead: z.array(z.string()).meta({ description: 'Units as the document names them.' }),
  responsible: z.array(z.string()),
  cooperating: z.array(z.string()),
  supervising: z.array(z.string()),
  openEnded: textOrNull,
  leaders: z.array(z.string()),
  leadInferred: z.boolean(),
  deadline,
  dueOn: textOrNull,
  milestones: z.array(z.object({ text: z.string(), due: textOrNull })),
  targets: z.array(target),
  source: z.object({ start: z.int(), end: z.int() }),
  marks: marks.optional().meta({
    description: 'In a draft: from which words of the document each value was read, as offsets into its text.',
  }),
  sourceRevisionId: uuid
    .nullable()
    .optional()
    .meta({ description: 'The revised document that `source` is of; null: the plan’s own.' }),
  receivedOn: textOrNull.optional().meta({ description: 'Of a registered matter: the day on which it came.' }),
  level: textOrNull.optional().meta({ description: 'Of a registered matter: how urgent or hard it is.' }),
  carriedFromTaskId: uuid.nullable().optional().meta({
    description: 'The task of an earlier year that it carries on (结转).',
  }),
  carriedToTaskId: uuid.optional().meta({ description: 'At a past instant: the task that carries it on.' }),
  state: assignmentState.nullable().meta({ description: 'Null while the plan is a draft.' }),
  version: z.int(),
  assignments: z.array(assignment),
});
/** Parts have no parts of their own in the documents of this genre, so the schema stops there. */
export const task = taskFields
  .extend({ subtasks: z.array(taskFields.extend({ subtasks: z.array(z.unknown()) })) })
  .meta({ description: 'A task (责任事项), or a part of one.' });
const remark = z.object({
  code: z.string(),
  line: z.int(),
  start: z.int().optional().meta({ description: 'Where in the text it lies.' }),
  message: z.string(),
});
/** A remark of the reader on a document. */
export const documentWarning = remark.meta({ description: 'A remark of the reader, at its place in the document.' });
export const warning = remark
  .extend({
    taskId: uuid.nullable().meta({ description: 'The task or part in whose source it lies.' }),
    settled: z.boolean().meta({ description: 'Whether an edit has settled what it is about.' }),
    offer: z
      .object({ units: z.array(z.string()), role: z.enum(['responsible', 'cooperating']), from: uuid })
      .nullable()
      .meta({ description: 'Of a rule about all later tasks: what `POST …/standing-units` takes.' }),
  })
  .meta({ description: 'A remark of the reader, at its place in the draft as it is.' });
export const span = z.object({ start: z.int(), end: z.int() });

/** In place of a report's text: of what it is composed, in order. */
export const contents = z
  .array(
    z.union([
      z.strictObject({ text }),
      z.strictObject({
        contributionId: uuid,
        sentence: z.int().min(1).meta({ description: 'Which sentence of the contribution, counted from 1.' }),
        text: text.optional().meta({ description: 'The sentence as edited by the lead; the original is kept.' }),
      }),
    ]),
  )
  .min(1)
  .max(1000)
  .meta({ description: 'In place of `text`: own words, and sentences of accepted contributions (供稿).' });

/** What a unit handed in: an action plan (办理方案), a periodic report, a milestone or the completion. */
export const report = z.object({
  id: uuid,
  assignmentId: uuid,
  obligationId: uuid.nullable(),
  kind: z.string(),
  text: z.string(),
  difficulties: textOrNull,
  nextSteps: textOrNull,
  evidence: z.array(
    z.object({
      title: z.string(),
      location: z.string().optional(),
      fileId: uuid.optional().meta({ description: 'Read it by `POST /evidence/{id}/links`.' }),
      fileName: z.string().optional(),
      mediaType: z.string().optional(),
      size: z.int().optional(),
      sha256: z.string().optional(),
    }),
  ),
  shortfallReason: textOrNull,
  goAheadReason: textOrNull,
  period: textOrNull.optional(),
  behindReason: textOrNull.optional(),
  correctsId: uuid.nullable().optional().meta({ description: 'The version before, which this one corrects.' }),
  correctionReason: textOrNull.optional(),
  state: z
    .enum(REPORT_CONFIRMATION_STATES as [string, ...string[]])
    .nullable()
    .optional()
    .meta({
      description: 'Where it stands with the head of its unit; null where it counts without.',
    }),
  personId: uuid,
  forPersonId: uuid.nullable().optional().meta({
    description: 'The holder of the post, where the person stood in for them (代行).',
  }),
  postId: uuid,
  reportedAt: z.string(),
  measurements: z.array(measuredFigure),
});
/** How a completion was judged (核查), as it is given. */
export const verificationGiven = z.strictObject({
  method: z.enum(VERIFICATION_METHODS).meta({ description: '查阅资料、抽查、回访、实地核查。' }),
  checklist: z
    .array(z.strictObject({ item: shortText, passed: z.boolean(), remark: text.optional() }))
    .max(100)
    .meta({ description: 'What was looked at; those of the policy by their words in Chinese or English.' }),
  sample: z
    .strictObject({ size: z.int().min(1), checked: z.int().min(1), found: z.int().min(0) })
    .optional()
    .meta({ description: 'Of how many, how many were checked, and in how many of those something was found.' }),
  conclusion: text.meta({ description: 'Is told to the unit.' }),
  place: shortText.optional(),
  on: day.optional(),
});
const recorded = { personId: uuid, forPersonId: uuid.nullable(), postId: uuid };
/** How a completion was judged, and what came of it. */
export const verification = z.object({
  id: uuid,
  assignmentId: uuid,
  event: z.enum(['verify', 'return']),
  method: z.enum(VERIFICATION_METHODS),
  checklist: z.array(z.object({ item: z.string(), passed: z.boolean(), remark: z.string().optional() })),
  sample: z.object({ size: z.int(), checked: z.int(), found: z.int() }).nullable(),
  conclusion: z.string(),
  place: textOrNull,
  on: textOrNull,
  ...recorded,
  recordedAt: z.string(),
});
/** What a leader said of a task (领导批示). */
export const instruction = z.object({
  id: uuid,
  taskId: uuid,
  number: z.int(),
  text: z.string(),
  leader: z.string(),
  leaderPostId: uuid.nullable(),
  urgency: z.enum(URGENCIES),
  dueOn: z.string(),
  ...recorded,
  givenAt: z.string(),
  units: z.array(z.object({ assignmentId: uuid, unitId: uuid, unitName: z.string(), obligationId: uuid })),
});
/** What somebody from the public thought of what was done (满意度). */
export const satisfaction = z.object({
  id: uuid,
  taskId: uuid,
  rating: z.enum(SATISFACTION_RATINGS),
  method: z.enum(SATISFACTION_METHODS),
  remark: textOrNull,
  on: z.string(),
  ...recorded,
  recordedAt: z.string(),
});
/** An obligation that is not made, since it would have been due before it was handed out. */
export const skippedObligation = z.object({
  taskNumber: textOrNull,
  unitId: uuid,
  kind: z.string(),
  subject: textOrNull,
  dueOn: z.string(),
});
/** A supervision notice (督办单). */
export const notice = z.object({
  id: uuid,
  number: z.string(),
  colour: z.enum(NOTICE_COLOURS),
  state: z.enum(NOTICE_STATES as [string, ...string[]]),
  obligationId: uuid,
  issuedAt: z.string(),
  answerDueOn: textOrNull.meta({
    description: 'Last day to answer, moved by the working days for which the clock of the part stood (停钟) since.',
  }),
  answerFirstDueOn: textOrNull.meta({ description: 'The one with which it was issued.' }),
  answer: textOrNull,
  answeredAt: textOrNull,
  inNextBulletin: z.boolean(),
  version: z.int(),
});

const state = z.record(z.string(), z.unknown()).nullable();
/** One fact (留痕). */
/** What happened (留痕), in words. */
export const eventWords = z
  .object({ zh: z.string(), en: z.string() })
  .meta({ description: 'What happened, in words.' });
export const historyEvent = z.object({
  seq: z.string(),
  id: uuid,
  type: z.string(),
  entity: z.string(),
  entityId: uuid,
  planId: uuid.nullable(),
  taskId: uuid.nullable(),
  actor: z.object({
    personId: uuid.nullable(),
    name: z.string(),
    post: z.string(),
    postId: uuid.nullable(),
    unitId: uuid.nullable(),
    token: z.object({ id: uuid, name: z.string() }).nullable().meta({
      description: 'The API token by which the person acted; null where they did it themselves.',
    }),
    onBehalfOf: z.object({ personId: uuid, name: z.string(), delegationId: uuid }).nullable().meta({
      description: 'The holder of the post, for whom the person stood in (代行); null where it was their own.',
    }),
  }),
  requestId: z.string(),
  reason: textOrNull,
  before: state,
  after: state,
  occurredAt: z.string(),
  recordedAt: z.string(),
});
