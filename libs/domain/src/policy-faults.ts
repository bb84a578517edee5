import { z } from 'zod';
import {
  type FaultSeverity,
  faultWords,
  POLICY_FAULT_WORDS,
  type PolicyFaultCode,
  SHAPE_WORDS,
} from './policy-fault-words';
import {
  checkStructure,
  comesBefore,
  obligationRule,
  onlyAsks,
  type Policy,
  policyShape,
  type Rung,
  rungBounds,
  rungShape,
  type TellFault,
} from './policy';
import type { Words } from './policy-terms';

/** What is wrong with a policy (督办规则), at the field that has it. */
export interface PolicyFault {
  path: (string | number)[];
  /** `SHAPE` where a field is missing, misspelt or of the wrong kind. */
  code: PolicyFaultCode | 'SHAPE';
  /** A policy with errors cannot be recorded; a warning is to be thought over. */
  severity: FaultSeverity;
  message: Words;
}

/**
 * All that is wrong with a policy as it is written: of its shape, and of what it says, as far as it can be read. It has no
 * errors exactly where `policySchema` takes it, every step of its ladders can have its turn, and the words that it names
 * are there.
 *
 * @param templates the words (消息模板) that steps may name, with the kind of follow-up that each is about; where it is
 *   left out, nobody looks whether they are there
 */
export function policyFaults(written: unknown, templates?: ReadonlyMap<string, string>): PolicyFault[] {
  const read = policyShape.safeParse(written);
  const faults = read.success ? [] : shapeFaults(written, read.error.issues);
  const tell: TellFault = (path, code, values) => {
    const { severity } = POLICY_FAULT_WORDS[code];
    faults.push({ path, code, severity, message: faultWords(code, values) });
  };
  if (read.success) checkAll(read.data, templates, tell);
  else checkReadable(written, templates, tell);
  return faults;
}

function checkAll(policy: Policy, templates: ReadonlyMap<string, string> | undefined, tell: TellFault): void {
  checkStructure(policy, tell);
  checkUse(policy, tell);
  for (const [id, { rungs }] of Object.entries(policy.ladders)) {
    checkSteps(['ladders', id, 'rungs'], rungs, tell);
    if (templates) checkTemplates(['ladders', id, 'rungs'], rungs, templates, tell);
  }
  checkDays(policy, tell);
}

/** What can be said only of rules that are there as a whole: where a part cannot be read, it might be just that part. */
const OF_THE_WHOLE: readonly PolicyFaultCode[] = [
  'NO_COMPLETION_AT',
  'LADDER_UNUSED',
  'NEVER_BY_ROLE',
  'NEVER_AT_LEVEL',
  'INSTRUCTION_COUNTED',
];

/** What is wrong with the steps, ladders and rules that have the right shape, while others have not. */
function checkReadable(written: unknown, templates: ReadonlyMap<string, string> | undefined, tell: TellFault): void {
  if (!isObject(written)) return;
  /** Where each of a list stands in what was written, by the path of the list. */
  const places = new Map<string, number[]>();
  const readList = <T>(path: string, list: unknown, shape: z.ZodType<T>): T[] => {
    const read = (Array.isArray(list) ? list : []).map((one: unknown) => shape.safeParse(one));
    const isRead = (one: (typeof read)[number]): one is z.ZodSafeParseSuccess<T> => one.success;
    places.set(
      path,
      read.flatMap((one, i) => (one.success ? [i] : [])),
    );
    return read.filter(isRead).map(({ data }) => data);
  };
  const ladders = Object.entries(isObject(written['ladders']) ? written['ladders'] : {});
  const levels = policyShape.shape.levels.safeParse(written['levels']);
  const [aLadder = ''] = ladders.map(([id]) => id);
  const read = <T>(shape: z.ZodType<T>, value: unknown, otherwise: T): T => {
    const found = shape.safeParse(value);
    return found.success ? found.data : otherwise;
  };
  const { rectification, instruction } = policyShape.shape;
  const policy = {
    ladders: Object.fromEntries(
      ladders.map(([id, one]) => {
        const rungs = readList(`ladders.${id}.rungs`, isObject(one) ? one['rungs'] : null, rungShape);
        return [id, { at: '00:00', rungs }];
      }),
    ),
    levels: levels.success ? levels.data : undefined,
    obligations: readList('obligations', written['obligations'], obligationRule),
    rectification: read(rectification, written['rectification'], { workingDays: 1, ladder: aLadder }),
    instruction: read(instruction, written['instruction'], instruction.parse(undefined)),
  } as Policy;
  checkAll(policy, templates, (path, code, values) => {
    if (OF_THE_WHOLE.includes(code)) return;
    if (code === 'LEVEL_UNKNOWN' && !levels.success) return;
    if (code === 'LADDER_UNKNOWN' && !ladders.some(([, one]) => isObject(one))) return;
    tell(asWritten(path, places), code, values);
  });
}

/** A path in what was written: elements that could not be read were left out of their lists. */
function asWritten(path: (string | number)[], places: ReadonlyMap<string, readonly number[]>): (string | number)[] {
  return path.map((step, i) => {
    if (typeof step !== 'number') return step;
    return places.get(path.slice(0, i).join('.'))?.[step] ?? step;
  });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const CHINESE = z.locales.zhCN().localeError;

function shapeFaults(written: unknown, issues: readonly z.core.$ZodIssue[]): PolicyFault[] {
  const zh = policyShape.safeParse(written, { error: CHINESE }).error?.issues ?? [];
  return issues.map(({ path, message }, i) => ({
    path: path.map((part) => (typeof part === 'symbol' ? String(part) : part)),
    code: 'SHAPE',
    severity: 'error',
    // A message of our own is the same in both readings.
    message: { zh: SHAPE_WORDS[message] ?? zh[i]?.message ?? message, en: message },
  }));
}

/** Who goes by a ladder: of which roles, at which levels. */
interface Users {
  roles: Set<'lead' | 'others'>;
  /** Null: matters of every level. */
  levels: Set<string> | null;
}

function usersOf(policy: Policy): Map<string, Users> {
  const users = new Map<string, Users>();
  const use = (ladder: string, roles: readonly ('lead' | 'others')[], levels: readonly string[] | null): void => {
    const known = users.get(ladder) ?? { roles: new Set(), levels: new Set() };
    for (const role of roles) known.roles.add(role);
    if (levels === null || known.levels === null) known.levels = null;
    else for (const level of levels) known.levels.add(level);
    users.set(ladder, known);
  };
  for (const { ladder, owedBy, levels } of policy.obligations) {
    use(ladder, owedBy === 'every_unit' ? ['lead', 'others'] : [owedBy], levels ?? null);
  }
  for (const ladder of [policy.rectification.ladder, policy.instruction.ladder]) {
    if (ladder !== undefined) use(ladder, ['lead', 'others'], null);
  }
  return users;
}

/** Ladders that nobody goes by, and steps whose condition holds for nobody who does. */
function checkUse(policy: Policy, tell: TellFault): void {
  const users = usersOf(policy);
  const levels = new Set(policy.levels?.map(({ id }) => id));
  for (const [ladder, { rungs }] of Object.entries(policy.ladders)) {
    const by = users.get(ladder);
    if (!by) tell(['ladders', ladder], 'LADDER_UNUSED', { ladder });
    rungs.forEach(({ id, when }, i) => {
      const path = ['ladders', ladder, 'rungs', i, 'when'];
      const unknown = when?.levels?.filter((level) => !levels.has(level)) ?? [];
      for (const level of unknown) tell([...path, 'levels'], 'LEVEL_UNKNOWN', { level });
      if (!by) return;
      if (when?.role !== undefined && !by.roles.has(when.role)) {
        tell([...path, 'role'], 'NEVER_BY_ROLE', { rung: id, ladder, role: when.role });
      }
      const asked = when?.levels;
      if (asked && unknown.length === 0 && by.levels !== null && !asked.some((level) => by.levels!.has(level))) {
        tell([...path, 'levels'], 'NEVER_AT_LEVEL', { rung: id, ladder });
      }
    });
  }
}

/** Steps whose order goes by the date, that a time to answer holds up, or that hardly anybody will see. */
function checkSteps(path: (string | number)[], rungs: readonly Rung[], tell: TellFault): void {
  rungs.forEach((rung, i) => {
    const previous = rungs[i - 1];
    if (previous && comesBefore(previous.offset, rung.offset) === 'by_the_date') {
      tell([...path, i, 'offset'], 'ORDER_BY_THE_DATE', { rung: rung.id, previous: previous.id });
    }
    if (previous?.kind === 'notice' && previous.answerWithin) {
      const days = previous.answerWithin.workingDays;
      if (rungBounds(rung.offset).last - rungBounds(previous.offset).first <= days) {
        tell([...path, i, 'offset'], 'HELD_BY_ANSWER', { rung: rung.id, previous: previous.id, days });
      }
    }
    if (onlyAsks(rung.kind) && 'shareOfTime' in rung.offset && rung.offset.shareOfTime === 0) {
      tell([...path, i, 'offset', 'shareOfTime'], 'AT_THE_START', { rung: rung.id });
    }
    if (i === 0 && rung.when?.notRead) tell([...path, i, 'when', 'notRead'], 'NOTHING_BEFORE', { rung: rung.id });
    const twice = rung.copyTo?.find((one) => rung.to.includes(one));
    if (twice !== undefined) tell([...path, i, 'copyTo'], 'COPY_TO_RECIPIENT', { rung: rung.id, recipient: twice });
  });
}

/** Words that are not there, or that say something else than the step does. */
function checkTemplates(
  path: (string | number)[],
  rungs: readonly Rung[],
  templates: ReadonlyMap<string, string>,
  tell: TellFault,
): void {
  rungs.forEach(({ template, kind }, i) => {
    if (template === undefined) return;
    const about = templates.get(template);
    if (about === undefined) tell([...path, i, 'template'], 'TEMPLATE_UNKNOWN', { template });
    else if (about !== kind) tell([...path, i, 'template'], 'TEMPLATE_OF_OTHER_KIND', { template, kind: about });
  });
}

/** Days that not every year has. */
function checkDays({ obligations }: Policy, tell: TellFault): void {
  obligations.forEach(({ due }, i) => {
    due.forEach((one, j) => {
      const path = ['obligations', i, 'due', j];
      if (one.by === 'day_of_year' && one.day === '02-29') tell([...path, 'day'], 'LEAP_DAY', {});
      if (one.by === 'task_deadline' && one.otherwise === '02-29') tell([...path, 'otherwise'], 'LEAP_DAY', {});
      if (one.by === 'periodic' && 'dayOfMonth' in one.on && one.on.dayOfMonth > 28) {
        tell([...path, 'on', 'dayOfMonth'], 'DAY_OF_SHORT_MONTHS', { day: one.on.dayOfMonth });
      }
    });
  });
}
