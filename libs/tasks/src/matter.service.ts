import { insertAll } from '@duban/database';
import { assertMay, UnitDirectory } from '@duban/directory';
import type { Policy } from '@duban/domain';
import { type Actor, type Change, HistoryService } from '@duban/history';
import { conflict, invalid, localDateOf, type LocalDate, newId, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Assignment } from './assignment.entity';
import { noUnits, unitedUnits } from './drafted-units';
import { nearTasks, type NearTask } from './matter-duplicates';
import {
  checkDays,
  checkSource,
  dayIn,
  dueAlready,
  levelIn,
  maskedName,
  type MatterInput,
  namedUnits,
  readMatterUnits,
  refuseSecretMatter,
} from './matter-input';
import { Petitioner, RegisteredMatter } from './matter.entity';
import { matterChange } from './matter-records';
import { MatterRegisters } from './matter-register';
import { assignmentsOf, completionDay } from './plan-assignments';
import { applyEdit, editedTargets, type TaskEdit } from './plan-draft';
import { assignmentChange, targetsByTask, taskChange } from './plan-records';
import type { Plan } from './plan.entity';
import { PolicyService } from './policy.service';
import { type SkippedObligation, SupervisionPort } from './supervision.port';
import { Target } from './target.entity';
import { Task } from './task.entity';

/** What became of a matter that was registered. */
export interface Registered {
  taskId: string;
  number: string;
  assignments: number;
  obligations: number;
  skipped: SkippedObligation[];
}

/** Whose words are compared with those of open tasks. */
export interface DuplicateQuestion {
  content: string;
  kind?: string;
  /** The number that it has where it came from. */
  reference?: string;
  jurisdiction?: string;
}

/** Registers matters from elsewhere (事项登记): each at once a task of its register (台账), handed out and supervised. */
@Injectable()
export class MatterService {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly policies: PolicyService,
    private readonly registers: MatterRegisters,
    private readonly supervision: SupervisionPort,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  /**
   * @throws DomainError MATTER.* and UNIT.UNKNOWN with the field; PLAN.SECRET; conflict `MATTER.LIKELY_DUPLICATE` with the
   *   tasks that `confirmDuplicates` does not name
   */
  async register(tx: EntityManager, actor: Actor, at: Date, input: MatterInput): Promise<Registered> {
    assertMay(actor, 'matter.register');
    refuseSecretMatter(input);
    const { kind, source = {}, petitioner = null } = input;
    checkSource(kind, source, petitioner);
    const named = namedUnits(input);
    const jurisdiction = await this.directory.chooseJurisdiction(tx, {
      title: input.title ?? input.content,
      unitNames: named.flatMap(({ units }) => Object.values(units).flat()),
      ...(input.jurisdiction === undefined ? {} : { wanted: input.jurisdiction }),
    });
    const today = localDateOf(at, jurisdiction.timeZone);
    const receivedOn = input.receivedOn === undefined ? today : dayIn(input.receivedOn, 'receivedOn');
    const dueOn = input.dueOn === undefined ? null : dayIn(input.dueOn, 'dueOn');
    checkDays({ today, receivedOn, dueOn });
    assertReasoned(dueOn, input.dueReason);
    const { units, known } = await readMatterUnits(tx, this.directory, jurisdiction.id, named);

    await this.registers.enter(tx, jurisdiction.id);
    const key = { jurisdictionId: jurisdiction.id, kind, year: Number(receivedOn.slice(0, 4)) };
    const register = await this.registers.open(tx, actor, at, today, key);
    const policy = await this.policies.version(tx, register.policyId!, register.policyVersion!);
    const level = levelIn(policy, input.level);
    const place = await this.registers.place(tx, register, key);

    const dated = { receivedOn, level, deadlineDue: dueOn, deadlineText: dueOn === null ? null : input.dueReason! };
    const { tasks, targets } = rowsOf(register, input, units, place, dated, at);
    const carrying = tasks.length > 1 ? tasks.slice(1) : tasks;
    const assignments = carrying.flatMap((task) => assignmentsOf(task, known, at));
    const leadless = new Set(assignments.filter((one) => one.isLeadInferred).map(({ taskId }) => taskId));
    for (const task of tasks) {
      task.isLeadInferred = task === tasks[0] && tasks.length > 1 ? leadless.size > 0 : leadless.has(task.id);
      this.dateTask(policy, key.year, today, task);
    }
    await this.assertNoDuplicate(tx, jurisdiction.id, input);
    const matter = tx.getRepository(RegisteredMatter).create({
      id: newId(),
      taskId: tasks[0]!.id,
      jurisdictionId: jurisdiction.id,
      kind,
      year: key.year,
      serial: place.serial,
      source,
      petitioner: petitioner === null ? null : maskedName(petitioner.name),
      dueReason: input.dueReason ?? null,
      sameAs: null,
      registeredAt: at,
    });
    await this.write(tx, actor, at, { register, matter, tasks, targets, assignments });
    if (petitioner !== null) {
      const { name, phone = null } = petitioner;
      await tx.getRepository(Petitioner).insert({ taskId: matter.taskId, name, phone });
    }
    const made = await this.supervision.makeObligations(tx, {
      actor,
      at,
      plan: register,
      policy,
      year: key.year,
      issuedOn: today,
      tasks: carrying,
      assignments,
    });
    return { taskId: matter.taskId, number: place.number, assignments: assignments.length, ...made };
  }

  /** Open tasks and matters that may be the same, as far as the actor sees them. */
  async duplicates(tx: EntityManager, actor: Actor, question: DuplicateQuestion): Promise<NearTask[]> {
    assertMay(actor, 'matter.register');
    const { content, kind, reference, jurisdiction } = question;
    refuseSecretMatter({ content });
    const { id } = await this.directory.chooseJurisdiction(tx, {
      title: content,
      unitNames: [],
      ...(jurisdiction === undefined ? {} : { wanted: jurisdiction }),
    });
    return nearTasks(tx, id, { content, ...(kind ? { kind } : {}), ...(reference ? { reference } : {}) });
  }

  private async assertNoDuplicate(tx: EntityManager, jurisdictionId: string, input: MatterInput): Promise<void> {
    const { content, kind, source, confirmDuplicates = [] } = input;
    const reference = source?.reference;
    const near = await nearTasks(tx, jurisdictionId, { content, kind, ...(reference ? { reference } : {}) });
    const open = near.filter(({ likely, taskId }) => likely && !confirmDuplicates.includes(taskId));
    if (open.length === 0) return;
    throw conflict(
      'MATTER.LIKELY_DUPLICATE',
      'There are open matters of much the same words; name them in "confirmDuplicates" if this is another one.',
      { field: 'confirmDuplicates', duplicates: open },
    );
  }

  /** @throws DomainError MATTER.DUE_ALREADY */
  private dateTask(policy: Policy, year: number, today: LocalDate, task: Task): void {
    task.dueOn = completionDay(policy, year, today, task, this.calendar);
    if (task.dueOn !== null && this.calendar.effectiveDate(task.dueOn) < today) throw dueAlready(task.dueOn, today);
  }

  private async write(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { register, matter, tasks, targets, assignments }: RegisteredRows,
  ): Promise<void> {
    await this.directory.holdActive(tx, [...new Set(assignments.map(({ unitId }) => unitId))]);
    await insertAll(tx, Task, tasks);
    await insertAll(tx, Target, targets);
    await tx.getRepository(RegisteredMatter).insert(matter);
    await insertAll(tx, Assignment, assignments);
    const names = await this.directory.namesOf(tx, [...new Set(assignments.map(({ unitId }) => unitId))]);
    const targetsOf = targetsByTask(targets);
    const [task] = tasks;
    await this.history.append(tx, actor, at, [
      ...tasks.map((one): Change => taskChange('task.registered', one, targetsOf.get(one.id) ?? [], null)),
      matterChange('matter.registered', matter, task!, null),
      ...assignments.map((one) =>
        assignmentChange('assignment.assigned', one, register.id, names.get(one.unitId) ?? '', null),
      ),
    ]);
  }
}

interface RegisteredRows {
  register: Plan;
  matter: RegisteredMatter;
  tasks: Task[];
  targets: Target[];
  assignments: Assignment[];
}

/** @throws DomainError MATTER.DUE_REASON_REQUIRED */
export function assertReasoned(dueOn: LocalDate | null, reason: string | undefined | null): void {
  if (dueOn === null || (reason ?? '') !== '') return;
  throw invalid('MATTER.DUE_REASON_REQUIRED', 'Say in "dueReason" why it has another date than its policy gives.', {
    field: 'dueReason',
  });
}

/** The matter as a task, with its parts behind it. */
function rowsOf(
  register: Plan,
  input: MatterInput,
  units: readonly TaskEdit[],
  { number, position }: { number: string; position: number },
  dated: Pick<Task, 'receivedOn' | 'level' | 'deadlineDue' | 'deadlineText'>,
  at: Date,
): { tasks: Task[]; targets: Target[] } {
  const parts = input.parts ?? [];
  const path = input.title === undefined ? [] : [input.title];
  const task = taskOf(register, { number, position, path, parentId: null }, dated, at);
  const { content, leaders, milestones } = input;
  applyEdit(task, withoutAbsent({ content, leaders, milestones, ...(parts.length === 0 ? units[0] : {}) }));
  const tasks = [task];
  const targets = editedTargets(task.id, input.targets ?? []);
  parts.forEach((part, i) => {
    const place = { number: null, position: position + i + 1, path, parentId: task.id };
    const one = taskOf(register, place, dated, at);
    applyEdit(
      one,
      withoutAbsent({
        content: part.content,
        leaders: part.leaders ?? leaders,
        milestones: part.milestones,
        ...units[i],
      }),
      `parts[${i}].`,
    );
    tasks.push(one);
    targets.push(...editedTargets(one.id, part.targets ?? []));
  });
  for (const one of tasks) one.draftedUnits = unitedUnits(one.draftedUnits);
  return { tasks, targets };
}

const withoutAbsent = (edit: { [K in keyof TaskEdit]: TaskEdit[K] | undefined }): TaskEdit =>
  Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined));

const taskOf = (
  { id: planId, jurisdictionId }: Plan,
  place: Pick<Task, 'number' | 'position' | 'path' | 'parentId'>,
  dated: Pick<Task, 'receivedOn' | 'level' | 'deadlineDue' | 'deadlineText'>,
  createdAt: Date,
): Task =>
  Object.assign(new Task(), {
    id: newId(),
    jurisdictionId,
    planId,
    ...place,
    content: '',
    draftedUnits: noUnits(),
    openEnded: null,
    leaders: [],
    isLeadInferred: false,
    ...dated,
    dueOn: null,
    milestones: [],
    marks: [],
    sourceRevisionId: null,
    sourceStart: 0,
    sourceEnd: 0,
    state: 'assigned' as const,
    version: 1,
    createdAt,
  });
