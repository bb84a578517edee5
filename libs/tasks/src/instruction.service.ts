import { consequences, isAnothers } from '@duban/database';
import { ENDED_STATES, instructionDueOn, type Urgency } from '@duban/domain';
import { assertInMatter, assertMay, UnitDirectory } from '@duban/directory';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, forbidden, invalid, type LocalDate, localDateOf, newId, notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, Not } from 'typeorm';
import { Assignment } from './assignment.entity';
import { Instruction, InstructionUnit } from './instruction.entity';
import { refuseSecretWords } from './plan-draft';
import { Plan } from './plan.entity';
import { PolicyService } from './policy.service';
import { SupervisionPort } from './supervision.port';
import { Task } from './task.entity';

export interface NewInstruction {
  text: string;
  /** Whose it is, where the office records it: a leader's post by its id, or a leader's name. */
  leader?: string;
  /** Codes of the units that answer for it; by default the leads. */
  units?: readonly string[];
  dueOn?: LocalDate;
  urgency?: Urgency;
}

/** An instruction as history keeps it, and as it is answered. */
interface InstructionSnapshot {
  id: string;
  taskId: string;
  number: number;
  text: string;
  leader: string;
  leaderPostId: string | null;
  urgency: Urgency;
  dueOn: LocalDate;
  personId: string;
  forPersonId: string | null;
  postId: string;
  givenAt: string;
}

export type GivenInstruction = InstructionSnapshot & {
  units: { assignmentId: string; unitId: string; unitName: string; obligationId: string }[];
};

/**
 * Takes in what leaders say of a task (领导批示). A leader does so for himself, the office records what was said; either
 * adds to the task and changes nothing of it, but for what the units then owe. What comes of it is followed up like all
 * that is owed, and counts in no score: since 2024 the rules forbid to assess anybody by leaders' instructions (减负).
 */
@Injectable()
export class InstructionService {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly policies: PolicyService,
    private readonly supervision: SupervisionPort,
  ) {}

  /**
   * @throws DomainError RIGHTS.NOT_ALLOWED, TASK.UNKNOWN, TASK.NOT_YOURS, DELEGATION.OUT_OF_MATTER, PLAN.SECRET,
   *   INSTRUCTION.* with the field
   */
  async give(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    taskId: string,
    input: NewInstruction,
  ): Promise<GivenInstruction> {
    assertMay(actor, 'instruction.give');
    const { personId, postId } = actor;
    if (personId === null || postId === null) throw new Error('an instruction is given by a person in a post');
    const task = await taskOf(tx, actor, taskId);
    const plan = await tx.getRepository(Plan).findOneByOrFail({ id: task.planId });
    if (plan.state !== 'issued') {
      throw conflict('INSTRUCTION.PLAN_NOT_ISSUED', 'The plan is not issued: nobody has a part in the task yet.');
    }
    refuseSecretWords(input.text, 'text');
    const today = localDateOf(at, await this.directory.timeZoneOf(tx, task.jurisdictionId));
    if (input.dueOn !== undefined && input.dueOn < today) {
      throw invalid('INSTRUCTION.DUE_ON_PAST', `The day in "dueOn" is not before today, ${today}.`, { field: 'dueOn' });
    }
    const leader = await this.leaderOf(tx, actor, plan.id, today, input.leader);
    const parts = await this.partsOf(tx, task, input.units);
    const { urgency = 'ordinary' } = input;
    const terms = (await this.policies.ofPlan(tx, plan)).instruction;
    const number = (await consequences(tx, () => tx.getRepository(Instruction).countBy({ taskId }))) + 1;
    const instruction = tx.getRepository(Instruction).create({
      id: newId(),
      jurisdictionId: task.jurisdictionId,
      taskId,
      number,
      text: input.text,
      leaderName: leader.name,
      leaderPostId: leader.postId,
      urgency,
      dueOn: input.dueOn ?? instructionDueOn(terms, urgency, today),
      personId,
      forPersonId: actor.delegation?.personId ?? null,
      postId,
      givenAt: at,
    });
    await tx.getRepository(Instruction).insert(instruction);
    const snapshot = snapshotOf(instruction);
    const place = { jurisdictionId: task.jurisdictionId, planId: plan.id, taskId };
    await this.history.append(tx, actor, at, [
      {
        type: 'instruction.given',
        entity: 'instruction',
        entityId: instruction.id,
        ...place,
        after: { ...snapshot },
      },
    ]);
    const names = await this.directory.namesOf(
      tx,
      parts.map(({ unitId }) => unitId),
    );
    const units: GivenInstruction['units'] = [];
    const rule = input.dueOn ? 'set with the instruction' : `${terms.days[urgency]} days after the instruction`;
    for (const assignment of parts) {
      const { obligationId } = await this.supervision.instruct(
        tx,
        { actor, at, plan, task, assignment },
        {
          number,
          text: input.text,
          leader: leader.name,
          dueOn: instruction.dueOn,
          rule,
          base: { givenOn: today, instructionId: instruction.id },
        },
      );
      const addressed = { assignmentId: assignment.id, unitId: assignment.unitId, obligationId };
      const unit = { id: newId(), instructionId: instruction.id, ...addressed };
      await tx.getRepository(InstructionUnit).insert(unit);
      const view = { ...addressed, unitName: names.get(assignment.unitId) ?? '' };
      units.push(view);
      await this.history.append(tx, actor, at, [
        {
          type: 'instruction.addressed',
          entity: 'instruction_unit',
          entityId: unit.id,
          ...place,
          // With its words: a unit reads in history what is its own.
          after: { id: unit.id, ...view, instruction: snapshot },
        },
      ]);
    }
    return { ...snapshot, units };
  }

  private async leaderOf(
    tx: EntityManager,
    actor: Actor,
    planId: string,
    today: LocalDate,
    wanted: string | undefined,
  ): Promise<{ name: string; postId: string | null }> {
    if (actor.post === 'leader') {
      const name = actor.delegation?.name ?? actor.name;
      if (wanted !== undefined && wanted !== actor.postId && wanted !== name) {
        throw forbidden('INSTRUCTION.FOR_HIMSELF', 'A leader gives instructions in his own name.', { field: 'leader' });
      }
      return { name, postId: actor.postId };
    }
    if (wanted === undefined) {
      throw invalid('INSTRUCTION.LEADER_REQUIRED', 'Say in "leader" whose instruction it is, by name or post.', {
        field: 'leader',
      });
    }
    const posts: { id: string }[] = await tx.query(`select id from post where kind = 'leader' order by id`);
    const holders = await this.directory.holders(
      tx,
      posts.map(({ id }) => id),
      today,
    );
    const byPost = holders.find((holder) => holder.postId === wanted);
    if (byPost) return { name: byPost.displayName, postId: byPost.postId };
    const postId = await this.directory.leaderPostByName(tx, [wanted]);
    if (postId !== null) return { name: wanted, postId };
    // A leader without an account is known by the document.
    const named: { name: string }[] = await tx.query(
      `select distinct unnest(leaders) as name from task where plan_id = $1 order by 1`,
      [planId],
    );
    if (named.some(({ name }) => name === wanted)) return { name: wanted, postId: null };
    throw invalid('INSTRUCTION.UNKNOWN_LEADER', `There is no leader "${wanted}", and the plan names none.`, {
      field: 'leader',
      known: [...new Set([...holders.map(({ displayName }) => displayName), ...named.map(({ name }) => name)])],
    });
  }

  /** The open parts of the units that are named, or of the leads. */
  private async partsOf(tx: EntityManager, task: Task, units: readonly string[] | undefined): Promise<Assignment[]> {
    const open = await tx.getRepository(Assignment).find({
      where: { taskId: task.id, state: Not(In([...ENDED_STATES])) },
      order: { id: 'ASC' },
    });
    if (units === undefined) {
      const leads = open.filter(({ role }) => role === 'lead');
      if (leads.length > 0) return leads;
      throw conflict('INSTRUCTION.NO_LEAD', 'The task has no lead whose part is open. Name "units", or reopen it.', {
        field: 'units',
      });
    }
    const parts = new Map<string, Assignment>();
    for (const [i, code] of units.entries()) {
      const field = `units.${i}`;
      const unitId = await this.directory.find(tx, task.jurisdictionId, code);
      if (unitId === null) throw invalid('INSTRUCTION.UNKNOWN_UNIT', `There is no unit "${code}".`, { field });
      const part = open.find((one) => one.unitId === unitId);
      if (!part) {
        const had = await tx.getRepository(Assignment).existsBy({ taskId: task.id, unitId });
        throw had
          ? conflict('INSTRUCTION.PART_ENDED', `The part of "${code}" has ended. Reopen it first.`, { field })
          : invalid('INSTRUCTION.NO_PART', `"${code}" has no part in the task.`, { field });
      }
      parts.set(part.id, part);
    }
    return [...parts.values()];
  }
}

/**
 * A task that the actor sees, with those above it locked from the whole to the part, like all that happens to its parts.
 * @throws DomainError TASK.UNKNOWN, TASK.NOT_YOURS, DELEGATION.OUT_OF_MATTER
 */
export async function taskOf(tx: EntityManager, actor: Actor, id: string): Promise<Task> {
  const seen = await tx.getRepository(Task).findOneBy({ id });
  if (!seen) {
    if (await isAnothers(tx, 'task', id)) throw forbidden('TASK.NOT_YOURS', 'The task is not yours.', { taskId: id });
    throw notFound('TASK.UNKNOWN', 'There is no such task.', { taskId: id });
  }
  assertInMatter(actor, { planId: seen.planId, taskId: id, parentId: seen.parentId });
  return consequences(tx, async () => {
    const lock = { mode: 'for_no_key_update' } as const;
    if (seen.parentId !== null) await tx.getRepository(Task).findOneOrFail({ where: { id: seen.parentId }, lock });
    return tx.getRepository(Task).findOneOrFail({ where: { id }, lock });
  });
}

const snapshotOf = (instruction: Instruction): InstructionSnapshot => ({
  id: instruction.id,
  taskId: instruction.taskId,
  number: instruction.number,
  text: instruction.text,
  leader: instruction.leaderName,
  leaderPostId: instruction.leaderPostId,
  urgency: instruction.urgency,
  dueOn: instruction.dueOn,
  personId: instruction.personId,
  forPersonId: instruction.forPersonId,
  postId: instruction.postId,
  givenAt: instruction.givenAt.toISOString(),
});
